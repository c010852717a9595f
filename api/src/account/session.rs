//! Signing in and out, and refreshing a session.
//!
//! A refresh token is used once and gives the next one (RFC 9700, 4.14.2). One that is used again was copied: the
//! whole session ends, and its person is told.

use domain::{account::Person, id::Id};
use uuid::Uuid;

use super::{DAY, HOUR, address, attempts::Attempts, letters, micros, throttled};
use crate::{
    app::App,
    auth::{
        Actor, access_token,
        secret::{Secret, SecretKind, hash, hash_of},
        two_factor,
    },
    command::{CommandError, CommandTx, Refusal},
    store::account::{PersonRow, PersonState, Purpose, RefreshClaim, Throttle, TotpRow},
};

/// Days after which a session ends, however often it is refreshed.
pub const SESSION_DAYS: i64 = 30;
/// Days for which a refresh token can lie unused.
pub const IDLE_DAYS: i64 = 14;

/// What a client gets that signed in.
#[derive(Debug, Clone)]
pub struct Tokens {
    /// Whose they are.
    pub person: Id<Person>,
    /// The session.
    pub session: Uuid,
    /// For requests, a quarter of an hour.
    pub access_token: String,
    /// For the next tokens, once.
    pub refresh_token: Secret,
    /// Seconds for which the access token lives.
    pub expires_in: i64,
}

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Code of the second factor, or a recovery code.
    pub code: Option<String>,
    /// What the client is, for the list of sessions.
    pub client: Option<String>,
}

/// Days after which a session in a browser ends.
pub const BROWSER_DAYS: i64 = 14;

/// A session in a browser.
#[derive(Debug, Clone)]
pub struct BrowserSession {
    /// For the cookie.
    pub secret: Secret,
    /// Seconds for which it lasts.
    pub seconds: i64,
}

/// Signs in. A wrong address, a wrong password and a wrong code have one answer.
///
/// # Errors
/// The credentials are wrong, there were too many attempts, or the database does not answer.
pub async fn sign_in(app: &App, from: &str, input: Credentials) -> Result<Tokens, CommandError> {
    let name = client(input.client.clone());
    let (command, person, attempts) = with_password(app, from, input).await?;
    let tokens = open(&command, &person, name).await?;
    command.tx.commit().await?;
    attempts.succeeded(app).await;
    tracing::info!(event = "signed_in", person = %person.id.uuid(), session = %tokens.session, "signed in");
    Ok(tokens)
}

/// The same for a browser, which gets a secret for its cookie and no tokens. The session that it had `before`, whose
/// secret its cookie held, ends.
///
/// # Errors
/// As for [`sign_in`].
pub async fn sign_in_browser(
    app: &App,
    from: &str,
    input: Credentials,
    before: Option<&str>,
) -> Result<BrowserSession, CommandError> {
    let name = client(input.client.clone());
    let (command, person, attempts) = with_password(app, from, input).await?;
    let opened = open_in_browser(&command, &person, name, before).await?;
    command.tx.commit().await?;
    attempts.succeeded(app).await;
    tracing::info!(event = "signed_in", person = %person.id.uuid(), "signed in with a browser");
    Ok(opened)
}

/// Whose credentials these are, in a write in which the account is locked; and the counts of attempts to forgive.
async fn with_password(
    app: &App,
    from: &str,
    input: Credentials,
) -> Result<(CommandTx, PersonRow, Attempts), CommandError> {
    let email = address("email", &input.email)?;
    let mut attempts = Attempts::new(&email, from);
    attempts.counted(app).await?;
    let person = app.store.person_by_email(&email).await?;
    let person = person.filter(|person| person.state == PersonState::Active);
    let stored = person.as_ref().and_then(|person| person.password_hash.clone());
    let is_right = app.auth.passwords.verify(input.password, stored).await?;
    let Some(person) = person.filter(|_| is_right) else {
        tracing::warn!(event = "sign_in_failed", "wrong credentials");
        attempts.failed(app).await?;
        return Err(CommandError::Unauthenticated);
    };
    let command = app.begin(&Actor::Anonymous, "signIn", None).await?;
    // Read again in the write: the account may have been shut, or its password changed, meanwhile.
    let fresh = command.tx.lock_person(person.id).await?;
    let is_same = fresh
        .is_some_and(|now| now.state == PersonState::Active && now.password_hash == person.password_hash);
    if !is_same || !second_factor(&command, person.id, input.code.as_deref()).await? {
        tracing::warn!(event = "sign_in_failed", person = %person.id.uuid(), "wrong code, or none");
        command.tx.rollback().await?;
        attempts.failed(app).await?;
        return Err(CommandError::Unauthenticated);
    }
    Ok((command, person, attempts))
}

/// Signs in once with a link of the demo.
///
/// # Errors
/// The link cannot be used.
pub async fn sign_in_with_link(app: &App, from: &str, token: &str) -> Result<Tokens, CommandError> {
    let (command, person) = with_link(app, from, token).await?;
    let tokens = open(&command, &person, Some("sign-in link".to_owned())).await?;
    command.tx.commit().await?;
    Ok(tokens)
}

/// The same for a browser.
///
/// # Errors
/// The link cannot be used.
pub async fn sign_in_browser_with_link(
    app: &App,
    from: &str,
    token: &str,
    before: Option<&str>,
) -> Result<BrowserSession, CommandError> {
    let (command, person) = with_link(app, from, token).await?;
    let opened = open_in_browser(&command, &person, Some("sign-in link".to_owned()), before).await?;
    command.tx.commit().await?;
    Ok(opened)
}

/// Whose link this is, in the write that uses it up.
async fn with_link(app: &App, from: &str, token: &str) -> Result<(CommandTx, PersonRow), CommandError> {
    super::seen_token(app, from, Purpose::SignIn, "token", token).await?;
    let command = app.begin(&Actor::Anonymous, "signInWithLink", None).await?;
    let found = super::live_token(&command, Purpose::SignIn, "token", token).await?;
    let person = match found.person {
        Some(id) => command.tx.lock_person(id).await?.filter(|person| person.state == PersonState::Active),
        None => None,
    };
    let (Some(person), true) = (person, command.tx.claim_token(found.id).await?) else {
        return Err(super::dead_link("token"));
    };
    Ok((command, person))
}

/// Opens a session in a browser: it lasts [`BROWSER_DAYS`] and is not refreshed. It takes the place of the one before,
/// whose secret nobody holds any more who should.
async fn open_in_browser(
    command: &CommandTx,
    person: &PersonRow,
    client: Option<String>,
    before: Option<&str>,
) -> Result<BrowserSession, CommandError> {
    if let Some(hash) = before.and_then(|secret| hash_of(SecretKind::Browser, secret))
        && let Some(old) = command.app.store.browser_session(&hash).await?
    {
        command.tx.end_session(old.id, "SIGNED_IN_AGAIN").await?;
    }
    let seconds = BROWSER_DAYS.saturating_mul(DAY);
    let ends = command.tx.now_micros().saturating_add(micros(seconds));
    let secret = Secret::new(SecretKind::Browser)?;
    let session = command.tx.insert_browser_session(person.id, client, ends, secret.hash()).await?;
    command.audit_by(Some(person.id.uuid()), "session", Some(session), serde_json::json!({"browser": true}));
    Ok(BrowserSession { secret, seconds })
}

fn client(text: Option<String>) -> Option<String> {
    let text: String = text?.chars().filter(|c| !c.is_control()).take(80).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether the second factor is satisfied, or there is none.
async fn second_factor(
    command: &CommandTx,
    person: Id<Person>,
    code: Option<&str>,
) -> Result<bool, CommandError> {
    let Some(TotpRow { secret, confirmed_at: Some(confirmed), last_step }) =
        command.tx.lock_totp(person).await?
    else {
        return Ok(true);
    };
    let Some(code) = code else { return Ok(false) };
    if let Some(step) = two_factor::step_of(&secret, code, command.now.timestamp()) {
        // A code counts once.
        if step <= last_step {
            return Ok(false);
        }
        command.tx.note_totp_step(person, step, confirmed).await?;
        return Ok(true);
    }
    Ok(command.tx.claim_recovery_code(person, &hash(code.trim())).await?)
}

/// Opens a session in a write.
///
/// # Errors
/// There is no randomness or no key, or the database does not answer.
pub async fn open(
    command: &CommandTx,
    person: &PersonRow,
    client: Option<String>,
) -> Result<Tokens, CommandError> {
    let now = command.tx.now_micros();
    let refresh_token = Secret::new(SecretKind::Refresh)?;
    let ends = now.saturating_add(micros(SESSION_DAYS.saturating_mul(DAY)));
    let idle = now.saturating_add(micros(IDLE_DAYS.saturating_mul(DAY)));
    let session = command.tx.insert_session(person.id, client, ends, refresh_token.hash(), idle).await?;
    command.audit_by(Some(person.id.uuid()), "session", Some(session), serde_json::json!({}));
    tokens(command, person.id, session, refresh_token)
}

fn tokens(
    command: &CommandTx,
    person: Id<Person>,
    session: Uuid,
    refresh_token: Secret,
) -> Result<Tokens, CommandError> {
    let auth = &command.app.auth;
    let access_token =
        access_token::issue(&auth.keys, &auth.public_url, person, session, command.now.timestamp())
            .map_err(|_| CommandError::Failed)?;
    Ok(Tokens { person, session, access_token, refresh_token, expires_in: access_token::LIFETIME })
}

/// Gives the next tokens for a refresh token.
///
/// # Errors
/// It is none, is over, or was used before; the last ends its session.
pub async fn refresh(app: &App, from: &str, token: &str) -> Result<Tokens, CommandError> {
    throttled(app, &Throttle::new("refresh from", from, 600, HOUR)).await?;
    let hash = hash_of(SecretKind::Refresh, token).ok_or(CommandError::Unauthenticated)?;
    let command = app.begin(&Actor::Anonymous, "refreshSession", None).await?;
    let found = command.tx.find_refresh(&hash).await?.ok_or(CommandError::Unauthenticated)?;
    let (now, session) = (command.tx.now_micros(), found.session);
    let person = command.tx.lock_person(session.person).await?;
    let person = person.filter(|person| person.state == PersonState::Active);
    let (Some(person), None) = (person, session.ended_at) else { return Err(CommandError::Unauthenticated) };
    if now >= session.expires_at
        || now >= found.expires_at
        || session.created_at < person.sessions_valid_after
    {
        return Err(CommandError::Unauthenticated);
    }
    if found.used_at.is_some() || command.tx.claim_refresh(&hash).await? == RefreshClaim::Used {
        command.tx.end_session(session.id, "REUSE").await?;
        if let Some(email) = &person.email {
            let url = format!("{}/reset-password", app.auth.public_url);
            let (subject, body) = letters::reuse(letters::language(&person), &url);
            let letter = letters::security(Some(person.id), email.as_str(), &subject, body, None);
            command.tx.promise(letter, &app.auth.mail_domain).await?;
        }
        command.audit_by(
            Some(person.id.uuid()),
            "session",
            Some(session.id),
            serde_json::json!({"reuse": true}),
        );
        command.tx.commit().await?;
        tracing::warn!(event = "refresh_reused", person = %person.id.uuid(), session = %session.id, "session ended");
        return Err(CommandError::Unauthenticated);
    }
    let next = Secret::new(SecretKind::Refresh)?;
    let idle = now.saturating_add(micros(IDLE_DAYS.saturating_mul(DAY)));
    command.tx.insert_refresh(session.id, next.hash(), idle.min(session.expires_at)).await?;
    let tokens = tokens(&command, person.id, session.id, next)?;
    command.tx.commit().await?;
    Ok(tokens)
}

/// Ends the session of the request, or all of the person's. Answers how many.
///
/// # Errors
/// Nobody is signed in, or the database does not answer.
pub async fn sign_out(app: &App, actor: &Actor, everywhere: bool) -> Result<u64, CommandError> {
    let person = actor.person().ok_or(CommandError::Unauthenticated)?;
    let command = app.begin(actor, "signOut", None).await?;
    let ended = match person.session {
        _ if everywhere && person.scopes.is_none() => {
            command.tx.end_sessions(person.person, "SIGNED_OUT").await?
        }
        Some(session) => u64::from(command.tx.end_session(session, "SIGNED_OUT").await?),
        None => return Err(Refusal::not_permitted("a key has no session: take the key back instead").into()),
    };
    command.audit_as("session", person.session, serde_json::json!({"everywhere": everywhere}));
    command.tx.commit().await?;
    tracing::info!(event = "signed_out", person = %person.person.uuid(), "signed out");
    Ok(ended)
}

/// Ends one of the person's own sessions.
///
/// # Errors
/// There is no such session, or the database does not answer.
pub async fn end_session(app: &App, actor: &Actor, session: Uuid) -> Result<(), CommandError> {
    let person = actor.person().filter(|person| person.scopes.is_none());
    let person = person.ok_or(CommandError::Unauthenticated)?;
    let own = app.store.sessions(person.person).await?.iter().any(|own| own.id == session);
    if !own {
        return Err(Refusal::not_found("sessionId", "session").into());
    }
    let command = app.begin(actor, "endSession", None).await?;
    command.tx.end_session(session, "ENDED_BY_PERSON").await?;
    command.audit_as("session", Some(session), serde_json::json!({}));
    Ok(command.tx.commit().await?)
}
