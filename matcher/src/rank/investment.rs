//! Projects for a mandate and mandates for a project.

use super::{Dates, GateCount, List, OpportunityFilter, Page, RankBy, RankKey, Tally, TopK};
use crate::{
    catalog::{Catalog, Pair},
    criterion,
    gate::{
        Outcome,
        investment::{COUNT, Gate, answers},
    },
    grade::Grade,
    policy::Policy,
    row::{MandateRow, OrganisationRow, ProjectRow},
    score::{Interval, mutual, side},
};

/// Both sides of a pair, criterion by criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evaluation {
    /// The investor's view.
    pub investor: Interval,
    /// The project's view.
    pub project: Interval,
    /// Both as one.
    pub mutual: Interval,
    /// Grades of the investor's criteria, in the policy's order.
    pub investor_grades: [Grade; 9],
    /// Grades of the project's criteria, in the policy's order.
    pub project_grades: [Grade; 8],
}

/// Scores a pair. Gates are not asked.
pub fn evaluate(policy: &Policy, pair: &Pair<'_>) -> Evaluation {
    let investor_grades = criterion::investor::grades(pair);
    let [_, _, _, terms, ..] = investor_grades;
    let project_grades = criterion::project::grades_after(pair, terms);
    let investor = side(&policy.investor, &investor_grades);
    let project = side(&policy.project, &project_grades);
    Evaluation {
        investor,
        project,
        mutual: mutual(policy.fusion, &investor, &project),
        investor_grades,
        project_grades,
    }
}

/// One row of a ranking.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked<R> {
    /// The counterparty.
    pub row: R,
    /// Its place in the order.
    pub key: RankKey,
    /// The score.
    pub evaluation: Evaluation,
    /// Answers of the gates.
    pub gates: [Outcome; COUNT],
}

/// Which projects for a mandate.
#[derive(Debug, Clone)]
pub struct OpportunityQuery<'a> {
    /// The mandate; it need not be in the catalog.
    pub mandate: &'a MandateRow,
    /// Whose it is; it need not be in the catalog.
    pub investor: &'a OrganisationRow,
    /// Policy, perhaps with own weights.
    pub policy: &'a Policy,
    /// Filter.
    pub filter: &'a OpportunityFilter,
    /// Order.
    pub by: RankBy,
    /// Which list.
    pub list: List,
    /// Rows on the page.
    pub first: usize,
    /// Begin strictly after.
    pub after: Option<RankKey>,
}

/// Ranks the projects of a catalog for a mandate: exact, over all of them.
pub fn opportunities<'a>(catalog: &'a Catalog, query: &OpportunityQuery<'a>) -> Page<Ranked<&'a ProjectRow>> {
    let pair_of = |project: &'a ProjectRow| {
        if !query.filter.admits(project) {
            return None;
        }
        let owner = catalog.organisations().get(project.owner)?;
        let pair = Pair { mandate: query.mandate, investor: query.investor, project, owner, catalog };
        Some((pair, project, project.id.uuid().as_u128()))
    };
    let wanted = Wanted {
        policy: query.policy,
        by: query.by,
        list: query.list,
        first: query.first,
        after: query.after,
        filter: Some(query.filter),
        viewer_is_investor: true,
    };
    page(catalog.projects().rows(), pair_of, &wanted)
}

/// Which mandates for a project.
#[derive(Debug, Clone)]
pub struct InvestorQuery<'a> {
    /// The project.
    pub project: &'a ProjectRow,
    /// Policy.
    pub policy: &'a Policy,
    /// Order; `Mine` is the project's side.
    pub by: RankBy,
    /// Which list.
    pub list: List,
    /// Rows on the page.
    pub first: usize,
    /// Begin strictly after.
    pub after: Option<RankKey>,
}

/// Ranks the mandates of a catalog for a project: exact, over all of them.
pub fn investors<'a>(catalog: &'a Catalog, query: &InvestorQuery<'a>) -> Page<Ranked<&'a MandateRow>> {
    let pair_of = |mandate: &'a MandateRow| {
        let pair = catalog.pair(mandate, query.project)?;
        Some((pair, mandate, mandate.id.uuid().as_u128()))
    };
    let wanted = Wanted {
        policy: query.policy,
        by: query.by,
        list: query.list,
        first: query.first,
        after: query.after,
        filter: None,
        viewer_is_investor: false,
    };
    page(catalog.mandates().rows(), pair_of, &wanted)
}

struct Wanted<'a> {
    policy: &'a Policy,
    by: RankBy,
    list: List,
    first: usize,
    after: Option<RankKey>,
    filter: Option<&'a OpportunityFilter>,
    viewer_is_investor: bool,
}

/// What a part of the candidates gave.
struct Part<R> {
    top: TopK<Ranked<R>>,
    tally: Tally<COUNT>,
    other_list: u64,
}

/// Below this many rows a second thread costs more than it saves.
const ROWS_PER_THREAD: usize = 20_000;

/// Scans all rows, on several cores where there are many. The order is total, so that the parts can be put together
/// in any way.
fn page<'a, T: Sync, R: Copy + Send + 'a>(
    rows: &'a [T],
    pair_of: impl Fn(&'a T) -> Option<(Pair<'a>, R, u128)> + Sync,
    wanted: &Wanted<'_>,
) -> Page<Ranked<R>> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = (rows.len() / ROWS_PER_THREAD).clamp(1, cores);
    let mut parts: Vec<Part<R>> = if threads == 1 {
        vec![scan(rows, &pair_of, wanted)]
    } else {
        std::thread::scope(|scope| {
            let chunks = rows.chunks(rows.len().div_ceil(threads));
            let running: Vec<_> = chunks.map(|chunk| scope.spawn(|| scan(chunk, &pair_of, wanted))).collect();
            // A panic of a part is the panic of the whole, as it would be on one thread.
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
                .collect()
        })
    };
    let mut whole = parts.pop().unwrap_or_else(|| scan(&[], &pair_of, wanted));
    for part in parts {
        whole.top.absorb(part.top);
        whole.tally.absorb(&part.tally);
        whole.other_list = whole.other_list.saturating_add(part.other_list);
    }
    let Part { top, tally, other_list } = whole;
    finish(top, wanted.first, other_list, tally.excluded, tally.counts(Gate::ALL.map(Gate::key)))
}

fn scan<'a, T, R: Copy + 'a>(
    rows: &'a [T],
    pair_of: &impl Fn(&'a T) -> Option<(Pair<'a>, R, u128)>,
    wanted: &Wanted<'_>,
) -> Part<R> {
    let mut top = TopK::new(wanted.first.saturating_add(1), wanted.after);
    let mut tally = Tally::<COUNT>::new();
    let mut other_list = 0_u64;
    for (pair, row, id) in rows.iter().filter_map(pair_of) {
        let gates = answers(&pair);
        if !tally.note(&gates) {
            continue;
        }
        let evaluation = evaluate(wanted.policy, &pair);
        if wanted.filter.is_some_and(|filter| !filter.admits_score(&evaluation.mutual)) {
            continue;
        }
        let enough = evaluation.mutual.coverage >= wanted.policy.coverage_floor;
        if enough != (wanted.list == List::Ranked) {
            other_list = other_list.saturating_add(1);
            continue;
        }
        let mine = if wanted.viewer_is_investor { &evaluation.investor } else { &evaluation.project };
        let dates = Dates { published: pair.project.published_on, confirmed: pair.project.confirmed_on };
        let key = RankKey::new(wanted.by, mine, &evaluation.mutual, dates, id);
        top.push(key, || Ranked { row, key, evaluation, gates });
    }
    Part { top, tally, other_list }
}

/// Cuts the extra row that tells whether more follow.
pub(super) fn finish<T>(
    top: TopK<T>,
    first: usize,
    other_list: u64,
    excluded_total: u64,
    excluded: Vec<GateCount>,
) -> Page<T> {
    let (mut items, before, total) = top.finish();
    let has_next = items.len() > first;
    items.truncate(first);
    Page {
        items,
        first_rank: before.saturating_add(1),
        has_next,
        total,
        other_list,
        excluded_total,
        excluded,
    }
}
