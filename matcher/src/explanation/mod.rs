//! A score taken apart into sentences and numbers. The numbers come from the rows that the scorer read.
//!
//! Every sentence is a key with named arguments, and the arguments are facts: each language has one template for a key and
//! says the facts in its own way. No adjective, no 'best', no promise (section 5.7).

mod arg;
mod city;
mod gate;
mod investment;
mod template;
mod words;

use std::borrow::Cow;

pub use arg::Arg;
pub use city::{CityExplanation, explain_city, gate_lines_city};
pub use gate::gate_lines;
pub use investment::{Audience, Explanation, change_sentence, explain};

use domain::digest::DigestLanguage;
use serde::{Deserialize, Deserializer, Serialize};

use crate::{
    gate::Outcome,
    grade::{Grade, ONE},
    policy::{Criterion, Weights},
};

/// A sentence as a key with arguments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sentence {
    /// Key of the template.
    pub key: &'static str,
    /// Named arguments.
    pub args: Vec<(Cow<'static, str>, Arg)>,
}

/// A sentence as it is kept.
#[derive(Deserialize)]
struct Kept {
    key: String,
    args: Vec<(Cow<'static, str>, Arg)>,
}

impl<'de> Deserialize<'de> for Sentence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Kept { key, args } = Kept::deserialize(deserializer)?;
        let known = template::known(&key).ok_or_else(|| {
            serde::de::Error::custom(format!("'{key}' is the key of no sentence of the scorer"))
        })?;
        Ok(Self { key: known, args })
    }
}

/// Marks that set apart what is put into a sentence that runs from right to left (Unicode's first strong isolate and its
/// end).
const ISOLATE: [char; 2] = ['\u{2068}', '\u{2069}'];

impl Sentence {
    /// A sentence without arguments.
    pub const fn plain(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    /// A sentence whose arguments are there as text alone; none where no sentence has the key.
    pub fn of_text(key: &str, args: &[(String, String)]) -> Option<Self> {
        let args = args.iter().map(|(name, text)| (Cow::from(name.clone()), text.clone().into())).collect();
        Some(Self { key: template::known(key)?, args })
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name.into(), value.into()));
        self
    }

    /// The sentence in English.
    pub fn english(&self) -> String {
        self.bare(DigestLanguage::En)
    }

    /// The sentence in a language. What is put into one that runs from right to left is set apart.
    pub fn told(&self, language: DigestLanguage) -> String {
        self.filled(language, language.is_rtl())
    }

    /// The sentence as a part of another, where what is put in is not set apart again.
    fn bare(&self, language: DigestLanguage) -> String {
        self.filled(language, false)
    }

    fn filled(&self, language: DigestLanguage, apart: bool) -> String {
        let own = words::template(language, self.key);
        // A template that a language lacks is said in English, as a whole.
        let (template, language) = match own {
            Some(own) => (own, language),
            None => (template::english(self.key), DigestLanguage::En),
        };
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            match self.args.iter().find(|(known, _)| known == name) {
                Some((_, arg)) if apart => {
                    let [open, close] = ISOLATE;
                    text.push(open);
                    text.push_str(&arg.tell(language));
                    text.push(close);
                }
                Some((_, arg)) => text.push_str(&arg.tell(language)),
                None => text.extend(["{", name, "}"]),
            }
            rest = behind;
        }
        text.push_str(rest);
        text
    }
}

/// How much of a criterion is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// All of it.
    Known,
    /// A part of it.
    Partial,
    /// Nothing.
    Missing,
    /// It does not bear on the pair; its weight goes to the others.
    NotApplicable,
}

impl Status {
    fn of(grade: &Grade) -> Self {
        if !grade.applicable {
            Self::NotApplicable
        } else if grade.known == 0 {
            Self::Missing
        } else if grade.known == ONE {
            Self::Known
        } else {
            Self::Partial
        }
    }
}

/// A dated fact that a criterion read, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// The fact.
    pub fact: String,
    /// Who says so.
    pub source: String,
    /// When it held: a date or a year; empty where the record has none.
    pub as_of: String,
}

/// One criterion of one side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CriterionLine {
    /// The criterion's key.
    pub key: &'static str,
    /// Its weight in hundredths of a point.
    pub weight: u16,
    /// Its grade.
    pub grade: Grade,
    /// How much of it is known.
    pub status: Status,
    /// What it says.
    pub sentence: Sentence,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
}

/// One gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateLine {
    /// The gate's key.
    pub key: &'static str,
    /// Its answer.
    pub outcome: Outcome,
    /// Why.
    pub because: Sentence,
    /// Whether a party can do something about it.
    pub fixable: bool,
}

fn lines<C: Criterion, const N: usize>(
    weights: &Weights<N>,
    grades: &[Grade; N],
    describe: impl Fn(C, &Grade) -> (Sentence, Vec<Evidence>),
) -> Vec<CriterionLine> {
    C::ALL
        .iter()
        .zip(weights.hundredths())
        .zip(grades)
        .map(|((criterion, weight), grade)| {
            let (sentence, evidence) = describe(*criterion, grade);
            CriterionLine {
                key: criterion.key(),
                weight: *weight,
                grade: *grade,
                status: Status::of(grade),
                sentence,
                evidence,
            }
        })
        .collect()
}

/// Keys of the criteria of which something is unknown, heaviest first.
fn unknown(lines: &[CriterionLine]) -> Vec<&CriterionLine> {
    let mut open: Vec<&CriterionLine> =
        lines.iter().filter(|line| matches!(line.status, Status::Missing | Status::Partial)).collect();
    open.sort_by_key(|line| std::cmp::Reverse(line.weight));
    open
}

/// `79.1` of micro-points.
pub fn display_points(score: crate::score::MicroPoints) -> String {
    format!("{:.1}", crate::score::points(score))
}
