//! Demonstration areas of cities (article 8 of the proposal): those of a city, one of them, and all that may be done.

pub mod act;
pub mod draft;
pub mod one;

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    city::profile::is_own,
    desk::Desk,
    view::{Named, Text},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/cities/{id}/areas", get(list))
        .merge(draft::routes())
        .merge(one::routes())
        .merge(act::routes())
}

/// The city whose areas are looked at.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Host {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) office: Option<Named>,
}

#[derive(Debug, Clone, Deserialize)]
struct Met {
    met: String,
}

/// An area in the list of its city.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    state: String,
    since: DateTime<Utc>,
    title: Text,
    focus: Vec<String>,
    target_date: NaiveDate,
    paired_since: Option<DateTime<Utc>>,
    flagged_unpaired: bool,
    tasks: Vec<Met>,
}

impl Row {
    /// How many of its tasks were met.
    fn met(&self) -> i64 {
        i64::try_from(self.tasks.iter().filter(|task| task.met == "MET").count()).unwrap_or_default()
    }

    fn all(&self) -> i64 {
        i64::try_from(self.tasks.len()).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    city: Option<Host>,
    demonstration_areas: Vec<Row>,
}

#[derive(Template)]
#[template(path = "area/list.html")]
struct ListPage {
    d: Desk,
    city: Host,
    areas: Vec<Row>,
    own: bool,
}

async fn ask(d: &Desk, city: &str) -> Result<(Host, Vec<Row>), Failure> {
    let answer: Answer = d.ask(include_str!("../queries/area/list.graphql"), json!({ "city": city })).await?;
    Ok((answer.city.ok_or_else(Failure::not_found)?, answer.demonstration_areas))
}

async fn list(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    let (city, areas) = ask(&d, &id).await?;
    let own = is_own(&d, city.office.as_ref());
    d.page(&ListPage { d: d.clone(), city, areas, own })
}

/// Organisations whose names have the words that somebody looks for.
///
/// # Errors
/// The API gives no answer.
pub(crate) async fn organisations(d: &Desk, text: Option<&str>) -> Result<Vec<Named>, Failure> {
    #[derive(Deserialize)]
    struct Found {
        search: Vec<Named>,
    }
    let Some(text) = text else { return Ok(Vec::new()) };
    let found: Found =
        d.ask(include_str!("../queries/area/organisations.graphql"), json!({ "text": text })).await?;
    Ok(found.search)
}
