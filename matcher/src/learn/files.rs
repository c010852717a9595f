//! The data files by their names, whoever opens them.

use std::io::BufRead;

use super::{
    city::data::Atlas,
    investment::data::{Market, Round},
    table::{DataError, Wrong},
};

/// Opens a file of the data by its name, unpacked; with or without `.gz` behind it is the opener's affair.
pub type Open<'a> = &'a dyn Fn(&str) -> std::io::Result<Box<dyn BufRead>>;

/// Which investment files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Licence {
    /// All that may be measured with.
    Measure,
    /// Those alone that may ship (`ccby_*`).
    Ship,
}

fn opened(open: Open<'_>, name: &str) -> Result<Box<dyn BufRead>, DataError> {
    open(name).map_err(|error| DataError {
        file: name.to_owned(),
        line: 1,
        column: "1".to_owned(),
        wrong: Wrong::Unreadable(error),
    })
}

/// Companies, rounds and deals.
///
/// # Errors
/// A file that is missing or malformed.
pub fn market(open: Open<'_>, licence: Licence) -> Result<Market, DataError> {
    let mut market = Market::new();
    let ship = licence == Licence::Ship;
    let [companies, rounds, deals] = if ship {
        ["ccby_companies.tsv", "ccby_rounds.tsv", "ccby_deals.tsv"]
    } else {
        ["companies.tsv", "rounds_train.tsv", "investor_company_train.tsv"]
    };
    if ship {
        market.read_open_companies(companies, opened(open, companies)?)?;
    } else {
        market.read_companies(companies, opened(open, companies)?)?;
    }
    market.read_rounds(rounds, opened(open, rounds)?, ship)?;
    market.read_deals(deals, opened(open, deals)?, ship)?;
    Ok(market)
}

/// What companies sought, and the investors judged.
///
/// # Errors
/// A file that is missing or malformed, or an id that the market has not.
pub fn asks_and_queries(open: Open<'_>, market: &Market) -> Result<(Vec<Round>, Vec<u32>), DataError> {
    let (asks, queries) = ("investor_company_candidates.tsv", "investor_company_queries.tsv");
    Ok((market.read_asks(asks, opened(open, asks)?)?, market.read_queries(queries, opened(open, queries)?)?))
}

/// Cities and countries.
///
/// # Errors
/// A file that is missing or malformed.
pub fn atlas(open: Open<'_>) -> Result<Atlas, DataError> {
    let mut atlas = Atlas::new();
    let [countries, pairs, cities] = ["countries.tsv", "country_pairs.tsv", "cities.tsv"];
    atlas.read_countries(countries, opened(open, countries)?)?;
    atlas.read_pairs(pairs, opened(open, pairs)?)?;
    atlas.read_cities(cities, opened(open, cities)?)?;
    Ok(atlas)
}

/// Links that are known.
///
/// # Errors
/// A file that is missing or malformed, or a city that the atlas has not.
pub fn links(open: Open<'_>, atlas: &Atlas) -> Result<Vec<(u32, u32)>, DataError> {
    let name = "city_links_train.tsv";
    atlas.read_links(name, opened(open, name)?)
}
