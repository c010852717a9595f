//! A score taken apart into sentences and numbers. The numbers come from the rows that the scorer read.
//!
//! Every sentence is a key with named arguments, so that each language has one template for it; the English ones
//! are here. No adjective, no 'best', no promise (section 5.7).

mod city;
mod investment;
mod template;

pub use city::{CityExplanation, explain_city, gate_lines_city};
pub use investment::{Audience, Explanation, change_sentence, explain, gate_lines};

use crate::{
    gate::Outcome,
    grade::{Grade, ONE},
    policy::{Criterion, Weights},
};

/// A sentence as a key with arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Key of the template.
    pub key: &'static str,
    /// Named arguments.
    pub args: Vec<(&'static str, String)>,
}

impl Sentence {
    /// A sentence without arguments.
    pub const fn plain(key: &'static str) -> Self {
        Self { key, args: Vec::new() }
    }

    /// Adds an argument.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// The sentence in English.
    pub fn english(&self) -> String {
        let mut text = template::english(self.key).to_owned();
        for (name, value) in &self.args {
            text = text.replace(&format!("{{{name}}}"), value);
        }
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

/// `47 %` of a value in millionths.
fn percent(value: crate::grade::Micro) -> String {
    let tenths = value.div_ceil(1_000).min(1_000);
    if tenths.is_multiple_of(10) {
        format!("{} %", tenths / 10)
    } else {
        format!("{}.{} %", tenths / 10, tenths % 10)
    }
}

/// `79.1` of micro-points.
pub fn display_points(score: crate::score::MicroPoints) -> String {
    format!("{:.1}", crate::score::points(score))
}
