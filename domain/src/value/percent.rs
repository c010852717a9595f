//! Percentages in whole hundredths, so that sums are exact.

use serde::{Deserialize, Serialize};

use crate::Vocabulary;

/// A percentage in hundredths of a percent, -100,000 to 1,000,000 (that is -1,000 % to 10,000 %).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "i32", into = "i32")]
pub struct Pct(i32);

/// A percentage out of range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a percentage lies between -1000 and 10000, with at most two decimals, such as 11.5")]
pub struct PctError;

impl Pct {
    /// From hundredths of a percent.
    ///
    /// # Errors
    /// Out of range.
    pub fn from_hundredths(hundredths: i32) -> Result<Self, PctError> {
        (-100_000..=1_000_000).contains(&hundredths).then_some(Self(hundredths)).ok_or(PctError)
    }

    /// From a number of percent such as 11.5; rounded to two decimals.
    ///
    /// # Errors
    /// Not finite or out of range.
    pub fn from_f64(percent: f64) -> Result<Self, PctError> {
        let hundredths = (percent * 100.0).round();
        if hundredths.is_finite() && hundredths.abs() <= 1e6 {
            Self::from_hundredths(hundredths as i32)
        } else {
            Err(PctError)
        }
    }

    /// Hundredths of a percent.
    pub const fn hundredths(self) -> i32 {
        self.0
    }

    /// As a number of percent.
    pub fn as_f64(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl TryFrom<i32> for Pct {
    type Error = PctError;
    fn try_from(hundredths: i32) -> Result<Self, PctError> {
        Self::from_hundredths(hundredths)
    }
}
impl From<Pct> for i32 {
    fn from(pct: Pct) -> Self {
        pct.0
    }
}
impl std::str::FromStr for Pct {
    type Err = PctError;
    fn from_str(s: &str) -> Result<Self, PctError> {
        s.trim().trim_end_matches('%').trim().parse::<f64>().map_err(|_| PctError).and_then(Self::from_f64)
    }
}
impl std::fmt::Display for Pct {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let whole = self.0 / 100;
        let part = (self.0 % 100).unsigned_abs();
        let sign = if self.0 < 0 && whole == 0 { "-" } else { "" };
        match part {
            0 => write!(f, "{sign}{whole}"),
            p if p % 10 == 0 => write!(f, "{sign}{whole}.{}", p / 10),
            p => write!(f, "{sign}{whole}.{p:02}"),
        }
    }
}

/// One part of a whole, in hundredths of a percent, 1..=10,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(bound(deserialize = "V: serde::de::DeserializeOwned", serialize = "V: Serialize"))]
pub struct Share<V> {
    /// Of what.
    pub of: V,
    /// How much, in hundredths of a percent.
    pub hundredths: u16,
}

/// Parts of a whole, each code once, that sum to 100 %; largest first, ties in the list's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Share<V>>", into = "Vec<Share<V>>")]
#[serde(bound(
    deserialize = "V: Vocabulary + serde::de::DeserializeOwned",
    serialize = "V: Vocabulary + Serialize"
))]
pub struct Shares<V>(Vec<Share<V>>);

/// Parts that make no whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// No part at all, or too many.
    #[error("name between 1 and 8 parts, such as CONN_BROADBAND:70|INCL_RURAL:30")]
    Count,
    /// A code twice or a part of nothing.
    #[error("name each code once, with a share above 0")]
    Part,
    /// The sum is off.
    #[error("the shares sum to 100, not to {}.{:02}", .0 / 100, .0 % 100)]
    Sum(u32),
}

impl<V: Vocabulary> Shares<V> {
    /// Checks the parts.
    ///
    /// # Errors
    /// No parts or above eight, a code twice, or a sum that is not 100 %.
    pub fn new(mut parts: Vec<Share<V>>) -> Result<Self, ShareError> {
        if parts.is_empty() || parts.len() > 8 {
            return Err(ShareError::Count);
        }
        parts.sort_by(|a, b| b.hundredths.cmp(&a.hundredths).then(a.of.cmp(&b.of)));
        let codes: std::collections::BTreeSet<_> = parts.iter().map(|part| part.of).collect();
        if codes.len() != parts.len() || parts.iter().any(|part| part.hundredths == 0) {
            return Err(ShareError::Part);
        }
        let sum: u32 = parts.iter().map(|part| u32::from(part.hundredths)).sum();
        if sum == 10_000 { Ok(Self(parts)) } else { Err(ShareError::Sum(sum)) }
    }

    /// The whole in one part.
    pub fn whole(of: V) -> Self {
        Self(vec![Share { of, hundredths: 10_000 }])
    }

    /// The parts, largest first.
    pub fn parts(&self) -> &[Share<V>] {
        &self.0
    }
}

impl<V: Vocabulary> TryFrom<Vec<Share<V>>> for Shares<V> {
    type Error = ShareError;
    fn try_from(parts: Vec<Share<V>>) -> Result<Self, ShareError> {
        Self::new(parts)
    }
}
impl<V> From<Shares<V>> for Vec<Share<V>> {
    fn from(shares: Shares<V>) -> Self {
        shares.0
    }
}
