//! Who takes part in an event and who is where: what the answers to requests and the schedule look at.

use std::collections::BTreeMap;

use domain::{
    exchange_event::{EventRegistration, ExchangeEvent},
    id::Id,
    meeting::{Meeting, MeetingAround, MeetingPlace},
    organisation::Organisation,
};

use crate::{
    command::{CommandError, CommandTx},
    store::Stored,
};

/// An event with all that takes part in it.
#[derive(Debug, Clone)]
pub struct Hall {
    /// The event.
    pub event: Stored<ExchangeEvent>,
    /// Who takes part.
    pub entries: BTreeMap<Id<Organisation>, Stored<EventRegistration>>,
    /// Meetings that are under way or were held.
    pub meetings: Vec<Stored<Meeting>>,
}

impl Hall {
    /// Reads it. The event must be locked.
    ///
    /// # Errors
    /// The database does not answer, or a record does not read.
    pub async fn load(command: &CommandTx, event: Stored<ExchangeEvent>) -> Result<Self, CommandError> {
        let entries = command.tx.registrations(event.id).await?;
        let meetings = command.tx.meetings(event.id).await?;
        Ok(Self::new(event, entries, meetings))
    }

    /// Puts it together; registrations that were withdrawn are left out.
    pub fn new(
        event: Stored<ExchangeEvent>,
        entries: Vec<Stored<EventRegistration>>,
        meetings: Vec<Stored<Meeting>>,
    ) -> Self {
        let entries = entries
            .into_iter()
            .filter(|entry| entry.value.takes_part())
            .map(|entry| (entry.value.organisation, entry))
            .collect();
        Self { event, entries, meetings }
    }

    /// Puts a changed meeting in the place of what was read.
    pub fn put(&mut self, changed: Stored<Meeting>) {
        match self.meetings.iter_mut().find(|known| known.id == changed.id) {
            Some(known) => *known = changed,
            None => self.meetings.push(changed),
        }
    }

    /// The meetings of somebody.
    pub fn of(&self, organisation: Id<Organisation>) -> impl Iterator<Item = &Stored<Meeting>> {
        self.meetings.iter().filter(move |meeting| meeting.value.side_of(organisation).is_some())
    }

    /// Whether somebody has room for one more meeting.
    pub fn has_room(&self, organisation: Id<Organisation>) -> bool {
        let counts = |meeting: &&Stored<Meeting>| {
            let state = meeting.value.state;
            state.is_agreed() || state.is_past()
        };
        let has = self.of(organisation).filter(counts).count();
        self.entries.get(&organisation).is_some_and(|entry| has < usize::from(entry.value.limit))
    }

    /// The placed meetings in a slot, but for one. A meeting whose other slot is asked about holds both.
    fn in_slot(&self, slot: u16, but: Id<Meeting>) -> impl Iterator<Item = MeetingPlaceOf<'_>> {
        self.meetings
            .iter()
            .filter(move |meeting| {
                meeting.id != but && (meeting.value.state.is_placed() || meeting.value.state.is_past())
            })
            .filter_map(move |meeting| {
                let place = meeting.value.place.filter(|place| place.slot == slot)?;
                Some(MeetingPlaceOf { meeting: &meeting.value, place })
            })
    }

    /// A place for a meeting in a slot: the stand of one side, or the table that is named, or the first that is free.
    /// None where a side or every table is taken, or there is no such slot or table.
    pub fn place(&self, meeting: &Stored<Meeting>, slot: u16, table: Option<u16>) -> Option<MeetingPlace> {
        let value = &meeting.value;
        let times = self.event.value.plan.slot(slot)?;
        let taken: Vec<MeetingPlaceOf<'_>> = self.in_slot(slot, meeting.id).collect();
        let sides = [value.requester, value.recipient];
        if taken.iter().any(|it| sides.iter().any(|side| it.meeting.side_of(*side).is_some())) {
            return None;
        }
        let (number, stand) = match self.stand(value) {
            Some(stand) => (stand, true),
            None => {
                let tables = u16::try_from(self.event.value.plan.tables.len()).unwrap_or(u16::MAX);
                let is_free =
                    |number: &u16| !taken.iter().any(|it| !it.place.stand && it.place.table == *number);
                let number = match table {
                    Some(number) => {
                        Some(number).filter(|number| (1..=tables).contains(number) && is_free(number))
                    }
                    None => (1..=tables).find(is_free),
                };
                (number?, false)
            }
        };
        Some(MeetingPlace { slot, table: number, stand, starts: times.starts, ends: times.ends })
    }

    /// The stand at which two meet: the recipient's, or the requester's.
    pub fn stand(&self, meeting: &Meeting) -> Option<u16> {
        let stand = |side| self.entries.get(&side).and_then(|entry| entry.value.stand);
        stand(meeting.recipient).or_else(|| stand(meeting.requester))
    }

    /// Whether both sides of a meeting have said that they can meet in a slot.
    pub fn is_available(&self, meeting: &Meeting, slot: u16) -> bool {
        [meeting.requester, meeting.recipient]
            .iter()
            .all(|side| self.entries.get(side).is_some_and(|entry| entry.value.is_available(slot)))
    }

    /// What the machine of a meeting has to know of the world, with the place that is asked for.
    pub fn around(
        &self,
        meeting: &Stored<Meeting>,
        place: Option<&MeetingPlace>,
        now: chrono::DateTime<chrono::Utc>,
    ) -> MeetingAround {
        let value = &meeting.value;
        let place = place.or(value.proposed.as_ref().map(|proposal| &proposal.place));
        MeetingAround {
            room: self.has_room(value.recipient),
            requests_open: self.event.value.requests_open(now),
            slot_free: place.is_some_and(|place| {
                self.place(meeting, place.slot, (!place.stand).then_some(place.table)).as_ref() == Some(place)
            }),
            available: place.is_some_and(|place| self.is_available(value, place.slot)),
        }
    }
}

/// A meeting that has a place.
#[derive(Debug, Clone, Copy)]
struct MeetingPlaceOf<'h> {
    meeting: &'h Meeting,
    place: MeetingPlace,
}
