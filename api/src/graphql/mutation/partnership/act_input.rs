//! What can be asked of a partnership, one act at a time.

use async_graphql::{ID, InputObject, OneofObject};
use chrono::Datelike as _;
use domain::partnership::{
    Activity, BudgetLine, Closing, FirstYear, KpiReading, PlannedActivity, ReviewReport, WorkItem,
};

use super::super::{aggregate_id, named};
use super::input::{
    ActivityInput, AgreementTextInput, ApprovalInput, ClosingInput, FirstDeedInput, FirstYearInput, Parsed,
    ReviewReportInput, SigningInput, SuspensionInput, TrialInput, WorkItemInput, line, localized,
};
use crate::{
    command::{CommandError, Refusal},
    graphql::input::TextInput,
    partnership::act::Act,
};

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
