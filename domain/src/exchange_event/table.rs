//! The machine of an exchange event as one table.

use super::code::{EventGuard as G, EventParty as P, EventState as S, EventTransition as T};
use crate::{account::Person, id::Id};

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventActor {
    /// The person; none for the platform.
    pub person: Option<Id<Person>>,
    /// As what.
    pub parties: Vec<P>,
}

impl EventActor {
    /// The platform itself.
    pub fn system() -> Self {
        Self { person: None, parties: vec![P::System] }
    }
}

/// What the guards look at. The default is an event of which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EventCircumstances {
    /// Slots that it has.
    pub slots: u32,
    /// Tables and stands that it has.
    pub tables: u32,
    /// Requests close later than now.
    pub freeze_ahead: bool,
    /// The first slot begins later than now.
    pub start_ahead: bool,
    /// The last slot is over.
    pub end_reached: bool,
    /// Bookings of a participant, a table or a stand beyond the first in a slot.
    pub double_bookings: u32,
    /// What came of it is said in short.
    pub summaries: u32,
    /// Reasons given.
    pub reasons: u32,
}

impl G {
    /// Whether it holds.
    pub const fn holds(self, at: &EventCircumstances) -> bool {
        match self {
            Self::Slots => at.slots > 0,
            Self::Tables => at.tables > 0,
            Self::FreezeAhead => at.freeze_ahead,
            Self::StartAhead => at.start_ahead,
            Self::FreezeReached => !at.freeze_ahead,
            Self::StartReached => !at.start_ahead,
            Self::EndReached => at.end_reached,
            Self::NoDoubleBooking => at.double_bookings == 0,
            Self::Summary => at.summaries > 0,
            Self::Reason => at.reasons > 0,
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct EventRule {
    /// The states from which it leads.
    pub from: &'static [S],
    /// Its name.
    pub transition: T,
    /// Who may ask for it.
    pub who: &'static [P],
    /// What has to hold.
    pub guards: &'static [G],
    /// Where it leads; none where it stays.
    pub to: Option<S>,
}

/// Why a transition is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventRefusal {
    /// The table has no such transition from this state (`INVALID_TRANSITION`).
    #[error("an exchange event in the state {from} has no transition {transition}")]
    InvalidTransition {
        /// The state.
        from: S,
        /// What was asked for.
        transition: T,
    },
    /// Somebody else may (`NOT_PERMITTED`).
    #[error("the transition {transition} is for others")]
    NotPermitted {
        /// What was asked for.
        transition: T,
        /// Who may.
        who: &'static [P],
    },
    /// Something does not hold; all of it is named (`GATE_FAILED`).
    #[error("something is missing for the transition: {0:?}")]
    Guards(Vec<G>),
}

/// A transition that somebody may ask for, with what still has to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AvailableEventTransition {
    /// Its name.
    pub transition: T,
    /// What does not hold yet; empty where it can be asked for at once.
    pub requires: Vec<G>,
}

const ORGANISER: &[P] = &[P::Organiser];
const SYSTEM: &[P] = &[P::System];

/// The table. An event begins as a draft of its organiser; requests close by hand or by the clock, and it begins and
/// ends by the clock alone.
pub const EVENT_RULES: &[EventRule] = &[
    stay(&[S::Draft], T::Edit, ORGANISER, &[]),
    to(&[S::Draft], T::Announce, ORGANISER, &[G::Slots, G::Tables, G::FreezeAhead], S::Announced),
    to(&[S::Announced], T::Open, ORGANISER, &[G::FreezeAhead], S::Registration),
    to(&[S::Registration], T::OpenRequests, ORGANISER, &[G::FreezeAhead], S::Requesting),
    to(&[S::Requesting], T::Freeze, ORGANISER, &[], S::Scheduling),
    to(&[S::Requesting], T::Freeze, SYSTEM, &[G::FreezeReached], S::Scheduling),
    to(&[S::Scheduling], T::Publish, ORGANISER, &[G::NoDoubleBooking, G::StartAhead], S::Published),
    to(&[S::Published], T::Start, SYSTEM, &[G::StartReached], S::Live),
    to(&[S::Live], T::End, SYSTEM, &[G::EndReached], S::Closed),
    to(&[S::Closed], T::Report, ORGANISER, &[G::Summary], S::Reported),
    to(
        &[S::Draft, S::Announced, S::Registration, S::Requesting, S::Scheduling, S::Published],
        T::Cancel,
        ORGANISER,
        &[G::Reason],
        S::Cancelled,
    ),
];

const fn to(
    from: &'static [S],
    transition: T,
    who: &'static [P],
    guards: &'static [G],
    state: S,
) -> EventRule {
    EventRule { from, transition, who, guards, to: Some(state) }
}

const fn stay(from: &'static [S], transition: T, who: &'static [P], guards: &'static [G]) -> EventRule {
    EventRule { from, transition, who, guards, to: None }
}

impl EventRule {
    fn missing(&self, at: &EventCircumstances) -> Vec<G> {
        self.guards.iter().copied().filter(|guard| !guard.holds(at)).collect()
    }

    fn is_for(&self, who: &[P]) -> bool {
        self.who.iter().any(|party| who.contains(party))
    }
}

/// Where a transition leads somebody, who stands to the event in the given relations.
///
/// # Errors
/// The table has no such transition from here, it is for others, or something does not hold.
pub fn event_transition(
    from: S,
    transition: T,
    who: &[P],
    at: &EventCircumstances,
) -> Result<S, EventRefusal> {
    let rules =
        || EVENT_RULES.iter().filter(|rule| rule.transition == transition && rule.from.contains(&from));
    let Some(first) = rules().next() else {
        return Err(EventRefusal::InvalidTransition { from, transition });
    };
    let mut refusal = EventRefusal::NotPermitted { transition, who: first.who };
    for rule in rules().filter(|rule| rule.is_for(who)) {
        let open = rule.missing(at);
        if open.is_empty() {
            return Ok(rule.to.unwrap_or(from));
        }
        refusal = EventRefusal::Guards(open);
    }
    Err(refusal)
}

/// The transitions that somebody may ask for from a state, each with what still has to hold.
pub fn available_event_transitions(
    from: S,
    who: &[P],
    at: &EventCircumstances,
) -> Vec<AvailableEventTransition> {
    EVENT_RULES
        .iter()
        .filter(|rule| rule.from.contains(&from) && rule.is_for(who))
        .map(|rule| AvailableEventTransition { transition: rule.transition, requires: rule.missing(at) })
        .collect()
}
