//! Mutations of verification: organisations claim, mail or reviewers prove, verified bodies endorse.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::{
    value::SingleLine,
    verification::{CaseTransition, RegisterIdentifier},
};

use super::{
    account::{AcceptedPayload, LinkInput, accepted},
    account_id, aggregate_id, meta, origin, payload,
    screening::line,
    seen, settled,
};
use crate::{
    account,
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::object::VerificationCaseNode,
    registry::verification::{self, Claim, Request},
    store::Kind,
};

payload! {
    /// Answer of a mutation of a case of verification.
    VerificationPayload {
        /// The case as it is now.
        verification_case: VerificationCaseNode,
    }
}

/// A number in a register.
#[derive(Debug, InputObject)]
pub struct RegisterIdentifierInput {
    /// The register by its org-id.guide code, such as `CN-USCI`, `RS-APR` or `XI-LEI`.
    scheme: String,
    /// The number; spaces are left out.
    number: String,
}

/// What an organisation claims: exactly one of the proofs.
#[derive(Debug, InputObject)]
pub struct StartVerificationInput {
    /// Which organisation.
    organisation_id: ID,
    /// The version that the claim is made on.
    expected_version: i32,
    /// An address at its own domain; a link is mailed there.
    email: Option<String>,
    /// Its number in a register, or its LEI.
    identifier: Option<RegisterIdentifierInput>,
    /// Stored documents of an officer, 1 to 20.
    documents: Option<Vec<ID>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

impl StartVerificationInput {
    fn parse(&self) -> Result<Claim, CommandError> {
        match (&self.email, &self.identifier, &self.documents) {
            (Some(email), None, None) => Ok(Claim::Domain(account::address("email", email)?)),
            (None, Some(given), None) => {
                let identifier = RegisterIdentifier::new(&given.scheme, &given.number);
                let path = |error: &domain::verification::IdentifierError| match error {
                    domain::verification::IdentifierError::Scheme => "identifier.scheme",
                    _ => "identifier.number",
                };
                Ok(Claim::Register(identifier.map_err(|e| Refusal::validation(path(&e), e))?))
            }
            (None, None, Some(documents)) => {
                let ids = documents.iter().map(|id| account_id(Kind::Document, "documents", id));
                Ok(Claim::Documents(ids.collect::<Result<_, _>>()?))
            }
            _ => {
                let message = "give one of email, identifier and documents";
                Err(Refusal::validation("", message).into())
            }
        }
    }
}

/// A transition of a case that needs nothing beside.
#[derive(Debug, InputObject)]
pub struct VerificationTransitionInput {
    /// Which case.
    case_id: ID,
    /// The version that the transition is made on.
    expected_version: i32,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// What a reviewer decides of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum VerificationDecision {
    /// The level is granted.
    Grant,
    /// It is refused, with reasons.
    Refuse,
    /// More is asked for, with reasons.
    AskMore,
}

impl VerificationDecision {
    const fn transition(self) -> CaseTransition {
        match self {
            Self::Grant => CaseTransition::Grant,
            Self::Refuse => CaseTransition::Refuse,
            Self::AskMore => CaseTransition::AskMore,
        }
    }
}

/// A reviewer's decision.
#[derive(Debug, InputObject)]
pub struct DecideVerificationInput {
    /// Which case.
    case_id: ID,
    /// The version that the decision is made on.
    expected_version: i32,
    /// What is decided.
    decision: VerificationDecision,
    /// Why, for the organisation to read; asked for unless it is granted, at most 10.
    reasons: Option<Vec<String>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// What an organisation adds when more was asked for.
#[derive(Debug, InputObject)]
pub struct SupplyVerificationInput {
    /// Which case.
    case_id: ID,
    /// The version that it is added to.
    expected_version: i32,
    /// What is added, 1 to 10 lines.
    supplied: Vec<String>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// The word of a verified body.
#[derive(Debug, InputObject)]
pub struct EndorseOrganisationInput {
    /// Which organisation.
    organisation_id: ID,
    /// What the body says, at most 300 characters.
    statement: String,
    /// The last day on which it holds, at most five years ahead; a year where none is given.
    until: Option<NaiveDate>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Longest list of lines.
const MAX_LINES: usize = 10;

fn lines(path: &str, texts: &[String]) -> Result<Vec<SingleLine>, CommandError> {
    if texts.len() > MAX_LINES {
        return Err(Refusal::validation(path, format!("at most {MAX_LINES} lines")).into());
    }
    texts.iter().enumerate().map(|(place, text)| line(&format!("{path}.{place}"), text)).collect()
}

/// A transition that needs nothing beside.
async fn plain(
    ctx: &Context<'_>,
    operation: &'static str,
    transition: CaseTransition,
    input: VerificationTransitionInput,
) -> Result<VerificationPayload> {
    let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
    let outcome = async {
        let meta = meta(ctx, operation, &input.idempotency_key, &input)?;
        let id = aggregate_id("caseId", &input.case_id)?;
        let request = Request { transition, reasons: Vec::new(), supplied: Vec::new() };
        verification::transition(app, actor, &meta, id, input.expected_version, request).await
    };
    answered(ctx, outcome.await, input.client_mutation_id).await
}

async fn answered(
    ctx: &Context<'_>,
    outcome: Result<domain::id::Id<domain::verification::VerificationCase>, CommandError>,
    client_mutation_id: Option<String>,
) -> Result<VerificationPayload> {
    let (done, mut user_errors) = settled(outcome)?;
    let verification_case = seen(ctx, done, &mut user_errors).await?.map(VerificationCaseNode);
    Ok(VerificationPayload { verification_case, user_errors, client_mutation_id })
}

/// Mutations of verification.
#[derive(Debug, Default)]
pub struct VerificationMutation;

/// Mutations of verification.
#[Object]
impl VerificationMutation {
    /// Begins a case of verification; for the organisation's owners. Whether another organisation is proved by the same
    /// number makes no difference here: a reviewer looks at it.
    async fn start_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: StartVerificationInput,
    ) -> Result<VerificationPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "startVerification", &input.idempotency_key, &input)?;
            let id = aggregate_id("organisationId", &input.organisation_id)?;
            let claim = input.parse()?;
            verification::start(app, actor, &meta, id, input.expected_version, claim).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Proves an organisation's domain by the link in mail.
    async fn prove_domain(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: LinkInput,
    ) -> Result<AcceptedPayload> {
        let done = verification::prove_domain(ctx.data::<App>()?, origin(ctx), input.token()).await;
        accepted(done.map(|_| ()), input.into_mark())
    }

    /// Takes a case up for review; for reviewers from outside the organisation.
    async fn claim_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: VerificationTransitionInput,
    ) -> Result<VerificationPayload> {
        plain(ctx, "claimVerification", CaseTransition::TakeUp, input).await
    }

    /// Lays a case down for another reviewer; for the reviewer who took it up, and for administrators.
    async fn lay_down_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: VerificationTransitionInput,
    ) -> Result<VerificationPayload> {
        plain(ctx, "layDownVerification", CaseTransition::LayDown, input).await
    }

    /// Withdraws a case; for the organisation's owners.
    async fn withdraw_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: VerificationTransitionInput,
    ) -> Result<VerificationPayload> {
        plain(ctx, "withdrawVerification", CaseTransition::Withdraw, input).await
    }

    /// Opens a refused case again, for another reviewer than the one who refused it; for administrators.
    async fn grant_verification_appeal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: VerificationTransitionInput,
    ) -> Result<VerificationPayload> {
        plain(ctx, "grantVerificationAppeal", CaseTransition::GrantAppeal, input).await
    }

    /// Decides a case; for the reviewer who took it up.
    async fn decide_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DecideVerificationInput,
    ) -> Result<VerificationPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "decideVerification", &input.idempotency_key, &input)?;
            let id = aggregate_id("caseId", &input.case_id)?;
            let reasons = lines("reasons", input.reasons.as_deref().unwrap_or_default())?;
            let request = Request { transition: input.decision.transition(), reasons, supplied: Vec::new() };
            verification::transition(app, actor, &meta, id, input.expected_version, request).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Adds what a reviewer asked for; for the organisation's owners.
    async fn supply_verification(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SupplyVerificationInput,
    ) -> Result<VerificationPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "supplyVerification", &input.idempotency_key, &input)?;
            let id = aggregate_id("caseId", &input.case_id)?;
            let supplied = lines("supplied", &input.supplied)?;
            let request = Request { transition: CaseTransition::Supply, reasons: Vec::new(), supplied };
            verification::transition(app, actor, &meta, id, input.expected_version, request).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Says in the name of a verified international body that it stands behind an organisation; a reviewer then judges
    /// it. For observers who act for that body.
    async fn endorse_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: EndorseOrganisationInput,
    ) -> Result<AcceptedPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "endorseOrganisation", &input.idempotency_key, &input)?;
            let id = aggregate_id("organisationId", &input.organisation_id)?;
            let word = (line("statement", &input.statement)?, input.until);
            verification::endorse(app, actor, &meta, id, word).await
        };
        accepted(outcome.await.map(|_| ()), input.client_mutation_id)
    }
}
