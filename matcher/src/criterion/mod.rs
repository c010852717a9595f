//! Criteria: value functions with fixed anchors, from the packed rows of one pair.

pub mod city;
pub mod investor;
pub mod project;
