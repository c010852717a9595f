//! Exchange rates with their date and source. Amounts that are stored never change.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::value::{Currency, Money};

/// Reference rates by day, in units of a currency for one euro, scaled by a million.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FxSeries {
    source: String,
    days: BTreeMap<NaiveDate, BTreeMap<Currency, u64>>,
}

/// A converted amount with the rate's day and source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// The amount.
    pub money: Money,
    /// Day of the rate.
    pub rate_date: NaiveDate,
    /// Who published it.
    pub rate_source: String,
}

/// A rate that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a rate is above 0 and below 1,000,000,000 units for one euro")]
pub struct RateError;

impl FxSeries {
    /// An empty series of a source.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), days: BTreeMap::new() }
    }

    /// Adds a rate: units of the currency for one euro.
    ///
    /// # Errors
    /// Not a positive number in range.
    pub fn insert(&mut self, day: NaiveDate, currency: Currency, per_euro: f64) -> Result<(), RateError> {
        let scaled = (per_euro * 1e6).round();
        if !(1.0..1e15).contains(&scaled) {
            return Err(RateError);
        }
        self.days.entry(day).or_default().insert(currency, scaled as u64);
        Ok(())
    }

    /// The last day of the series.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.days.keys().next_back().copied()
    }

    /// Units of `to` for one unit of `from` on the last quoted day up to `day`, as a fraction of integers.
    pub fn rate(&self, from: Currency, to: Currency, day: NaiveDate) -> Option<(u64, u64, NaiveDate)> {
        let (rate_date, quotes) = self.days.range(..=day).next_back()?;
        let quote = |currency: Currency| match currency {
            Currency::EUR => Some(1_000_000),
            other => quotes.get(&other).copied(),
        };
        Some((quote(to)?, quote(from)?, *rate_date))
    }

    /// Converts an amount at the last rate up to `day`; halves are rounded up. `None` where no rate is known.
    pub fn convert(&self, money: Money, to: Currency, day: NaiveDate) -> Option<Converted> {
        if money.currency() == to {
            return Some(Converted { money, rate_date: day, rate_source: "same currency".to_owned() });
        }
        let (numerator, denominator, rate_date) = self.rate(money.currency(), to, day)?;
        let scale = 10_i128.checked_pow(to.decimals())?;
        let unscale = 10_i128.checked_pow(money.currency().decimals())?;
        let top = i128::from(money.minor()).checked_mul(i128::from(numerator))?.checked_mul(scale)?;
        let bottom = i128::from(denominator).checked_mul(unscale)?;
        let minor = top.checked_mul(2)?.checked_add(bottom)?.checked_div(bottom.checked_mul(2)?)?;
        let money = Money::from_minor(i64::try_from(minor).ok()?, to).ok()?;
        Some(Converted { money, rate_date, rate_source: self.source.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_name_their_day_and_round_half_up() {
        let day = |d| NaiveDate::from_ymd_opt(2021, 12, d).unwrap();
        let mut fx = FxSeries::new("ECB");
        fx.insert(day(31), Currency::USD, 1.1326).unwrap();
        fx.insert(day(30), Currency::JPY, 130.38).unwrap();
        let eur = Money::parse("42000000", Currency::EUR).unwrap();
        let usd = fx.convert(eur, Currency::USD, day(31)).unwrap();
        assert_eq!((usd.money.minor(), usd.rate_date), (4_756_920_000, day(31)));
        assert_eq!(fx.convert(eur, Currency::USD, day(30)), None);
        let jpy = fx.convert(eur, Currency::JPY, day(30)).unwrap();
        assert_eq!(jpy.money.minor(), 5_475_960_000);
        assert!(fx.insert(day(1), Currency::USD, f64::NAN).is_err());
    }
}
