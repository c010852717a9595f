//! What may be told of: the list of a mandate, of a saved search, or of a city's partners, as far as the reader of the
//! letter may see it. A list that is ranked tells no listing that keeps back what a score is made of.

use std::{collections::HashSet, sync::Arc};

use async_graphql::{InputType, Value};
use chrono::NaiveDate;
use domain::{
    Vocabulary,
    city::City,
    digest::{
        Candidate, DigestSubjectKind, Told,
        item::{BAND_POINTS, hash},
    },
    disclosure::ListingField as Field,
    id::Id,
    mandate::Mandate,
    project::Project,
    saved_search::{SavedSearch, SearchSubject},
    vocabulary::ListingState,
};
use matcher::{
    explanation::{Audience, Sentence},
    rank::{List, OpportunityFilter, RankBy},
    score::{Interval, MicroPoints},
};
use serde::{Deserialize, Serialize};

use crate::{
    app::{self, App, AppError, CityMatch, CityRequest, MandateChoice, Match, OpportunityRequest},
    auth::Actor,
    command::CommandError,
    graphql::input::{CityFilterInput, OpportunityFilterInput},
    store::SubscriptionRow,
    visible::{Viewer, Visible},
};

/// Rows of a list that are looked at for news, from the first.
const DEPTH: usize = 300;
/// Micro-points of a point.
const POINT: u32 = 1_000_000;
/// Millionths of a percent.
const PERCENT: u32 = 10_000;

/// A text with its language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// ISO 639 code.
    pub lang: String,
    /// The text.
    pub value: String,
    /// Whether a machine translated it.
    pub machine: bool,
}

/// A score in micro-points, with the known share of it in millionths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Score {
    /// With all that is unknown at its worst.
    pub low: u32,
    /// By which the list is ordered.
    pub point: u32,
    /// With all that is unknown at its best.
    pub high: u32,
    /// Known share.
    pub coverage: u32,
}

impl From<Interval> for Score {
    fn from(score: Interval) -> Self {
        Self { low: score.low, point: score.point, high: score.high, coverage: score.coverage }
    }
}

/// Why something stands in the list, as the scorer says it: the key of a sentence, and its arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// The key.
    pub key: String,
    /// Named arguments.
    pub args: Vec<(String, String)>,
}

/// What is kept of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Body {
    /// What its reader knows after it.
    pub told: Told,
    /// Its name; none where the owner does not show it.
    pub title: Option<Text>,
    /// The score; none where the list is not ranked.
    pub score: Option<Score>,
    /// Why it stands in the list.
    pub reason: Reason,
    /// Money that is missing: minor units and currency.
    pub gap: Option<(i64, String)>,
    /// Last day for an answer.
    pub deadline: Option<NaiveDate>,
    /// Its largest field.
    pub field: Option<String>,
    /// Whether it is a listing; else a city.
    pub is_listing: bool,
    /// Fields of the listing that it shows.
    pub shown: Vec<Field>,
}

/// A row of the list.
#[derive(Debug)]
pub enum Found {
    /// A project, with its score where the list is ranked.
    Project(Box<(Option<Match>, Visible<Project>)>),
    /// A partner city.
    City(Box<(CityMatch, Visible<City>)>),
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

async fn question(app: &App, row: &SubscriptionRow) -> Result<Option<Question>, CommandError> {
    Ok(match row.subject {
        DigestSubjectKind::Mandate => {
            Some(Question::Mandate(Id::from_uuid(row.subject_id), OpportunityFilterInput::default()))
        }
        DigestSubjectKind::City => {
            Some(Question::City(Id::from_uuid(row.subject_id), CityFilterInput::default()))
        }
        DigestSubjectKind::SavedSearch => {
            let id = Id::<SavedSearch>::from_uuid(row.subject_id);
            let Some(search) = app.store.find(&[id]).await?.remove(&id) else { return Ok(None) };
            let filter = &search.value.filter;
            match search.value.subject {
                SearchSubject::Projects => kept(filter).map(Question::Projects),
                SearchSubject::Mandate(id) => kept(filter).map(|filter| Question::Mandate(id, filter)),
                SearchSubject::City(id) => kept(filter).map(|filter| Question::City(id, filter)),
            }
        }
    })
}

/// The name of what a subscription is about, as its reader may see it; none where it is gone.
///
/// # Errors
/// The database does not answer.
pub async fn name(app: &App, actor: &Actor, row: &SubscriptionRow) -> Result<Option<String>, CommandError> {
    let viewer = Viewer::without_matches(actor.clone());
    let id = row.subject_id;
    Ok(match row.subject {
        DigestSubjectKind::Mandate => {
            let id = Id::<Mandate>::from_uuid(id);
            let found = app.store.find(&[id]).await?.remove(&id);
            found.and_then(|stored| viewer.see(Arc::new(stored))).map(|seen| seen.value.name.to_string())
        }
        DigestSubjectKind::City => {
            let id = Id::<City>::from_uuid(id);
            let found = app.store.find(&[id]).await?.remove(&id);
            found.and_then(|stored| viewer.see(Arc::new(stored))).map(|seen| seen.value.name.to_string())
        }
        // Its owner has asked for it to be sent there.
        DigestSubjectKind::SavedSearch => {
            let id = Id::<SavedSearch>::from_uuid(id);
            app.store.find(&[id]).await?.remove(&id).map(|stored| stored.value.name.to_string())
        }
    })
}

/// The list now, in its order, without what was told before; none where what is asked for is gone.
///
/// # Errors
/// The database does not answer, or too much is computed already.
pub async fn list(
    app: &App,
    actor: &Actor,
    row: &SubscriptionRow,
) -> Result<Option<Vec<Candidate<Found>>>, CommandError> {
    let Some(question) = question(app, row).await? else { return Ok(None) };
    let viewer = Viewer::without_matches(actor.clone());
    let least = u32::from(row.settings.min_score).saturating_mul(POINT);
    let known = u32::from(row.settings.min_coverage).saturating_mul(PERCENT);
    let found = match question {
        Question::Mandate(id, filter) => {
            let stored = app.store.find(&[id]).await?.remove(&id);
            if stored.and_then(|stored| viewer.see(Arc::new(stored))).is_none() {
                return Ok(None);
            }
            let ranked = app.compute(filtered(filter, actor, move |app, mut filter| {
                filter.only_told = true;
                filter.min_score = Some(filter.min_score.map_or(least, |given| given.max(least)));
                matches(app, id, filter, known)
            }));
            let Some(ranked) = present(ranked.await)? else { return Ok(None) };
            let ids: Vec<_> = ranked.iter().map(|matched| matched.project).collect();
            let rows = ranked.into_iter().map(|matched| (matched.project, Some(matched))).collect();
            projects(app, &viewer, &ids, rows).await?
        }
        Question::Projects(filter) => {
            let found = app.compute(filtered(filter, actor, |app, filter| Ok(newest(app, &filter))));
            let Some(ids) = present(found.await)? else { return Ok(None) };
            let rows = ids.iter().map(|id| (*id, None)).collect();
            projects(app, &viewer, &ids, rows).await?
        }
        Question::City(id, filter) => {
            let busy = crate::partnership::facts::taken(app, actor, id, None).await?;
            let ranked = app.compute(move |app| {
                let mut filter =
                    filter.parse().map_err(|_| AppError::argument("filter", "it reads no more"))?;
                filter.min_score = Some(filter.min_score.map_or(least, |given| given.max(least)));
                let request = CityRequest { filter, busy, ..CityRequest::published(id, DEPTH) };
                let mut page = app::partner_cities(app, &request)?.page.items;
                page.retain(|matched| matched.evaluation.mutual.coverage >= known);
                Ok(page)
            });
            let Some(ranked) = present(ranked.await)? else { return Ok(None) };
            cities(app, &viewer, ranked).await?
        }
    };
    Ok(Some(found))
}

/// What is asked for and is not there is told from what fails.
fn present<T>(found: Result<T, AppError>) -> Result<Option<T>, CommandError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(AppError::NotFound { .. } | AppError::Argument { .. }) => Ok(None),
        Err(AppError::Overloaded) => Err(CommandError::Overloaded),
        Err(AppError::Store(error)) => Err(error.into()),
        Err(error) => {
            tracing::error!(error = ?error, "a list cannot be ranked");
            Err(CommandError::Failed)
        }
    }
}

/// Work over a filter of projects as a reader of mail may use it.
fn filtered<R: 'static>(
    filter: OpportunityFilterInput,
    actor: &Actor,
    work: impl FnOnce(&App, OpportunityFilter) -> Result<R, AppError> + Send + 'static,
) -> impl FnOnce(&App) -> Result<R, AppError> + Send + 'static {
    let reader = app::reader(actor);
    move |app| {
        let old = |_| AppError::argument("filter", "it reads no more");
        let (mut filter, text) = filter.parse(&app.ranking.snapshot().catalog.world, reader).map_err(old)?;
        filter.only = text.map(|text| app.search_projects(&text)).transpose()?;
        work(app, filter)
    }
}

fn matches(
    app: &App,
    mandate: Id<Mandate>,
    filter: OpportunityFilter,
    known: u32,
) -> Result<Vec<Match>, AppError> {
    let request = OpportunityRequest {
        mandate: MandateChoice::Saved(mandate),
        filter,
        by: RankBy::Mutual,
        list: List::Ranked,
        weights: None,
        first: DEPTH,
        after: None,
    };
    let mut ranked = app::opportunities(app, &request)?.page.items;
    ranked.retain(|matched| matched.evaluation.mutual.coverage >= known);
    Ok(ranked)
}

/// Projects that pass a filter, the newest first.
fn newest(app: &App, filter: &OpportunityFilter) -> Vec<Id<Project>> {
    let snapshot = app.ranking.snapshot();
    let rows = snapshot.catalog.projects().rows().iter().filter(|row| filter.admits(row));
    let mut ids: Vec<_> = rows.map(|row| row.id).collect();
    ids.sort_unstable_by_key(|id| std::cmp::Reverse(id.uuid()));
    ids.truncate(DEPTH);
    ids
}

async fn projects(
    app: &App,
    viewer: &Viewer,
    ids: &[Id<Project>],
    rows: Vec<(Id<Project>, Option<Match>)>,
) -> Result<Vec<Candidate<Found>>, CommandError> {
    let mut stored = app.store.find(ids).await?;
    let seen = rows.into_iter().filter_map(|(id, matched)| {
        let seen = viewer.see(Arc::new(stored.remove(&id)?))?;
        let is_open = seen.value.state == ListingState::Published;
        is_open.then(|| Candidate {
            subject: id.uuid(),
            owner: seen.owner.map(Id::uuid),
            now: told(&seen, matched.as_ref().map(|matched| matched.evaluation.mutual.point)),
            before: None,
            with: Found::Project(Box::new((matched, seen))),
        })
    });
    Ok(seen.collect())
}

async fn cities(
    app: &App,
    viewer: &Viewer,
    ranked: Vec<CityMatch>,
) -> Result<Vec<Candidate<Found>>, CommandError> {
    let ids: Vec<_> = ranked.iter().map(|matched| matched.partner).collect();
    let mut stored = app.store.find(&ids).await?;
    let seen = ranked.into_iter().filter_map(|matched| {
        let seen = viewer.see(Arc::new(stored.remove(&matched.partner)?))?;
        let city = &seen.value;
        let aims = serde_json::json!([city.needs, city.offers, city.commitment]);
        let now = Told {
            band: Some(band(matched.evaluation.mutual.point)),
            material: hash(&aims.to_string()),
            ..Told::default()
        };
        let subject = matched.partner.uuid();
        let with = Found::City(Box::new((matched, seen)));
        Some(Candidate { subject, owner: None, now, before: None, with })
    });
    Ok(seen.collect())
}

fn band(point: MicroPoints) -> u32 {
    point.checked_div(BAND_POINTS.saturating_mul(POINT)).unwrap_or_default()
}

/// What would be told of a listing, of what its reader may see.
fn told(seen: &Visible<Project>, score: Option<MicroPoints>) -> Told {
    let (project, shows) = (&seen.value, |field| seen.shows(field));
    let countries: HashSet<_> = project.locations.iter().map(|at| at.country.alpha2()).collect();
    let mut countries: Vec<_> = countries.into_iter().collect();
    countries.sort_unstable();
    let money = (project.gap, project.min_slice);
    let material = serde_json::json!([
        shows(Field::Gap).then_some(money),
        shows(Field::Instruments).then_some((&project.instruments, project.tenor_months)),
        shows(Field::Return).then_some(project.return_pct),
        shows(Field::Contract).then_some(project.contract),
        shows(Field::Fields).then_some(&project.fields),
        countries,
    ]);
    Told {
        band: score.map(band),
        stage: project
            .stage
            .filter(|_| shows(Field::Stage))
            .and_then(|stage| u8::try_from(stage.rung()).ok()),
        deadline: project.deadline.filter(|_| shows(Field::Deadline)),
        near: None,
        material: hash(&material.to_string()),
    }
}

impl Found {
    /// What is kept and told of it.
    pub fn body(&self, told: Told) -> Body {
        match self {
            Self::Project(found) => listing(found.0.as_ref(), &found.1, told),
            Self::City(found) => {
                let (matched, seen) = found.as_ref();
                let because = matched.explanation().map(|it| it.because).unwrap_or_default();
                Body {
                    told,
                    title: Some(Text {
                        lang: String::new(),
                        value: seen.value.name.to_string(),
                        machine: false,
                    }),
                    score: Some(matched.evaluation.mutual.into()),
                    reason: reason(because),
                    gap: None,
                    deadline: None,
                    field: None,
                    is_listing: false,
                    shown: Vec::new(),
                }
            }
        }
    }

    /// Fields of cooperation that it is about.
    pub fn fields(&self) -> Vec<String> {
        match self {
            Self::Project(found) if found.1.shows(Field::Fields) => {
                found.1.value.fields.parts().iter().map(|part| part.of.code().to_owned()).collect()
            }
            Self::Project(_) | Self::City(_) => Vec::new(),
        }
    }
}

fn listing(matched: Option<&Match>, seen: &Visible<Project>, told: Told) -> Body {
    let project = &seen.value;
    let shown = |field: Field| seen.shows(field).then_some(field);
    let mut fields: Vec<Field> =
        [Field::Title, Field::Gap, Field::Deadline, Field::Fields].into_iter().filter_map(shown).collect();
    if matched.is_some() {
        fields.extend(Field::SCORED);
    }
    let because = matched.and_then(|matched| matched.explanation(Audience::Investor));
    let text = |text: &domain::value::Localized| Text {
        lang: text.lang().to_string(),
        value: text.value().to_owned(),
        machine: text.machine_translated(),
    };
    Body {
        told,
        title: seen.shows(Field::Title).then(|| text(&project.title)),
        score: matched.map(|matched| matched.evaluation.mutual.into()),
        reason: match matched {
            Some(_) => reason(because.map(|it| it.because).unwrap_or_default()),
            None => Reason { key: "listing".to_owned(), args: Vec::new() },
        },
        gap: project
            .gap
            .filter(|_| seen.shows(Field::Gap))
            .map(|gap| (gap.minor(), gap.currency().code().to_owned())),
        deadline: project.deadline.filter(|_| seen.shows(Field::Deadline)),
        field: project
            .fields
            .parts()
            .first()
            .filter(|_| seen.shows(Field::Fields))
            .map(|part| part.of.code().to_owned()),
        is_listing: true,
        shown: fields,
    }
}

/// The strongest sentence that can be said in every language.
fn reason(because: Vec<Sentence>) -> Reason {
    let said = because.into_iter().find(|sentence| super::words::REASONS.contains(&sentence.key));
    let said = said.unwrap_or_else(|| Sentence::plain("other"));
    let args = said.args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Reason { key: said.key.to_owned(), args }
}
