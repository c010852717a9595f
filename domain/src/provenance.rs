//! Where a record comes from, under which licence, and what in it is only a sample.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::value::SingleLine;

/// Origin of a record. What a label says is shown wherever the record is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Provenance {
    /// Source and its own reference, such as `AidData GCDF 3.0, record GCDF-1234`.
    pub source: Option<SingleLine>,
    /// Licence of the data.
    pub licence: Option<SingleLine>,
    /// Said beside the record: 'historical record replayed as if open', 'fictional', 'inferred from …'.
    pub label: Option<SingleLine>,
    /// Names of the facts that are samples of the demo and not from the source.
    pub sample_facts: Vec<String>,
}

impl Provenance {
    /// Whether a fact of the record is a sample.
    pub fn is_sample(&self, fact: &str) -> bool {
        self.sample_facts.iter().any(|name| name == fact)
    }
}

/// A fact that someone wrote down on a date.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dated<T> {
    /// The fact.
    pub value: T,
    /// When it held.
    pub as_of: NaiveDate,
    /// Who says so.
    pub source: String,
}
