//! What an exchange event is made of, as clients see it.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, FixedOffset, Utc};
use domain::{
    exchange_event::{
        AvailableEventTransition, EventGuard, EventIntent, EventRegistration, EventTransition, ExchangeLevel,
    },
    value::SingleLine,
    vocabulary::OrganisationKind,
};

use super::super::{
    super::code::Code,
    OrganisationNode,
    common::{global, node, number},
};
use crate::event::fit::{Fit, FitBasis};

/// When meetings take place.
#[derive(Debug, SimpleObject)]
#[graphql(name = "EventSlot")]
pub struct SlotObject {
    /// Its number, from 1.
    pub(super) number: u16,
    /// Its beginning.
    pub(super) starts: DateTime<Utc>,
    /// Its end.
    pub(super) ends: DateTime<Utc>,
    /// Its beginning on the clocks of the place.
    pub(super) starts_local: DateTime<FixedOffset>,
}

/// A time on the clocks of a zone; zones are checked when an event is planned.
pub(in super::super) fn local(at: DateTime<Utc>, zone: &SingleLine) -> DateTime<FixedOffset> {
    let zone: chrono_tz::Tz = zone.as_str().parse().unwrap_or(chrono_tz::UTC);
    at.with_timezone(&zone).fixed_offset()
}

/// How many of a level or a kind take part at most.
#[derive(Debug, SimpleObject)]
#[graphql(name = "EventQuota")]
pub struct QuotaObject {
    /// Of which level; null where it is of a kind.
    pub(super) level: Option<Code<ExchangeLevel>>,
    /// Of which kind; null where it is of a level.
    pub(super) kind: Option<Code<OrganisationKind>>,
    /// How many.
    pub(super) max: u16,
    /// How many take part now.
    pub(super) taken: i64,
}

/// The own registration for an event.
#[derive(Debug, SimpleObject)]
#[graphql(name = "EventRegistration")]
pub struct RegistrationObject {
    /// Why it comes.
    pub(super) intents: Vec<Code<EventIntent>>,
    /// Numbers of the slots in which it can meet, from 1.
    pub(super) available: Vec<u16>,
    /// Languages, by ISO 639.
    pub(super) languages: Vec<String>,
    /// The project that it brings.
    pub(super) project_id: Option<ID>,
    /// The mandate that it brings.
    pub(super) mandate_id: Option<ID>,
    /// The number of its stand.
    pub(super) stand: Option<u16>,
    /// Meetings that it has at most.
    pub(super) limit: u16,
    /// Since when.
    pub(super) since: DateTime<Utc>,
}

impl From<&EventRegistration> for RegistrationObject {
    fn from(entry: &EventRegistration) -> Self {
        let facts = &entry.facts;
        Self {
            intents: facts.intents.iter().map(|intent| Code(*intent)).collect(),
            available: facts.available.clone(),
            languages: facts.languages.iter().map(ToString::to_string).collect(),
            project_id: facts.project.map(global),
            mandate_id: facts.mandate.map(global),
            stand: entry.stand,
            limit: entry.limit,
            since: entry.since,
        }
    }
}

/// A participant, as the others see it.
#[derive(Debug)]
pub struct ParticipantObject(pub(super) EventRegistration);

/// A participant of an event, as the organiser and the other participants see it.
#[Object(name = "EventParticipant")]
impl ParticipantObject {
    /// Who.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.0.organisation).await.map(OrganisationNode)
    }
    /// Its level of exchange.
    async fn level(&self) -> Code<ExchangeLevel> {
        Code(ExchangeLevel::of(self.0.kind))
    }
    /// Why it comes.
    async fn intents(&self) -> Vec<Code<EventIntent>> {
        self.0.facts.intents.iter().map(|intent| Code(*intent)).collect()
    }
    /// Languages in which it can talk, by ISO 639.
    async fn languages(&self) -> Vec<String> {
        self.0.facts.languages.iter().map(ToString::to_string).collect()
    }
    /// The number of its stand.
    async fn stand(&self) -> Option<u16> {
        self.0.stand
    }
}

/// A participant whom to meet, and why.
#[derive(Debug)]
pub struct SuggestionObject {
    pub(super) other: EventRegistration,
    pub(super) fit: Fit,
    pub(super) slots: usize,
}

/// A participant whom to meet, and why.
#[Object(name = "SuggestedMeeting")]
impl SuggestionObject {
    /// Whom.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.other.organisation).await.map(OrganisationNode)
    }
    /// How well the two fit, of a hundred; the schedule goes by it.
    async fn score(&self) -> f64 {
        f64::from(self.fit.score) / 1e6
    }
    /// By what.
    async fn basis(&self) -> FitBasis {
        self.fit.basis
    }
    /// Whether they have a language in common.
    async fn common_language(&self) -> bool {
        self.fit.language
    }
    /// Slots in which both can meet.
    async fn common_slots(&self) -> i64 {
        number(u64::try_from(self.slots).unwrap_or(u64::MAX))
    }
}

/// A transition of an event that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableEventTransition")]
pub struct AvailableObject {
    /// Its name.
    pub(super) name: Code<EventTransition>,
    /// What still has to hold; what the request itself brings is named too.
    pub(super) requires: Vec<Code<EventGuard>>,
}

impl From<AvailableEventTransition> for AvailableObject {
    fn from(available: AvailableEventTransition) -> Self {
        Self {
            name: Code(available.transition),
            requires: available.requires.into_iter().map(Code).collect(),
        }
    }
}
