//! What anybody may see: the front page, the catalogue of projects and of cities.

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    view::{Connection, Country, Edge, Money, Named, PageInfo, Provenance, Text},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/", get(home))
        .route("/projects", get(projects))
        .route("/projects/{id}", get(project))
        .route("/cities", get(cities))
}

#[derive(Template)]
#[template(path = "public/home.html")]
struct HomePage {
    d: Desk,
    projects: i64,
    cities: i64,
    countries: i64,
    latest: Vec<Edge<ProjectRow>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Count {
    total_count: i64,
}

async fn home(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Cells {
        cells: Vec<serde::de::IgnoredAny>,
    }
    #[derive(Deserialize)]
    struct Counts {
        projects: Connection<ProjectRow>,
        cities: Count,
        statistics: Cells,
    }
    // Somebody with work to do gets there at once.
    if let Some(person) = &d.person
        && person.is_investor()
    {
        return crate::investor::home::shown(&d).await;
    }
    if let Some(person) = &d.person
        && (person.is_city() || person.is_owner())
    {
        return crate::waiting::shown(&d).await;
    }
    let counts: Counts = d.ask(include_str!("../queries/public/home.graphql"), json!({})).await?;
    let countries = i64::try_from(counts.statistics.cells.len()).unwrap_or_default();
    let (projects, cities) = (counts.projects.total_count, counts.cities.total_count);
    d.page(&HomePage { d: d.clone(), projects, cities, countries, latest: counts.projects.edges })
}

/// A project in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectRow {
    /// Global id.
    pub id: String,
    /// Title, unless the listing keeps it back.
    pub title: Option<Text>,
    /// Kind.
    pub kind: Option<String>,
    /// Size band, of a listing that keeps its amount back.
    pub size_band: Option<String>,
    /// The money that it lacks.
    pub funding_gap: Option<Money>,
    /// Places.
    pub places: Vec<Place>,
    /// Fields.
    pub fields: Vec<FieldShare>,
    /// Stage.
    pub stage: Option<String>,
    /// Deadline.
    pub deadline: Option<NaiveDate>,
}

/// A place of a project.
#[derive(Debug, Clone, Deserialize)]
pub struct Place {
    /// Its country.
    pub country: Country,
}

/// A field of a project.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldShare {
    /// Code.
    pub field: String,
    /// Share of the project, 0 to 100.
    pub share_pct: f64,
}

impl ProjectRow {
    /// The countries, each once.
    pub fn countries(&self) -> Vec<&Country> {
        let mut all: Vec<&Country> = self.places.iter().map(|place| &place.country).collect();
        all.sort();
        all.dedup();
        all
    }
}

#[derive(Template)]
#[template(path = "public/projects.html")]
struct ProjectsPage {
    d: Desk,
    list: Connection<ProjectRow>,
    text: String,
}

impl ProjectsPage {
    fn more(&self) -> Option<String> {
        next(&self.d, &self.list.page_info)
    }
}

/// The address of the next page of a list.
pub fn next(d: &Desk, info: &PageInfo) -> Option<String> {
    let cursor = info.end_cursor.as_ref().filter(|_| info.has_next_page)?;
    Some(d.with("after", cursor))
}

async fn projects(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        projects: Connection<ProjectRow>,
    }
    let text = d.parameter("text");
    let filter = text.as_ref().map(|text| json!({ "text": text }));
    let variables = json!({ "filter": filter, "after": d.parameter("after") });
    let answer: Answer = d.ask(include_str!("../queries/public/projects.graphql"), variables).await?;
    d.page(&ProjectsPage { d: d.clone(), list: answer.projects, text: text.unwrap_or_default() })
}

/// A project as its page shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Project {
    #[serde(flatten)]
    row: ProjectRow,
    summary: Option<Text>,
    owner: Option<Named>,
    blind: bool,
    state: String,
    contract: Option<String>,
    works: Option<String>,
    innovation: Option<String>,
    public_authority: Option<String>,
    min_slice: Option<Money>,
    instruments: Vec<InstrumentShare>,
    return_pct: Option<f64>,
    tenor_months: Option<i64>,
    readiness: Vec<Readiness>,
    flags: Vec<Flag>,
    impact: Impact,
    help_wanted: Vec<String>,
    published_on: Option<NaiveDate>,
    confirmed_on: Option<NaiveDate>,
    documents: Vec<Document>,
    provenance: Provenance,
}

/// An instrument with its share of the money that is sought.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InstrumentShare {
    pub(crate) instrument: String,
    pub(crate) share_pct: f64,
}

#[derive(Debug, Clone, Deserialize)]
struct Readiness {
    item: String,
    status: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Flag {
    flag: String,
    justified: bool,
}

/// Effects of a project on inclusion, as far as they are stated.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Impact {
    pub(crate) entry_price_pct_gni: Option<f64>,
    #[serde(deserialize_with = "crate::view::big_option")]
    pub(crate) population_newly_served: Option<i64>,
    pub(crate) schools_connected: Option<i64>,
    pub(crate) women_share_pct: Option<f64>,
    pub(crate) coverage_baseline_pct: Option<f64>,
    pub(crate) coverage_target_pct: Option<f64>,
}

impl Impact {
    /// Coverage of households before and after, where both are stated.
    fn coverage(&self) -> Option<(f64, f64)> {
        self.coverage_baseline_pct.zip(self.coverage_target_pct)
    }

    /// Whether there is nothing to show.
    fn is_empty(&self) -> bool {
        self.entry_price_pct_gni.or(self.women_share_pct).is_none()
            && self.population_newly_served.or(self.schools_connected).is_none()
            && self.coverage().is_none()
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Document {
    id: String,
    title: String,
    url: Option<String>,
}

#[derive(Template)]
#[template(path = "public/project.html")]
struct ProjectPage {
    d: Desk,
    p: Project,
}

async fn project(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        project: Option<Project>,
    }
    let answer: Answer =
        d.ask(include_str!("../queries/public/project.graphql"), json!({ "id": id })).await?;
    let p = answer.project.ok_or_else(Failure::not_found)?;
    d.page(&ProjectPage { d: d.clone(), p })
}

#[derive(Debug, Clone, Deserialize)]
struct CityRow {
    id: String,
    name: String,
    country: Country,
    population: Option<i64>,
    accepting: Option<bool>,
}

#[derive(Template)]
#[template(path = "public/cities.html")]
struct CitiesPage {
    d: Desk,
    list: Connection<CityRow>,
    text: String,
}

impl CitiesPage {
    fn more(&self) -> Option<String> {
        next(&self.d, &self.list.page_info)
    }
}

async fn cities(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        cities: Connection<CityRow>,
    }
    #[derive(Deserialize)]
    struct Found {
        search: Vec<CityRow>,
    }
    if let Some(text) = d.parameter("text") {
        let found: Found =
            d.ask(include_str!("../queries/public/city_search.graphql"), json!({ "text": text })).await?;
        let edges: Vec<_> = found.search.into_iter().map(|node| Edge { node }).collect();
        let total_count = i64::try_from(edges.len()).unwrap_or(i64::MAX);
        let list =
            Connection { edges, page_info: PageInfo { has_next_page: false, end_cursor: None }, total_count };
        return d.page(&CitiesPage { d: d.clone(), list, text });
    }
    let variables = json!({ "after": d.parameter("after") });
    let answer: Answer = d.ask(include_str!("../queries/public/cities.graphql"), variables).await?;
    d.page(&CitiesPage { d: d.clone(), list: answer.cities, text: String::new() })
}
