//! The complete search of a small question.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a kernel over places that the check of the question has bounded"
)]

use super::{
    problem::{FAIRNESS, Problem, Value},
    state::State,
};

/// Searches all schedules for a better one. Answers whether it looked at everything.
pub(super) fn search<'p>(best: &mut State<'p>, order: &[usize], steps: u64) -> (bool, u64) {
    let problem: &'p Problem = best.problem;
    // What the meetings from each place on are worth at most: each with the largest share of fairness.
    let mut rest = vec![0; order.len() + 1];
    for place in (0..order.len()).rev() {
        rest[place] = rest[place + 1] + Problem::worth(&problem.wanted[order[place]]) + 2 * FAIRNESS;
    }
    let mut search = Search { order, rest, left: steps, done: true };
    search.go(&mut State::empty(problem), best, 0);
    (search.done, steps - search.left)
}

struct Search<'o> {
    order: &'o [usize],
    rest: Vec<Value>,
    left: u64,
    done: bool,
}

impl<'p> Search<'_> {
    fn go(&mut self, state: &mut State<'p>, best: &mut State<'p>, place: usize) {
        let Some(&at) = self.order.get(place) else {
            if state.value > best.value {
                *best = state.clone();
            }
            return;
        };
        if state.value + self.rest[place] <= best.value {
            return;
        }
        for slot in 0..state.problem.slots {
            if !state.can_place(at, slot) {
                continue;
            }
            if self.left == 0 {
                self.done = false;
                return;
            }
            self.left -= 1;
            state.place(at, slot);
            self.go(state, best, place + 1);
            state.take(at);
        }
        // A meeting that was published is never left out.
        if state.problem.wanted[at].kept.is_none() {
            if self.left == 0 {
                self.done = false;
                return;
            }
            self.left -= 1;
            self.go(state, best, place + 1);
        }
    }
}
