//! A mandate proposed from past deals, with what each term rests on.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use crate::{
    FieldErrors,
    mandate::{Mandate, MandateFacts, Places, Strictness, Terms, Ticket, WantedField},
    organisation::Deal,
    provenance::Provenance,
    value::{CountryCode, Money, SingleLine},
    vocabulary::{CooperationField, Instrument, InvestmentStage},
};

/// A proposed mandate and, term by term, what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct ProposedMandate {
    /// The mandate, marked as inferred.
    pub mandate: Mandate,
    /// Term and basis, such as ("ticket", "10th to 90th percentile of 14 amounts in USD").
    pub basis: Vec<(String, String)>,
}

/// Below this many deals a term is a wish only.
const FEW: usize = 8;

/// Proposes a mandate from past deals.
///
/// Fields and places are those of at least a tenth of the deals that name one, weighted by count; the ticket
/// runs from the 10th to the 90th percentile of the own amounts in the most frequent currency; stages and
/// instruments are those of at least a tenth. Terms that rest on fewer than eight deals are soft. What no deal
/// tells is left open.
///
/// # Errors
/// No deals, or facts that make no mandate.
pub fn mandate_from_portfolio(name: &SingleLine, deals: &[Deal]) -> Result<ProposedMandate, FieldErrors> {
    let mut errors = FieldErrors::default();
    errors.check(!deals.is_empty(), "deals", "give at least one past deal");
    errors.into_result(())?;
    let mut basis = Vec::new();

    let fields = tally(deals.iter().filter_map(|deal| deal.field));
    let wanted = weighted_fields(&fields);
    if fields.total > 0 {
        basis
            .push(("fields".to_owned(), format!("the fields of at least a tenth of {} deals", fields.total)));
    }
    let places = tally(deals.iter().filter_map(|deal| deal.country));
    let countries: Vec<CountryCode> = places.frequent();
    if places.total > 0 {
        basis.push((
            "places".to_owned(),
            format!("the countries of at least a tenth of {} deals", places.total),
        ));
    }
    let stages = tally(deals.iter().filter_map(|deal| deal.stage));
    if stages.total > 0 {
        basis
            .push(("stages".to_owned(), format!("the stages of at least a tenth of {} deals", stages.total)));
    }
    let instruments = tally(deals.iter().filter_map(|deal| deal.instrument));
    if instruments.total > 0 {
        basis.push((
            "instruments".to_owned(),
            format!("the instruments of at least a tenth of {} deals", instruments.total),
        ));
    }
    let (ticket, amounts, own) = ticket_of(deals);
    if let Some(ticket) = ticket {
        let what = if own { "own amounts" } else { "amounts of whole rounds, an upper bound," };
        basis.push((
            "ticket".to_owned(),
            format!("10th to 90th percentile of {amounts} {what} in {}", ticket.min.currency()),
        ));
    }
    let strictness = |n: usize| if n < FEW { Strictness::Soft } else { Strictness::Hard };
    let years: Vec<i32> = deals.iter().map(|deal: &Deal| NaiveDate::year(&deal.date)).collect();
    let span = format!(
        "{} deals, {} to {}",
        deals.len(),
        years.iter().min().copied().unwrap_or_default(),
        years.iter().max().copied().unwrap_or_default()
    );
    let facts = MandateFacts {
        name: name.clone(),
        generalist: wanted.is_empty(),
        fields: wanted,
        excluded_fields: Vec::new(),
        kinds: Vec::new(),
        places: Places { countries, regions: Vec::new(), global: places.total == 0 },
        excluded_countries: Vec::new(),
        excluded_contracts: Vec::new(),
        ticket,
        stages: stages.frequent::<InvestmentStage>(),
        instruments: instruments.frequent::<Instrument>(),
        target_return_pct: None,
        max_tenor_months: None,
        min_stake_pct: None,
        security_wanted: None,
        sdg_targets: Vec::new(),
        articles: Vec::new(),
        no_competitors: false,
        terms: Terms {
            fields: strictness(fields.total),
            // Past places and round sizes tell habits, not rules.
            places: Strictness::Soft,
            ticket: if own { strictness(amounts) } else { Strictness::Soft },
            stages: strictness(stages.total),
            instruments: strictness(instruments.total),
        },
        inferred: true,
        basis: SingleLine::new(&span).ok(),
        provenance: Provenance {
            label: SingleLine::new("inferred from past deals, not stated by the institution").ok(),
            ..Provenance::default()
        },
    };
    Ok(ProposedMandate { mandate: Mandate::try_from(facts)?, basis })
}

struct Tally<T> {
    counts: BTreeMap<T, usize>,
    total: usize,
}

fn tally<T: Ord>(items: impl Iterator<Item = T>) -> Tally<T> {
    let mut counts = BTreeMap::new();
    let mut total = 0_usize;
    for item in items {
        let count: &mut usize = counts.entry(item).or_default();
        *count = count.saturating_add(1);
        total = total.saturating_add(1);
    }
    Tally { counts, total }
}

impl<T: Ord + Copy> Tally<T> {
    /// Items of at least a tenth of the total, in the list's order.
    fn frequent<U: From<T>>(&self) -> Vec<U> {
        self.counts
            .iter()
            .filter(|(_, count)| count.saturating_mul(10) >= self.total)
            .map(|(item, _)| U::from(*item))
            .collect()
    }
}

fn weighted_fields(fields: &Tally<CooperationField>) -> Vec<WantedField> {
    let most = fields.counts.values().max().copied().unwrap_or(1).max(1);
    fields
        .frequent::<CooperationField>()
        .into_iter()
        .map(|field| {
            let count = fields.counts.get(&field).copied().unwrap_or_default();
            let weight = count.saturating_mul(100).checked_div(most).unwrap_or(1).clamp(1, 100);
            WantedField { field, weight: u8::try_from(weight).unwrap_or(100) }
        })
        .collect()
}

/// The ticket, how many amounts it rests on, and whether they are the investor's own.
fn ticket_of(deals: &[Deal]) -> (Option<Ticket>, usize, bool) {
    let of = |pick: fn(&Deal) -> Option<Money>| {
        let all: Vec<Money> = deals.iter().filter_map(pick).filter(|money| money.minor() > 0).collect();
        let currencies = tally(all.iter().map(|money| money.currency()));
        let currency =
            currencies.counts.iter().max_by_key(|(_, count)| **count).map(|(currency, _)| *currency)?;
        let mut minors: Vec<i64> =
            all.iter().filter(|money| money.currency() == currency).map(|money| money.minor()).collect();
        minors.sort_unstable();
        let last = minors.len().saturating_sub(1);
        let at = |tenths: usize| minors.get(last.saturating_mul(tenths) / 10).copied().unwrap_or_default();
        let min = Money::from_minor(at(1), currency).ok()?;
        let max = Money::from_minor(at(9), currency).ok()?;
        Some((Ticket { min, max }, minors.len()))
    };
    if let Some((ticket, n)) = of(|deal| deal.amount) {
        (Some(ticket), n, true)
    } else if let Some((ticket, n)) = of(|deal| deal.round_amount) {
        (Some(ticket), n, false)
    } else {
        (None, 0, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Currency;

    fn deal(year: i32, field: CooperationField, amount: i64) -> Deal {
        Deal {
            date: NaiveDate::from_ymd_opt(year, 6, 1).unwrap(),
            title: SingleLine::new("A backbone").unwrap(),
            field: Some(field),
            country: "KE".parse().ok(),
            stage: None,
            amount: Money::from_minor(amount, Currency::USD).ok(),
            round_amount: None,
            instrument: Some(Instrument::Loan),
        }
    }

    #[test]
    fn every_term_says_what_it_rests_on() {
        let mut deals: Vec<Deal> = (0..20)
            .map(|i| deal(2000 + i, CooperationField::ConnBackbone, i64::from(i + 1) * 1_000_000))
            .collect();
        deals.push(deal(2005, CooperationField::DxHealth, 500));
        let proposed = mandate_from_portfolio(&SingleLine::new("Bank").unwrap(), &deals).unwrap();
        assert_eq!(proposed.mandate.fields.len(), 1, "one deal of 21 is no habit");
        assert_eq!(proposed.mandate.ticket.unwrap().max.minor(), 18_000_000);
        assert_eq!(proposed.mandate.terms.instruments, Strictness::Hard);
        assert!(proposed.mandate.stages.is_empty());
        assert!(
            proposed.basis.iter().any(|(term, basis)| term == "ticket" && basis.contains("21 own amounts"))
        );
        assert!(mandate_from_portfolio(&SingleLine::new("Bank").unwrap(), &[]).is_err());
    }
}
