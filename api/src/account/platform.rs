//! Roles on the platform, and shutting an account.

use std::collections::BTreeSet;

use domain::{
    account::{EmailAddress, Person, PersonName, PlatformRole},
    id::Id,
    policy::{Action, AggregateKind, Decision, Standing, decide},
    value::Lang,
};

use super::{register::new_person, weak};
use crate::{
    app::App,
    auth::{Actor, password},
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::account::{PersonRow, PersonState},
};

/// Makes an administrator, from the command line: the first one cannot be made by another.
///
/// # Errors
/// A field is wrong, the address has an account, or the database does not answer.
pub async fn create_administrator(
    app: &App,
    email: EmailAddress,
    name: PersonName,
    password: String,
) -> Result<Id<Person>, CommandError> {
    password::check(&password, &[name.as_str(), email.as_str()]).map_err(weak("password"))?;
    let hash = app.auth.passwords.hash(password).await?;
    let command = app.begin(&Actor::System, "createAdministrator", None).await?;
    let person = new_person(&command, email, name, Lang::EN, Some(hash));
    match command.tx.insert_person(&person).await {
        Err(error) if error.is_taken("email") => {
            let message = "this address has an account already: grant it the role";
            return Err(Refusal::new(UserErrorCode::Duplicate, "email", message).into());
        }
        done => done?,
    }
    command.tx.grant_platform_role(person.id, PlatformRole::Administrator).await?;
    command.audit_as(
        "person",
        Some(person.id.uuid()),
        serde_json::json!({"role": PlatformRole::Administrator}),
    );
    command.tx.commit().await?;
    Ok(person.id)
}

async fn person_for(command: &CommandTx, id: Id<Person>, action: Action) -> Result<PersonRow, CommandError> {
    let missing = || CommandError::from(Refusal::not_found("personId", "person"));
    let actor = command.actor.person().ok_or(CommandError::Unauthenticated)?;
    let standing = Standing {
        confirmed: true,
        platform: if actor.scopes.is_none() { actor.platform.clone() } else { BTreeSet::default() },
        itself: actor.person == id,
        ..Standing::default()
    };
    match decide(AggregateKind::Person, action, standing.relations(), None) {
        Decision::Allow => command.tx.lock_person(id).await?.ok_or_else(missing),
        Decision::Hide => Err(missing()),
        Decision::Deny => Err(Refusal::not_permitted("this is for another administrator to do").into()),
    }
}

/// Gives a person a role on the platform, or takes it away. Nobody does it to oneself, and the last administrator
/// stays.
///
/// # Errors
/// There is no such person, the actor may not, or the last administrator would go.
pub async fn set_role(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Person>,
    role: PlatformRole,
    granted: bool,
) -> Result<Id<Person>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let person = person_for(command, id, Action::GrantRole).await?;
            if granted {
                command.tx.grant_platform_role(person.id, role).await?;
            } else {
                let holders = command.tx.holders_of(PlatformRole::Administrator).await?;
                let is_last = holders.iter().all(|holder| *holder == id.uuid());
                if role == PlatformRole::Administrator && is_last {
                    let message = "the platform keeps at least one administrator";
                    return Err(Refusal::new(UserErrorCode::GateFailed, "personId", message).into());
                }
                command.tx.revoke_platform_role(person.id, role).await?;
            }
            let detail = serde_json::json!({"role": role, "granted": granted});
            command.audit_as("person", Some(id.uuid()), detail);
            Ok(id)
        })
    })
    .await
}

/// Shuts an account, or opens it again. Its sessions and keys end.
///
/// # Errors
/// There is no such person, or the actor may not.
pub async fn set_disabled(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Person>,
    disabled: bool,
) -> Result<Id<Person>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let person = person_for(command, id, Action::Suspend).await?;
            if person.state == PersonState::Erased {
                return Err(Refusal::not_found("personId", "person").into());
            }
            let state = if disabled { PersonState::Disabled } else { PersonState::Active };
            let person = PersonRow { state, sessions_valid_after: command.tx.now_micros(), ..person };
            command.tx.update_person(&person).await?;
            command.tx.end_sessions(id, "DISABLED").await?;
            command.tx.revoke_api_keys(id).await?;
            command.audit_as("person", Some(id.uuid()), serde_json::json!({"disabled": disabled}));
            Ok(id)
        })
    })
    .await
}
