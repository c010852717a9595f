//! Screening: the lists of sanctions, as their publishers give them out.

pub mod list;
