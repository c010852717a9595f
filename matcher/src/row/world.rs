//! What all rows share: the day, dated facts of countries, exchange rates, twinnings.

use std::collections::{BTreeMap, HashMap};

use chrono::{Datelike, NaiveDate};
use domain::{
    city::Twinning,
    country::{Country, OwnershipRule},
    fx::FxSeries,
    value::{CountryCode, CountrySet, Currency, Money},
};

/// Days since the common era began.
pub type Day = i32;

/// A date as a day.
pub fn day(date: NaiveDate) -> Day {
    date.num_days_from_ce()
}

/// An amount in its own currency and, where a rate is known, in euro cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// The currency that was stated.
    pub currency: Currency,
    /// Minor units of it.
    pub minor: i64,
    /// Euro cents at the catalog's rate.
    pub euro_cents: Option<i64>,
}

impl Amount {
    /// Both amounts in one unit: their own where they share it, else euro cents. `None` without a rate.
    pub fn comparable(self, other: Self) -> Option<(u64, u64)> {
        let (a, b) = if self.currency == other.currency {
            (self.minor, other.minor)
        } else {
            (self.euro_cents?, other.euro_cents?)
        };
        Some((u64::try_from(a).ok()?, u64::try_from(b).ok()?))
    }

    /// The amount as money.
    pub fn money(self) -> Option<Money> {
        Money::from_minor(self.minor, self.currency).ok()
    }
}

/// Facts that all pairs share.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Facts by country.
    pub countries: BTreeMap<CountryCode, Country>,
    /// Countries by subregion's name in lower case.
    regions: HashMap<String, CountrySet>,
    /// Limits on foreign ownership that have a dated source.
    pub ownership: BTreeMap<CountryCode, OwnershipRule>,
    /// Exchange rates.
    pub fx: FxSeries,
    /// Rates are taken up to this date.
    pub fx_date: NaiveDate,
}

impl World {
    /// Gathers the facts.
    pub fn new(countries: Vec<Country>, fx: FxSeries, fx_date: NaiveDate) -> Self {
        let mut regions: HashMap<String, CountrySet> = HashMap::new();
        for country in &countries {
            for name in [&country.subregion, &country.region] {
                regions.entry(name.to_lowercase()).or_default().insert(country.code);
            }
        }
        Self {
            countries: countries.into_iter().map(|country| (country.code, country)).collect(),
            regions,
            ownership: BTreeMap::new(),
            fx,
            fx_date,
        }
    }

    /// The countries of a region or subregion.
    pub fn region(&self, name: &str) -> CountrySet {
        self.regions.get(&name.trim().to_lowercase()).copied().unwrap_or_default()
    }

    /// Whether a region or subregion of this name exists.
    pub fn has_region(&self, name: &str) -> bool {
        self.regions.contains_key(&name.trim().to_lowercase())
    }

    /// The first of some regions that does not exist, by its place, and what would be right.
    pub fn unknown_region(&self, names: &[String]) -> Option<(usize, String)> {
        let place = names.iter().position(|name| !self.has_region(name))?;
        let name = names.get(place)?;
        Some((place, format!("there is no region '{name}'; an example is Eastern Africa")))
    }

    /// English name of a country; its code where no name is known.
    pub fn country_name(&self, code: CountryCode) -> &str {
        self.countries.get(&code).map_or_else(|| code.alpha2(), |country| country.name.as_str())
    }

    /// Whether amounts in a currency have a euro value.
    pub(crate) fn has_rate(&self, currency: Currency) -> bool {
        currency == Currency::EUR || self.fx.rate(currency, Currency::EUR, self.fx_date).is_some()
    }

    /// An amount with its euro value at the catalog's rate.
    pub fn amount(&self, money: Money) -> Amount {
        let euro_cents = self.fx.convert(money, Currency::EUR, self.fx_date).map(|c| c.money.minor());
        Amount { currency: money.currency(), minor: money.minor(), euro_cents }
    }
}

/// Twinnings as neighbours by GeoNames id, each list sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links(HashMap<u32, Vec<u32>>);

impl Links {
    /// Adds a twinning, once.
    pub fn insert(&mut self, twinning: &Twinning) {
        for (from, to) in [(twinning.a, twinning.b), (twinning.b, twinning.a)] {
            let neighbours = self.0.entry(from).or_default();
            if let Err(place) = neighbours.binary_search(&to) {
                neighbours.insert(place, to);
            }
        }
    }

    /// The twins of a city.
    pub fn of(&self, geonames: u32) -> &[u32] {
        self.0.get(&geonames).map_or(&[], Vec::as_slice)
    }

    /// Whether two cities are twins.
    pub fn linked(&self, a: u32, b: u32) -> bool {
        self.of(a).binary_search(&b).is_ok()
    }
}
