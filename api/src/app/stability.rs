//! How often the rows of a page stay where they are when the weights are shaken. Asked for only, once a page.

use std::collections::HashMap;

use domain::{id::Id, project::Project};
use matcher::{
    Catalog, Micro,
    rank::{
        InvestorQuery, List, OpportunityQuery, Page, RankBy, Ranked, investors,
        opportunities as rank_opportunities,
    },
    stability::{Candidate, stability},
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
    let all = rank_opportunities(
        &shared.snapshot.catalog,
        &OpportunityQuery {
            mandate,
            investor,
            policy: &shared.policy,
            filter: &request.filter,
            by: RankBy::Mutual,
            list: request.list,
            first: WHOLE,
            after: None,
        },
    );
    Ok(shaken(page, &all, |row| row.project.uuid().as_u128(), |row| row.id.uuid().as_u128()))
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
    Ok(shaken(page, &investors(catalog, &query), id_of, |row| row.id.uuid().as_u128()))
}

/// More rows than any list has.
const WHOLE: usize = usize::MAX / 2;

fn shaken<R>(
    page: &Page<Match>,
    all: &Page<Ranked<&R>>,
    id_of: impl Fn(&Match) -> u128,
    id_of_row: impl Fn(&R) -> u128,
) -> Vec<Option<Micro>> {
    let Some(first) = page.items.first() else { return Vec::new() };
    let candidates: Vec<Candidate> = all
        .items
        .iter()
        .map(|row| Candidate { evaluation: row.evaluation, id: id_of_row(row.row) })
        .collect();
    let places: HashMap<u128, usize> = candidates.iter().map(|c| c.id).zip(0..).collect();
    let places: Vec<Option<usize>> = page.items.iter().map(|row| places.get(&id_of(row)).copied()).collect();
    let watched = places.iter().flatten().max().map_or(0, |place| place.saturating_add(1));
    let rows = u64::try_from(page.items.len()).unwrap_or(u64::MAX);
    let k = usize::try_from(page.first_rank.saturating_add(rows).saturating_sub(1)).unwrap_or(usize::MAX);
    let policy = &first.shared.policy;
    let found = stability((&policy.investor, &policy.project), policy.fusion, &candidates, watched, k);
    places.into_iter().map(|place| found.get(place?).copied()).collect()
}
