//! A pipeline as a file.

use std::sync::Arc;

use domain::{
    Vocabulary,
    disclosure::ListingField,
    id::Id,
    introduction::{Introduction, Promise, Side},
    organisation::Organisation,
    project::Project,
    value::harmless_cell,
};
use serde::Serialize;

use crate::{
    app::App,
    command::CommandError,
    id::encode_as,
    store::{PipelineFilter, Stored},
    visible::Viewer,
};

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// A list of objects.
    Json,
}

/// Rows of one export.
const MAX_ROWS: u64 = 10_000;

/// One introduction in a file.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    state: &'static str,
    since: String,
    expressed_at: String,
    answered_at: Option<String>,
    my_side: &'static str,
    initiator: &'static str,
    project_id: String,
    project: Option<String>,
    mandate_id: String,
    investor: Option<String>,
    reason: Option<&'static str>,
    pledged: Option<String>,
    committed: Option<String>,
    closed: Option<String>,
    notes: String,
}

/// The introductions of an organisation, newest first, as far as its people see them.
///
/// # Errors
/// The database does not answer.
pub async fn pipeline(
    app: &App,
    viewer: &Viewer,
    own: Id<Organisation>,
    filter: &PipelineFilter,
    format: Format,
) -> Result<String, CommandError> {
    let rows = app.store.pipeline(own, filter, None, MAX_ROWS).await?;
    let rows: Vec<Stored<Introduction>> =
        rows.into_iter().filter(|row| viewer.see(Arc::new(row.clone())).is_some()).collect();
    let projects: Vec<Id<Project>> = rows.iter().map(|row| row.value.project).collect();
    let investors: Vec<Id<Organisation>> = rows.iter().map(|row| row.value.investor).collect();
    let projects = app.store.find(&projects).await?;
    let investors = app.store.find(&investors).await?;
    let mut notes = app.store.notes_of(own).await?;
    let amount = |promise: &Option<Promise>| promise.as_ref().map(|promise| promise.amount.to_string());
    let rows: Vec<Row> = rows
        .into_iter()
        .map(|stored| {
            let it = &stored.value;
            let title = projects.get(&it.project).and_then(|project| {
                let seen = viewer.see(Arc::new(project.clone()))?;
                seen.shows(ListingField::Title).then(|| project.value.title.value().to_owned())
            });
            Row {
                id: encode_as(stored.id),
                state: it.state.code(),
                since: it.since.to_rfc3339(),
                expressed_at: it.expressed_at.to_rfc3339(),
                answered_at: it.answered_at.map(|at| at.to_rfc3339()),
                my_side: it.side_of(own).map_or("", Side::code),
                initiator: it.initiator.code(),
                project_id: encode_as(it.project),
                project: title,
                mandate_id: encode_as(it.mandate),
                investor: investors.get(&it.investor).map(|investor| investor.value.name.to_string()),
                reason: it.over.as_ref().and_then(|over| over.code).map(Vocabulary::code),
                pledged: amount(&it.pledge),
                committed: amount(&it.commitment),
                closed: amount(&it.close),
                notes: notes.remove(&stored.id).unwrap_or_default().join("\n"),
            }
        })
        .collect();
    match format {
        Format::Json => serde_json::to_string_pretty(&rows).map_err(|_| CommandError::Failed),
        Format::Csv => csv(&rows),
    }
}

/// A table whose cells no spreadsheet takes for a formula.
fn csv(rows: &[Row]) -> Result<String, CommandError> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let header = [
        "id",
        "state",
        "since",
        "expressed_at",
        "answered_at",
        "my_side",
        "initiator",
        "project_id",
        "project",
        "mandate_id",
        "investor",
        "reason",
        "pledged",
        "committed",
        "closed",
        "notes",
    ];
    table.write_record(header).map_err(|_| CommandError::Failed)?;
    let text = |cell: &Option<String>| cell.clone().unwrap_or_default();
    for row in rows {
        let cells = [
            row.id.clone(),
            row.state.to_owned(),
            row.since.clone(),
            row.expressed_at.clone(),
            text(&row.answered_at),
            row.my_side.to_owned(),
            row.initiator.to_owned(),
            row.project_id.clone(),
            text(&row.project),
            row.mandate_id.clone(),
            text(&row.investor),
            row.reason.unwrap_or_default().to_owned(),
            text(&row.pledged),
            text(&row.committed),
            text(&row.closed),
            row.notes.clone(),
        ];
        table.write_record(cells.map(|cell| harmless_cell(&cell))).map_err(|_| CommandError::Failed)?;
    }
    let bytes = table.into_inner().map_err(|_| CommandError::Failed)?;
    String::from_utf8(bytes).map_err(|_| CommandError::Failed)
}
