//! The scan over all projects for one mandate: exact, and the same page as pair by pair.
//!
//! What projects share has been answered before ([`Prepared`]); the scan adds it up. A project that cannot reach the
//! page is counted and left; the few rows of the page are evaluated in full by [`evaluate`].

use super::{
    Dates, OpportunityQuery, Page, RankBy, RankKey, Ranked, TopK, evaluate,
    filter::Reader,
    parts::{Part, in_parts},
    prepared::Prepared,
};
use crate::{
    Catalog, Interval,
    catalog::Pair,
    gate::investment::{COUNT, Gate, answers},
    row::ProjectRow,
    score::{MicroPoints, fuse, fuse_below},
};

type ProjectPart<'a> = Part<(RankKey, &'a ProjectRow), COUNT>;

/// Ranks the projects of a catalog for a mandate.
pub(super) fn projects<'a>(
    catalog: &'a Catalog,
    query: &OpportunityQuery<'_>,
) -> Page<Ranked<&'a ProjectRow>> {
    let prepared = Prepared::new(catalog, query);
    let rows = catalog.projects().rows();
    in_parts(rows, |first, rows| part(catalog, query, &prepared, first, rows))
        .into_iter()
        .reduce(Part::absorb)
        .unwrap_or_else(|| Part::new(query.first, query.after))
        .page(query.first, Gate::ALL.map(Gate::key), |(key, row)| {
            let owner = catalog.organisations().get(row.owner)?;
            let (mandate, investor) = (query.mandate, query.investor);
            let pair = Pair { mandate, investor, project: row, owner, catalog };
            Some(Ranked { row, key, evaluation: evaluate(query.policy, &pair), gates: answers(&pair) })
        })
}

/// The first rows of a mandate's list by the score of both sides, and the places in the table of projects of all its
/// rows that reach a score. On one thread, for work that must leave cores to others.
pub(crate) fn survey(
    catalog: &Catalog,
    query: &OpportunityQuery<'_>,
    least: MicroPoints,
) -> (Vec<(RankKey, usize)>, Vec<usize>) {
    let prepared = Prepared::new(catalog, query);
    let mut top = TopK::new(query.first, None);
    let mut reaching = Vec::new();
    let policy = query.policy;
    for (place, (row, whole)) in catalog.scan().rows().iter().zip(catalog.projects().rows()).enumerate() {
        let Some(met) = prepared.meet(row).filter(|met| met.gates().failed() == 0) else { continue };
        let Some(sides) = prepared.sides(row, &met) else { continue };
        let [investor, project] = prepared.at_best(row, &met, &sides);
        let coverage = investor.1.min(project.1);
        let bound = top.reach().min(least);
        if coverage < policy.coverage_floor || fuse_below(policy.fusion, investor.0, project.0, bound) {
            continue;
        }
        let [investor, project] = prepared.exact(row, &met, &sides);
        let point = fuse(policy.fusion, investor.0, project.0);
        if point >= least {
            reaching.push(place);
        }
        let mutual = Interval { point, coverage, ..Interval::default() };
        let dates = Dates { published: row.published_on, confirmed: row.confirmed_on };
        let key = RankKey::new(RankBy::Mutual, &mutual, &mutual, dates, whole.id.uuid().as_u128());
        top.push(key, || (key, place));
    }
    (top.finish().0, reaching)
}

fn part<'a>(
    catalog: &'a Catalog,
    query: &OpportunityQuery<'_>,
    prepared: &Prepared<'_>,
    first: usize,
    rows: &'a [ProjectRow],
) -> ProjectPart<'a> {
    let mut part = Part::new(query.first, query.after);
    let (policy, filter) = (query.policy, query.filter);
    let open = filter.lets_all_through();
    let scan = catalog.scan().rows().get(first..).unwrap_or_default();
    let veil = match (filter.only_told, filter.reader) {
        (false, _) | (true, Reader::Inside) => None,
        (true, Reader::Public) => Some(0),
        (true, Reader::Registered) => Some(1_usize),
    };
    for (row, whole) in scan.iter().zip(rows) {
        if veil.is_some_and(|reader| row.veiled.get(reader) == Some(&true)) {
            continue;
        }
        if !open && !filter.admits(whole) {
            continue;
        }
        let Some(met) = prepared.meet(row) else { continue };
        if !part.tally.note_bits(met.gates()) {
            continue;
        }
        let Some(sides) = prepared.sides(row, &met) else { continue };
        let [investor, project] = prepared.at_best(row, &met, &sides);
        let coverage = investor.1.min(project.1);
        let mut exact = None;
        if let Some(least) = filter.min_score {
            let [investor, project] = *exact.insert(prepared.exact(row, &met, &sides));
            if fuse(policy.fusion, investor.0, project.0) < least {
                continue;
            }
        }
        if !part.is_of(query.list, coverage, policy.coverage_floor) {
            continue;
        }
        // The best that it can be is below what the page has already: it is counted, and that is all.
        let reach = part.top.reach();
        let out = match query.by {
            RankBy::Mutual => fuse_below(policy.fusion, investor.0, project.0, reach),
            RankBy::Mine => investor.0 < reach,
            RankBy::Neutral => {
                row.published_on.is_none_or(|on| i64::from(on) < i64::from(reach)) && reach > 0
            }
        };
        if out {
            part.top.pass_by();
            continue;
        }
        let [investor, project] = exact.unwrap_or_else(|| prepared.exact(row, &met, &sides));
        let interval = |point: u32| Interval { point, coverage, ..Interval::default() };
        let (mine, mutual) = (interval(investor.0), interval(fuse(policy.fusion, investor.0, project.0)));
        let dates = Dates { published: row.published_on, confirmed: row.confirmed_on };
        let key = RankKey::new(query.by, &mine, &mutual, dates, whole.id.uuid().as_u128());
        part.top.push(key, || (key, whole));
    }
    part
}
