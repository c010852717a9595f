//! Mutations of one's own account. Those that carry credentials take no idempotency key: their answers hold secrets,
//! which are never stored to be given again.

mod input;

use async_graphql::{Context, Object, Result, SimpleObject};

pub use input::{
    ChangePasswordInput, ConfirmTwoFactorInput, DisableTwoFactorInput, EndSessionInput, LinkInput,
    PasswordAgainInput, RefreshSessionInput, RegisterInput, RequestEmailChangeInput,
    RequestPasswordResetInput, ResetPasswordInput, SignInInput, SignOutInput,
};

use super::{UserError, origin, payload, settled};
use crate::{
    account::{self, session::Tokens},
    app::App,
    auth::Actor,
};

/// Tokens of a session.
#[derive(Debug, SimpleObject)]
#[graphql(name = "SessionTokens")]
pub struct TokensObject {
    /// For the header `Authorization: Bearer …`, a quarter of an hour.
    access_token: String,
    /// For `refreshSession`, once.
    refresh_token: String,
    /// Seconds for which the access token lives.
    expires_in: i64,
}

impl From<Tokens> for TokensObject {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token.expose().to_owned(),
            expires_in: tokens.expires_in,
        }
    }
}

payload! {
    /// Answer of a mutation that gives nothing back; the same whether an address is known or not.
    AcceptedPayload {
        /// True where the request was taken.
        accepted: bool,
    }
}

payload! {
    /// Answer of a mutation that opens or continues a session.
    SessionPayload {
        /// The tokens.
        tokens: TokensObject,
    }
}

payload! {
    /// Answer of `startTwoFactor`.
    StartTwoFactorPayload {
        /// The shared secret in base 32.
        secret: String,
        /// The same as an address that an authenticator reads.
        address: String,
    }
}

payload! {
    /// Answer of `confirmTwoFactor`.
    ConfirmTwoFactorPayload {
        /// Codes for when the device is lost; each counts once, and they are shown this once.
        recovery_codes: Vec<String>,
    }
}

pub(super) fn accepted(
    outcome: Result<(), crate::command::CommandError>,
    mark: Option<String>,
) -> Result<AcceptedPayload> {
    let (done, user_errors) = settled(outcome)?;
    Ok(AcceptedPayload { accepted: done.map(|()| true), user_errors, client_mutation_id: mark })
}

fn session(
    outcome: Result<Tokens, crate::command::CommandError>,
    mark: Option<String>,
) -> Result<SessionPayload> {
    let (done, user_errors): (_, Vec<UserError>) = settled(outcome)?;
    Ok(SessionPayload { tokens: done.map(Into::into), user_errors, client_mutation_id: mark })
}

/// Mutations of one's own account.
#[derive(Debug, Default)]
pub struct AccountMutation;

/// Mutations of one's own account.
#[Object]
impl AccountMutation {
    /// Registers an address. A link to confirm it goes there; the answer is the same where it has an account.
    async fn register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RegisterInput,
    ) -> Result<AcceptedPayload> {
        let RegisterInput { email, password, name, language, client_mutation_id } = input;
        let registration = account::register::Registration { email, password, name, language };
        let done = account::register::register(ctx.data::<App>()?, origin(ctx), registration).await;
        accepted(done, client_mutation_id)
    }

    /// Confirms an address and makes its account.
    async fn confirm_email(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: LinkInput,
    ) -> Result<AcceptedPayload> {
        let done = account::register::confirm_email(ctx.data::<App>()?, origin(ctx), &input.token).await;
        accepted(done.map(|_| ()), input.client_mutation_id)
    }

    /// Signs in. Wrong credentials of whatever kind are answered with one error.
    async fn sign_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SignInInput,
    ) -> Result<SessionPayload> {
        let SignInInput { email, password, code, client, client_mutation_id } = input;
        let credentials = account::session::Credentials { email, password, code, client };
        let done = account::session::sign_in(ctx.data::<App>()?, origin(ctx), credentials).await;
        session(done, client_mutation_id)
    }

    /// Signs in once with a link, as the demo prints them for its people.
    async fn sign_in_with_link(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: LinkInput,
    ) -> Result<SessionPayload> {
        let done = account::session::sign_in_with_link(ctx.data::<App>()?, origin(ctx), &input.token).await;
        session(done, input.client_mutation_id)
    }

    /// Gives the next tokens of a session. A refresh token that is used twice ends its session.
    async fn refresh_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RefreshSessionInput,
    ) -> Result<SessionPayload> {
        let done = account::session::refresh(ctx.data::<App>()?, origin(ctx), &input.refresh_token).await;
        session(done, input.client_mutation_id)
    }

    /// Ends the session that asks, or all of the person's.
    async fn sign_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SignOutInput,
    ) -> Result<AcceptedPayload> {
        let everywhere = input.everywhere.unwrap_or(false);
        let done = account::session::sign_out(ctx.data::<App>()?, ctx.data::<Actor>()?, everywhere).await;
        accepted(done.map(|_| ()), input.client_mutation_id)
    }

    /// Ends one of the own sessions.
    async fn end_session(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: EndSessionInput,
    ) -> Result<AcceptedPayload> {
        let id = super::account_id(crate::store::Kind::Session, "sessionId", &input.session_id);
        let done = match id {
            Ok(id) => account::session::end_session(ctx.data::<App>()?, ctx.data::<Actor>()?, id).await,
            Err(refusal) => Err(refusal),
        };
        accepted(done, input.client_mutation_id)
    }

    /// Sends a link to set a new password; the answer is the same where the address has no account.
    async fn request_password_reset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RequestPasswordResetInput,
    ) -> Result<AcceptedPayload> {
        let done = account::password::request_reset(ctx.data::<App>()?, origin(ctx), &input.email).await;
        accepted(done, input.client_mutation_id)
    }

    /// Sets a new password by a link. All sessions and keys end; the second factor stays.
    async fn reset_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ResetPasswordInput,
    ) -> Result<AcceptedPayload> {
        let ResetPasswordInput { token, new_password, client_mutation_id } = input;
        let done = account::password::reset(ctx.data::<App>()?, origin(ctx), &token, new_password).await;
        accepted(done, client_mutation_id)
    }

    /// Changes the password. The other sessions end.
    async fn change_password(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ChangePasswordInput,
    ) -> Result<AcceptedPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let done = account::password::change(app, actor, input.current_password, input.new_password).await;
        accepted(done, input.client_mutation_id)
    }

    /// Sends a link to a new address of the account.
    async fn request_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RequestEmailChangeInput,
    ) -> Result<AcceptedPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let done = account::email::request_change(app, actor, &input.new_email, input.password).await;
        accepted(done, input.client_mutation_id)
    }

    /// Gives the account its new address by the link that went there.
    async fn confirm_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: LinkInput,
    ) -> Result<AcceptedPayload> {
        let done = account::email::confirm_change(ctx.data::<App>()?, origin(ctx), &input.token).await;
        accepted(done, input.client_mutation_id)
    }

    /// Takes a change of address back by the link that went to the old one.
    async fn revert_email_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: LinkInput,
    ) -> Result<AcceptedPayload> {
        let done = account::email::revert_change(ctx.data::<App>()?, origin(ctx), &input.token).await;
        accepted(done, input.client_mutation_id)
    }

    /// Makes a shared secret for a second factor. It does not count before its first code.
    async fn start_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: PasswordAgainInput,
    ) -> Result<StartTwoFactorPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let (done, user_errors) = settled(account::two_factor::start(app, actor, input.password).await)?;
        let (secret, address) = done.map(|made| (made.secret, made.address)).unzip();
        Ok(StartTwoFactorPayload {
            secret,
            address,
            user_errors,
            client_mutation_id: input.client_mutation_id,
        })
    }

    /// Confirms the second factor with its first code, and gives the recovery codes.
    async fn confirm_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ConfirmTwoFactorInput,
    ) -> Result<ConfirmTwoFactorPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let (done, user_errors) = settled(account::two_factor::confirm(app, actor, &input.code).await)?;
        let recovery_codes = done.map(|codes| codes.iter().map(|code| code.expose().to_owned()).collect());
        Ok(ConfirmTwoFactorPayload {
            recovery_codes,
            user_errors,
            client_mutation_id: input.client_mutation_id,
        })
    }

    /// Takes the second factor away.
    async fn disable_two_factor(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DisableTwoFactorInput,
    ) -> Result<AcceptedPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let done = account::two_factor::disable(app, actor, input.password, &input.code).await;
        accepted(done, input.client_mutation_id)
    }

    /// Erases the own account. What is left are ids that name nobody.
    async fn erase_me(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: PasswordAgainInput,
    ) -> Result<AcceptedPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let done = account::data::erase(app, actor, input.password).await;
        accepted(done, input.client_mutation_id)
    }
}
