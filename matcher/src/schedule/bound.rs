//! A bound on every schedule, by Lagrangian relaxation.
//!
//! A meeting takes place for both sides or for neither. Without that rule each side would pick its own best meetings, as
//! many as it can have, which is easy: the worth of a meeting is split between its sides, and what a side picks beyond
//! its share is bounded by its slots and its limit. Whatever the split is, the sum of what all sides pick is at least
//! what any schedule is worth. The split is moved towards the side that picks a meeting alone. Tables are priced as
//! well: there are as many places at tables as tables times slots.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a kernel over places that the check of the question has bounded"
)]

use super::problem::{FAIRNESS, Problem, Value};
use crate::score::FULL;

/// A number that no schedule's objective passes, moves not counted. `rounds` are how often the prices are moved; more of
/// them never make it larger.
pub fn bound(problem: &Problem, rounds: u32) -> Value {
    let most = problem.most();
    let possible: Vec<usize> =
        (0..problem.wanted.len()).filter(|at| problem.common(&problem.wanted[*at]) != 0).collect();
    let mut of: Vec<Vec<usize>> = vec![Vec::new(); problem.meeters.len()];
    for at in &possible {
        of[problem.wanted[*at].a].push(*at);
        of[problem.wanted[*at].b].push(*at);
    }
    // What the side `a` has of each meeting's worth; the other has the rest.
    let mut share: Vec<Value> = problem.wanted.iter().map(|wanted| Problem::worth(wanted) / 2).collect();
    let mut table_price: Value = 0;
    let places = Value::from(problem.tables) * Value::from(problem.slots);
    let mut best = Value::MAX;
    let mut picked: Vec<[bool; 2]> = vec![[false; 2]; problem.wanted.len()];
    for round in 0..rounds.max(1) {
        picked.fill([false; 2]);
        // Priced by half at each side, so that a meeting pays the price once.
        let mut value = table_price * 2 * places;
        for (side, meetings) in of.iter().enumerate() {
            let mut own: Vec<(Value, usize)> = meetings
                .iter()
                .map(|at| {
                    let wanted = &problem.wanted[*at];
                    let part =
                        if wanted.a == side { share[*at] } else { Problem::worth(wanted) - share[*at] };
                    (part - if wanted.needs_table { table_price } else { 0 }, *at)
                })
                .collect();
            own.sort_unstable_by_key(|(part, at)| (-part, *at));
            // Shares fall and so does the worth of one more: the first that is worth nothing ends it.
            for (n, (part, at)) in (1_i64..).zip(own.iter().take(most[side] as usize)) {
                // Rounded up, so that the bound stays one where shares of fairness are rounded down.
                let worth = part + FAIRNESS / n;
                if worth <= 0 {
                    break;
                }
                value += worth;
                picked[*at][usize::from(problem.wanted[*at].a != side)] = true;
            }
        }
        best = best.min(value);
        let step = Value::from(FULL) / 4 * 8 / Value::from(round + 8);
        let mut alike = true;
        let mut at_tables = 0;
        for at in &possible {
            let [a, b] = picked[*at];
            if problem.wanted[*at].needs_table {
                at_tables += Value::from(a) + Value::from(b);
            }
            if a != b {
                alike = false;
                share[*at] += if a { -step } else { step };
            }
        }
        if at_tables > 2 * places {
            (alike, table_price) = (false, table_price + step / 2);
        } else if table_price > 0 && at_tables < 2 * places {
            (alike, table_price) = (false, (table_price - step / 2).max(0));
        }
        if alike {
            break;
        }
    }
    best
}
