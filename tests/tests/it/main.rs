//! End-to-end tests: the binary, a database, HTTP.

mod cli;
mod http;
mod ranking;
