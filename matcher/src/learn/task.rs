//! What the commands do: train, back-test, split and calibrate, from files that the caller opens into texts or a
//! writer that the caller gives.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{BufRead, Write},
};

use chrono::{Datelike, NaiveDate};

use super::{
    TrainError,
    boost::Options,
    calibration::Calibration,
    city,
    exposure::Exposure,
    features,
    files::{self, Licence, Open},
    investment::{self, data::Market, history::History, window::Window},
    judge::{Found, Ranker, exact_points},
    model::{Kind, Model, ModelError, sha256},
    published::{Judged, Published},
    switch::{Switches, UnknownTerm},
    table::{DataError, Names, date_of, day_of},
};
use crate::Policy;

/// Why a command ends without what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A data file.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A model.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// Nothing to learn from.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// A switch that switches nothing.
    #[error(transparent)]
    Switch(#[from] UnknownTerm),
    /// Nothing to judge.
    #[error("there is nobody to rank for, or nothing to rank")]
    Nothing,
    /// The output.
    #[error("the output cannot be written")]
    Write(#[from] std::io::Error),
}

/// A model as the caller read it: the name of its file and its text.
#[derive(Debug, Clone, Copy)]
pub struct ModelText<'a> {
    /// Name of the file.
    pub file: &'a str,
    /// Its text.
    pub text: &'a str,
}

/// What ranks, and how many are written.
#[derive(Debug, Clone, Copy)]
pub struct Ranking<'a> {
    /// The model; the published policy alone without one.
    pub model: Option<ModelText<'a>>,
    /// Learnt criteria and groups that are off.
    pub off: &'a [String],
    /// How many of each list are written.
    pub top: usize,
}

impl Ranking<'_> {
    fn with<T>(
        &self,
        kind: Kind,
        each: impl FnOnce(&Ranker<'_>) -> Result<T, TaskError>,
    ) -> Result<T, TaskError> {
        let Some(model) = self.model else { return each(&Ranker::Published) };
        let model = Model::read(model.file, model.text, kind)?;
        let switches = Switches::off(kind.terms(), self.off.iter().map(String::as_str))?;
        each(&Ranker::Model(&model, &switches))
    }
}

/// Learns the investors' model from the deals before a cut; from all deals without one.
///
/// # Errors
/// A malformed file, or nothing to learn from.
pub fn train_investments(
    open: Open<'_>,
    licence: Licence,
    cut: Option<NaiveDate>,
    options: Options,
) -> Result<Model, TaskError> {
    let market = files::market(open, licence)?;
    let cut = cut.or_else(|| investment::train::end(&market)).unwrap_or(NaiveDate::MIN);
    Ok(investment::train::train(&market, cut, options)?)
}

/// Learns the cities' model from the known links.
///
/// # Errors
/// A malformed file, or nothing to learn from.
pub fn train_cities(open: Open<'_>, options: Options) -> Result<Model, TaskError> {
    let atlas = files::atlas(open)?;
    let links = files::links(open, &atlas)?;
    Ok(city::train::train(&atlas, &links, options)?)
}

/// The window of a back-test: with a cut the year after it, without one what the files of candidates and queries say.
fn window(open: Open<'_>, market: &Market, cut: Option<NaiveDate>) -> Result<Window, TaskError> {
    let window = if let Some(cut) = cut {
        Window::after(market, cut)
    } else {
        let (asks, queries) = files::asks_and_queries(open, market)?;
        let first = asks.iter().map(|ask| ask.day).min().ok_or(TaskError::Nothing)?;
        let year = NaiveDate::from_ymd_opt(date_of(first).year(), 1, 1).unwrap_or(NaiveDate::MIN);
        Window { cut: day_of(year), asks, queries, outcomes: BTreeMap::new() }
    };
    if window.asks.is_empty() || window.queries.is_empty() {
        return Err(TaskError::Nothing);
    }
    Ok(window)
}

/// Writes a list's lines.
fn write_list(
    out: &mut dyn Write,
    queries: &Names,
    items: &Names,
    query: u32,
    found: &[Found],
) -> std::io::Result<()> {
    for (place, found) in found.iter().enumerate() {
        writeln!(
            out,
            "{}\t{}\t{}\t{}",
            queries.text(query),
            items.text(found.item),
            place.saturating_add(1),
            exact_points(found.score)
        )?;
    }
    Ok(())
}

/// Ranks companies for investors and writes `query item rank score`. Answers who was shown how often.
///
/// # Errors
/// A malformed file, a model that must not judge here, nothing to rank, or an output that fails.
pub fn backtest_investments(
    open: Open<'_>,
    licence: Licence,
    cut: Option<NaiveDate>,
    ranking: Ranking<'_>,
    out: &mut dyn Write,
) -> Result<Exposure, TaskError> {
    let market = files::market(open, licence)?;
    let window = window(open, &market, cut)?;
    let mut exposure = Exposure::of(window.asks.len());
    ranking.with(Kind::Investments, |ranker| {
        writeln!(out, "query\titem\trank\tscore")?;
        investment::backtest::rank(&market, &window, ranker, ranking.top, |query, found| {
            exposure.shown(found);
            Ok::<(), TaskError>(write_list(out, &market.investor_ids, &market.company_ids, query, found)?)
        })
    })?;
    Ok(exposure)
}

/// Ranks cities for cities and writes `query item rank score`. Answers who was shown how often.
///
/// # Errors
/// As [`backtest_investments`].
pub fn backtest_cities(
    open: Open<'_>,
    queries: (&str, Box<dyn BufRead>),
    ranking: Ranking<'_>,
    out: &mut dyn Write,
) -> Result<Exposure, TaskError> {
    let atlas = files::atlas(open)?;
    let links = files::links(open, &atlas)?;
    let queries = atlas.read_queries(queries.0, queries.1)?;
    if queries.is_empty() {
        return Err(TaskError::Nothing);
    }
    let mut exposure = Exposure::of(atlas.cities.len());
    ranking.with(Kind::Cities, |ranker| {
        writeln!(out, "query\titem\trank\tscore")?;
        city::backtest::rank(&atlas, &links, &queries, ranker, ranking.top, |query, found| {
            exposure.shown(found);
            Ok::<(), TaskError>(write_list(out, &atlas.ids, &atlas.ids, query, found)?)
        })
    })?;
    Ok(exposure)
}

/// Outcomes of the year after a cut, as `investor_id company_id`.
///
/// # Errors
/// A malformed file, or nobody to judge.
pub fn split_investments(open: Open<'_>, cut: NaiveDate) -> Result<String, TaskError> {
    let market = files::market(open, Licence::Measure)?;
    let window = window(open, &market, Some(cut))?;
    let mut text = "investor_id\tcompany_id\n".to_owned();
    for query in &window.queries {
        for company in window.outcomes.get(query).into_iter().flatten() {
            let (investor, company) = (market.investor_ids.text(*query), market.company_ids.text(*company));
            let _ = writeln!(text, "{investor}\t{company}");
        }
    }
    Ok(text)
}

/// Links parted as the judgement parts them: names of files and their texts.
///
/// # Errors
/// A malformed file.
pub fn split_cities(open: Open<'_>, seed: u64) -> Result<Vec<(&'static str, String)>, TaskError> {
    let atlas = files::atlas(open)?;
    let links = files::links(open, &atlas)?;
    let split = city::split::Split::new(&atlas, &links, seed);
    let pairs = |links: &[(u32, u32)]| {
        let mut text = "city_a\tcity_b\n".to_owned();
        for line in city::train::lines(&atlas, links) {
            text.push_str(&line);
            text.push('\n');
        }
        text
    };
    let queries = |cold: bool| {
        let mut text = "city_id\n".to_owned();
        for city in split.outcomes(cold).keys() {
            text.push_str(atlas.ids.text(*city));
            text.push('\n');
        }
        text
    };
    Ok(vec![
        ("city_links_train.tsv", pairs(&split.known)),
        ("hidden_cold.tsv", pairs(&split.cold)),
        ("hidden_random.tsv", pairs(&split.random)),
        ("city_queries_cold.tsv", queries(true)),
        ("city_queries_random.tsv", queries(false)),
    ])
}

/// How often pairs came about by band of the score, in the year after a cut, as it is published.
///
/// # Errors
/// As [`backtest_investments`].
pub fn calibrate_investments(
    open: Open<'_>,
    licence: Licence,
    cut: NaiveDate,
    ranking: Ranking<'_>,
) -> Result<Published, TaskError> {
    let market = files::market(open, licence)?;
    let window = window(open, &market, Some(cut))?;
    let mut calibration = Calibration::default();
    let judged = ranking.with(Kind::Investments, |ranker| {
        investment::backtest::rank(&market, &window, ranker, usize::MAX, |query, found| {
            let came = window.outcomes.get(&query);
            calibration.add(
                found.iter().map(|found| (found.score, came.is_some_and(|came| came.contains(&found.item)))),
            );
            Ok::<(), TaskError>(())
        })?;
        Ok(match (ranker, ranking.model) {
            (Ranker::Model(model, _), Some(text)) => {
                Judged::Model { sha256: sha256(text.text), cut: model.cut, off: ranking.off.to_vec() }
            }
            _ => Judged::policy(&Policy::current()),
        })
    })?;
    let until = investment::window::years_later(cut, 1);
    Ok(Published::new(judged, licence, [cut, until], &calibration.table()))
}

/// The day of the last deal.
///
/// # Errors
/// A malformed file.
pub fn last_deal(open: Open<'_>) -> Result<Option<NaiveDate>, TaskError> {
    let market = files::market(open, Licence::Measure)?;
    Ok(market.deals.last().map(|deal| date_of(deal.round.day)))
}

/// Writes the rows that teach a model of deals before a cut, or with `judged` all pairs of every so-many-th investor
/// judged in the year after it.
///
/// # Errors
/// A malformed file, nothing to judge, or an output that fails.
pub fn investment_features(
    open: Open<'_>,
    cut: NaiveDate,
    judged: Option<usize>,
    seed: u64,
    out: &mut dyn Write,
) -> Result<(), TaskError> {
    let market = files::market(open, Licence::Measure)?;
    let known = market.before(day_of(cut));
    features::header(out, Kind::Investments)?;
    let Some(every) = judged else {
        return Ok(features::taught(out, "all", &investment::train::rows(&known, cut, seed))?);
    };
    let window = window(open, &market, Some(cut))?;
    let history = History::before(&known, window.cut);
    let mut inputs = vec![0.0_f32; investment::signal::Signal::COUNT];
    for (query, came) in window.outcomes.iter().step_by(every.max(1)) {
        let view = investment::view::View::new(&history, *query);
        for ask in window.asks.iter().filter(|ask| !history.holds(*query, ask.company)) {
            view.signals(ask, &mut inputs);
            let names = (market.investor_ids.text(*query), market.company_ids.text(ask.company));
            features::line(out, names, came.contains(&ask.company), 1.0, &inputs)?;
        }
    }
    Ok(())
}

/// Writes the rows that teach the cities' model.
///
/// # Errors
/// A malformed file, or an output that fails.
pub fn city_features(open: Open<'_>, seed: u64, out: &mut dyn Write) -> Result<(), TaskError> {
    let atlas = files::atlas(open)?;
    let links = files::links(open, &atlas)?;
    features::header(out, Kind::Cities)?;
    for (case, rows) in Kind::Cities.cases().iter().zip(&city::train::rows(&atlas, &links, seed)) {
        features::taught(out, case, rows)?;
    }
    Ok(())
}

/// Writes the inputs of all candidates of every so-many-th city judged; whether they came about is not known here.
///
/// # Errors
/// A malformed file, or an output that fails.
pub fn judged_city_features(
    open: Open<'_>,
    queries: (&str, Box<dyn BufRead>),
    every: usize,
    out: &mut dyn Write,
) -> Result<(), TaskError> {
    let atlas = files::atlas(open)?;
    let links = files::links(open, &atlas)?;
    let queries = atlas.read_queries(queries.0, queries.1)?;
    let nearness = city::graph::Nearness::new(&atlas);
    let graph = city::graph::Graph::new(&atlas, &nearness, &links);
    let mut inputs = vec![0.0_f32; city::signal::Signal::COUNT];
    features::header(out, Kind::Cities)?;
    for query in queries.into_iter().step_by(every.max(1)) {
        let view = city::view::View::new(&graph, query);
        for other in (0..atlas.cities.len() as u32).filter(|other| view.candidate(*other)) {
            view.signals(other, &mut inputs);
            features::line(out, (atlas.ids.text(query), atlas.ids.text(other)), false, 1.0, &inputs)?;
        }
    }
    Ok(())
}
