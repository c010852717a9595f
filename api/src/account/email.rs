//! Changing the address of an account: the password again, a link to the new address, and a way back from the old.

use super::{
    DAY, HOUR, address, dead_link, letters, link, live_token, micros, new_token, password::confirmed_person,
    seen_token, throttled,
};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    store::account::{NewToken, PersonRow, PersonState, Purpose, Throttle},
};

/// Sends a link to a new address. The answer is the same where that address has an account.
///
/// # Errors
/// The password is wrong, the address is none, or there were too many requests.
pub async fn request_change(
    app: &App,
    actor: &Actor,
    new_email: &str,
    password: String,
) -> Result<(), CommandError> {
    actor.person().ok_or(CommandError::Unauthenticated)?;
    let new_email = address("newEmail", new_email)?;
    let person = confirmed_person(app, actor, "password", password).await?;
    throttled(app, &Throttle::new("email change", &person.id.uuid().to_string(), 5, HOUR)).await?;
    let command = app.begin(actor, "requestEmailChange", None).await?;
    let letter = if let Some(other) = command.tx.lock_person_by_email(&new_email).await? {
        let (subject, body) = letters::address_in_use(letters::language(&other));
        letters::security(None, new_email.as_str(), &subject, body, None)
    } else {
        command.tx.revoke_tokens(person.id, Purpose::ChangeEmail).await?;
        let token = new_token()?;
        let expires_at = command.tx.now_micros().saturating_add(micros(DAY));
        let stored = NewToken {
            hash: token.hash(),
            purpose: Purpose::ChangeEmail,
            person: Some(person.id),
            organisation: None,
            email: Some(new_email.as_str().to_owned()),
            payload: serde_json::json!({}),
            expires_at,
        };
        command.tx.insert_token(stored).await?;
        let address = link(app, "confirm-email-change", &token);
        let (subject, body) = letters::change_email(letters::language(&person), &address);
        letters::security(Some(person.id), new_email.as_str(), &subject, body, Some(expires_at))
    };
    command.tx.promise(letter, &app.auth.mail_domain).await?;
    command.audit_as("person", Some(person.id.uuid()), serde_json::json!({}));
    Ok(command.tx.commit().await?)
}

/// Gives the account the new address, and the old one a way back for a week.
///
/// # Errors
/// The link cannot be used, or the address was taken meanwhile.
pub async fn confirm_change(app: &App, from: &str, token: &str) -> Result<(), CommandError> {
    seen_token(app, from, Purpose::ChangeEmail, "token", token).await?;
    let command = app.begin(&Actor::Anonymous, "confirmEmailChange", None).await?;
    let found = live_token(&command, Purpose::ChangeEmail, "token", token).await?;
    let email = found.email.as_deref().unwrap_or_default().parse().map_err(|_| dead_link("token"))?;
    let person = match found.person {
        Some(id) => command.tx.lock_person(id).await?.filter(|person| person.state == PersonState::Active),
        None => None,
    };
    let person = person.ok_or_else(|| dead_link("token"))?;
    if !command.tx.claim_token(found.id).await? {
        return Err(dead_link("token"));
    }
    let old = person.email.clone();
    let person = PersonRow { email: Some(email), ..person };
    match command.tx.update_person(&person).await {
        Err(error) if error.is_taken("email") => return Err(dead_link("token")),
        done => done?,
    }
    command.tx.revoke_tokens(person.id, Purpose::ResetPassword).await?;
    if let Some(old) = old {
        let back = new_token()?;
        let expires_at = command.tx.now_micros().saturating_add(micros(7 * DAY));
        let stored = NewToken {
            hash: back.hash(),
            purpose: Purpose::RevertEmail,
            person: Some(person.id),
            organisation: None,
            email: Some(old.as_str().to_owned()),
            payload: serde_json::json!({}),
            expires_at,
        };
        command.tx.insert_token(stored).await?;
        let address = link(app, "revert-email-change", &back);
        let (subject, body) = letters::email_changed(letters::language(&person), &address);
        let letter = letters::security(Some(person.id), old.as_str(), &subject, body, Some(expires_at));
        command.tx.promise(letter, &app.auth.mail_domain).await?;
    }
    command.audit_by(Some(person.id.uuid()), "person", Some(person.id.uuid()), serde_json::json!({}));
    Ok(command.tx.commit().await?)
}

/// Takes a change of address back. Whoever made it may know the password and hold sessions: all of it is void, and
/// the old address sets a new password.
///
/// # Errors
/// The link cannot be used.
pub async fn revert_change(app: &App, from: &str, token: &str) -> Result<(), CommandError> {
    seen_token(app, from, Purpose::RevertEmail, "token", token).await?;
    let command = app.begin(&Actor::Anonymous, "revertEmailChange", None).await?;
    let found = live_token(&command, Purpose::RevertEmail, "token", token).await?;
    let email = found.email.as_deref().unwrap_or_default().parse().map_err(|_| dead_link("token"))?;
    let person = match found.person {
        Some(id) => command.tx.lock_person(id).await?.filter(|person| person.state == PersonState::Active),
        None => None,
    };
    let person = person.ok_or_else(|| dead_link("token"))?;
    if !command.tx.claim_token(found.id).await? {
        return Err(dead_link("token"));
    }
    let person = PersonRow {
        email: Some(email),
        password_hash: None,
        sessions_valid_after: command.tx.now_micros(),
        ..person
    };
    match command.tx.update_person(&person).await {
        Err(error) if error.is_taken("email") => return Err(dead_link("token")),
        done => done?,
    }
    command.tx.end_sessions(person.id, "EMAIL_REVERTED").await?;
    command.tx.revoke_api_keys(person.id).await?;
    for purpose in [Purpose::ChangeEmail, Purpose::RevertEmail, Purpose::ResetPassword] {
        command.tx.revoke_tokens(person.id, purpose).await?;
    }
    command.audit_by(Some(person.id.uuid()), "person", Some(person.id.uuid()), serde_json::json!({}));
    Ok(command.tx.commit().await?)
}
