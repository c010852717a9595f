//! Changing a password that is known, and setting one that was forgotten.

use domain::{account::Person, id::Id};

use super::{
    HOUR, MINUTE, address, attempts::Attempts, dead_link, letters, link, live_token, micros, new_token,
    seen_token, throttled, weak,
};
use crate::{
    app::App,
    auth::{Actor, password},
    command::{CommandError, CommandTx, Refusal},
    store::account::{NewToken, PersonRow, PersonState, Purpose, Throttle},
};

/// The person of a request, who has just shown the password again. A key cannot.
///
/// # Errors
/// Nobody is signed in, the password is wrong, or there were too many attempts.
pub(super) async fn confirmed_person(
    app: &App,
    actor: &Actor,
    path: &str,
    password: String,
) -> Result<PersonRow, CommandError> {
    let person = actor.person().filter(|person| person.scopes.is_none());
    let person = person.ok_or(CommandError::Unauthenticated)?;
    throttled(app, &Throttle::new("password again", &person.person.uuid().to_string(), 10, 15 * MINUTE))
        .await?;
    let row = app.store.person(person.person).await?.ok_or(CommandError::Unauthenticated)?;
    if app.auth.passwords.verify(password, row.password_hash.clone()).await? {
        Ok(row)
    } else {
        Err(Refusal::not_permitted("the current password is not right").at(path).into())
    }
}

fn checked(path: &str, password: &str, person: &PersonRow) -> Result<(), CommandError> {
    let name = person.name.as_ref().map_or("", |name| name.as_str());
    let email = person.email.as_ref().map_or("", |email| email.as_str());
    password::check(password, &[name, email]).map_err(weak(path))
}

/// Changes the password; the other sessions end.
///
/// # Errors
/// The current password is wrong, the new one is weak, or the database does not answer.
pub async fn change(app: &App, actor: &Actor, current: String, new: String) -> Result<(), CommandError> {
    let row = confirmed_person(app, actor, "currentPassword", current).await?;
    checked("newPassword", &new, &row)?;
    let hash = app.auth.passwords.hash(new).await?;
    let command = app.begin(actor, "changePassword", None).await?;
    let person = command.tx.lock_person(row.id).await?.ok_or(CommandError::Unauthenticated)?;
    set(&command, person, hash).await?;
    end_others(&command, row.id, "PASSWORD_CHANGED").await?;
    Ok(command.tx.commit().await?)
}

/// Ends the sessions of the person who asks but the one in which it is asked.
pub(super) async fn end_others(
    command: &CommandTx,
    person: Id<Person>,
    because: &'static str,
) -> Result<(), CommandError> {
    let own = command.actor.person().and_then(|person| person.session);
    command.tx.end_other_sessions(person, own, because).await?;
    Ok(())
}

/// Stores a hash, voids open links, and tells the person.
async fn set(command: &CommandTx, person: PersonRow, hash: String) -> Result<(), CommandError> {
    let person = PersonRow { password_hash: Some(hash), ..person };
    command.tx.update_person(&person).await?;
    command.tx.revoke_tokens(person.id, Purpose::ResetPassword).await?;
    if let Some(email) = &person.email {
        let url = format!("{}/reset-password", command.app.auth.public_url);
        let (subject, body) = letters::password_changed(letters::language(&person), &url);
        let letter = letters::security(Some(person.id), email.as_str(), &subject, body, None);
        command.tx.promise(letter, &command.app.auth.mail_domain).await?;
    }
    command.audit_by(Some(person.id.uuid()), "person", Some(person.id.uuid()), serde_json::json!({}));
    Ok(())
}

/// Sends a link to set a new password, if the address has an account. The answer is the same if not, and also where
/// there were too many requests for the address or from the same place: then nothing is sent.
///
/// # Errors
/// The address is none, or the database does not answer.
pub async fn request_reset(app: &App, from: &str, email: &str) -> Result<(), CommandError> {
    let email = address("email", email)?;
    let now = app.auth.clock.now().timestamp_micros();
    if app.store.throttle(&Throttle::new("reset from", from, 20, HOUR), now).await?.is_some() {
        tracing::warn!(event = "throttled", "too many requests for new passwords");
        return Ok(());
    }
    let mail = Throttle::new("reset mail", &email.identity(), 3, HOUR);
    let is_quiet = app.store.throttle(&mail, now).await?.is_some();
    let command = app.begin(&Actor::Anonymous, "requestPasswordReset", None).await?;
    let person = command.tx.lock_person_by_email(&email).await?;
    let person = person.filter(|person| person.state == PersonState::Active && !is_quiet);
    let Some(person) = person else { return Ok(command.tx.rollback().await?) };
    command.tx.revoke_tokens(person.id, Purpose::ResetPassword).await?;
    let token = new_token()?;
    let expires_at = command.tx.now_micros().saturating_add(micros(30 * MINUTE));
    let stored = NewToken {
        hash: token.hash(),
        purpose: Purpose::ResetPassword,
        person: Some(person.id),
        organisation: None,
        email: Some(email.identity()),
        payload: serde_json::json!({}),
        expires_at,
    };
    command.tx.insert_token(stored).await?;
    let (subject, body) = letters::reset(letters::language(&person), &link(app, "reset-password", &token));
    let letter = letters::security(Some(person.id), email.as_str(), &subject, body, Some(expires_at));
    command.tx.promise(letter, &app.auth.mail_domain).await?;
    Ok(command.tx.commit().await?)
}

/// Sets a new password with a link; all sessions and keys end, the second factor stays.
///
/// # Errors
/// The link cannot be used, or the password is weak.
pub async fn reset(app: &App, from: &str, token: &str, new: String) -> Result<(), CommandError> {
    let found = seen_token(app, from, Purpose::ResetPassword, "token", token).await?;
    let person = match found.person {
        Some(id) => app.store.person(id).await?,
        None => None,
    };
    // Checked before the link is used, so that a weak password does not cost it; and before the work of hashing.
    checked("newPassword", &new, &person.ok_or_else(|| dead_link("token"))?)?;
    throttled(app, &Throttle::new("hash by link", &found.id.to_string(), 10, 15 * MINUTE)).await?;
    let hash = app.auth.passwords.hash(new.clone()).await?;
    let command = app.begin(&Actor::Anonymous, "resetPassword", None).await?;
    let found = live_token(&command, Purpose::ResetPassword, "token", token).await?;
    let person = match found.person {
        Some(id) => command.tx.lock_person(id).await?,
        None => None,
    };
    // A link to an address that is no longer the account's is void.
    let person = person.filter(|person| {
        person.state == PersonState::Active
            && person.email.as_ref().map(domain::account::EmailAddress::identity) == found.email
    });
    let person = person.ok_or_else(|| dead_link("token"))?;
    checked("newPassword", &new, &person)?;
    if !command.tx.claim_token(found.id).await? {
        return Err(dead_link("token"));
    }
    let (id, email) = (person.id, person.email.clone());
    let person = PersonRow { sessions_valid_after: command.tx.now_micros(), ..person };
    set(&command, person, hash).await?;
    command.tx.end_sessions(id, "PASSWORD_RESET").await?;
    command.tx.revoke_api_keys(id).await?;
    command.tx.commit().await?;
    if let Some(email) = &email {
        // Whoever reads the mail of the account is not kept out by what others tried.
        Attempts::new(email, from).proved_by_mail(app).await;
    }
    Ok(())
}
