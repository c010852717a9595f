//! One introduction with all that may be done next, its document room and the own notes.

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
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
    public::ProjectRow,
    view::{Available, Money, Named, Text, money_input},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/introductions/{id}", get(shown))
        .route("/introductions/{id}/move", post(moved))
        .route("/introductions/{id}/nda", post(nda))
        .route("/introductions/{id}/notes", post(note))
        .route("/introductions/{id}/folder", post(grant))
        .route("/introductions/{id}/open", post(open))
}

/// An introduction in a list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub(super) id: String,
    pub(super) state: String,
    pub(super) since: DateTime<Utc>,
    pub(super) project: Option<ProjectRow>,
    pub(super) mandate: Option<Named>,
    pub(super) investor: Named,
    pub(super) next_due_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introduction {
    #[serde(flatten)]
    row: Row,
    version: i64,
    initiator: String,
    my_side: Option<String>,
    waiting_words: Vec<Waiting>,
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

/// What one side has said and the other has still to say.
#[derive(Debug, Clone, Deserialize)]
struct Waiting {
    transition: String,
    side: Option<String>,
    amount: Option<Money>,
    at: DateTime<Utc>,
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
    folders: Vec<OneFolder>,
    reads: Vec<Read>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OneFolder {
    folder: String,
    open_until: Option<DateTime<Utc>>,
    readable: bool,
    papers: Vec<Paper>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Read {
    document_id: String,
    organisation_id: String,
    at: DateTime<Utc>,
}

impl Introduction {
    /// The title of a paper of the room.
    fn title_of(&self, document: &str) -> &str {
        let folders = self.room.iter().flat_map(|room| &room.folders);
        let mut papers = folders.flat_map(|folder| &folder.papers);
        papers.find(|paper| paper.id == document).map_or("–", |paper| paper.title.as_str())
    }

    /// The name of one of the two organisations.
    fn who(&self, organisation: &str) -> &str {
        let sides = [Some(&self.row.investor), self.owner.as_ref()];
        let found = sides.into_iter().flatten().find(|side| side.id == organisation);
        found.map_or("–", |side| side.name.as_str())
    }

    /// Whether the caller's side owns the project, and so its room.
    fn is_owners(&self) -> bool {
        self.my_side.as_deref() == Some("OWNER")
    }
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
        filled.get("amount").and_then(|units| money_input(units, filled.get("currency").unwrap_or("USD")));
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
        Err(faults) => page(&d, &id, filled, faults).await,
    }
}

/// Begins an introduction of a mandate and a project by a form with the three answers, from whichever side. Answers its
/// id.
///
/// # Errors
/// The API gives no answer. What it refuses is the inner error.
pub async fn begin(
    d: &Desk,
    document: &str,
    (mandate, project): (&str, &str),
    filled: &Filled,
) -> Result<Result<String, Faults>, Failure> {
    #[derive(Deserialize)]
    struct Made {
        id: String,
    }
    #[derive(Deserialize)]
    struct Payload {
        introduction: Made,
    }
    let input = json!({
        "mandateId": mandate,
        "projectId": project,
        "answers": {
            "lang": d.tag(),
            "cooperationSought": filled.text("cooperationSought"),
            "whatIsUnclear": filled.text("whatIsUnclear"),
            "aboutUs": filled.text("aboutUs"),
        },
        "idempotencyKey": filled.text(KEY),
    });
    Ok(d.act::<Payload>(document, input).await?.map(|made| made.introduction.id))
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
        Err(faults) => page(&d, &id, filled, faults).await,
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
        Err(faults) => page(&d, &id, filled, faults).await,
    }
}

/// Opens a folder to the other side until the end of a day, or shuts it.
async fn grant(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let until = filled.get("until").map(|day| format!("{day}T23:59:59Z"));
    let input = json!({
        "introductionId": id,
        "expectedVersion": filled.whole("version"),
        "folder": filled.text("folder"),
        "until": until,
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../../queries/investor/folder.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go(&format!("/introductions/{id}"), "room-granted")),
        Err(faults) => page(&d, &id, filled, faults).await,
    }
}

/// Opens a paper of the room; that it was read is on record for both sides.
async fn open(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Opened {
        url: Option<String>,
    }
    let input = json!({
        "introductionId": id,
        "documentId": filled.text("document"),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Opened>(include_str!("../../queries/investor/open.graphql"), input).await? {
        Ok(Opened { url: Some(url) }) => Ok(axum::response::Redirect::to(&url).into_response()),
        Ok(Opened { url: None }) => Err(Failure::not_found()),
        Err(faults) => page(&d, &id, filled, faults).await,
    }
}
