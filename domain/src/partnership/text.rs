//! The text that two cities negotiate: clauses in parallel languages, their versions, the hash that both sign, and how
//! one version differs from another.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use similar::{ChangeTag, TextDiff};
use unicode_normalization::UnicodeNormalization;

use super::code::{AgreementForce, AgreementTier, CitySide};
use crate::{
    FieldErrors, Vocabulary,
    value::{Lang, Localized},
};

/// The same text in several languages, each once, in the order of their codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Localized>", into = "Vec<Localized>")]
pub struct Parallel(Vec<Localized>);

impl Parallel {
    /// The most languages of one text.
    pub const MAX: usize = 12;

    /// Puts the languages in order.
    ///
    /// # Errors
    /// None, too many, or one twice.
    pub fn new(mut texts: Vec<Localized>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        texts.sort_by_key(Localized::lang);
        errors.check((1..=Self::MAX).contains(&texts.len()), "text", "write it in 1 to 12 languages");
        let twice = texts.windows(2).any(|pair| matches!(pair, [one, next] if one.lang() == next.lang()));
        errors.check(!twice, "text", "write it once in each language");
        errors.into_result(Self(texts))
    }

    /// The text in a language.
    pub fn get(&self, lang: Lang) -> Option<&Localized> {
        self.0.iter().find(|text| text.lang() == lang)
    }

    /// The texts in the order of their languages.
    pub fn iter(&self) -> impl Iterator<Item = &Localized> {
        self.0.iter()
    }
}

impl TryFrom<Vec<Localized>> for Parallel {
    type Error = FieldErrors;
    fn try_from(texts: Vec<Localized>) -> Result<Self, FieldErrors> {
        Self::new(texts)
    }
}
impl From<Parallel> for Vec<Localized> {
    fn from(text: Parallel) -> Self {
        text.0
    }
}

/// One clause. Its key stays from version to version, and says what stands against what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// Key in the library, or the parties' own: capital letters, digits and low lines.
    pub key: String,
    /// Heading.
    pub heading: Parallel,
    /// What is agreed.
    pub body: Parallel,
}

/// What two cities would sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AgreementFacts", into = "AgreementFacts")]
pub struct AgreementText(AgreementFacts);

/// The facts of a text. Build an [`AgreementText`] from them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementFacts {
    /// How close it brings the cities.
    pub tier: AgreementTier,
    /// After how many months it is over by itself; none where it has no end.
    pub fixed_term_months: Option<u32>,
    /// Whether it binds.
    #[serde(default)]
    pub force: AgreementForce,
    /// Its clauses, in order.
    pub clauses: Vec<Clause>,
}

impl std::ops::Deref for AgreementText {
    type Target = AgreementFacts;
    fn deref(&self) -> &AgreementFacts {
        &self.0
    }
}

impl TryFrom<AgreementFacts> for AgreementText {
    type Error = FieldErrors;

    fn try_from(facts: AgreementFacts) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.check(facts.clauses.len() <= 100, "clauses", "at most 100 clauses");
        let key_is_written = |key: &str| {
            (1..=60).contains(&key.len())
                && key.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        };
        errors.check(
            facts.clauses.iter().all(|clause| key_is_written(&clause.key)),
            "clauses.key",
            "write a key in capital letters, digits and low lines, such as WORK_PLAN",
        );
        let keys: std::collections::BTreeSet<_> = facts.clauses.iter().map(|clause| &clause.key).collect();
        errors.check(keys.len() == facts.clauses.len(), "clauses.key", "give each clause its own key");
        errors.check(
            facts.fixed_term_months.is_none_or(|months| (1..=600).contains(&months)),
            "fixed_term_months",
            "a fixed term lasts 1 to 600 months",
        );
        errors.into_result(Self(facts))
    }
}

impl From<AgreementText> for AgreementFacts {
    fn from(text: AgreementText) -> Self {
        text.0
    }
}

/// SHA-256 over the canonical form of a text; written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TextHash([u8; 32]);

/// Not a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hash is written in 64 hexadecimal digits")]
pub struct TextHashError;

impl fmt::Display for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
impl fmt::Debug for TextHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TextHash({self})")
    }
}
impl TryFrom<String> for TextHash {
    type Error = TextHashError;
    fn try_from(text: String) -> Result<Self, TextHashError> {
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(TextHashError);
        }
        for (byte, at) in bytes.iter_mut().zip((0_usize..64).step_by(2)) {
            let digits = text.get(at..at.saturating_add(2)).ok_or(TextHashError)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| TextHashError)?;
        }
        Ok(Self(bytes))
    }
}
impl From<TextHash> for String {
    fn from(hash: TextHash) -> Self {
        hash.to_string()
    }
}

impl AgreementText {
    /// A text without clauses, to be filled.
    pub fn empty(tier: AgreementTier) -> Self {
        let force = AgreementForce::default();
        Self(AgreementFacts { tier, fixed_term_months: None, force, clauses: Vec::new() })
    }

    /// The same text for another tier.
    #[must_use]
    pub fn at_tier(&self, tier: AgreementTier) -> Self {
        Self(AgreementFacts { tier, ..self.0.clone() })
    }

    /// The bytes that are hashed: one field after another, each behind its length in bytes and a colon, so that no two
    /// texts have the same bytes. Text is in Unicode's normal form C, so that two ways to write one letter are one.
    ///
    /// Fields: `CARAVANSERAI-AGREEMENT-TEXT-1`, tier, months of the term or nothing, force, number of clauses; then of
    /// each clause its key, and for heading and body the number of languages and of each its code, `M` where a machine
    /// wrote it, and the text.
    pub fn canonical(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut field = |text: &str| {
            bytes.extend_from_slice(text.len().to_string().as_bytes());
            bytes.push(b':');
            bytes.extend_from_slice(text.as_bytes());
        };
        field("CARAVANSERAI-AGREEMENT-TEXT-1");
        field(self.tier.code());
        field(&self.fixed_term_months.map(|months| months.to_string()).unwrap_or_default());
        field(self.force.code());
        field(&self.clauses.len().to_string());
        for clause in &self.clauses {
            field(&clause.key);
            for part in [&clause.heading, &clause.body] {
                field(&part.0.len().to_string());
                for text in part.iter() {
                    field(text.lang().as_str());
                    field(if text.machine_translated() { "M" } else { "" });
                    field(&text.value().nfc().collect::<String>());
                }
            }
        }
        bytes
    }

    /// The hash that both sides sign.
    pub fn hash(&self) -> TextHash {
        TextHash(Sha256::digest(self.canonical()).into())
    }
}

/// One version of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextVersion {
    /// From 1.
    pub number: u32,
    /// Whose it is.
    pub by: CitySide,
    /// When it was put forward.
    pub at: DateTime<Utc>,
    /// The text.
    pub text: AgreementText,
    /// Its hash.
    pub hash: TextHash,
}

/// What became of a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClauseFate {
    /// Only in the new text.
    Added,
    /// Only in the old text.
    Removed,
    /// In both, with other words.
    Changed,
    /// In both with the same words, in another order among the clauses that both texts have.
    Moved,
}

/// A stretch of text that both versions have, or one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Piece {
    /// In both.
    Same(String),
    /// Only in the old text.
    Deleted(String),
    /// Only in the new text.
    Inserted(String),
}

/// A heading or a body in one language, old against new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartChange {
    /// The language.
    pub lang: Lang,
    /// Whether it is the heading, or the body.
    pub heading: bool,
    /// The stretches, in order.
    pub pieces: Vec<Piece>,
}

/// What became of one clause, with its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClauseChange {
    /// The clause.
    pub key: String,
    /// What became of it.
    pub fate: ClauseFate,
    /// Texts that differ; none of a clause that only moved.
    pub parts: Vec<PartChange>,
}

/// The most work of a whole comparison, in products of the tokens of two texts; what goes beyond is shown whole, one after
/// the other: a comparison must not become work without bound.
const COMPARED_MAX: usize = 4_000_000;

/// Compares two texts clause by clause: first the clauses of the new text in their order, then those that are gone.
/// Clauses without a change are left out.
pub fn compare(old: &AgreementText, new: &AgreementText) -> Vec<ClauseChange> {
    let find = |text: &'_ AgreementText, key: &str| text.clauses.iter().position(|clause| clause.key == key);
    let mut changes = Vec::new();
    let mut left = COMPARED_MAX;
    // A clause has moved where it no longer stands after the one, of those in both texts, that it stood after.
    let before = |text: &AgreementText, other: &AgreementText, place: usize| {
        let earlier = text.clauses.iter().take(place).rev();
        earlier.map(|clause| clause.key.clone()).find(|key| find(other, key).is_some())
    };
    for (place, clause) in new.clauses.iter().enumerate() {
        let then = find(old, &clause.key);
        let was = then.and_then(|then| old.clauses.get(then));
        let parts = clause_parts(was, Some(clause), &mut left);
        let moved = then.is_some_and(|then| before(old, new, then) != before(new, old, place));
        let fate = match was {
            None => ClauseFate::Added,
            Some(_) if !parts.is_empty() => ClauseFate::Changed,
            Some(_) if moved => ClauseFate::Moved,
            Some(_) => continue,
        };
        changes.push(ClauseChange { key: clause.key.clone(), fate, parts });
    }
    for clause in old.clauses.iter().filter(|clause| find(new, &clause.key).is_none()) {
        let parts = clause_parts(Some(clause), None, &mut left);
        changes.push(ClauseChange { key: clause.key.clone(), fate: ClauseFate::Removed, parts });
    }
    changes
}

fn clause_parts(old: Option<&Clause>, new: Option<&Clause>, left: &mut usize) -> Vec<PartChange> {
    let mut parts = Vec::new();
    for heading in [true, false] {
        let part = |clause: &'_ Clause| if heading { clause.heading.clone() } else { clause.body.clone() };
        let (was, is) = (old.map(part), new.map(part));
        let langs: std::collections::BTreeSet<Lang> =
            [&was, &is].into_iter().flatten().flat_map(|part| part.iter().map(Localized::lang)).collect();
        for lang in langs {
            let text = |part: &Option<Parallel>| {
                part.as_ref()
                    .and_then(|part| part.get(lang))
                    .map_or(String::new(), |text| text.value().to_owned())
            };
            let (was, is) = (text(&was), text(&is));
            if was != is {
                parts.push(PartChange { lang, heading, pieces: pieces(lang, &was, &is, left) });
            }
        }
    }
    parts
}

/// Word by word; in scripts that put no space between words, character by character.
fn pieces(lang: Lang, old: &str, new: &str, left: &mut usize) -> Vec<Piece> {
    let by_character = matches!(lang.as_str(), "zh" | "zho" | "th" | "tha" | "lo" | "lao");
    // Between two words stands a token of space.
    let words = |text: &str| text.split_whitespace().count().saturating_mul(2).saturating_add(1);
    let tokens = |text: &str| if by_character { text.chars().count() } else { words(text) };
    let work = tokens(old).saturating_mul(tokens(new));
    let Some(rest) = left.checked_sub(work) else {
        return vec![Piece::Deleted(old.to_owned()), Piece::Inserted(new.to_owned())];
    };
    *left = rest;
    let diff = if by_character { TextDiff::from_chars(old, new) } else { TextDiff::from_words(old, new) };
    let mut pieces: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let text = change.value();
        match (pieces.last_mut(), change.tag()) {
            (Some(Piece::Same(run)), ChangeTag::Equal)
            | (Some(Piece::Deleted(run)), ChangeTag::Delete)
            | (Some(Piece::Inserted(run)), ChangeTag::Insert) => run.push_str(text),
            (_, ChangeTag::Equal) => pieces.push(Piece::Same(text.to_owned())),
            (_, ChangeTag::Delete) => pieces.push(Piece::Deleted(text.to_owned())),
            (_, ChangeTag::Insert) => pieces.push(Piece::Inserted(text.to_owned())),
        }
    }
    pieces
}
