//! Import of tables: organisations, deals, projects, mandates, cities, twinnings.
//!
//! One format, documented in `demo/README.md` and listed in [`columns`]: a header, one row a record, several values in
//! a cell separated by `|`. Errors name the row and the column and say what would be right. A file is imported
//! whole or not at all, unless the good rows are asked for; a dry run writes nothing; a second run changes nothing.

mod cells;
mod cities;
mod mandates;
mod organisations;
mod own;
mod projects;
mod table;
#[cfg(test)]
mod tests;

use std::path::Path;

use chrono::NaiveDate;
use domain::city::Twinning;

use crate::store::{Aggregate, Change, Store, StoreError, Tx, Written};

pub use cells::Row;
pub use own::{OwnRow, OwnTable, own_columns};
pub use table::{RowError, Table, TableError};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ImportKind {
    /// Organisations, investors among them.
    Organisations,
    /// Past deals of organisations.
    Deals,
    /// Projects.
    Projects,
    /// Mandates.
    Mandates,
    /// Cities.
    Cities,
    /// Twinnings.
    Twinnings,
}

/// How to import.
#[derive(Debug, Clone, Copy)]
pub struct ImportOptions {
    /// Write nothing.
    pub dry_run: bool,
    /// Import the good rows and leave the others out; else one bad row refuses the file.
    pub keep_good: bool,
    /// The day, for dates that the demo fills in.
    pub today: NaiveDate,
    /// Put the day in place of dates that are empty and marked as samples.
    pub fill_sample_dates: bool,
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Rows read.
    pub rows: u64,
    /// New records. An import of deals writes the organisations whose they are.
    pub created: u64,
    /// Records with a new version.
    pub changed: u64,
    /// Records that were the same before.
    pub unchanged: u64,
    /// Wrong cells, at most [`MAX_ERRORS`] of them.
    pub errors: Vec<RowError>,
    /// All wrong cells.
    pub error_count: u64,
    /// Whether anything was written.
    pub written: bool,
}

/// Errors that a report keeps.
pub const MAX_ERRORS: usize = 1_000;

/// An import that could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is no such table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The database refused.
    #[error("the import could not be written")]
    Store(#[from] StoreError),
}

/// Told how many rows are done, of how many.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, u64) + Send);

/// Columns of a kind, in the order of the documentation; those marked `true` are required.
pub const fn columns(kind: ImportKind) -> &'static [(&'static str, bool)] {
    match kind {
        ImportKind::Organisations => organisations::COLUMNS,
        ImportKind::Deals => organisations::DEAL_COLUMNS,
        ImportKind::Projects => projects::COLUMNS,
        ImportKind::Mandates => mandates::COLUMNS,
        ImportKind::Cities => cities::COLUMNS,
        ImportKind::Twinnings => cities::TWINNING_COLUMNS,
    }
}

/// Imports a file.
///
/// # Errors
/// The file does not read as a table of that kind, or the database refuses. Wrong rows are in the report.
pub async fn import_file(
    store: &Store,
    kind: ImportKind,
    path: &Path,
    options: ImportOptions,
    progress: Progress<'_>,
) -> Result<ImportReport, ImportError> {
    let table = Table::from_path(path, columns(kind))?;
    import_table(store, kind, &table, options, progress).await
}

/// Imports a table in memory.
///
/// # Errors
/// As [`import_file`].
pub async fn import_table(
    store: &Store,
    kind: ImportKind,
    table: &Table,
    options: ImportOptions,
    progress: Progress<'_>,
) -> Result<ImportReport, ImportError> {
    let mut report = ImportReport { rows: table.len() as u64, ..ImportReport::default() };
    // Cells are read before the write begins, which keeps others from writing.
    let tx = match kind {
        ImportKind::Organisations => {
            let rows = parse(table, &mut report, |row| organisations::organisation(row, options));
            let tx = begin(store).await?;
            let rows = organisations::keep_deals(&tx, rows).await?;
            put(&tx, rows, "key", &mut report, progress, options).await?;
            tx
        }
        ImportKind::Deals => {
            let deals = parse(table, &mut report, organisations::deal);
            let tx = begin(store).await?;
            let rows = organisations::merge_deals(&tx, deals, &mut report).await?;
            put(&tx, rows, "organisation", &mut report, progress, options).await?;
            tx
        }
        ImportKind::Projects => {
            let rows = parse(table, &mut report, |row| projects::project(row, options));
            let tx = begin(store).await?;
            let rows = with_owner(&tx, rows, "owner", &mut report).await?;
            put(&tx, rows, "key", &mut report, progress, options).await?;
            tx
        }
        ImportKind::Mandates => {
            let rows = parse(table, &mut report, mandates::mandate);
            let tx = begin(store).await?;
            let rows = with_owner(&tx, rows, "organisation", &mut report).await?;
            put(&tx, rows, "key", &mut report, progress, options).await?;
            tx
        }
        ImportKind::Cities => {
            let rows = parse(table, &mut report, |row| cities::city(row, options));
            let tx = begin(store).await?;
            let rows = cities::keep_offices(&tx, rows).await?;
            put(&tx, rows, "geonames_id", &mut report, progress, options).await?;
            tx
        }
        ImportKind::Twinnings => {
            let rows = parse(table, &mut report, cities::twinning);
            let tx = begin(store).await?;
            let rows = cities::with_cities(&tx, rows, &mut report).await?;
            put_twinnings(&tx, &rows, &mut report, progress, options).await?;
            tx
        }
    };
    report.errors.sort_by_key(|error| error.row);
    if options.dry_run || hopeless(&report, options) {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
        report.written = true;
    }
    Ok(report)
}

async fn begin(store: &Store) -> Result<Tx, StoreError> {
    Ok(store.begin().await?.caused_by("import"))
}

/// Reads a row and forgets what it says, for tests that throw anything at the readers.
#[cfg(test)]
fn read_row(kind: ImportKind, row: &mut Row<'_>, options: ImportOptions) {
    match kind {
        ImportKind::Organisations => drop(organisations::organisation(row, options)),
        ImportKind::Deals => drop(organisations::deal(row)),
        ImportKind::Projects => drop(projects::project(row, options)),
        ImportKind::Mandates => drop(mandates::mandate(row)),
        ImportKind::Cities => drop(cities::city(row, options)),
        ImportKind::Twinnings => drop(cities::twinning(row)),
    }
}

/// A good row with its number.
struct Parsed<T> {
    row: u64,
    value: T,
}

fn parse<T>(
    table: &Table,
    report: &mut ImportReport,
    mut one: impl FnMut(&mut Row<'_>) -> Option<T>,
) -> Vec<Parsed<T>> {
    let mut good = Vec::with_capacity(table.len());
    for (number, record) in table.records() {
        if let Some(message) = table.fault(record) {
            report.refuse(RowError { row: number, column: "row".to_owned(), message });
            continue;
        }
        let mut row = Row::new(table, number, record);
        let value = one(&mut row);
        let errors = row.into_errors();
        if let (true, Some(value)) = (errors.is_empty(), value) {
            good.push(Parsed { row: number, value });
        }
        for error in errors {
            report.refuse(error);
        }
    }
    good
}

impl ImportReport {
    fn refuse(&mut self, error: RowError) {
        self.error_count = self.error_count.saturating_add(1);
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error);
        }
    }

    fn count(&mut self, written: Written) {
        let counter = match written {
            Written::Created => &mut self.created,
            Written::Changed => &mut self.changed,
            Written::Unchanged => &mut self.unchanged,
        };
        *counter = counter.saturating_add(1);
    }
}

/// A record that names its owner by key.
struct Owned<T> {
    key: String,
    owner: String,
    value: T,
}

async fn with_owner<T>(
    tx: &Tx,
    rows: Vec<Parsed<Owned<T>>>,
    column: &'static str,
    report: &mut ImportReport,
) -> Result<Vec<Parsed<Change<T>>>, StoreError> {
    let mut keys: Vec<&str> = rows.iter().map(|row| row.value.owner.as_str()).collect();
    keys.sort_unstable();
    keys.dedup();
    let ids = tx.ids_by_keys::<domain::organisation::Organisation>(&keys).await?;
    let mut good = Vec::with_capacity(rows.len());
    for Parsed { row, value } in rows {
        if let Some(id) = ids.get(&value.owner) {
            let change = Change { source_key: value.key, owner: Some(*id), value: value.value };
            good.push(Parsed { row, value: change });
        } else {
            let message = format!("there is no organisation '{}': import it first", table::cut(&value.owner));
            report.refuse(RowError { row, column: column.to_owned(), message });
        }
    }
    Ok(good)
}

/// Whether a file with errors is given up before the database is asked to write.
const fn hopeless(report: &ImportReport, options: ImportOptions) -> bool {
    report.error_count > 0 && !options.keep_good
}

async fn put<T: Aggregate>(
    tx: &Tx,
    rows: Vec<Parsed<Change<T>>>,
    key_column: &str,
    report: &mut ImportReport,
    progress: Progress<'_>,
    options: ImportOptions,
) -> Result<(), StoreError> {
    let mut seen = std::collections::HashSet::new();
    let mut changes = Vec::with_capacity(rows.len());
    for Parsed { row, value } in rows {
        if seen.insert(value.source_key.clone()) {
            changes.push(value);
        } else {
            let message = format!("'{}' stands twice in the file", table::cut(&value.source_key));
            report.refuse(RowError { row, column: key_column.to_owned(), message });
        }
    }
    if hopeless(report, options) {
        return Ok(());
    }
    let total = changes.len() as u64;
    let mut done = 0_u64;
    let mut changes = changes.into_iter().peekable();
    while changes.peek().is_some() {
        let batch: Vec<Change<T>> = changes.by_ref().take(500).collect();
        done = done.saturating_add(batch.len() as u64);
        for written in tx.put(batch).await? {
            report.count(written);
        }
        progress(done, total);
    }
    Ok(())
}

async fn put_twinnings(
    tx: &Tx,
    rows: &[Parsed<Twinning>],
    report: &mut ImportReport,
    progress: Progress<'_>,
    options: ImportOptions,
) -> Result<(), StoreError> {
    if hopeless(report, options) {
        return Ok(());
    }
    let twinnings: Vec<Twinning> = rows.iter().map(|row| row.value.clone()).collect();
    // Their cities were looked up in this transaction: all are stored.
    for written in tx.put_twinnings(&twinnings).await?.into_iter().flatten() {
        report.count(written);
    }
    progress(rows.len() as u64, rows.len() as u64);
    Ok(())
}
