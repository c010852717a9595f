//! Parts of an event that several of its pages show.

use chrono::{DateTime, FixedOffset, Utc};
use serde::Deserialize;

use crate::{
    desk::Desk,
    view::{Named, Text},
};

/// When meetings take place.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Slot {
    /// Its number, from 1.
    pub(super) number: i64,
    /// Its beginning on the clocks of the place.
    pub(super) starts_local: DateTime<FixedOffset>,
    pub(super) ends: DateTime<Utc>,
}

impl Slot {
    /// Its end on the clocks of the place.
    pub(super) fn ends_local(&self) -> DateTime<FixedOffset> {
        self.ends.with_timezone(self.starts_local.offset())
    }

    /// Its day and its hours, on the clocks of the place.
    pub(super) fn said(&self, d: &Desk) -> String {
        hours(d, &self.starts_local, &self.ends_local())
    }

    /// Its hours alone.
    pub(super) fn hours(&self) -> String {
        format!("{}–{}", self.starts_local.format("%H:%M"), self.ends_local().format("%H:%M"))
    }
}

/// A day with hours from one to another.
fn hours(d: &Desk, from: &DateTime<FixedOffset>, to: &DateTime<FixedOffset>) -> String {
    format!("{} {}–{}", d.day(&from.date_naive()), from.format("%H:%M"), to.format("%H:%M"))
}

/// The days of slots, each with its own.
pub(super) fn days(slots: &[Slot]) -> Vec<(chrono::NaiveDate, Vec<&Slot>)> {
    let mut days: Vec<(chrono::NaiveDate, Vec<&Slot>)> = Vec::new();
    for slot in slots {
        let day = slot.starts_local.date_naive();
        match days.last_mut().filter(|(last, _)| *last == day) {
            Some((_, own)) => own.push(slot),
            None => days.push((day, vec![slot])),
        }
    }
    days
}

/// That an organisation takes part.
#[derive(Debug, Clone, Deserialize)]
struct Since {
    #[expect(dead_code, reason = "that there is one is all that a list shows")]
    since: DateTime<Utc>,
}

/// An event in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) title: Text,
    pub(super) event_kind: String,
    pub(super) venue: String,
    pub(super) time_zone: String,
    pub(super) freeze_at: DateTime<Utc>,
    pub(super) city: Option<Named>,
    pub(super) organiser: Named,
    pub(super) slots: Vec<Slot>,
    my_registration: Option<Since>,
}

impl Row {
    /// Whether the organisation for which somebody acts takes part.
    pub(super) fn is_mine(&self) -> bool {
        self.my_registration.is_some()
    }

    /// The zone of its place, kept apart from the direction of what stands around it.
    fn zone(&self) -> String {
        format!("\u{2068}{}\u{2069}", self.time_zone)
    }

    /// When requests close, on the clocks of its place like all its other times.
    pub(super) fn freeze(&self, d: &Desk) -> String {
        let zone: chrono_tz::Tz = self.time_zone.parse().unwrap_or(chrono_tz::UTC);
        let at = self.freeze_at.with_timezone(&zone);
        format!("{} {} ({})", d.day(&at.date_naive()), at.format("%H:%M"), self.zone())
    }

    /// From its first day to its last, with the zone of its place; nothing where it has no slot yet.
    pub(super) fn when(&self, d: &Desk) -> Option<String> {
        let (first, last) = (self.slots.first()?, self.slots.last()?);
        let (from, to) = (first.starts_local, last.ends_local());
        if from.date_naive() == to.date_naive() {
            return Some(format!("{} ({})", hours(d, &from, &to), self.zone()));
        }
        let (first, last) = (d.day(&from.date_naive()), d.day(&to.date_naive()));
        Some(format!("{first} – {last} ({})", self.zone()))
    }
}

/// When and where a meeting takes place.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    pub(super) slot: i64,
    table: i64,
    at_stand: bool,
    starts_local: DateTime<FixedOffset>,
    ends: DateTime<Utc>,
}

impl Place {
    /// Its time and its table or stand; `tables` are the names of tables.
    pub(super) fn said(&self, d: &Desk, tables: &[String]) -> String {
        let time = hours(d, &self.starts_local, &self.ends.with_timezone(self.starts_local.offset()));
        let at = usize::try_from(self.table).ok().and_then(|number| tables.get(number.checked_sub(1)?));
        let place = match at.filter(|_| !self.at_stand) {
            Some(name) => name.clone(),
            None if self.at_stand => d.say1("event-stand-number", "number", self.table),
            None => d.say1("event-table-number", "number", self.table),
        };
        format!("{time}, {place}")
    }
}

/// A meeting in a list.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Brief {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) unplaced: Option<String>,
    pub(super) requester: Named,
    pub(super) recipient: Named,
    pub(super) place: Option<Place>,
}

impl Brief {
    /// Both sides.
    pub(super) fn name(&self) -> String {
        format!("{} – {}", self.requester.name, self.recipient.name)
    }
}
