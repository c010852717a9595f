//! The profile of a city, and its keeping by its own office.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use chrono::{DateTime, NaiveDate, Utc};
use domain::vocabulary::{CooperationField, Vocabulary};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
    investor::lang,
    view::{Country, Named, Provenance, Text},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/cities/{id}", get(shown))
        .route("/cities/{id}/edit", get(edit_form).post(edit))
        .route("/cities/{id}/aims", post(declare))
        .route("/cities/{id}/claim", post(claim))
        .route("/cities/{id}/triads", get(triads))
}

/// A city as its own page shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct City {
    pub(super) id: String,
    pub(super) name: String,
    country: Country,
    population: Option<i64>,
    time_zone: Option<String>,
    level: Option<String>,
    accepting: Option<bool>,
    office: Option<Named>,
    capacity_left: Option<i64>,
    languages: Vec<String>,
    confirmed_on: Option<NaiveDate>,
    version: i64,
    needs: Vec<Aim>,
    offers: Vec<Aim>,
    area_focus: Vec<String>,
    trade_desk: Option<String>,
    twin_count: i64,
    provenance: Provenance,
}

#[derive(Debug, Clone, Deserialize)]
struct Aim {
    field: String,
    priority: i64,
}

/// An agreement that is public.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Agreement {
    city_a: Named,
    city_b: Named,
    state: String,
    active_since: Option<DateTime<Utc>>,
    text: Tiered,
}

#[derive(Debug, Clone, Deserialize)]
struct Tiered {
    tier: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Area {
    id: String,
    state: String,
    title: Text,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    city: Option<City>,
    agreements: Vec<Agreement>,
    demonstration_areas: Vec<Area>,
}

/// Whether the person who looks acts for the office of a city.
pub(crate) fn is_own(d: &Desk, office: Option<&Named>) -> bool {
    let acting = d.person.as_ref().and_then(crate::person::Person::acting);
    acting.is_some_and(|acting| office.is_some_and(|office| office.id == acting.id))
}

#[derive(Template)]
#[template(path = "city/profile.html")]
struct ProfilePage {
    d: Desk,
    c: City,
    agreements: Vec<Agreement>,
    areas: Vec<Area>,
    own: bool,
    /// Whether the person who looks acts for an office that may take the city over.
    can_claim: bool,
    key: String,
    faults: Faults,
}

async fn ask(d: &Desk, id: &str) -> Result<Answer, Failure> {
    d.ask(include_str!("../../queries/city/profile.graphql"), json!({ "id": id })).await
}

async fn profile(d: &Desk, id: &str, faults: Faults) -> Result<Response, Failure> {
    let answer = ask(d, id).await?;
    let c = answer.city.ok_or_else(Failure::not_found)?;
    let own = is_own(d, c.office.as_ref());
    let can_claim = c.office.is_none() && d.person.as_ref().is_some_and(crate::person::Person::is_city);
    let (agreements, areas) = (answer.agreements, answer.demonstration_areas);
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(status, &ProfilePage { d: d.clone(), c, agreements, areas, own, can_claim, key, faults })
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    profile(&d, &id, Faults::default()).await
}

async fn claim(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    d.signed_in()?;
    let input = json!({
        "cityId": id,
        "expectedVersion": filled.whole("version"),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../../queries/city/claim.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/cities/{id}/edit"), "city-claimed")),
        Err(faults) => profile(&d, &id, faults).await,
    }
}

#[derive(Template)]
#[template(path = "city/edit.html")]
struct EditPage {
    d: Desk,
    c: City,
    fields: Vec<&'static str>,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl EditPage {
    /// What the city needs and what it offers, each with the key of its heading.
    fn aims(&self) -> [(&'static str, &'static str, &[Aim]); 2] {
        [("need", "city-needs", &self.c.needs), ("offer", "city-offers", &self.c.offers)]
    }
}

async fn edit_page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    d.signed_in()?;
    let c = ask(d, id).await?.city.ok_or_else(Failure::not_found)?;
    if !is_own(d, c.office.as_ref()) {
        return Err(Failure::not_found());
    }
    let filled = if faults.is_empty() { current(&c) } else { filled };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let fields = CooperationField::ALL.iter().map(|field| field.code()).collect();
    d.page_with(status, &EditPage { d: d.clone(), c, fields, key: d.new_key(), filled, faults })
}

/// The profile as the form shows it first.
fn current(c: &City) -> Filled {
    let filled = Filled::default()
        .with("languages", c.languages.join(", "))
        .with("tradeDesk", c.trade_desk.clone().unwrap_or_default());
    if c.accepting == Some(true) { filled.with("accepting", "on") } else { filled }
}

async fn edit_form(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    edit_page(&d, &id, Filled::default(), Faults::default()).await
}

#[derive(Deserialize)]
struct Done {}

async fn edit(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let languages: Vec<&str> = filled
        .text("languages")
        .split([',', ' ', '،', '，'])
        .map(str::trim)
        .filter(|tag| !tag.is_empty())
        .collect();
    let input = json!({
        "cityId": id,
        "expectedVersion": filled.whole("version"),
        "profile": {
            "accepting": filled.ticked("accepting"),
            "languages": languages,
            "tradeDesk": filled.get("tradeDesk"),
        },
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../../queries/city/edit.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/cities/{id}"), "city-saved")),
        Err(faults) => edit_page(&d, &id, filled, faults).await,
    }
}

async fn declare(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let document = match filled.text("way") {
        "need" => include_str!("../../queries/city/need.graphql"),
        _ => include_str!("../../queries/city/offer.graphql"),
    };
    let input = json!({
        "cityId": id,
        "expectedVersion": filled.whole("version"),
        "field": filled.text("field"),
        "priority": filled.whole("priority"),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/cities/{id}/edit"), "city-saved")),
        Err(faults) => edit_page(&d, &id, filled, faults).await,
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Triad {
    city_a: Option<Named>,
    city_b: Option<Named>,
    project: Option<crate::public::ProjectRow>,
    mandate: Option<Named>,
    weakest_score: f64,
    triad_edges: Vec<TriadEdge>,
}

#[derive(Debug, Clone, Deserialize)]
struct TriadEdge {
    weakest: bool,
    because: String,
}

#[derive(Template)]
#[template(path = "city/triads.html")]
struct TriadsPage {
    d: Desk,
    city: Named,
    triads: Vec<Triad>,
}

async fn triads(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        city: Option<Named>,
        triads: Vec<Triad>,
    }
    let answer: Answer = d
        .ask(include_str!("../../queries/city/triads.graphql"), json!({ "id": id, "lang": lang(&d) }))
        .await?;
    let city = answer.city.ok_or_else(Failure::not_found)?;
    d.page(&TriadsPage { d: d.clone(), city, triads: answer.triads })
}
