//! Tab-separated tables with a header, read line by line; every refusal says file, line and column.

use std::io::BufRead;

use chrono::{Datelike, NaiveDate};

/// What is wrong with a data file, and where.
#[derive(Debug, thiserror::Error)]
#[error("{file}, line {line}, column {column}: {wrong}")]
pub struct DataError {
    /// Name of the file as the caller gave it.
    pub file: String,
    /// Line, from 1; the header is line 1.
    pub line: usize,
    /// Name of the column, or its number where the header is at fault.
    pub column: String,
    /// What is wrong.
    pub wrong: Wrong,
}

/// The kinds of fault in a data file.
#[derive(Debug, thiserror::Error)]
pub enum Wrong {
    /// The file cannot be read on.
    #[error("cannot be read: {0}")]
    Unreadable(#[source] std::io::Error),
    /// The file has no line at all.
    #[error("the file is empty; a header is missing")]
    Empty,
    /// A column that is needed is not in the header.
    #[error("the header has no such column")]
    NoColumn,
    /// A line with too few or too many cells.
    #[error("{found} cells where the header has {wanted}")]
    Cells {
        /// Cells of the line.
        found: usize,
        /// Cells of the header.
        wanted: usize,
    },
    /// A cell that must not be empty.
    #[error("is empty")]
    Missing,
    /// A cell that is no number in its range.
    #[error("{0:?} is not a number from {1} to {2}")]
    Number(String, f64, f64),
    /// A cell that is no date.
    #[error("{0:?} is not a date as YYYY-MM-DD")]
    Date(String),
    /// A cell that is not one of a list.
    #[error("{0:?} is not one of the values that the column knows")]
    Value(String),
    /// An id that another file should have introduced.
    #[error("{0:?} is not known from {1}")]
    UnknownId(String, &'static str),
    /// An id that stands twice where it may stand once.
    #[error("{0:?} stands twice")]
    Twice(String),
}

/// Days since 1970-01-01.
pub type Day = i32;

/// The day of a date.
pub fn day_of(date: NaiveDate) -> Day {
    date.num_days_from_ce().saturating_sub(719_163)
}

/// The date of a day.
pub fn date_of(day: Day) -> NaiveDate {
    NaiveDate::from_num_days_from_ce_opt(day.saturating_add(719_163)).unwrap_or(NaiveDate::MIN)
}

/// The cells of one line, in the order of the columns asked for.
#[derive(Debug)]
pub struct Row<'a> {
    file: &'a str,
    line: usize,
    columns: &'a [&'static str],
    cells: Vec<&'a str>,
}

impl<'a> Row<'a> {
    /// The cell of a column by its place among the columns asked for; empty where there is none.
    pub fn text(&self, column: usize) -> &'a str {
        self.cells.get(column).copied().unwrap_or_default()
    }

    /// A fault in a column of this line.
    pub fn wrong(&self, column: usize, wrong: Wrong) -> DataError {
        DataError {
            file: self.file.to_owned(),
            line: self.line,
            column: self.columns.get(column).copied().unwrap_or("?").to_owned(),
            wrong,
        }
    }

    /// A cell that must not be empty.
    ///
    /// # Errors
    /// [`Wrong::Missing`].
    pub fn needed(&self, column: usize) -> Result<&'a str, DataError> {
        match self.text(column) {
            "" => Err(self.wrong(column, Wrong::Missing)),
            text => Ok(text),
        }
    }

    /// A number in a range, or nothing where the cell is empty. Infinite values and NaN are refused.
    ///
    /// # Errors
    /// [`Wrong::Number`].
    pub fn number(&self, column: usize, low: f64, high: f64) -> Result<Option<f64>, DataError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() && value >= low && value <= high => Ok(Some(value)),
            _ => Err(self.wrong(column, Wrong::Number(short(text), low, high))),
        }
    }

    /// A date, or nothing where the cell is empty.
    ///
    /// # Errors
    /// [`Wrong::Date`].
    pub fn day(&self, column: usize) -> Result<Option<Day>, DataError> {
        let text = self.text(column);
        if text.is_empty() {
            return Ok(None);
        }
        match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            Ok(date) if text.len() == 10 => Ok(Some(day_of(date))),
            _ => Err(self.wrong(column, Wrong::Date(short(text)))),
        }
    }
}

/// The beginning of a text, for a message.
pub(crate) fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Reads a table and hands each line's cells to `each`, in the order of `columns`.
///
/// # Errors
/// A file that cannot be read, a header without a column, a line with another number of cells, and what `each` refuses.
pub fn read(
    file: &str,
    mut source: impl BufRead,
    columns: &[&'static str],
    mut each: impl FnMut(&Row<'_>) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let fault = |line: usize, column: &str, wrong: Wrong| DataError {
        file: file.to_owned(),
        line,
        column: column.to_owned(),
        wrong,
    };
    let mut text = String::new();
    let mut next = |text: &mut String, line: usize| -> Result<bool, DataError> {
        text.clear();
        let read = source.read_line(text).map_err(|error| fault(line, "1", Wrong::Unreadable(error)))?;
        while text.ends_with(['\n', '\r']) {
            text.pop();
        }
        Ok(read > 0)
    };
    if !next(&mut text, 1)? {
        return Err(fault(1, "1", Wrong::Empty));
    }
    let header: Vec<String> = text.trim_start_matches('\u{feff}').split('\t').map(str::to_owned).collect();
    let places = columns
        .iter()
        .map(|column| {
            header.iter().position(|name| name == column).ok_or_else(|| fault(1, column, Wrong::NoColumn))
        })
        .collect::<Result<Vec<usize>, DataError>>()?;
    let mut line = 1_usize;
    loop {
        line = line.saturating_add(1);
        if !next(&mut text, line)? {
            return Ok(());
        }
        if text.is_empty() {
            continue;
        }
        let all: Vec<&str> = text.split('\t').collect();
        if all.len() != header.len() {
            let column = all.len().min(header.len()).to_string();
            return Err(fault(line, &column, Wrong::Cells { found: all.len(), wanted: header.len() }));
        }
        let cells = places.iter().map(|place| all.get(*place).copied().unwrap_or_default()).collect();
        each(&Row { file, line, columns, cells })?;
    }
}

/// Calls `each` for every number that two sorted lists share.
pub(crate) fn shared(a: &[u32], b: &[u32], mut each: impl FnMut(u32)) {
    let (mut left, mut right) = (a.iter(), b.iter());
    let (mut one, mut other) = (left.next(), right.next());
    while let (Some(x), Some(y)) = (one, other) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => one = left.next(),
            std::cmp::Ordering::Greater => other = right.next(),
            std::cmp::Ordering::Equal => {
                each(*x);
                (one, other) = (left.next(), right.next());
            }
        }
    }
}

/// Texts as numbers, in the order in which they were first seen.
#[derive(Debug, Default, Clone)]
pub struct Names {
    ids: std::collections::HashMap<Box<str>, u32>,
    texts: Vec<Box<str>>,
}

impl Names {
    /// The number of a text, a new one where it is new.
    pub fn intern(&mut self, text: &str) -> u32 {
        if let Some(id) = self.ids.get(text) {
            return *id;
        }
        let id = self.texts.len() as u32;
        self.ids.insert(text.into(), id);
        self.texts.push(text.into());
        id
    }

    /// The number of a text that was seen.
    pub fn id(&self, text: &str) -> Option<u32> {
        self.ids.get(text).copied()
    }

    /// The text of a number.
    pub fn text(&self, id: u32) -> &str {
        self.texts.get(id as usize).map_or("", |text| text)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Person = (String, Option<f64>, Option<Day>);

    fn ages(text: &str) -> Result<Vec<Person>, DataError> {
        let mut rows = Vec::new();
        read("people.tsv", text.as_bytes(), &["age", "name", "born"], |row| {
            rows.push((row.needed(1)?.to_owned(), row.number(0, 0.0, 150.0)?, row.day(2)?));
            Ok(())
        })?;
        Ok(rows)
    }

    fn refusal(text: &str) -> String {
        ages(text).unwrap_err().to_string()
    }

    #[test]
    fn a_table_is_read_by_the_names_of_its_columns() {
        let rows = ages("name\tborn\tage\tnote\nAda\t1815-12-10\t36\tx\r\nBo\t\t\t\n").unwrap();
        assert_eq!(rows[0], ("Ada".to_owned(), Some(36.0), Some(-56270)));
        assert_eq!(rows[1], ("Bo".to_owned(), None, None));
        assert_eq!(date_of(-56270).to_string(), "1815-12-10");
    }

    #[test]
    fn a_refusal_says_file_line_and_column() {
        assert_eq!(refusal(""), "people.tsv, line 1, column 1: the file is empty; a header is missing");
        assert_eq!(refusal("name\tage\n"), "people.tsv, line 1, column born: the header has no such column");
        let head = "name\tage\tborn\n";
        assert_eq!(
            refusal(&format!("{head}A\t1\n")),
            "people.tsv, line 2, column 2: 2 cells where the header has 3"
        );
        for age in ["x", "NaN", "inf", "-1", "1e9"] {
            assert_eq!(
                refusal(&format!("{head}A\t1\t\nB\t{age}\t\n")),
                format!("people.tsv, line 3, column age: {age:?} is not a number from 0 to 150")
            );
        }
        assert!(refusal(&format!("{head}A\t1\t2001-2-3\n")).contains("line 2, column born"));
        assert!(refusal(&format!("{head}\t1\t\n")).contains("column name: is empty"));
    }
}
