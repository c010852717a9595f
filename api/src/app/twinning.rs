//! Partner cities for a city, and one pair of cities.

use std::sync::Arc;

use domain::{city::City, id::Id};
use matcher::{
    Catalog, Policy,
    catalog::{CityPair, DigitalMode, Programme},
    explanation::{CityExplanation, explain_city},
    gate::{
        Outcome,
        city::{COUNT, answers},
    },
    policy::{CityCriterion, Weights},
    rank::{
        CityEvaluation, CityFilter, CityQuery, List, Page, RankBy, RankKey, evaluate_city,
        partner_cities as rank_partners,
    },
};

use super::{App, AppError};
use crate::ranking::Snapshot;

/// Which partners for a city.
#[derive(Debug, Clone)]
pub struct CityRequest {
    /// Who looks.
    pub city: Id<City>,
    /// Filter.
    pub filter: CityFilter,
    /// Order.
    pub by: RankBy,
    /// Which list.
    pub list: List,
    /// Own weights by key, in points; none for the published ones.
    pub weights: Option<Vec<(String, f64)>>,
    /// Match on digital level.
    pub mode: DigitalMode,
    /// Programme applied to.
    pub programme: Option<Programme>,
    /// Cities with which the city has something under way or resting, by their GeoNames id; none but for those who may
    /// know of it.
    pub busy: Vec<u32>,
    /// Rows on the page.
    pub first: usize,
    /// Begin strictly after.
    pub after: Option<RankKey>,
}

impl CityRequest {
    /// The first rows of the published list, all of it.
    pub fn published(city: Id<City>, first: usize) -> Self {
        Self {
            city,
            filter: CityFilter::default(),
            by: RankBy::Mutual,
            list: List::Ranked,
            weights: None,
            mode: DigitalMode::Peer,
            programme: None,
            busy: Vec::new(),
            first,
            after: None,
        }
    }
}

/// What all rows of a page share.
#[derive(Debug)]
pub struct CityShared {
    /// The catalog that was ranked.
    pub snapshot: Arc<Snapshot>,
    /// The viewer's policy.
    pub policy: Policy,
    /// The partners' policy.
    pub partner_policy: Policy,
    mode: DigitalMode,
    programme: Option<Programme>,
    busy: Vec<u32>,
}

/// Two cities, seen by the first.
#[derive(Debug, Clone)]
pub struct CityMatch {
    /// What the page shares.
    pub shared: Arc<CityShared>,
    /// Who looks.
    pub viewer: Id<City>,
    /// The partner.
    pub partner: Id<City>,
    /// The score.
    pub evaluation: CityEvaluation,
    /// Gates.
    pub gates: [Outcome; COUNT],
    /// Place in the list, from 1; none for a pair that was asked for alone.
    pub rank: Option<u64>,
    /// Its place in the order.
    pub key: Option<RankKey>,
}

/// A page with what was left out.
#[derive(Debug)]
pub struct CityPage {
    /// Rows, counts and gates.
    pub page: Page<CityMatch>,
    /// What the rows share.
    pub shared: Arc<CityShared>,
}

impl CityMatch {
    /// The match taken apart.
    pub fn explanation(&self) -> Option<CityExplanation> {
        self.with_pair(|pair| {
            let shared = &self.shared;
            explain_city(&shared.policy, &shared.partner_policy, pair, &self.evaluation, &self.gates)
        })
    }

    /// Needs met in both directions: (my needs met, my needs, their needs met, their needs); none where unknown.
    pub fn direction(&self) -> Option<[u32; 4]> {
        self.with_pair(|pair| {
            let (theirs, my_needs) = matcher::criterion::city::cover(pair.viewer, pair.partner);
            let (mine, their_needs) = matcher::criterion::city::cover(pair.partner, pair.viewer);
            (my_needs > 0 && their_needs > 0).then_some([theirs, my_needs, mine, their_needs])
        })
        .flatten()
    }

    /// Whether needs or offers of either are samples.
    pub fn is_sample(&self) -> bool {
        self.with_pair(|pair| pair.viewer.sample || pair.partner.sample).unwrap_or(false)
    }

    fn with_pair<R>(&self, use_pair: impl FnOnce(&CityPair<'_>) -> R) -> Option<R> {
        let catalog: &Catalog = &self.shared.snapshot.catalog;
        let (viewer, partner) = (catalog.cities().get(self.viewer)?, catalog.cities().get(self.partner)?);
        let CityShared { mode, programme, ref busy, .. } = *self.shared;
        Some(use_pair(&CityPair { viewer, partner, catalog, mode, programme, busy }))
    }
}

/// Ranks partner cities.
///
/// # Errors
/// No such city, or wrong weights.
pub fn partner_cities(app: &App, request: &CityRequest) -> Result<CityPage, AppError> {
    let snapshot = app.ranking.snapshot();
    let mut policy = Policy::current();
    if let Some(named) = &request.weights {
        policy = policy.with_city_weights(Weights::own::<CityCriterion>(named)?);
    }
    let shared = Arc::new(CityShared {
        snapshot,
        policy,
        partner_policy: Policy::current(),
        mode: request.mode,
        programme: request.programme,
        busy: request.busy.clone(),
    });
    let catalog: &Catalog = &shared.snapshot.catalog;
    let viewer = catalog.cities().get(request.city).ok_or(AppError::NotFound { what: "city" })?;
    let page = rank_partners(
        catalog,
        &CityQuery {
            viewer,
            policy: &shared.policy,
            partner_policy: &shared.partner_policy,
            filter: &request.filter,
            by: request.by,
            list: request.list,
            mode: request.mode,
            programme: request.programme,
            busy: &request.busy,
            first: request.first,
            after: request.after,
        },
    );
    let items = (page.first_rank..)
        .zip(page.items)
        .map(|(rank, row)| CityMatch {
            shared: Arc::clone(&shared),
            viewer: request.city,
            partner: row.row.id,
            evaluation: row.evaluation,
            gates: row.gates,
            rank: Some(rank),
            key: Some(row.key),
        })
        .collect();
    let page = Page {
        items,
        first_rank: page.first_rank,
        has_next: page.has_next,
        total: page.total,
        other_list: page.other_list,
        excluded_total: page.excluded_total,
        excluded: page.excluded,
    };
    Ok(CityPage { page, shared })
}

/// Scores one pair of cities and asks its gates; `busy` are the cities with which the first has something under way or
/// resting, as far as whoever asks may know.
///
/// # Errors
/// No such city.
pub fn city_pair_of(
    app: &App,
    viewer: Id<City>,
    partner: Id<City>,
    busy: Vec<u32>,
) -> Result<CityMatch, AppError> {
    let snapshot = app.ranking.snapshot();
    let shared = Arc::new(CityShared {
        snapshot,
        policy: Policy::current(),
        partner_policy: Policy::current(),
        mode: DigitalMode::Peer,
        programme: None,
        busy,
    });
    let catalog: &Catalog = &shared.snapshot.catalog;
    let row = |id| catalog.cities().get(id).ok_or(AppError::NotFound { what: "city" });
    let pair = CityPair { busy: &shared.busy, ..catalog.city_pair(row(viewer)?, row(partner)?) };
    let evaluation = evaluate_city(&shared.policy, &shared.partner_policy, &pair);
    let gates = answers(&pair);
    Ok(CityMatch { shared: Arc::clone(&shared), viewer, partner, evaluation, gates, rank: None, key: None })
}
