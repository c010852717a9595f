//! The capital stack of a project: which mandates together would fill its gap, drawn as a stack.

use std::fmt::Write as _;

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::Failure,
    desk::Desk,
    public::ProjectRow,
    view::{Money, Named},
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/projects/{id}/stack", get(shown))
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Slice {
    investor: Option<Named>,
    instrument: String,
    percent: i64,
    amount: Option<Money>,
    pair_score: f64,
    because: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LeftOut {
    gate_shut: i64,
    coverage: i64,
    ticket_unknown: i64,
    ticket_outside: i64,
    instrument: i64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stack {
    gap: Option<Money>,
    slices: Vec<Slice>,
    filled_percent: i64,
    optimal: bool,
    slack_pct: f64,
    candidates: i64,
    left_out: LeftOut,
}

impl Stack {
    /// Why mandates cannot be asked, with how many each.
    fn reasons(&self) -> Vec<(&'static str, i64)> {
        let out = &self.left_out;
        [
            ("GATE", out.gate_shut),
            ("COVERAGE", out.coverage),
            ("TICKET_UNKNOWN", out.ticket_unknown),
            ("TICKET_OUTSIDE", out.ticket_outside),
            ("INSTRUMENT", out.instrument),
        ]
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .collect()
    }

    fn drawn(&self) -> String {
        let parts: Vec<i64> = self.slices.iter().map(|one| one.percent).collect();
        draw(&parts)
    }
}

/// A stack of slices by their percent, from below, each with its number; what stays open stands above them.
fn draw(parts: &[i64]) -> String {
    let mut svg = String::from(
        "<svg class=\"plot stack\" viewBox=\"0 0 140 208\" width=\"140\" height=\"208\" aria-hidden=\"true\">\
         <rect class=\"track\" x=\"4\" y=\"4\" width=\"132\" height=\"200\"/>",
    );
    let mut top = 204_i64;
    for (at, percent) in parts.iter().enumerate() {
        let height = (*percent).clamp(0, 100).saturating_mul(2).min(top.saturating_sub(4));
        top = top.saturating_sub(height);
        let class = if at.is_multiple_of(2) { "value" } else { "unsure" };
        let _ = write!(
            svg,
            "<rect class=\"{class} slice\" x=\"4\" y=\"{top}\" width=\"132\" height=\"{height}\"/>"
        );
        if height >= 16 {
            let middle = top.saturating_add(height.checked_div(2).unwrap_or_default()).saturating_add(5);
            let _ = write!(
                svg,
                "<circle class=\"dot\" cx=\"22\" cy=\"{}\" r=\"8\"/><text x=\"22\" y=\"{}\" \
                 text-anchor=\"middle\" font-size=\"11\">{}</text>",
                middle.saturating_sub(5),
                middle.saturating_sub(1),
                at.saturating_add(1),
            );
        }
    }
    svg.push_str("</svg>");
    svg
}

#[derive(Template)]
#[template(path = "investor/stack.html")]
struct StackPage {
    d: Desk,
    project: ProjectRow,
    stack: Stack,
    rules: [(&'static str, i64, i64, i64); 4],
}

async fn shown(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Answer {
        project: Option<ProjectRow>,
        capital_stack: Stack,
    }
    d.signed_in()?;
    let rule = |name: &'static str, usual: i64, low: i64, high: i64| {
        let asked = d.parameter(name).and_then(|text| text.parse::<i64>().ok());
        (name, asked.unwrap_or(usual).clamp(low, high), low, high)
    };
    let rules = [
        rule("counterparties", 8, 1, 8),
        rule("leadPct", 0, 0, 100),
        rule("concentrationPct", 100, 1, 100),
        rule("concessionalPct", 100, 0, 100),
    ];
    let asked: serde_json::Map<String, serde_json::Value> =
        rules.iter().map(|(name, value, ..)| ((*name).to_owned(), json!(value))).collect();
    let variables = json!({ "id": id, "rules": asked, "lang": super::lang(&d) });
    let answer: Answer = d.ask(include_str!("../../queries/investor/stack.graphql"), variables).await?;
    let project = answer.project.ok_or_else(Failure::not_found)?;
    d.page(&StackPage { d: d.clone(), project, stack: answer.capital_stack, rules })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_stand_on_one_another_and_never_over_the_top() {
        let svg = draw(&[60, 30]);
        assert!(svg.contains("y=\"84\" width=\"132\" height=\"120\""), "{svg}");
        assert!(svg.contains("y=\"24\" width=\"132\" height=\"60\""), "{svg}");
        assert!(draw(&[70, 70]).contains("y=\"4\" width=\"132\" height=\"60\""));
        assert!(!draw(&[-5]).contains("height=\"-"));
    }
}
