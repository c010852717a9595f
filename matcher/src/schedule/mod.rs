//! The schedule of an exchange event: which accepted meeting takes place in which slot at which table.
//!
//! **What is sought.** No participant and no table has two meetings in a slot, nobody meets when it cannot, and nobody
//! has more meetings than it wants. Among such schedules the one with the largest
//!
//! ```text
//! sum over placed meetings of score + MUTUAL where both have asked  +  sum over participants of F * (1 + 1/2 + ... + 1/n)
//! ```
//!
//! where `n` is how many meetings the participant has and `F` is [`FAIRNESS`], half a full score. The second sum is a
//! concave utility: a participant's first meeting is worth half a full score beside what it scores by itself, the second
//! a quarter, and so on. So a schedule gives somebody who has nothing a meeting before it gives somebody who has five a
//! sixth, unless the sixth is much better; this is proportional fairness with harmonic numbers in the place of
//! logarithms, so that all sums are whole numbers. The largest smallest share (maximin) was not taken: one participant
//! whom no slot suits would hold the smallest share at nothing and leave all others to chance.
//!
//! **How it is found.** [`solve`] begins with the best meetings first, then inserts what was left out by chains: a meeting
//! takes a place, those that it drives out look for another one. Then parts of the schedule are torn down and built
//! again, by draws that are the same on every machine, for as long as the [`Effort`] lasts; no better schedule is ever
//! given up. The work is counted in steps and not in seconds, so that the same question has the same answer everywhere.
//! Small questions are then searched through.
//!
//! **How good it is.** Every answer carries a bound that no schedule can pass, by Lagrangian relaxation ([`bound`]): each
//! side of a meeting picks its own best ones, for prices that are moved until both sides pick alike. Where objective and
//! bound meet, or the search was complete, the schedule is proved to be best.
//!
//! **Another day.** A meeting that was published has a place to keep ([`Wanted::kept`]). It is never left out for
//! another one, a move costs [`MOVE`], and nobody is moved more than [`MAX_MOVES`] times.

mod bound;
mod exact;
mod improve;
mod problem;
mod state;
#[cfg(test)]
mod tests;

pub use bound::bound;
pub use improve::solve;
pub use problem::{
    Effort, FAIRNESS, Fairness, MAX_MOVES, MOVE, MUTUAL, Meeter, Place, Problem, ProblemError, Schedule,
    Value, Wanted, Why,
};
