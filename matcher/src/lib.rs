//! The ranking: gates first, then additive criteria with fixed anchors, then the harmonic mean of both sides.
//!
//! Pure computation: no I/O, no clock, no randomness that is not seeded by the caller. Reading order:
//! [`grade`] (values with what is unknown), [`policy`] (published weights), [`row`] (packed views),
//! [`catalog`], [`gate`], [`criterion`], [`score`], [`rank`] (the way in), [`explanation`],
//! [`counterfactual`], [`stability`], [`unlock`], the capital [`stack`], [`triad`]s, the [`schedule`] of an event, [`receipt`]s, [`highlight`] (fairness beside the order, never in it). [`engine`]
//! finds the top k of any score of this manner without looking at most of the candidates.
//!
//! Invariant: a score depends on the pair, the policy and the day alone, never on the other candidates.
//! Invariant: the explanation is computed by the code that computes the score.

pub mod capability;
pub mod catalog;
pub mod counterfactual;
pub mod criterion;
pub mod draw;
pub mod engine;
pub mod explanation;
pub mod gate;
pub mod grade;
pub mod highlight;
mod journal;
pub mod learn;
pub mod policy;
pub mod rank;
pub mod receipt;
pub mod row;
pub mod schedule;
pub mod score;
pub mod stability;
pub mod stack;
pub mod triad;
pub mod unlock;

pub use catalog::Catalog;
pub use grade::{Grade, Micro, ONE};
pub use policy::Policy;
pub use score::{Interval, MicroPoints};
