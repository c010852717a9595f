//! Files of an organisation's own records: the same columns and readers as everybody's, without those that are the
//! platform's to say. Whose a row is, its state, its dates and its origin stand in no column.

use chrono::NaiveDate;
use domain::{
    import_job::{ImportedKind, WrongCell},
    mandate::Mandate,
};

use super::{ImportOptions, Row, Table, cells, mandates, projects, table::RowError};
use crate::{
    registry::project::Content,
    upload::{FileKind, sniff, xlsx::read_xlsx},
};

/// Columns that are not an owner's to fill in.
const NOT_OWN: &[&str] = &[
    "owner",
    "organisation",
    "version",
    "published_at",
    "confirmed_at",
    "state",
    "flags",
    "recorded_financier",
    "recorded_year",
    "inferred",
    "basis",
    "label",
    "source",
    "licence",
    "source_ref",
    "sample_facts",
];

/// Columns of a kind, in the order of the documentation; those marked `true` are required.
pub fn own_columns(kind: ImportedKind) -> Vec<(&'static str, bool)> {
    let all = match kind {
        ImportedKind::Projects => projects::COLUMNS,
        ImportedKind::Mandates => mandates::COLUMNS,
    };
    all.iter().copied().filter(|(name, _)| !NOT_OWN.contains(name)).collect()
}

/// A row of such a file with the key under which its owner knows it.
#[derive(Debug, Clone)]
pub enum OwnRow {
    /// A project.
    Project(String, Box<Content>),
    /// A mandate.
    Mandate(String, Box<Mandate>),
}

/// Such a file.
#[derive(Debug)]
pub struct OwnTable {
    kind: ImportedKind,
    table: Table,
}

impl OwnTable {
    /// Reads a file of text or a workbook.
    ///
    /// # Errors
    /// It is of no kind that is taken, does not read, or its header has other columns; in a sentence.
    pub fn read(name: &str, bytes: &[u8], kind: ImportedKind) -> Result<Self, String> {
        let columns = own_columns(kind);
        let table = match sniff(bytes, &[FileKind::Text, FileKind::Xlsx]).map_err(|e| e.to_string())? {
            FileKind::Xlsx => read_xlsx(name, bytes, &columns).map_err(|e| e.to_string())?,
            _ => Table::from_bytes(name, bytes, &columns).map_err(|e| e.to_string())?,
        };
        Ok(Self { kind, table })
    }

    /// Number of rows.
    pub fn len(&self) -> u64 {
        self.table.len() as u64
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Some rows from a place on, each with its number in the file, read or with what is wrong in it. A key that
    /// stands in the file before counts there and is wrong here.
    pub fn rows(
        &self,
        begin: usize,
        length: usize,
        today: NaiveDate,
    ) -> Vec<(u64, Result<OwnRow, Vec<WrongCell>>)> {
        let records: Vec<_> = self.table.records().collect();
        let mut seen: std::collections::HashSet<&str> =
            records.iter().take(begin).filter_map(|(_, record)| self.table.cell(record, "key")).collect();
        let some = records.iter().skip(begin).take(length);
        some.map(|(number, record)| {
            if let Some(message) = self.table.fault(record) {
                return (*number, Err(vec![wrong(*number, "row", message)]));
            }
            let key = self.table.cell(record, "key");
            if key.is_some_and(|key| !seen.insert(key)) {
                let message = "the key stands in the file before".to_owned();
                return (*number, Err(vec![wrong(*number, "key", message)]));
            }
            let mut row = Row::new(&self.table, *number, record);
            let read = self.row(&mut row, today);
            let errors = row.into_errors();
            let read = read.filter(|_| errors.is_empty());
            let said = |errors: Vec<RowError>| {
                errors.into_iter().map(|e| wrong(e.row, &e.column, e.message)).collect::<Vec<_>>()
            };
            (*number, read.ok_or_else(|| said(errors)))
        })
        .collect()
    }

    fn row(&self, row: &mut cells::Row<'_>, today: NaiveDate) -> Option<OwnRow> {
        let options = ImportOptions { dry_run: false, keep_good: true, today, fill_sample_dates: false };
        match self.kind {
            ImportedKind::Projects => {
                let (key, project) = projects::keyed(row, options)?;
                Some(OwnRow::Project(key, Box::new(Content(project.into()))))
            }
            ImportedKind::Mandates => {
                let (key, mandate) = mandates::keyed(row)?;
                Some(OwnRow::Mandate(key, Box::new(mandate)))
            }
        }
    }
}

fn wrong(row: u64, column: &str, message: String) -> WrongCell {
    WrongCell { row, column: column.to_owned(), message }
}
