//! Projects for a mandate and mandates for a project.

use super::{
    Dates, List, OpportunityFilter, Page, RankBy, RankKey,
    parts::{Part, in_parts},
    scan, serve,
};
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

/// Ranks the projects of a catalog for a mandate: exact, over all of them, with what the page says of the whole list. From the
/// engine where the catalog has one, the question was counted before and the engine is quicker; else by a scan. Both
/// give the same page.
pub fn opportunities<'a>(catalog: &'a Catalog, query: &OpportunityQuery<'_>) -> Page<Ranked<&'a ProjectRow>> {
    if let Some(page) = serve::page(catalog, query) {
        return page;
    }
    let page = scan::projects(catalog, query);
    serve::note(catalog, query, &page);
    page
}

/// The same page by a scan over every project, whether there is an engine or not.
pub fn scanned_opportunities<'a>(
    catalog: &'a Catalog,
    query: &OpportunityQuery<'_>,
) -> Page<Ranked<&'a ProjectRow>> {
    scan::projects(catalog, query)
}

/// The rows of a page, without what it says of the whole list.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<'a> {
    /// The rows, best first.
    pub items: Vec<Ranked<&'a ProjectRow>>,
    /// Whether more rows follow.
    pub has_next: bool,
}

/// The rows of [`opportunities`] alone: from the engine also where nothing was counted yet.
pub fn top_opportunities<'a>(catalog: &'a Catalog, query: &OpportunityQuery<'_>) -> Rows<'a> {
    if let Some((items, has_next)) = serve::rows(catalog, query) {
        return Rows { items, has_next };
    }
    let Page { items, has_next, .. } = scan::projects(catalog, query);
    Rows { items, has_next }
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
    let dates = Dates { published: query.project.published_on, confirmed: query.project.confirmed_on };
    let part = |_, mandates: &'a [MandateRow]| {
        let mut part = Part::<_, COUNT>::new(query.first, query.after);
        for pair in mandates.iter().filter_map(|mandate| catalog.pair(mandate, query.project)) {
            let gates = answers(&pair);
            if !part.tally.note(&gates) {
                continue;
            }
            let evaluation = evaluate(query.policy, &pair);
            if !part.is_of(query.list, evaluation.mutual.coverage, query.policy.coverage_floor) {
                continue;
            }
            let id = pair.mandate.id.uuid().as_u128();
            let key = RankKey::new(query.by, &evaluation.project, &evaluation.mutual, dates, id);
            part.top.push(key, || Ranked { row: pair.mandate, key, evaluation, gates });
        }
        part
    };
    in_parts(catalog.mandates().rows(), part)
        .into_iter()
        .reduce(Part::absorb)
        .unwrap_or_else(|| Part::new(query.first, query.after))
        .page(query.first, Gate::ALL.map(Gate::key), Some)
}
