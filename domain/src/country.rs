//! Dated facts about countries and pairs of countries, which enter the scores as named evidence.

use serde::{Deserialize, Serialize};

use crate::{
    value::{CountryCode, Lang, Pct},
    vocabulary::IncomeGroup,
};

/// Facts of one country.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Country {
    /// Its code.
    pub code: CountryCode,
    /// Its English name.
    pub name: String,
    /// Region of the United Nations, such as `Africa`.
    pub region: String,
    /// Subregion of the United Nations, such as `Eastern Africa`.
    pub subregion: String,
    /// Official languages, ISO 639-3.
    pub languages: Vec<Lang>,
    /// Neighbours by land.
    pub borders: Vec<CountryCode>,
    /// World Bank income group.
    pub income_group: Option<IncomeGroup>,
    /// Gross domestic product in current USD, and its year.
    pub gdp_usd: Option<(f64, i32)>,
    /// Share of people who use the internet, and its year.
    pub internet_users: Option<(Pct, i32)>,
    /// Whether it is among the least developed.
    pub least_developed: bool,
}

/// Facts of a pair of countries; the same both ways (CEPII GeoDist).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CountryPair {
    /// The smaller code.
    pub a: CountryCode,
    /// The larger code.
    pub b: CountryCode,
    /// They share a border.
    pub contiguous: bool,
    /// They share an official language.
    pub common_official_language: bool,
    /// They were ever in a colonial tie.
    pub colonial_tie: bool,
    /// Kilometres between their main cities.
    pub distance_km: u32,
}

/// A rule of a country's law that bears on investment. Without a dated source it is unknown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnershipRule {
    /// Whose rule.
    pub country: CountryCode,
    /// Largest stake that a foreigner may hold, in percent.
    pub foreign_cap: Pct,
    /// The law, by name.
    pub law: String,
    /// When it was checked; a rule older than 365 days is unknown.
    pub as_of: chrono::NaiveDate,
}
