//! Mutations of the screening: officers decide hits and appeals, organisations appeal.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::{screening_hit::HitDecision, value::SingleLine};

use super::{aggregate_id, meta, organisation::OrganisationPayload, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::{
        code::Code,
        input::TextInput,
        object::{OrganisationNode, ScreeningHitNode},
    },
    registry::screening::{self, Word},
};

payload! {
    /// Answer of a decision about a hit of the screening.
    ScreeningHitPayload {
        /// The case as it is now.
        screening_hit: ScreeningHitNode,
    }
}

/// An officer's word on a hit.
#[derive(Debug, InputObject)]
pub struct DecideScreeningHitInput {
    /// Which case.
    hit_id: ID,
    /// The version that the word is about.
    expected_version: i32,
    /// What the officer found.
    decision: Code<HitDecision>,
    /// Why, at most 300 characters.
    rationale: String,
    /// What else shows it; asked for to confirm where only aliases that the list calls weak are alike.
    evidence: Option<String>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// An appeal against a freeze.
#[derive(Debug, InputObject)]
pub struct AppealScreeningInput {
    /// Which organisation.
    organisation_id: ID,
    /// What its owners say.
    text: TextInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A decision about an appeal.
#[derive(Debug, InputObject)]
pub struct DecideAppealInput {
    /// Which case.
    hit_id: ID,
    /// The version that the decision is made on.
    expected_version: i32,
    /// Whether the freeze is lifted.
    granted: bool,
    /// Why, at most 300 characters.
    rationale: String,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// One line of an input.
pub(super) fn line(path: &str, text: &str) -> Result<SingleLine, CommandError> {
    SingleLine::new(text).map_err(|error| Refusal::validation(path, error).into())
}

/// Mutations of the screening.
#[derive(Debug, Default)]
pub struct ScreeningMutation;

/// Mutations of the screening.
#[Object]
impl ScreeningMutation {
    /// Says what a hit of the screening is; for compliance officers from outside the organisation. The first word
    /// proposes; when a second officer agrees, the hit is dismissed, or confirmed and the organisation frozen.
    async fn decide_screening_hit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DecideScreeningHitInput,
    ) -> Result<ScreeningHitPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "decideScreeningHit", &input.idempotency_key, &input)?;
            let id = aggregate_id("hitId", &input.hit_id)?;
            let word = Word {
                decision: input.decision.0,
                rationale: line("rationale", &input.rationale)?,
                evidence: input.evidence.as_deref().map(|text| line("evidence", text)).transpose()?,
            };
            screening::decide(app, actor, &meta, id, input.expected_version, word).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let screening_hit = seen(ctx, done, &mut user_errors).await?.map(ScreeningHitNode);
        Ok(ScreeningHitPayload { screening_hit, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Appeals against the freeze of an organisation; for its owners.
    async fn appeal_screening(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: AppealScreeningInput,
    ) -> Result<OrganisationPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "appealScreening", &input.idempotency_key, &input)?;
            let id = aggregate_id("organisationId", &input.organisation_id)?;
            screening::appeal(app, actor, &meta, id, input.text.parse("text")?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let organisation = seen(ctx, done, &mut user_errors).await?.map(OrganisationNode);
        Ok(OrganisationPayload::new(organisation, user_errors, input.client_mutation_id))
    }

    /// Decides an appeal against a freeze; for a compliance officer who had no part in the confirmation.
    async fn decide_appeal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DecideAppealInput,
    ) -> Result<ScreeningHitPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "decideAppeal", &input.idempotency_key, &input)?;
            let id = aggregate_id("hitId", &input.hit_id)?;
            let decision = (input.granted, line("rationale", &input.rationale)?);
            screening::decide_appeal(app, actor, &meta, id, input.expected_version, decision).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let screening_hit = seen(ctx, done, &mut user_errors).await?.map(ScreeningHitNode);
        Ok(ScreeningHitPayload { screening_hit, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
