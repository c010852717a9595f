//! What can be asked of a meeting, and what comes out of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{MeetingDeclineReason, MeetingOutcome, MeetingState as S, MeetingTransition as T, UnplacedReason},
    record::{Meeting, MeetingPlace},
};
use crate::{account::Person, id::Id, organisation::Organisation, value::Localized};

/// What is asked of a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MeetingCommand {
    /// Accept the request.
    Accept,
    /// Decline it.
    Decline(Option<MeetingDeclineReason>),
    /// Withdraw it.
    Withdraw,
    /// Nobody answered in time.
    Expire,
    /// Give it a slot and a table.
    Schedule(MeetingPlace),
    /// Take its slot away, or say why it got none.
    Unplace(UnplacedReason),
    /// Confirm the time.
    Confirm,
    /// Propose another place.
    ProposeReschedule(MeetingPlace),
    /// Agree to it.
    AgreeReschedule,
    /// Stay with the old one.
    KeepTime,
    /// Cancel it.
    Cancel,
    /// Its time has come.
    Hold,
    /// The other side did not come.
    ReportNoShow,
    /// One did come.
    Contest(Localized),
    /// It stands that one side did not come.
    Uphold,
    /// It does not stand.
    Dismiss,
    /// What came of it.
    Report {
        /// In a word.
        outcome: MeetingOutcome,
        /// In the own words, for both sides.
        words: Option<Localized>,
        /// Whether public officials took part.
        officials: bool,
    },
}

impl MeetingCommand {
    /// Its name in the table.
    pub const fn transition(&self) -> T {
        match self {
            Self::Accept => T::Accept,
            Self::Decline(_) => T::Decline,
            Self::Withdraw => T::Withdraw,
            Self::Expire => T::Expire,
            Self::Schedule(_) => T::Schedule,
            Self::Unplace(_) => T::Unplace,
            Self::Confirm => T::Confirm,
            Self::ProposeReschedule(_) => T::ProposeReschedule,
            Self::AgreeReschedule => T::AgreeReschedule,
            Self::KeepTime => T::KeepTime,
            Self::Cancel => T::Cancel,
            Self::Hold => T::Hold,
            Self::ReportNoShow => T::ReportNoShow,
            Self::Contest(_) => T::Contest,
            Self::Uphold => T::Uphold,
            Self::Dismiss => T::Dismiss,
            Self::Report { .. } => T::Report,
        }
    }
}

/// What the machine has to know of the world beside the meeting. The default is a world in which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeetingAround {
    /// The side that accepts has room for one more.
    pub room: bool,
    /// The event takes requests and answers.
    pub requests_open: bool,
    /// Both sides are free in the slot that is asked for, and so is a table or the stand of one.
    pub slot_free: bool,
    /// Both sides can meet in the slot that is asked for.
    pub available: bool,
}

/// What happened, as it goes into the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingHappened {
    /// What was asked.
    pub transition: T,
    /// By whom; none for the platform.
    pub person: Option<Id<Person>>,
    /// Where it stood.
    pub from: S,
    /// Where it stands.
    pub to: S,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is booked twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Conflict {
    /// A participant has two meetings in a slot.
    Participant {
        /// The slot's number.
        slot: u16,
        /// Who.
        organisation: Id<Organisation>,
    },
    /// A table or a stand has two meetings in a slot.
    Table {
        /// The slot's number.
        slot: u16,
        /// The table's number, or that of the stand.
        table: u16,
        /// Whether it is a stand.
        stand: bool,
    },
}

/// What is booked twice by meetings that have a place, each with how many bookings there are beyond the first.
pub fn double_bookings<'m>(meetings: impl IntoIterator<Item = &'m Meeting>) -> Vec<(Conflict, u32)> {
    let mut booked: BTreeMap<Conflict, u32> = BTreeMap::new();
    for meeting in meetings.into_iter().filter(|meeting| meeting.state.is_placed()) {
        let Some(place) = meeting.place else { continue };
        let slot = place.slot;
        let of = [
            Conflict::Participant { slot, organisation: meeting.requester },
            Conflict::Participant { slot, organisation: meeting.recipient },
            Conflict::Table { slot, table: place.table, stand: place.stand },
        ];
        for conflict in of {
            let count = booked.entry(conflict).or_default();
            *count = count.saturating_add(1);
        }
    }
    booked
        .into_iter()
        .filter(|(_, count)| *count > 1)
        .map(|(conflict, n)| (conflict, n.saturating_sub(1)))
        .collect()
}
