//! Policy packs: what the rules of a country or of one city say of partnerships, as data files (article 13: each goes
//! its own way of development).
//!
//! A pack is a TOML file and is checked when it is loaded. Every rule names who says so, or is marked as unverified; a
//! pack says nothing that nobody has told us, and what it does not say is asked, never taken for a permission.
//! [`approval_path`] joins the packs of two cities to one route.

mod error;
mod pack;
mod path;
mod read;
mod step;
#[cfg(test)]
mod tests;

pub use error::{PackError, PackErrors, PackProblem};
pub use pack::{Chain, Exclusivity, PackSet, PolicyPack, Ruled, own_lawyers};
pub use path::{ApprovalPath, Lane, PathCity, PathQuestion, Preliminary, approval_path};
pub use step::{ApprovalStepKind, Sourcing, StepRule, WeekRange};
