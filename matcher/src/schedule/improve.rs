//! Finding a schedule: the best first, chains, and parts that are torn down and built again.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a kernel over places that the check of the question has bounded"
)]

use super::{
    bound::bound,
    exact::search,
    problem::{Effort, FAIRNESS, MOVE, Problem, ProblemError, Schedule, Value},
    state::State,
};
use crate::draw::Draw;

/// Where the draws begin; the same for everybody.
const SEED: u64 = 0x0053_4348_4544_554c;
/// Meetings that are torn down at once, at most.
const TORN: usize = 6;

/// Finds a schedule.
///
/// # Errors
/// The question is none.
pub fn solve(problem: &Problem, effort: Effort) -> Result<Schedule, ProblemError> {
    problem.check()?;
    let mut order: Vec<usize> = (0..problem.wanted.len()).collect();
    order.sort_by_key(|at| (problem.wanted[*at].kept.is_none(), -Problem::worth(&problem.wanted[*at]), *at));
    let limit = bound(problem, effort.bound);
    let mut steps = 0;
    let mut best = State::kept(problem);
    fill(&mut best, &order, &mut steps);
    chains(&mut best, &order, &mut steps);
    let is_best = |state: &State<'_>| state.value >= limit;
    if !is_best(&best) {
        rebuild(&mut best, &order, effort.steps, limit, &mut steps);
    }
    let mut complete = false;
    if !is_best(&best) {
        let made;
        (complete, made) = search(&mut best, &order, effort.exact);
        steps += made;
    }
    let moved = best.moved();
    let objective = best.value + MOVE * Value::from(moved);
    Ok(Schedule {
        places: best.places(),
        objective,
        bound: if complete && moved == 0 { objective } else { limit },
        proved: complete || is_best(&best),
        fairness: problem.fairness(&best.counts),
        moved,
        steps,
    })
}

/// Places what is left out, whatever is worth most now first.
fn fill(state: &mut State<'_>, order: &[usize], steps: &mut u64) {
    let mut left: Vec<usize> = order.iter().copied().filter(|at| state.slots[*at].is_none()).collect();
    while !left.is_empty() {
        let mut best: Option<(Value, usize, u8)> = None;
        left.retain(|at| {
            // Whatever comes, it can be worth no more than this: the rest need not be looked at.
            let most = Problem::worth(&state.problem.wanted[*at]) + 2 * FAIRNESS;
            if best.is_some_and(|(known, _, _)| known >= most) {
                return true;
            }
            let Some(slot) = state.best_slot(*at, steps) else { return false };
            let gain = state.gain(*at, slot);
            if best.is_none_or(|(known, _, _)| gain > known) {
                best = Some((gain, *at, slot));
            }
            true
        });
        let Some((_, at, slot)) = best else { return };
        state.place(at, slot);
        left.retain(|other| *other != at);
    }
}

/// Places what is left out by driving others out that find another slot.
fn chains(state: &mut State<'_>, order: &[usize], steps: &mut u64) {
    for at in order {
        if state.slots[*at].is_none() {
            chain(state, *at, steps);
        }
    }
}

fn chain(state: &mut State<'_>, at: usize, steps: &mut u64) -> bool {
    if !state.has_room(at) {
        return false;
    }
    let before = state.value;
    let common = state.problem.common(&state.problem.wanted[at]);
    for slot in (0..state.problem.slots).filter(|slot| common >> slot & 1 == 1) {
        *steps += 1;
        let way = state.in_the_way(at, slot);
        let old: Vec<(usize, Option<u8>)> = way.iter().map(|other| (*other, state.take(*other))).collect();
        let mut placed = Vec::new();
        let fits = state.can_place(at, slot);
        if fits {
            state.place(at, slot);
            placed.push(at);
            for other in &way {
                let Some(new) = state.best_slot(*other, steps) else { break };
                state.place(*other, new);
                placed.push(*other);
            }
        }
        if fits && placed.len() == way.len() + 1 && state.value > before {
            return true;
        }
        for done in placed.iter().rev() {
            state.take(*done);
        }
        for (other, slot) in old {
            if let Some(slot) = slot {
                state.place(other, slot);
            }
        }
    }
    false
}

/// Tears parts down and builds them again, and keeps what is not worse.
fn rebuild(best: &mut State<'_>, order: &[usize], effort: u64, limit: Value, steps: &mut u64) {
    let mut draw = Draw(SEED);
    let end = steps.saturating_add(effort);
    let meetings = order.len();
    let is_kept = |at: usize| best.problem.wanted[at].kept.is_some();
    let loose: Vec<usize> = order.iter().copied().filter(|at| !is_kept(*at)).collect();
    if loose.is_empty() || meetings < 2 {
        return;
    }
    let mut now = best.clone();
    let mut mixed = order.to_vec();
    while *steps < end && best.value < limit {
        *steps += 1;
        let first = loose[(draw.next() % loose.len() as u64) as usize];
        let mut torn: Vec<usize> = Vec::with_capacity(TORN);
        torn.push(first);
        let mut near: Vec<usize> =
            loose.iter().copied().filter(|at| *at != first && touches(&now, first, *at)).collect();
        while torn.len() < TORN && !near.is_empty() {
            let one = (draw.next() % near.len() as u64) as usize;
            torn.push(near.swap_remove(one));
        }
        let mut next = now.clone();
        for at in &torn {
            next.take(*at);
        }
        // One of them first, whatever it is worth: else the same would be built again.
        let forced = torn[(draw.next() % torn.len() as u64) as usize];
        let open: Vec<u8> = (0..next.problem.slots).filter(|slot| next.can_place(forced, *slot)).collect();
        if !open.is_empty() {
            next.place(forced, open[(draw.next() % open.len() as u64) as usize]);
        }
        let turn = (draw.next() % meetings as u64) as usize;
        if draw.next() & 3 == 0 {
            mixed.rotate_left(turn);
            for at in &mixed {
                if next.slots[*at].is_none()
                    && let Some(slot) = next.best_slot(*at, steps)
                {
                    next.place(*at, slot);
                }
            }
        } else {
            fill(&mut next, order, steps);
        }
        chains(&mut next, order, steps);
        if next.value >= now.value {
            now = next;
            if now.value > best.value {
                *best = now.clone();
            }
        } else if draw.next() & 63 == 0 {
            now = best.clone();
        }
    }
}

/// Whether two meetings share a side or a slot.
fn touches(state: &State<'_>, one: usize, other: usize) -> bool {
    let (a, b) = (&state.problem.wanted[one], &state.problem.wanted[other]);
    let shares = a.a == b.a || a.a == b.b || a.b == b.a || a.b == b.b;
    shares || (state.slots[one].is_some() && state.slots[one] == state.slots[other])
}
