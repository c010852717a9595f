//! Lists of which digests tell: that of a mandate, of a saved search, or of a city's partners. Each is ranked once for
//! all who read it alike, however many subscriptions there are to it, and as deep as their issues need it. A list that
//! is ranked tells no listing that keeps back what a score is made of.
//!
//! Invariant: a list of some depth begins with every list of less depth. So an issue that is full of a list is the same
//! of the whole one.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};

use async_graphql::{InputType, Value};
use domain::{
    city::City,
    digest::DigestSubjectKind,
    id::Id,
    mandate::Mandate,
    project::Project,
    saved_search::{SavedSearch, SearchSubject},
};
use matcher::{
    explanation::Audience,
    rank::{List as WhichList, OpportunityFilter, RankBy, Reader},
    score::{Interval, MicroPoints},
};
use uuid::Uuid;

use super::subject::{POINT, Reason};
use crate::{
    app::{self, App, AppError, CityMatch, CityRequest, MandateChoice, Match, OpportunityRequest},
    auth::Actor,
    command::CommandError,
    graphql::input::{CityFilterInput, OpportunityFilterInput},
    partnership::facts::taken,
    store::{Store, Stored, SubscriptionRow},
    visible::Viewer,
};

/// Rows of a list that are looked at for news, from the first.
pub const DEPTH: usize = 300;
/// Millionths of a percent.
const PERCENT: u32 = 10_000;

/// What a list is of, and as whom it is read: subscriptions of one key share it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Kind of subject.
    pub kind: DigestSubjectKind,
    /// Which one.
    pub id: Uuid,
    /// As whom it is read.
    pub reader: Reader,
    /// Whether it is read by the office of the city whose partners it is of, or by the people of the mandate's investor:
    /// they know of more that stands in the way than others.
    pub is_own: bool,
}

/// A row of a list.
#[derive(Debug)]
pub struct Row {
    /// What it is of.
    pub what: What,
    because: OnceLock<Reason>,
}

/// What a row is of.
#[derive(Debug)]
pub enum What {
    /// A project, with its score where the list is ranked.
    Project(Id<Project>, Option<Box<Match>>),
    /// A partner city.
    City(Box<CityMatch>),
}

impl Row {
    pub(super) const fn new(what: What) -> Self {
        Self { what, because: OnceLock::new() }
    }

    /// The score; none where the list is not ranked.
    pub fn score(&self) -> Option<Interval> {
        match &self.what {
            What::Project(_, matched) => matched.as_ref().map(|matched| matched.evaluation.mutual),
            What::City(matched) => Some(matched.evaluation.mutual),
        }
    }

    /// Which thing.
    pub fn subject(&self) -> Uuid {
        match &self.what {
            What::Project(id, _) => id.uuid(),
            What::City(matched) => matched.partner.uuid(),
        }
    }

    /// Why it stands in the list; asked of the scorer once.
    pub fn because(&self) -> &Reason {
        self.because.get_or_init(|| {
            let because = match &self.what {
                What::Project(_, Some(matched)) => {
                    matched.explanation(Audience::Investor).map(|it| it.because)
                }
                What::Project(_, None) => None,
                What::City(matched) => matched.explanation().map(|it| it.because),
            };
            Reason::of(because.unwrap_or_default())
        })
    }
}

/// A list, as far as it was looked at.
#[derive(Debug)]
pub struct List {
    /// Rows in their order.
    pub rows: Vec<Row>,
    /// Whether no more follow.
    pub is_whole: bool,
}

/// The least score of an issue, in micro-points.
pub fn least(row: &SubscriptionRow) -> MicroPoints {
    u32::from(row.settings.min_score).saturating_mul(POINT)
}

/// Whether the reader of a subscription wants to hear of scores like this.
pub fn admits(row: &SubscriptionRow, score: Interval) -> bool {
    let known = u32::from(row.settings.min_coverage).saturating_mul(PERCENT);
    score.point >= least(row) && score.coverage >= known
}

/// What is asked.
enum Question {
    Mandate(Id<Mandate>, OpportunityFilterInput),
    Projects(OpportunityFilterInput),
    City(Id<City>, CityFilterInput),
}

/// A filter as it was kept; none where the schema has changed since.
fn kept<F: InputType>(filter: &serde_json::Value) -> Option<F> {
    F::parse(Some(Value::from_json(filter.clone()).ok()?)).ok()
}

/// What some subscriptions are about, as stored.
#[derive(Debug, Default)]
pub struct Subjects {
    mandates: HashMap<Id<Mandate>, Arc<Stored<Mandate>>>,
    cities: HashMap<Id<City>, Arc<Stored<City>>>,
    searches: HashMap<Id<SavedSearch>, Arc<Stored<SavedSearch>>>,
}

fn shared<T>(found: HashMap<Id<T>, Stored<T>>) -> HashMap<Id<T>, Arc<Stored<T>>> {
    found.into_iter().map(|(id, stored)| (id, Arc::new(stored))).collect()
}

impl Subjects {
    /// Reads them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn of(store: &Store, rows: &[&SubscriptionRow]) -> Result<Self, CommandError> {
        let ids = |kind: DigestSubjectKind| {
            let mut ids: Vec<Uuid> =
                rows.iter().filter(|row| row.subject == kind).map(|row| row.subject_id).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let searches: Vec<Id<SavedSearch>> =
            ids(DigestSubjectKind::SavedSearch).into_iter().map(Id::from_uuid).collect();
        let searches = shared(store.find(&searches).await?);
        let mut mandates: Vec<Id<Mandate>> =
            ids(DigestSubjectKind::Mandate).into_iter().map(Id::from_uuid).collect();
        // Whoever reads a search over a mandate's list has to see the mandate too.
        mandates.extend(searches.values().filter_map(|search| match search.value.subject {
            SearchSubject::Mandate(id) => Some(id),
            SearchSubject::Projects | SearchSubject::City(_) => None,
        }));
        mandates.sort_unstable();
        mandates.dedup();
        let mandates = shared(store.find(&mandates).await?);
        let mut cities: Vec<Id<City>> = ids(DigestSubjectKind::City).into_iter().map(Id::from_uuid).collect();
        cities.extend(searches.values().filter_map(|search| match search.value.subject {
            SearchSubject::City(id) => Some(id),
            SearchSubject::Projects | SearchSubject::Mandate(_) => None,
        }));
        cities.sort_unstable();
        cities.dedup();
        let cities = shared(store.find(&cities).await?);
        Ok(Self { mandates, cities, searches })
    }

    /// What a list is of; none where its saved search is gone.
    fn subject(&self, kind: DigestSubjectKind, id: Uuid) -> Option<SearchSubject> {
        match kind {
            DigestSubjectKind::Mandate => Some(SearchSubject::Mandate(Id::from_uuid(id))),
            DigestSubjectKind::City => Some(SearchSubject::City(Id::from_uuid(id))),
            DigestSubjectKind::SavedSearch => Some(self.searches.get(&Id::from_uuid(id))?.value.subject),
        }
    }

    /// As whom somebody reads the list of a subscription.
    pub fn key(&self, actor: &Actor, row: &SubscriptionRow) -> Key {
        let owner = match self.subject(row.subject, row.subject_id) {
            Some(SearchSubject::City(city)) => self.cities.get(&city).and_then(|city| city.owner),
            Some(SearchSubject::Mandate(mandate)) => {
                self.mandates.get(&mandate).and_then(|mandate| mandate.owner)
            }
            Some(SearchSubject::Projects) | None => None,
        };
        let is_own = owner.is_some_and(|owner| actor.role_in(owner).is_some());
        Key { kind: row.subject, id: row.subject_id, reader: app::reader(actor), is_own }
    }

    /// The cities with which the city of a list has something under way, by their GeoNames id, as one of those who read
    /// the list alike may know of it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn busy(&self, app: &App, actor: &Actor, key: Key) -> Result<Vec<u32>, CommandError> {
        match self.subject(key.kind, key.id) {
            Some(SearchSubject::City(city)) if key.is_own => Ok(taken(app, actor, city, None).await?),
            _ => Ok(Vec::new()),
        }
    }

    fn question(&self, key: Key) -> Option<Question> {
        match key.kind {
            DigestSubjectKind::Mandate => {
                Some(Question::Mandate(Id::from_uuid(key.id), OpportunityFilterInput::default()))
            }
            DigestSubjectKind::City => {
                Some(Question::City(Id::from_uuid(key.id), CityFilterInput::default()))
            }
            DigestSubjectKind::SavedSearch => {
                let search = self.searches.get(&Id::from_uuid(key.id))?;
                let filter = &search.value.filter;
                match search.value.subject {
                    SearchSubject::Projects => kept(filter).map(Question::Projects),
                    SearchSubject::Mandate(id) => kept(filter).map(|filter| Question::Mandate(id, filter)),
                    SearchSubject::City(id) => kept(filter).map(|filter| Question::City(id, filter)),
                }
            }
        }
    }

    /// The name of what a subscription is about, as its reader may see it; none where it is gone, or not to be seen.
    pub fn name(&self, viewer: &Viewer, row: &SubscriptionRow) -> Option<String> {
        match row.subject {
            DigestSubjectKind::Mandate => {
                let stored = self.mandates.get(&Id::from_uuid(row.subject_id))?;
                viewer.see(Arc::clone(stored)).map(|seen| seen.value.name.to_string())
            }
            DigestSubjectKind::City => {
                let stored = self.cities.get(&Id::from_uuid(row.subject_id))?;
                viewer.see(Arc::clone(stored)).map(|seen| seen.value.name.to_string())
            }
            // Its owner has asked for it to be sent there.
            DigestSubjectKind::SavedSearch => {
                self.searches.get(&Id::from_uuid(row.subject_id)).map(|stored| stored.value.name.to_string())
            }
        }
    }

    /// Whether the reader of a subscription may see whose list it is.
    pub fn may_read(&self, viewer: &Viewer, key: Key) -> bool {
        match self.question(key) {
            None => false,
            Some(Question::Mandate(id, _)) => {
                self.mandates.get(&id).is_some_and(|stored| viewer.see(Arc::clone(stored)).is_some())
            }
            Some(Question::Projects(_) | Question::City(..)) => true,
        }
    }

    /// The list of a key, so deep, of what has at least so many micro-points; none where what is asked for is gone.
    /// `busy` as [`Self::busy`] answers it. Keeps a core busy.
    ///
    /// # Errors
    /// The database does not answer, or too much is computed already.
    pub fn rank(
        &self,
        app: &App,
        key: Key,
        least: MicroPoints,
        (busy, depth): (Vec<u32>, usize),
    ) -> Result<Option<List>, CommandError> {
        let Some(question) = self.question(key) else { return Ok(None) };
        present(match question {
            Question::Mandate(id, filter) => filtered(app, filter, key.reader).and_then(|mut filter| {
                filter.only_told = true;
                filter.min_score = Some(filter.min_score.map_or(least, |given| given.max(least)));
                opportunities(app, (id, key.is_own), filter, depth)
            }),
            Question::Projects(filter) => {
                filtered(app, filter, key.reader).map(|filter| newest(app, &filter, depth))
            }
            Question::City(id, filter) => partners(app, id, filter, least, (busy, depth)),
        })
    }
}

/// What is asked for and is not there is told from what fails.
fn present<T>(found: Result<T, AppError>) -> Result<Option<T>, CommandError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(AppError::NotFound { .. } | AppError::Argument { .. }) => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// What fails, as commands say it.
pub(super) fn failed(error: AppError) -> CommandError {
    match error {
        AppError::Overloaded => CommandError::Overloaded,
        AppError::Store(error) => error.into(),
        error => {
            tracing::error!(error = ?error, "a list cannot be ranked");
            CommandError::Failed
        }
    }
}

/// A filter of projects as a reader of mail may use it.
fn filtered(
    app: &App,
    filter: OpportunityFilterInput,
    reader: Reader,
) -> Result<OpportunityFilter, AppError> {
    let old = |_| AppError::argument("filter", "it reads no more");
    let (mut filter, text) = filter.parse(&app.ranking.snapshot().catalog.world, reader).map_err(old)?;
    filter.only = text.map(|text| app.search_projects(&text)).transpose()?;
    Ok(filter)
}

fn opportunities(
    app: &App,
    (mandate, parted): (Id<Mandate>, bool),
    filter: OpportunityFilter,
    depth: usize,
) -> Result<List, AppError> {
    let request = OpportunityRequest {
        mandate: MandateChoice::Saved(mandate),
        parted,
        filter,
        by: RankBy::Mutual,
        list: WhichList::Ranked,
        weights: None,
        first: depth,
        after: None,
    };
    let (ranked, _) = app::top_opportunities(app, &request)?;
    let is_whole = ranked.len() < depth;
    let row = |matched: Match| Row::new(What::Project(matched.project, Some(Box::new(matched))));
    Ok(List { rows: ranked.into_iter().map(row).collect(), is_whole })
}

/// Projects that pass a filter, the newest first.
fn newest(app: &App, filter: &OpportunityFilter, depth: usize) -> List {
    let snapshot = app.ranking.snapshot();
    let rows = snapshot.catalog.projects().rows().iter().filter(|row| filter.admits(row));
    let mut ids: Vec<_> = rows.map(|row| row.id).collect();
    let newer = |id: &Id<Project>| std::cmp::Reverse(id.uuid());
    let is_whole = ids.len() <= depth;
    if !is_whole {
        ids.select_nth_unstable_by_key(depth, newer);
        ids.truncate(depth);
    }
    ids.sort_unstable_by_key(newer);
    List { rows: ids.into_iter().map(|id| Row::new(What::Project(id, None))).collect(), is_whole }
}

fn partners(
    app: &App,
    city: Id<City>,
    filter: CityFilterInput,
    least: MicroPoints,
    (busy, depth): (Vec<u32>, usize),
) -> Result<List, AppError> {
    let mut filter = filter.parse().map_err(|_| AppError::argument("filter", "it reads no more"))?;
    filter.min_score = Some(filter.min_score.map_or(least, |given| given.max(least)));
    let request = CityRequest { filter, busy, ..CityRequest::published(city, depth) };
    let page = app::partner_cities(app, &request)?.page;
    let is_whole = !page.has_next;
    let row = |matched| Row::new(What::City(Box::new(matched)));
    Ok(List { rows: page.items.into_iter().map(row).collect(), is_whole })
}
