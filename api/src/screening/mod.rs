//! Screening: the lists of sanctions as their publishers give them out, the index over those in force, and what a run
//! over organisations does. What two officers then decide stands in [`crate::registry::screening`].
//!
//! Invariant: an organisation is registered, renamed or given other owners only with a look at the lists that are in
//! force in the same transaction; an import waits for such writes, and the run after it sees them.

pub mod import;
pub mod judge;
pub mod list;
mod names;
pub mod run;

pub use names::{Names, Sanctions};
