//! Caravanserai: the parts of the server and of the command line.
//!
//! Reading order: [`config`], [`store`] (the database), [`import`], [`mod@reference`] (embedded facts), [`ranking`]
//! (the catalog in memory), [`app`] (use cases), then the ways in: [`cli`].

pub mod app;
pub mod auth;
pub mod cli;
pub mod command;
pub mod config;
pub mod graphql;
pub mod id;
pub mod import;
pub mod mail;
pub mod ranking;
pub mod reference;
pub mod search;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod visible;
