//! Inputs of mutations of partnerships.

use async_graphql::{ID, InputObject, OneofObject};
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use domain::{
    partnership::{
        Activity, ActivityType, AgreementFacts, AgreementForce, AgreementText, AgreementTier, BudgetLine,
        CityRole, CitySide, Clause, Closing, FirstYear, KpiReading, Parallel, PartnershipDeclineReason,
        PlannedActivity, ReviewReport, SharedKind, SharedWith, Sharing, Signing, TextHash, WorkItem,
        WorkStatus,
    },
    value::{Localized, SingleLine},
};

use super::super::{aggregate_id, named};
use crate::{
    command::{CommandError, Refusal},
    graphql::{
        code::Code,
        input::{MoneyInput, TextInput},
    },
    partnership::act::Act,
};

type Parsed<T> = Result<T, CommandError>;

fn line(path: &str, text: &str) -> Parsed<SingleLine> {
    SingleLine::new(text).map_err(|error| Refusal::validation(path, error).into())
}

fn localized(path: &str, text: &TextInput) -> Parsed<Localized> {
    text.parse(path)
}

fn parallel(path: &str, texts: &[TextInput]) -> Parsed<Parallel> {
    let texts = texts.iter().map(|text| localized(path, text)).collect::<Parsed<Vec<_>>>()?;
    Parallel::new(texts).map_err(|error| Refusal::validation(path, error).into())
}

/// A clause in parallel languages.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ClauseInput {
    /// Its key, which stays from version to version: capital letters, digits and low lines.
    key: String,
    /// Heading, once in each language.
    heading: Vec<TextInput>,
    /// What is agreed, once in each language.
    body: Vec<TextInput>,
}

/// The text that two cities would sign.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct AgreementTextInput {
    /// How close it brings the cities.
    tier: Code<AgreementTier>,
    /// After how many months it is over by itself, 1 to 600; null where it has no end.
    fixed_term_months: Option<u32>,
    /// Whether a party declares that it binds.
    #[graphql(default = false)]
    binding: bool,
    /// Its clauses, in order.
    clauses: Vec<ClauseInput>,
}

impl AgreementTextInput {
    pub(super) fn parse(&self, path: &str) -> Parsed<AgreementText> {
        let clauses = self.clauses.iter().enumerate().map(|(place, clause)| {
            Ok(Clause {
                key: clause.key.clone(),
                heading: parallel(&format!("{path}.clauses.{place}.heading"), &clause.heading)?,
                body: parallel(&format!("{path}.clauses.{place}.body"), &clause.body)?,
            })
        });
        let facts = AgreementFacts {
            tier: self.tier.0,
            fixed_term_months: self.fixed_term_months,
            force: if self.binding { AgreementForce::Binding } else { AgreementForce::NonBinding },
            clauses: clauses.collect::<Parsed<_>>()?,
        };
        Ok(AgreementText::try_from(facts)?)
    }
}

/// A partnership that is drafted.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct DraftPartnershipInput {
    /// The own city.
    pub(super) city_id: ID,
    /// The other city, of which an office has taken over the record.
    pub(super) partner_id: ID,
    /// The text.
    pub(super) text: AgreementTextInput,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// Why a side does not go on.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ClosingInput {
    /// Reasons by code.
    #[graphql(default)]
    reasons: Vec<Code<PartnershipDeclineReason>>,
    /// In words.
    note: Option<String>,
}

impl ClosingInput {
    fn parse(&self) -> Parsed<Closing> {
        Ok(Closing {
            reasons: self.reasons.iter().map(|reason| reason.0).collect(),
            note: self.note.as_ref().map(|note| line("note", note)).transpose()?,
        })
    }
}

/// A signature that is recorded; the act itself takes place on paper.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct SigningInput {
    /// Hash of the text that was signed, as `text.hash` shows it.
    hash: String,
    /// Name and office of who signed.
    official: String,
    /// The signed paper, a document of the own office.
    document_id: Option<ID>,
}

impl SigningInput {
    fn parse(&self) -> Parsed<Signing> {
        let hash = TextHash::try_from(self.hash.clone());
        Ok(Signing {
            hash: hash.map_err(|error| Refusal::validation("hash", error))?,
            official: line("official", &self.official)?,
            document: self.document_id.as_ref().map(|id| aggregate_id("documentId", id)).transpose()?,
        })
    }
}

/// An activity that both sides mean to carry out.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct PlannedActivityInput {
    /// What kind.
    kind: Code<ActivityType>,
    /// What it is.
    title: String,
    /// A day in the month for which it is planned.
    planned_for: NaiveDate,
}

/// A trial.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct TrialInput {
    /// How long, 6 to 24 months.
    months: u32,
    /// What is planned; at least two.
    planned: Vec<PlannedActivityInput>,
}

/// An activity that took place.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ActivityInput {
    /// What kind.
    kind: Code<ActivityType>,
    /// What it was.
    title: String,
    /// When it took place.
    held_at: DateTime<Utc>,
    /// What shows it, documents of the own office.
    #[graphql(default)]
    document_ids: Vec<ID>,
    /// The item of the work plan that it belongs to.
    item: Option<u32>,
}

/// A line of the first year's budget.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct BudgetLineInput {
    /// For what.
    purpose: String,
    /// Which side pays.
    payer: Code<CitySide>,
    /// How much.
    amount: MoneyInput,
}

/// Plan and budget of the first year.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct FirstYearInput {
    /// What is planned.
    plan: TextInput,
    /// What it costs whom.
    budget: Vec<BudgetLineInput>,
}

/// A decision on a step of the own chain.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ApprovalInput {
    /// The place of the step in the own chain, from 0.
    step: u32,
    /// Whether it is granted.
    granted: bool,
    /// The paper of the authority, a document of the own office.
    document_id: Option<ID>,
    /// Why it is refused.
    closing: Option<ClosingInput>,
    /// The tier that the authority would agree to; null where it refuses all.
    lower_tier: Option<Code<AgreementTier>>,
}

/// An item of the work plan, put in or in place of the one of its number.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct WorkItemInput {
    /// Its number in the plan, from 1.
    number: u32,
    /// What is to be done.
    title: TextInput,
    /// Which side answers for it.
    owner: Code<CitySide>,
    /// Until when.
    due: NaiveDate,
    /// Where it stands.
    status: Code<WorkStatus>,
    /// Projects of the market that carry it out.
    #[graphql(default)]
    project_ids: Vec<ID>,
}

/// An indicator before and after, in thousandths of its unit.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct KpiInput {
    /// What is measured.
    name: String,
    /// Its unit.
    unit: String,
    /// Before.
    before_thousandths: i64,
    /// After.
    after_thousandths: i64,
}

/// The report of a review.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ReviewReportInput {
    /// What was done, and what came of it.
    text: TextInput,
    /// Indicators before and after.
    #[graphql(default)]
    kpis: Vec<KpiInput>,
}

/// A suspension.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct SuspensionInput {
    /// Why.
    closing: ClosingInput,
    /// When it is looked at again.
    review_on: Option<NaiveDate>,
}

/// A project that serves both cities and a mandate that it fits, as `triads` finds them.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct FirstDeedInput {
    /// The project.
    project_id: ID,
    /// The mandate.
    mandate_id: ID,
}

/// What a side puts into the workspace of a partnership.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct ShareInPartnershipInput {
    /// The partnership.
    pub(super) partnership_id: ID,
    /// The version that it was seen at.
    pub(super) expected_version: i32,
    /// What it is.
    kind: Code<SharedKind>,
    /// What it is, in a line.
    title: String,
    /// The document, one of the own office; for that kind alone.
    document_id: Option<ID>,
    /// The role address or desk to turn to, or where the data are and under which licence; for the other kinds.
    pointer: Option<String>,
    /// Who sees it.
    with: Code<SharedWith>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

impl ShareInPartnershipInput {
    pub(super) fn parse(&self) -> Parsed<Sharing> {
        Ok(Sharing {
            kind: self.kind.0,
            title: line("title", &self.title)?,
            document: self.document_id.as_ref().map(|id| aggregate_id("documentId", id)).transpose()?,
            pointer: self.pointer.as_ref().map(|text| line("pointer", text)).transpose()?,
            with: self.with.0,
        })
    }
}

/// An entry of the own side that leaves the workspace.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct TakeBackSharedInput {
    /// The partnership.
    pub(super) partnership_id: ID,
    /// The version that it was seen at.
    pub(super) expected_version: i32,
    /// The number of the entry.
    pub(super) number: u32,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A document of the workspace.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct OpenSharedDocumentInput {
    /// The partnership.
    pub(super) partnership_id: ID,
    /// The number of the entry.
    pub(super) number: u32,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// One act of a side. Exactly one is given.
#[derive(Debug, Clone, OneofObject)]
pub(in crate::graphql) enum PartnershipActInput {
    /// Write the draft anew.
    Edit(AgreementTextInput),
    /// Name the triad with which it would begin; while it is a draft.
    NameFirstDeed(FirstDeedInput),
    /// Begin without one.
    DropFirstDeed(bool),
    /// Propose it: the receipt of the score is frozen, and the edges of the first deed.
    Propose(bool),
    /// Accept to negotiate on the text as it is.
    AcceptProposal(bool),
    /// Put another text on the table.
    Counter(AgreementTextInput),
    /// Say no.
    Decline(ClosingInput),
    /// Leave; from every state before the signatures.
    Withdraw(ClosingInput),
    /// Record the own signatory's signature under the letter of intent.
    SignLetterOfIntent(SigningInput),
    /// Ask for a trial, or agree to the other side's.
    StartTrial(TrialInput),
    /// Declare the side's formal will, by a document of the own office.
    DeclareWill(ID),
    /// Plan and budget the first year.
    PlanFirstYear(FirstYearInput),
    /// Record an activity.
    RecordActivity(ActivityInput),
    /// Go before the authorities of both sides.
    RequestApprovals(bool),
    /// Record what an authority of the own side decided.
    DecideApproval(ApprovalInput),
    /// Record the signature of the own side's highest official.
    SignAgreement(SigningInput),
    /// Put an item of the work plan in.
    ChangeWorkPlan(WorkItemInput),
    /// Begin a review now.
    RequestReview(bool),
    /// File the report of the review.
    SubmitAnnualReview(ReviewReportInput),
    /// Renew after the review.
    Renew(bool),
    /// Call it dormant.
    MarkDormant(bool),
    /// Wake it with a new plan, or agree to the other side's.
    Revive(TextInput),
    /// Suspend it.
    Suspend(SuspensionInput),
    /// Go on after a suspension.
    Resume(bool),
    /// End it.
    End(ClosingInput),
    /// Ask for a higher tier, or agree to it.
    UpgradeTier(AgreementTextInput),
}

impl PartnershipActInput {
    pub(super) fn parse(&self) -> Parsed<Act> {
        let said = |yes: bool, act: Act| {
            let message = "say true, or ask for something else";
            if yes { Ok(act) } else { Err(CommandError::from(Refusal::validation("act", message))) }
        };
        match self {
            Self::Edit(text) => text.parse("act.edit").map(Act::Edit),
            Self::NameFirstDeed(deed) => Ok(Act::FirstDeed(Some((
                aggregate_id("act.nameFirstDeed.projectId", &deed.project_id)?,
                aggregate_id("act.nameFirstDeed.mandateId", &deed.mandate_id)?,
            )))),
            Self::DropFirstDeed(yes) => said(*yes, Act::FirstDeed(None)),
            Self::Propose(yes) => said(*yes, Act::Propose),
            Self::AcceptProposal(yes) => said(*yes, Act::Accept),
            Self::Counter(text) => text.parse("act.counter").map(Act::Counter),
            Self::Decline(closing) => closing.parse().map(Act::Decline),
            Self::Withdraw(closing) => closing.parse().map(Act::Withdraw),
            Self::SignLetterOfIntent(signing) => signing.parse().map(Act::SignLoi),
            Self::StartTrial(trial) => {
                let planned = trial.planned.iter().map(|one| {
                    let title = line("act.startTrial.planned.title", &one.title)?;
                    Ok(PlannedActivity { kind: one.kind.0, title, planned_for: one.planned_for })
                });
                Ok(Act::StartTrial(trial.months, planned.collect::<Parsed<_>>()?))
            }
            Self::DeclareWill(document) => Ok(Act::DeclareWill(aggregate_id("act.declareWill", document)?)),
            Self::PlanFirstYear(year) => {
                let budget = year.budget.iter().map(|one| {
                    Ok(BudgetLine {
                        purpose: line("act.planFirstYear.budget.purpose", &one.purpose)?,
                        payer: one.payer.0,
                        amount: one.amount.parse("act.planFirstYear.budget.amount").map_err(named)?,
                    })
                });
                Ok(Act::PlanFirstYear(FirstYear {
                    plan: localized("act.planFirstYear.plan", &year.plan)?,
                    budget: budget.collect::<Parsed<_>>()?,
                }))
            }
            Self::RecordActivity(activity) => {
                let ids = activity.document_ids.iter();
                Ok(Act::RecordActivity(Activity {
                    kind: activity.kind.0,
                    title: line("act.recordActivity.title", &activity.title)?,
                    held_at: activity.held_at,
                    documents: ids
                        .map(|id| aggregate_id("act.recordActivity.documentIds", id))
                        .collect::<Parsed<_>>()?,
                    item: activity.item,
                }))
            }
            Self::RequestApprovals(yes) => said(*yes, Act::RequestApprovals),
            Self::DecideApproval(decision) => {
                let step = usize::try_from(decision.step).unwrap_or(usize::MAX);
                let paper = decision.document_id.as_ref();
                let paper = paper.map(|id| aggregate_id("act.decideApproval.documentId", id)).transpose()?;
                if decision.granted {
                    return Ok(Act::Grant(step, paper));
                }
                let closing = decision.closing.as_ref().map(ClosingInput::parse).transpose()?;
                let none = Closing { reasons: Vec::new(), note: None };
                let lower = decision.lower_tier.map(|tier| tier.0);
                Ok(Act::Refuse(step, closing.unwrap_or(none), paper, lower))
            }
            Self::SignAgreement(signing) => signing.parse().map(Act::SignAgreement),
            Self::ChangeWorkPlan(item) => {
                let ids = item.project_ids.iter();
                if !(1..=1_000).contains(&item.number) {
                    let message = "items are numbered from 1 to 1000";
                    return Err(Refusal::validation("act.changeWorkPlan.number", message).into());
                }
                if !(2000..=2100).contains(&item.due.year()) {
                    let message = "a day in the years 2000 to 2100";
                    return Err(Refusal::validation("act.changeWorkPlan.due", message).into());
                }
                Ok(Act::ChangeWorkPlan(WorkItem {
                    number: item.number,
                    title: localized("act.changeWorkPlan.title", &item.title)?,
                    owner: item.owner.0,
                    due: item.due,
                    status: item.status.0,
                    projects: ids
                        .map(|id| aggregate_id("act.changeWorkPlan.projectIds", id))
                        .collect::<Parsed<_>>()?,
                }))
            }
            Self::RequestReview(yes) => said(*yes, Act::RequestReview),
            Self::SubmitAnnualReview(report) => {
                let kpis = report.kpis.iter().map(|kpi| {
                    Ok(KpiReading {
                        name: line("act.submitAnnualReview.kpis.name", &kpi.name)?,
                        unit: line("act.submitAnnualReview.kpis.unit", &kpi.unit)?,
                        before_thousandths: kpi.before_thousandths,
                        after_thousandths: kpi.after_thousandths,
                    })
                });
                Ok(Act::FileReport(ReviewReport {
                    text: localized("act.submitAnnualReview.text", &report.text)?,
                    kpis: kpis.collect::<Parsed<_>>()?,
                }))
            }
            Self::Renew(yes) => said(*yes, Act::Renew),
            Self::MarkDormant(yes) => said(*yes, Act::MarkDormant),
            Self::Revive(plan) => Ok(Act::Revive(Some(localized("act.revive", plan)?))),
            Self::Suspend(suspension) => Ok(Act::Suspend(suspension.closing.parse()?, suspension.review_on)),
            Self::Resume(yes) => said(*yes, Act::Resume),
            Self::End(closing) => closing.parse().map(Act::End),
            Self::UpgradeTier(text) => text.parse("act.upgradeTier").map(Act::UpgradeTier),
        }
    }
}

/// One act of a side of a partnership.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct ActOnPartnershipInput {
    /// Which one.
    pub(super) partnership_id: ID,
    /// The version at which it was seen.
    pub(super) expected_version: i32,
    /// The act.
    pub(super) act: PartnershipActInput,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// What a member of an office may do for its city, beside what the role in the organisation gives.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct SetCityRolesInput {
    /// The membership, as `members` shows it.
    pub(super) membership_id: ID,
    /// All of them; none takes all away.
    pub(super) roles: Vec<Code<CityRole>>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}
