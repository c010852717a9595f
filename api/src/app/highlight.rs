//! Highlights of a mandate's list, beside the pure order (features 5.6, rulings 3).

use std::sync::Arc;

use domain::{id::Id, mandate::Mandate};
use matcher::{
    Policy,
    highlight::{Exposure, Reason, highlights as pick},
    rank::{OpportunityFilter, Reader},
};

use super::{App, AppError, MandateChoice, Match, Shared};

/// Highlights with what they rest on.
#[derive(Debug)]
pub struct Highlighted {
    /// Why each match is highlighted, best place first.
    pub items: Vec<(Reason, Match)>,
    /// Who is seen by whom; none until it was measured once after the start, and then no place is kept.
    pub exposure: Option<Arc<Exposure>>,
    /// What the matches share.
    pub shared: Arc<Shared>,
}

/// Picks the highlights of a saved mandate for a reader, at most `first`.
///
/// # Errors
/// No such mandate in public.
pub fn highlights(
    app: &App,
    reader: Reader,
    mandate: Id<Mandate>,
    first: usize,
) -> Result<Highlighted, AppError> {
    let choice = MandateChoice::Saved(mandate);
    let shared = app.shared(&choice, reader == Reader::Inside, None)?;
    let (row, investor) = shared.mandate(&choice)?;
    // The published policy is what the exposure was measured under.
    let policy = Policy::current();
    let exposure = app.ranking.exposure();
    let filter = OpportunityFilter { reader, only_told: true, ..OpportunityFilter::default() };
    let items = pick(&shared.snapshot.catalog, (row, investor), &policy, exposure.as_deref(), &filter, first)
        .into_iter()
        .map(|found| {
            let matched = Match {
                shared: Arc::clone(&shared),
                mandate: Some(mandate),
                project: found.ranked.row.id,
                investor: Some(investor.id),
                evaluation: found.ranked.evaluation,
                gates: found.ranked.gates,
                rank: Some(found.rank),
                key: Some(found.ranked.key),
            };
            (found.reason, matched)
        })
        .collect();
    Ok(Highlighted { items, exposure, shared })
}
