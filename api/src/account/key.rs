//! Keys of integrators.

use std::sync::{Arc, Mutex, PoisonError};

use domain::{
    account::{Scope, Scopes},
    policy::{Action, AggregateKind},
    value::SingleLine,
};
use uuid::Uuid;

use super::{DAY, member::authorised, micros};
use crate::{
    app::App,
    auth::{
        Actor,
        secret::{Secret, SecretKind},
    },
    command::{CommandError, Meta, Refusal, UserErrorCode},
    store::account::NewApiKey,
};

/// Longest life of a key, in days.
pub const MAX_DAYS: i64 = 365;
/// Keys that an organisation may have.
const MAX_KEYS: usize = 50;

/// Makes a key for the organisation for which the actor acts. The secret is there once: a repetition under the same
/// idempotency key answers the key without it.
///
/// # Errors
/// The actor may not, or a field is wrong.
pub async fn create(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    name: &str,
    scopes: Vec<Scope>,
    days: i64,
) -> Result<(Uuid, Option<Secret>), CommandError> {
    let name = SingleLine::new(name).map_err(|error| Refusal::validation("name", error))?;
    let scopes = Scopes::new(scopes).map_err(|error| Refusal::validation("scopes", error))?;
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Refusal::validation("expiresInDays", format!("1 to {MAX_DAYS} days")).into());
    }
    let shown = Arc::new(Mutex::new(None));
    let shown_in = Arc::clone(&shown);
    let id = app
        .command(actor, meta, move |command| {
            let (name, scopes, shown_in) = (name.clone(), scopes.clone(), Arc::clone(&shown_in));
            Box::pin(async move {
                let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
                let (organisation, _) = command.acting().await?;
                authorised(command, AggregateKind::ApiKey, Action::Create, false, organisation).await?;
                if command.app.store.api_keys(organisation).await?.len() >= MAX_KEYS {
                    let message = format!("an organisation has at most {MAX_KEYS} keys");
                    return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
                }
                let secret = Secret::new(SecretKind::ApiKey)?;
                let key = NewApiKey {
                    organisation,
                    person,
                    name: name.to_string(),
                    hash: secret.hash(),
                    scopes: scopes.clone(),
                    expires_at: command.tx.now_micros().saturating_add(micros(days.saturating_mul(DAY))),
                };
                let id = command.tx.insert_api_key(key).await?;
                command.audit_as("api_key", Some(id), serde_json::json!({"scopes": scopes}));
                *shown_in.lock().unwrap_or_else(PoisonError::into_inner) = Some(secret);
                Ok(id)
            })
        })
        .await?;
    let secret = shown.lock().unwrap_or_else(PoisonError::into_inner).take();
    Ok((id, secret))
}

/// Takes a key back.
///
/// # Errors
/// There is none, or the actor may not.
pub async fn revoke(app: &App, actor: &Actor, meta: &Meta, id: Uuid) -> Result<Uuid, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let missing = || Refusal::not_found("apiKeyId", "key");
            let key = command.tx.lock_api_key(id).await?.ok_or_else(missing)?;
            let itself = command.actor.person_id() == Some(key.person);
            match authorised(command, AggregateKind::ApiKey, Action::Delete, itself, key.organisation).await {
                Err(CommandError::Refused(refusals))
                    if refusals.iter().any(|refusal| refusal.code == UserErrorCode::NotFound) =>
                {
                    return Err(missing().into());
                }
                done => done?,
            }
            if key.revoked_at.is_none() {
                command.tx.revoke_api_key(&key).await?;
                command.audit_as("api_key", Some(id), serde_json::json!({}));
            }
            Ok(id)
        })
    })
    .await
}
