//! Commands that fill the marketplace: organisations, projects, mandates, cities.

pub mod listing;
pub mod organisation;
pub mod project;
pub mod screening;
pub mod standing;
pub mod timers;
pub mod verification;
