//! The front page of owners and of city offices: what waits for their answer.

use askama::Template;
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    view::{Available, Connection, Named, Text},
};

/// Something that waits.
struct Waiting {
    /// Where it is answered.
    address: String,
    /// What it is about; none where a listing keeps its title back.
    title: Option<String>,
    /// From whom.
    from: String,
    since: DateTime<Utc>,
}

#[derive(Template)]
#[template(path = "public/waiting.html")]
struct WaitingPage {
    d: Desk,
    waiting: Vec<Waiting>,
}

#[derive(Deserialize)]
struct Titled {
    title: Option<Text>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Introduction {
    id: String,
    since: DateTime<Utc>,
    project: Option<Titled>,
    investor: Named,
    available_transitions: Vec<Available>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Partnership {
    id: String,
    state: String,
    since: DateTime<Utc>,
    my_city_side: Option<String>,
    city_a: Named,
    city_b: Named,
}

async fn nodes<T: DeserializeOwned>(d: &Desk, document: &str, name: &str) -> Result<Vec<T>, Failure> {
    let mut answer: serde_json::Map<String, serde_json::Value> = d.ask(document, json!({})).await?;
    let list = answer.remove(name).unwrap_or_default();
    let list: Connection<T> = serde_json::from_value(list).map_err(|_| Failure::internal())?;
    Ok(list.edges.into_iter().map(|edge| edge.node).collect())
}

/// The front page of somebody who acts for an owner or for the office of a city.
///
/// # Errors
/// The API gives no answer.
pub async fn shown(d: &Desk) -> Result<Response, Failure> {
    let is_city = d.person.as_ref().is_some_and(crate::person::Person::is_city);
    let waiting = if is_city {
        let document = include_str!("../queries/public/waiting_city.graphql");
        let all: Vec<Partnership> = nodes(d, document, "partnerships").await?;
        let asked =
            all.into_iter().filter(|one| one.state == "PROPOSED" && one.my_city_side.as_deref() == Some("B"));
        asked
            .map(|one| Waiting {
                address: format!("/partnerships/{}", one.id),
                title: Some(format!("{} – {}", one.city_a.name, one.city_b.name)),
                from: one.city_a.name,
                since: one.since,
            })
            .collect()
    } else {
        let document = include_str!("../queries/public/waiting_owner.graphql");
        let all: Vec<Introduction> = nodes(d, document, "pipeline").await?;
        let asked = all
            .into_iter()
            .filter(|one| one.available_transitions.iter().any(|transition| transition.is("ACCEPT")));
        asked
            .map(|one| Waiting {
                address: format!("/introductions/{}", one.id),
                title: one.project.and_then(|project| project.title).map(|title| title.value),
                from: one.investor.name,
                since: one.since,
            })
            .collect()
    };
    d.page(&WaitingPage { d: d.clone(), waiting })
}
