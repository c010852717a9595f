//! Packed, flat views of the aggregates: what gates and criteria read, and nothing else.

mod blocks;
mod city;
mod compact;
mod facet;
mod mandate;
mod organisation;
mod project;
mod scan;
mod world;

pub use blocks::Blocks;
pub(crate) use blocks::BlocksOf;
pub use city::{CityRow, OfficeRow};
pub(crate) use compact::CompactRow;
pub(crate) use facet::Facet;
pub use mandate::{MandateRow, PlaceFit};
pub use organisation::{DealSummary, OrganisationRow};
pub(crate) use project::item_bit;
pub use project::{ProjectRow, Veil, stage_slot};
pub(crate) use scan::{OwnerFacts, ScanRow, ScanTable, contract_bit, stages};
pub use world::{Amount, Day, Links, World, day};
