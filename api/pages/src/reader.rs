//! Digests: one's own subscriptions with their settings, the next issue before it is sent, and new ones.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::Named,
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/digests", get(shown).post(subscribe))
        .route("/digests/{id}", get(one).post(set))
        .route("/digests/{id}/move", post(moved))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    id: String,
    version: i64,
    state: String,
    available_moves: Vec<String>,
    email: String,
    mandate: Option<Named>,
    city: Option<Named>,
    saved_search: Option<Named>,
    settings: Settings,
    next_due_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings {
    cadence: String,
    weekday: Option<String>,
    hour: i64,
    zone: String,
    max_items: i64,
    min_score: i64,
    min_coverage: i64,
    language: String,
}

impl Subscription {
    /// What it is about.
    fn about(&self) -> &str {
        let named = self.mandate.as_ref().or(self.city.as_ref()).or(self.saved_search.as_ref());
        named.map_or("", |one| &one.name)
    }

    /// The day of the week, if one was chosen.
    fn weekday(&self) -> &str {
        self.settings.weekday.as_deref().unwrap_or_default()
    }

    /// The moves that its reader makes.
    fn moves(&self) -> Vec<&str> {
        let own = ["PAUSE", "RESUME", "UNSUBSCRIBE"];
        self.available_moves.iter().map(String::as_str).filter(|name| own.contains(name)).collect()
    }
}

#[derive(Template)]
#[template(path = "reader/digests.html")]
struct DigestsPage {
    d: Desk,
    subscriptions: Vec<Subscription>,
    mandates: Vec<Named>,
    cities: Vec<Named>,
    searches: Vec<Named>,
    email: String,
    is_sent: bool,
    filled: Filled,
    faults: Faults,
}

async fn page(d: &Desk, is_sent: bool, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        mandates: Vec<Named>,
        cities: Vec<Named>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Me {
        saved_searches: Vec<Named>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        me: Me,
        digest_subscriptions: Vec<Subscription>,
    }
    #[derive(Deserialize)]
    struct Acting {
        organisation: Option<Own>,
    }
    let person = d.signed_in()?;
    let email = person.email.clone().unwrap_or_default();
    let answer: Answer = d.ask(include_str!("../queries/reader/digests.graphql"), json!({})).await?;
    let own = match person.acting() {
        Some(acting) => {
            let document =
                "query Own($id: ID!) { organisation(id: $id) { mandates { id name } cities { id name } } }";
            let found: Acting = d.ask(document, json!({ "id": acting.id })).await?;
            found.organisation
        }
        None => None,
    };
    let (mandates, cities) = own.map(|own| (own.mandates, own.cities)).unwrap_or_default();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = DigestsPage {
        d: d.clone(),
        subscriptions: answer.digest_subscriptions,
        mandates,
        cities,
        searches: answer.me.saved_searches,
        email,
        is_sent,
        filled,
        faults,
    };
    d.page_with(status, &page)
}

async fn shown(d: Desk) -> Result<Response, Failure> {
    page(&d, false, Filled::default(), Faults::default()).await
}

/// The settings of a form, as the API takes them.
fn settings(filled: &Filled) -> Value {
    json!({
        "cadence": filled.get("cadence"),
        "weekday": filled.get("weekday"),
        "hour": filled.whole("hour"),
        "zone": filled.get("zone"),
        "maxItems": filled.whole("maxItems"),
        "minScore": filled.whole("minScore"),
        "minCoverage": filled.whole("minCoverage"),
        "language": filled.get("language"),
    })
}

#[derive(Deserialize)]
struct Done {}

async fn subscribe(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Subscribe($input: SubscribeDigestInput!) { subscribeDigest(input: $input) { accepted userErrors { code path message } } }";
    // What it is about: the kind before the id.
    let (kind, id) = filled.text("about").split_once(':').unwrap_or_default();
    let name = match kind {
        "city" => "cityId",
        "search" => "savedSearchId",
        _ => "mandateId",
    };
    let input = json!({ "email": filled.text("email"), name: id, "settings": settings(&filled) });
    match d.act::<Done>(document, input).await {
        Ok(Ok(Done {})) => page(&d, true, Filled::default(), Faults::default()).await,
        Ok(Err(errors)) => page(&d, false, filled, Faults(errors)).await,
        Err(failure) if failure.code == "VALIDATION" => {
            let faults = Faults::of_failure(&failure);
            page(&d, false, filled, faults).await
        }
        Err(failure) => Err(failure),
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Preview {
    subject: String,
    text: String,
}

#[derive(Template)]
#[template(path = "reader/digest.html")]
struct DigestPage {
    d: Desk,
    s: Subscription,
    preview: Option<Preview>,
    key: String,
    faults: Faults,
}

async fn own(d: &Desk, id: &str, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        digest_subscriptions: Vec<Subscription>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Next {
        digest_preview: Option<Preview>,
    }
    d.signed_in()?;
    let answer: Answer = d.ask(include_str!("../queries/reader/own.graphql"), json!({})).await?;
    let found = answer.digest_subscriptions.into_iter().find(|one| one.id == id);
    let s = found.ok_or_else(Failure::not_found)?;
    let preview = if s.state == "ACTIVE" {
        let document = "query Next($id: ID!) { digestPreview(subscriptionId: $id) { subject text } }";
        let next: Next = d.ask(document, json!({ "id": id })).await?;
        next.digest_preview
    } else {
        None
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(status, &DigestPage { d: d.clone(), s, preview, key: d.new_key(), faults })
}

async fn one(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    own(&d, &id, Faults::default()).await
}

async fn set(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Set($input: SetDigestInput!) { setDigest(input: $input) { subscription { id } userErrors { code path message } } }";
    let input = json!({
        "subscriptionId": id,
        "expectedVersion": filled.whole("version"),
        "settings": settings(&filled),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(document, input).await {
        Ok(Ok(Done {})) => Ok(d.go(&format!("/digests/{id}"), "digest-set")),
        Ok(Err(errors)) => own(&d, &id, Faults(errors)).await,
        Err(failure) if failure.code == "VALIDATION" => own(&d, &id, Faults::of_failure(&failure)).await,
        Err(failure) => Err(failure),
    }
}

async fn moved(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Move($input: MoveDigestInput!) { moveDigest(input: $input) { subscription { id } userErrors { code path message } } }";
    let input = json!({
        "subscriptionId": id,
        "expectedVersion": filled.whole("version"),
        "transition": filled.text("transition"),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => Ok(d.go("/digests", "digest-set")),
        Err(errors) => own(&d, &id, Faults(errors)).await,
    }
}
