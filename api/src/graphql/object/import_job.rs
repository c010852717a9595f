//! Imports of an organisation's own records.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    import_job::{ImportJob, ImportMode, ImportState, ImportTransition, ImportedKind, WrongCell},
    policy::Relation,
};

use super::{
    super::{code::Code, cursor},
    common::{global, number},
    listing::HistoryStep,
    me::{stored, time},
};
use crate::{app::App, visible::Visible};

/// An import.
#[derive(Debug, Clone)]
pub struct ImportJobNode(pub Visible<ImportJob>);

/// A wrong cell of an imported file.
#[derive(Debug, SimpleObject)]
pub struct ImportError {
    /// The row in the file; the header is row 1.
    row: i64,
    /// The column; `row` where the row as a whole is wrong.
    column: String,
    /// What would be right.
    message: String,
}

/// A transition that the caller may ask for.
#[derive(Debug, SimpleObject)]
pub struct AvailableImportTransition {
    /// Its name.
    name: Code<ImportTransition>,
    /// What still has to hold; nothing does.
    requires: Vec<String>,
}

impl From<&WrongCell> for ImportError {
    fn from(cell: &WrongCell) -> Self {
        Self { row: number(cell.row), column: cell.column.clone(), message: cell.message.clone() }
    }
}

/// An import of an organisation's own records; only its people see it.
#[Object(name = "ImportJob")]
impl ImportJobNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every lot of rows.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Name of the file.
    async fn file_name(&self) -> &str {
        self.0.value.file_name.as_str()
    }
    /// What the file holds.
    async fn kind(&self) -> Code<ImportedKind> {
        Code(self.0.value.kind)
    }
    /// What becomes of a file with wrong rows.
    async fn mode(&self) -> Code<ImportMode> {
        Code(self.0.value.mode)
    }
    /// Whether it only says what it would do.
    async fn dry_run(&self) -> bool {
        self.0.value.dry_run
    }
    /// State.
    async fn state(&self) -> Code<ImportState> {
        Code(self.0.value.state)
    }
    /// What the caller can ask for now.
    async fn available_transitions(&self) -> Vec<AvailableImportTransition> {
        let may = self.0.relations().contains(Relation::MemberEditor);
        let open = self.0.value.state.after(ImportTransition::Cancel).is_some();
        let cancel = AvailableImportTransition { name: Code(ImportTransition::Cancel), requires: Vec::new() };
        if may && open { vec![cancel] } else { Vec::new() }
    }
    /// The states that it went through, oldest first.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<HistoryStep>> {
        let steps = stored(ctx.data::<App>()?.store.history(self.0.id.uuid()).await)?;
        Ok(steps.into_iter().map(Into::into).collect())
    }
    /// Rows of the file.
    async fn rows(&self) -> i64 {
        number(self.0.value.progress.rows)
    }
    /// Rows that were looked at; an import that was interrupted goes on after them.
    async fn rows_done(&self) -> i64 {
        number(self.0.value.progress.done)
    }
    /// New records; of a dry run those that would be.
    async fn created(&self) -> i64 {
        number(self.0.value.progress.created)
    }
    /// Changed records; of a dry run those that would be.
    async fn changed(&self) -> i64 {
        number(self.0.value.progress.changed)
    }
    /// Records that were the same before.
    async fn unchanged(&self) -> i64 {
        number(self.0.value.progress.unchanged)
    }
    /// All wrong cells, counted.
    async fn error_count(&self) -> i64 {
        number(self.0.value.progress.wrong_count)
    }
    /// Wrong cells in the order of the file; at most 1,000 are kept.
    async fn errors(
        &self,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "Cells to pass over, from the first.", default_with = "Some(0)")] skip: Option<i32>,
    ) -> Result<Vec<ImportError>> {
        let first = cursor::page_size(first)?;
        let skip = usize::try_from(skip.unwrap_or(0)).unwrap_or(0);
        Ok(self.0.value.progress.wrong.iter().skip(skip).take(first).map(Into::into).collect())
    }
    /// Why it was given up; null for any other.
    async fn fault(&self) -> Option<&str> {
        self.0.value.fault.as_deref()
    }
    /// Its last change.
    async fn updated_at(&self) -> DateTime<Utc> {
        time(self.0.updated_at)
    }
}
