//! A list as short lines, and what lies between two of them.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use matcher::{gate::Outcome, score::Interval};
use uuid::Uuid;

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// It came into the list.
    New,
    /// Its scores, its gates or its place are others.
    Changed,
    /// It left the list.
    Gone,
}

/// A row of a list, as short as it can be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Place in the whole list, from 1.
    pub rank: u64,
    /// Score of both sides.
    pub mutual: Interval,
    /// Scores of each side.
    sides: [Interval; 2],
    /// Answers of the gates, two bits each.
    gates: u32,
}

impl Line {
    /// The line of a match at a place.
    pub(super) fn new(rank: u64, mutual: Interval, sides: [Interval; 2], gates: &[Outcome]) -> Self {
        let gates = gates.iter().fold(0_u32, |bits, outcome| bits.rotate_left(2) ^ *outcome as u32);
        Self { rank, mutual, sides, gates }
    }
}

/// A list, first row first.
#[derive(Debug)]
pub struct Standing {
    /// When the catalog was current.
    pub as_of: DateTime<Utc>,
    /// Number of the last event that is in it.
    pub sequence: i64,
    /// Rows by the id of the counterparty.
    pub lines: Vec<(Uuid, Line)>,
}

/// One row that is other than it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) subject: Uuid,
    /// None where it is gone.
    pub(super) new: Option<Line>,
}

/// What is to be told to somebody who knows some rows: first those that are gone, then the others from the top.
pub(super) fn differences(known: &HashMap<Uuid, Line>, lines: &[(Uuid, Line)]) -> Vec<Difference> {
    let present: HashSet<Uuid> = lines.iter().map(|(subject, _)| *subject).collect();
    let mut gone: Vec<(u64, Uuid)> = known
        .iter()
        .filter(|(subject, _)| !present.contains(subject))
        .map(|(subject, line)| (line.rank, *subject))
        .collect();
    gone.sort_unstable();
    let gone = gone.into_iter().map(|(_, subject)| Difference { subject, new: None });
    let others = lines
        .iter()
        .filter(|(subject, line)| known.get(subject) != Some(line))
        .map(|(subject, line)| Difference { subject: *subject, new: Some(*line) });
    gone.chain(others).collect()
}
