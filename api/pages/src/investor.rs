//! What an investor works with: mandates with their ranked projects, one match with the reasons of both sides, and the
//! introductions that come of it.

pub mod compare;
mod export;
pub mod home;
pub mod introduction;
pub mod mandate;
pub mod matching;
pub mod pipeline;
pub mod stack;
pub mod weights;

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    api::Failure,
    desk::Desk,
    public::{ProjectRow, next},
    view::{Connection, Counterfactual, Explanation, Money, Named, Score},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/mandates", get(mandates))
        .route("/mandates/{id}", get(ranked))
        .route("/mandates/{id}/export", get(export::ranked))
        .merge(mandate::routes())
        .merge(compare::routes())
        .merge(stack::routes())
        .merge(matching::routes())
        .merge(pipeline::routes())
        .merge(introduction::routes())
}

/// A mandate in a list.
#[derive(Debug, Clone, Deserialize)]
pub struct MandateRow {
    id: String,
    name: String,
    version: i64,
    terms: Terms,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Terms {
    fields: Vec<Wanted>,
    countries: Vec<String>,
    regions: Vec<String>,
    global: bool,
    ticket_min: Option<Money>,
    ticket_max: Option<Money>,
    stages: Vec<String>,
    instruments: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct Wanted {
    field: String,
}

#[derive(Template)]
#[template(path = "investor/mandates.html")]
struct MandatesPage {
    d: Desk,
    mandates: Vec<MandateRow>,
}

async fn mandates(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Own {
        mandates: Vec<MandateRow>,
    }
    #[derive(Deserialize)]
    struct Answer {
        organisation: Option<Own>,
    }
    let acting = d.signed_in()?.acting().ok_or_else(Failure::not_found)?.id.clone();
    let answer: Answer =
        d.ask(include_str!("../queries/investor/mandates.graphql"), json!({ "id": acting })).await?;
    let mandates = answer.organisation.ok_or_else(Failure::not_found)?.mandates;
    d.page(&MandatesPage { d: d.clone(), mandates })
}

/// A match in a ranked list.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RankedMatch {
    project: ProjectRow,
    score: Score,
    rank: Option<i64>,
    stability: Option<f64>,
    explanation: Explanation,
    counterfactuals: Vec<Counterfactual>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ranked {
    #[serde(flatten)]
    list: Connection<RankedMatch>,
    not_enough_known: i64,
    excluded_total: i64,
    excluded: Vec<Excluded>,
    policy: Policy,
    as_of: DateTime<Utc>,
}

#[derive(Debug, Clone, Deserialize)]
struct Excluded {
    gate: String,
    count: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    version: i64,
    published_at: NaiveDate,
}

#[derive(Template)]
#[template(path = "investor/ranked.html")]
struct RankedPage {
    d: Desk,
    mandate: Named,
    ranked: Ranked,
    text: String,
    by: String,
    is_rest: bool,
    /// The weights that the list is made with.
    weights: Vec<weights::Weight>,
    /// Whether they are the reader's own.
    is_own: bool,
}

impl RankedPage {
    fn more(&self) -> Option<String> {
        next(&self.d, &self.ranked.list.page_info)
    }

    /// The address of the head of this list as a file.
    fn file(&self, form: &str) -> String {
        let parts = url::form_urlencoded::parse(self.d.query.as_bytes());
        let parts = parts.filter(|(name, _)| name != "after" && name != "format");
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parts)
            .append_pair("format", form)
            .finish();
        format!("{}/export?{query}", self.d.path)
    }
}

/// How a list may be ordered, as the API names it.
const ORDERS: [&str; 3] = ["MUTUAL", "MINE", "NEUTRAL"];

/// What a ranked list is asked with.
struct Asked {
    variables: Value,
    text: Option<String>,
    by: String,
    is_rest: bool,
    weights: Vec<weights::Weight>,
    is_own: bool,
}

/// What the address of a ranked list asks for: filter, order, list and own weights.
async fn asked(d: &Desk, id: &str) -> Result<Asked, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Weighed {
        investor_weights: Vec<weights::Weight>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Rules {
        ranking_policy: Weighed,
    }
    let document = "query Weights { rankingPolicy { investorWeights { key weight } } }";
    let rules: Rules = d.ask(document, json!({})).await?;
    let policy = rules.ranking_policy.investor_weights;
    let own = weights::own(d, &policy);
    let text = d.parameter("text");
    let by =
        d.parameter("by").filter(|by| ORDERS.contains(&by.as_str())).unwrap_or_else(|| "MUTUAL".to_owned());
    let is_rest = d.parameter("list").as_deref() == Some("rest");
    let variables = json!({
        "id": id,
        "filter": text.as_ref().map(|text| json!({ "text": text })),
        "by": by,
        "list": if is_rest { "NOT_ENOUGH_KNOWN" } else { "RANKED" },
        "after": d.parameter("after"),
        "lang": lang(d),
        "weights": weights::input(own.as_deref()),
    });
    let (is_own, weights) = (own.is_some(), own.unwrap_or(policy));
    Ok(Asked { variables, text, by, is_rest, weights, is_own })
}

async fn ranked(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        mandate: Option<Named>,
        opportunities: Ranked,
    }
    let Asked { variables, text, by, is_rest, weights, is_own } = asked(&d, &id).await?;
    let answer: Answer = d.ask(include_str!("../queries/investor/ranked.graphql"), variables).await?;
    let mandate = answer.mandate.ok_or_else(Failure::not_found)?;
    let (text, ranked) = (text.unwrap_or_default(), answer.opportunities);
    d.page(&RankedPage { d: d.clone(), mandate, ranked, text, by, is_rest, weights, is_own })
}

/// The language of the scorer's sentences.
pub fn lang(d: &Desk) -> Value {
    d.language_code().into()
}
