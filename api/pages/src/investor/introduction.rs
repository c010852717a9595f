//! Introductions: the list of those under way, and one with all that may be done next.

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
    public::{ProjectRow, next},
    view::{Available, Connection, Money, Named, Text, money_input},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/pipeline", get(pipeline))
        .route("/introductions/{id}", get(shown))
        .route("/introductions/{id}/move", post(moved))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    state: String,
    since: DateTime<Utc>,
    project: Option<ProjectRow>,
    mandate: Option<Named>,
    investor: Named,
    next_due_at: Option<DateTime<Utc>>,
}

#[derive(Template)]
#[template(path = "investor/pipeline.html")]
struct PipelinePage {
    d: Desk,
    list: Connection<Row>,
}

impl PipelinePage {
    fn more(&self) -> Option<String> {
        next(&self.d, &self.list.page_info)
    }
}

async fn pipeline(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        pipeline: Connection<Row>,
    }
    d.signed_in()?;
    let variables = json!({ "after": d.parameter("after") });
    let answer: Answer = d.ask(include_str!("../../queries/investor/pipeline.graphql"), variables).await?;
    d.page(&PipelinePage { d: d.clone(), list: answer.pipeline })
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introduction {
    #[serde(flatten)]
    row: Row,
    version: i64,
    initiator: String,
    owner: Option<Named>,
    answers: Option<Answers>,
    contacts: Vec<Contact>,
    terms: Option<Text>,
    pledge: Option<Promise>,
    commitment: Option<Promise>,
    close: Option<Promise>,
    history: Vec<Step>,
    available_transitions: Vec<Available>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answers {
    cooperation_sought: Text,
    what_is_unclear: Text,
    about_us: Text,
}

#[derive(Debug, Clone, Deserialize)]
struct Contact {
    side: String,
    name: Option<String>,
    email: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Promise {
    amount: Money,
    conditions: Option<Text>,
}

#[derive(Debug, Clone, Deserialize)]
struct Step {
    to: String,
    transition: String,
    reasons: Vec<String>,
    at: DateTime<Utc>,
}

impl Introduction {
    /// What was promised so far, rung by rung.
    fn promises(&self) -> Vec<(&'static str, &Promise)> {
        let all = [("pledge", &self.pledge), ("commitment", &self.commitment), ("close", &self.close)];
        all.into_iter().filter_map(|(rung, promise)| Some((rung, promise.as_ref()?))).collect()
    }

    /// Whether a transition asks for something.
    fn asks(available: &Available, what: &str) -> bool {
        available.requires.iter().any(|guard| guard == what)
    }
}

/// Why somebody declines or ends, as the API names it.
const REASONS: [&str; 16] = [
    "SECTOR_OUT_OF_MANDATE",
    "GEOGRAPHY_OUT_OF_MANDATE",
    "TICKET_TOO_SMALL",
    "TICKET_TOO_LARGE",
    "STAGE_TOO_EARLY",
    "STAGE_TOO_LATE",
    "INSTRUMENT_MISMATCH",
    "RETURN_TOO_LOW",
    "TENOR_MISMATCH",
    "FX_RISK",
    "REGULATORY",
    "READINESS_INSUFFICIENT",
    "CONFLICT_PORTFOLIO",
    "CAPACITY_FULL",
    "COUNTERPARTY_CONCERN",
    "OTHER_PRIVATE",
];

#[derive(Template)]
#[template(path = "investor/introduction.html")]
struct IntroductionPage {
    d: Desk,
    i: Introduction,
    key: String,
    reasons: [&'static str; 16],
    filled: Filled,
    faults: Faults,
}

async fn page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        node: Option<Introduction>,
    }
    d.signed_in()?;
    let answer: Answer =
        d.ask(include_str!("../../queries/investor/introduction.graphql"), json!({ "id": id })).await?;
    let i = answer.node.ok_or_else(Failure::not_found)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(status, &IntroductionPage { d: d.clone(), i, key, reasons: REASONS, filled, faults })
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&d, &id, Filled::default(), Faults::default()).await
}

async fn moved(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Payload {}
    let amount =
        filled.whole("amount").map(|units| money_input(units, filled.get("currency").unwrap_or("USD")));
    let input = json!({
        "introductionId": id,
        "expectedVersion": filled.whole("version"),
        "transition": filled.text("transition"),
        "reason": filled.get("reason"),
        "text": filled.get("text"),
        "lang": filled.get("text").map(|_| d.tag()),
        "amount": amount,
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Payload>(include_str!("../../queries/investor/move.graphql"), input).await? {
        Ok(Payload {}) => Ok(d.go(&format!("/introductions/{id}"), "moved")),
        Err(errors) => page(&d, &id, filled, Faults(errors)).await,
    }
}
