//! Inputs of mutations of partnerships.

use async_graphql::{ID, InputObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    partnership::{
        ActivityType, AgreementFacts, AgreementForce, AgreementText, AgreementTier, CityRole, CitySide,
        Clause, Closing, Parallel, PartnershipDeclineReason, SharedKind, SharedWith, Sharing, Signing,
        TextHash, WorkStatus,
    },
    value::{Localized, SingleLine},
};

use super::super::aggregate_id;
use crate::{
    command::{CommandError, Refusal},
    graphql::{
        code::Code,
        input::{MoneyInput, TextInput},
    },
};

pub(super) type Parsed<T> = Result<T, CommandError>;

pub(super) fn line(path: &str, text: &str) -> Parsed<SingleLine> {
    SingleLine::new(text).map_err(|error| Refusal::validation(path, error).into())
}

pub(super) fn localized(path: &str, text: &TextInput) -> Parsed<Localized> {
    text.parse(path)
}

pub(super) fn parallel(path: &str, texts: &[TextInput]) -> Parsed<Parallel> {
    let texts = texts.iter().map(|text| localized(path, text)).collect::<Parsed<Vec<_>>>()?;
    Parallel::new(texts).map_err(|error| Refusal::validation(path, error).into())
}

/// A clause in parallel languages.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ClauseInput {
    /// Its key, which stays from version to version: capital letters, digits and low lines.
    pub(super) key: String,
    /// Heading, once in each language.
    pub(super) heading: Vec<TextInput>,
    /// What is agreed, once in each language.
    pub(super) body: Vec<TextInput>,
}

/// The text that two cities would sign.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct AgreementTextInput {
    /// How close it brings the cities.
    pub(super) tier: Code<AgreementTier>,
    /// After how many months it is over by itself, 1 to 600; null where it has no end.
    pub(super) fixed_term_months: Option<u32>,
    /// Whether a party declares that it binds.
    #[graphql(default = false)]
    pub(super) binding: bool,
    /// Its clauses, in order.
    pub(super) clauses: Vec<ClauseInput>,
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
    pub(super) reasons: Vec<Code<PartnershipDeclineReason>>,
    /// In words.
    pub(super) note: Option<String>,
}

impl ClosingInput {
    pub(super) fn parse(&self) -> Parsed<Closing> {
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
    pub(super) hash: String,
    /// Name and office of who signed.
    pub(super) official: String,
    /// The signed paper, a document of the own office.
    pub(super) document_id: Option<ID>,
}

impl SigningInput {
    pub(super) fn parse(&self) -> Parsed<Signing> {
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
    pub(super) kind: Code<ActivityType>,
    /// What it is.
    pub(super) title: String,
    /// A day in the month for which it is planned.
    pub(super) planned_for: NaiveDate,
}

/// A trial.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct TrialInput {
    /// How long, 6 to 24 months.
    pub(super) months: u32,
    /// What is planned; at least two.
    pub(super) planned: Vec<PlannedActivityInput>,
}

/// An activity that took place.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ActivityInput {
    /// What kind.
    pub(super) kind: Code<ActivityType>,
    /// What it was.
    pub(super) title: String,
    /// When it took place.
    pub(super) held_at: DateTime<Utc>,
    /// What shows it, documents of the own office.
    #[graphql(default)]
    pub(super) document_ids: Vec<ID>,
    /// The item of the work plan that it belongs to.
    pub(super) item: Option<u32>,
}

/// A line of the first year's budget.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct BudgetLineInput {
    /// For what.
    pub(super) purpose: String,
    /// Which side pays.
    pub(super) payer: Code<CitySide>,
    /// How much.
    pub(super) amount: MoneyInput,
}

/// Plan and budget of the first year.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct FirstYearInput {
    /// What is planned.
    pub(super) plan: TextInput,
    /// What it costs whom.
    pub(super) budget: Vec<BudgetLineInput>,
}

/// A decision on a step of the own chain.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ApprovalInput {
    /// The place of the step in the own chain, from 0.
    pub(super) step: u32,
    /// Whether it is granted.
    pub(super) granted: bool,
    /// The paper of the authority, a document of the own office.
    pub(super) document_id: Option<ID>,
    /// Why it is refused.
    pub(super) closing: Option<ClosingInput>,
    /// The tier that the authority would agree to; null where it refuses all.
    pub(super) lower_tier: Option<Code<AgreementTier>>,
}

/// An item of the work plan, put in or in place of the one of its number.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct WorkItemInput {
    /// Its number in the plan, from 1.
    pub(super) number: u32,
    /// What is to be done.
    pub(super) title: TextInput,
    /// Which side answers for it.
    pub(super) owner: Code<CitySide>,
    /// Until when.
    pub(super) due: NaiveDate,
    /// Where it stands.
    pub(super) status: Code<WorkStatus>,
    /// Projects of the market that carry it out.
    #[graphql(default)]
    pub(super) project_ids: Vec<ID>,
}

/// An indicator before and after, in thousandths of its unit.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct KpiInput {
    /// What is measured.
    pub(super) name: String,
    /// Its unit.
    pub(super) unit: String,
    /// Before.
    pub(super) before_thousandths: i64,
    /// After.
    pub(super) after_thousandths: i64,
}

/// The report of a review.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct ReviewReportInput {
    /// What was done, and what came of it.
    pub(super) text: TextInput,
    /// Indicators before and after.
    #[graphql(default)]
    pub(super) kpis: Vec<KpiInput>,
}

/// A suspension.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct SuspensionInput {
    /// Why.
    pub(super) closing: ClosingInput,
    /// When it is looked at again.
    pub(super) review_on: Option<NaiveDate>,
}

/// A project that serves both cities and a mandate that it fits, as `triads` finds them.
#[derive(Debug, Clone, InputObject)]
pub(in crate::graphql) struct FirstDeedInput {
    /// The project.
    pub(super) project_id: ID,
    /// The mandate.
    pub(super) mandate_id: ID,
}

/// What a side puts into the workspace of a partnership.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct ShareInPartnershipInput {
    /// The partnership.
    pub(super) partnership_id: ID,
    /// The version that it was seen at.
    pub(super) expected_version: i32,
    /// What it is.
    pub(super) kind: Code<SharedKind>,
    /// What it is, in a line.
    pub(super) title: String,
    /// The document, one of the own office; for that kind alone.
    pub(super) document_id: Option<ID>,
    /// The role address or desk to turn to, or where the data are and under which licence; for the other kinds.
    pub(super) pointer: Option<String>,
    /// Who sees it.
    pub(super) with: Code<SharedWith>,
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
