//! Cities, links, countries and pairs of countries as they stand in the files.
#![expect(clippy::indexing_slicing, reason = "kernel: places are numbers of the atlas's own names")]

use std::{collections::HashMap, io::BufRead};

use crate::learn::{
    investment::data::{Point, point},
    table::{DataError, Names, Row, Wrong, read},
};

/// A city. Numbers are those of [`Atlas`]'s names.
#[derive(Debug, Clone)]
pub struct City {
    /// ISO 3166 country.
    pub country: u32,
    /// Country and first-level division; 0 where unknown.
    pub admin: u32,
    /// Where it is.
    pub at: Point,
    /// Latitude in degrees.
    pub latitude: f32,
    /// Longitude in degrees.
    pub longitude: f32,
    /// Inhabitants.
    pub population: Option<f32>,
    /// Its name in small letters.
    pub name: Box<str>,
    /// Hashes of the name's runs of three letters, sorted.
    pub trigrams: Vec<u32>,
    /// Whether it is its country's capital.
    pub capital: bool,
}

/// A country.
#[derive(Debug, Clone, Default)]
pub struct Country {
    /// Region of the world; 0 where unknown.
    pub region: u32,
    /// Part of the region; 0 where unknown.
    pub subregion: u32,
    /// Languages by number.
    pub languages: Vec<u32>,
    /// Place of its income group, 1 low to 4 high.
    pub income: Option<u8>,
    /// Name of its capital in small letters.
    pub capital: Box<str>,
}

/// What is known of a pair of countries (CEPII GeoDist).
#[derive(Debug, Clone, Copy, Default)]
pub struct CountryPair {
    /// They share a border.
    pub border: bool,
    /// They share an official language.
    pub official: bool,
    /// At least 9 % of both speak one language.
    pub spoken: bool,
    /// One was the other's colony.
    pub colony: bool,
}

/// All that the files say of cities and countries.
#[derive(Debug, Default)]
pub struct Atlas {
    /// Ids of cities.
    pub ids: Names,
    /// Cities by number, in the order of the file.
    pub cities: Vec<City>,
    /// Countries' codes; 0 is none.
    pub country_codes: Names,
    /// Countries by number.
    pub countries: Vec<Country>,
    /// Divisions; 0 is none.
    pub admins: Names,
    /// Pairs of countries by their numbers.
    pub pairs: HashMap<(u32, u32), CountryPair>,
    words: Names,
    by_iso3: HashMap<String, u32>,
}

impl Atlas {
    /// Nothing yet.
    pub fn new() -> Self {
        let mut atlas = Self::default();
        atlas.country_codes.intern("");
        atlas.admins.intern("");
        atlas.words.intern("");
        atlas
    }

    fn country(&mut self, code: &str) -> u32 {
        let number = self.country_codes.intern(code);
        let wanted = (number as usize).saturating_add(1);
        if self.countries.len() < wanted {
            self.countries.resize(wanted, Country::default());
        }
        number
    }

    /// Reads `countries.tsv`; it comes before the cities.
    ///
    /// # Errors
    /// A malformed file.
    pub fn read_countries(&mut self, file: &str, source: impl BufRead) -> Result<(), DataError> {
        let columns = ["iso2", "iso3", "region", "subregion", "languages", "wb_income_group", "capital"];
        read(file, source, &columns, |row| {
            let number = self.country(row.needed(0)?);
            self.by_iso3.insert(row.text(1).to_owned(), number);
            let mut languages: Vec<u32> = row
                .text(4)
                .split('|')
                .filter(|text| !text.is_empty())
                .map(|text| self.words.intern(text))
                .collect();
            languages.sort_unstable();
            let income = match row.text(5) {
                "Low income" => Some(1),
                "Lower middle income" => Some(2),
                "Upper middle income" => Some(3),
                "High income" => Some(4),
                _ => None,
            };
            self.countries[number as usize] = Country {
                region: self.words.intern(row.text(2)),
                subregion: self.words.intern(row.text(3)),
                languages,
                income,
                capital: row.text(6).to_lowercase().into(),
            };
            Ok(())
        })
    }

    /// Reads `country_pairs.tsv`; it comes after the countries. Codes of CEPII that differ are ROM, YUG, ZAR and PAL;
    /// countries that are not on the list are left out.
    ///
    /// # Errors
    /// A malformed file.
    pub fn read_pairs(&mut self, file: &str, source: impl BufRead) -> Result<(), DataError> {
        let columns = ["iso_o", "iso_d", "contig", "comlang_off", "comlang_ethno", "colony"];
        read(file, source, &columns, |row| {
            let code = |column: usize| match row.text(column) {
                "ROM" => "ROU",
                "YUG" => "SRB",
                "ZAR" => "COD",
                "PAL" => "PSE",
                other => other,
            };
            let flag = |column: usize| -> Result<bool, DataError> {
                Ok(row.number(column, 0.0, 1.0)?.is_some_and(|value| value > 0.5))
            };
            let pair =
                CountryPair { border: flag(2)?, official: flag(3)?, spoken: flag(4)?, colony: flag(5)? };
            if let (Some(a), Some(b)) = (self.by_iso3.get(code(0)), self.by_iso3.get(code(1))) {
                self.pairs.insert((*a, *b), pair);
            }
            Ok(())
        })
    }

    /// Reads `cities.tsv`.
    ///
    /// # Errors
    /// A malformed file, an id that stands twice, or a city without a country or a position.
    pub fn read_cities(&mut self, file: &str, source: impl BufRead) -> Result<(), DataError> {
        let columns = ["city_id", "name", "country", "admin1", "lat", "lon", "population"];
        read(file, source, &columns, |row| {
            let id = row.needed(0)?;
            if self.ids.id(id).is_some() {
                return Err(row.wrong(0, Wrong::Twice(id.to_owned())));
            }
            let code = row.needed(2)?;
            let country = self.country(code);
            let admin = match row.text(3) {
                "" => 0,
                admin => self.admins.intern(&format!("{code}.{admin}")),
            };
            let latitude = row.number(4, -90.0, 90.0)?.ok_or_else(|| row.wrong(4, Wrong::Missing))?;
            let longitude = row.number(5, -180.0, 180.0)?.ok_or_else(|| row.wrong(5, Wrong::Missing))?;
            let population = row.number(6, 0.0, 1e9)?.filter(|count| *count >= 1.0).map(|count| count as f32);
            let name = row.text(1).to_lowercase();
            let capital = !name.is_empty() && *name == *self.countries[country as usize].capital;
            self.ids.intern(id);
            self.cities.push(City {
                country,
                admin,
                at: point(latitude, longitude),
                latitude: latitude as f32,
                longitude: longitude as f32,
                population,
                trigrams: trigrams(&name),
                name: name.into(),
                capital,
            });
            Ok(())
        })
    }

    fn known(&self, row: &Row<'_>, column: usize) -> Result<u32, DataError> {
        let id = row.needed(column)?;
        self.ids.id(id).ok_or_else(|| row.wrong(column, Wrong::UnknownId(id.to_owned(), "the cities' file")))
    }

    /// Reads links: `city_a` and `city_b`, the smaller number first, each link once, sorted.
    ///
    /// # Errors
    /// A malformed file, a city that the cities' file has not, or a city linked to itself.
    pub fn read_links(&self, file: &str, source: impl BufRead) -> Result<Vec<(u32, u32)>, DataError> {
        let mut links = Vec::new();
        read(file, source, &["city_a", "city_b"], |row| {
            let (a, b) = (self.known(row, 0)?, self.known(row, 1)?);
            if a == b {
                return Err(row.wrong(1, Wrong::Twice(row.text(1).to_owned())));
            }
            links.push((a.min(b), a.max(b)));
            Ok(())
        })?;
        links.sort_unstable();
        links.dedup();
        Ok(links)
    }

    /// Reads queries: `city_id`.
    ///
    /// # Errors
    /// A malformed file, or a city that the cities' file has not, or one twice.
    pub fn read_queries(&self, file: &str, source: impl BufRead) -> Result<Vec<u32>, DataError> {
        let mut queries = Vec::new();
        let mut seen = std::collections::HashSet::new();
        read(file, source, &["city_id"], |row| {
            let city = self.known(row, 0)?;
            if !seen.insert(city) {
                return Err(row.wrong(0, Wrong::Twice(row.text(0).to_owned())));
            }
            queries.push(city);
            Ok(())
        })?;
        Ok(queries)
    }

    /// What is known of two countries; nothing where they are on no list.
    pub fn pair(&self, a: u32, b: u32) -> Option<CountryPair> {
        self.pairs.get(&(a, b)).copied()
    }
}

/// Hashes (FNV-1a) of runs of three letters, with the name's ends marked, sorted and each once.
fn trigrams(name: &str) -> Vec<u32> {
    let letters: Vec<char> = std::iter::once('^').chain(name.chars()).chain(std::iter::once('$')).collect();
    let mut hashes: Vec<u32> = letters
        .windows(3)
        .map(|three| {
            three.iter().fold(0x811c_9dc5_u32, |hash, c| (hash ^ *c as u32).wrapping_mul(0x0100_0193))
        })
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}
