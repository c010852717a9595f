//! One search over projects, cities and organisations.

use askama::Template;
use axum::{Router, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    public::Place,
    view::{Country, Money, Text},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/search", get(search))
}

/// What was found.
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind")]
enum Found {
    #[serde(rename_all = "camelCase")]
    Project {
        id: String,
        title: Option<Text>,
        stage: Option<String>,
        funding_gap: Option<Money>,
        places: Vec<Place>,
    },
    City {
        id: String,
        name: String,
        country: Country,
        population: Option<i64>,
    },
    #[serde(rename_all = "camelCase")]
    Organisation {
        id: String,
        name: String,
        country: Option<Country>,
        organisation_kind: String,
    },
}

impl Found {
    /// The countries of a project, each once.
    fn countries(&self) -> Vec<&Country> {
        let Self::Project { places, .. } = self else { return Vec::new() };
        let mut all: Vec<&Country> = places.iter().map(|place| &place.country).collect();
        all.sort();
        all.dedup();
        all
    }

    fn is_project(&self) -> bool {
        matches!(self, Self::Project { .. })
    }

    fn is_city(&self) -> bool {
        matches!(self, Self::City { .. })
    }

    fn is_organisation(&self) -> bool {
        matches!(self, Self::Organisation { .. })
    }
}

#[derive(Template)]
#[template(path = "insight/search.html")]
struct SearchPage {
    d: Desk,
    text: String,
    found: Vec<Found>,
}

impl SearchPage {
    /// What was found, a kind at a time, each in the order of the search.
    fn groups(&self) -> Vec<(&'static str, Vec<&Found>)> {
        let of = |is: fn(&Found) -> bool| self.found.iter().filter(|one| is(one)).collect::<Vec<_>>();
        let all = [
            ("projects-title", of(Found::is_project)),
            ("cities-title", of(Found::is_city)),
            ("search-organisations", of(Found::is_organisation)),
        ];
        all.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
    }
}

async fn search(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        search: Vec<Found>,
    }
    let text = d.parameter("text").unwrap_or_default();
    let found = if text.is_empty() {
        Vec::new()
    } else {
        let answer: Answer =
            d.ask(include_str!("../../queries/insight/search.graphql"), json!({ "text": text })).await?;
        answer.search
    };
    d.page(&SearchPage { d: d.clone(), text, found })
}
