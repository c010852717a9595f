//! What scores meant in a past market: times as often as average, never a probability (ruling 7).

use async_graphql::{Enum, SimpleObject};
use chrono::NaiveDate;
use matcher::learn::{
    calibration::Band,
    published::{Judged, Published},
};

/// What ranked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum CalibratedRanker {
    /// The published policy, by which the lists of this service are ordered; of its criteria those speak that records
    /// of past deals tell.
    Policy,
    /// A learnt model, which orders no list of this service.
    Model,
}

/// A band of scores: how many times as often as average its pairs came about.
#[derive(Debug, SimpleObject)]
pub struct CalibrationBand {
    /// From so many points.
    from: u32,
    /// To below so many points; the highest band includes 100.
    to: u32,
    /// Pairs of an investor and a company.
    pairs: u64,
    /// Pairs that came about; a band with fewer than 20 is merged with its neighbour.
    positives: u64,
    /// How many times as often as the average pair.
    lift: f64,
    /// Lower end of the 95 % interval of the lift, from draws of investors with all their pairs.
    low: f64,
    /// Upper end of it.
    high: f64,
    /// The band in a sentence.
    says: String,
}

impl From<&Band> for CalibrationBand {
    fn from(band: &Band) -> Self {
        Self {
            from: band.from,
            to: band.to,
            pairs: band.pairs,
            positives: band.outcomes,
            lift: band.lift,
            low: band.interval[0],
            high: band.interval[1],
            says: band.says(),
        }
    }
}

/// What scores meant, judged on what investors did in a past year.
#[derive(Debug, SimpleObject)]
pub struct Calibration {
    /// What ranked.
    ranker: CalibratedRanker,
    /// The policy's version; null for a model.
    version: Option<u32>,
    /// SHA-256 of the policy, or of the model's file.
    hash: String,
    /// What lies before this day was known, and of a model: was learnt from.
    cut_date: NaiveDate,
    /// What came about from the cut to before this day was counted.
    until: NaiveDate,
    /// Investors.
    investors: usize,
    /// Pairs of an investor and a company that sought money.
    pairs: u64,
    /// Pairs that came about.
    positives: u64,
    /// Bands of scores, highest first.
    bands: Vec<CalibrationBand>,
    /// What the table tells and what it does not, in a sentence.
    says: String,
}

impl From<&Published> for Calibration {
    fn from(table: &Published) -> Self {
        let (ranker, version, hash) = match &table.ranker {
            Judged::Policy { version, hash } => (CalibratedRanker::Policy, Some(*version), hash),
            Judged::Model { sha256, .. } => (CalibratedRanker::Model, None, sha256),
        };
        Self {
            ranker,
            version,
            hash: hash.clone(),
            cut_date: table.cut,
            until: table.until,
            investors: table.investors,
            pairs: table.pairs,
            positives: table.outcomes,
            bands: table.bands.iter().map(Into::into).collect(),
            says: table.says(),
        }
    }
}
