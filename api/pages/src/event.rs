//! Exchange events (article 7 of the proposal): those that come, one's own, and one with its meetings and its schedule.

pub mod act;
pub mod meeting;
pub mod one;
pub mod part;
pub mod plan;
pub mod slot;

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use self::part::Row;
use crate::{api::Failure, desk::Desk, public::next, view::Connection};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/events", get(list))
        .route("/events/mine", get(mine))
        .merge(plan::routes())
        .merge(one::routes())
        .merge(act::routes())
        .merge(meeting::routes())
}

/// Before all events, where those that are over are looked for too.
const EVER: &str = "2000-01-01T00:00:00Z";

#[derive(Template)]
#[template(path = "event/list.html")]
struct ListPage {
    d: Desk,
    list: Connection<Row>,
    /// Whether those that have begun are there too.
    all: bool,
}

impl ListPage {
    fn more(&self) -> Option<String> {
        next(&self.d, &self.list.page_info)
    }
}

async fn list(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        exchange_events: Connection<Row>,
    }
    let all = d.parameter("all").is_some();
    let variables = json!({ "from": all.then_some(EVER), "after": d.parameter("after") });
    let answer: Answer = d.ask(include_str!("../queries/event/list.graphql"), variables).await?;
    d.page(&ListPage { d: d.clone(), list: answer.exchange_events, all })
}

#[derive(Template)]
#[template(path = "event/mine.html")]
struct MinePage {
    d: Desk,
    events: Vec<Row>,
}

async fn mine(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        my_exchange_events: Vec<Row>,
    }
    d.signed_in()?.acting().ok_or_else(Failure::not_found)?;
    let answer: Answer = d.ask(include_str!("../queries/event/mine.graphql"), json!({})).await?;
    d.page(&MinePage { d: d.clone(), events: answer.my_exchange_events })
}
