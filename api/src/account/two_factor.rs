//! Taking a second factor up and giving it away.

use super::{
    MINUTE, letters,
    password::{confirmed_person, end_others},
    throttled,
};
use crate::{
    app::App,
    auth::{
        Actor,
        secret::{Secret, SecretKind, hash},
        two_factor::{address, new_secret, step_of},
    },
    command::{CommandError, CommandTx, Refusal, UserErrorCode},
    store::account::{PersonRow, Throttle},
};

/// Recovery codes that are given out.
const CODES: usize = 10;

/// What an authenticator needs.
#[derive(Debug, Clone)]
pub struct Enrolment {
    /// The shared secret in base 32.
    pub secret: String,
    /// The same as an address that an authenticator reads.
    pub address: String,
}

/// Makes a shared secret. It does not count before its first code.
///
/// # Errors
/// The password is wrong, or a second factor is there already.
pub async fn start(app: &App, actor: &Actor, password: String) -> Result<Enrolment, CommandError> {
    let person = confirmed_person(app, actor, "password", password).await?;
    let command = app.begin(actor, "startTwoFactor", None).await?;
    if command.tx.lock_totp(person.id).await?.is_some_and(|totp| totp.confirmed_at.is_some()) {
        let message = "a second factor is there already: disable it first";
        return Err(Refusal::new(UserErrorCode::Duplicate, "", message).into());
    }
    let secret = new_secret()?;
    command.tx.put_totp(person.id, secret.clone()).await?;
    command.audit_as("person", Some(person.id.uuid()), serde_json::json!({}));
    command.tx.commit().await?;
    let account = person.email.as_ref().map_or("account", |email| email.as_str());
    Ok(Enrolment { address: address(&secret, account), secret })
}

/// Confirms the second factor with its first code. Answers the recovery codes, which are shown this once.
///
/// # Errors
/// Nothing was started, the code is wrong, or there were too many attempts.
pub async fn confirm(app: &App, actor: &Actor, code: &str) -> Result<Vec<Secret>, CommandError> {
    let person = actor.person().filter(|person| person.scopes.is_none());
    let person = person.ok_or(CommandError::Unauthenticated)?.person;
    throttled(app, &Throttle::new("second factor", &person.uuid().to_string(), 10, 15 * MINUTE)).await?;
    let command = app.begin(actor, "confirmTwoFactor", None).await?;
    let totp = command.tx.lock_totp(person).await?.filter(|totp| totp.confirmed_at.is_none());
    let Some(totp) = totp else {
        let message = "no second factor waits for its first code: start one";
        return Err(Refusal::new(UserErrorCode::InvalidTransition, "", message).into());
    };
    let Some(step) = step_of(&totp.secret, code, command.now.timestamp()) else {
        let message = "the code is not right: look at the clock of the device that shows it";
        return Err(Refusal::validation("code", message).into());
    };
    command.tx.note_totp_step(person, step, command.tx.now_micros()).await?;
    let codes: Vec<Secret> =
        (0..CODES).map(|_| Secret::new(SecretKind::OneTime)).collect::<Result<_, _>>()?;
    let hashes = codes.iter().map(|code| hash(code.expose())).collect();
    command.tx.insert_recovery_codes(person, hashes).await?;
    let url = format!("{}/reset-password", app.auth.public_url);
    let row = command.tx.lock_person(person).await?.ok_or(CommandError::Unauthenticated)?;
    changed(&command, &row, letters::two_factor_added(letters::language(&row), &url)).await?;
    command.audit_as("person", Some(person.uuid()), serde_json::json!({}));
    command.tx.commit().await?;
    Ok(codes)
}

/// Takes the second factor away: the password again, and a code.
///
/// # Errors
/// The password or the code is wrong.
pub async fn disable(app: &App, actor: &Actor, password: String, code: &str) -> Result<(), CommandError> {
    let person = confirmed_person(app, actor, "password", password).await?;
    let command = app.begin(actor, "disableTwoFactor", None).await?;
    let wrong = || CommandError::from(Refusal::validation("code", "the code is not right"));
    let totp = command.tx.lock_totp(person.id).await?.ok_or_else(wrong)?;
    let by_code =
        step_of(&totp.secret, code, command.now.timestamp()).is_some_and(|step| step > totp.last_step);
    if !by_code && !command.tx.claim_recovery_code(person.id, &hash(code.trim())).await? {
        return Err(wrong());
    }
    command.tx.delete_totp(person.id).await?;
    let url = format!("{}/reset-password", app.auth.public_url);
    changed(&command, &person, letters::two_factor_removed(letters::language(&person), &url)).await?;
    command.audit_as("person", Some(person.id.uuid()), serde_json::json!({}));
    Ok(command.tx.commit().await?)
}

/// What goes with every change of the second factor: the other sessions end, and the person is told.
async fn changed(
    command: &CommandTx,
    person: &PersonRow,
    (subject, body): letters::Said,
) -> Result<(), CommandError> {
    end_others(command, person.id, "FACTOR_CHANGED").await?;
    if let Some(email) = &person.email {
        let letter = letters::security(Some(person.id), email.as_str(), &subject, body, None);
        command.tx.promise(letter, &command.app.auth.mail_domain).await?;
    }
    Ok(())
}
