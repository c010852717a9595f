//! Matches that would bring up a ledger that lags behind.

use std::{collections::HashSet, sync::Arc};

use domain::value::{CountryCode, CountrySet};
use matcher::rank::{List, OpportunityFilter, OpportunityQuery, RankBy, Reader, top_opportunities};

use crate::app::{App, Match};

/// Mandates of one country that are looked through.
const MANDATES: usize = 50;

/// The best matches of investors of one country with projects of another: where the ledger lags behind, these would
/// bring it up. Best first, at most `first`, at most one for each project.
pub fn suggestions(app: &App, from: CountryCode, to: CountryCode, first: usize) -> Vec<Match> {
    let shared = app.published(false);
    let catalog = &shared.snapshot.catalog;
    let mut countries = CountrySet::default();
    countries.insert(to);
    let filter = OpportunityFilter {
        countries,
        reader: Reader::Public,
        only_told: true,
        ..OpportunityFilter::default()
    };
    let of_country = |mandate: &&matcher::row::MandateRow| {
        let investor = catalog.organisations().get(mandate.investor);
        investor.is_some_and(|investor| investor.country == Some(from))
    };
    let mut found: Vec<Match> = Vec::new();
    for mandate in catalog.mandates().rows().iter().filter(of_country).take(MANDATES) {
        let Some(investor) = catalog.organisations().get(mandate.investor) else { continue };
        let query = OpportunityQuery {
            mandate,
            investor,
            policy: &shared.policy,
            filter: &filter,
            by: RankBy::Mutual,
            list: List::Ranked,
            first,
            after: None,
        };
        let page = top_opportunities(catalog, &query);
        found.extend(page.items.into_iter().map(|ranked| Match {
            shared: Arc::clone(&shared),
            mandate: Some(mandate.id),
            project: ranked.row.id,
            investor: Some(mandate.investor),
            evaluation: ranked.evaluation,
            gates: ranked.gates,
            rank: None,
            key: Some(ranked.key),
        }));
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.key));
    let mut seen = HashSet::new();
    found.retain(|one| seen.insert(one.project));
    found.truncate(first);
    found
}
