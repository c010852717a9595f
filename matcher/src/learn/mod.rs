//! Criteria that are learnt from what investors and cities did (section 5, ruling 6): the data, the inputs known
//! before a cut, an additive model with a curve a criterion, and how it is judged.
//!
//! Reading order: [`table`] (files), [`investment`] and [`city`] (what was known, and the inputs of a pair), [`term`]
//! (what an input is called and how it is said), [`boost`] (learning), [`model`] (the file, scores and what they come
//! apart into), [`judge`].
//!
//! Invariant: an input of a pair rests on what was known before the cut, and on what the candidate seeks.
//! Invariant: a model's score is the sum of its contributions, in whole micro-points.

pub mod bin;
pub mod boost;
pub mod calibration;
mod cell;
pub mod city;
pub mod curve;
pub mod exposure;
pub mod features;
pub mod files;
pub mod investment;
pub mod judge;
pub mod model;
pub mod published;
pub mod shipped;
pub mod switch;
pub mod table;
pub mod task;
pub mod term;

/// Why nothing can be learnt.
#[derive(Debug, thiserror::Error)]
pub enum TrainError {
    /// Nothing came about.
    #[error("there is no {what}{}: nothing can be learnt", .before.map(|day| format!(" before {day}")).unwrap_or_default())]
    NoHistory {
        /// A deal or a link.
        what: &'static str,
        /// The cut.
        before: Option<chrono::NaiveDate>,
    },
    /// Nobody with a past has a known future.
    #[error(
        "no investor with three past companies came to hold another within a year, or no city has links to hide: nothing can be learnt"
    )]
    NoOutcomes,
}
