//! Projects for a mandate, mandates for a project, one pair.

use std::sync::Arc;

use domain::{
    id::Id,
    mandate::Mandate,
    organisation::{Organisation, OrganisationFacts, ReplyRecord, Screening},
    project::Project,
    provenance::Provenance,
    value::SingleLine,
    vocabulary::{InvestorType, OrganisationKind, ScreeningStatus, VerificationLevel},
};
use matcher::{
    Catalog, Policy,
    catalog::Pair,
    counterfactual::{Counterfactual, counterfactuals},
    explanation::{Audience, Explanation, explain},
    gate::{Outcome, all_open, investment::COUNT},
    policy::{InvestorCriterion, Weights},
    rank::{
        Evaluation, InvestorQuery, List, OpportunityFilter, OpportunityQuery, Page, RankBy, RankKey, Ranked,
        evaluate, investors, opportunities as rank_opportunities,
        top_opportunities as rank_top_opportunities,
    },
    row::{MandateRow, OrganisationRow},
};

use super::{App, AppError};
use crate::ranking::Snapshot;

/// A saved mandate or one that is not.
#[derive(Debug, Clone)]
pub enum MandateChoice {
    /// Saved.
    Saved(Id<Mandate>),
    /// Not saved. It is ranked as if a verified and screened investor without a record asked.
    Unsaved(Box<Mandate>),
}

/// Which projects for a mandate.
#[derive(Debug, Clone)]
pub struct OpportunityRequest {
    /// The mandate.
    pub mandate: MandateChoice,
    /// Whether blocks part the two: for the investor's own people they do, and nobody else can tell them.
    pub parted: bool,
    /// Filter.
    pub filter: OpportunityFilter,
    /// Order.
    pub by: RankBy,
    /// Which list.
    pub list: List,
    /// Own weights by key, in points; none for the published ones.
    pub weights: Option<Vec<(String, f64)>>,
    /// Rows on the page.
    pub first: usize,
    /// Begin strictly after.
    pub after: Option<RankKey>,
}

/// What all rows of a page share.
#[derive(Debug)]
pub struct Shared {
    /// The catalog that was ranked.
    pub snapshot: Arc<Snapshot>,
    /// The policy.
    pub policy: Policy,
    /// A mandate that is not saved, and its investor.
    unsaved: Option<(MandateRow, OrganisationRow)>,
}

/// One pair of a page.
#[derive(Debug, Clone)]
pub struct Match {
    /// What the page shares.
    pub shared: Arc<Shared>,
    /// The mandate; none where it is not saved.
    pub mandate: Option<Id<Mandate>>,
    /// The project.
    pub project: Id<Project>,
    /// The investor; none where the mandate is not saved.
    pub investor: Option<Id<Organisation>>,
    /// The score.
    pub evaluation: Evaluation,
    /// Gates.
    pub gates: [Outcome; COUNT],
    /// Place in the list, from 1; none for a pair that was asked for alone.
    pub rank: Option<u64>,
    /// Its place in the order.
    pub key: Option<RankKey>,
}

/// A page with what was left out.
#[derive(Debug)]
pub struct OpportunityPage {
    /// Rows, counts and gates.
    pub page: Page<Match>,
    /// What the rows share.
    pub shared: Arc<Shared>,
}

impl Match {
    fn with_pair<R>(&self, use_pair: impl FnOnce(&Pair<'_>) -> R) -> Option<R> {
        let catalog = &self.shared.snapshot.catalog;
        let project = catalog.projects().get(self.project)?;
        let owner = catalog.organisations().get(project.owner)?;
        let (mandate, investor) = match (&self.shared.unsaved, self.mandate) {
            (Some((mandate, investor)), _) => (mandate, investor),
            (None, Some(id)) => {
                let mandate = catalog.mandates().get(id)?;
                (mandate, catalog.organisations().get(mandate.investor)?)
            }
            (None, None) => return None,
        };
        Some(use_pair(&Pair { mandate, investor, project, owner, catalog }))
    }

    /// The match taken apart.
    pub fn explanation(&self, audience: Audience) -> Option<Explanation> {
        self.with_pair(|pair| explain(&self.shared.policy, pair, &self.evaluation, &self.gates, audience))
    }

    /// What the owner could change, recomputed.
    pub fn counterfactuals(&self, max: usize) -> Vec<Counterfactual> {
        self.with_pair(|pair| counterfactuals(&self.shared.policy, pair, max)).unwrap_or_default()
    }

    /// Whether no gate excludes the pair.
    pub fn is_listed(&self) -> bool {
        all_open(&self.gates)
    }
}

fn policy_with(weights: Option<&Vec<(String, f64)>>) -> Result<Policy, AppError> {
    let policy = Policy::current();
    Ok(match weights {
        None => policy,
        Some(named) => policy.with_investor_weights(Weights::own::<InvestorCriterion>(named)?),
    })
}

/// An investor without a record, for a mandate that is not saved.
fn nobody(snapshot: &Snapshot) -> Result<OrganisationRow, AppError> {
    let refused = || AppError::argument("mandate", "the mandate cannot be ranked");
    let facts = OrganisationFacts {
        name: SingleLine::new("unsaved mandate").map_err(|_| refused())?,
        kind: OrganisationKind::Investor,
        country: None,
        city_geonames: None,
        investor_type: Some(InvestorType::BlendedFacility),
        verification: VerificationLevel::V1,
        verified_on: None,
        verified_until: None,
        screening: Screening { status: ScreeningStatus::Clear, screened_on: Some(snapshot.catalog.today) },
        active: true,
        claimed: false,
        presence: Vec::new(),
        languages: Vec::new(),
        help_offered: Vec::new(),
        replies: ReplyRecord::default(),
        beneficial_owners: Vec::new(),
        deals: Vec::new(),
        provenance: Provenance::default(),
    };
    let organisation = Organisation::try_from(facts).map_err(|_| refused())?;
    let mut row = OrganisationRow::new(Id::from_uuid(uuid::Uuid::nil()), &organisation);
    row.investor_type = None;
    Ok(row)
}

impl App {
    /// What the rows of saved mandates share under the published policy; `parted` as in [`PairRequest`].
    pub(super) fn published(&self, parted: bool) -> Arc<Shared> {
        let snapshot = self.ranking.snapshot_for(parted);
        Arc::new(Shared { snapshot, policy: Policy::current(), unsaved: None })
    }

    pub(super) fn shared(
        &self,
        mandate: &MandateChoice,
        parted: bool,
        weights: Option<&Vec<(String, f64)>>,
    ) -> Result<Arc<Shared>, AppError> {
        let snapshot = self.ranking.snapshot_for(parted);
        let policy = policy_with(weights)?;
        let unsaved = match mandate {
            MandateChoice::Saved(_) => None,
            MandateChoice::Unsaved(mandate) => {
                if let Some((_, message)) = snapshot.catalog.world.unknown_region(&mandate.places.regions) {
                    return Err(AppError::argument("mandate.regions", message));
                }
                let nil = uuid::Uuid::nil();
                let row =
                    MandateRow::new(Id::from_uuid(nil), Id::from_uuid(nil), mandate, &snapshot.catalog.world);
                Some((row, nobody(&snapshot)?))
            }
        };
        Ok(Arc::new(Shared { snapshot, policy, unsaved }))
    }
}

impl Shared {
    fn query<'a>(&'a self, request: &'a OpportunityRequest) -> Result<OpportunityQuery<'a>, AppError> {
        let (mandate, investor) = self.mandate(&request.mandate)?;
        Ok(OpportunityQuery {
            mandate,
            investor,
            policy: &self.policy,
            filter: &request.filter,
            by: request.by,
            list: request.list,
            first: request.first,
            after: request.after,
        })
    }

    pub(super) fn mandate(
        &self,
        choice: &MandateChoice,
    ) -> Result<(&MandateRow, &OrganisationRow), AppError> {
        match (&self.unsaved, choice) {
            (Some((mandate, investor)), _) => Ok((mandate, investor)),
            (None, MandateChoice::Saved(id)) => {
                let catalog = &self.snapshot.catalog;
                let missing = || AppError::NotFound { what: "mandate" };
                let mandate = catalog.mandates().get(*id).ok_or_else(missing)?;
                Ok((mandate, catalog.organisations().get(mandate.investor).ok_or_else(missing)?))
            }
            (None, MandateChoice::Unsaved(_)) => Err(AppError::NotFound { what: "mandate" }),
        }
    }
}

/// Ranks projects for a mandate.
///
/// # Errors
/// No such mandate, or wrong weights.
pub fn opportunities(app: &App, request: &OpportunityRequest) -> Result<OpportunityPage, AppError> {
    let shared = app.shared(&request.mandate, request.parted, request.weights.as_ref())?;
    let query = shared.query(request)?;
    let page = rank_opportunities(&shared.snapshot.catalog, &query);
    let ids = ids(request, query.investor);
    let page = matches(page, &shared, |row: &Ranked<&matcher::row::ProjectRow>| (ids.0, row.row.id, ids.1));
    Ok(OpportunityPage { page, shared })
}

/// The first projects for a mandate in their order, from the first one on, without what a page says of the whole list.
///
/// # Errors
/// As [`opportunities`].
pub fn top_opportunities(
    app: &App,
    request: &OpportunityRequest,
) -> Result<(Vec<Match>, Arc<Shared>), AppError> {
    let shared = app.shared(&request.mandate, request.parted, request.weights.as_ref())?;
    let query = OpportunityQuery { after: None, ..shared.query(request)? };
    let ids = ids(request, query.investor);
    let rows = rank_top_opportunities(&shared.snapshot.catalog, &query);
    let row = |(rank, row): (u64, Ranked<&matcher::row::ProjectRow>)| {
        a_match(&shared, (ids.0, row.row.id, ids.1), rank, row.key, (row.evaluation, row.gates))
    };
    Ok(((1..).zip(rows.items).map(row).collect(), shared))
}

/// What the rows of a mandate's list name: nothing of one that is not saved.
fn ids(
    request: &OpportunityRequest,
    investor: &OrganisationRow,
) -> (Option<Id<Mandate>>, Option<Id<Organisation>>) {
    match request.mandate {
        MandateChoice::Saved(id) => (Some(id), Some(investor.id)),
        MandateChoice::Unsaved(_) => (None, None),
    }
}

/// Ranks mandates for a project; `parted` says whether blocks part the two, as they do for the owner's own people.
///
/// # Errors
/// No such project in public.
pub fn investors_for(
    app: &App,
    (project, parted): (Id<Project>, bool),
    by: RankBy,
    list: List,
    first: usize,
    after: Option<RankKey>,
) -> Result<OpportunityPage, AppError> {
    let shared = Arc::new(Shared {
        snapshot: app.ranking.snapshot_for(parted),
        policy: Policy::current(),
        unsaved: None,
    });
    let catalog: &Catalog = &shared.snapshot.catalog;
    let row = catalog.projects().get(project).ok_or(AppError::NotFound { what: "project" })?;
    let query = InvestorQuery { project: row, policy: &shared.policy, by, list, first, after };
    let page = matches(investors(catalog, &query), &shared, |row: &Ranked<&MandateRow>| {
        (Some(row.row.id), project, Some(row.row.investor))
    });
    Ok(OpportunityPage { page, shared })
}

fn a_match(
    shared: &Arc<Shared>,
    (mandate, project, investor): (Option<Id<Mandate>>, Id<Project>, Option<Id<Organisation>>),
    rank: u64,
    key: RankKey,
    (evaluation, gates): (Evaluation, [Outcome; COUNT]),
) -> Match {
    let shared = Arc::clone(shared);
    Match { shared, mandate, project, investor, evaluation, gates, rank: Some(rank), key: Some(key) }
}

fn matches<R>(
    page: Page<Ranked<R>>,
    shared: &Arc<Shared>,
    ids: impl Fn(&Ranked<R>) -> (Option<Id<Mandate>>, Id<Project>, Option<Id<Organisation>>),
) -> Page<Match> {
    let items = (page.first_rank..)
        .zip(page.items)
        .map(|(rank, row)| {
            let named = ids(&row);
            a_match(shared, named, rank, row.key, (row.evaluation, row.gates))
        })
        .collect();
    Page {
        items,
        first_rank: page.first_rank,
        has_next: page.has_next,
        total: page.total,
        other_list: page.other_list,
        excluded_total: page.excluded_total,
        excluded: page.excluded,
    }
}

/// One pair, whether it is listed or not.
#[derive(Debug, Clone)]
pub struct PairRequest {
    /// The mandate.
    pub mandate: Id<Mandate>,
    /// The project.
    pub project: Id<Project>,
    /// Whether a block parts the two: for the people of either it does, and nobody else can tell it.
    pub parted: bool,
}

/// Scores one pair and asks its gates.
///
/// # Errors
/// No such mandate or project in public.
pub fn pair_of(app: &App, request: &PairRequest) -> Result<Match, AppError> {
    let pairs = pairs_of(app, (request.mandate, request.parted), &[request.project])?;
    pairs.into_iter().next().ok_or(AppError::NotFound { what: "project" })
}

/// Scores some projects for a mandate, in the order given, on one catalog; `parted` as in [`PairRequest`].
///
/// # Errors
/// No such mandate, or one of the projects is not in public.
pub fn pairs_of(
    app: &App,
    (mandate, parted): (Id<Mandate>, bool),
    projects: &[Id<Project>],
) -> Result<Vec<Match>, AppError> {
    let choice = MandateChoice::Saved(mandate);
    let shared = app.shared(&choice, parted, None)?;
    let (row, investor) = shared.mandate(&choice)?;
    let catalog: &Catalog = &shared.snapshot.catalog;
    let missing = || AppError::NotFound { what: "project" };
    projects
        .iter()
        .map(|id| {
            let project = catalog.projects().get(*id).ok_or_else(missing)?;
            let owner = catalog.organisations().get(project.owner).ok_or_else(missing)?;
            let pair = Pair { mandate: row, investor, project, owner, catalog };
            Ok(Match {
                shared: Arc::clone(&shared),
                mandate: Some(mandate),
                project: *id,
                investor: Some(investor.id),
                evaluation: evaluate(&shared.policy, &pair),
                gates: matcher::gate::investment::answers(&pair),
                rank: None,
                key: None,
            })
        })
        .collect()
}
