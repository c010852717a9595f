//! How often the rows of a page stay where they are when the weights are shaken. Asked for only, once a page.

use std::collections::HashMap;

use domain::{id::Id, project::Project};
use matcher::{
    Catalog, Micro, ONE,
    rank::{InvestorQuery, List, OpportunityQuery, Page, RankBy, Ranked, investors, top_opportunities},
    stability::{Candidate, least_contender, stability},
};

use super::{AppError, Match, OpportunityRequest};

/// For each row of a page the share of shaken weights under which it stays in the first `k` of the whole list, by
/// the score of both sides. `k` is the place of the page's last row.
///
/// # Errors
/// As [`opportunities`](super::opportunities).
pub fn stabilities(request: &OpportunityRequest, page: &Page<Match>) -> Result<Vec<Option<Micro>>, AppError> {
    let Some(first) = page.items.first() else { return Ok(Vec::new()) };
    let shared = &first.shared;
    let (mandate, investor) = shared.mandate(&request.mandate)?;
    let catalog: &Catalog = &shared.snapshot.catalog;
    let query = |filter, first| OpportunityQuery {
        mandate,
        investor,
        policy: &shared.policy,
        filter,
        by: RankBy::Mutual,
        list: request.list,
        first,
        after: None,
    };
    let k = last_place(page);
    let top = top_opportunities(catalog, &query(&request.filter, k)).items;
    let policy = &shared.policy;
    let weights = (&policy.investor, &policy.project);
    let least = match top.last().filter(|_| top.len() >= k) {
        Some(kth) => least_contender(weights, policy.fusion, kth.evaluation.mutual.point),
        // All of the list are among the first, however weights are shaken.
        None => return Ok(vec![Some(ONE); page.items.len()]),
    };
    let mut filter = request.filter.clone();
    filter.min_score = Some(filter.min_score.map_or(least, |given| given.max(least)));
    let all = top_opportunities(catalog, &query(&filter, WHOLE)).items;
    let found = shaken(page, &all, |row| row.project.uuid().as_u128(), |row| row.id.uuid().as_u128());
    // Whoever cannot come into the first k is not among those that were looked at.
    Ok(found.into_iter().map(|share| Some(share.unwrap_or(0))).collect())
}

/// As [`stabilities`], for the mandates of a project.
///
/// # Errors
/// No such project in public.
pub fn investor_stabilities(
    project: Id<Project>,
    list: List,
    page: &Page<Match>,
) -> Result<Vec<Option<Micro>>, AppError> {
    let Some(first) = page.items.first() else { return Ok(Vec::new()) };
    let shared = &first.shared;
    let catalog: &Catalog = &shared.snapshot.catalog;
    let project = catalog.projects().get(project).ok_or(AppError::NotFound { what: "project" })?;
    let by = RankBy::Mutual;
    let query = InvestorQuery { project, policy: &shared.policy, by, list, first: WHOLE, after: None };
    let id_of = |row: &Match| row.mandate.map_or(0, |id| id.uuid().as_u128());
    Ok(shaken(page, &investors(catalog, &query).items, id_of, |row| row.id.uuid().as_u128()))
}

/// More rows than any list has.
const WHOLE: usize = usize::MAX / 2;

/// The place of the page's last row in the whole list.
fn last_place(page: &Page<Match>) -> usize {
    let rows = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
    usize::try_from(page.first_rank.saturating_add(rows).saturating_sub(1)).unwrap_or(usize::MAX)
}

fn shaken<R>(
    page: &Page<Match>,
    all: &[Ranked<&R>],
    id_of: impl Fn(&Match) -> u128,
    id_of_row: impl Fn(&R) -> u128,
) -> Vec<Option<Micro>> {
    let Some(first) = page.items.first() else { return Vec::new() };
    let candidates: Vec<Candidate> =
        all.iter().map(|row| Candidate { evaluation: row.evaluation, id: id_of_row(row.row) }).collect();
    let places: HashMap<u128, usize> = candidates.iter().map(|c| c.id).zip(0..).collect();
    let places: Vec<Option<usize>> = page.items.iter().map(|row| places.get(&id_of(row)).copied()).collect();
    let watched = places.iter().flatten().max().map_or(0, |place| place.saturating_add(1));
    let k = last_place(page);
    let policy = &first.shared.policy;
    let found = stability((&policy.investor, &policy.project), policy.fusion, &candidates, watched, k);
    places.into_iter().map(|place| found.get(place?).copied()).collect()
}
