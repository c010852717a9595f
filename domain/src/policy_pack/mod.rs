//! Policy packs.

mod step;

pub use step::{ApprovalStepKind, Sourcing, StepRule, WeekRange};
