//! What administrators look after: what was done, act by act, and letters that did not arrive.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use crate::{api::Failure, desk::Desk, view::big};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/audit", get(audit)).route("/letters", get(letters))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Act {
    #[serde(deserialize_with = "big")]
    number: i64,
    at: DateTime<Utc>,
    person_id: Option<String>,
    organisation_id: Option<String>,
    action: String,
    kind: String,
    target_id: Option<String>,
    hash: String,
    holds: bool,
}

impl Act {
    /// The beginning of the hash, by which two acts are told apart at a glance.
    fn short(&self) -> &str {
        self.hash.get(..12).unwrap_or(&self.hash)
    }
}

#[derive(Template)]
#[template(path = "office/audit.html")]
struct AuditPage {
    d: Desk,
    of: String,
    acts: Vec<Act>,
}

/// Acts on a page.
const PAGE: usize = 50;

impl AuditPage {
    fn more(&self) -> Option<String> {
        let last = self.acts.last().filter(|_| self.acts.len() >= PAGE)?;
        Some(self.d.with("before", &last.number.to_string()))
    }
}

async fn audit(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        audit_trail: Vec<Act>,
    }
    d.signed_in()?;
    let of = d.parameter("of").unwrap_or_default();
    let document = include_str!("../../queries/office/audit.graphql");
    let before = d.parameter("before").filter(|number| number.parse::<i64>().is_ok());
    let variables = json!({ "before": before, "of": Some(&of).filter(|of| !of.is_empty()) });
    let acts = match d.ask::<Answer>(document, variables).await {
        Ok(answer) => answer.audit_trail,
        // What is no id names nothing.
        Err(failure) if failure.code == "VALIDATION" => Vec::new(),
        Err(failure) => return Err(failure),
    };
    d.page(&AuditPage { d: d.clone(), of, acts })
}

#[derive(Debug, Clone, Deserialize)]
struct Letter {
    id: String,
    class: String,
    host: Option<String>,
    attempts: i64,
    promised: DateTime<Utc>,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "office/letters.html")]
struct LettersPage {
    d: Desk,
    letters: Vec<Letter>,
}

async fn letters(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        letters: Vec<Letter>,
    }
    d.signed_in()?;
    let answer: Answer = d.ask(include_str!("../../queries/office/letters.graphql"), json!({})).await?;
    d.page(&LettersPage { d: d.clone(), letters: answer.letters })
}
