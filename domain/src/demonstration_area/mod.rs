//! Demonstration areas of "Digital Silk Road" economic cooperation (article 8): one record for each host city, linked
//! in pairs (features 4.9.4).
//!
//! The machine is [`AREA_RULES`]; the record is a [`DemonstrationArea`], whose [`DemonstrationArea::act`] asks the
//! machine. Each host approves its own area; [`settle_pair`] makes a pair of two that are approved and link to each
//! other.

mod code;
mod command;
mod record;
mod table;
#[cfg(test)]
mod tests;

pub use code::{AreaGuard, AreaParty, AreaState, AreaTransition, TaskStatus};
pub use command::{AreaCommand, AreaEffect, AreaEvent, MirrorFacts};
pub use record::{AreaPlan, AreaTask, DemonstrationArea, Evaluation, settle_pair};
pub use table::{
    AREA_RULES, AreaActor, AreaCircumstances, AreaMachine, AreaRefusal, AreaRule, AvailableAreaTransition,
    UNPAIRED_MONTHS,
};
