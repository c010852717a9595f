//! Registration. There is no account before its address is confirmed: what was typed waits in the link, so that
//! nobody can sit in wait under somebody else's address with a password of his own.

use domain::{
    account::{EmailAddress, Person, PersonName},
    id::Id,
    value::Lang,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    DAY, HOUR, address, dead_link, letters, link, live_token, micros, new_token, seen_token, throttled, weak,
};
use crate::{
    app::App,
    auth::{Actor, password},
    command::{CommandError, CommandTx, Refusal},
    digest::words::language_of,
    store::account::{NewToken, PersonRow, PersonState, Purpose, Throttle},
};

/// What somebody registers with.
#[derive(Debug, Clone)]
pub struct Registration {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// Name.
    pub name: String,
    /// Language of mail.
    pub language: Option<String>,
}

/// What waits for the confirmation.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    name: PersonName,
    language: Lang,
    password_hash: String,
}

/// Registers an address. The answer is the same whether it has an account or not.
///
/// # Errors
/// A field is wrong, or there were too many registrations.
pub async fn register(app: &App, from: &str, input: Registration) -> Result<(), CommandError> {
    let email = address("email", &input.email)?;
    let name = PersonName::new(&input.name).map_err(|error| Refusal::validation("name", error))?;
    let language = match &input.language {
        Some(code) => code.parse().map_err(|error| Refusal::validation("language", error))?,
        None => Lang::EN,
    };
    password::check(&input.password, &[name.as_str(), email.as_str()]).map_err(weak("password"))?;
    throttled(app, &Throttle::new("register from", from, 30, HOUR)).await?;
    let password_hash = app.auth.passwords.hash(input.password).await?;
    // Mail to one address is bounded too, and silently: the answer must not tell that somebody else asked before.
    let mail = Throttle::new("register mail", &email.identity(), 3, HOUR);
    let is_quiet = app.store.throttle(&mail, app.auth.clock.now().timestamp_micros()).await?.is_some();
    let command = app.begin(&Actor::Anonymous, "register", None).await?;
    if is_quiet {
        return Ok(command.tx.rollback().await?);
    }
    let letter = if let Some(person) = command.tx.lock_person_by_email(&email).await? {
        let url = format!("{}/reset-password", app.auth.public_url);
        let (subject, body) = letters::registered_already(letters::language(&person), &url);
        letters::security(Some(person.id), email.as_str(), &subject, body, None)
    } else {
        let waiting = Waiting { name, language, password_hash };
        confirmation(&command, &email, waiting).await?
    };
    command.tx.promise(letter, &app.auth.mail_domain).await?;
    Ok(command.tx.commit().await?)
}

async fn confirmation(
    command: &CommandTx,
    email: &EmailAddress,
    waiting: Waiting,
) -> Result<crate::store::Letter, CommandError> {
    let payload = serde_json::to_value(&waiting).map_err(|_| CommandError::Failed)?;
    let token = new_token()?;
    let expires_at = command.tx.now_micros().saturating_add(micros(DAY));
    let stored = NewToken {
        hash: token.hash(),
        purpose: Purpose::ConfirmEmail,
        person: None,
        organisation: None,
        email: Some(email.as_str().to_owned()),
        payload,
        expires_at,
    };
    command.tx.insert_token(stored).await?;
    let address = link(&command.app, "confirm-email", &token);
    let (subject, body) = letters::confirm(language_of(&waiting.language.to_string()), &address);
    Ok(letters::security(None, email.as_str(), &subject, body, Some(expires_at)))
}

/// Confirms an address and makes its account. Answers whose it is.
///
/// # Errors
/// The link cannot be used.
pub async fn confirm_email(app: &App, from: &str, token: &str) -> Result<Id<Person>, CommandError> {
    seen_token(app, from, Purpose::ConfirmEmail, "token", token).await?;
    let command = app.begin(&Actor::Anonymous, "confirmEmail", None).await?;
    let found = live_token(&command, Purpose::ConfirmEmail, "token", token).await?;
    let waiting: Waiting = serde_json::from_value(found.payload).map_err(|_| dead_link("token"))?;
    let email = found.email.as_deref().unwrap_or_default().parse().map_err(|_| dead_link("token"))?;
    if command.tx.lock_person_by_email(&email).await?.is_some() || !command.tx.claim_token(found.id).await? {
        return Err(dead_link("token"));
    }
    let person = new_person(&command, email, waiting.name, waiting.language, Some(waiting.password_hash));
    insert(&command, &person).await?;
    command.tx.commit().await?;
    Ok(person.id)
}

/// A person with a confirmed address, not yet stored.
pub(super) fn new_person(
    command: &CommandTx,
    email: EmailAddress,
    name: PersonName,
    language: Lang,
    password_hash: Option<String>,
) -> PersonRow {
    PersonRow {
        id: Id::from_uuid(Uuid::now_v7()),
        version: 1,
        email: Some(email),
        name: Some(name),
        password_hash,
        language: language.to_string(),
        state: PersonState::Active,
        sessions_valid_after: 0,
        confirmed_at: Some(command.tx.now_micros()),
        created_at: command.tx.now_micros(),
    }
}

pub(super) async fn insert(command: &CommandTx, person: &PersonRow) -> Result<(), CommandError> {
    match command.tx.insert_person(person).await {
        // Another link for the same address was quicker.
        Err(error) if error.is_taken("email") => return Err(dead_link("token")),
        done => done?,
    }
    command.audit_by(Some(person.id.uuid()), "person", Some(person.id.uuid()), serde_json::json!({}));
    Ok(())
}
