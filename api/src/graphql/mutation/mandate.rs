//! Mutations of mandates.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::value::SingleLine;

use super::{meta, named, on, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::Refusal,
    graphql::{input::MandateInput, object::MandateNode},
    registry::mandate,
};

payload! {
    /// Answer of a mutation of a mandate.
    MandatePayload {
        /// The mandate as it is now.
        mandate: MandateNode,
    }
}

payload! {
    /// Answer of the removal of a mandate.
    RemoveMandatePayload {
        /// Its global id, by which it is no more found.
        removed_id: ID,
    }
}

/// A new mandate.
#[derive(Debug, InputObject)]
pub struct CreateMandateInput {
    /// Its name.
    name: String,
    /// Its terms.
    mandate: MandateInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A changed mandate.
#[derive(Debug, InputObject)]
pub struct UpdateMandateInput {
    /// Which one.
    mandate_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// Its name.
    name: String,
    /// All its terms.
    mandate: MandateInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A mandate that goes.
#[derive(Debug, InputObject)]
pub struct RemoveMandateInput {
    /// Which one.
    mandate_id: ID,
    /// The version that the removal is made on.
    expected_version: i32,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of mandates.
#[derive(Debug, Default)]
pub struct MandateMutation;

/// Mutations of mandates.
#[Object]
impl MandateMutation {
    /// Makes a mandate of the organisation for which the caller acts, which is an investor.
    async fn create_mandate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: CreateMandateInput,
    ) -> Result<MandatePayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "createMandate", &input.idempotency_key, &input)?;
            let name = SingleLine::new(&input.name).map_err(|error| Refusal::validation("name", error))?;
            mandate::create(app, actor, &meta, input.mandate.clone().named(name).map_err(named)?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let mandate = seen(ctx, done, &mut user_errors).await?.map(MandateNode);
        Ok(MandatePayload { mandate, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Changes a mandate: a new version, with the terms that were before it kept.
    async fn update_mandate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: UpdateMandateInput,
    ) -> Result<MandatePayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "updateMandate", &input.idempotency_key, &input)?;
            let on = on("mandateId", &input.mandate_id, input.expected_version)?;
            let name = SingleLine::new(&input.name).map_err(|error| Refusal::validation("name", error))?;
            let terms = input.mandate.clone().named(name).map_err(named)?;
            mandate::update(app, actor, &meta, on, terms).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let mandate = seen(ctx, done, &mut user_errors).await?.map(MandateNode);
        Ok(MandatePayload { mandate, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Takes a mandate away.
    async fn remove_mandate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RemoveMandateInput,
    ) -> Result<RemoveMandatePayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "removeMandate", &input.idempotency_key, &input)?;
            let on = on("mandateId", &input.mandate_id, input.expected_version)?;
            mandate::remove(app, actor, &meta, on).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let removed_id = done.map(|id| ID(crate::id::encode_as(id)));
        Ok(RemoveMandatePayload { removed_id, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
