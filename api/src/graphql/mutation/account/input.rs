//! What mutations of one's own account are given.

use async_graphql::InputObject;

/// What somebody registers with.
#[derive(Debug, InputObject)]
pub struct RegisterInput {
    /// Address; the confirmation goes there.
    pub(super) email: String,
    /// At least 15 characters; nothing that a guesser tries first.
    #[graphql(secret)]
    pub(super) password: String,
    /// Name.
    pub(super) name: String,
    /// Language of mail, ISO 639; English where none is given.
    pub(super) language: Option<String>,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A link from mail.
#[derive(Debug, InputObject)]
pub struct LinkInput {
    /// The last part of the link's address.
    #[graphql(secret)]
    pub(super) token: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

impl LinkInput {
    /// The token.
    pub(in crate::graphql::mutation) fn token(&self) -> &str {
        &self.token
    }

    /// The client's own mark.
    pub(in crate::graphql::mutation) fn into_mark(self) -> Option<String> {
        self.client_mutation_id
    }
}

/// What somebody signs in with.
#[derive(Debug, InputObject)]
pub struct SignInInput {
    /// Address.
    pub(super) email: String,
    /// Password.
    #[graphql(secret)]
    pub(super) password: String,
    /// Code of the second factor, or a recovery code; for accounts that have one.
    #[graphql(secret)]
    pub(super) code: Option<String>,
    /// What the client is, for the list of sessions.
    pub(super) client: Option<String>,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A refresh token.
#[derive(Debug, InputObject)]
pub struct RefreshSessionInput {
    /// The last one of the session.
    #[graphql(secret)]
    pub(super) refresh_token: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// Which sessions end.
#[derive(Debug, InputObject)]
pub struct SignOutInput {
    /// All of the person's, and not only this one.
    pub(super) everywhere: Option<bool>,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// One of the own sessions.
#[derive(Debug, InputObject)]
pub struct EndSessionInput {
    /// Its id.
    pub(super) session_id: async_graphql::ID,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// An address.
#[derive(Debug, InputObject)]
pub struct RequestPasswordResetInput {
    /// Address of the account.
    pub(super) email: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A new password by a link.
#[derive(Debug, InputObject)]
pub struct ResetPasswordInput {
    /// The last part of the link's address.
    #[graphql(secret)]
    pub(super) token: String,
    /// The new password.
    #[graphql(secret)]
    pub(super) new_password: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A new password by the old one.
#[derive(Debug, InputObject)]
pub struct ChangePasswordInput {
    /// The one that is in force.
    #[graphql(secret)]
    pub(super) current_password: String,
    /// The new one.
    #[graphql(secret)]
    pub(super) new_password: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A new address.
#[derive(Debug, InputObject)]
pub struct RequestEmailChangeInput {
    /// The new one; a link goes there.
    pub(super) new_email: String,
    /// The password again.
    #[graphql(secret)]
    pub(super) password: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// The password again.
#[derive(Debug, InputObject)]
pub struct PasswordAgainInput {
    /// The password that is in force.
    #[graphql(secret)]
    pub(super) password: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A code of the second factor.
#[derive(Debug, InputObject)]
pub struct ConfirmTwoFactorInput {
    /// Six digits.
    #[graphql(secret)]
    pub(super) code: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// The password and a code.
#[derive(Debug, InputObject)]
pub struct DisableTwoFactorInput {
    /// The password that is in force.
    #[graphql(secret)]
    pub(super) password: String,
    /// Six digits, or a recovery code.
    #[graphql(secret)]
    pub(super) code: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}
