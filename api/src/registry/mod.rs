//! Commands that fill the marketplace: organisations, projects, mandates, cities.

pub mod organisation;
