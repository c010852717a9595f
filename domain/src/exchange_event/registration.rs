//! Who takes part in an event, with what it comes for.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{EventIntent, RegistrationState},
    plan::EventPlan,
    record::ExchangeEvent,
};
use crate::{
    FieldErrors,
    account::Person,
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    value::{CountryCode, Lang},
    vocabulary::OrganisationKind,
};

/// What a participant says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationFacts {
    /// Why it comes; at least one.
    pub intents: Vec<EventIntent>,
    /// Numbers of the slots in which it can meet.
    pub available: Vec<u16>,
    /// Languages in which it can talk.
    pub languages: Vec<Lang>,
    /// The project that it brings.
    pub project: Option<Id<Project>>,
    /// The mandate that it brings.
    pub mandate: Option<Id<Mandate>>,
    /// Meetings that it wants at most; the plan's number where it says none.
    pub limit: Option<u16>,
}

impl RegistrationFacts {
    /// Checks that they hold together and fit the plan; each list is put in order, without doubles.
    ///
    /// # Errors
    /// Everything that does not, by field.
    pub fn checked(mut self, plan: &EventPlan) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.intents.sort_unstable();
        self.intents.dedup();
        self.available.sort_unstable();
        self.available.dedup();
        self.languages.sort_unstable();
        self.languages.dedup();
        errors.check(!self.intents.is_empty(), "intents", "say what you come for");
        let known = self.available.iter().all(|number| plan.slot(*number).is_some());
        errors.check(known, "available", "the event has no such slot");
        errors.check(!self.available.is_empty(), "available", "name at least one slot in which you can meet");
        errors.check(!self.languages.is_empty(), "languages", "name at least one language");
        errors.check(self.languages.len() <= 20, "languages", "at most 20 languages");
        let within = self.limit.is_none_or(|limit| (1..=plan.meetings_each).contains(&limit));
        errors.check(within, "limit", "at least one meeting and at most as many as the event gives each");
        errors.into_result(self)
    }
}

/// A participant of an event: an organisation, by one of its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRegistration {
    /// The event.
    pub event: Id<ExchangeEvent>,
    /// Who organises it.
    pub organiser: Id<Organisation>,
    /// Who takes part.
    pub organisation: Id<Organisation>,
    /// Who registered it.
    pub person: Id<Person>,
    /// What the organisation is; quotas count by it.
    pub kind: OrganisationKind,
    /// Where it is from.
    pub country: Option<CountryCode>,
    /// What it says of itself.
    pub facts: RegistrationFacts,
    /// The number of its stand, from 1.
    pub stand: Option<u16>,
    /// Meetings that it has at most.
    pub limit: u16,
    /// Where it stands.
    pub state: RegistrationState,
    /// Since when.
    pub since: DateTime<Utc>,
}

impl EventRegistration {
    /// Whether it takes part.
    pub fn takes_part(&self) -> bool {
        self.state == RegistrationState::Registered
    }

    /// Whether it can meet in a slot.
    pub fn is_available(&self, slot: u16) -> bool {
        self.facts.available.binary_search(&slot).is_ok()
    }
}
