//! The language of the marketplace: vocabularies, values and aggregates, without any I/O.
//!
//! Reading order: [`vocabulary`] (code lists), [`value`] (money, places, text), then the aggregates:
//! [`organisation`], [`project`] with the machine of its [`listing`], [`mandate`], [`city`], [`country`]. [`sanctions`] and
//! [`name_match`] hold what a list of sanctions says and which of its names a name is like. Values are parsed once, at the edge;
//! inside they cannot be wrong.

pub mod city;
pub mod country;
pub mod error;
pub mod fx;
pub mod id;
pub mod listing;
pub mod mandate;
pub mod name_match;
pub mod organisation;
pub mod portfolio;
pub mod project;
pub mod provenance;
pub mod sanctions;
pub mod value;
pub mod vocabulary;

pub use error::{FieldError, FieldErrors};
pub use vocabulary::Vocabulary;
