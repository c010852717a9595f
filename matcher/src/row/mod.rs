//! Packed, flat views of the aggregates: what gates and criteria read, and nothing else.

mod city;
mod mandate;
mod organisation;
mod project;
mod world;

pub use city::{CityRow, OfficeRow};
pub use mandate::{MandateRow, PlaceFit};
pub use organisation::{DealSummary, OrganisationRow};
pub(crate) use project::item_bit;
pub use project::{ProjectRow, stage_slot};
pub use world::{Amount, Day, Links, World, day};
