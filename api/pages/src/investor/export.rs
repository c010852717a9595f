//! The head of a ranked list as a file.

use axum::{extract::Path, response::Response};
use serde::Deserialize;

use super::{Asked, asked};
use crate::{
    api::Failure,
    desk::Desk,
    public::ProjectRow,
    sheet::{Cell, Form, Sheet},
    view::{Connection, Explanation, Named, Score},
};

#[derive(Debug, Clone, Deserialize)]
struct Row {
    project: ProjectRow,
    score: Score,
    rank: Option<i64>,
    explanation: Explanation,
}

/// What stands in the columns, in their order: the keys of the headings.
const COLUMNS: [&str; 15] = [
    "column-rank",
    "column-project",
    "score-label",
    "column-low",
    "column-high",
    "column-coverage",
    "project-places",
    "project-fields",
    "project-stage",
    "project-gap",
    "column-currency",
    "project-deadline",
    "column-because",
    "column-against",
    "column-id",
];

/// The first hundred of a ranked list, in the order and with the filter and the weights of the page.
pub(super) async fn ranked(d: Desk, Path(id): Path<String>) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        mandate: Option<Named>,
        opportunities: Connection<Row>,
    }
    let form = d.parameter("format").and_then(|name| Form::of(&name)).ok_or_else(Failure::not_found)?;
    let Asked { variables, .. } = asked(&d, &id).await?;
    let answer: Answer = d.ask(include_str!("../../queries/investor/export.graphql"), variables).await?;
    answer.mandate.ok_or_else(Failure::not_found)?;
    let rows = answer.opportunities.edges.into_iter().map(|edge| cells(&d, edge.node)).collect();
    let headings = COLUMNS.iter().map(|key| d.say(key)).collect();
    Sheet { name: "ranked", headings, rows, is_rtl: d.words.language.is_rtl() }.file(form)
}

#[expect(clippy::cast_precision_loss, reason = "ranks and amounts of a list are far below 2^53")]
fn cells(d: &Desk, row: Row) -> Vec<Cell> {
    let Row { project, score, rank, explanation } = row;
    let countries: Vec<String> = project.countries().into_iter().map(|country| d.country(country)).collect();
    let fields: Vec<String> =
        project.fields.iter().map(|share| d.name("CooperationField", &share.field)).collect();
    let (amount, currency) = match &project.funding_gap {
        Some(gap) => (Cell::Number(gap.units() as f64), Cell::Text(gap.currency.clone())),
        None => (Cell::text(project.size_band.clone()), Cell::Empty),
    };
    vec![
        rank.map_or(Cell::Empty, |rank| Cell::Number(rank as f64)),
        Cell::text(project.title.map(|title| title.value)),
        Cell::rounded(score.point, 1),
        Cell::rounded(score.low, 1),
        Cell::rounded(score.high, 1),
        Cell::rounded(score.coverage * 100.0, 0),
        Cell::Text(countries.join(", ")),
        Cell::Text(fields.join(", ")),
        Cell::text(project.stage.map(|stage| d.name("InvestmentStage", &stage))),
        amount,
        currency,
        project.deadline.map_or(Cell::Empty, Cell::Day),
        Cell::Text(explanation.because.join(" ")),
        Cell::Text(explanation.against.join(" ")),
        Cell::Text(project.id),
    ]
}
