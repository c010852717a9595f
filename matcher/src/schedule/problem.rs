//! The question and the answer.

use super::state::State;
use crate::{
    MicroPoints,
    grade::{Micro, ONE},
    score::FULL,
};

/// What is maximised, in micro-points: more than 32 bits of them.
pub type Value = i64;

/// Worth of a participant's first meeting, in micro-points: half a full score. The n-th is worth an n-th of it.
pub const FAIRNESS: Value = FULL as Value / 2;

/// What it is worth that both sides have asked to meet, in micro-points: two full scores, so that no meeting that one side
/// alone asked for takes its place by its score.
pub const MUTUAL: Value = 2 * FULL as Value;

/// What it costs to move a meeting whose place was published, in micro-points: a tenth of a full score.
pub const MOVE: Value = FULL as Value / 10;

/// Moves that one participant is asked to bear in one new schedule (features, table of the event organiser).
pub const MAX_MOVES: u8 = 2;

/// Slots at most: a set of slots is one word.
pub(super) const MAX_SLOTS: u8 = 128;

/// Somebody who meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meeter {
    /// The slots in which it can, one bit each.
    pub available: u128,
    /// Meetings that it has at most.
    pub limit: u16,
}

/// Where a meeting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The slot, from 0.
    pub slot: u8,
    /// The common table, from 0; none where the meeting has a place of its own, such as the stand of one side.
    pub table: Option<u16>,
}

/// A meeting that both sides want.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// One side, by its place among the participants.
    pub a: usize,
    /// The other side.
    pub b: usize,
    /// Its mutual score.
    pub score: MicroPoints,
    /// Whether both sides have said themselves that they want it; else one asked, and the other let it stand.
    pub mutual: bool,
    /// Whether it needs a common table.
    pub needs_table: bool,
    /// Where it is published to be.
    pub kept: Option<Place>,
    /// Whether it stays there whatever comes.
    pub fixed: bool,
}

/// What is to be scheduled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problem {
    /// Who meets.
    pub meeters: Vec<Meeter>,
    /// Slots, at most 128.
    pub slots: u8,
    /// Common tables.
    pub tables: u16,
    /// The meetings. The order is part of the question: of two that are alike the first is placed first.
    pub wanted: Vec<Wanted>,
}

/// Why a question is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProblemError {
    /// More slots than a set of slots holds.
    #[error("at most 128 slots")]
    Slots,
    /// A meeting names nobody, or one side twice.
    #[error("the meeting at place {0} is not between two participants")]
    Sides(usize),
    /// Two meetings that are to be kept are in each other's way, or one of them is where it cannot be.
    #[error("the meeting at place {0} cannot be kept where it is")]
    Kept(usize),
    /// More than the counts of this module hold.
    #[error("too many participants or meetings")]
    Size,
}

/// How long to look: steps, each a try of one meeting in one slot. The improvement may end a few steps later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Steps of the improvement.
    pub steps: u64,
    /// Steps of the complete search of a small question.
    pub exact: u64,
    /// Rounds of the bound.
    pub bound: u32,
}

impl Default for Effort {
    fn default() -> Self {
        Self { steps: 400_000, exact: 200_000, bound: 150 }
    }
}

/// Why a meeting has no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// There is no slot in which both sides can.
    NoCommonSlot,
    /// One side has as many meetings as it wants, or as it has slots.
    ParticipantFull,
    /// Whenever one side is free, the other is not.
    BothBusy,
    /// Whenever both are free, all tables are taken.
    NoTable,
}

/// How evenly the meetings fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fairness {
    /// Jain's index of the shares, in millionths: 1 where all have the same share. A participant's share is its meetings
    /// over those it could have at most: those it wants with somebody who can, its slots, its limit.
    pub jain: Micro,
    /// The smallest share, in millionths.
    pub smallest: Micro,
    /// Participants who could have a meeting and have none.
    pub without: u32,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// For each meeting, where it is.
    pub places: Vec<Result<Place, Why>>,
    /// The objective, without what moves cost.
    pub objective: Value,
    /// No schedule has a larger objective.
    pub bound: Value,
    /// Whether it is proved that no schedule has a larger objective less the cost of moves.
    pub proved: bool,
    /// How evenly the meetings fall.
    pub fairness: Fairness,
    /// Published meetings that have another slot now.
    pub moved: u32,
    /// Steps that were made.
    pub steps: u64,
}

impl Problem {
    /// Checks the question.
    ///
    /// # Errors
    /// What is wrong with it first.
    pub fn check(&self) -> Result<(), ProblemError> {
        if self.slots > MAX_SLOTS {
            return Err(ProblemError::Slots);
        }
        if self.meeters.len() > 60_000 || self.wanted.len() > 60_000 {
            return Err(ProblemError::Size);
        }
        for (place, wanted) in self.wanted.iter().enumerate() {
            let known = wanted.a < self.meeters.len() && wanted.b < self.meeters.len();
            if !known || wanted.a == wanted.b {
                return Err(ProblemError::Sides(place));
            }
        }
        let mut tables = std::collections::BTreeSet::new();
        let mut state = State::empty(self);
        for (at, wanted) in self.wanted.iter().enumerate() {
            let Some(kept) = wanted.kept else { continue };
            let table_fits = match kept.table {
                Some(table) => wanted.needs_table && table < self.tables && tables.insert((kept.slot, table)),
                None => !wanted.needs_table,
            };
            if !table_fits || !state.can_place(at, kept.slot) {
                return Err(ProblemError::Kept(at));
            }
            state.place(at, kept.slot);
        }
        Ok(())
    }

    /// What a meeting is worth by itself.
    pub(super) const fn worth(wanted: &Wanted) -> Value {
        wanted.score as Value + if wanted.mutual { MUTUAL } else { 0 }
    }

    /// The slots of the question.
    pub(super) const fn all_slots(&self) -> u128 {
        if self.slots >= MAX_SLOTS { u128::MAX } else { (1_u128 << self.slots) - 1 }
    }

    /// The slots in which both sides of a meeting can.
    pub(super) fn common(&self, wanted: &Wanted) -> u128 {
        let of = |meeter: usize| self.meeters.get(meeter).map_or(0, |meeter| meeter.available);
        of(wanted.a) & of(wanted.b) & self.all_slots()
    }

    /// Meetings that each participant could have at most.
    pub(super) fn most(&self) -> Vec<u32> {
        let mut most = vec![0_u32; self.meeters.len()];
        for wanted in self.wanted.iter().filter(|wanted| self.common(wanted) != 0) {
            for side in [wanted.a, wanted.b] {
                if let Some(most) = most.get_mut(side) {
                    *most = most.saturating_add(1);
                }
            }
        }
        for (most, meeter) in most.iter_mut().zip(&self.meeters) {
            let slots = (meeter.available & self.all_slots()).count_ones();
            *most = (*most).min(slots).min(u32::from(meeter.limit));
        }
        most
    }

    /// How evenly meetings fall, given how many each participant has.
    pub(super) fn fairness(&self, counts: &[u16]) -> Fairness {
        let one = u128::from(ONE);
        let shares: Vec<u128> = self
            .most()
            .iter()
            .zip(counts)
            .filter(|(most, _)| **most > 0)
            .map(|(most, count)| {
                u128::from(*count).saturating_mul(one).checked_div(u128::from(*most)).unwrap_or(0).min(one)
            })
            .collect();
        let sum = shares.iter().fold(0_u128, |sum, share| sum.saturating_add(*share));
        let squares =
            shares.iter().fold(0_u128, |sum, share| sum.saturating_add(share.saturating_mul(*share)));
        let below = squares.saturating_mul(shares.len() as u128);
        let jain = sum.saturating_mul(sum).saturating_mul(one).checked_div(below).unwrap_or(one);
        Fairness {
            jain: jain.min(one) as Micro,
            smallest: shares.iter().copied().min().unwrap_or(one) as Micro,
            without: shares.iter().filter(|share| **share == 0).count() as u32,
        }
    }
}

/// Worth of a participant's meeting beyond those it has.
pub(super) const fn next_worth(has: u16) -> Value {
    FAIRNESS / (has as Value + 1)
}
