//! Partnerships: the list of those of one's cities, and one with its text, its way and all that may be done next.

use askama::Template;
use axum::{Router, extract::Path, http::StatusCode, response::Response, routing::get};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::json;

use super::{
    pair::{Step, TIERS},
    proposal::{AgreementText, pair_name},
};
use crate::{
    api::Failure,
    desk::Desk,
    form::{Faults, Filled},
    public::next,
    view::{Available, Connection, Money, Named, Text},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/partnerships", get(list)).route("/partnerships/{id}", get(shown))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    state: String,
    since: DateTime<Utc>,
    next_due_at: Option<DateTime<Utc>>,
    city_a: Named,
    city_b: Named,
    health: i64,
}

impl Row {
    fn name(&self) -> String {
        pair_name(&self.city_a, &self.city_b)
    }
}

#[derive(Template)]
#[template(path = "city/partnerships.html")]
struct PartnershipsPage {
    d: Desk,
    list: Connection<Row>,
    cities: Vec<Named>,
}

impl PartnershipsPage {
    fn more(&self) -> Option<String> {
        next(&self.d, &self.list.page_info)
    }
}

async fn list(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        cities: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Answer {
        partnerships: Connection<Row>,
        own: Option<Own>,
    }
    let acting = d.signed_in()?.acting().ok_or_else(Failure::not_found)?.id.clone();
    let variables = json!({ "after": d.parameter("after"), "own": acting });
    let answer: Answer = d.ask(include_str!("../../queries/city/partnerships.graphql"), variables).await?;
    let cities = answer.own.map(|own| own.cities).unwrap_or_default();
    d.page(&PartnershipsPage { d: d.clone(), list: answer.partnerships, cities })
}

/// A partnership as its page shows it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Partnership {
    #[serde(flatten)]
    row: Row,
    version: i64,
    my_city_side: Option<String>,
    text: AgreementText,
    text_versions: Vec<Version>,
    signatures: Vec<Signature>,
    awaits: Vec<String>,
    trial_months: Option<i64>,
    declared_will: Vec<String>,
    first_year: Option<FirstYear>,
    approvals_a: Vec<Approval>,
    approvals_b: Vec<Approval>,
    activities: Vec<Activity>,
    work_plan: Vec<WorkItem>,
    reviews: Vec<Review>,
    active_since: Option<DateTime<Utc>>,
    history: Vec<Past>,
    available_transitions: Vec<Available>,
}

#[derive(Debug, Clone, Deserialize)]
struct Version {
    number: i64,
    by: String,
    at: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize)]
struct Signature {
    kind: String,
    side: String,
    official: String,
    at: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize)]
struct FirstYear {
    plan: Text,
    budget: Vec<Budget>,
}

#[derive(Debug, Clone, Deserialize)]
struct Budget {
    purpose: String,
    payer: String,
    amount: Money,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Approval {
    place: i64,
    rule: Step,
    granted: Option<bool>,
    decided_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    kind: String,
    title: String,
    held_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize)]
struct WorkItem {
    number: i64,
    title: Text,
    owner: String,
    due: NaiveDate,
    status: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Review {
    began: DateTime<Utc>,
    report: Option<Text>,
    renewed: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Deserialize)]
struct Past {
    to: String,
    transition: String,
    reasons: Vec<String>,
    at: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize)]
struct Change {
    key: String,
    fate: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Deserialize)]
struct Part {
    lang: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Deserialize)]
struct Piece {
    kind: String,
    text: String,
}

impl Partnership {
    /// Whether an act asks for a paper.
    fn wants_paper(available: &Available) -> bool {
        available.requires.iter().any(|guard| guard == "DOCUMENT")
            || matches!(
                available.name.as_str(),
                "SIGN_LOI" | "SIGN_AGREEMENT" | "DECLARE_WILL" | "GRANT_APPROVAL"
            )
    }

    /// The beginning of the mark of the text, by which both sides see that they sign the same.
    fn short_hash(&self) -> String {
        self.text.hash.chars().take(16).collect()
    }

    fn lanes(&self) -> [(&str, &[Approval]); 2] {
        [(&self.row.city_a.name, &self.approvals_a), (&self.row.city_b.name, &self.approvals_b)]
    }

    /// The name of the city of a side.
    fn side(&self, side: &str) -> &str {
        if side == "A" { &self.row.city_a.name } else { &self.row.city_b.name }
    }

    /// The step of the own chain that is to be decided next.
    fn open_step(&self) -> Option<i64> {
        let own =
            if self.my_city_side.as_deref() == Some("A") { &self.approvals_a } else { &self.approvals_b };
        own.iter().find(|step| step.granted.is_none()).map(|step| step.place)
    }

    /// Health between 0 and 100, drawn.
    fn health_bar(&self) -> String {
        let health = self.row.health.clamp(0, 100) as f64;
        crate::draw::interval(health, health, health)
    }
}

/// A paper of the own organisation.
#[derive(Debug, Clone, Deserialize)]
struct Paper {
    id: String,
    title: String,
}

/// Why somebody declines, withdraws or ends, as the API names it.
const REASONS: [&str; 10] = [
    "NO_CAPACITY",
    "NO_BUDGET",
    "TOPIC_MISMATCH",
    "LEVEL_MISMATCH",
    "EXCLUSIVITY_RULE",
    "NATIONAL_APPROVAL_REFUSED",
    "LANGUAGE",
    "TIMING",
    "EXISTING_PARTNER",
    "OTHER_PRIVATE",
];

const ACTIVITIES: [&str; 12] = [
    "STUDY_TOUR",
    "STAFF_EXCHANGE",
    "TRAINING",
    "SEMINAR",
    "TECHNICAL_VISIT",
    "JOINT_PROJECT",
    "TRADE_MISSION",
    "EXHIBITION",
    "CULTURAL",
    "ACADEMIC",
    "POLICY_EXCHANGE",
    "MAYORAL_VISIT",
];

#[derive(Template)]
#[template(path = "city/partnership.html")]
struct PartnershipPage {
    d: Desk,
    p: Partnership,
    changes: Vec<Change>,
    papers: Vec<Paper>,
    /// Versions that are compared.
    compared: Option<(i64, i64)>,
    key: String,
    filled: Filled,
    faults: Faults,
}

/// The page of a partnership, with what was typed and what is wrong with it.
///
/// # Errors
/// It is not there, or not for this person.
pub(super) async fn page(d: &Desk, id: &str, filled: Filled, faults: Faults) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        documents: Vec<Paper>,
    }
    #[derive(Deserialize)]
    struct Answer {
        node: Option<Partnership>,
        own: Option<Own>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Compared {
        compare_versions: Vec<Change>,
    }
    #[derive(Deserialize)]
    struct Comparison {
        node: Option<Compared>,
    }
    let acting = d.signed_in()?.acting().ok_or_else(Failure::not_found)?.id.clone();
    let variables = json!({ "id": id, "own": acting });
    let answer: Answer = d.ask(include_str!("../../queries/city/partnership.graphql"), variables).await?;
    let papers = answer.own.map(|own| own.documents).unwrap_or_default();
    let p = answer.node.ok_or_else(Failure::not_found)?;
    let last = p.text_versions.iter().map(|version| version.number).max();
    let to = d.parameter("to").and_then(|to| to.parse().ok()).or(last).unwrap_or(0);
    let from =
        d.parameter("from").and_then(|from| from.parse().ok()).unwrap_or_else(|| i64::saturating_sub(to, 1));
    let known = |number: i64| p.text_versions.iter().any(|version| version.number == number);
    let compared = (from != to && known(from) && known(to)).then_some((from, to));
    let changes = match compared {
        Some((from, to)) => {
            let variables = json!({ "id": id, "from": from, "to": to });
            let found: Comparison =
                d.ask(include_str!("../../queries/city/compare.graphql"), variables).await?;
            found.node.map(|found| found.compare_versions).unwrap_or_default()
        }
        None => Vec::new(),
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let key = d.new_key();
    d.page_with(status, &PartnershipPage { d: d.clone(), p, changes, papers, compared, key, filled, faults })
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    page(&d, &id, Filled::default(), Faults::default()).await
}
