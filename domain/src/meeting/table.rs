//! The machine of a meeting as one table.

use chrono::{DateTime, Utc};

use super::code::{
    MeetingGuard as G, MeetingParty as P, MeetingSide, MeetingState as S, MeetingTransition as T,
};
use crate::{
    account::Person,
    exchange_event::AcceptanceMode,
    id::Id,
    machine::{Available, Machine, Refusal, Rule},
};

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
    /// The organiser is not a side of it: nobody judges in their own affair, and what is contested and not decided counts
    /// for nobody.
    pub apart: bool,
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
            Self::Apart => at.apart,
        }
    }
}

/// The machine of a meeting; a rule without a target stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MeetingMachine;

impl Machine for MeetingMachine {
    const WHAT: &'static str = "a meeting";
    type State = S;
    type Transition = T;
    type Party = P;
    type Guard = G;
    type Target = Option<S>;
    type At<'a> = &'a MeetingCircumstances;
    const RULES: &'static [MeetingRule] = MEETING_RULES;

    fn holds(guard: G, at: Self::At<'_>) -> bool {
        guard.holds(at)
    }

    fn lead(to: Self::Target, from: S, _: Self::At<'_>) -> Option<S> {
        Some(to.unwrap_or(from))
    }
}

/// One line of the table.
pub type MeetingRule = Rule<MeetingMachine>;
/// Why a transition is refused.
pub type MeetingRefusal = Refusal<MeetingMachine>;
/// A transition that somebody may ask for, with what still has to hold.
pub type AvailableMeetingTransition = Available<MeetingMachine>;

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
    Rule::new(&[S::Requested], T::Accept, RECIPIENT, &[G::RequestsOpen, G::Room], Some(S::Accepted)),
    Rule::new(&[S::Requested], T::Decline, RECIPIENT, &[G::Reason], Some(S::Declined)),
    Rule::new(&[S::Requested], T::Withdraw, REQUESTER, &[], Some(S::Withdrawn)),
    Rule::new(&[S::Requested], T::Expire, SYSTEM, &[G::RequestsOver], Some(S::Expired)),
    Rule::new(
        &[S::Accepted, S::Unplaced, S::Scheduled],
        T::Schedule,
        ORGANISER,
        &[G::Draft, G::Available],
        Some(S::Scheduled),
    ),
    Rule::new(
        &[S::Accepted, S::Unplaced, S::Scheduled, S::Confirmed],
        T::Schedule,
        SYSTEM,
        &[G::Available],
        Some(S::Scheduled),
    ),
    Rule::new(
        &[S::Accepted, S::Scheduled, S::Unplaced],
        T::Unplace,
        ORGANISER,
        &[G::Draft],
        Some(S::Unplaced),
    ),
    Rule::new(&[S::Accepted, S::Scheduled, S::Unplaced], T::Unplace, SYSTEM, &[G::Reason], Some(S::Unplaced)),
    Rule::new(&[S::Scheduled], T::Confirm, SIDES, &[G::Published, G::BeforeStart], Some(S::Confirmed)),
    Rule::new(&[S::Confirmed], T::Confirm, SIDES, &[G::BeforeStart, G::NotYetSaid], None),
    Rule::new(
        &[S::Scheduled, S::Confirmed],
        T::ProposeReschedule,
        SIDES,
        &[G::Published, G::BeforeStart, G::SlotFree],
        Some(S::RescheduleProposed),
    ),
    Rule::new(
        &[S::RescheduleProposed],
        T::AgreeReschedule,
        SIDES,
        &[G::OtherProposed, G::BeforeStart, G::SlotFree],
        Some(S::Scheduled),
    ),
    Rule::new(&[S::RescheduleProposed], T::KeepTime, SIDES, &[G::BeforeStart], Some(S::Scheduled)),
    Rule::new(
        &[S::Accepted, S::Unplaced, S::Scheduled, S::Confirmed, S::RescheduleProposed],
        T::Cancel,
        SIDES,
        &[G::BeforeStart],
        Some(S::Cancelled),
    ),
    Rule::new(
        &[S::Requested, S::Accepted, S::Unplaced, S::Scheduled, S::Confirmed, S::RescheduleProposed],
        T::Cancel,
        SYSTEM,
        &[],
        Some(S::Cancelled),
    ),
    Rule::new(
        &[S::Scheduled, S::Confirmed, S::RescheduleProposed],
        T::Hold,
        SYSTEM,
        &[G::Begun],
        Some(S::Held),
    ),
    Rule::new(&[S::Held], T::ReportNoShow, SIDES, &[G::ReportOpen], Some(S::NoShow)),
    Rule::new(&[S::NoShow], T::Contest, SIDES, &[G::OfWhoAsks, G::Within48Hours, G::NotContested], None),
    Rule::new(&[S::NoShow], T::Uphold, ORGANISER, &[G::Contested, G::Apart], None),
    Rule::new(&[S::NoShow], T::Dismiss, ORGANISER, &[G::Contested, G::Apart], Some(S::Held)),
    Rule::new(&[S::Held], T::Report, SIDES, &[G::NotYetSaid], None),
];

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
