//! A calibration as it is published: what ranked, on what it was judged, and its bands (ruling 7).

use std::fmt::Write;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    calibration::{Band, Table},
    files::Licence,
    model::ModelError,
    table::{DataError, Wrong},
};
use crate::Policy;

/// What a published calibration is named inside.
pub const FORMAT: &str = "caravanserai-calibration";
/// The version of the format; a file of another version is refused.
pub const VERSION: u32 = 1;

/// What ranked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Judged {
    /// The published policy, of whose criteria those speak that such data tell.
    Policy {
        /// Its version.
        version: u32,
        /// Its hash.
        hash: String,
    },
    /// A learnt model.
    Model {
        /// SHA-256 of its file.
        sha256: String,
        /// No deal of this day or later was seen.
        cut: Option<NaiveDate>,
        /// Learnt criteria and groups that were off.
        off: Vec<String>,
    },
}

impl Judged {
    /// A policy.
    pub fn policy(policy: &Policy) -> Self {
        Self::Policy { version: policy.version, hash: policy.hash() }
    }
}

/// A calibration with what it says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What ranked.
    pub ranker: Judged,
    /// Whether all that it was judged on may ship.
    pub open_data: bool,
    /// What lies before this day was known.
    pub cut: NaiveDate,
    /// What came about from the cut to before this day is judged.
    pub until: NaiveDate,
    /// Investors.
    pub investors: usize,
    /// Pairs of an investor and a company that sought money.
    pub pairs: u64,
    /// Pairs that came about.
    pub outcomes: u64,
    /// Bands, highest first.
    pub bands: Vec<Band>,
}

/// To the hundredth: more digits would say more than is known.
fn hundredth(value: f64) -> f64 {
    libm::round(value * 100.0) / 100.0
}

impl Published {
    /// A table, of which times are told to the hundredth.
    pub fn new(ranker: Judged, licence: Licence, [cut, until]: [NaiveDate; 2], table: &Table) -> Self {
        let rounded = |band: &Band| Band {
            lift: hundredth(band.lift),
            interval: band.interval.map(hundredth),
            ..band.clone()
        };
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            ranker,
            open_data: licence == Licence::Ship,
            cut,
            until,
            investors: table.investors,
            pairs: table.pairs,
            outcomes: table.outcomes,
            bands: table.bands.iter().map(rounded).collect(),
        }
    }

    /// Tab-separated lines with a header.
    pub fn to_tsv(&self) -> String {
        let mut text = "from\tto\tpairs\toutcomes\ttimes_as_often\tlow_95\thigh_95\n".to_owned();
        for band in &self.bands {
            let [low, high] = band.interval;
            let _ = writeln!(
                text,
                "{}\t{}\t{}\t{}\t{:.2}\t{low:.2}\t{high:.2}",
                band.from, band.to, band.pairs, band.outcomes, band.lift
            );
        }
        text
    }

    /// As a file, the same bytes for the same table.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Reads a file of [`Published::to_json`].
    ///
    /// # Errors
    /// A file that is none, or of another version.
    pub fn read(file: &str, text: &str) -> Result<Self, ModelError> {
        let read: Self = serde_json::from_str(text).map_err(|error| DataError {
            file: file.to_owned(),
            line: error.line(),
            column: error.column().to_string(),
            wrong: Wrong::Value(error.to_string()),
        })?;
        if read.format != FORMAT || read.version != VERSION {
            let found = format!("{} version {}", read.format, read.version);
            return Err(ModelError::Version { file: file.to_owned(), found });
        }
        Ok(read)
    }

    /// What the table is, in a sentence.
    pub fn says(&self) -> String {
        let ranker = match &self.ranker {
            Judged::Policy { version, .. } => {
                format!(
                    "version {version} of the published policy, as far as such records tell its criteria,"
                )
            }
            Judged::Model { .. } => "the learnt model".to_owned(),
        };
        format!(
            "How many times as often as the average pair those of each band came about, when {ranker} ranked from what \
             was known before {} and {} investors were watched until {}: {} of {} pairs came about. It tells how far \
             the score parts pairs, in one past market; it is never a probability that a pair comes about.",
            self.cut, self.investors, self.until, self.outcomes, self.pairs
        )
    }
}

impl Band {
    /// The band in a sentence.
    pub fn says(&self) -> String {
        format!(
            "Pairs of {} to {} points came about {:.1} times as often as average ({:.1} to {:.1} with 95 % confidence; {} \
             of {} pairs).",
            self.from, self.to, self.lift, self.interval[0], self.interval[1], self.outcomes, self.pairs
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published() -> Published {
        let band = |from, to, lift| Band {
            from,
            to,
            pairs: 100,
            outcomes: 25,
            lift,
            interval: [lift - 0.255, lift + 1.0],
        };
        let table = Table {
            bands: vec![band(50, 100, 4.126_6), band(0, 50, 0.1)],
            investors: 7,
            pairs: 200,
            outcomes: 50,
        };
        let days = ["2011-01-01", "2012-01-01"].map(|day| day.parse().unwrap());
        Published::new(Judged::policy(&Policy::current()), Licence::Ship, days, &table)
    }

    #[test]
    fn a_file_is_read_as_it_was_written_and_no_other() {
        let table = published();
        assert_eq!(Published::read("c.json", &table.to_json()).unwrap(), table);
        assert_eq!((table.bands[0].lift, table.bands[0].interval[0]), (4.13, 3.87));
        let older = table.to_json().replacen("\"version\": 1", "\"version\": 9", 1);
        let error = Published::read("c.json", &older).unwrap_err().to_string();
        assert!(error.contains("c.json") && error.contains("version 9"), "{error}");
        let error = Published::read("c.json", "{\n  \"format\": 3}").unwrap_err().to_string();
        assert!(error.contains("c.json") && error.contains('2'), "{error}");
    }

    #[test]
    fn it_says_times_and_that_it_is_no_probability() {
        let table = published();
        assert!(table.says().contains("never a probability") && table.says().contains("2011-01-01"));
        let says = table.bands[0].says();
        assert_eq!(
            says,
            "Pairs of 50 to 100 points came about 4.1 times as often as average (3.9 to 5.1 with 95 % confidence; 25 of 100 \
             pairs)."
        );
        assert!(table.to_tsv().ends_with("0\t50\t100\t25\t0.10\t-0.16\t1.10\n"), "{}", table.to_tsv());
    }
}
