//! Introductions: the list of those under way, and one with all that may be done next.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
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
        .route("/introductions/{id}/nda", post(nda))
        .route("/introductions/{id}/notes", post(note))
        .route("/pipeline/export", get(export))
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
    room: Option<Room>,
    notes: Vec<Note>,
    available_transitions: Vec<Available>,
}

#[derive(Debug, Clone, Deserialize)]
struct Note {
    body: String,
    at: DateTime<Utc>,
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

    /// Whether a transition takes a reason.
    fn takes_reason(available: &Available) -> bool {
        matches!(available.name.as_str(), "DECLINE" | "END" | "REFUSE")
    }

    /// Whether a transition takes an amount.
    fn takes_amount(available: &Available) -> bool {
        matches!(available.name.as_str(), "PLEDGE" | "COMMIT" | "CONFIRM_CLOSE")
    }

    /// Whether a transition takes words.
    fn takes_words(available: &Available) -> bool {
        Self::takes_reason(available) || Self::takes_amount(available) || available.name == "PROPOSE_TERMS"
    }

    /// Whether a transition takes a paper: signed, or as evidence.
    fn takes_paper(available: &Available) -> bool {
        matches!(available.name.as_str(), "COMMIT" | "CONFIRM_CLOSE")
    }

    /// Whether the non-disclosure agreement has still to be settled.
    fn waits_for_nda(&self) -> bool {
        self.row.state == "IN_DISCUSSION" && self.room.as_ref().is_none_or(|room| room.nda == "OPEN")
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Room {
    nda: String,
    nda_signed_by: Vec<String>,
}

/// A paper of the own organisation.
#[derive(Debug, Clone, Deserialize)]
struct Paper {
    id: String,
    title: String,
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
    papers: Vec<Paper>,
    key: String,
    reasons: [&'static str; 16],
    filled: Filled,
    faults: Faults,
}

async fn page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        documents: Vec<Paper>,
    }
    #[derive(Deserialize)]
    struct Answer {
        node: Option<Introduction>,
        own: Option<Own>,
    }
    let acting = d.signed_in()?.acting().ok_or_else(Failure::not_found)?.id.clone();
    let variables = json!({ "id": id, "own": acting });
    let answer: Answer =
        d.ask(include_str!("../../queries/investor/introduction.graphql"), variables).await?;
    let i = answer.node.ok_or_else(Failure::not_found)?;
    let papers = answer.own.map(|own| own.documents).unwrap_or_default();
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(status, &IntroductionPage { d: d.clone(), i, papers, key, reasons: REASONS, filled, faults })
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
        "documentIds": filled.get("document").map(|document| [document]),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Payload>(include_str!("../../queries/investor/move.graphql"), input).await? {
        Ok(Payload {}) => Ok(d.go(&format!("/introductions/{id}"), "moved")),
        Err(errors) => page(&d, &id, filled, Faults(errors)).await,
    }
}

#[derive(Deserialize)]
struct Done {}

async fn nda(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let input = json!({
        "introductionId": id,
        "expectedVersion": filled.whole("version"),
        "waive": filled.text("settlement") == "WAIVE",
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../../queries/investor/nda.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/introductions/{id}"), "moved")),
        Err(errors) => page(&d, &id, filled, Faults(errors)).await,
    }
}

async fn note(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let input = json!({
        "introductionId": id,
        "text": filled.text("body"),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../../queries/investor/note.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/introductions/{id}"), "note-kept")),
        Err(errors) => page(&d, &id, filled, Faults(errors)).await,
    }
}

/// The pipeline as a file; private notes are not in it.
async fn export(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Exported {
        export_pipeline: String,
    }
    d.signed_in()?;
    let is_json = d.parameter("format").as_deref() == Some("json");
    let variables = json!({ "format": if is_json { "JSON" } else { "CSV" } });
    let document = "query Export($format: ExportFormat!) { exportPipeline(format: $format) }";
    let exported: Exported = d.ask(document, variables).await?;
    let (kind, name) = if is_json {
        ("application/json", "pipeline.json")
    } else {
        ("text/csv; charset=utf-8", "pipeline.csv")
    };
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, exported.export_pipeline).into_response())
}
