//! What those work with who keep the platform: the queue of listings to review, of organisations to verify and of hits of
//! the screening.

pub mod admin;
pub mod word;

use askama::Template;
use axum::{
    Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    change::Edit,
    desk::Desk,
    form::{Faults, Filled, KEY},
    public::ProjectRow,
    view::{Available, Named, Text},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/review", get(queue))
        .route("/review/{id}", get(shown))
        .route("/review/{id}/move", post(moved))
        .route("/screening", get(screening))
        .route("/screening/{id}", post(decide))
        .route("/verification", get(verification))
        .route("/verification/{id}", post(verify))
        .merge(admin::routes())
        .merge(word::routes())
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    #[serde(flatten)]
    project: ProjectRow,
    state: String,
    review: Option<Review>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    since: DateTime<Utc>,
    claimed: bool,
    mine: bool,
    due: Option<NaiveDate>,
    duplicates: Vec<String>,
    #[serde(default)]
    waiting_changes: Vec<String>,
    #[serde(default)]
    waiting_edits: Vec<Edit>,
}

#[derive(Template)]
#[template(path = "office/queue.html")]
struct QueuePage {
    d: Desk,
    rows: Vec<Row>,
}

async fn queue(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        review_queue: Vec<Row>,
    }
    d.signed_in()?;
    let answer: Answer = d.ask(include_str!("../queries/office/queue.graphql"), json!({})).await?;
    d.page(&QueuePage { d: d.clone(), rows: answer.review_queue })
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    #[serde(flatten)]
    row: Row,
    version: i64,
    summary: Option<Text>,
    owner: Option<Named>,
    consistency_flags: Vec<Flag>,
    available_transitions: Vec<Available>,
}

#[derive(Debug, Clone, Deserialize)]
struct Flag {
    flag: String,
    message: String,
    justification: Option<String>,
}

impl Case {
    /// The decision that somebody else than who takes it may give a second word for.
    fn second(&self) -> Option<&'static str> {
        let is_another = self.row.review.as_ref().is_some_and(|review| review.claimed && !review.mine);
        match self.row.state.as_str() {
            "IN_REVIEW" if is_another => Some("REJECT"),
            "SUSPENDED" => Some("REINSTATE"),
            _ => None,
        }
    }

    /// Whether the listing may be suspended now.
    fn can_suspend(&self) -> bool {
        self.available_transitions.iter().any(|one| one.is("SUSPEND"))
    }
}

/// What a reviewer does, and the mutation of each; those that name reasons take another input.
const MOVES: [(&str, &str, bool); 6] = [
    ("CLAIM", "claimProject", false),
    ("PUBLISH", "publishProject", false),
    ("RETURN", "returnProject", true),
    ("REJECT", "rejectProject", true),
    ("REINSTATE", "reinstateProject", false),
    ("GRANT_APPEAL", "grantProjectAppeal", false),
];

const REASONS: [&str; 8] = [
    "DUPLICATE",
    "NOT_DIGITAL_ECONOMY",
    "NO_OWNER_MANDATE",
    "UNVERIFIABLE_CLAIM",
    "MISSING_FINANCIALS",
    "CONTAINS_PERSONAL_DATA",
    "CONTAINS_CONTACT_DETAILS",
    "NOT_A_PROJECT",
];

#[derive(Template)]
#[template(path = "office/case.html")]
struct CasePage {
    d: Desk,
    c: Case,
    key: String,
    filled: Filled,
    faults: Faults,
}

async fn page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        project: Option<Case>,
    }
    d.signed_in()?;
    let answer: Answer = d.ask(include_str!("../queries/office/case.graphql"), json!({ "id": id })).await?;
    let c = answer.project.ok_or_else(Failure::not_found)?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(status, &CasePage { d: d.clone(), c, key: d.new_key(), filled, faults })
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&d, &id, Filled::default(), Faults::default()).await
}

#[derive(Deserialize)]
struct Done {}

async fn moved(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let name = filled.text("transition");
    let found = MOVES.iter().find(|(known, _, _)| *known == name);
    let (_, mutation, has_reasons) = found.ok_or_else(|| Failure::of("VALIDATION"))?;
    let kind = if *has_reasons { "ProjectDecisionInput" } else { "ProjectTransitionInput" };
    let document = format!(
        "mutation Move($input: {kind}!) {{ {mutation}(input: $input) {{ project {{ id }} userErrors {{ code path message }} }} }}"
    );
    let mut input = json!({
        "projectId": id,
        "expectedVersion": filled.whole("version"),
        "idempotencyKey": filled.text(KEY),
    });
    if let (true, Some(fields)) = (*has_reasons, input.as_object_mut()) {
        fields.insert("reasons".to_owned(), json!(filled.all("reason")));
        fields.insert("note".to_owned(), filled.get("note").map_or(Value::Null, Into::into));
    }
    match d.act::<Done>(&document, input).await? {
        Ok(Done {}) => Ok(d.go("/review", "moved")),
        Err(faults) => page(&d, &id, filled, faults).await,
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Hit {
    id: String,
    version: i64,
    organisation: Named,
    state: String,
    likenesses: Vec<Likeness>,
    available_transitions: Vec<Available>,
}

/// An entry of a list that an organisation or one of its owners is like.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Likeness {
    list: String,
    published_on: NaiveDate,
    matched_name: String,
    subject_name: String,
    likeness: f64,
    why: Vec<String>,
}

#[derive(Template)]
#[template(path = "office/screening.html")]
struct ScreeningPage {
    d: Desk,
    hits: Vec<Hit>,
    key: String,
    faults: Faults,
}

async fn screening_page(d: &Desk, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        screening_queue: Vec<Hit>,
    }
    d.signed_in()?;
    let answer: Answer = d.ask(include_str!("../queries/office/screening.graphql"), json!({})).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    d.page_with(
        status,
        &ScreeningPage { d: d.clone(), hits: answer.screening_queue, key: d.new_key(), faults },
    )
}

async fn screening(d: Desk) -> Result<Response, Failure> {
    screening_page(&d, Faults::default()).await
}

async fn decide(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let input = json!({
        "hitId": id,
        "expectedVersion": filled.whole("version"),
        "decision": filled.text("decision"),
        "rationale": filled.text("rationale"),
        "idempotencyKey": filled.text(KEY),
    });
    match d.act::<Done>(include_str!("../queries/office/decide.graphql"), input).await? {
        Ok(Done {}) => Ok(d.go("/screening", "moved")),
        Err(faults) => screening_page(&d, faults).await,
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct VerificationCase {
    id: String,
    version: i64,
    proof: String,
    state: String,
    organisation: Named,
    domain: Option<String>,
    statement: Option<String>,
    mine: bool,
    claimed: bool,
}

#[derive(Template)]
#[template(path = "office/verification.html")]
struct VerificationPage {
    d: Desk,
    cases: Vec<VerificationCase>,
    key: String,
    faults: Faults,
}

async fn verification_page(d: &Desk, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        verification_queue: Vec<VerificationCase>,
    }
    d.signed_in()?;
    let answer: Answer = d.ask(include_str!("../queries/office/verification.graphql"), json!({})).await?;
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let cases = answer.verification_queue;
    d.page_with(status, &VerificationPage { d: d.clone(), cases, key: d.new_key(), faults })
}

async fn verification(d: Desk) -> Result<Response, Failure> {
    verification_page(&d, Faults::default()).await
}

async fn verify(d: Desk, Path(id): Path<String>, filled: Filled) -> Result<Response, Failure> {
    let mut input = json!({
        "caseId": id,
        "expectedVersion": filled.whole("version"),
        "idempotencyKey": filled.text(KEY),
    });
    let document = match (filled.text("decision"), input.as_object_mut()) {
        ("CLAIM", _) => include_str!("../queries/office/claim_case.graphql"),
        (decision, Some(fields)) => {
            fields.insert("decision".to_owned(), decision.into());
            let reasons = filled.get("reason").map(|reason| json!([reason]));
            fields.insert("reasons".to_owned(), reasons.unwrap_or_default());
            include_str!("../queries/office/decide_case.graphql")
        }
        (_, None) => return Err(Failure::internal()),
    };
    match d.act::<Done>(document, input).await? {
        Ok(Done {}) => Ok(d.go("/verification", "moved")),
        Err(faults) => verification_page(&d, faults).await,
    }
}
