//! A window: history before a day, the companies that raised in the year after it, the investors judged, and what
//! they did.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::data::{Market, Round};
use crate::learn::table::{Day, day_of};

/// Least number of companies that an investor holds before the cut to be judged.
pub const LEAST_DEALS: usize = 3;

/// A window with its outcomes.
#[derive(Debug, Clone)]
pub struct Window {
    /// History lies before this day.
    pub cut: Day,
    /// What companies sought after it, in the order of the company's number.
    pub asks: Vec<Round>,
    /// Investors, in the order of their ids.
    pub queries: Vec<u32>,
    /// Companies that each investor came to hold within the window, of those that sought money. Empty where the
    /// outcomes are not known.
    pub outcomes: BTreeMap<u32, BTreeSet<u32>>,
}

impl Window {
    /// The year after a day: companies with a deal in it by their first round of that year, and the investors that
    /// held at least [`LEAST_DEALS`] companies before.
    pub fn after(market: &Market, date: NaiveDate) -> Self {
        let (cut, end) = (day_of(date), day_of(years_later(date, 1)));
        let mut held: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        let mut asks: BTreeMap<u32, Round> = BTreeMap::new();
        let mut outcomes: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for deal in market.deals.iter().filter(|deal| deal.round.day < end) {
            let company = deal.round.company;
            if deal.round.day < cut {
                held.entry(deal.investor).or_default().insert(company);
            } else {
                let ask = asks.entry(company).or_insert(deal.round);
                // The first round of the year; one with an amount before one without on the same day.
                if ask.amount.is_none() && ask.day == deal.round.day {
                    *ask = deal.round;
                }
                outcomes.entry(deal.investor).or_default().insert(company);
            }
        }
        held.retain(|_, companies| companies.len() >= LEAST_DEALS);
        outcomes.retain(|investor, companies| {
            let Some(before) = held.get(investor) else { return false };
            companies.retain(|company| !before.contains(company));
            !companies.is_empty()
        });
        let mut queries: Vec<u32> = held.into_keys().collect();
        queries.sort_by(|a, b| market.investor_ids.text(*a).cmp(market.investor_ids.text(*b)));
        Self { cut, asks: asks.into_values().collect(), queries, outcomes }
    }
}

/// The same day of the year, some years later or, below nothing, before; the 28th where there is no 29th of February.
pub fn years_later(date: NaiveDate, years: i32) -> NaiveDate {
    let year = date.year().saturating_add(years);
    date.with_year(year).or_else(|| date.with_day(28)?.with_year(year)).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::learn::investment::data::{Deal, Stage};

    #[test]
    fn a_window_asks_only_of_the_year_and_only_those_who_held_three() {
        let date = |text: &str| day_of(text.parse().unwrap());
        let mut market = Market::new();
        for id in ["a", "b", "c", "d", "e"] {
            market.company_ids.intern(id);
        }
        market.investor_ids.intern("old");
        market.investor_ids.intern("new");
        let deals = [
            (0, 0, "2009-05-01"),
            (0, 1, "2009-06-01"),
            (1, 1, "2009-06-01"),
            (0, 2, "2009-12-31"),
            (0, 2, "2010-01-01"),
            (0, 3, "2010-12-31"),
            (1, 3, "2010-12-31"),
            (0, 4, "2011-01-01"),
        ];
        for (investor, company, day) in deals {
            let round = Round { company, day: date(day), stage: Stage::Seed, amount: None };
            market.deals.push(Deal { investor, round });
        }
        let window = Window::after(&market, "2010-01-01".parse().unwrap());
        assert_eq!(window.asks.iter().map(|ask| ask.company).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(window.queries, [0]);
        // What was held before is no outcome, nor is what came after the year.
        assert_eq!(window.outcomes, BTreeMap::from([(0, BTreeSet::from([3]))]));
        assert_eq!(years_later("2012-02-29".parse().unwrap(), 1).to_string(), "2013-02-28");
    }
}
