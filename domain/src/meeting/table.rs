//! The machine of a meeting as one table.

use chrono::{DateTime, Utc};

use super::code::{
    MeetingGuard as G, MeetingParty as P, MeetingSide, MeetingState as S, MeetingTransition as T,
};
use crate::{account::Person, exchange_event::AcceptanceMode, id::Id};

/// Hours in which it can be contested that somebody did not come (features 4.9.5).
pub const CONTEST_HOURS: i64 = 48;
/// Days after its slot began in which it can be said that somebody did not come.
pub const NO_SHOW_DAYS: i64 = 7;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingActor {
    /// The person; none for the platform.
    pub person: Option<Id<Person>>,
    /// For which side.
    pub side: Option<MeetingSide>,
    /// As what.
    pub parties: Vec<P>,
}

impl MeetingActor {
    /// The platform itself.
    pub fn system() -> Self {
        Self { person: None, side: None, parties: vec![P::System] }
    }
}

/// What the guards look at. The default is a meeting of which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeetingCircumstances {
    /// The side that accepts has room for one more.
    pub room: bool,
    /// The event takes requests and answers.
    pub requests_open: bool,
    /// Both sides are free in the slot, and so is a table or the stand of one.
    pub slot_free: bool,
    /// Both sides can meet in the slot.
    pub available: bool,
    /// A reason came with the request.
    pub reason: bool,
    /// The schedule is published.
    pub published: bool,
    /// Its slot, if it has one, begins later than now.
    pub before_start: bool,
    /// The side has said so already.
    pub said: bool,
    /// The other side proposed another slot.
    pub other_proposed: bool,
    /// It may still be said that somebody did not come.
    pub report_open: bool,
    /// The no-show is told of the side that asks.
    pub of_who_asks: bool,
    /// The no-show was told at most 48 hours ago.
    pub within_48_hours: bool,
    /// The no-show is contested.
    pub contested: bool,
    /// And the organiser has decided.
    pub decided: bool,
}

impl G {
    /// Whether it holds.
    pub const fn holds(self, at: &MeetingCircumstances) -> bool {
        match self {
            Self::Room => at.room,
            Self::RequestsOpen => at.requests_open,
            Self::RequestsOver => !at.requests_open,
            Self::SlotFree => at.slot_free,
            Self::Available => at.available,
            Self::Reason => at.reason,
            Self::Draft => !at.published,
            Self::Published => at.published,
            Self::BeforeStart => at.before_start,
            Self::Begun => !at.before_start,
            Self::NotYetSaid => !at.said,
            Self::OtherProposed => at.other_proposed,
            Self::ReportOpen => at.report_open,
            Self::OfWhoAsks => at.of_who_asks,
            Self::Within48Hours => at.within_48_hours,
            Self::NotContested => !at.contested,
            Self::Contested => at.contested && !at.decided,
        }
    }
}

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct MeetingRule {
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
pub enum MeetingRefusal {
    /// The table has no such transition from this state (`INVALID_TRANSITION`).
    #[error("a meeting in the state {from} has no transition {transition}")]
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
pub struct AvailableMeetingTransition {
    /// Its name.
    pub transition: T,
    /// What does not hold yet; empty where it can be asked for at once.
    pub requires: Vec<G>,
}

const REQUESTER: &[P] = &[P::Requester];
const RECIPIENT: &[P] = &[P::Recipient];
const SIDES: &[P] = &[P::Requester, P::Recipient];
const ORGANISER: &[P] = &[P::Organiser];
const SYSTEM: &[P] = &[P::System];

/// The table. A meeting begins by [`begin_meeting`].
///
/// The time of a meeting comes whether it was confirmed or not: both sides have agreed to meet, and to confirm tells the
/// other side that the time was seen. That somebody did not come stands until the organiser dismisses it; while it is
/// contested it is counted for nobody.
pub const MEETING_RULES: &[MeetingRule] = &[
    to(&[S::Requested], T::Accept, RECIPIENT, &[G::RequestsOpen, G::Room], S::Accepted),
    to(&[S::Requested], T::Decline, RECIPIENT, &[G::Reason], S::Declined),
    to(&[S::Requested], T::Withdraw, REQUESTER, &[], S::Withdrawn),
    to(&[S::Requested], T::Expire, SYSTEM, &[G::RequestsOver], S::Expired),
    to(
        &[S::Accepted, S::Unplaced, S::Scheduled],
        T::Schedule,
        ORGANISER,
        &[G::Draft, G::Available],
        S::Scheduled,
    ),
    to(
        &[S::Accepted, S::Unplaced, S::Scheduled, S::Confirmed],
        T::Schedule,
        SYSTEM,
        &[G::Available],
        S::Scheduled,
    ),
    to(&[S::Accepted, S::Scheduled, S::Unplaced], T::Unplace, ORGANISER, &[G::Draft], S::Unplaced),
    to(&[S::Accepted, S::Scheduled, S::Unplaced], T::Unplace, SYSTEM, &[G::Reason], S::Unplaced),
    to(&[S::Scheduled], T::Confirm, SIDES, &[G::Published, G::BeforeStart], S::Confirmed),
    stay(&[S::Confirmed], T::Confirm, SIDES, &[G::BeforeStart, G::NotYetSaid]),
    to(
        &[S::Scheduled, S::Confirmed],
        T::ProposeReschedule,
        SIDES,
        &[G::Published, G::BeforeStart, G::SlotFree],
        S::RescheduleProposed,
    ),
    to(
        &[S::RescheduleProposed],
        T::AgreeReschedule,
        SIDES,
        &[G::OtherProposed, G::BeforeStart, G::SlotFree],
        S::Scheduled,
    ),
    to(&[S::RescheduleProposed], T::KeepTime, SIDES, &[G::BeforeStart], S::Scheduled),
    to(
        &[S::Accepted, S::Unplaced, S::Scheduled, S::Confirmed, S::RescheduleProposed],
        T::Cancel,
        SIDES,
        &[G::BeforeStart],
        S::Cancelled,
    ),
    to(
        &[S::Requested, S::Accepted, S::Unplaced, S::Scheduled, S::Confirmed, S::RescheduleProposed],
        T::Cancel,
        SYSTEM,
        &[],
        S::Cancelled,
    ),
    to(&[S::Scheduled, S::Confirmed, S::RescheduleProposed], T::Hold, SYSTEM, &[G::Begun], S::Held),
    to(&[S::Held], T::ReportNoShow, SIDES, &[G::ReportOpen], S::NoShow),
    stay(&[S::NoShow], T::Contest, SIDES, &[G::OfWhoAsks, G::Within48Hours, G::NotContested]),
    stay(&[S::NoShow], T::Uphold, ORGANISER, &[G::Contested]),
    to(&[S::NoShow], T::Dismiss, ORGANISER, &[G::Contested], S::Held),
    stay(&[S::Held], T::Report, SIDES, &[G::NotYetSaid]),
];

const fn to(
    from: &'static [S],
    transition: T,
    who: &'static [P],
    guards: &'static [G],
    state: S,
) -> MeetingRule {
    MeetingRule { from, transition, who, guards, to: Some(state) }
}

const fn stay(from: &'static [S], transition: T, who: &'static [P], guards: &'static [G]) -> MeetingRule {
    MeetingRule { from, transition, who, guards, to: None }
}

impl MeetingRule {
    fn missing(&self, at: &MeetingCircumstances) -> Vec<G> {
        self.guards.iter().copied().filter(|guard| !guard.holds(at)).collect()
    }

    fn is_for(&self, who: &[P]) -> bool {
        self.who.iter().any(|party| who.contains(party))
    }
}

/// Where a transition leads somebody, who stands to the meeting in the given relations.
///
/// # Errors
/// The table has no such transition from here, it is for others, or something does not hold.
pub fn meeting_transition(
    from: S,
    transition: T,
    who: &[P],
    at: &MeetingCircumstances,
) -> Result<S, MeetingRefusal> {
    let rules =
        || MEETING_RULES.iter().filter(|rule| rule.transition == transition && rule.from.contains(&from));
    let Some(first) = rules().next() else {
        return Err(MeetingRefusal::InvalidTransition { from, transition });
    };
    let mut refusal = MeetingRefusal::NotPermitted { transition, who: first.who };
    for rule in rules().filter(|rule| rule.is_for(who)) {
        let open = rule.missing(at);
        if open.is_empty() {
            return Ok(rule.to.unwrap_or(from));
        }
        refusal = MeetingRefusal::Guards(open);
    }
    Err(refusal)
}

/// The transitions that somebody may ask for from a state, each with what still has to hold.
pub fn available_meeting_transitions(
    from: S,
    who: &[P],
    at: &MeetingCircumstances,
) -> Vec<AvailableMeetingTransition> {
    MEETING_RULES
        .iter()
        .filter(|rule| rule.from.contains(&from) && rule.is_for(who))
        .map(|rule| AvailableMeetingTransition { transition: rule.transition, requires: rule.missing(at) })
        .collect()
}

/// What has to be known for a request to begin. Whether it is allowed at all, by blocks, screening and budget, is asked
/// before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeetingBegin {
    /// What silence means at the event.
    pub acceptance: AcceptanceMode,
    /// The recipient has room for one more.
    pub room: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// Where a request begins: in the mode `OPT_OUT` it is accepted at once, unless the recipient is full. Who has blocked
/// whom is asked before, and nothing begins there.
pub const fn begin_meeting(begin: &MeetingBegin) -> S {
    match begin.acceptance {
        AcceptanceMode::OptOut if begin.room => S::Accepted,
        AcceptanceMode::OptOut | AcceptanceMode::OptIn => S::Requested,
    }
}
