//! Who acts, and with what power, as read at the beginning of the request.

use std::{collections::BTreeSet, sync::Arc};

use domain::{
    account::{OrgRole, Person, PlatformRole, Scope, Scopes},
    id::Id,
    organisation::Organisation,
    project::Project,
};
use uuid::Uuid;

/// Who acts.
#[derive(Debug, Clone)]
pub enum Actor {
    /// Nobody known.
    Anonymous,
    /// A person.
    Person(Arc<PersonActor>),
    /// A timer or the command line.
    System,
}

/// A person who acts.
#[derive(Debug, Clone)]
pub struct PersonActor {
    /// Who.
    pub person: Id<Person>,
    /// In which session; none with an API key.
    pub session: Option<Uuid>,
    /// Whether the address was confirmed; before that the account holds no power.
    pub confirmed: bool,
    /// Roles on the platform.
    pub platform: BTreeSet<PlatformRole>,
    /// Memberships as they are now.
    pub memberships: Vec<(Id<Organisation>, OrgRole)>,
    /// For which organisation the person acts: the one that the request names, or the only one.
    pub acting: Option<Id<Organisation>>,
    /// What an API key may be used for; none where a person acts by itself.
    pub scopes: Option<Scopes>,
    /// Projects to which an organisation of the person was introduced as an investor, and still is.
    pub introduced: Vec<Id<Project>>,
}

impl Actor {
    /// The person, if one acts.
    pub fn person(&self) -> Option<&PersonActor> {
        match self {
            Self::Person(person) => Some(person),
            Self::Anonymous | Self::System => None,
        }
    }

    /// The person's id, if one acts.
    pub fn person_id(&self) -> Option<Id<Person>> {
        self.person().map(|person| person.person)
    }

    /// For which organisation a person acts.
    pub fn acting(&self) -> Option<Id<Organisation>> {
        self.person().and_then(|person| person.acting)
    }

    /// The role in an organisation, if the actor has one there.
    pub fn role_in(&self, organisation: Id<Organisation>) -> Option<OrgRole> {
        let person = self.person().filter(|person| person.confirmed)?;
        person.memberships.iter().find(|(id, _)| *id == organisation).map(|(_, role)| *role)
    }

    /// Whether the actor has a role on the platform. An API key never has.
    pub fn has(&self, role: PlatformRole) -> bool {
        self.person().is_some_and(|person| {
            person.confirmed && person.scopes.is_none() && person.platform.contains(&role)
        })
    }

    /// Whether an API key allows a use; a person who acts by itself needs no scope.
    pub fn in_scope(&self, scope: Scope) -> bool {
        self.person().is_none_or(|person| person.scopes.as_ref().is_none_or(|scopes| scopes.allows(scope)))
    }
}
