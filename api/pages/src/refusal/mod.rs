//! What the API refuses, in the reader's language.
//!
//! The API says in English what would be right, what it asks of an owner (`question.tsv`), what contradicts itself in a
//! listing, and how the ranking works (`policy.tsv`). Its sentences are known: `locale/en/refusal.tsv` has one pattern a line,
//! with holes `{0}`, `{1}`, …, and each other language has a file of the same patterns with a translation behind a tab. A
//! message is looked up among the patterns and said anew, its holes filled; one that no pattern knows stays in English,
//! and is marked as that. A test reads the sources of the API for messages without a pattern.

mod field;
mod pattern;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::LazyLock};

use crate::{
    api::UserError,
    desk::Desk,
    words::{Language, Words},
};
use pattern::{Pattern, Piece, key, pieces};

/// What the API refuses; what it asks of owners and finds in their listings; the regions that it names; the policy of
/// ranking, what scores were worth, and marks of records.
type Sources = [&'static str; 4];

macro_rules! sources {
    ($tag:literal) => {
        [
            include_str!(concat!("../../locale/", $tag, "/refusal.tsv")),
            include_str!(concat!("../../locale/", $tag, "/question.tsv")),
            include_str!(concat!("../../locale/", $tag, "/region.tsv")),
            include_str!(concat!("../../locale/", $tag, "/policy.tsv")),
        ]
    };
}

/// The patterns in English, one a line.
const ENGLISH: Sources = sources!("en");

/// The patterns of each other language, with their translations.
const SOURCES: [(Language, Sources); 7] = [
    (Language::Zh, sources!("zh")),
    (Language::Ar, sources!("ar")),
    (Language::Tr, sources!("tr")),
    (Language::Sr, sources!("sr")),
    (Language::Th, sources!("th")),
    (Language::Lo, sources!("lo")),
    (Language::Ru, sources!("ru")),
];

/// What stands around a hole where the sentence runs from right to left, so that what fills it keeps its own direction.
const ISOLATE: (&str, &str) = ("\u{2068}", "\u{2069}");

/// A field of a form that a refusal means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Its label, in the reader's language.
    pub label: String,
    /// Its id in the form, where forms have one for it.
    pub anchor: Option<String>,
}

/// A refusal as the reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The field, where one is meant and known.
    pub field: Option<Named>,
    /// What would be right.
    pub text: String,
    /// Whether that is in the words of the API, which is English.
    pub is_english: bool,
}

/// The lines of a file that are no remarks.
fn lines(sources: Sources) -> impl Iterator<Item = &'static str> {
    sources.into_iter().flat_map(str::lines).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// All patterns, to find that of a message.
struct Patterns {
    /// Those without holes, by how they are compared.
    exact: HashMap<String, &'static str>,
    /// Those with holes, the most specific first.
    open: Vec<Pattern>,
}

static PATTERNS: LazyLock<Patterns> = LazyLock::new(|| Patterns::read(ENGLISH));

impl Patterns {
    fn read(source: Sources) -> Self {
        let (open, exact): (Vec<_>, Vec<_>) = lines(source).map(Pattern::new).partition(Pattern::has_holes);
        let exact = exact.iter().map(|pattern| (key(pattern.english), pattern.english)).collect();
        let mut open = open;
        open.sort_by_key(|pattern| std::cmp::Reverse(pattern.weight()));
        Self { exact, open }
    }

    /// The pattern of a message, and what fills its holes.
    fn find<'m>(&self, message: &'m str) -> Option<(&'static str, Vec<(usize, &'m str)>)> {
        let message = message.trim();
        let message = message.strip_suffix('.').unwrap_or(message);
        let key = key(message);
        if let Some(english) = self.exact.get(&key) {
            return Some((english, Vec::new()));
        }
        self.open.iter().find_map(|pattern| Some((pattern.english, pattern.holes(&key, message)?)))
    }
}

type Translations = HashMap<&'static str, &'static str>;

static TRANSLATIONS: LazyLock<HashMap<Language, Translations>> = LazyLock::new(|| {
    let pairs = |source| lines(source).filter_map(|line| line.split_once('\t')).collect();
    SOURCES.into_iter().map(|(language, source)| (language, pairs(source))).collect()
});

/// A message of the API in a language; nothing where it has no pattern there. What the API says of several fields at
/// once stands in one message, sentence after sentence.
fn translated(words: &Words, message: &str) -> Option<String> {
    let known = TRANSLATIONS.get(&words.language)?;
    let parts: Vec<&str> = message.split("; ").collect();
    if parts.len() > 1
        && let Some(all) =
            parts.into_iter().map(|part| part_of(words, known, part)).collect::<Option<Vec<_>>>()
    {
        return Some(all.join(between(words.language)));
    }
    part_of(words, known, message)
}

/// What stands between two sentences of one message.
const fn between(language: Language) -> &'static str {
    match language {
        Language::Zh => "；",
        Language::Ar => "؛ ",
        Language::En | Language::Tr | Language::Sr | Language::Th | Language::Lo | Language::Ru => "; ",
    }
}

/// A sentence that may begin with the name of the field that it is about.
fn part_of(words: &Words, known: &Translations, message: &str) -> Option<String> {
    let of_field = || {
        let (path, rest) = message.split_once(": ")?;
        let path: Vec<String> = path.split('.').map(str::to_owned).collect();
        let field = field::named(words, &path)?;
        Some(format!("{}: {}", field.label, said(words, known, rest)?))
    };
    of_field().or_else(|| said(words, known, message))
}

/// One sentence of the API in a language; nothing where it has no pattern there.
fn said(words: &Words, known: &Translations, message: &str) -> Option<String> {
    let (english, holes) = PATTERNS.find(message)?;
    let translation = known.get(english)?;
    let mut text = String::new();
    let (open, close) = if words.language.is_rtl() { ISOLATE } else { ("", "") };
    for piece in pieces(translation) {
        match piece {
            Piece::Text(own) => text.push_str(own),
            Piece::Hole(number) => {
                let (_, given) = holes.iter().find(|(own, _)| *own == number)?;
                text.push_str(open);
                text.push_str(&filled(words, known, given));
                text.push_str(close);
            }
        }
    }
    Some(text)
}

/// What stands in a hole: a condition, or a list of some, in the reader's language; anything else as it is.
fn filled(words: &Words, known: &Translations, given: &str) -> String {
    let one =
        |text: &str| PATTERNS.exact.get(&key(text.trim())).and_then(|english| known.get(english)).copied();
    if let Some(own) = one(given) {
        return own.to_owned();
    }
    for mark in ["; ", ", "] {
        if let Some(all) = given.split(mark).map(one).collect::<Option<Vec<_>>>() {
            return all.join(&words.list_mark());
        }
    }
    given.to_owned()
}

/// What a form calls the field that a path of the API's input means; nothing where no form has one.
pub(crate) fn label(words: &Words, path: &[String]) -> Option<String> {
    field::named(words, path).map(|field| field.label)
}

impl Desk {
    /// A message of the API in the reader's language, where it is known.
    pub fn sentence(&self, message: &str) -> Told {
        match translated(self.words, message) {
            Some(text) => Told { field: None, text, is_english: false },
            None => Told { field: None, text: message.to_owned(), is_english: true },
        }
    }

    /// A refusal in the reader's language, with the field that it means.
    pub fn told(&self, error: &UserError) -> Told {
        Told { field: field::named(self.words, &error.path), ..self.sentence(&error.message) }
    }
}
