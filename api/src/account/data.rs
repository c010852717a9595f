//! What a person can ask about its own data: all of it, or none of it any more; and to what it consented.

use domain::id::Id;

use super::password::confirmed_person;
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Meta, Refusal, UserErrorCode},
    store::account::{PersonRow, PersonState},
};

/// All that is stored about the person who asks, and nothing about others.
///
/// # Errors
/// Nobody is signed in, or the database does not answer.
pub async fn export(app: &App, actor: &Actor) -> Result<serde_json::Value, CommandError> {
    let person = actor.person().filter(|person| person.scopes.is_none());
    let person = person.ok_or(CommandError::Unauthenticated)?;
    Ok(app.store.personal_data(person.person).await?)
}

/// Erases the person who asks. What is left are ids that name nobody, so that the audit chain stays whole.
///
/// # Errors
/// The password is wrong, or the person is the last owner of an organisation.
pub async fn erase(app: &App, actor: &Actor, password: String) -> Result<(), CommandError> {
    let person = confirmed_person(app, actor, "password", password).await?;
    let command = app.begin(actor, "eraseMe", None).await?;
    let person = command.tx.lock_person(person.id).await?.ok_or(CommandError::Unauthenticated)?;
    for membership in command.tx.memberships_of(person.id).await? {
        let all = command.tx.lock_memberships(membership.organisation).await?;
        let others = || all.iter().filter(|other| other.id != membership.id);
        let is_last_owner = !others().any(|other| other.role == domain::account::OrgRole::Owner);
        if is_last_owner && others().next().is_some() {
            let message =
                "you are the last owner of an organisation with members: make one of them an owner first";
            return Err(Refusal::new(UserErrorCode::GateFailed, "", message).into());
        }
        command.tx.delete_membership(&membership).await?;
    }
    let id = person.id;
    command.tx.end_sessions(id, "ERASED").await?;
    command.tx.revoke_api_keys(id).await?;
    let erased = PersonRow {
        email: None,
        name: None,
        password_hash: None,
        language: "en".to_owned(),
        state: PersonState::Erased,
        sessions_valid_after: command.tx.now_micros(),
        confirmed_at: None,
        ..person
    };
    command.tx.update_person(&erased).await?;
    command.tx.erase_personal_data(id).await?;
    command.audit_as("person", Some(id.uuid()), serde_json::json!({}));
    command.tx.commit().await?;
    tracing::info!(event = "erased", person = %id.uuid(), "a person was erased");
    Ok(())
}

/// What consents are for.
pub const PURPOSES: [&str; 3] = ["CROSS_BORDER_TRANSFER", "SENSITIVE_DATA", "NEWS"];

/// Writes down that the person gave or took back a consent. The log only grows.
///
/// # Errors
/// An unknown purpose, or a version that is no short text.
pub async fn consent(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    purpose: &str,
    text_version: &str,
    granted: bool,
) -> Result<bool, CommandError> {
    let purpose = PURPOSES.into_iter().find(|known| *known == purpose);
    let purpose =
        purpose.ok_or_else(|| Refusal::validation("purpose", format!("one of {}", PURPOSES.join(", "))))?;
    let version = domain::value::SingleLine::new(text_version)
        .map_err(|error| Refusal::validation("textVersion", error))?;
    app.command(actor, meta, move |command| {
        let version = version.clone();
        Box::pin(async move {
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            command.tx.insert_consent(person, purpose, version.as_str(), granted, "API").await?;
            command.audit_as(
                "person",
                Some(Id::uuid(person)),
                serde_json::json!({"purpose": purpose, "granted": granted}),
            );
            Ok(granted)
        })
    })
    .await
}
