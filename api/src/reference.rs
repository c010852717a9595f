//! Facts that the program carries: countries, pairs of countries, exchange rates. `demo/ATTRIBUTION.md` names the
//! sources and licences.

use std::{collections::HashMap, io::Read};

use chrono::NaiveDate;
use domain::{
    country::{Country, CountryPair},
    fx::FxSeries,
    value::{CountryCode, Currency, Lang, Pct},
};

/// The embedded facts.
#[derive(Debug, Clone)]
pub struct Reference {
    /// Countries, by code.
    pub countries: Vec<Country>,
    /// Pairs of countries, sorted by codes.
    pairs: Vec<CountryPair>,
    /// Exchange rates.
    pub fx: FxSeries,
}

/// An embedded file that does not read: the build is broken.
#[derive(Debug, thiserror::Error)]
#[error("the embedded file {file}, row {row}, does not read: {message}")]
pub struct ReferenceError {
    file: &'static str,
    row: usize,
    message: String,
}

const COUNTRIES: &[u8] = include_bytes!("../demo/countries.tsv");
const PAIRS: &[u8] = include_bytes!("../demo/country_pairs.tsv.gz");
const FX: &[u8] = include_bytes!("../demo/fx.tsv.gz");

/// Name of the source of the rates, as every conversion says it.
pub const FX_SOURCE: &str = "European Central Bank, euro foreign exchange reference rates";

impl Reference {
    /// Reads the embedded facts.
    ///
    /// # Errors
    /// The build is broken.
    pub fn embedded() -> Result<Self, ReferenceError> {
        let mut countries = Vec::new();
        each("countries.tsv", COUNTRIES, |cells| {
            countries.push(country(cells)?);
            Some(())
        })?;
        countries.sort_unstable_by_key(|country| country.code);
        // Some fifty thousand codes are looked up: by a table, and not one after the other.
        let codes: HashMap<&str, CountryCode> =
            CountryCode::all().map(|code| (code.alpha2(), code)).collect();
        let mut pairs = Vec::new();
        each("country_pairs.tsv.gz", &unpack("country_pairs.tsv.gz", PAIRS)?, |cells| {
            pairs.push(pair(cells, &codes)?);
            Some(())
        })?;
        pairs.sort_unstable_by_key(|pair| (pair.a, pair.b));
        let mut fx = FxSeries::new(FX_SOURCE);
        each("fx.tsv.gz", &unpack("fx.tsv.gz", FX)?, |cells| {
            let day = NaiveDate::parse_from_str(cells.first()?, "%Y-%m-%d").ok()?;
            // Currencies that the product does not know are no error: the series has some that ended.
            if let Ok(currency) = cells.get(1)?.parse::<Currency>() {
                fx.insert(day, currency, cells.get(2)?.parse().ok()?).ok()?;
            }
            Some(())
        })?;
        Ok(Self { countries, pairs, fx })
    }

    /// Facts of a country.
    pub fn country(&self, code: CountryCode) -> Option<&Country> {
        let place = self.countries.binary_search_by_key(&code, |country| country.code).ok()?;
        self.countries.get(place)
    }

    /// Facts of a pair, in either order.
    pub fn pair(&self, x: CountryCode, y: CountryCode) -> Option<&CountryPair> {
        let key = (x.min(y), x.max(y));
        let place = self.pairs.binary_search_by_key(&key, |pair| (pair.a, pair.b)).ok()?;
        self.pairs.get(place)
    }
}

fn unpack(file: &'static str, bytes: &[u8]) -> Result<Vec<u8>, ReferenceError> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut text).map_err(|error| ReferenceError {
        file,
        row: 0,
        message: error.to_string(),
    })?;
    Ok(text)
}

fn each(
    file: &'static str,
    bytes: &[u8],
    mut row: impl FnMut(&[&str]) -> Option<()>,
) -> Result<(), ReferenceError> {
    let broken = |row, message: &str| ReferenceError { file, row, message: message.to_owned() };
    let text = std::str::from_utf8(bytes).map_err(|_| broken(0, "not UTF-8"))?;
    for (number, line) in (2_usize..).zip(text.lines().skip(1)) {
        let cells: Vec<&str> = line.split('\t').collect();
        row(&cells).ok_or_else(|| broken(number, "a cell has no such value"))?;
    }
    Ok(())
}

/// Code and English name of every country, from the embedded file.
pub(crate) fn country_names() -> impl Iterator<Item = (CountryCode, &'static str)> {
    let text = std::str::from_utf8(COUNTRIES).unwrap_or_default();
    text.lines().skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?.parse().ok()?, cells.next()?))
    })
}

/// A cell that may be empty; `None` outside where it does not read.
fn optional<T: std::str::FromStr>(cell: &str) -> Option<Option<T>> {
    if cell.is_empty() { Some(None) } else { cell.parse().ok().map(Some) }
}

fn country(cells: &[&str]) -> Option<Country> {
    let cell = |i: usize| cells.get(i).copied().unwrap_or_default();
    let gdp: Option<f64> = optional(cell(7))?;
    let internet: Option<Pct> = optional(cell(9))?;
    Some(Country {
        code: cell(0).parse().ok()?,
        name: cell(1).to_owned(),
        region: cell(2).to_owned(),
        subregion: cell(3).to_owned(),
        languages: cell(4)
            .split('|')
            .filter(|c| !c.is_empty())
            .filter_map(|c| c.parse::<Lang>().ok())
            .collect(),
        borders: cell(5).split('|').filter_map(|code| code.parse().ok()).collect(),
        income_group: optional(cell(6))?,
        gdp_usd: gdp.zip(optional(cell(8))?),
        internet_users: internet.zip(optional(cell(10))?),
        least_developed: cell(11) == "1",
    })
}

fn pair(cells: &[&str], codes: &HashMap<&str, CountryCode>) -> Option<CountryPair> {
    let cell = |i: usize| cells.get(i).copied().unwrap_or_default();
    Some(CountryPair {
        a: *codes.get(cell(0))?,
        b: *codes.get(cell(1))?,
        contiguous: cell(2) == "1",
        common_official_language: cell(3) == "1",
        colonial_tie: cell(4) == "1",
        distance_km: optional(cell(5))?.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_facts_read() {
        let reference = Reference::embedded().unwrap();
        assert_eq!(reference.countries.len(), CountryCode::COUNT);
        let code = |s: &str| s.parse::<CountryCode>().unwrap();
        let pair = reference.pair(code("RS"), code("RO")).unwrap();
        assert!(pair.contiguous && pair.distance_km > 0);
        assert_eq!(reference.pair(code("RO"), code("RS")), Some(pair));
        for code in CountryCode::all() {
            assert_eq!(reference.country(code).unwrap().code, code);
        }
        let usd = reference.fx.rate(Currency::EUR, Currency::USD, reference.fx.last_day().unwrap());
        assert!(usd.is_some());
    }
}
