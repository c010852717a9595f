//! End-to-end tests: the binary, a database, HTTP.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panic, at the place that says why"
)]

mod attacks;
mod cli;
mod freshness;
mod http;
mod journey_a;
mod kill;
mod layout;
mod ranking;
mod subscriptions;
mod tenants;
