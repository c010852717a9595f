//! Cities and their links: the data, the graph with what lies near, the inputs of a pair, and hidden links.

pub mod backtest;
pub mod data;
pub mod graph;
pub mod published;
pub mod signal;
pub mod split;
pub mod train;
pub mod view;
