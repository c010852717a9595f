//! The language of the marketplace: vocabularies, values and aggregates, without any I/O.
//!
//! Reading order: [`vocabulary`] (code lists), [`value`] (money, places, text), then the aggregates:
//! [`account`], [`organisation`] with its [`verification`], [`screening`] and [`screening_hit`]s, [`project`] with its
//! [`listing`], its [`questionnaire`], the rules of its [`consistency`] and its likely [`duplicate`]s, [`mandate`],
//! [`city`], its [`partnership`]s with the [`agreement_template`]s that begin them, its [`demonstration_area`] and the
//! [`policy_pack`]s that rule them, [`country`], the [`capability`] of an enterprise, a [`saved_search`], an
//! [`import_job`], a [`document`], an [`introduction`], an [`exchange_event`] with its [`meeting`]s. How the state of any
//! of them moves is a table, and [`machine`] says how a table is read. Who may do what stands in [`policy`], who sees
//! which field in [`disclosure`]. [`sanctions`] and [`name_match`] hold what a list of sanctions says and which of its
//! names a name is like. [`names`] calls codes and countries by their names in each language. Values are parsed once, at the edge; inside they cannot be wrong.

pub mod account;
pub mod agreement_template;
pub mod capability;
pub mod city;
pub mod consistency;
pub mod country;
pub mod demonstration_area;
pub mod digest;
pub mod disclosure;
pub mod document;
pub mod duplicate;
pub mod error;
pub mod exchange_event;
#[cfg(test)]
mod fixture;
pub mod fx;
pub mod id;
pub mod import_job;
pub mod introduction;
pub mod listing;
pub mod machine;
pub mod mandate;
pub mod meeting;
pub mod name_match;
pub mod names;
pub mod organisation;
pub mod partnership;
pub mod policy;
pub mod policy_pack;
pub mod portfolio;
pub mod project;
pub mod provenance;
pub mod questionnaire;
pub mod sanctions;
pub mod saved_search;
pub mod screening;
pub mod screening_hit;
pub mod value;
pub mod verification;
pub mod vocabulary;

pub use error::{FieldError, FieldErrors};
pub use vocabulary::Vocabulary;
