//! The machine of an exchange event as one table.

use super::code::{EventGuard as G, EventParty as P, EventState as S, EventTransition as T};
use crate::{
    account::Person,
    id::Id,
    machine::{Available, Machine, Refusal, Rule},
};

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

/// The machine of an exchange event; a rule without a target stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventMachine;

impl Machine for EventMachine {
    const WHAT: &'static str = "an exchange event";
    type State = S;
    type Transition = T;
    type Party = P;
    type Guard = G;
    type Target = Option<S>;
    type At<'a> = &'a EventCircumstances;
    const RULES: &'static [EventRule] = EVENT_RULES;

    fn holds(guard: G, at: Self::At<'_>) -> bool {
        guard.holds(at)
    }

    fn lead(to: Self::Target, from: S, _: Self::At<'_>) -> Option<S> {
        Some(to.unwrap_or(from))
    }
}

/// One line of the table.
pub type EventRule = Rule<EventMachine>;
/// Why a transition is refused.
pub type EventRefusal = Refusal<EventMachine>;
/// A transition that somebody may ask for, with what still has to hold.
pub type AvailableEventTransition = Available<EventMachine>;

const ORGANISER: &[P] = &[P::Organiser];
const SYSTEM: &[P] = &[P::System];

/// The table. An event begins as a draft of its organiser; requests close by hand or by the clock, and it begins and
/// ends by the clock alone.
pub const EVENT_RULES: &[EventRule] = &[
    Rule::new(&[S::Draft], T::Edit, ORGANISER, &[], None),
    Rule::new(
        &[S::Draft],
        T::Announce,
        ORGANISER,
        &[G::Slots, G::Tables, G::FreezeAhead],
        Some(S::Announced),
    ),
    Rule::new(&[S::Announced], T::Open, ORGANISER, &[G::FreezeAhead], Some(S::Registration)),
    Rule::new(&[S::Registration], T::OpenRequests, ORGANISER, &[G::FreezeAhead], Some(S::Requesting)),
    Rule::new(&[S::Requesting], T::Freeze, ORGANISER, &[], Some(S::Scheduling)),
    Rule::new(&[S::Requesting], T::Freeze, SYSTEM, &[G::FreezeReached], Some(S::Scheduling)),
    Rule::new(
        &[S::Scheduling],
        T::Publish,
        ORGANISER,
        &[G::NoDoubleBooking, G::StartAhead],
        Some(S::Published),
    ),
    Rule::new(&[S::Published], T::Start, SYSTEM, &[G::StartReached], Some(S::Live)),
    Rule::new(&[S::Live], T::End, SYSTEM, &[G::EndReached], Some(S::Closed)),
    Rule::new(&[S::Closed], T::Report, ORGANISER, &[G::Summary], Some(S::Reported)),
    Rule::new(
        &[S::Draft, S::Announced, S::Registration, S::Requesting, S::Scheduling, S::Published],
        T::Cancel,
        ORGANISER,
        &[G::Reason],
        Some(S::Cancelled),
    ),
];
