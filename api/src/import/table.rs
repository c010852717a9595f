//! A table in memory: header and records of a CSV or TSV file, perhaps compressed.

use std::{collections::HashMap, fs::File, io::Read, path::Path};

use csv::StringRecord;
use domain::value::plain_cell;

/// Bytes of a file after decompression.
pub(super) const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Bytes of one cell.
pub(super) const MAX_CELL: usize = 100_000;

/// A wrong cell.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("row {row}, column {column}: {message}")]
pub struct RowError {
    /// The row in the file; the header is row 1.
    pub row: u64,
    /// The column's name; `row` where the row as a whole is wrong.
    pub column: String,
    /// What would be right.
    pub message: String,
}

/// A file that is no table of its kind.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It cannot be opened or read.
    #[error("the file {name} does not read")]
    Read {
        /// The file's name.
        name: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Too large.
    #[error("the file {name} is larger than {} MB when unpacked: split it", MAX_BYTES / 1024 / 1024)]
    TooLarge {
        /// The file's name.
        name: String,
    },
    /// Not UTF-8 or not in rows and columns.
    #[error("the file {name} is no table in UTF-8, row {row}: {message}")]
    Form {
        /// The file's name.
        name: String,
        /// The row, from 1.
        row: u64,
        /// What is wrong.
        message: String,
    },
    /// A column that is there twice.
    #[error("the file {name} has the column '{column}' twice: which one counts?")]
    DoubleColumn {
        /// The file's name.
        name: String,
        /// The column.
        column: String,
    },
    /// A column that the kind does not have.
    #[error("the file {name} has the unknown column '{column}'; the columns are {known}")]
    UnknownColumn {
        /// The file's name.
        name: String,
        /// The column.
        column: String,
        /// Those that exist.
        known: String,
    },
    /// A column that is missing.
    #[error("the file {name} has no column '{column}'; the required columns are {required}")]
    MissingColumn {
        /// The file's name.
        name: String,
        /// The column.
        column: &'static str,
        /// Those that are required.
        required: String,
    },
}

/// Header and records.
#[derive(Debug)]
pub struct Table {
    columns: HashMap<String, usize>,
    width: usize,
    records: Vec<(u64, StringRecord)>,
}

/// At most forty characters of something wrong, for a message.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

/// Counts rows as a spreadsheet does: empty lines count, line breaks within a cell do not.
struct Rows<'a> {
    bytes: &'a [u8],
    /// How far lines were counted, and how many ended before.
    counted: usize,
    lines: u64,
    /// Line breaks within cells up to there.
    breaks: u64,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8], header: &StringRecord) -> Self {
        Self { bytes, counted: 0, lines: 0, breaks: breaks_within(header) }
    }

    /// The row of the record that begins at an offset, or after the empty lines that stand there.
    fn begins(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let start = offset.saturating_add(empty);
        let piece = self.bytes.get(self.counted..start).unwrap_or_default();
        self.lines = self.lines.saturating_add(line_ends(piece));
        self.counted = start;
        self.lines.saturating_add(1).saturating_sub(self.breaks)
    }
}

/// Line ends in a text; a carriage return with its line feed is one.
fn line_ends(text: &[u8]) -> u64 {
    let next = text.iter().skip(1).map(Some).chain([None]);
    let ends = text.iter().zip(next).filter(|(byte, next)| match byte {
        b'\n' => true,
        b'\r' => *next != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u64
}

fn breaks_within(record: &StringRecord) -> u64 {
    record.iter().map(|cell| line_ends(cell.as_bytes())).fold(0, u64::saturating_add)
}

/// The places of the columns, checked against those of the kind.
fn columns_of(
    name: &str,
    header: &StringRecord,
    known: &[(&'static str, bool)],
) -> Result<HashMap<String, usize>, TableError> {
    let mut columns = HashMap::new();
    for (place, column) in header.iter().enumerate() {
        let column = column.trim();
        if columns.insert(column.to_owned(), place).is_some() {
            return Err(TableError::DoubleColumn { name: name.to_owned(), column: cut(column) });
        }
        if !known.iter().any(|(name, _)| *name == column) {
            return Err(TableError::UnknownColumn {
                name: name.to_owned(),
                column: cut(column),
                known: known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "),
            });
        }
    }
    if let Some((column, _)) =
        known.iter().find(|(column, required)| *required && !columns.contains_key(*column))
    {
        let required: Vec<&str> =
            known.iter().filter(|(_, required)| *required).map(|(name, _)| *name).collect();
        return Err(TableError::MissingColumn {
            name: name.to_owned(),
            column,
            required: required.join(", "),
        });
    }
    Ok(columns)
}

/// Records without the apostrophes that an export puts before what could be a formula: they are no part of a value.
fn unguarded(records: Vec<(u64, StringRecord)>) -> Vec<(u64, StringRecord)> {
    let plain = |record: StringRecord| {
        if record.iter().all(|cell| !cell.contains('\'')) {
            return record;
        }
        record.iter().map(|cell| plain_cell(cell.trim())).collect()
    };
    records.into_iter().map(|(number, record)| (number, plain(record))).collect()
}

impl Table {
    /// Reads a file; `.gz` is unpacked. The separator is a tab where the header has one, else a comma.
    ///
    /// # Errors
    /// It does not read, is too large, is not UTF-8, or its header has unknown or lacks required columns.
    pub fn from_path(path: &Path, known: &[(&'static str, bool)]) -> Result<Self, TableError> {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let read = |source| TableError::Read { name: name.clone(), source };
        let file = File::open(path).map_err(read)?;
        let mut bytes = Vec::new();
        let limit = MAX_BYTES.saturating_add(1);
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz")) {
            flate2::read::MultiGzDecoder::new(file).take(limit).read_to_end(&mut bytes).map_err(read)?;
        } else {
            file.take(limit).read_to_end(&mut bytes).map_err(read)?;
        }
        Self::from_bytes(&name, &bytes, known)
    }

    /// Reads bytes that were unpacked.
    ///
    /// # Errors
    /// As [`Self::from_path`].
    pub fn from_bytes(name: &str, bytes: &[u8], known: &[(&'static str, bool)]) -> Result<Self, TableError> {
        if bytes.len() as u64 > MAX_BYTES {
            return Err(TableError::TooLarge { name: name.to_owned() });
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let header_end = bytes.iter().position(|b| *b == b'\n').unwrap_or(bytes.len());
        let tabs = bytes.get(..header_end).is_some_and(|header| header.contains(&b'\t'));
        // A row with too many or too few cells is an error of that row and not of the file.
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(if tabs { b'\t' } else { b',' })
            .quoting(!tabs)
            .flexible(true)
            .from_reader(bytes);
        let form = |row: u64, error: &csv::Error| TableError::Form {
            name: name.to_owned(),
            row,
            message: error.to_string(),
        };
        let header = reader.headers().map_err(|error| form(1, &error))?.clone();
        let columns = columns_of(name, &header, known)?;
        let mut records = Vec::new();
        let mut rows = Rows::new(bytes, &header);
        for record in reader.records() {
            let record = record.map_err(|error| {
                form(rows.begins(error.position().map_or(0, csv::Position::byte)), &error)
            })?;
            let row = rows.begins(record.position().map_or(0, csv::Position::byte));
            rows.breaks = rows.breaks.saturating_add(breaks_within(&record));
            records.push((row, record));
        }
        Ok(Self { columns, width: header.len(), records: unguarded(records) })
    }

    /// A table of records that were read already, such as those of a spreadsheet; the header is row 1 or wherever
    /// the sheet has it.
    ///
    /// # Errors
    /// The header has unknown or lacks required columns.
    pub(crate) fn from_records(
        name: &str,
        header: &StringRecord,
        records: Vec<(u64, StringRecord)>,
        known: &[(&'static str, bool)],
    ) -> Result<Self, TableError> {
        let columns = columns_of(name, header, known)?;
        Ok(Self { columns, width: header.len(), records: unguarded(records) })
    }

    /// What makes a record unusable as a whole: its number of cells, or a cell that no column takes.
    pub(super) fn fault(&self, record: &StringRecord) -> Option<String> {
        if record.len() != self.width {
            return Some(format!("the row has {} cells and the header {}", record.len(), self.width));
        }
        if record.iter().any(|cell| cell.len() > MAX_CELL) {
            return Some(format!("a cell is longer than {MAX_CELL} bytes"));
        }
        record.iter().any(|cell| cell.contains('\0')).then(|| "a cell holds the character NUL".to_owned())
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    pub(crate) fn records(&self) -> impl Iterator<Item = (u64, &StringRecord)> {
        self.records.iter().map(|(number, record)| (*number, record))
    }

    pub(super) fn cell<'a>(&self, record: &'a StringRecord, column: &str) -> Option<&'a str> {
        let text = record.get(*self.columns.get(column)?)?.trim();
        (!text.is_empty()).then_some(text)
    }
}
