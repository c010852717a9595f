//! Commands that fill the marketplace: organisations, projects, mandates, cities.

pub mod capability;
pub mod city;
pub mod document;
pub mod import;
pub mod listing;
pub mod mandate;
pub mod organisation;
pub mod project;
pub mod record;
mod required;
pub mod saved_search;
pub mod screening;
pub mod standing;
pub mod timers;
pub mod upload;
pub mod verification;
