//! A schedule under way: who is where, and what one more meeting would be worth.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a kernel over places that the check of the question has bounded"
)]

use super::problem::{MAX_MOVES, MOVE, Place, Problem, Value, Why, next_worth};

/// Which meeting is in which slot, with the counts that follow from it.
#[derive(Debug, Clone)]
pub(super) struct State<'p> {
    pub(super) problem: &'p Problem,
    /// The slot of each meeting.
    pub(super) slots: Vec<Option<u8>>,
    /// The slots in which each participant meets.
    busy: Vec<u128>,
    /// How many meetings each participant has.
    pub(super) counts: Vec<u16>,
    /// How many of them were moved.
    moves: Vec<u8>,
    /// Common tables taken, by slot.
    tables: Vec<u16>,
    /// The objective less the cost of moves.
    pub(super) value: Value,
}

impl<'p> State<'p> {
    /// Nothing is placed.
    pub(super) fn empty(problem: &'p Problem) -> Self {
        Self {
            problem,
            slots: vec![None; problem.wanted.len()],
            busy: vec![0; problem.meeters.len()],
            counts: vec![0; problem.meeters.len()],
            moves: vec![0; problem.meeters.len()],
            tables: vec![0; usize::from(problem.slots)],
            value: 0,
        }
    }

    /// Every meeting that is to be kept is where it was.
    pub(super) fn kept(problem: &'p Problem) -> Self {
        let mut state = Self::empty(problem);
        for (at, wanted) in problem.wanted.iter().enumerate() {
            if let Some(kept) = wanted.kept {
                state.place(at, kept.slot);
            }
        }
        state
    }

    fn moves_if(&self, at: usize, slot: u8) -> bool {
        self.problem.wanted[at].kept.is_some_and(|kept| kept.slot != slot)
    }

    /// The slots in which a meeting could be, as far as its two sides go.
    pub(super) fn open_slots(&self, at: usize) -> u128 {
        let wanted = &self.problem.wanted[at];
        self.problem.common(wanted) & !self.busy[wanted.a] & !self.busy[wanted.b]
    }

    /// Whether both sides have room for one more.
    pub(super) fn has_room(&self, at: usize) -> bool {
        let wanted = &self.problem.wanted[at];
        [wanted.a, wanted.b].iter().all(|side| self.counts[*side] < self.problem.meeters[*side].limit)
    }

    /// Whether a table is free for a meeting, or it needs none.
    pub(super) fn has_table(&self, at: usize, slot: u8) -> bool {
        !self.problem.wanted[at].needs_table || self.tables[usize::from(slot)] < self.problem.tables
    }

    /// Whether a meeting that is nowhere can be put into a slot.
    pub(super) fn can_place(&self, at: usize, slot: u8) -> bool {
        if slot >= self.problem.slots || self.slots[at].is_some() {
            return false;
        }
        let wanted = &self.problem.wanted[at];
        let may_move = !self.moves_if(at, slot)
            || !wanted.fixed && [wanted.a, wanted.b].iter().all(|side| self.moves[*side] < MAX_MOVES);
        self.open_slots(at) >> slot & 1 == 1 && self.has_room(at) && self.has_table(at, slot) && may_move
    }

    /// What it would be worth.
    pub(super) fn gain(&self, at: usize, slot: u8) -> Value {
        let wanted = &self.problem.wanted[at];
        let fair = next_worth(self.counts[wanted.a]) + next_worth(self.counts[wanted.b]);
        let cost = if self.moves_if(at, slot) { MOVE } else { 0 };
        Problem::worth(wanted) + fair - cost
    }

    /// Puts a meeting into a slot in which it can be.
    pub(super) fn place(&mut self, at: usize, slot: u8) {
        self.value += self.gain(at, slot);
        self.count(at, slot, true);
        self.slots[at] = Some(slot);
    }

    /// Takes a meeting out of its slot. Answers the slot.
    pub(super) fn take(&mut self, at: usize) -> Option<u8> {
        let slot = self.slots[at].take()?;
        self.count(at, slot, false);
        self.value -= self.gain(at, slot);
        Some(slot)
    }

    fn count(&mut self, at: usize, slot: u8, in_it: bool) {
        let wanted = self.problem.wanted[at];
        let moved = self.moves_if(at, slot);
        for side in [wanted.a, wanted.b] {
            if in_it {
                self.busy[side] |= 1 << slot;
                self.counts[side] += 1;
                self.moves[side] += u8::from(moved);
            } else {
                self.busy[side] &= !(1 << slot);
                self.counts[side] -= 1;
                self.moves[side] -= u8::from(moved);
            }
        }
        if wanted.needs_table {
            let taken = &mut self.tables[usize::from(slot)];
            *taken = if in_it { *taken + 1 } else { *taken - 1 };
        }
    }

    /// The best slot for a meeting: where it was, else the one with the fewest tables taken, else the first.
    pub(super) fn best_slot(&self, at: usize, steps: &mut u64) -> Option<u8> {
        let kept = self.problem.wanted[at].kept.map(|kept| kept.slot);
        let mut best: Option<(bool, u16, u8)> = None;
        let mut open = self.open_slots(at);
        while open != 0 {
            let slot = open.trailing_zeros() as u8;
            open &= open - 1;
            *steps += 1;
            if self.can_place(at, slot) {
                let key = (kept != Some(slot), self.tables[usize::from(slot)], slot);
                if best.is_none_or(|known| key < known) {
                    best = Some(key);
                }
            }
        }
        best.map(|(_, _, slot)| slot)
    }

    /// The meetings that keep a meeting out of a slot: those of its sides in it, and one at a table where none is free.
    pub(super) fn in_the_way(&self, at: usize, slot: u8) -> Vec<usize> {
        let wanted = &self.problem.wanted[at];
        let meets = |other: usize, side: usize| {
            let other = &self.problem.wanted[other];
            other.a == side || other.b == side
        };
        let in_slot = || (0..self.slots.len()).filter(|other| self.slots[*other] == Some(slot));
        let mut way: Vec<usize> =
            in_slot().filter(|other| meets(*other, wanted.a) || meets(*other, wanted.b)).collect();
        let frees = way.iter().any(|other| self.problem.wanted[*other].needs_table);
        if !self.has_table(at, slot) && !frees {
            way.extend(
                in_slot().find(|other| self.problem.wanted[*other].needs_table && !way.contains(other)),
            );
        }
        way
    }

    /// Where each meeting is, with its table: those that stay keep theirs, the others take the lowest that is free.
    pub(super) fn places(&self) -> Vec<Result<Place, Why>> {
        let mut taken: std::collections::BTreeSet<(u8, u16)> = std::collections::BTreeSet::new();
        let stays = |at: usize| {
            let kept = self.problem.wanted[at].kept?;
            (self.slots[at] == Some(kept.slot)).then_some(kept)
        };
        for at in 0..self.slots.len() {
            taken.extend(stays(at).and_then(|kept| Some((kept.slot, kept.table?))));
        }
        let place = |at: usize| {
            if let Some(kept) = stays(at) {
                return Ok(kept);
            }
            let Some(slot) = self.slots[at] else { return Err(self.why(at)) };
            if !self.problem.wanted[at].needs_table {
                return Ok(Place { slot, table: None });
            }
            let free = (0..self.problem.tables).find(|table| !taken.contains(&(slot, *table)));
            taken.extend(free.map(|table| (slot, table)));
            Ok(Place { slot, table: free })
        };
        (0..self.slots.len()).map(place).collect()
    }

    /// Why a meeting is nowhere.
    fn why(&self, at: usize) -> Why {
        let wanted = &self.problem.wanted[at];
        let all = self.problem.all_slots();
        let full = |side: usize| self.problem.meeters[side].available & all & !self.busy[side] == 0;
        if self.problem.common(wanted) == 0 {
            Why::NoCommonSlot
        } else if !self.has_room(at) || full(wanted.a) || full(wanted.b) {
            Why::ParticipantFull
        } else if self.open_slots(at) == 0 {
            Why::BothBusy
        } else {
            Why::NoTable
        }
    }

    /// Published meetings that are in another slot now.
    pub(super) fn moved(&self) -> u32 {
        (0..self.slots.len())
            .filter(|at| self.slots[*at].is_some_and(|slot| self.moves_if(*at, slot)))
            .count() as u32
    }
}
