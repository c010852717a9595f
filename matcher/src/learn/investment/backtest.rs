//! Ranks what companies sought for each investor judged, from what was known before the cut.

use chrono::NaiveDate;

use super::{
    data::Market, history::History, published::Mandate, signal::Signal, train, view::View, window::Window,
};
use crate::{
    learn::{
        judge::{Found, Ranker, best},
        model::{ModelError, hash_of},
        table::{date_of, day_of},
    },
    policy::Policy,
};

/// Refuses a ranker that was taught on what it would be judged on.
///
/// # Errors
/// A model with a later cut than the back-test, or one that saw all deals of the data though some lie after it.
pub fn admit(market: &Market, cut: NaiveDate, ranker: &Ranker<'_>) -> Result<(), ModelError> {
    let Ranker::Model(model, _) = ranker else { return Ok(()) };
    let seen = model.cut.unwrap_or(NaiveDate::MAX);
    if seen > cut {
        return Err(ModelError::SeenPast { seen, cut });
    }
    let known = market.deals.iter().filter(|deal| deal.round.day < day_of(cut)).count();
    let all = train::lines(market, NaiveDate::MAX);
    if known < all.len() && model.links == all.len() && model.links_sha256 == hash_of(all) {
        return Err(ModelError::SeenHidden { seen: model.links, known });
    }
    Ok(())
}

/// Ranks for each query and hands over its best, in the order of the queries.
///
/// # Errors
/// What [`admit`] refuses, and what `each` answers.
pub fn rank<E: From<ModelError>>(
    market: &Market,
    window: &Window,
    ranker: &Ranker<'_>,
    top: usize,
    mut each: impl FnMut(u32, &[Found]) -> Result<(), E>,
) -> Result<(), E> {
    admit(market, date_of(window.cut), ranker)?;
    let known = market.before(window.cut);
    let history = History::before(&known, window.cut);
    let policy = Policy::current();
    let mut inputs = vec![0.0_f32; Signal::COUNT];
    let mut asks: Vec<_> = window.asks.iter().collect();
    asks.sort_by(|a, b| market.company_ids.text(a.company).cmp(market.company_ids.text(b.company)));
    for query in &window.queries {
        let open = asks.iter().filter(|ask| !history.holds(*query, ask.company));
        let found: Vec<Found> = match ranker {
            Ranker::Published => {
                let mandate = Mandate::new(&history, *query);
                open.map(|ask| Found { item: ask.company, score: mandate.score(&policy, ask) }).collect()
            }
            Ranker::Model(model, switches) => {
                let Some(case) = model.cases.first() else { return Ok(()) };
                let scorer = case.scorer(model.kind, switches);
                let view = View::new(&history, *query);
                open.map(|ask| {
                    view.signals(ask, &mut inputs);
                    Found { item: ask.company, score: scorer.score(&inputs) }
                })
                .collect()
            }
        };
        each(*query, &best(found, top))?;
    }
    Ok(())
}
