//! What an organiser plans: slots, tables and stands, quotas and modes.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::code::{AcceptanceMode, EventKind, ExchangeLevel, SchedulingMode};
use crate::{
    FieldErrors,
    city::City,
    id::Id,
    value::{Localized, SingleLine},
    vocabulary::OrganisationKind,
};

/// Slots that an event has at most; a set of slots is one word of 128 bits.
pub const MAX_SLOTS: usize = 96;
/// Organisations that take part in an event at most.
pub const MAX_PARTICIPANTS: u16 = 400;
/// Meetings of one event that are under way at most.
pub const MAX_MEETINGS: u64 = 1_000;

/// When meetings take place. Its number is its place in the plan, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSlot {
    /// Its beginning.
    pub starts: DateTime<Utc>,
    /// Its end.
    pub ends: DateTime<Utc>,
}

/// Of whom a quota is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum QuotaOf {
    /// Of a level of exchange.
    Level(ExchangeLevel),
    /// Of a kind of organisation.
    Kind(OrganisationKind),
}

impl QuotaOf {
    /// Whether an organisation counts.
    pub fn counts(self, kind: OrganisationKind) -> bool {
        match self {
            Self::Level(level) => ExchangeLevel::of(kind) == level,
            Self::Kind(wanted) => kind == wanted,
        }
    }
}

/// How many of a level or a kind take part at most (row 15.1). Nought keeps them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventQuota {
    /// Of whom.
    pub of: QuotaOf,
    /// How many.
    pub max: u16,
}

/// Which quota is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuotaFull {
    /// All places are taken.
    #[error("all {0} places are taken")]
    Places(u16),
    /// All places of a level are taken.
    #[error("all {max} places for the level {level} are taken")]
    Level {
        /// The level.
        level: ExchangeLevel,
        /// Its places.
        max: u16,
    },
    /// All places of a kind are taken.
    #[error("all {max} places for the kind {kind} are taken")]
    Kind {
        /// The kind.
        kind: OrganisationKind,
        /// Its places.
        max: u16,
    },
}

/// What an organiser plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPlan {
    /// Its name.
    pub title: Localized,
    /// What it is about.
    pub about: Option<Localized>,
    /// Its kind.
    pub kind: EventKind,
    /// Where it takes place.
    pub venue: SingleLine,
    /// In which city, where it is one of ours.
    pub city: Option<Id<City>>,
    /// The zone of its place, a name of the IANA list.
    pub time_zone: SingleLine,
    /// Who finds the times.
    pub scheduling: SchedulingMode,
    /// What silence means.
    pub acceptance: AcceptanceMode,
    /// When requests close.
    pub freeze_at: DateTime<Utc>,
    /// Its slots, in order; none overlaps another.
    pub slots: Vec<EventSlot>,
    /// Its tables by name.
    pub tables: Vec<SingleLine>,
    /// Stands that participants can hold; who holds one meets there.
    pub stands: u16,
    /// Quotas.
    pub quotas: Vec<EventQuota>,
    /// Organisations that take part at most.
    pub max_participants: u16,
    /// Meetings that each has at most.
    pub meetings_each: u16,
}

/// Years in which slots lie: what is far outside is a slip of the pen, and no calendar reads it.
const FIRST_YEAR: i32 = 2000;
/// See [`FIRST_YEAR`].
const LAST_YEAR: i32 = 2100;

impl EventPlan {
    /// Checks that the parts hold together.
    ///
    /// # Errors
    /// Everything that does not, by field.
    pub fn checked(self) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let slots = &self.slots;
        let ordered = slots.iter().zip(slots.iter().skip(1)).all(|(one, next)| one.ends <= next.starts);
        let long = TimeDelta::hours(8);
        let sound = slots.iter().all(|slot| {
            let length = slot.ends.signed_duration_since(slot.starts);
            length > TimeDelta::zero() && length <= long
        });
        errors.check(slots.len() <= MAX_SLOTS, "slots", "at most 96 slots");
        errors.check(sound, "slots", "a slot ends after it begins, within eight hours");
        let near = slots.iter().all(|slot| {
            (FIRST_YEAR..=LAST_YEAR).contains(&slot.starts.year()) && slot.ends.year() <= LAST_YEAR
        });
        errors.check(near, "slots", "a slot lies in the years 2000 to 2100");
        errors.check(ordered, "slots", "slots come in order, and none overlaps another");
        let first = slots.first().map(|slot| slot.starts);
        let before = first.is_none_or(|first| self.freeze_at <= first);
        errors.check(before, "freeze_at", "requests close before the first slot begins");
        errors.check(self.tables.len() <= 200, "tables", "at most 200 tables");
        let names: std::collections::BTreeSet<&str> = self.tables.iter().map(SingleLine::as_str).collect();
        errors.check(names.len() == self.tables.len(), "tables", "each table has a name of its own");
        errors.check(self.stands <= MAX_PARTICIPANTS, "stands", "at most 400 stands");
        errors.check(
            (1..=MAX_PARTICIPANTS).contains(&self.max_participants),
            "max_participants",
            "between 1 and 400 organisations",
        );
        errors.check((1..=96).contains(&self.meetings_each), "meetings_each", "between 1 and 96 meetings");
        errors.check(self.quotas.len() <= 20, "quotas", "at most 20 quotas");
        let of: std::collections::BTreeSet<QuotaOf> = self.quotas.iter().map(|quota| quota.of).collect();
        errors.check(of.len() == self.quotas.len(), "quotas", "one quota for each level and each kind");
        errors.into_result(self)
    }

    /// Whether there is room for one more of a kind, given how many of each take part.
    ///
    /// # Errors
    /// Which quota is full.
    pub fn room_for(
        &self,
        kind: OrganisationKind,
        taken: &BTreeMap<OrganisationKind, u32>,
    ) -> Result<(), QuotaFull> {
        let sum = |counts: &dyn Fn(OrganisationKind) -> bool| {
            taken.iter().filter(|(kind, _)| counts(**kind)).fold(0_u32, |sum, (_, n)| sum.saturating_add(*n))
        };
        if sum(&|_| true) >= u32::from(self.max_participants) {
            return Err(QuotaFull::Places(self.max_participants));
        }
        for quota in self.quotas.iter().filter(|quota| quota.of.counts(kind)) {
            let max = quota.max;
            if sum(&|kind| quota.of.counts(kind)) >= u32::from(max) {
                return Err(match quota.of {
                    QuotaOf::Level(level) => QuotaFull::Level { level, max },
                    QuotaOf::Kind(kind) => QuotaFull::Kind { kind, max },
                });
            }
        }
        Ok(())
    }

    /// A slot by its number, from 1.
    pub fn slot(&self, number: u16) -> Option<EventSlot> {
        self.slots.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The numbers of its slots.
    pub fn slot_numbers(&self) -> impl Iterator<Item = u16> + use<> {
        (1_u16..).take(self.slots.len())
    }

    /// When its first slot begins.
    pub fn starts(&self) -> Option<DateTime<Utc>> {
        self.slots.first().map(|slot| slot.starts)
    }

    /// When its last slot is over.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        self.slots.last().map(|slot| slot.ends)
    }
}
