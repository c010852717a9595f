//! Readers of published lists of sanctions: of the United Nations as XML, of OFAC as XML and as CSV.
//!
//! A list is read whole or not at all: an entry that does not read is an error that names it, for a list with a hole in
//! it would clear whoever stands in the hole. Formats, as published in 2026:
//! - UN Security Council Consolidated List: `CONSOLIDATED_LIST` with `INDIVIDUALS` and `ENTITIES`
//!   (`sc-sanctions.xsd`);
//! - OFAC SDN List: `sdnList` with `sdnEntry` (`sdn.xml`; the advanced format is another and is not read);
//! - OFAC SDN List: `sdn.csv`, `alt.csv`, `add.csv` and `sdn_comments.csv`, without header, `-0-` for nothing (SDN Data
//!   Specification of 2023-09-25).

mod country;
mod csv;
mod ofac;
#[cfg(test)]
mod tests;
mod un;

use std::{collections::HashSet, io::BufRead};

use chrono::NaiveDate;
use domain::sanctions::{ListEdition, ListEntry, ListedCountry};

use crate::xml::{Limits, XmlError, XmlReader};

pub use csv::{SdnFiles, read_sdn_csv};

/// Characters of a name, number or programme. Longest of 2026: 350, by OFAC's specification.
pub const MAX_TEXT: usize = 1_000;

/// Aliases, countries, identifiers or programmes of one entry.
pub const MAX_MANY: usize = 1_000;

/// Formats of one file that say themselves when they were published. The CSV files of OFAC are several and do not:
/// see [`read_sdn_csv`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum ListFormat {
    /// UN Security Council Consolidated List, XML.
    UnXml,
    /// OFAC SDN List, `sdn.xml`.
    OfacXml,
}

/// A list that does not read.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The XML is refused.
    #[error("the list does not read: {0}")]
    Xml(#[from] XmlError),
    /// The CSV is no table of its kind.
    #[error("{file}, line {line}: {message}")]
    Csv {
        /// Which of the files.
        file: &'static str,
        /// The line, from 1.
        line: u64,
        /// What is wrong and what would be right.
        message: String,
    },
    /// The file is another list.
    #[error("the document begins with '{found}': this format begins with '{expected}'")]
    AnotherDocument {
        /// The name of the root element.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// The file does not say when it was published.
    #[error("the list does not say when it was published: {expected} is missing or no day")]
    NoDate {
        /// Where the day should stand.
        expected: &'static str,
    },
    /// The list has no entry.
    #[error("the list has no entry: is the file whole?")]
    NoEntry,
    /// An element stands where entries stand and is none: passed over, it might leave a hole.
    #[error("line {line}, byte {byte}: '{found}' is no element of this list")]
    UnknownElement {
        /// Its name.
        found: String,
        /// The line where it begins, from 1.
        line: u64,
        /// The byte where it begins, from 1.
        byte: u64,
    },
    /// An entry is malformed.
    #[error("entry {entry} (line {line}, byte {byte}), {field}: {message}")]
    Entry {
        /// Its number in the list, or `#5` for the fifth where it has none.
        entry: String,
        /// The line where it begins, from 1.
        line: u64,
        /// The byte where it begins, from 1.
        byte: u64,
        /// The element or column.
        field: &'static str,
        /// What is wrong and what would be right.
        message: String,
    },
}

/// Reads one edition of a list.
///
/// # Errors
/// The file is no such list, or one entry of it is malformed.
pub fn read_list(format: ListFormat, reader: impl BufRead) -> Result<ListEdition, ListError> {
    let xml = XmlReader::new(reader, Limits::FILE);
    match format {
        ListFormat::UnXml => un::read(xml),
        ListFormat::OfacXml => ofac::read(xml),
    }
}

fn unknown(found: &str, line: u64, byte: u64) -> ListError {
    ListError::UnknownElement { found: found.chars().take(40).collect(), line, byte }
}

/// Where an entry stands, for what is said of it.
#[derive(Debug, Clone)]
struct At {
    entry: String,
    line: u64,
    byte: u64,
}

impl At {
    fn error(&self, field: &'static str, message: impl Into<String>) -> ListError {
        ListError::Entry {
            entry: self.entry.clone(),
            line: self.line,
            byte: self.byte,
            field,
            message: message.into(),
        }
    }

    /// Text within bounds and without control characters, its runs of spaces made one.
    fn text(&self, field: &'static str, text: &str) -> Result<String, ListError> {
        let mut clean = String::with_capacity(text.len());
        for word in text.split_whitespace() {
            if !clean.is_empty() {
                clean.push(' ');
            }
            clean.push_str(word);
        }
        if clean.chars().count() > MAX_TEXT {
            return Err(self.error(field, format!("longer than {MAX_TEXT} characters")));
        }
        if clean.chars().any(char::is_control) {
            return Err(self.error(field, "a control character stands in it"));
        }
        Ok(clean)
    }

    fn required(&self, field: &'static str, text: Option<&str>) -> Result<String, ListError> {
        let text = self.text(field, text.unwrap_or_default())?;
        if text.is_empty() { Err(self.error(field, "it must not be empty")) } else { Ok(text) }
    }

    /// Puts a value at the end of a list of the entry, unless it is there.
    fn push<T: PartialEq>(
        &self,
        field: &'static str,
        values: &mut Vec<T>,
        value: T,
    ) -> Result<(), ListError> {
        if values.contains(&value) {
            return Ok(());
        }
        if values.len() >= MAX_MANY {
            return Err(self.error(field, format!("more than {MAX_MANY} of them")));
        }
        values.push(value);
        Ok(())
    }

    fn country(
        &self,
        field: &'static str,
        name: &str,
        countries: &mut Vec<ListedCountry>,
    ) -> Result<(), ListError> {
        let name = self.text(field, name)?;
        if name.is_empty() {
            return Ok(());
        }
        let code = country::code(&name);
        self.push(field, countries, ListedCountry { name, code })
    }
}

/// Entries, and the numbers that were given.
#[derive(Debug, Default)]
struct Entries {
    entries: Vec<ListEntry>,
    uids: HashSet<String>,
}

impl Entries {
    /// How an entry is called that has no number.
    fn unnumbered(&self) -> String {
        format!("#{}", self.entries.len().saturating_add(1))
    }

    fn push(&mut self, at: &At, field: &'static str, entry: ListEntry) -> Result<(), ListError> {
        if !self.uids.insert(entry.uid.clone()) {
            return Err(at.error(field, "another entry has this number"));
        }
        self.entries.push(entry);
        Ok(())
    }

    fn finish(self) -> Result<Vec<ListEntry>, ListError> {
        if self.entries.is_empty() { Err(ListError::NoEntry) } else { Ok(self.entries) }
    }
}

/// A day written like 2020-02-29, perhaps with a time after it.
fn iso_day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    // The UN writes some days with a zone: 2020-02-29Z, 2020-02-29-05:00.
    let day = day.get(..10).unwrap_or(day);
    NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()
}
