//! Who may do what for a city: head of office, signatory, highest official, owner of a step.

use std::collections::BTreeSet;

use domain::{account::OrgRole, id::Id, organisation::Organisation, partnership::CityRole};
use uuid::Uuid;

use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Meta, Refusal},
};

/// Sets what a member of the office for which the actor acts may do for its city; for owners of the office.
///
/// # Errors
/// The actor is no owner, or there is no such member.
pub async fn set(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    membership: Uuid,
    roles: BTreeSet<CityRole>,
) -> Result<Id<Organisation>, CommandError> {
    app.command(actor, meta, move |command| {
        let roles = roles.clone();
        Box::pin(async move {
            let (office, role) = command.acting().await?;
            command.not_held(Some(office)).await?;
            if command.actor.person().is_none_or(|person| person.scopes.is_some()) {
                let message = "a person who is signed in says who acts for the city, and no key";
                return Err(Refusal::not_permitted(message).into());
            }
            if role != OrgRole::Owner {
                return Err(
                    Refusal::not_permitted("an owner of the office says who acts for the city").into()
                );
            }
            let missing = || CommandError::from(Refusal::not_found("membershipId", "membership"));
            let member = command.tx.lock_membership(membership).await?.ok_or_else(missing)?;
            if member.organisation != office {
                return Err(missing());
            }
            command.tx.set_city_roles(office, member.person, &roles).await?;
            command.audit_as("membership", Some(membership), serde_json::json!({"cityRoles": roles}));
            Ok(office)
        })
    })
    .await
}
