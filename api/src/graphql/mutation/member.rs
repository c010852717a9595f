//! Mutations about who belongs where and may do what.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::{
    account::{OrgRole, PlatformRole, Scope},
    id::Id,
};

use super::{account::AcceptedPayload, account_id, meta, origin, payload, settled};
use crate::{
    account, app::App, auth::Actor, command::CommandError, graphql::code::Code, id::encode, store::Kind,
};

payload! {
    /// Answer of a mutation about an invitation.
    InvitationPayload {
        /// The invitation's id.
        invitation_id: ID,
    }
}

payload! {
    /// Answer of a mutation about a membership.
    MembershipPayload {
        /// The membership's id.
        membership_id: ID,
    }
}

payload! {
    /// Answer of a mutation about a key.
    ApiKeyPayload {
        /// The key's id.
        api_key_id: ID,
        /// The key itself, shown this once; a repetition of the request answers without it.
        secret: String,
    }
}

payload! {
    /// Answer of a mutation about a person.
    PersonPayload {
        /// The person's id.
        person_id: ID,
    }
}

/// Whom to invite.
#[derive(Debug, InputObject)]
pub struct InviteInput {
    /// Address.
    email: String,
    /// As what.
    role: Code<OrgRole>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// An invitation.
#[derive(Debug, InputObject)]
pub struct RevokeInvitationInput {
    /// Which one.
    invitation_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// The link of an invitation; with a name and a password where the address has no account yet.
#[derive(Debug, InputObject)]
pub struct AcceptInvitationInput {
    /// The last part of the link's address.
    #[graphql(secret)]
    token: String,
    /// Name, for a new account.
    name: Option<String>,
    /// Password, for a new account.
    #[graphql(secret)]
    password: Option<String>,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A member's new role.
#[derive(Debug, InputObject)]
pub struct SetMemberRoleInput {
    /// Which membership.
    membership_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// The new role.
    role: Code<OrgRole>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A membership that ends.
#[derive(Debug, InputObject)]
pub struct RemoveMemberInput {
    /// Which membership; the own one too.
    membership_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A new key.
#[derive(Debug, InputObject)]
pub struct CreateApiKeyInput {
    /// What it is for.
    name: String,
    /// What it may be used for.
    scopes: Vec<Code<Scope>>,
    /// Days until it ends, 1 to 365.
    expires_in_days: i64,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A key.
#[derive(Debug, InputObject)]
pub struct RevokeApiKeyInput {
    /// Which one.
    api_key_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A person's role on the platform.
#[derive(Debug, InputObject)]
pub struct SetPlatformRoleInput {
    /// Whose.
    person_id: ID,
    /// Which.
    role: Code<PlatformRole>,
    /// Given, or taken away.
    granted: bool,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// An account to shut or to open.
#[derive(Debug, InputObject)]
pub struct SetPersonDisabledInput {
    /// Whose.
    person_id: ID,
    /// Shut, or open.
    disabled: bool,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A consent.
#[derive(Debug, InputObject)]
pub struct RecordConsentInput {
    /// What for: `CROSS_BORDER_TRANSFER`, `SENSITIVE_DATA` or `NEWS`.
    purpose: String,
    /// Which version of the text was agreed to.
    text_version: String,
    /// Given, or taken back.
    granted: bool,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations about who belongs where and may do what.
#[derive(Debug, Default)]
pub struct MemberMutation;

/// Mutations about who belongs where and may do what.
#[Object]
impl MemberMutation {
    /// Invites an address to the organisation for which the caller acts. The answer is the same whether it has an
    /// account or not.
    async fn invite(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: InviteInput,
    ) -> Result<InvitationPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "invite", &input.idempotency_key, &input)?;
            account::member::invite(app, actor, &meta, &input.email, input.role.0).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let invitation_id = done.map(|id| ID(encode(Kind::Invitation, id)));
        Ok(InvitationPayload { invitation_id, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Takes an invitation back.
    async fn revoke_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RevokeInvitationInput,
    ) -> Result<InvitationPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "revokeInvitation", &input.idempotency_key, &input)?;
            let id = account_id(Kind::Invitation, "invitationId", &input.invitation_id)?;
            account::member::revoke_invitation(app, actor, &meta, id).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let invitation_id = done.map(|id| ID(encode(Kind::Invitation, id)));
        Ok(InvitationPayload { invitation_id, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Joins an organisation with the link of an invitation.
    async fn accept_invitation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: AcceptInvitationInput,
    ) -> Result<MembershipPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let AcceptInvitationInput { token, name, password, client_mutation_id } = input;
        let new = name.zip(password).map(|(name, password)| account::member::NewAccount { name, password });
        let done = account::member::accept_invitation(app, actor, origin(ctx), &token, new).await;
        let (done, user_errors) = settled(done)?;
        let membership_id = done.map(|id| ID(encode(Kind::Membership, id)));
        Ok(MembershipPayload { membership_id, user_errors, client_mutation_id })
    }

    /// Gives a member another role.
    async fn set_member_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SetMemberRoleInput,
    ) -> Result<MembershipPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "setMemberRole", &input.idempotency_key, &input)?;
            let id = account_id(Kind::Membership, "membershipId", &input.membership_id)?;
            account::member::set_role(app, actor, &meta, id, input.expected_version, input.role.0).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let membership_id = done.map(|id| ID(encode(Kind::Membership, id)));
        Ok(MembershipPayload { membership_id, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Ends a membership; the last owner stays.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RemoveMemberInput,
    ) -> Result<MembershipPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "removeMember", &input.idempotency_key, &input)?;
            let id = account_id(Kind::Membership, "membershipId", &input.membership_id)?;
            account::member::remove(app, actor, &meta, id).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let membership_id = done.map(|id| ID(encode(Kind::Membership, id)));
        Ok(MembershipPayload { membership_id, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Makes a key for an integrator, for the organisation for which the caller acts.
    async fn create_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: CreateApiKeyInput,
    ) -> Result<ApiKeyPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "createApiKey", &input.idempotency_key, &input)?;
            let scopes = input.scopes.iter().map(|scope| scope.0).collect();
            account::key::create(app, actor, &meta, &input.name, scopes, input.expires_in_days).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let (id, secret) = done.map_or((None, None), |(id, secret)| (Some(id), secret));
        Ok(ApiKeyPayload {
            api_key_id: id.map(|id| ID(encode(Kind::ApiKey, id))),
            secret: secret.map(|secret| secret.expose().to_owned()),
            user_errors,
            client_mutation_id: input.client_mutation_id,
        })
    }

    /// Takes a key back.
    async fn revoke_api_key(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RevokeApiKeyInput,
    ) -> Result<ApiKeyPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "revokeApiKey", &input.idempotency_key, &input)?;
            let id = account_id(Kind::ApiKey, "apiKeyId", &input.api_key_id)?;
            account::key::revoke(app, actor, &meta, id).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        Ok(ApiKeyPayload {
            api_key_id: done.map(|id| ID(encode(Kind::ApiKey, id))),
            secret: None,
            user_errors,
            client_mutation_id: input.client_mutation_id,
        })
    }

    /// Gives a person a role on the platform, or takes it away; for administrators, and never for oneself.
    async fn set_platform_role(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SetPlatformRoleInput,
    ) -> Result<PersonPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "setPlatformRole", &input.idempotency_key, &input)?;
            let id = Id::from_uuid(account_id(Kind::Person, "personId", &input.person_id)?);
            account::platform::set_role(app, actor, &meta, id, input.role.0, input.granted).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let person_id = done.map(|id| ID(encode(Kind::Person, id.uuid())));
        Ok(PersonPayload { person_id, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Shuts an account, or opens it again; for administrators.
    async fn set_person_disabled(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SetPersonDisabledInput,
    ) -> Result<PersonPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "setPersonDisabled", &input.idempotency_key, &input)?;
            let id = Id::from_uuid(account_id(Kind::Person, "personId", &input.person_id)?);
            account::platform::set_disabled(app, actor, &meta, id, input.disabled).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let person_id = done.map(|id| ID(encode(Kind::Person, id.uuid())));
        Ok(PersonPayload { person_id, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Writes down that the caller gives or takes back a consent.
    async fn record_consent(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RecordConsentInput,
    ) -> Result<AcceptedPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "recordConsent", &input.idempotency_key, &input)?;
            let done: Result<bool, CommandError> =
                account::data::consent(app, actor, &meta, &input.purpose, &input.text_version, input.granted)
                    .await;
            done.map(|_| ())
        };
        super::account::accepted(outcome.await, input.client_mutation_id)
    }
}
