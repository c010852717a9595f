//! Caravanserai: the parts of the server and of the command line.
//!
//! Reading order: [`config`], [`store`] (the database), [`import`], [`upload`] (what a person sent), [`xml`],
//! [`screening`] (lists of sanctions), [`mod@reference`] (embedded facts), [`ranking`]
//! (the catalog in memory), [`app`] (use cases), then the ways in: [`graphql`], [`mod@pages`], [`cli`].

pub mod account;
pub mod app;
pub mod area;
pub mod auth;
pub mod cli;
pub mod command;
pub mod config;
pub mod digest;
pub mod event;
pub mod failpoint;
pub mod graphql;
pub mod id;
pub mod import;
pub mod introduction;
pub mod mail;
pub mod pages;
pub mod partnership;
pub mod ranking;
pub mod reference;
pub mod registry;
pub mod screening;
pub mod search;
pub mod server;
pub mod store;
pub mod telemetry;
pub mod upload;
pub mod visible;
pub mod xml;
