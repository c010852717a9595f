//! As whom a letter is read: whoever has an account under its address, with the memberships of now, or nobody known.

use std::{collections::BTreeSet, sync::Arc};

use crate::{
    auth::{Actor, PersonActor},
    store::{Store, StoreError, SubscriptionRow, account::PersonState},
};

/// The reader of a subscription's letters. A person whose address is another now reads nothing there; a mailbox has no
/// role on the platform.
///
/// # Errors
/// The database does not answer.
pub async fn of(store: &Store, subscription: &SubscriptionRow) -> Result<Actor, StoreError> {
    let Some(id) = subscription.person else { return Ok(Actor::Anonymous) };
    let (person, memberships) = tokio::try_join!(store.person(id), store.memberships(id))?;
    let is_theirs = |person: &crate::store::account::PersonRow| {
        let email = person.email.as_ref();
        person.state == PersonState::Active
            && email.is_some_and(|email| email.as_str().eq_ignore_ascii_case(&subscription.address))
    };
    if !person.as_ref().is_some_and(is_theirs) {
        return Ok(Actor::Anonymous);
    }
    let memberships: Vec<_> = memberships.iter().map(|m| (m.organisation, m.role)).collect();
    let own: Vec<_> = memberships.iter().map(|(id, _)| *id).collect();
    let introduced = store.introduced_to(&own).await?;
    let acting = match own.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    Ok(Actor::Person(Arc::new(PersonActor {
        person: id,
        session: None,
        confirmed: true,
        platform: BTreeSet::new(),
        memberships,
        acting,
        scopes: None,
        introduced,
    })))
}
