//! Digests: one's own subscriptions with their settings, the next issue before it is sent, and new ones.

pub mod settings;

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
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled, KEY},
    view::{Country, Named, Text},
};

use self::settings::{Settings, Typed, settings, wrong_days};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/digests", get(shown).post(subscribe))
        .route("/digests/{id}", get(one).post(set))
        .route("/digests/{id}/move", post(moved))
        .route("/digests/{id}/feed", post(feed))
        .route("/digests/{id}/feed/end", post(end_feed))
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
    paused_until: Option<DateTime<Utc>>,
    feed_since: Option<DateTime<Utc>>,
}

impl Subscription {
    /// What it is about.
    fn about(&self) -> &str {
        let named = self.mandate.as_ref().or(self.city.as_ref()).or(self.saved_search.as_ref());
        named.map_or("", |one| &one.name)
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
    /// A city that was asked for, of which anybody may have a digest.
    asked: Option<CityFound>,
    /// Words for which a city is looked for, and what was found.
    text: String,
    found: Vec<CityFound>,
    email: String,
    about: String,
    is_sent: bool,
    typed: Typed,
    faults: Faults,
}

impl DigestsPage {
    fn has_subjects(&self) -> bool {
        self.asked.is_some()
            || !self.mandates.is_empty()
            || !self.cities.is_empty()
            || !self.searches.is_empty()
    }
}

/// A city of which somebody may want to hear.
#[derive(Debug, Clone, Deserialize)]
struct CityFound {
    id: String,
    name: String,
    country: Country,
}

/// The cities that an address asks for: one by its id, others by words.
async fn cities_asked(d: &Desk) -> Result<(Option<CityFound>, String, Vec<CityFound>), Failure> {
    #[derive(Deserialize)]
    struct One {
        city: Option<CityFound>,
    }
    #[derive(Deserialize)]
    struct Many {
        search: Vec<CityFound>,
    }
    let asked = match d.parameter("city") {
        Some(id) => {
            let document = "query City($id: ID!) { city(id: $id) { id name country { code name } } }";
            let one: One = d.ask(document, json!({ "id": id })).await?;
            one.city
        }
        None => None,
    };
    let Some(text) = d.parameter("text") else { return Ok((asked, String::new(), Vec::new())) };
    let document = "query Cities($text: String!) { search(text: $text, kinds: [CITY], first: 20) { ... on City { id name country { code name } } } }";
    let many: Many = d.ask(document, json!({ "text": text })).await?;
    Ok((asked, text, many.search))
}

async fn page(d: &Desk, is_sent: bool, filled: Option<Filled>, faults: Faults) -> Result<Response, Failure> {
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
    let (mut subscriptions, mut searches, mut own, mut email) = Default::default();
    if let Some(person) = &d.person {
        let answer: Answer = d.ask(include_str!("../queries/reader/digests.graphql"), json!({})).await?;
        (subscriptions, searches) = (answer.digest_subscriptions, answer.me.saved_searches);
        email = person.email.clone().unwrap_or_default();
        if let Some(acting) = person.acting() {
            let document = "query Own($id: ID!) { organisation(id: $id) { mandates: ownMandates { id name } cities: ownCities { id name } } }";
            let found: Acting = d.ask(document, json!({ "id": acting.id })).await?;
            own = found.organisation;
        }
    }
    let (mandates, cities) = own.map(|own: Own| (own.mandates, own.cities)).unwrap_or_default();
    let (asked, text, found) = cities_asked(d).await?;
    let (typed, about) = match &filled {
        Some(filled) => {
            email = filled.text("email").to_owned();
            (Typed::filled(filled), filled.text("about").to_owned())
        }
        None => (Typed::usual(d), String::new()),
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = DigestsPage {
        d: d.clone(),
        subscriptions,
        mandates,
        cities,
        searches,
        asked,
        text,
        found,
        email,
        about,
        is_sent,
        typed,
        faults,
    };
    d.page_with(status, &page)
}

async fn shown(d: Desk) -> Result<Response, Failure> {
    page(&d, false, None, Faults::default()).await
}

#[derive(Deserialize)]
struct Done {}

async fn subscribe(d: Desk, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Subscribe($input: SubscribeDigestInput!) { subscribeDigest(input: $input) { accepted userErrors { code path message } } }";
    let wrong = wrong_days(&filled);
    if !wrong.is_empty() {
        return page(&d, false, Some(filled), wrong).await;
    }
    // What it is about: the kind before the id.
    let (kind, id) = filled.text("about").split_once(':').unwrap_or_default();
    let name = match kind {
        "city" => "cityId",
        "search" => "savedSearchId",
        _ => "mandateId",
    };
    let input = json!({ "email": filled.text("email"), name: id, "settings": settings(&filled) });
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => page(&d, true, None, Faults::default()).await,
        Err(faults) => page(&d, false, Some(filled), faults).await,
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Preview {
    subject: String,
    text: String,
}

/// An issue that was due.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    period: String,
    state: String,
    due_at: DateTime<Utc>,
    items: Vec<Item>,
}

/// What an issue told.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    kind: String,
    project: Option<Told>,
    partner: Option<Named>,
    told_score: Option<f64>,
    reason: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Told {
    id: String,
    title: Option<Text>,
}

#[derive(Template)]
#[template(path = "reader/digest.html")]
struct DigestPage {
    d: Desk,
    s: Subscription,
    preview: Option<Preview>,
    issues: Vec<Issue>,
    /// The address of a feed, which is shown this once.
    address: Option<String>,
    typed: Typed,
    key: String,
    faults: Faults,
}

impl DigestPage {
    /// What stands now, beside what was typed on an older version.
    fn stands(&self) -> Option<Vec<(&'static str, String)>> {
        self.faults.is_conflict().then(|| self.s.settings.lines(&self.d))
    }
}

/// What a page of one digest shows besides the digest.
#[derive(Debug, Default)]
struct Shown {
    filled: Option<Filled>,
    faults: Faults,
    address: Option<String>,
}

async fn own(d: &Desk, id: &str, shown: Shown) -> Result<Response, Failure> {
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
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Past {
        digest_issues: Vec<Issue>,
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
    let past: Past = d.ask(include_str!("../queries/reader/issues.graphql"), json!({ "id": id })).await?;
    let Shown { filled, faults, address } = shown;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let typed = filled.as_ref().map_or_else(|| Typed::of(&s.settings), Typed::filled);
    let issues = past.digest_issues;
    let key = d.new_key();
    d.page_with(status, &DigestPage { d: d.clone(), s, preview, issues, address, typed, key, faults })
}

async fn one(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    own(&d, &id, Shown::default()).await
}

async fn set(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let wrong = wrong_days(&filled);
    if !wrong.is_empty() {
        return own(&d, &id, Shown { filled: Some(filled), faults: wrong, address: None }).await;
    }
    let document = "mutation Set($input: SetDigestInput!) { done: setDigest(input: $input) { subscription { id } userErrors { code path message } } }";
    let input = json!({
        "subscriptionId": id,
        "expectedVersion": filled.whole("version"),
        "settings": settings(&filled),
        "idempotencyKey": filled.text(KEY),
    });
    let faults = match d.act::<Done>(document, input).await? {
        Ok(Done {}) => return Ok(d.go(&format!("/digests/{id}"), "digest-set")),
        Err(faults) => faults,
    };
    own(&d, &id, Shown { filled: Some(filled), faults, address: None }).await
}

async fn moved(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation Move($input: MoveDigestInput!) { done: moveDigest(input: $input) { subscription { id } userErrors { code path message } } }";
    let until = filled.get("until").map(|day| format!("{day}T00:00:00Z"));
    let input = json!({
        "subscriptionId": id,
        "expectedVersion": filled.whole("version"),
        "transition": filled.text("transition"),
        "until": until,
        "idempotencyKey": filled.text(KEY),
    });
    let faults = match d.act::<Done>(document, input).await? {
        Ok(Done {}) => return Ok(d.go(&format!("/digests/{id}"), "digest-set")),
        Err(faults) => faults,
    };
    own(&d, &id, Shown { faults, ..Shown::default() }).await
}

/// Makes the address of a feed, and shows it this once: it is a secret that is kept nowhere in the open.
async fn feed(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Made {
        feed_url: Option<String>,
    }
    let document = "mutation Feed($input: IssueDigestFeedInput!) { done: issueDigestFeed(input: $input) { feedUrl userErrors { code path message } } }";
    let input = json!({ "subscriptionId": id, "idempotencyKey": filled.text(KEY) });
    let shown = match d.act::<Made>(document, input).await? {
        Ok(Made { feed_url }) => Shown { address: feed_url, ..Shown::default() },
        Err(faults) => Shown { faults, ..Shown::default() },
    };
    own(&d, &id, shown).await
}

async fn end_feed(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let document = "mutation EndFeed($input: RevokeDigestFeedInput!) { done: revokeDigestFeed(input: $input) { subscription { id } userErrors { code path message } } }";
    let input = json!({ "subscriptionId": id, "idempotencyKey": filled.text(KEY) });
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/digests/{id}"), "digest-set")),
        Err(faults) => own(&d, &id, Shown { faults, ..Shown::default() }).await,
    }
}
