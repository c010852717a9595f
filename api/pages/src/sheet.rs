//! Tables that a reader takes along, as a file for spreadsheets.

use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use chrono::NaiveDate;
use domain::value::harmless_cell;
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::api::Failure;

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Comma-separated values with a header, UTF-8; for other programs.
    Csv,
    /// A workbook.
    Xlsx,
}

impl Form {
    /// The form that a page's address asks for.
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A day.
    Day(NaiveDate),
}

impl Cell {
    /// Words, or nothing.
    pub fn text(words: Option<impl Into<String>>) -> Self {
        words.map_or(Self::Empty, |words| Self::Text(words.into()))
    }

    /// A number to so many places after the point: what a file shows is what the page shows.
    pub fn rounded(number: f64, places: i32) -> Self {
        let unit = 10_f64.powi(places);
        Self::Number((number * unit).round() / unit)
    }

    fn written(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(words) => harmless_cell(words),
            Self::Number(number) => number.to_string(),
            Self::Day(day) => day.to_string(),
        }
    }
}

/// A table with its headings.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The name of the file, without what follows the point.
    pub name: &'static str,
    /// Its headings.
    pub headings: Vec<String>,
    /// Its rows, each as long as the headings.
    pub rows: Vec<Vec<Cell>>,
    /// Whether its columns run from right to left.
    pub is_rtl: bool,
}

/// Widest column, in letters.
const WIDEST: usize = 60;

impl Sheet {
    /// The file, as something to be kept.
    ///
    /// # Errors
    /// It cannot be written, which a table of a page can be.
    pub fn file(&self, form: Form) -> Result<Response, Failure> {
        let (kind, ending, bytes) = match form {
            Form::Csv => ("text/csv; charset=utf-8", "csv", self.csv().map_err(|_| Failure::internal())?),
            Form::Xlsx => {
                let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                (kind, "xlsx", self.xlsx().map_err(|_| Failure::internal())?)
            }
        };
        let headers = [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}.{ending}\"", self.name)),
        ];
        Ok((headers, bytes).into_response())
    }

    fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(self.headings.iter().map(|heading| harmless_cell(heading)))?;
        for row in &self.rows {
            table.write_record(row.iter().map(Cell::written))?;
        }
        table.into_inner().map_err(|error| error.into_error().into())
    }

    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        sheet.set_right_to_left(self.is_rtl);
        let (head, day) = (Format::new().set_bold(), Format::new().set_num_format("yyyy-mm-dd"));
        let mut widths: Vec<usize> = self.headings.iter().map(|heading| heading.chars().count()).collect();
        for (column, heading) in (0_u16..).zip(&self.headings) {
            sheet.write_string_with_format(0, column, heading, &head)?;
        }
        for (line, row) in (1_u32..).zip(&self.rows) {
            for ((column, cell), width) in (0_u16..).zip(row).zip(&mut widths) {
                match cell {
                    Cell::Empty => {}
                    // A string in a cell of a workbook is never taken for a formula.
                    Cell::Text(words) => {
                        sheet.write_string(line, column, words)?;
                    }
                    Cell::Number(number) => {
                        sheet.write_number(line, column, *number)?;
                    }
                    Cell::Day(on) => {
                        let serial = on.signed_duration_since(EPOCH).num_days();
                        #[expect(
                            clippy::cast_precision_loss,
                            reason = "days of a calendar are small numbers"
                        )]
                        sheet.write_number_with_format(line, column, serial as f64, &day)?;
                    }
                }
                *width = (*width).max(cell.written().chars().count()).min(WIDEST);
            }
        }
        for (column, width) in (0_u16..).zip(widths) {
            let letters = u16::try_from(width).unwrap_or(u16::MAX);
            sheet.set_column_width(column, f64::from(letters) + 2.0)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        book.save_to_buffer()
    }
}

/// The day from which spreadsheets count.
const EPOCH: NaiveDate = match NaiveDate::from_ymd_opt(1899, 12, 30) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    fn sheet() -> Sheet {
        Sheet {
            name: "ranked",
            headings: vec!["Project".to_owned(), "Score".to_owned(), "Deadline".to_owned()],
            rows: vec![
                vec![Cell::Text("=1+1, \"quoted\"".to_owned()), Cell::rounded(71.26, 1), Cell::Empty],
                vec![
                    Cell::Text("Оптика".to_owned()),
                    Cell::Number(-3.0),
                    NaiveDate::from_ymd_opt(2027, 3, 2).map_or(Cell::Empty, Cell::Day),
                ],
            ],
            is_rtl: false,
        }
    }

    #[test]
    fn cells_of_a_table_are_no_formulas() {
        let text = String::from_utf8(sheet().csv().unwrap()).unwrap();
        let wanted = "Project,Score,Deadline\n\"'=1+1, \"\"quoted\"\"\",71.3,\nОптика,-3,2027-03-02\n";
        assert_eq!(text, wanted);
    }

    /// A part of the workbook, which is an archive of XML.
    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_workbook_has_every_cell_and_no_formula() {
        let bytes = sheet().xlsx().unwrap();
        let words = part(&bytes, "xl/sharedStrings.xml");
        for own in ["Project", "Score", "Deadline", "=1+1, \"quoted\"", "Оптика"] {
            assert!(words.contains(&format!(">{own}</t>")), "{own}: {words}");
        }
        let cells = part(&bytes, "xl/worksheets/sheet1.xml");
        assert!(!cells.contains("<f>"), "{cells}");
        // A day is a number of days since the last but one of 1899.
        for own in ["<v>71.3</v>", "<v>-3</v>", "<v>46448</v>"] {
            assert!(cells.contains(own), "{own}: {cells}");
        }
        assert!(!cells.contains("rightToLeft"), "{cells}");
        let arabic = Sheet { is_rtl: true, ..sheet() }.xlsx().unwrap();
        assert!(part(&arabic, "xl/worksheets/sheet1.xml").contains("rightToLeft=\"1\""));
    }
}
