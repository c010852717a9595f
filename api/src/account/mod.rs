//! Accounts: registration, sign-in, what proves who somebody is, and who belongs to which organisation.
//!
//! Where somebody without an account asks, the answer and the work are the same for addresses that are known and for
//! those that are not; what differs is in the mail.

mod attempts;
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

/// A live token of a purpose as a read finds it.
pub(crate) async fn known_token(
    app: &App,
    purpose: Purpose,
    text: &str,
) -> Result<Option<OneTimeToken>, CommandError> {
    let Some(hash) = hash_of(SecretKind::OneTime, text) else { return Ok(None) };
    let now = app.auth.clock.now().timestamp_micros();
    Ok(app.store.token(purpose, &hash).await?.filter(|token| token.is_live(now)))
}

/// Links of one place that were none, within a quarter of an hour, before it is told to wait.
const DEAD_LINKS: i32 = 30;

/// A live token of a purpose, found by a read: who has none gets neither as far as a write, for which others would wait,
/// nor as far as the hashing of a password. The write asks again, since it decides who of several is the one.
///
/// A place from which come too many that are none is told to wait; a link that is good is taken from there all the same.
///
/// # Errors
/// There is no such token, or there were too many that were none.
pub(crate) async fn seen_token(
    app: &App,
    from: &str,
    purpose: Purpose,
    path: &str,
    text: &str,
) -> Result<OneTimeToken, CommandError> {
    if hash_of(SecretKind::OneTime, text).is_none() {
        return Err(dead_link(path));
    }
    if let Some(token) = known_token(app, purpose, text).await? {
        return Ok(token);
    }
    let now = app.auth.clock.now().timestamp_micros();
    let dead = Throttle::new("dead links from", from, DEAD_LINKS, 15 * MINUTE);
    // Once they are used up, nothing is written for a further one.
    if let Some(wait) = app.store.throttled(&dead, now).await? {
        return Err(waits(wait));
    }
    throttled(app, &dead).await?;
    Err(dead_link(path))
}

/// Too many attempts: the refusal that says how long to wait.
fn waits(micros: i64) -> CommandError {
    tracing::warn!(event = "throttled", "too many attempts");
    Refusal::rate_limited(micros.div_euclid(1_000_000).saturating_add(1)).into()
}

/// Counts an attempt, and refuses it where there were too many.
async fn throttled(app: &App, of: &Throttle) -> Result<(), CommandError> {
    match app.store.throttle(of, app.auth.clock.now().timestamp_micros()).await? {
        None => Ok(()),
        Some(wait) => Err(waits(wait)),
    }
}
