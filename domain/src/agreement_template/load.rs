//! Reads the library from its files, and refuses one whose languages do not say the same.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use super::library::{Blank, ClauseLibrary, DocumentKind, Edition, Part, Wording};
use crate::{Vocabulary, value::Lang};

/// The clause that every document has: it binds nobody unless the parties say otherwise.
const VOLUNTARY: &str = "VOLUNTARY";

/// The file that says which clauses make which document.
const KINDS: (&str, &str) = ("kinds.toml", include_str!("../../templates/kinds.toml"));

/// The languages that are shipped. The first is the one that the others are held against.
const LANGUAGES: &[(&str, &str)] = &[
    ("en.toml", include_str!("../../templates/en.toml")),
    ("ar.toml", include_str!("../../templates/ar.toml")),
    ("lo.toml", include_str!("../../templates/lo.toml")),
    ("ru.toml", include_str!("../../templates/ru.toml")),
    ("sr.toml", include_str!("../../templates/sr.toml")),
    ("th.toml", include_str!("../../templates/th.toml")),
    ("tr.toml", include_str!("../../templates/tr.toml")),
    ("zh.toml", include_str!("../../templates/zh.toml")),
];

/// What is wrong with a file of the library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {field}: {problem}")]
pub struct TemplateError {
    /// The file.
    pub file: String,
    /// The field, such as `FIELDS.body`; empty where the file is no TOML.
    pub field: String,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// Says what is wrong with fields of one file.
struct File<'a>(&'a str);

impl File<'_> {
    fn wrong(&self, field: &str, problem: impl Into<String>) -> TemplateError {
        TemplateError { file: self.0.to_owned(), field: field.to_owned(), problem: problem.into() }
    }

    fn table(&self, text: &str) -> Result<Table, TemplateError> {
        text.parse()
            .map_err(|error: toml::de::Error| self.wrong("", format!("not TOML: {}", error.message())))
    }

    fn text<'v>(&self, field: &str, value: Option<&'v Value>) -> Result<&'v str, TemplateError> {
        value.and_then(Value::as_str).ok_or_else(|| self.wrong(field, "write a text in quotation marks"))
    }

    /// Splits a text at its blanks.
    fn parts(&self, field: &str, value: Option<&Value>) -> Result<Vec<Part>, TemplateError> {
        let text = self.text(field, value)?;
        let mut parts = Vec::new();
        for (n, run) in text.split('{').enumerate() {
            let mut rest = run;
            if n > 0 {
                let (name, after) =
                    run.split_once('}').ok_or_else(|| self.wrong(field, "close each blank with }"))?;
                let blank = Blank::from_code(name).map_err(|error| self.wrong(field, error.to_string()))?;
                parts.push(Part::Blank(blank));
                rest = after;
            }
            if rest.contains('}') {
                return Err(self.wrong(field, "open each blank with {"));
            }
            if !rest.is_empty() {
                parts.push(Part::Text(rest.to_owned()));
            }
        }
        if parts.is_empty() { Err(self.wrong(field, "write at least one word")) } else { Ok(parts) }
    }

    fn edition(&self, text: &str) -> Result<Edition, TemplateError> {
        let mut table = self.table(text)?;
        let lang: Lang = self
            .text("lang", table.remove("lang").as_ref())?
            .parse()
            .map_err(|error: crate::value::LangError| self.wrong("lang", error.to_string()))?;
        let machine = table.remove("machine").and_then(|value| value.as_bool());
        let machine = machine.ok_or_else(|| self.wrong("machine", "say true or false"))?;
        let mut clauses = BTreeMap::new();
        for (key, value) in table {
            let field = |part: &str| format!("{key}.{part}");
            let clause = value.as_table().ok_or_else(|| self.wrong(&key, "write a heading and a body"))?;
            if let Some(other) = clause.keys().find(|part| !["heading", "body"].contains(&part.as_str())) {
                return Err(self.wrong(&field(other), "a clause has a heading and a body"));
            }
            let heading = self.parts(&field("heading"), clause.get("heading"))?;
            let body = self.parts(&field("body"), clause.get("body"))?;
            clauses.insert(key, Wording { heading, body });
        }
        Ok(Edition { lang, machine, clauses })
    }

    fn keys(&self, kind: &str, table: &Table) -> Result<Vec<String>, TemplateError> {
        let field = format!("{kind}.clauses");
        let wrong = || self.wrong(&field, "write a list of keys of clauses");
        let list = table.get(kind).and_then(Value::as_table).and_then(|kind| kind.get("clauses"));
        let keys = list.and_then(Value::as_array).ok_or_else(wrong)?;
        keys.iter().map(|key| key.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
    }
}

/// The blanks of a clause, each as often as it stands there.
fn blanks(wording: &Wording) -> Vec<Blank> {
    let both = wording.heading.iter().chain(&wording.body);
    let mut blanks: Vec<Blank> = both
        .filter_map(|part| match part {
            Part::Blank(blank) => Some(*blank),
            Part::Text(_) => None,
        })
        .collect();
    blanks.sort_unstable();
    blanks
}

impl ClauseLibrary {
    /// The library that is shipped.
    ///
    /// # Errors
    /// None where the product was tested: a test loads it.
    pub fn shipped() -> Result<Self, TemplateError> {
        Self::from_files(KINDS, LANGUAGES)
    }

    /// Reads a library from the file of its documents and a file for each language, given as names and texts. The
    /// first language is the one that the others are held against.
    ///
    /// # Errors
    /// A file is no TOML, lacks a field, or does not have the clauses and the blanks of the first language; or a kind
    /// of document names a clause that is not there, or lacks the one on its voluntary nature.
    pub fn from_files(kinds: (&str, &str), languages: &[(&str, &str)]) -> Result<Self, TemplateError> {
        let file = File(kinds.0);
        let mut editions: Vec<Edition> = Vec::new();
        for (name, text) in languages {
            let file = File(name);
            let edition = file.edition(text)?;
            if editions.iter().any(|other| other.lang == edition.lang) {
                return Err(file.wrong("lang", format!("{} is there already", edition.lang)));
            }
            if let Some(first) = editions.first() {
                let keys = |edition: &Edition| edition.clauses.keys().cloned().collect::<BTreeSet<_>>();
                if let Some(key) = keys(first).symmetric_difference(&keys(&edition)).next() {
                    return Err(file.wrong(key, format!("have the clauses that {} has", first.lang)));
                }
                for (key, wording) in &edition.clauses {
                    if first.clauses.get(key).map(blanks) != Some(blanks(wording)) {
                        return Err(file.wrong(key, format!("have the blanks that {} has", first.lang)));
                    }
                }
            }
            editions.push(edition);
        }
        let table = file.table(kinds.1)?;
        let known = |key: &String| editions.first().is_some_and(|first| first.clauses.contains_key(key));
        let mut documents = BTreeMap::new();
        for kind in DocumentKind::ALL {
            let keys = file.keys(kind.code(), &table)?;
            if !keys.iter().any(|key| key == VOLUNTARY) {
                return Err(file.wrong(kind.code(), "a document has the clause VOLUNTARY"));
            }
            documents.insert(*kind, keys);
        }
        let optional = file.keys("OPTIONAL", &table)?;
        for key in documents.values().flatten().chain(&optional) {
            if !known(key) {
                return Err(file.wrong(key, "the library has no such clause"));
            }
        }
        Ok(Self { editions, documents, optional })
    }
}
