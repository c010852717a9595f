//! Cells of a row, parsed into values; each wrong one is noted with what would be right.

use std::{fmt::Display, str::FromStr};

use chrono::NaiveDate;
use csv::StringRecord;
use domain::{
    FieldErrors, Vocabulary,
    provenance::Provenance,
    value::{Currency, Lang, Localized, Money, Share, Shares, SingleLine},
};

use super::table::{RowError, Table, cut};

/// One row under the importer's eye.
#[derive(Debug)]
pub struct Row<'a> {
    table: &'a Table,
    record: &'a StringRecord,
    number: u64,
    errors: Vec<RowError>,
}

impl<'a> Row<'a> {
    pub(super) const fn new(table: &'a Table, number: u64, record: &'a StringRecord) -> Self {
        Self { table, record, number, errors: Vec::new() }
    }

    pub(super) fn into_errors(self) -> Vec<RowError> {
        self.errors
    }

    /// Notes that a column is wrong.
    pub fn refuse(&mut self, column: &str, message: impl Display) {
        self.errors.push(RowError {
            row: self.number,
            column: column.to_owned(),
            message: message.to_string(),
        });
    }

    /// Notes the rules that the record as a whole breaks.
    pub fn refuse_all(&mut self, errors: FieldErrors) {
        for error in errors.0 {
            self.refuse(&error.path, error.message);
        }
    }

    /// The cell's text; none where it is empty.
    pub fn text(&self, column: &str) -> Option<&'a str> {
        self.table.cell(self.record, column)
    }

    /// A value, where the cell has one.
    pub fn value<T: FromStr<Err: Display>>(&mut self, column: &str) -> Option<T> {
        let text = self.text(column)?;
        self.noted(column, text, text.parse::<T>())
    }

    /// A value that must be there.
    pub fn required<T: FromStr<Err: Display>>(&mut self, column: &str) -> Option<T> {
        self.must(column);
        self.value(column)
    }

    /// Notes that a cell that must be there is empty.
    pub fn must(&mut self, column: &str) {
        if self.text(column).is_none() {
            self.refuse(column, "this cell must not be empty");
        }
    }

    fn noted<T>(&mut self, column: &str, given: &str, result: Result<T, impl Display>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(column, format!("{error} (given: '{}')", cut(given)));
                None
            }
        }
    }

    /// The parts of a cell that `|` separates.
    pub fn parts(&self, column: &str) -> Vec<&'a str> {
        let text = self.text(column).unwrap_or_default();
        text.split('|').map(str::trim).filter(|part| !part.is_empty()).collect()
    }

    /// Values separated by `|`.
    pub fn list<T: FromStr<Err: Display>>(&mut self, column: &str) -> Vec<T> {
        let parts = self.parts(column);
        parts.into_iter().filter_map(|part| self.noted(column, part, part.parse::<T>())).collect()
    }

    /// Lines separated by `|`.
    pub fn lines(&mut self, column: &str) -> Vec<SingleLine> {
        let parts = self.parts(column);
        parts.into_iter().filter_map(|part| self.noted(column, part, SingleLine::new(part))).collect()
    }

    /// `CODE:NUMBER` pairs separated by `|`.
    pub fn keyed<V: Vocabulary, N: FromStr>(&mut self, column: &str, example: &str) -> Vec<(V, N)> {
        let parts = self.parts(column);
        let mut pairs = Vec::with_capacity(parts.len());
        for part in parts {
            let (code, number) = part.split_once(':').unwrap_or((part, ""));
            let Some(code) = self.noted(column, part, V::from_code(code)) else { continue };
            match number.trim().parse::<N>() {
                Ok(number) => pairs.push((code, number)),
                Err(_) => self.refuse(column, format!("write {example}, not '{}'", cut(part))),
            }
        }
        pairs
    }

    /// Shares in percent that sum to 100.
    pub fn shares<V: Vocabulary>(&mut self, column: &str) -> Option<Shares<V>> {
        let text = self.text(column)?;
        let before = self.errors.len();
        let parts = self.keyed::<V, f64>(column, "CODE:SHARE, such as CONN_BROADBAND:70|INCL_RURAL:30");
        if self.errors.len() > before {
            return None;
        }
        if parts.iter().any(|(_, share)| !(0.0..=100.0).contains(share)) {
            self.refuse(column, "a share lies between 0 and 100");
            return None;
        }
        let parts = parts
            .into_iter()
            .map(|(of, share)| Share { of, hundredths: (share.clamp(0.0, 100.0) * 100.0).round() as u16 })
            .collect();
        self.noted(column, text, Shares::new(parts))
    }

    /// `yes` or `no`.
    pub fn yes_no(&mut self, column: &str) -> Option<bool> {
        match self.text(column)?.to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" => Some(true),
            "no" | "false" | "0" => Some(false),
            other => {
                self.refuse(column, format!("write yes or no, not '{}'", cut(other)));
                None
            }
        }
    }

    /// A day, written like 2026-11-24.
    pub fn date(&mut self, column: &str) -> Option<NaiveDate> {
        let text = self.text(column)?;
        let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d");
        self.noted(column, text, parsed.map_err(|_| "write a day like 2026-11-24"))
    }

    /// A whole number.
    pub fn number<N: FromStr>(&mut self, column: &str) -> Option<N> {
        let text = self.text(column)?;
        self.noted(column, text, text.parse::<N>().map_err(|_| "write a whole number in range"))
    }

    /// One line of text.
    pub fn line(&mut self, column: &str) -> Option<SingleLine> {
        let text = self.text(column)?;
        self.noted(column, text, SingleLine::new(text))
    }

    /// Text with the language of another column; English where that is empty.
    pub fn localized(&mut self, column: &str, lang: &str) -> Option<Localized> {
        let text = self.text(column)?;
        let lang = self.value::<Lang>(lang).unwrap_or(Lang::EN);
        self.noted(column, text, Localized::new(lang, text))
    }

    /// An amount in the currency of another column.
    pub fn money(&mut self, column: &str, currency: &str) -> Option<Money> {
        let text = self.text(column)?;
        let currency = self.required::<Currency>(currency)?;
        self.noted(column, text, Money::parse(text, currency))
    }

    /// Origin of the record.
    pub fn provenance(&mut self) -> Provenance {
        let source = match (self.text("source"), self.text("source_ref")) {
            (Some(source), Some(reference)) => Some(format!("{source}; {reference}")),
            (source, reference) => source.or(reference).map(str::to_owned),
        };
        Provenance {
            source: source.and_then(|text| self.noted("source", &text, SingleLine::new(&text))),
            licence: self.line("licence"),
            label: self.line("label"),
            sample_facts: self.list("sample_facts"),
        }
    }
}
