//! Mutations of needs and offers of enterprises.

use async_graphql::{Context, ID, InputObject, Object, Result};
use chrono::NaiveDate;
use domain::{
    capability::{CapabilityDirection, CapabilityFacts, ValueChainRole},
    provenance::Provenance,
    vocabulary::{CooperationField, HelpKind},
};

use super::{meta, on, organisation::each, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    graphql::{code::Code, input::TextInput, object::CapabilityNode},
    registry::capability::{self, Content},
};

payload! {
    /// Answer of a mutation of a need or an offer.
    CapabilityPayload {
        /// The need or the offer as it is now.
        capability: CapabilityNode,
    }
}

payload! {
    /// Answer of the removal of a need or an offer.
    RemoveCapabilityPayload {
        /// Its global id, by which it is no more found.
        removed_id: ID,
    }
}

/// What an enterprise needs or can supply.
#[derive(Debug, Clone, InputObject)]
pub struct CapabilityInput {
    /// Which way it goes.
    direction: Code<CapabilityDirection>,
    /// What it is, in a line of at most 200 characters.
    title: TextInput,
    /// What it is, at length.
    description: Option<TextInput>,
    /// Its fields, 1 to 5.
    fields: Vec<Code<CooperationField>>,
    /// Place in a value chain: of a need that of whoever is looked for, of an offer the own one.
    role: Option<Code<ValueChainRole>>,
    /// Help that is looked for or given, where it is that.
    help: Option<Code<HelpKind>>,
    /// Where it is needed or can be had, by ISO code; none for anywhere.
    countries: Option<Vec<String>>,
    /// Languages in which it can be talked about, ISO 639.
    languages: Option<Vec<String>>,
    /// The last day on which it holds; none where it holds until it is taken back.
    valid_until: Option<NaiveDate>,
}

impl CapabilityInput {
    fn parse(&self) -> Result<Content, CommandError> {
        let description = self.description.as_ref();
        Ok(Content(CapabilityFacts {
            direction: self.direction.0,
            title: self.title.parse("capability.title")?,
            description: description.map(|text| text.parse("capability.description")).transpose()?,
            fields: self.fields.iter().map(|code| code.0).collect(),
            role: self.role.map(|code| code.0),
            help: self.help.map(|code| code.0),
            countries: each("capability.countries", self.countries.as_ref(), str::parse)?,
            languages: each("capability.languages", self.languages.as_ref(), str::parse)?,
            valid_until: self.valid_until,
            // The command puts its own day in the place of this one.
            confirmed_on: NaiveDate::MIN,
            provenance: Provenance::default(),
        }))
    }
}

/// A new need or offer.
#[derive(Debug, InputObject)]
pub struct CreateCapabilityInput {
    /// What it is.
    capability: CapabilityInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A changed need or offer.
#[derive(Debug, InputObject)]
pub struct UpdateCapabilityInput {
    /// Which one.
    capability_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// All that it is.
    capability: CapabilityInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A need or an offer that goes.
#[derive(Debug, InputObject)]
pub struct RemoveCapabilityInput {
    /// Which one.
    capability_id: ID,
    /// The version that the removal is made on.
    expected_version: i32,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of needs and offers of enterprises.
#[derive(Debug, Default)]
pub struct CapabilityMutation;

/// Mutations of needs and offers of enterprises.
#[Object]
impl CapabilityMutation {
    /// Makes a need or an offer of the organisation for which the caller acts.
    async fn create_capability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: CreateCapabilityInput,
    ) -> Result<CapabilityPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "createCapability", &input.idempotency_key, &input)?;
            capability::create(app, actor, &meta, input.capability.parse()?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let capability = seen(ctx, done, &mut user_errors).await?.map(CapabilityNode);
        Ok(CapabilityPayload { capability, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Changes a need or an offer, and says that it holds today.
    async fn update_capability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: UpdateCapabilityInput,
    ) -> Result<CapabilityPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "updateCapability", &input.idempotency_key, &input)?;
            let on = on("capabilityId", &input.capability_id, input.expected_version)?;
            let content = input.capability.parse()?;
            capability::update(app, actor, &meta, on, content).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let capability = seen(ctx, done, &mut user_errors).await?.map(CapabilityNode);
        Ok(CapabilityPayload { capability, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Takes a need or an offer away.
    async fn remove_capability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RemoveCapabilityInput,
    ) -> Result<RemoveCapabilityPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "removeCapability", &input.idempotency_key, &input)?;
            let on = on("capabilityId", &input.capability_id, input.expected_version)?;
            capability::remove(app, actor, &meta, on).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let removed_id = done.map(|id| ID(crate::id::encode_as(id)));
        Ok(RemoveCapabilityPayload { removed_id, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
