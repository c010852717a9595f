//! What the platform tells of itself: figures with plots, the ranking policy in plain words, open data, and the page for
//! developers.

pub mod developers;
mod flow;
pub mod plot;
pub mod search;

use askama::Template;
use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::json;

use crate::{api::Failure, desk::Desk, view::Money};
use domain::names::name_of;
use flow::{Flows, PairFlow, RUNGS};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/statistics", get(statistics))
        .route("/policy", get(policy))
        .route("/data", get(data))
        .route("/data/attribution.md", get(attribution))
        .merge(search::routes())
        .merge(developers::routes())
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cell {
    key: String,
    label: String,
    count: Option<i64>,
    gap_total: Option<Money>,
    suppressed: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LadderCell {
    rung: String,
    field: Option<String>,
    at_least: Option<i64>,
    suppressed: bool,
}

#[derive(Debug, Clone, Deserialize)]
struct Calibration {
    ranker: String,
    bands: Vec<Band>,
    says: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Band {
    from: i64,
    to: i64,
    pairs: i64,
    positives: i64,
    lift: f64,
    low: f64,
    high: f64,
}

#[derive(Template)]
#[template(path = "insight/statistics.html")]
struct StatisticsPage {
    d: Desk,
    by: &'static str,
    cells: Vec<Cell>,
    ladder: Vec<LadderCell>,
    calibration: Vec<Calibration>,
    /// By which rung the matrix is drawn.
    rung: &'static str,
    pairs: Vec<PairFlow>,
    flows: Option<Flows>,
    a: String,
    b: String,
}

/// By what the figures are counted, as the API names it.
const BYS: [&str; 4] = ["FIELD", "COUNTRY", "STAGE", "KIND"];

impl StatisticsPage {
    /// The name of a cell: that of its code in the vocabulary by which is counted.
    fn name(&self, cell: &Cell) -> String {
        match self.by {
            "FIELD" => self.d.name("CooperationField", &cell.key),
            "STAGE" => self.d.name("InvestmentStage", &cell.key),
            "KIND" => self.d.name("ProjectKind", &cell.key),
            _ => name_of(self.d.words.language, "Country", &cell.key).unwrap_or(&cell.label).to_owned(),
        }
    }

    fn bars(&self) -> String {
        let rows: Vec<(String, f64)> = self
            .cells
            .iter()
            .filter_map(|cell| Some((self.name(cell), cell.count? as f64)))
            .take(20)
            .collect();
        plot::bars(&self.d.say("statistics-plot"), &rows, self.d.words)
    }

    /// The rungs over all fields.
    fn rungs(&self) -> Vec<&LadderCell> {
        self.ladder.iter().filter(|rung| rung.field.is_none()).collect()
    }

    fn funnel(&self) -> String {
        let rows: Vec<(String, f64)> = self
            .rungs()
            .into_iter()
            .map(|rung| (self.d.code("rung", &rung.rung), rung.at_least.unwrap_or_default() as f64))
            .collect();
        plot::bars(&self.d.say("ladder-plot"), &rows, self.d.words)
    }

    fn matrix(&self) -> String {
        flow::matrix(&self.d, &self.pairs)
    }

    fn lifts(&self, calibration: &Calibration) -> String {
        let rows: Vec<(String, f64, f64, f64)> = calibration
            .bands
            .iter()
            .map(|band| (format!("{}–{}", band.from, band.to), band.low, band.lift, band.high))
            .collect();
        plot::intervals(&self.d.say("calibration-plot"), &rows, self.d.words)
    }
}

async fn statistics(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Cells {
        cells: Vec<Cell>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        statistics: Cells,
        outcome_ladder: Vec<LadderCell>,
        calibration: Vec<Calibration>,
        country_flows: Vec<PairFlow>,
    }
    #[derive(Deserialize)]
    struct Between {
        reciprocity: Flows,
    }
    let asked = d.parameter("by");
    let by = BYS.into_iter().find(|by| asked.as_deref() == Some(by)).unwrap_or("FIELD");
    let asked = d.parameter("rung");
    let rung = RUNGS.into_iter().find(|rung| asked.as_deref() == Some(rung)).unwrap_or("INTEREST");
    let variables = json!({ "by": by, "rung": rung });
    let mut answer: Answer = d.ask(include_str!("../queries/insight/statistics.graphql"), variables).await?;
    answer.statistics.cells.sort_by_key(|cell| std::cmp::Reverse(cell.count));
    let code = |name: &str| d.parameter(name).map(|code| code.to_uppercase()).unwrap_or_default();
    let (a, b) = (code("a"), code("b"));
    let flows = if a.len() == 2 && b.len() == 2 && a != b {
        let variables = json!({ "a": a, "b": b });
        let found: Between = d.ask(include_str!("../queries/insight/flows.graphql"), variables).await?;
        Some(found.reciprocity)
    } else {
        None
    };
    d.page(&StatisticsPage {
        d: d.clone(),
        by,
        cells: answer.statistics.cells,
        ladder: answer.outcome_ladder,
        calibration: answer.calibration,
        rung,
        pairs: answer.country_flows,
        flows,
        a,
        b,
    })
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    version: i64,
    hash: String,
    published_at: NaiveDate,
    author: String,
    note: String,
    fusion: String,
    investor_weights: Vec<CriterionWeight>,
    project_weights: Vec<CriterionWeight>,
    city_weights: Vec<CriterionWeight>,
    gates: Vec<GateRule>,
    city_gates: Vec<GateRule>,
    coverage_floor: f64,
    unknown_counts_for: f64,
    never_counted: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
struct CriterionWeight {
    key: String,
    weight: f64,
    anchors: String,
}

impl CriterionWeight {
    fn bar(&self) -> String {
        crate::draw::criterion(self.weight, 1.0, Some(1.0), 1.0)
    }
}

#[derive(Debug, Clone, Deserialize)]
struct GateRule {
    key: String,
    rule: String,
}

impl Policy {
    fn sides(&self) -> [(&'static str, &[CriterionWeight]); 3] {
        [
            ("policy-investor", &self.investor_weights),
            ("policy-project", &self.project_weights),
            ("policy-city", &self.city_weights),
        ]
    }

    fn all_gates(&self) -> impl Iterator<Item = &GateRule> {
        self.gates.iter().chain(&self.city_gates)
    }
}

#[derive(Template)]
#[template(path = "insight/policy.html")]
struct PolicyPage {
    d: Desk,
    p: Policy,
    versions: Vec<i64>,
}

async fn policy(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Version {
        version: i64,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        ranking_policy: Option<Policy>,
        policies: Vec<Version>,
    }
    let version = d.parameter("version").and_then(|text| text.parse::<i32>().ok());
    let variables = json!({ "version": version });
    let answer: Answer = d.ask(include_str!("../queries/insight/policy.graphql"), variables).await?;
    let p = answer.ranking_policy.ok_or_else(Failure::not_found)?;
    let versions = answer.policies.into_iter().map(|one| one.version).collect();
    d.page(&PolicyPage { d: d.clone(), p, versions })
}

/// Whose data the product ships, under which licence and how it was changed.
const ATTRIBUTION: &str = include_str!("../../demo/ATTRIBUTION.md");

/// The sections of a text of the kind: a heading after `## `, points after `* `, further lines of a point after blanks.
fn sections(text: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines() {
        let plain = line.trim().replace(['`', '*'], "");
        if let Some(heading) = line.strip_prefix("## ") {
            found.push((heading.to_owned(), Vec::new()));
        } else if let Some((_, points)) = found.last_mut().filter(|_| !plain.is_empty()) {
            match points.last_mut().filter(|_| !line.starts_with("* ")) {
                Some(point) => {
                    point.push(' ');
                    point.push_str(&plain);
                }
                None => points.push(plain.trim().to_owned()),
            }
        }
    }
    found
}

/// A text with links of the kind `[name](https://…)`, in pieces: words, and the address of those that are a link.
pub(crate) fn linked(text: &str) -> Vec<(&str, Option<&str>)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        let link = after.split_once("](").and_then(|(name, after)| Some((name, after.split_once(')')?)));
        let Some((name, (address, after))) = link.filter(|(_, (address, _))| address.starts_with("https://"))
        else {
            break;
        };
        pieces.extend([(before, None), (name, Some(address))]);
        rest = after;
    }
    pieces.push((rest, None));
    pieces
}

#[derive(Template)]
#[template(path = "insight/data.html")]
struct DataPage {
    d: Desk,
    sources: Vec<(String, Vec<String>)>,
}

async fn data(d: Desk) -> Result<Response, Failure> {
    d.page(&DataPage { d: d.clone(), sources: sections(ATTRIBUTION) })
}

async fn attribution() -> Response {
    ([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], ATTRIBUTION).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_a_source_is_one_on_the_page() {
        let found = linked("From [GeoNames](https://www.geonames.org), [as is] of 2026.");
        let (name, address) = ("GeoNames", "https://www.geonames.org");
        assert_eq!(found, [("From ", None), (name, Some(address)), (", [as is] of 2026.", None)]);
        assert_eq!(linked("[x](javascript:alert(1))").len(), 1);
    }

    #[test]
    fn every_source_is_shown_with_its_licence() {
        let found = sections(ATTRIBUTION);
        assert!(found.len() >= 8, "{found:?}");
        let all =
            found.iter().map(|(name, points)| format!("{name} {}", points.join(" "))).collect::<String>();
        for part in ["GeoNames", "CC BY 4.0", "ODC-BY", "OpenStreetMap contributors"] {
            assert!(all.contains(part), "{part}");
        }
    }
}
