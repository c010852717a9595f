//! What anybody may know of an organisation: who it is, how far that is proved, and how it answers.

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    view::{Country, Named},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/organisations/{id}", get(shown))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organisation {
    id: String,
    name: String,
    kind: String,
    investor_type: Option<String>,
    country: Option<Country>,
    verification: String,
    verified_on: Option<NaiveDate>,
    verified_until: Option<NaiveDate>,
    claimed: bool,
    help_offered: Vec<String>,
    deal_count: i64,
    reply_rate_pct: Option<f64>,
    median_reply_days: Option<i64>,
    own_mandates: Vec<Named>,
    own_cities: Vec<Named>,
    documents: Vec<Document>,
    provenance: Source,
}

#[derive(Debug, Clone, Deserialize)]
struct Document {
    title: String,
    url: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Source {
    source: Option<String>,
    licence: Option<String>,
}

#[derive(Template)]
#[template(path = "public/organisation.html")]
struct OrganisationPage {
    d: Desk,
    o: Organisation,
    /// Whether the person who looks acts for it.
    is_own: bool,
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        organisation: Option<Organisation>,
    }
    let document = include_str!("../queries/public/organisation.graphql");
    let answer: Answer = d.ask(document, json!({ "id": id })).await?;
    let o = answer.organisation.ok_or_else(Failure::not_found)?;
    let acting = d.person.as_ref().and_then(crate::person::Person::acting);
    let is_own = acting.is_some_and(|acting| acting.id == o.id);
    d.page(&OrganisationPage { d: d.clone(), o, is_own })
}
