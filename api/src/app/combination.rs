//! Combinations beyond a pair: triads of two cities, a project and a mandate, and the stack of mandates that would fill
//! a gap together.

use domain::{city::City, id::Id, mandate::Mandate, organisation::Organisation, project::Project};
use matcher::{
    Catalog, MicroPoints, Policy,
    row::{ProjectRow, Veil},
    stack::{Proposal, StackRefusal, StackRules, propose},
    triad::{EdgeLine, Triad, explain_triad, triad_of, triads_of_city, triads_of_mandate},
};

use super::{App, AppError};

/// What a triad is looked for of.
#[derive(Debug, Clone, Copy)]
pub enum TriadOf {
    /// A city.
    City(Id<City>),
    /// A mandate.
    Mandate(Id<Mandate>),
}

/// A triad with what each edge says.
#[derive(Debug, Clone)]
pub struct FoundTriad {
    /// The one city.
    pub a: Id<City>,
    /// The other city.
    pub b: Id<City>,
    /// The project.
    pub project: Id<Project>,
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// Whose it is.
    pub investor: Id<Organisation>,
    /// The score of the weakest edge, by which it is ranked.
    pub weakest: MicroPoints,
    /// The four edges.
    pub edges: [EdgeLine; 4],
}

/// Triads that are looked at for each that is shown, since listings that keep back what a score is made of are left
/// out afterwards.
const SPARE: usize = 3;

/// The first triads of a city or a mandate, by their weakest edge. They are for everybody, who cannot know of blocks.
///
/// # Errors
/// There is no such city or mandate.
pub fn triads(app: &App, of: TriadOf, first: usize) -> Result<Vec<FoundTriad>, AppError> {
    let snapshot = app.ranking.snapshot_for(false);
    let catalog: &Catalog = &snapshot.catalog;
    let policy = Policy::current();
    let wanted = first.saturating_mul(SPARE);
    let found = match of {
        TriadOf::City(id) => {
            let city = catalog.cities().get(id).ok_or(AppError::NotFound { what: "city" })?;
            triads_of_city(catalog, &policy, city, wanted)
        }
        TriadOf::Mandate(id) => {
            let mandate = catalog.mandates().get(id).ok_or(AppError::NotFound { what: "mandate" })?;
            triads_of_mandate(catalog, &policy, mandate, wanted)
        }
    };
    let shown = found.iter().filter(|triad| tells(triad.project)).take(first);
    Ok(shown.map(FoundTriad::from).collect())
}

/// The stack of mandates that would fill a project's gap together; `parted` as in [`super::PairRequest`].
///
/// # Errors
/// There is no such project in the catalog, it states no gap, or the rules cannot be kept.
pub fn capital_stack(
    app: &App,
    (id, project): (Id<Project>, &Project),
    parted: bool,
    rules: &StackRules,
) -> Result<Proposal, AppError> {
    let snapshot = app.ranking.snapshot_for(parted);
    let catalog: &Catalog = &snapshot.catalog;
    let missing = || AppError::NotFound { what: "project" };
    let listed = catalog.projects().get(id).ok_or_else(missing)?;
    let owner = catalog.organisations().get(listed.owner).ok_or_else(missing)?;
    // Whoever may ask knows all of it.
    let row = ProjectRow::whole(id, listed.owner, project, &catalog.world);
    propose(catalog, &Policy::current(), (&row, owner), rules).map_err(|refusal| match refusal {
        StackRefusal::NoGap => AppError::argument("projectId", refusal.to_string()),
        StackRefusal::Rules(_) => AppError::argument("rules", refusal.to_string()),
    })
}

/// A triad as it is now; none where one of its edges is open, or the project does not tell everybody where it lies.
///
/// # Errors
/// One of the four is not in the catalog.
pub fn triad_now(
    app: &App,
    (a, b): (Id<City>, Id<City>),
    project: Id<Project>,
    mandate: Id<Mandate>,
) -> Result<Option<FoundTriad>, AppError> {
    let snapshot = app.ranking.snapshot_for(false);
    let catalog: &Catalog = &snapshot.catalog;
    let city = |id| catalog.cities().get(id).ok_or(AppError::NotFound { what: "city" });
    let project = catalog.projects().get(project).filter(|project| tells(project));
    let project = project.ok_or(AppError::NotFound { what: "project" })?;
    let mandate = catalog.mandates().get(mandate).ok_or(AppError::NotFound { what: "mandate" })?;
    let found = triad_of(catalog, &Policy::current(), (city(a)?, city(b)?), project, mandate);
    Ok(found.as_ref().map(FoundTriad::from))
}

/// In which city a project lies, and how it fits, is told of those alone that tell it to everybody.
fn tells(project: &ProjectRow) -> bool {
    !project.veil_public.hides(Veil::SCORED)
}

impl From<&Triad<'_>> for FoundTriad {
    fn from(triad: &Triad<'_>) -> Self {
        Self {
            a: triad.a.id,
            b: triad.b.id,
            project: triad.project.id,
            mandate: triad.mandate.id,
            investor: triad.mandate.investor,
            weakest: triad.weakest().1,
            edges: explain_triad(triad),
        }
    }
}
