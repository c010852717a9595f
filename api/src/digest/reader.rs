//! As whom a letter is read: whoever has an account under its address, with the memberships of now, or nobody known.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use uuid::Uuid;

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
    Ok(of_all(store, &[subscription]).await?.remove(&subscription.id).unwrap_or(Actor::Anonymous))
}

/// The readers of some subscriptions' letters, by subscription; whoever is not among them is nobody known.
///
/// # Errors
/// The database does not answer.
pub async fn of_all(
    store: &Store,
    subscriptions: &[&SubscriptionRow],
) -> Result<HashMap<Uuid, Actor>, StoreError> {
    let known: BTreeSet<_> = subscriptions.iter().filter_map(|row| row.person).collect();
    let known: Vec<_> = known.into_iter().collect();
    if known.is_empty() {
        return Ok(HashMap::new());
    }
    let (persons, memberships) = tokio::try_join!(store.persons(&known), store.memberships_of_all(&known))?;
    let organisations: BTreeSet<_> = memberships.iter().map(|membership| membership.organisation).collect();
    let organisations: Vec<_> = organisations.into_iter().collect();
    let introduced = store.introduced_to_each(&organisations).await?;
    let mut roles: HashMap<_, Vec<_>> = HashMap::new();
    for membership in memberships {
        roles.entry(membership.person).or_default().push((membership.organisation, membership.role));
    }
    let mut actors = HashMap::new();
    let mut addresses = HashMap::new();
    for person in persons.into_iter().filter(|person| person.state == PersonState::Active) {
        let memberships = roles.remove(&person.id).unwrap_or_default();
        let acting = match memberships.as_slice() {
            [(only, _)] => Some(*only),
            _ => None,
        };
        let introduced = memberships.iter().filter_map(|(id, _)| introduced.get(id)).flatten().copied();
        let actor = PersonActor {
            person: person.id,
            session: None,
            confirmed: true,
            platform: BTreeSet::new(),
            introduced: introduced.collect(),
            memberships,
            acting,
            scopes: None,
        };
        actors.insert(person.id, Actor::Person(Arc::new(actor)));
        addresses.insert(person.id, person.email);
    }
    let theirs = subscriptions.iter().filter_map(|row| {
        let person = row.person?;
        let address = addresses.get(&person)?.as_ref()?;
        let is_theirs = address.as_str().eq_ignore_ascii_case(&row.address);
        is_theirs.then(|| Some((row.id, actors.get(&person)?.clone())))?
    });
    Ok(theirs.collect())
}
