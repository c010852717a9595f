//! Investors and companies: the data, what was known before a day, the inputs of a pair, and the windows.

pub mod backtest;
pub mod data;
mod habit;
pub mod history;
pub mod published;
pub mod signal;
pub mod train;
pub mod view;
pub mod window;
