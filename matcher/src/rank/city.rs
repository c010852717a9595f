//! Partner cities for a city.

use super::{CityFilter, Dates, List, Page, RankBy, RankKey, parts::Part};
use crate::{
    catalog::{Catalog, CityPair, DigitalMode, Programme},
    criterion,
    gate::{
        Outcome,
        city::{COUNT, Gate, answers},
    },
    grade::Grade,
    policy::Policy,
    row::CityRow,
    score::{Interval, mutual, side},
};

/// Both views of a pair of cities, criterion by criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CityEvaluation {
    /// The viewer's view.
    pub mine: Interval,
    /// The partner's view.
    pub theirs: Interval,
    /// Both as one.
    pub mutual: Interval,
    /// Grades of the viewer's criteria, in the policy's order.
    pub my_grades: [Grade; 10],
    /// Grades of the partner's criteria, in the policy's order.
    pub their_grades: [Grade; 10],
}

/// Scores two cities. The viewer's own weights bear on the viewer's side; the partner's side keeps the published
/// ones. Gates are not asked.
pub fn evaluate_city(policy: &Policy, partner_policy: &Policy, pair: &CityPair<'_>) -> CityEvaluation {
    let my_grades = criterion::city::grades(pair);
    let their_grades = criterion::city::grades(&pair.turned());
    let mine = side(&policy.city, &my_grades);
    let theirs = side(&partner_policy.city, &their_grades);
    CityEvaluation { mine, theirs, mutual: mutual(policy.fusion, &mine, &theirs), my_grades, their_grades }
}

/// One row of a ranking of cities.
#[derive(Debug, Clone, PartialEq)]
pub struct RankedCity<'a> {
    /// The partner.
    pub row: &'a CityRow,
    /// Its place in the order.
    pub key: RankKey,
    /// The score.
    pub evaluation: CityEvaluation,
    /// Answers of the gates.
    pub gates: [Outcome; COUNT],
}

/// Which partners for a city.
#[derive(Debug, Clone)]
pub struct CityQuery<'a> {
    /// Who looks.
    pub viewer: &'a CityRow,
    /// Policy, perhaps with own weights.
    pub policy: &'a Policy,
    /// Policy of the partners' side: the published one.
    pub partner_policy: &'a Policy,
    /// Filter.
    pub filter: &'a CityFilter,
    /// Order; the neutral one is by the last confirmation of the profile.
    pub by: RankBy,
    /// Which list.
    pub list: List,
    /// Match on digital level.
    pub mode: DigitalMode,
    /// Programme applied to.
    pub programme: Option<Programme>,
    /// Cities with which the viewer has something under way or resting, by their GeoNames id.
    pub busy: &'a [u32],
    /// Rows on the page.
    pub first: usize,
    /// Begin strictly after.
    pub after: Option<RankKey>,
}

/// Ranks the cities of a catalog as partners: exact, over all of them.
pub fn partner_cities<'a>(catalog: &'a Catalog, query: &CityQuery<'a>) -> Page<RankedCity<'a>> {
    let mut part = Part::<_, COUNT>::new(query.first, query.after);
    let candidates = catalog.cities().rows().iter();
    for partner in candidates.filter(|row| row.id != query.viewer.id && query.filter.admits(row)) {
        let CityQuery { viewer, mode, programme, busy, .. } = *query;
        let pair = CityPair { viewer, partner, catalog, mode, programme, busy };
        let gates = answers(&pair);
        if !part.tally.note(&gates) {
            continue;
        }
        let evaluation = evaluate_city(query.policy, query.partner_policy, &pair);
        if query.filter.min_score.is_some_and(|least| evaluation.mutual.point < least) {
            continue;
        }
        if !part.is_of(query.list, evaluation.mutual.coverage, query.policy.coverage_floor) {
            continue;
        }
        let confirmed = partner.office.and_then(|office| office.confirmed_on);
        let dates = Dates { published: confirmed, confirmed };
        let id = partner.id.uuid().as_u128();
        let key = RankKey::new(query.by, &evaluation.mine, &evaluation.mutual, dates, id);
        part.top.push(key, || RankedCity { row: partner, key, evaluation, gates });
    }
    part.page(query.first, Gate::ALL.map(Gate::key), Some)
}
