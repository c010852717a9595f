//! End-to-end tests: the binary, a database, HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic, at the place that says why"
)]

mod administration;
mod api;
mod area;
mod articles;
mod attacks;
mod blind;
mod cli;
mod combination;
mod digest;
mod doors;
mod event;
mod faults;
mod freshness;
mod http;
mod imports;
mod introduction;
mod journey_a;
mod kill;
mod layout;
mod matrix;
mod partnership;
mod ranking;
mod registry;
mod screening;
mod subscriptions;
mod tenants;
mod unlock;
mod verification;
