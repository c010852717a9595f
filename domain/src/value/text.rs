//! Text that people write: it carries its language, and single lines carry no control characters.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing in it.
    #[error("write at least one visible character")]
    Empty,
    /// Too long.
    #[error("write at most {max} characters")]
    TooLong {
        /// The limit in characters.
        max: usize,
    },
    /// A line break, a control character or an override of the writing direction.
    #[error("leave out line breaks, control characters and direction overrides")]
    Control,
}

/// Signs that begin a formula; those in full width are taken for them too.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Where a spreadsheet may part a cell: at a semicolon or a tab that it takes for the mark between cells, and at the
/// end of a line.
const PARTS: [char; 4] = [';', '\t', '\r', '\n'];

/// Whether a spreadsheet could take a part of a cell for a formula, apostrophes before it left aside; the first part is
/// the beginning of the cell. Letters that nobody sees do not hide a formula.
fn is_formula(part: &str, is_first: bool) -> bool {
    let unseen = |letter: char| {
        matches!(letter, '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}')
            || (letter.is_whitespace() && !matches!(letter, '\t' | '\r'))
            || (letter == '"' && !is_first)
    };
    let shown = part.trim_start_matches('\'').trim_start_matches(unseen);
    shown.starts_with(FORMULA) || (is_first && shown.starts_with(['\t', '\r']))
}

/// A cell of a table that no spreadsheet takes for a formula: one that begins like a formula is begun with an
/// apostrophe, by which spreadsheets know text. So is what follows a semicolon, a tab or the end of a line in it, since a
/// spreadsheet with another mark between cells begins one there.
pub fn harmless_cell(cell: &str) -> String {
    let mut harmless = String::with_capacity(cell.len().saturating_add(1));
    for (place, part) in cell.split_inclusive(PARTS).enumerate() {
        if is_formula(part, place == 0) {
            harmless.push('\'');
        }
        harmless.push_str(part);
    }
    harmless
}

/// What a cell was before [`harmless_cell`], whose apostrophes are no part of the value.
pub fn plain_cell(cell: &str) -> String {
    let mut plain = String::with_capacity(cell.len());
    for (place, part) in cell.split_inclusive(PARTS).enumerate() {
        let rest = part.strip_prefix('\'').filter(|rest| is_formula(rest, place == 0));
        plain.push_str(rest.unwrap_or(part));
    }
    plain
}

/// One line of text, 1 to 300 characters, trimmed, without control characters or direction overrides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SingleLine(String);

impl SingleLine {
    /// The longest line, in characters.
    pub const MAX: usize = 300;

    /// Checks and trims a line.
    ///
    /// # Errors
    /// Empty, too long, or with characters that a line must not have.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        if text.chars().all(invisible) {
            return Err(TextError::Empty);
        }
        if text.chars().count() > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX });
        }
        if text.chars().any(forbidden) {
            return Err(TextError::Control);
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it reads like a link or an address. Names stand in mail to strangers, and must not advertise.
    pub fn advertises(&self) -> bool {
        let lower = self.0.to_lowercase();
        lower.contains("://") || lower.contains("www.") || lower.contains(['@', '<', '>'])
    }
}

/// Characters that leave no mark: of them alone no text is made. Within a text some join or part letters as they should.
fn invisible(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        )
        || matches!(c, '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2065}')
        || matches!(c, '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}')
        || matches!(c, '\u{E0000}'..='\u{E0FFF}')
}

/// Control characters, line and paragraph separators, and the overrides that can reorder a sender's name.
fn forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<String> for SingleLine {
    type Error = TextError;
    fn try_from(s: String) -> Result<Self, TextError> {
        Self::new(&s)
    }
}
impl From<SingleLine> for String {
    fn from(line: SingleLine) -> Self {
        line.0
    }
}
impl fmt::Display for SingleLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A language by ISO 639: two or three lower-case letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Lang([u8; 3]);

/// Not a language's code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("name a language by its ISO 639 code of two or three letters, such as en or srp")]
pub struct LangError;

impl Lang {
    /// English.
    pub const EN: Self = Self(*b"en\0");

    /// The code.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("und").trim_end_matches('\0')
    }
}

impl FromStr for Lang {
    type Err = LangError;
    fn from_str(s: &str) -> Result<Self, LangError> {
        match s.trim().as_bytes() {
            [a, b] if [a, b].iter().all(|c| c.is_ascii_alphabetic()) => {
                Ok(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase(), 0]))
            }
            [a, b, c] if [a, b, c].iter().all(|c| c.is_ascii_alphabetic()) => {
                Ok(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase(), c.to_ascii_lowercase()]))
            }
            _ => Err(LangError),
        }
    }
}
impl TryFrom<String> for Lang {
    type Error = LangError;
    fn try_from(s: String) -> Result<Self, LangError> {
        s.parse()
    }
}
impl From<Lang> for String {
    fn from(lang: Lang) -> Self {
        lang.as_str().to_owned()
    }
}
impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Text with its language, 1 to 10,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "RawLocalized")]
pub struct Localized {
    lang: Lang,
    value: String,
    #[serde(rename = "machineTranslated")]
    machine_translated: bool,
}

#[derive(Deserialize)]
struct RawLocalized {
    lang: Lang,
    value: String,
    #[serde(rename = "machineTranslated", default)]
    machine_translated: bool,
}

impl TryFrom<RawLocalized> for Localized {
    type Error = TextError;
    fn try_from(raw: RawLocalized) -> Result<Self, TextError> {
        Self::new(raw.lang, &raw.value)
            .map(|text| Self { machine_translated: raw.machine_translated, ..text })
    }
}

impl Localized {
    /// The longest text, in characters.
    pub const MAX: usize = 10_000;

    /// Text as its author wrote it; line breaks may stand in it, other control characters not.
    ///
    /// # Errors
    /// Empty, too long, or with control characters.
    pub fn new(lang: Lang, value: &str) -> Result<Self, TextError> {
        let value = value.trim();
        if value.chars().all(invisible) {
            return Err(TextError::Empty);
        }
        if value.chars().count() > Self::MAX {
            return Err(TextError::TooLong { max: Self::MAX });
        }
        if value.chars().any(|c| c != '\n' && c != '\t' && forbidden(c)) {
            return Err(TextError::Control);
        }
        Ok(Self { lang, value: value.to_owned(), machine_translated: false })
    }

    /// The same text, marked as one that a machine translated.
    #[must_use]
    pub fn by_machine(self) -> Self {
        Self { machine_translated: true, ..self }
    }

    /// The language.
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// The text.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether a machine translated it.
    pub const fn machine_translated(&self) -> bool {
        self.machine_translated
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_refuse_what_breaks_headers_and_names() {
        assert_eq!(SingleLine::new("  Niš  ").unwrap().as_str(), "Niš");
        assert_eq!(SingleLine::new("a\r\nBcc: x"), Err(TextError::Control));
        assert_eq!(SingleLine::new("evil\u{202E}gnp.exe"), Err(TextError::Control));
        assert_eq!(SingleLine::new(" "), Err(TextError::Empty));
        assert!("e1".parse::<Lang>().is_err());
        assert_eq!("SRP".parse::<Lang>().unwrap().as_str(), "srp");
    }

    #[test]
    fn no_part_of_a_cell_begins_a_formula() {
        for (cell, harmless) in [
            ("=1+1", "'=1+1"),
            ("\u{200B} ＝1", "'\u{200B} ＝1"),
            ("\tx", "'\tx"),
            ("Niš; a-b", "Niš; a-b"),
            ("Niš;=cmd|' /C calc'!A1", "Niš;'=cmd|' /C calc'!A1"),
            ("a; \"@SUM(1)", "a;' \"@SUM(1)"),
            ("a\t+1\n-2\r\n=3", "a\t'+1\n'-2\r\n'=3"),
            ("'=1", "''=1"),
        ] {
            assert_eq!(harmless_cell(cell), harmless);
            assert_eq!(plain_cell(harmless), cell);
        }
        assert_eq!(plain_cell("'tis; 'twas"), "'tis; 'twas");
    }

    proptest! {
        #[test]
        fn a_cell_comes_back_as_it_was(cell in "[;\t\r\n'\"=+@ a\u{200B}＝-]{0,12}") {
            let harmless = harmless_cell(&cell);
            for part in harmless.split(PARTS).chain([harmless.as_str()]) {
                prop_assert!(!part.trim_start().starts_with(FORMULA), "{:?}", harmless);
            }
            prop_assert_eq!(plain_cell(&harmless), cell);
        }

        #[test]
        fn any_text_is_kept_or_refused(text in "\\PC{0,400}|.{0,50}") {
            if let Ok(line) = SingleLine::new(&text) {
                prop_assert_eq!(SingleLine::new(line.as_str()).unwrap(), line);
            }
        }
    }
}
