//! Teaches the investors' model on the years before a cut, each judged from what was known before it.

use chrono::NaiveDate;

use super::{
    data::Market,
    history::History,
    signal::Signal,
    view::View,
    window::{Window, years_later},
};
use crate::{
    draw::Draw,
    learn::{
        TrainError,
        bin::Rows,
        boost::{Options, learn},
        model::{Kind, Model},
        table::{date_of, day_of},
    },
};

/// Years before the cut that teach.
const YEARS: i32 = 5;
/// Companies that did not come about, drawn for each investor and year.
const DRAWN: f64 = 300.0;

/// The deals before a day, a line each: investor, company, date.
pub fn lines(market: &Market, cut: NaiveDate) -> Vec<String> {
    market
        .deals
        .iter()
        .take_while(|deal| deal.round.day < day_of(cut))
        .map(|deal| {
            let (investor, company) = (deal.investor, deal.round.company);
            let (investor, company) = (market.investor_ids.text(investor), market.company_ids.text(company));
            format!("{investor}\t{company}\t{}", date_of(deal.round.day))
        })
        .collect()
}

/// The day after the last deal.
pub fn end(market: &Market) -> Option<NaiveDate> {
    market.deals.last().map(|deal| date_of(deal.round.day.saturating_add(1)))
}

/// The rows of the years before a cut: all pairs that came about, and of the rest a sample.
pub fn rows(market: &Market, cut: NaiveDate, seed: u64) -> Rows {
    let mut rows = Rows::new(Signal::COUNT);
    let mut draw = Draw(seed);
    let mut inputs = vec![0.0_f32; Signal::COUNT];
    for year in -YEARS..0 {
        let date = years_later(cut, year);
        let history = History::before(market, day_of(date));
        let window = Window::after(market, date);
        let share = (DRAWN / window.asks.len() as f64).min(1.0);
        for (investor, came) in &window.outcomes {
            let view = View::new(&history, *investor);
            for ask in window.asks.iter().filter(|ask| !history.holds(*investor, ask.company)) {
                let is = came.contains(&ask.company);
                if is || draw.unit() < share {
                    view.signals(ask, &mut inputs);
                    rows.push(&inputs, is, if is { 1.0 } else { share.recip() as f32 });
                }
            }
            rows.end_group();
        }
    }
    rows
}

/// Learns a model from the deals before a cut.
///
/// # Errors
/// No deal before the cut, or no investor with a past whose next year is known.
pub fn train(market: &Market, cut: NaiveDate, options: Options) -> Result<Model, TrainError> {
    let lines = lines(market, cut);
    if lines.is_empty() {
        return Err(TrainError::NoHistory { what: "deal", before: Some(cut) });
    }
    // Nothing after the cut may be seen, so it is taken away before anything is counted.
    let known = market.before(day_of(cut));
    let rows = rows(&known, cut, options.seed);
    if rows.is_empty() {
        return Err(TrainError::NoOutcomes);
    }
    Ok(Model::new(Kind::Investments, Some(cut), lines, &options, &[learn(&rows, options)]))
}
