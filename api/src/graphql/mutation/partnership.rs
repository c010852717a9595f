//! Mutations of partnerships of cities.

mod act_input;
mod input;

use async_graphql::{Context, Object, Result};

use self::{
    act_input::ActOnPartnershipInput,
    input::{
        DraftPartnershipInput, OpenSharedDocumentInput, SetCityRolesInput, ShareInPartnershipInput,
        TakeBackSharedInput,
    },
};
use super::{Kind, account_id, aggregate_id, meta, on, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    graphql::object::{OrganisationNode, PartnershipNode},
    partnership::{act, draft, role, shared},
    server::uploads::DOCUMENTS,
};

payload! {
    /// Answer of a mutation of a partnership.
    PartnershipPayload {
        /// The partnership as it is now.
        partnership: PartnershipNode,
    }
}

payload! {
    /// Answer of a change of what a member may do for a city.
    CityRolesPayload {
        /// The office.
        organisation: OrganisationNode,
    }
}

payload! {
    /// Answer of the opening of a document of a workspace.
    OpenSharedDocumentPayload {
        /// Where its bytes are for five minutes.
        url: String,
    }
}

/// Mutations of partnerships.
#[derive(Debug, Default)]
pub struct PartnershipMutation;

/// Mutations of partnerships.
#[Object]
impl PartnershipMutation {
    /// Drafts a partnership of the own city with another one. A draft is seen by the own office alone.
    async fn draft_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DraftPartnershipInput,
    ) -> Result<PartnershipPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "draftPartnership", &input.idempotency_key, &input)?;
            let city = aggregate_id("cityId", &input.city_id)?;
            let partner = aggregate_id("partnerId", &input.partner_id)?;
            draft::draft(app, actor, &meta, city, partner, input.text.parse("text")?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let partnership = seen(ctx, done, &mut user_errors).await?.map(PartnershipNode);
        Ok(PartnershipPayload { partnership, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Does one act of a side: propose, counter, sign, record, approve, review, and all that leads from the draft to the
    /// end. What can be done, and what each still takes, is told by `availableTransitions`. What takes both sides, such
    /// as a signature, holds when both have said the same.
    async fn act_on_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ActOnPartnershipInput,
    ) -> Result<PartnershipPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "actOnPartnership", &input.idempotency_key, &input)?;
            let on = on("partnershipId", &input.partnership_id, input.expected_version)?;
            act::act(app, actor, &meta, on, input.act.parse()?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let partnership = seen(ctx, done, &mut user_errors).await?.map(PartnershipNode);
        Ok(PartnershipPayload { partnership, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Puts a document, a contact or a set of data into the workspace of a partnership, for the own side, for both, or for
    /// everybody while the agreement is in force. From the negotiation to the end.
    async fn share_in_partnership(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ShareInPartnershipInput,
    ) -> Result<PartnershipPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "shareInPartnership", &input.idempotency_key, &input)?;
            let on = on("partnershipId", &input.partnership_id, input.expected_version)?;
            shared::share(app, actor, &meta, on, input.parse()?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let partnership = seen(ctx, done, &mut user_errors).await?.map(PartnershipNode);
        Ok(PartnershipPayload { partnership, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Takes an entry of the own side out of the workspace.
    async fn take_back_shared(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: TakeBackSharedInput,
    ) -> Result<PartnershipPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "takeBackShared", &input.idempotency_key, &input)?;
            let on = on("partnershipId", &input.partnership_id, input.expected_version)?;
            shared::take_back(app, actor, &meta, on, input.number).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let partnership = seen(ctx, done, &mut user_errors).await?.map(PartnershipNode);
        Ok(PartnershipPayload { partnership, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Gives an address at which a document of the workspace is for five minutes, and notes who asked for it. For the
    /// two sides.
    async fn open_shared_document(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: OpenSharedDocumentInput,
    ) -> Result<OpenSharedDocumentPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "openSharedDocument", &input.idempotency_key, &input)?;
            let partnership = aggregate_id("partnershipId", &input.partnership_id)?;
            shared::open(app, actor, &meta, partnership, input.number).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let url = done.map(|address| format!("{}{DOCUMENTS}/{address}", app.auth.public_url));
        Ok(OpenSharedDocumentPayload { url, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Sets what a member of the office may do for its city: sign letters of intent, sign agreements as its highest
    /// official, decide on steps of approval. For owners of the office.
    async fn set_city_roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SetCityRolesInput,
    ) -> Result<CityRolesPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "setCityRoles", &input.idempotency_key, &input)?;
            let member = account_id(Kind::Membership, "membershipId", &input.membership_id)?;
            let roles = input.roles.iter().map(|role| role.0).collect();
            role::set(app, actor, &meta, member, roles).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let organisation = seen(ctx, done, &mut user_errors).await?.map(OrganisationNode);
        Ok(CityRolesPayload { organisation, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
