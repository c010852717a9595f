//! How well two participants of an event fit, in micro-points.
//!
//! Where one brings a mandate and the other a project that passes every gate of it, it is their mutual score, the same as
//! in the ranking. Else it is by what they come for: [`INTENTS`] where one comes for what the other offers, [`OTHERS`]
//! where not, and half of either where they have no language in common. The two numbers are the product's judgement, below
//! a good match and above a bad one; no source supplies them.

use domain::{exchange_event::EventRegistration, id::Id, mandate::Mandate, project::Project};
use matcher::{
    MicroPoints, Policy,
    gate::{all_open, investment::answers},
    rank::evaluate,
};

use crate::ranking::Snapshot;

/// What two are worth to each other of whom one comes for what the other offers.
pub const INTENTS: MicroPoints = 50_000_000;
/// What any two are worth to each other.
pub const OTHERS: MicroPoints = 20_000_000;

/// By what two fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, async_graphql::Enum)]
pub enum FitBasis {
    /// A project of the one passes the gates of a mandate of the other.
    Match,
    /// One comes for what the other offers.
    Intents,
    /// Neither; they are at the same event.
    Presence,
}

/// How well two fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fit {
    /// In micro-points.
    pub score: MicroPoints,
    /// By what.
    pub basis: FitBasis,
    /// Whether they have a language in common.
    pub language: bool,
}

fn pair(
    snapshot: &Snapshot,
    mandate: Option<Id<Mandate>>,
    project: Option<Id<Project>>,
) -> Option<MicroPoints> {
    let catalog = &snapshot.catalog;
    let mandate = catalog.mandates().get(mandate?)?;
    // Whose a listing is that keeps its owner back would be told by the two standing here with one score.
    let project = catalog.projects().get(project?).filter(|project| !project.hides_owner())?;
    let pair = catalog.pair(mandate, project)?;
    all_open(&answers(&pair)).then(|| evaluate(&Policy::current(), &pair).mutual.point)
}

/// How well two participants fit; the same from either side.
pub fn fit(snapshot: &Snapshot, one: &EventRegistration, other: &EventRegistration) -> Fit {
    let (a, b) = (&one.facts, &other.facts);
    let language = a.languages.iter().any(|lang| b.languages.contains(lang));
    let matched =
        pair(snapshot, a.mandate, b.project).into_iter().chain(pair(snapshot, b.mandate, a.project)).max();
    if let Some(score) = matched {
        return Fit { score, basis: FitBasis::Match, language };
    }
    let meet = a.intents.iter().any(|intent| b.intents.contains(&intent.counterpart()));
    let (full, basis) = if meet { (INTENTS, FitBasis::Intents) } else { (OTHERS, FitBasis::Presence) };
    let score = if language { full } else { full.checked_div(2).unwrap_or(0) };
    Fit { score, basis, language }
}
