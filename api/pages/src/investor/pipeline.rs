//! The introductions under way as a board: a column for each state, in the order in which they follow.

use askama::Template;
use axum::{
    Router,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::Deserialize;
use serde_json::json;

use super::introduction::Row;
use crate::{
    api::Failure,
    desk::Desk,
    public::next,
    sheet::{Cell, Form, Sheet},
    view::Connection,
};

/// The routes.
pub fn routes() -> Router {
    Router::new().route("/pipeline", get(pipeline)).route("/pipeline/export", get(export))
}

/// The states, as they follow on one another.
const STATES: [&str; 15] = [
    "EXPRESSED",
    "HELD",
    "ACCEPTED",
    "IN_DISCUSSION",
    "DUE_DILIGENCE",
    "TERMS",
    "PLEDGED",
    "COMMITTED",
    "CLOSED",
    "REFUSED",
    "DECLINED",
    "WITHDRAWN",
    "EXPIRED",
    "ENDED",
    "LAPSED",
];

/// The sides, as the API names them.
const SIDES: [&str; 2] = ["INVESTOR", "OWNER"];

#[derive(Template)]
#[template(path = "investor/pipeline.html")]
struct PipelinePage {
    d: Desk,
    list: Connection<Row>,
    side: Option<String>,
    states: Vec<String>,
}

impl PipelinePage {
    fn more(&self) -> Option<String> {
        next(&self.d, &self.list.page_info)
    }

    /// The columns in which something is.
    fn columns(&self) -> Vec<(&'static str, Vec<&Row>)> {
        let rows = || self.list.edges.iter().map(|edge| &edge.node);
        let column = |state| (state, rows().filter(|row| row.state == state).collect::<Vec<_>>());
        STATES.into_iter().map(column).filter(|(_, rows)| !rows.is_empty()).collect()
    }

    fn is_side(&self, side: &str) -> bool {
        self.side.as_deref() == Some(side)
    }

    fn has_state(&self, state: &str) -> bool {
        self.states.iter().any(|own| own == state)
    }
}

async fn pipeline(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    struct Answer {
        pipeline: Connection<Row>,
    }
    d.signed_in()?;
    let side = d.parameter("side").filter(|side| SIDES.contains(&side.as_str()));
    let mut states = d.parameters("state");
    states.retain(|state| STATES.contains(&state.as_str()));
    let asked = if states.is_empty() { None } else { Some(&states) };
    let variables = json!({ "after": d.parameter("after"), "side": side, "states": asked });
    let answer: Answer = d.ask(include_str!("../../queries/investor/pipeline.graphql"), variables).await?;
    d.page(&PipelinePage { d: d.clone(), list: answer.pipeline, side, states })
}

/// What stands in the columns of a workbook: the names of the export's parts, which are those of the CSV.
const COLUMNS: [&str; 16] = [
    "project",
    "investor",
    "state",
    "since",
    "expressed_at",
    "answered_at",
    "my_side",
    "initiator",
    "reason",
    "pledged",
    "committed",
    "closed",
    "notes",
    "id",
    "project_id",
    "mandate_id",
];

/// The export as a workbook.
fn workbook(d: &Desk, exported: &str) -> Result<Response, Failure> {
    let rows: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_str(exported).map_err(|_| Failure::internal())?;
    let cell = |row: &serde_json::Map<_, serde_json::Value>, column: &str| {
        Cell::text(row.get(column).and_then(|value| value.as_str()))
    };
    let rows = rows.iter().map(|row| COLUMNS.map(|column| cell(row, column)).to_vec()).collect();
    let headings = COLUMNS.map(str::to_owned).to_vec();
    Sheet { name: "pipeline", headings, rows, is_rtl: d.words.language.is_rtl() }.file(Form::Xlsx)
}

/// The pipeline as a file; private notes are those of the own side.
async fn export(d: Desk) -> Result<Response, Failure> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Exported {
        export_pipeline: String,
    }
    d.signed_in()?;
    let asked = d.parameter("format");
    let (format, kind, name) = match asked.as_deref() {
        Some("json") => ("JSON", "application/json", "pipeline.json"),
        Some("xlsx") => ("JSON", "", ""),
        _ => ("CSV", "text/csv; charset=utf-8", "pipeline.csv"),
    };
    let document = "query Export($format: ExportFormat!) { exportPipeline(format: $format) }";
    let exported: Exported = d.ask(document, json!({ "format": format })).await?;
    if asked.as_deref() == Some("xlsx") {
        return workbook(&d, &exported.export_pipeline);
    }
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, exported.export_pipeline).into_response())
}
