//! Accounts: registration, sign-in, what proves who somebody is, and who belongs to which organisation.
//!
//! Where somebody without an account asks, the answer and the work are the same for addresses that are known and for
//! those that are not; what differs is in the mail.

pub mod data;
pub mod email;
pub mod key;
pub mod letters;
pub mod member;
pub mod password;
pub mod platform;
pub mod register;
pub mod session;
pub mod two_factor;

use domain::account::EmailAddress;

use crate::{
    app::App,
    auth::{
        password::{HashingFailed, WeakPassword},
        secret::{NoRandomness, Secret, SecretKind, hash_of},
    },
    command::{CommandError, CommandTx, Refusal},
    store::account::{OneTimeToken, Purpose, Throttle},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Seconds as microseconds.
const fn micros(seconds: i64) -> i64 {
    seconds.saturating_mul(1_000_000)
}

impl From<NoRandomness> for CommandError {
    fn from(_: NoRandomness) -> Self {
        Self::Failed
    }
}

impl From<HashingFailed> for CommandError {
    fn from(failure: HashingFailed) -> Self {
        match failure {
            HashingFailed::Busy => Self::Overloaded,
            HashingFailed::Failed => Self::Failed,
        }
    }
}

/// An address of an input.
///
/// # Errors
/// It is none.
pub fn address(path: &str, text: &str) -> Result<EmailAddress, CommandError> {
    text.parse().map_err(|error| Refusal::validation(path, error).into())
}

fn weak(path: &str) -> impl Fn(WeakPassword) -> CommandError {
    move |weak| Refusal::validation(path, weak).into()
}

/// A fresh token of mail.
pub(crate) fn new_token() -> Result<Secret, CommandError> {
    Ok(Secret::new(SecretKind::OneTime)?)
}

/// A link in mail; its address is configured and never taken from a request. What stands behind a `#` no server gets to
/// see, so the token is a part of the path: its page needs no script, and neither the log nor another site learns it.
pub(crate) fn link(app: &App, page: &str, token: &Secret) -> String {
    format!("{}/{page}/{}", app.auth.public_url, token.expose())
}

/// A link that cannot be used, whatever the reason.
pub(crate) fn dead_link(path: &str) -> CommandError {
    Refusal::new(
        crate::command::UserErrorCode::NotFound,
        path,
        "this link was used, was replaced by a newer one, or is too old: ask for another",
    )
    .into()
}

/// A live token of a purpose, locked.
pub(crate) async fn live_token(
    command: &CommandTx,
    purpose: Purpose,
    path: &str,
    text: &str,
) -> Result<OneTimeToken, CommandError> {
    let hash = hash_of(SecretKind::OneTime, text).ok_or_else(|| dead_link(path))?;
    let token = command.tx.find_token(purpose, &hash).await?;
    token.filter(|token| token.is_live(command.tx.now_micros())).ok_or_else(|| dead_link(path))
}

/// Counts an attempt, and refuses it where there were too many.
async fn throttled(app: &App, of: &Throttle) -> Result<(), CommandError> {
    match app.store.throttle(of, app.auth.clock.now().timestamp_micros()).await? {
        None => Ok(()),
        Some(wait) => {
            tracing::warn!(event = "throttled", "too many attempts");
            Err(Refusal::rate_limited(wait.div_euclid(1_000_000).saturating_add(1)).into())
        }
    }
}
