//! What is new of a thing, compared with what its reader was last told.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::code::DigestItemKind;

/// Points of one band of scores.
pub const BAND_POINTS: u32 = 5;
/// Days before a deadline at which it is told.
pub const DEADLINE_DAYS: i64 = 14;

/// What a reader was told of a thing, or would be told now. Only what the reader may see belongs here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    /// Band of the score; none where there is no score.
    pub band: Option<u32>,
    /// Rung of the stage.
    pub stage: Option<u8>,
    /// Last day for an answer.
    pub deadline: Option<NaiveDate>,
    /// The deadline that was told as near, if any.
    pub near: Option<NaiveDate>,
    /// Hash of money, terms, fields and places.
    pub material: String,
}

impl Told {
    /// The deadline, where it is near on a day.
    fn near(&self, today: NaiveDate) -> Option<NaiveDate> {
        self.deadline.filter(|deadline| {
            (0..=DEADLINE_DAYS).contains(&deadline.signed_duration_since(today).num_days())
        })
    }

    /// What the reader knows after having been told this on a day.
    #[must_use]
    pub fn after_telling(mut self, before: Option<&Self>, today: NaiveDate) -> Self {
        self.near = self.near(today).or_else(|| before.and_then(|told| told.near));
        // A score that falls and comes back is no news.
        self.band = self.band.max(before.and_then(|told| told.band));
        self.stage = self.stage.max(before.and_then(|told| told.stage));
        self
    }
}

/// What is new of a thing, most pressing first.
pub fn news(now: &Told, before: Option<&Told>, today: NaiveDate) -> Vec<DigestItemKind> {
    let Some(before) = before else { return vec![DigestItemKind::New] };
    let rose =
        |now: Option<u32>, then: Option<u32>| now.is_some_and(|now| then.is_some_and(|then| now > then));
    let near = now.near(today);
    [
        (DigestItemKind::Deadline14d, near.is_some() && near != before.near),
        (DigestItemKind::StageAdvanced, rose(now.stage.map(u32::from), before.stage.map(u32::from))),
        (DigestItemKind::ScoreUp, rose(now.band, before.band)),
        (DigestItemKind::MaterialChange, now.material != before.material),
    ]
    .into_iter()
    .filter_map(|(kind, holds)| holds.then_some(kind))
    .collect()
}

/// Names the event that caused an item, so that a second change of the same kind can be told and the same one cannot.
pub fn fingerprint(kind: DigestItemKind, now: &Told) -> String {
    let event = match kind {
        DigestItemKind::New => String::new(),
        DigestItemKind::Deadline14d => format!("{:?}", now.deadline),
        DigestItemKind::StageAdvanced => format!("{:?}", now.stage),
        DigestItemKind::ScoreUp => format!("{:?}", now.band),
        DigestItemKind::MaterialChange => now.material.clone(),
    };
    hash(&format!("{kind}\n{event}"))
}

/// The first 32 hexadecimal digits of the SHA-256 of a text.
pub fn hash(text: &str) -> String {
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
