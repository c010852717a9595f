//! The front page of an investor: what waits for an answer, and what each mandate should look at first.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::json;

use super::lang;
use crate::{
    api::Failure,
    desk::Desk,
    public::ProjectRow,
    view::{Available, Connection, Explanation, Named, Score, Text},
};

/// Most mandates whose highlights are shown; the others are a link away.
const MOST: usize = 4;

#[derive(Debug, Clone, Deserialize)]
struct Titled {
    title: Option<Text>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Open {
    id: String,
    state: String,
    since: DateTime<Utc>,
    next_due_at: Option<DateTime<Utc>>,
    project: Option<Titled>,
    mandate: Option<Named>,
    available_transitions: Vec<Available>,
}

impl Open {
    /// Whether it waits for an answer of this side.
    fn waits(&self) -> bool {
        self.available_transitions.iter().any(|one| one.is("ACCEPT"))
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Found {
    score: Score,
    project: ProjectRow,
    explanation: Explanation,
}

#[derive(Debug, Clone, Deserialize)]
struct Item {
    reason: String,
    #[serde(rename = "match")]
    found: Found,
}

#[derive(Debug, Clone, Deserialize)]
struct Items {
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "investor/home.html")]
struct HomePage {
    d: Desk,
    waiting: Vec<Open>,
    /// Introductions with a day by which something is due, the nearest first.
    due: Vec<Open>,
    mandates: Vec<(Named, Vec<Item>)>,
    others: Vec<Named>,
}

/// The front page of somebody who acts for an investor.
///
/// # Errors
/// The API gives no answer.
pub async fn shown(d: &Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        mandates: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Answer {
        organisation: Option<Own>,
        pipeline: Connection<Open>,
    }
    #[derive(Deserialize)]
    struct Highlights {
        highlights: Items,
    }
    let acting = d.signed_in()?.acting().ok_or_else(Failure::not_found)?.id.clone();
    let answer: Answer =
        d.ask(include_str!("../../queries/investor/home.graphql"), json!({ "id": acting })).await?;
    let all: Vec<Open> = answer.pipeline.edges.into_iter().map(|edge| edge.node).collect();
    let (waiting, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(Open::waits);
    let mut due: Vec<Open> = rest.into_iter().filter(|one| one.next_due_at.is_some()).collect();
    due.sort_by_key(|one| one.next_due_at);
    let mut own = answer.organisation.map(|own| own.mandates).unwrap_or_default();
    let others = own.split_off(own.len().min(MOST));
    let mut mandates = Vec::new();
    for mandate in own {
        let variables = json!({ "id": mandate.id, "lang": lang(d) });
        let document = include_str!("../../queries/investor/highlights.graphql");
        let found: Highlights = d.ask(document, variables).await?;
        mandates.push((mandate, found.highlights.items));
    }
    d.page(&HomePage { d: d.clone(), waiting, due, mandates, others })
}
