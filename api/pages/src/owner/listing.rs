//! One's listings, and one of them with all that may be done: questions, flags, the price list, its state.

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

use super::question::{Given, Input, Question, answers, of_questions, unreadable};
use crate::{
    api::Failure,
    change::Edit,
    desk::Desk,
    form::{Faults, Filled, KEY},
    investor::lang,
    public::ProjectRow,
    view::{Available, Money},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/listings", get(list))
        .route("/listings/{id}", get(shown))
        .route("/listings/{id}/answers", post(answer))
        .route("/listings/{id}/justify", post(justify))
        .route("/listings/{id}/move", post(moved))
}

#[derive(Debug, Clone, Deserialize)]
struct Row {
    #[serde(flatten)]
    project: ProjectRow,
    state: String,
}

#[derive(Template)]
#[template(path = "owner/listings.html")]
struct ListingsPage {
    d: Desk,
    listings: Vec<Row>,
}

async fn list(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        listings: Option<Vec<Row>>,
    }
    #[derive(Deserialize)]
    struct Answer {
        organisation: Option<Own>,
    }
    let acting = d.signed_in()?.acting().ok_or_else(Failure::not_found)?.id.clone();
    let variables = json!({ "id": acting, "after": d.parameter("after") });
    let answer: Answer = d.ask(include_str!("../../queries/owner/listings.graphql"), variables).await?;
    let own = answer.organisation.ok_or_else(Failure::not_found)?;
    d.page(&ListingsPage { d: d.clone(), listings: own.listings.unwrap_or_default() })
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    #[serde(flatten)]
    project: ProjectRow,
    state: String,
    version: i64,
    questionnaire: Vec<Question>,
    consistency_flags: Vec<Flag>,
    unlock_map: Option<Unlock>,
    review: Option<Review>,
    noes: Vec<No>,
    history: Vec<Step>,
    available_transitions: Vec<Available>,
}

#[derive(Debug, Clone, Deserialize)]
struct Flag {
    flag: String,
    severity: String,
    message: String,
    mend: String,
    justification: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Unlock {
    open: i64,
    deeds: Vec<Deed>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Deed {
    change: String,
    opens: Volume,
    lifts: i64,
    largest_lift: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Volume {
    count: i64,
    largest_tickets: Option<Money>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    reasons: Vec<String>,
    waiting_changes: Vec<String>,
    waiting_edits: Vec<Edit>,
}

#[derive(Debug, Clone, Deserialize)]
struct No {
    reason: String,
    times: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct Step {
    to: String,
    transition: Option<String>,
    at: DateTime<Utc>,
}

impl Listing {
    /// The questions that are answered here, those that are required and open first.
    fn questions(&self) -> Vec<(&Question, Input)> {
        let mut all: Vec<_> = self.questionnaire.iter().filter_map(|one| Some((one, one.input()?))).collect();
        all.sort_by_key(|(one, _)| (one.answered, !one.required));
        all
    }

    /// Whether it is in the catalogue, so that investors are ranked for it.
    fn is_public(&self) -> bool {
        matches!(self.state.as_str(), "PUBLISHED" | "STALE" | "UNDER_OFFER")
    }

    /// Whether it can still be submitted.
    fn is_draft(&self) -> bool {
        matches!(self.state.as_str(), "DRAFT" | "CHANGES_REQUESTED")
    }

    /// Required questions without an answer.
    fn open(&self) -> Vec<&Question> {
        self.questionnaire.iter().filter(|one| one.required && !one.answered).collect()
    }
}

/// Moves that need nothing but a press, and the mutation of each.
const MOVES: [(&str, &str); 8] = [
    ("SUBMIT", "submitProject"),
    ("RECALL", "recallProject"),
    ("PAUSE", "pauseProject"),
    ("RESUME", "resumeProject"),
    ("CONFIRM", "confirmProjectCurrent"),
    ("WITHDRAW", "withdrawProject"),
    ("REVIVE", "reviveProject"),
    ("RELEASE_OFFER", "releaseProjectOffer"),
];

#[derive(Template)]
#[template(path = "owner/listing.html")]
struct ListingPage {
    d: Desk,
    l: Listing,
    key: String,
    filled: Filled,
    faults: Faults,
}

impl ListingPage {
    /// Whether the form of answers was sent and is shown again.
    fn is_again(&self) -> bool {
        self.filled.get("question").is_some()
    }

    /// Whether the answer to a question was refused.
    fn is_wrong(&self, one: &Question) -> bool {
        self.faults.of(&format!("q-{}", one.key)).is_some()
    }

    /// What stands in the field of a question: what was typed, or the answer.
    fn answer(&self, one: &Question) -> String {
        if self.is_again() {
            return self.filled.text(&format!("q-{}", one.key)).to_owned();
        }
        one.answer.as_ref().map(Given::written).unwrap_or_default()
    }

    /// The currency of an amount: what was typed, that of the answer, or the usual one.
    fn currency(&self, one: &Question) -> String {
        let answer = one.answer.as_ref().and_then(|answer| answer.money.as_ref());
        let known = answer.map_or("USD", |money| money.currency.as_str());
        self.filled.get(&format!("c-{}", one.key)).unwrap_or(known).to_owned()
    }
}

async fn page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        project: Option<Listing>,
    }
    d.signed_in()?;
    let answer: Answer = d
        .ask(include_str!("../../queries/owner/listing.graphql"), json!({ "id": id, "lang": lang(d) }))
        .await?;
    let l = answer.project.ok_or_else(Failure::not_found)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(status, &ListingPage { d: d.clone(), l, key: d.new_key(), filled, faults })
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&d, &id, Filled::default(), Faults::default()).await
}

#[derive(Deserialize)]
struct Done {}

/// Runs a command of a listing and shows its page: with what was done, or with what was refused.
async fn run(d: &Desk, id: &str, document: &str, input: Value, filled: Filled) -> Result<Response, Failure> {
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/listings/{id}"), "moved")),
        Err(faults) => page(d, id, filled, faults).await,
    }
}

async fn answer(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let wrong = unreadable(&filled);
    if !wrong.is_empty() {
        return page(&d, &id, filled, wrong).await;
    }
    let answers = answers(&d, &filled);
    let input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "answers": answers,
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../../queries/owner/answer.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/listings/{id}"), "moved")),
        Err(faults) => page(&d, &id, filled, of_questions(faults, &answers)).await,
    }
}

async fn justify(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "flag": filled.text("flag"),
        "justification": filled.get("justification"),
        "idempotencyKey": filled.text(KEY),
    });
    run(&d, &id, include_str!("../../queries/owner/justify.graphql"), input, filled).await
}

async fn moved(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let name = filled.text("transition");
    let (_, mutation) =
        MOVES.iter().find(|(known, _)| *known == name).ok_or_else(|| Failure::of("VALIDATION"))?;
    let document = format!(
        "mutation Move($input: ProjectTransitionInput!) {{ {mutation}(input: $input) {{ project {{ id }} userErrors {{ code path message }} }} }}"
    );
    let input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "idempotencyKey": filled.text(KEY),
    });
    run(&d, &id, &document, input, filled).await
}
