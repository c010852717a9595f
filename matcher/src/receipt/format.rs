//! The file: its parts and its canonical form.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{grade::Grade, score::Interval};

/// What a receipt is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReceiptKind {
    /// A mandate and a project.
    Investment,
    /// Two cities.
    Cities,
}

/// A fact that a criterion reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The holder may see it.
    Value(Value),
    /// The holder may not; the issuer can open it by [`fact_hash`].
    Hash(String),
}

/// The policy of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyName {
    /// Its version.
    pub version: u32,
    /// Its hash, with the weights that were used.
    pub hash: String,
}

/// A criterion with its weight and value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriterionValue {
    /// Its key.
    pub key: String,
    /// Hundredths of a point.
    pub weight: u16,
    /// With everything unknown at its worst, in millionths.
    pub low: u32,
    /// The value that counts, in millionths.
    pub point: u32,
    /// With everything unknown at its best, in millionths.
    pub high: u32,
    /// Known share, in millionths.
    pub known: u32,
    /// Whether it bears on the pair.
    pub applicable: bool,
}

impl CriterionValue {
    pub(super) fn new(key: &str, weight: u16, grade: &Grade) -> Self {
        let Grade { low, point, high, known, applicable } = *grade;
        Self { key: key.to_owned(), weight, low, point, high, known, applicable }
    }

    pub(super) const fn grade(&self) -> Grade {
        Grade {
            low: self.low,
            point: self.point,
            high: self.high,
            known: self.known,
            applicable: self.applicable,
        }
    }
}

/// A score as it stands in a receipt: micro-points, and coverage in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScoreValue {
    /// With everything unknown at its worst.
    pub low: u32,
    /// The score that orders lists.
    pub point: u32,
    /// With everything unknown at its best.
    pub high: u32,
    /// Known share of the weight.
    pub coverage: u32,
}

impl From<Interval> for ScoreValue {
    fn from(score: Interval) -> Self {
        let Interval { low, point, high, coverage } = score;
        Self { low, point, high, coverage }
    }
}

/// One side of a match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SideValue {
    /// Whose view: `INVESTOR`, `PROJECT`, `CITY_A` or `CITY_B`.
    pub side: String,
    /// Its criteria, in the policy's order.
    pub criteria: Vec<CriterionValue>,
    /// Their weighted sum.
    pub score: ScoreValue,
}

/// A match as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// `CARAVANSERAI-RECEIPT-1`.
    pub format: String,
    /// What it is of.
    pub kind: ReceiptKind,
    /// Public ids of the two that are matched.
    pub subjects: [String; 2],
    /// The day on which freshness was judged.
    pub as_of: NaiveDate,
    /// The policy.
    pub policy: PolicyName,
    /// Hash of the model that had a say; none where none had.
    pub model: Option<String>,
    /// Id of the key that signs it.
    pub key: String,
    /// Facts by name, such as `project.gap`.
    pub facts: BTreeMap<String, Fact>,
    /// Both sides.
    pub sides: [SideValue; 2],
    /// Both as one.
    pub mutual: ScoreValue,
    /// Answers of the gates, as they were; they are not computed again.
    pub gates: Vec<(String, String)>,
}

/// The format's name.
pub(super) const FORMAT: &str = "CARAVANSERAI-RECEIPT-1";

/// Why there is no receipt.
#[derive(Debug, thiserror::Error)]
pub enum ReceiptError {
    /// The text is no receipt.
    #[error("this is no receipt: {0}")]
    Json(#[from] serde_json::Error),
    /// Of another format.
    #[error("this receipt has the format {0}, which is not known here")]
    Format(String),
    /// A fact does not hold together with the others.
    #[error("the facts do not hold together: {0}")]
    Facts(#[from] domain::FieldErrors),
    /// The facts do not give the score of the match.
    #[error("the facts do not give the score of the match")]
    Score,
}

impl Receipt {
    /// Reads a receipt.
    ///
    /// # Errors
    /// The text is no receipt of this format.
    pub fn read(text: &str) -> Result<Self, ReceiptError> {
        let receipt: Self = serde_json::from_str(text)?;
        if receipt.format == FORMAT { Ok(receipt) } else { Err(ReceiptError::Format(receipt.format)) }
    }

    /// The bytes that are signed: JSON without spaces, with the names of every object sorted. The same receipt has the
    /// same bytes on every machine, for all its numbers are whole or written as they were stated.
    ///
    /// # Errors
    /// None for what was read or made here.
    pub fn signed_bytes(&self) -> Result<Vec<u8>, ReceiptError> {
        // A value sorts names; the structure alone would keep the order of its fields.
        Ok(serde_json::to_vec(&serde_json::to_value(self)?)?)
    }
}

/// The salted hash of a fact: SHA-256 of salt, name and canonical JSON, each behind its length and a colon.
pub fn fact_hash(salt: &str, name: &str, value: &Value) -> String {
    let mut hash = Sha256::new();
    for part in [salt, name, &value.to_string()] {
        hash.update(part.len().to_string());
        hash.update(":");
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
