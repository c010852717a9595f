//! Cities that would make partners for one, and one pair with the reasons and the lawful way of both sides.

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use super::profile::is_own;
use crate::{
    api::Failure,
    desk::Desk,
    investor::lang,
    public::next,
    view::{Connection, Country, Explanation, Gate, Named, Score, Side},
};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/cities/{id}/partners", get(partners))
        .route("/cities/{id}/partners/{other}", get(pair))
}

/// A city in a pair.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Partner {
    pub(super) id: String,
    pub(super) name: String,
    country: Country,
    population: Option<i64>,
    office: Option<Named>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Direction {
    a_needs_met: i64,
    a_needs: i64,
    b_needs_met: i64,
    b_needs: i64,
}

impl Direction {
    /// Of a city's needs, those that the other meets, drawn as filled squares among empty ones.
    fn squares(met: i64, all: i64) -> String {
        let all = usize::try_from(all.clamp(0, 12)).unwrap_or(0);
        let met = usize::try_from(met.clamp(0, 12)).unwrap_or(0);
        let width = all.saturating_mul(14).max(14);
        let square = |at: usize| {
            let class = if at < met { "value" } else { "track" };
            format!(
                "<rect class=\"{class}\" x=\"{}\" y=\"1\" width=\"12\" height=\"12\" rx=\"2\"/>",
                at.saturating_mul(14)
            )
        };
        let squares: String = (0..all).map(square).collect();
        format!(
            "<svg class=\"squares\" viewBox=\"0 0 {width} 14\" width=\"{width}\" height=\"14\" aria-hidden=\"true\">{squares}</svg>"
        )
    }

    fn ours(&self) -> String {
        Self::squares(self.a_needs_met, self.a_needs)
    }

    fn theirs(&self) -> String {
        Self::squares(self.b_needs_met, self.b_needs)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct PairRow {
    b: Partner,
    score: Score,
    rank: Option<i64>,
    direction: Option<Direction>,
    reachable_tier: String,
    explanation: Explanation,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ranked {
    #[serde(flatten)]
    list: Connection<PairRow>,
    not_enough_known: i64,
    excluded_total: i64,
    excluded: Vec<Excluded>,
    policy: Policy,
}

#[derive(Debug, Clone, Deserialize)]
struct Excluded {
    gate: String,
    count: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct Asking {
    id: String,
    name: String,
    accepting: Option<bool>,
    office: Option<Named>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    version: i64,
    published_at: NaiveDate,
}

#[derive(Template)]
#[template(path = "city/partners.html")]
struct PartnersPage {
    d: Desk,
    city: Asking,
    ranked: Ranked,
    is_rest: bool,
    /// Whether the own office has not said yet that it looks for partners.
    is_shut: bool,
}

impl PartnersPage {
    fn more(&self) -> Option<String> {
        next(&self.d, &self.ranked.list.page_info)
    }
}

async fn partners(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        city: Option<Asking>,
        partner_cities: Ranked,
    }
    let is_rest = d.parameter("list").as_deref() == Some("rest");
    let variables = json!({
        "id": id,
        "list": if is_rest { "NOT_ENOUGH_KNOWN" } else { "RANKED" },
        "after": d.parameter("after"),
        "lang": lang(&d),
    });
    let answer: Answer = d.ask(include_str!("../../queries/city/partners.graphql"), variables).await?;
    let city = answer.city.ok_or_else(Failure::not_found)?;
    let is_shut = is_own(&d, city.office.as_ref()) && city.accepting != Some(true);
    d.page(&PartnersPage { d: d.clone(), city, ranked: answer.partner_cities, is_rest, is_shut })
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pair {
    a: Partner,
    b: Partner,
    score: Score,
    for_a: Side,
    for_b: Side,
    direction: Option<Direction>,
    gates: Vec<Gate>,
    reachable_tier: String,
    listed: bool,
    explanation: Explanation,
}

impl Pair {
    fn sides(&self) -> [(&str, &Side); 2] {
        [(&self.a.name, &self.for_a), (&self.b.name, &self.for_b)]
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Way {
    reachable: Option<String>,
    trial_demanded_by: Vec<String>,
    before: Vec<String>,
    lanes: Vec<Lane>,
    weeks: Option<Weeks>,
}

#[derive(Debug, Clone, Deserialize)]
struct Weeks {
    from: i64,
    to: i64,
}

#[derive(Debug, Clone, Deserialize)]
struct Lane {
    side: String,
    steps: Vec<Step>,
    weeks: Option<Weeks>,
    questions: Vec<String>,
}

/// A step of a city's chain of approvals.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Step {
    pub(super) kind: String,
    papers: Vec<String>,
    weeks_from: Option<i64>,
    weeks_to: Option<i64>,
    source: Source,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    verified: bool,
    #[serde(rename = "source")]
    origin: Option<String>,
    as_of: Option<NaiveDate>,
}

/// Tiers that can be asked for, from the lightest.
pub(super) const TIERS: [&str; 5] =
    ["EXPLORATORY_LOI", "FIXED_FIELD", "FRIENDLY_EXCHANGE", "TWIN", "STRATEGIC"];

#[derive(Template)]
#[template(path = "city/pair.html")]
struct PairPage {
    d: Desk,
    p: Pair,
    way: Way,
    tier: String,
    own: bool,
}

async fn pair(d: Desk, Path((a, b)): Path<(String, String)>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        pair: Pair,
        way: Way,
    }
    let tier = d.parameter("tier").filter(|tier| TIERS.contains(&tier.as_str()));
    let tier = tier.unwrap_or_else(|| "FRIENDLY_EXCHANGE".to_owned());
    let variables = json!({ "a": a, "b": b, "tier": tier, "lang": lang(&d) });
    let answer: Answer = d.ask(include_str!("../../queries/city/pair.graphql"), variables).await?;
    let own = is_own(&d, answer.pair.a.office.as_ref());
    d.page(&PairPage { d: d.clone(), p: answer.pair, way: answer.way, tier, own })
}

#[cfg(test)]
mod tests {
    use super::Direction;

    #[test]
    fn as_many_squares_are_filled_as_needs_are_met() {
        let svg = Direction::squares(2, 3);
        assert_eq!((svg.matches("\"value\"").count(), svg.matches("\"track\"").count()), (2, 1));
        assert!(!Direction::squares(-1, -5).contains("rect"));
    }
}
