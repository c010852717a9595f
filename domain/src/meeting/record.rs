//! What is kept of a meeting, and how a command changes it.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{MeetingDeclineReason, MeetingOutcome, MeetingSide, MeetingState as S, UnplacedReason},
    command::{MeetingAround, MeetingCommand as C, MeetingHappened},
    table::{
        AvailableMeetingTransition, CONTEST_HOURS, MeetingActor, MeetingCircumstances, MeetingMachine,
        MeetingRefusal, NO_SHOW_DAYS,
    },
};
use crate::{
    account::Person,
    exchange_event::{EventRegistration, ExchangeEvent},
    id::Id,
    machine::Machine as _,
    organisation::Organisation,
    value::Localized,
};

/// When and where a meeting takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeetingPlace {
    /// The number of the slot.
    pub slot: u16,
    /// The number of the table, or that of the stand.
    pub table: u16,
    /// Whether it is a stand.
    pub stand: bool,
    /// Its beginning.
    pub starts: DateTime<Utc>,
    /// Its end.
    pub ends: DateTime<Utc>,
}

/// Another place that one side proposes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Which side.
    pub side: MeetingSide,
    /// The place.
    pub place: MeetingPlace,
}

/// That one side did not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoShow {
    /// Who did not come.
    pub side: MeetingSide,
    /// When the other side said so.
    pub at: DateTime<Utc>,
    /// What the side that is told of says to it.
    pub contest: Option<Localized>,
    /// Whether the organiser upheld it; none while it is not decided.
    pub upheld: Option<bool>,
}

impl NoShow {
    /// Whether it counts: it is not contested, or was upheld.
    pub const fn counts(&self) -> bool {
        match self.upheld {
            Some(upheld) => upheld,
            None => self.contest.is_none(),
        }
    }
}

/// What one side says came of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeWord {
    /// Which side.
    pub side: MeetingSide,
    /// In a word.
    pub outcome: MeetingOutcome,
    /// In its own words, for both sides.
    pub words: Option<Localized>,
    /// Whether public officials took part; such meetings are told in open data (OC4IDS `lobbyingMeetings`).
    pub officials: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// A meeting of two participants of an exchange event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    /// The event.
    pub event: Id<ExchangeEvent>,
    /// Who organises it.
    pub organiser: Id<Organisation>,
    /// Who asked.
    pub requester: Id<Organisation>,
    /// Its registration.
    pub requester_entry: Id<EventRegistration>,
    /// Who was asked.
    pub recipient: Id<Organisation>,
    /// Its registration.
    pub recipient_entry: Id<EventRegistration>,
    /// The person who asked.
    pub sender: Id<Person>,
    /// Why, for the other side.
    pub reason: Localized,
    /// Whether the recipient has said yes itself; else it let the request stand.
    pub mutual: bool,
    /// Slots that were named with the request; the answer takes one of them where participants find their times.
    pub wanted: Vec<u16>,
    /// Where it stands.
    pub state: S,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When and where; kept once it is over.
    pub place: Option<MeetingPlace>,
    /// Whether its place was published.
    pub published: bool,
    /// The sequence of its calendar entry (RFC 5545): rises with each change that a calendar has to hear of.
    pub sequence: u32,
    /// Sides that have confirmed the time.
    pub confirmed_by: Vec<MeetingSide>,
    /// Another place that one side proposes.
    pub proposed: Option<Proposal>,
    /// Why it has no slot.
    pub unplaced: Option<UnplacedReason>,
    /// Why it was declined.
    pub declined: Option<MeetingDeclineReason>,
    /// That one side did not come.
    pub no_show: Option<NoShow>,
    /// What the sides say came of it.
    pub outcomes: Vec<OutcomeWord>,
}

impl Meeting {
    /// The side of an organisation.
    pub fn side_of(&self, organisation: Id<Organisation>) -> Option<MeetingSide> {
        if organisation == self.requester {
            Some(MeetingSide::Requester)
        } else if organisation == self.recipient {
            Some(MeetingSide::Recipient)
        } else {
            None
        }
    }

    /// The organisation of a side.
    pub const fn organisation(&self, side: MeetingSide) -> Id<Organisation> {
        match side {
            MeetingSide::Requester => self.requester,
            MeetingSide::Recipient => self.recipient,
        }
    }

    /// The registration of a side.
    pub const fn entry(&self, side: MeetingSide) -> Id<EventRegistration> {
        match side {
            MeetingSide::Requester => self.requester_entry,
            MeetingSide::Recipient => self.recipient_entry,
        }
    }

    /// Does what is asked, or refuses and changes nothing.
    ///
    /// # Errors
    /// The state has no such transition, it is for others, or something does not hold; all of it is named.
    pub fn act(
        &mut self,
        command: C,
        actor: &MeetingActor,
        around: &MeetingAround,
        now: DateTime<Utc>,
    ) -> Result<MeetingHappened, MeetingRefusal> {
        let (transition, from) = (command.transition(), self.state);
        let at = self.circumstances(Some(&command), actor.side, *around, now);
        let to = MeetingMachine::transition(from, transition, &actor.parties, &at)?;
        self.write(command, actor.side, now);
        if to != from {
            (self.state, self.since) = (to, now);
        }
        Ok(MeetingHappened { transition, person: actor.person, from, to, at: now })
    }

    /// What somebody may ask for now, each with what still has to hold; what the request itself brings is named too.
    pub fn available(
        &self,
        actor: &MeetingActor,
        around: &MeetingAround,
        now: DateTime<Utc>,
    ) -> Vec<AvailableMeetingTransition> {
        let at = self.circumstances(None, actor.side, *around, now);
        MeetingMachine::available(self.state, &actor.parties, &at)
    }

    fn circumstances(
        &self,
        command: Option<&C>,
        side: Option<MeetingSide>,
        around: MeetingAround,
        now: DateTime<Utc>,
    ) -> MeetingCircumstances {
        let begins = self.place.map(|place| place.starts);
        let no_show = self.no_show.as_ref();
        let said = match command {
            Some(C::Report { .. }) => self.outcomes.iter().any(|word| Some(word.side) == side),
            _ => side.is_some_and(|side| self.confirmed_by.contains(&side)),
        };
        let since = |at: DateTime<Utc>| now.signed_duration_since(at);
        MeetingCircumstances {
            room: around.room,
            requests_open: around.requests_open,
            slot_free: around.slot_free,
            available: around.available,
            reason: matches!(command, Some(C::Decline(Some(_)) | C::Unplace(_))),
            published: self.published,
            before_start: begins.is_none_or(|at| at > now),
            said,
            other_proposed: self.proposed.is_some_and(|proposal| Some(proposal.side) != side),
            report_open: no_show.is_none()
                && begins.is_some_and(|at| since(at) <= TimeDelta::days(NO_SHOW_DAYS)),
            of_who_asks: no_show.is_some_and(|told| Some(told.side) == side),
            within_48_hours: no_show.is_some_and(|told| since(told.at) <= TimeDelta::hours(CONTEST_HOURS)),
            contested: no_show.is_some_and(|told| told.contest.is_some()),
            decided: no_show.is_some_and(|told| told.upheld.is_some()),
            apart: self.side_of(self.organiser).is_none(),
        }
    }

    /// A change that the calendars of both sides have to hear of.
    const fn tell_calendars(&mut self) {
        if self.published {
            self.sequence = self.sequence.saturating_add(1);
        }
    }

    fn write(&mut self, command: C, side: Option<MeetingSide>, now: DateTime<Utc>) {
        match command {
            C::Schedule(place) => {
                self.unplaced = None;
                self.move_to(place);
            }
            C::Unplace(why) => (self.unplaced, self.place) = (Some(why), None),
            C::Confirm => {
                let known = &self.confirmed_by;
                let new = side.filter(|side| !known.contains(side));
                self.confirmed_by.extend(new);
            }
            C::ProposeReschedule(place) => self.proposed = side.map(|side| Proposal { side, place }),
            C::AgreeReschedule => {
                if let Some(proposal) = self.proposed.take() {
                    self.move_to(proposal.place);
                    // Both have said that they want this time.
                    self.confirmed_by = vec![proposal.side];
                    self.confirmed_by.extend(side);
                }
            }
            C::Cancel => {
                self.proposed = None;
                self.tell_calendars();
            }
            C::KeepTime | C::Hold => self.proposed = None,
            C::ReportNoShow => {
                self.no_show =
                    side.map(|by| NoShow { side: by.other(), at: now, contest: None, upheld: None });
            }
            C::Contest(words) => {
                if let Some(told) = &mut self.no_show {
                    told.contest = Some(words);
                }
            }
            C::Uphold | C::Dismiss => {
                if let Some(told) = &mut self.no_show {
                    told.upheld = Some(command == C::Uphold);
                }
            }
            C::Report { outcome, words, officials } => {
                self.outcomes.extend(side.map(|side| OutcomeWord {
                    side,
                    outcome,
                    words,
                    officials,
                    at: now,
                }));
            }
            C::Decline(reason) => self.declined = reason,
            C::Accept => self.mutual = true,
            C::Withdraw | C::Expire => {}
        }
    }

    fn move_to(&mut self, place: MeetingPlace) {
        if self.place != Some(place) {
            self.place = Some(place);
            self.confirmed_by.clear();
            self.tell_calendars();
        }
    }

    /// When its time comes, which a timer watches once its place is published.
    pub fn wakes(&self) -> Option<DateTime<Utc>> {
        self.place.filter(|_| self.published && self.state.is_placed()).map(|place| place.starts)
    }
}
