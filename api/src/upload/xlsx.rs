//! The first sheet of a workbook (Office Open XML, ISO/IEC 29500) as a [`Table`]: what the CSV of it would say.
//!
//! Only four parts are read, each streamed and counted: the workbook, its styles (to tell days from numbers), its
//! shared strings, and the sheet. The sheet's `dimension` is passed over, for it is a claim; rows and columns are where
//! their cells say. A formula counts by the value that was saved with it. Numbers are written as short as they read
//! back; days as 2026-11-24.

use std::{
    collections::HashSet,
    io::{BufReader, Read},
};

use chrono::{Days, NaiveDate};
use csv::StringRecord;

use super::archive::{Archive, ArchiveError, MAX_INFLATED};
use crate::{
    import::{Table, TableError},
    xml::{Limits, Token, XmlError, XmlReader},
};

/// The part that every workbook has.
pub const WORKBOOK: &str = "xl/workbook.xml";

/// Columns of a sheet; kinds of import have at most sixty.
pub const MAX_COLUMNS: usize = 256;

/// Cells of a table, empty ones among them.
pub const MAX_CELLS: usize = 5_000_000;

/// Bytes of all cells: one shared string may stand in a million cells.
pub const MAX_TEXT: usize = 100 * 1024 * 1024;

/// Shared strings of a workbook.
const MAX_STRINGS: usize = 2_000_000;

/// Formats of cells, and sheets, of a workbook: Excel's own limits.
const MAX_STYLES: usize = 65_490;
const MAX_SHEETS: usize = 1_000;

const LIMITS: Limits =
    Limits { bytes: MAX_INFLATED, elements: 20_000_000, depth: 64, attributes: 64, token: 1024 * 1024 };

/// A workbook that does not read as a table.
#[derive(Debug, thiserror::Error)]
pub enum XlsxError {
    /// The archive is refused.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A part is refused.
    #[error("the workbook's part {part} does not read: {source}")]
    Xml {
        /// Which part.
        part: String,
        /// What is wrong with it.
        #[source]
        source: XmlError,
    },
    /// A part is missing.
    #[error("the workbook has no part {0}: save it as XLSX again")]
    Missing(String),
    /// A cell is wrong.
    #[error("row {row}, column {column}: {message}")]
    Cell {
        /// The row, from 1.
        row: u64,
        /// The column's letters, such as `B`.
        column: String,
        /// What is wrong and what would be right.
        message: String,
    },
    /// Too much of something.
    #[error("the workbook has more than {0}")]
    TooMuch(&'static str),
    /// The first sheet is empty.
    #[error("the first sheet of the workbook is empty")]
    Empty,
    /// The header is not that of the kind.
    #[error(transparent)]
    Table(#[from] TableError),
}

/// Reads the first sheet of a workbook. Its first row that is not empty is the header.
///
/// # Errors
/// The workbook is refused or does not read, or its header has unknown or lacks required columns.
pub fn read_xlsx(name: &str, bytes: &[u8], known: &[(&'static str, bool)]) -> Result<Table, XlsxError> {
    let mut archive = Archive::open(bytes)?;
    let book = workbook(&mut archive)?;
    let sheet = target(&mut archive, &book.sheet)?;
    let days = styles(&mut archive)?;
    let strings = shared_strings(&mut archive)?;
    let context = Context { strings, days, epoch: book.epoch };
    let mut rows = sheet_rows(&mut archive, &sheet, &context)?.into_iter();
    let (_, header) = rows.next().ok_or(XlsxError::Empty)?;
    let width = header.len();
    let mut records = Vec::new();
    let mut cells = 0_usize;
    for (row, mut cells_of) in rows {
        if cells_of.len() < width {
            cells_of.resize(width, String::new());
        }
        cells = cells.saturating_add(cells_of.len());
        if cells > MAX_CELLS {
            return Err(XlsxError::TooMuch("five million cells"));
        }
        records.push((row, StringRecord::from(cells_of)));
    }
    Ok(Table::from_records(name, &StringRecord::from(header), records, known)?)
}

/// Reads a part by tokens; false where there is none. An error of the archive says more than the parser that met it.
fn each_token(
    archive: &mut Archive<'_>,
    part: &str,
    mut see: impl FnMut(Token, &XmlReader<BufReader<&mut dyn Read>>) -> Result<(), XlsxError>,
) -> Result<bool, XlsxError> {
    let result = {
        let Some(mut source) = archive.part(part)? else { return Ok(false) };
        let source: &mut dyn Read = &mut source;
        let mut xml = XmlReader::new(BufReader::new(source), LIMITS);
        loop {
            match xml.next_token() {
                Ok(Token::End) => break Ok(true),
                Ok(token) => see(token, &xml)?,
                Err(source) => break Err(XlsxError::Xml { part: part.to_owned(), source }),
            }
        }
    };
    match archive.stop() {
        Some(stop) => Err(stop.into()),
        None => result,
    }
}

struct Book {
    /// The relation that the first sheet has.
    sheet: String,
    /// The day before the first, by which days are counted.
    epoch: NaiveDate,
}

fn workbook(archive: &mut Archive<'_>) -> Result<Book, XlsxError> {
    let mut sheets = Vec::new();
    let mut from_1904 = false;
    let found = each_token(archive, WORKBOOK, |token, xml| {
        match (token, xml.name()) {
            (Token::Open, "sheet") => {
                if sheets.len() >= MAX_SHEETS {
                    return Err(XlsxError::TooMuch("a thousand sheets"));
                }
                // r:id; the plain sheetId is another number.
                sheets.push(xml.attribute("id").unwrap_or_default().to_owned());
            }
            (Token::Open, "workbookPr") => from_1904 = xml.attribute("date1904").is_some_and(truth),
            _ => {}
        }
        Ok(())
    })?;
    if !found {
        return Err(XlsxError::Missing(WORKBOOK.to_owned()));
    }
    let epoch =
        if from_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) };
    let sheet = sheets.into_iter().next().ok_or(XlsxError::Empty)?;
    Ok(Book { sheet, epoch: epoch.unwrap_or_default() })
}

fn truth(value: &str) -> bool {
    value == "1" || value == "true"
}

/// The part to which a relation of the workbook leads.
fn target(archive: &mut Archive<'_>, relation: &str) -> Result<String, XlsxError> {
    const PART: &str = "xl/_rels/workbook.xml.rels";
    let mut target = None;
    each_token(archive, PART, |token, xml| {
        if (token, xml.name()) == (Token::Open, "Relationship") && xml.attribute("Id") == Some(relation) {
            target = xml.attribute("Target").map(str::to_owned);
        }
        Ok(())
    })?;
    let target = target.ok_or_else(|| XlsxError::Missing(PART.to_owned()))?;
    // Relative to xl/, or from the root. It is looked up among the entries' names and is no path of any disk.
    let part = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
    if archive.has(&part) { Ok(part) } else { Err(XlsxError::Missing(part.chars().take(80).collect())) }
}

/// For each format of cells, whether it shows a day.
fn styles(archive: &mut Archive<'_>) -> Result<Vec<bool>, XlsxError> {
    let mut custom = HashSet::new();
    let mut days = Vec::new();
    let mut in_cells = false;
    each_token(archive, "xl/styles.xml", |token, xml| {
        match (token, xml.name()) {
            (Token::Open, "cellXfs") => in_cells = true,
            (Token::Open, "cellStyles" | "cellStyleXfs" | "dxfs") => in_cells = false,
            (Token::Open, "numFmt")
                if custom.len() < MAX_STYLES
                    && shows_a_day(xml.attribute("formatCode").unwrap_or_default()) =>
            {
                custom.insert(xml.attribute("numFmtId").unwrap_or_default().to_owned());
            }
            (Token::Open, "xf") if in_cells => {
                if days.len() >= MAX_STYLES {
                    return Err(XlsxError::TooMuch("65,490 formats of cells"));
                }
                let format = xml.attribute("numFmtId").unwrap_or_default();
                // Those built in: 14 to 17 and 22 show days (ISO/IEC 29500-1, 18.8.30).
                let built_in = matches!(format, "14" | "15" | "16" | "17" | "22");
                days.push(built_in || custom.contains(format));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(days)
}

/// Whether a format's code has a year or a day outside of quotes and brackets.
fn shows_a_day(code: &str) -> bool {
    let mut quoted = false;
    let mut bracketed = false;
    let mut escaped = false;
    for character in code.chars() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match character {
            '\\' | '_' | '*' => escaped = true,
            '"' => quoted = !quoted,
            '[' if !quoted => bracketed = true,
            ']' if !quoted => bracketed = false,
            'y' | 'Y' | 'd' | 'D' if !quoted && !bracketed => return true,
            _ => {}
        }
    }
    false
}

fn shared_strings(archive: &mut Archive<'_>) -> Result<Vec<String>, XlsxError> {
    let mut strings: Vec<String> = Vec::new();
    let (mut in_text, mut phonetic) = (false, false);
    each_token(archive, "xl/sharedStrings.xml", |token, xml| {
        match (token, xml.name()) {
            (Token::Open, "si") => {
                if strings.len() >= MAX_STRINGS {
                    return Err(XlsxError::TooMuch("two million shared strings"));
                }
                strings.push(String::new());
            }
            // How a word is spoken is not part of it.
            (Token::Open, "rPh") => phonetic = true,
            (Token::Open, "r") => phonetic = false,
            (Token::Open, name) => in_text = name == "t" && !phonetic,
            (Token::Close, _) => in_text = false,
            (Token::Text, _) if in_text => {
                if let Some(last) = strings.last_mut() {
                    last.push_str(xml.text());
                }
            }
            (Token::Text | Token::End, _) => {}
        }
        if (token, xml.name()) == (Token::Open, "si") {
            phonetic = false;
        }
        Ok(())
    })?;
    Ok(strings)
}

/// What cells are read by.
struct Context {
    strings: Vec<String>,
    days: Vec<bool>,
    epoch: NaiveDate,
}

/// A cell that is being read.
#[derive(Default)]
struct Cell {
    column: usize,
    kind: String,
    style: usize,
    text: String,
}

/// Rows that are not empty, with their numbers.
fn sheet_rows(
    archive: &mut Archive<'_>,
    part: &str,
    context: &Context,
) -> Result<Vec<(u64, Vec<String>)>, XlsxError> {
    let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
    let mut number = 0_u64;
    let mut row: Vec<String> = Vec::new();
    let mut cell: Option<Cell> = None;
    let mut in_value = false;
    let (mut text, mut cells) = (0_usize, 0_usize);
    each_token(archive, part, |token, xml| {
        match (token, xml.name()) {
            (Token::Open, "row") => {
                keep(&mut rows, number, &mut row);
                let next = number.saturating_add(1);
                number = match xml.attribute("r") {
                    None => next,
                    Some(given) => given
                        .parse()
                        .ok()
                        .filter(|given| *given >= next && *given <= 1_048_576)
                        .ok_or_else(|| fault(next, 0, "the sheet's rows are not in order"))?,
                };
            }
            (Token::Open, "c") => {
                let column = match xml.attribute("r") {
                    None => row.len(),
                    Some(place) => column(place).unwrap_or(usize::MAX),
                };
                if column >= MAX_COLUMNS || column < row.len() {
                    let message =
                        format!("a cell stands outside of the first {MAX_COLUMNS} columns or out of order");
                    return Err(fault(number, column.min(16_383), &message));
                }
                cell = Some(Cell {
                    column,
                    kind: xml.attribute("t").unwrap_or("n").to_owned(),
                    style: xml.attribute("s").and_then(|style| style.parse().ok()).unwrap_or(usize::MAX),
                    text: String::new(),
                });
            }
            (Token::Open, name) => in_value = matches!(name, "v" | "t"),
            (Token::Close, _) => {
                // A value closes before its cell does.
                if !std::mem::take(&mut in_value)
                    && let Some(done) =
                        cell.take_if(|cell| xml.depth() == DEPTH_OF_ROW && cell.column < MAX_COLUMNS)
                {
                    let value = context.value(number, &done)?;
                    if !value.is_empty() {
                        text = text.saturating_add(value.len());
                        cells = cells.saturating_add(done.column.saturating_sub(row.len())).saturating_add(1);
                        if text > MAX_TEXT {
                            return Err(XlsxError::TooMuch("100 MB of text in its cells"));
                        }
                        if cells > MAX_CELLS {
                            return Err(XlsxError::TooMuch("five million cells"));
                        }
                        row.resize(done.column, String::new());
                        row.push(value);
                    }
                }
            }
            (Token::Text, _) if in_value => {
                if let Some(cell) = &mut cell {
                    cell.text.push_str(xml.text());
                }
            }
            (Token::Text | Token::End, _) => {}
        }
        Ok(())
    })?;
    keep(&mut rows, number, &mut row);
    Ok(rows)
}

/// Elements that are open when a cell has closed: `worksheet`, `sheetData`, `row`.
const DEPTH_OF_ROW: usize = 3;

fn keep(rows: &mut Vec<(u64, Vec<String>)>, number: u64, row: &mut Vec<String>) {
    if !row.is_empty() {
        rows.push((number, std::mem::take(row)));
    }
}

fn fault(row: u64, column: usize, message: &str) -> XlsxError {
    XlsxError::Cell { row, column: letters(column), message: message.to_owned() }
}

/// The place of a column, from 0, by the letters of a cell's name such as `AB12`.
pub(super) fn column(place: &str) -> Option<usize> {
    let mut number = 0_usize;
    for letter in place.bytes().take_while(u8::is_ascii_uppercase).take(4) {
        number =
            number.checked_mul(26)?.checked_add(usize::from(letter.saturating_sub(b'A')))?.checked_add(1)?;
    }
    number.checked_sub(1)
}

/// The letters of a column by its place, from 0.
pub(super) fn letters(place: usize) -> String {
    let mut left = place.saturating_add(1);
    let mut letters = Vec::new();
    while left > 0 {
        left = left.saturating_sub(1);
        letters.push(char::from(b'A'.saturating_add((left % 26) as u8)));
        left /= 26;
    }
    letters.iter().rev().collect()
}

impl Context {
    fn value(&self, row: u64, cell: &Cell) -> Result<String, XlsxError> {
        let wrong = |message: &str| fault(row, cell.column, message);
        match cell.kind.as_str() {
            "s" => {
                let place: Option<usize> = cell.text.trim().parse().ok();
                let string = place.and_then(|place| self.strings.get(place));
                string.cloned().ok_or_else(|| wrong("the cell's shared string is missing"))
            }
            "str" | "inlineStr" | "d" => Ok(cell.text.clone()),
            "b" => Ok(if truth(cell.text.trim()) { "true" } else { "false" }.to_owned()),
            "e" => Err(wrong("the cell shows an error of its formula: correct it")),
            "n" if cell.text.trim().is_empty() => Ok(String::new()),
            "n" => {
                let number: Option<f64> = cell.text.trim().parse().ok();
                let number = number.filter(|number| number.is_finite() && number.abs() < 1e21);
                let number = number.ok_or_else(|| wrong("the cell is no number"))?;
                if !self.days.get(cell.style).is_some_and(|day| *day) {
                    return Ok(number.to_string());
                }
                self.day(number).ok_or_else(|| wrong("the cell is no day: write one like 2026-11-24"))
            }
            _ => Err(wrong("the cell is of an unknown kind")),
        }
    }

    /// A day by its number; a time of the day is left away. Days before 1900-03-01 are refused, for Excel counts a day
    /// that was not.
    fn day(&self, number: f64) -> Option<String> {
        if !(61.0..3_000_000.0).contains(&number) {
            return None;
        }
        let day = self.epoch.checked_add_days(Days::new(number as u64))?;
        (day.to_string().len() == 10).then(|| day.to_string())
    }
}
