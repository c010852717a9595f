//! What is put into a sentence: facts, not words, so that each language says them in its own way.

use std::borrow::Cow;

use chrono::NaiveDate;
use domain::{Vocabulary, digest::DigestLanguage, names, value::CountryCode, value::Money};
use serde::{Deserialize, Serialize};

use super::{Sentence, display_points, words};
use crate::{grade::Micro, score::MicroPoints};

/// What is put into a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Arg {
    /// What is the same in every language: the name of a law, codes, a question mark.
    Text(Cow<'static, str>),
    /// A whole number.
    Count(u64),
    /// A decimal number, written with a point.
    Decimal(String),
    /// Tenths of a percent.
    Percent(u32),
    /// Micro-points of a score.
    Points(MicroPoints),
    /// Minutes, told as hours with one decimal.
    Hours(u32),
    /// Inhabitants, told to three or four figures.
    People(u32),
    /// An amount, told to three figures or so.
    Money(Money),
    /// A day.
    Day(NaiveDate),
    /// A code of a vocabulary, told by its name.
    Name {
        /// The vocabulary.
        list: Cow<'static, str>,
        /// The code.
        code: Cow<'static, str>,
        /// Whether it stands inside a sentence and begins with a small letter.
        inside: bool,
    },
    /// A country, with its English name as the record has it.
    Country(CountryCode, String),
    /// Other words of the templates.
    Said(Box<Sentence>),
    /// Several, one after another.
    All(Vec<Self>),
    /// Several, set apart more clearly.
    Apart(Vec<Self>),
}

impl Arg {
    /// The name of a value of a vocabulary, as it stands alone.
    pub fn name<V: Vocabulary>(value: V) -> Self {
        Self::Name { list: V::NAME.into(), code: value.code().into(), inside: false }
    }

    /// The name of a value of a vocabulary inside a sentence.
    pub fn inside<V: Vocabulary>(value: V) -> Self {
        Self::Name { list: V::NAME.into(), code: value.code().into(), inside: true }
    }

    /// Millionths as a percentage, rounded up to a tenth.
    pub fn percent(value: Micro) -> Self {
        Self::Percent(value.div_ceil(1_000).min(1_000))
    }

    /// Other words without arguments.
    pub fn said(key: &'static str) -> Self {
        Sentence::plain(key).into()
    }

    /// It in a language.
    pub(super) fn tell(&self, language: DigestLanguage) -> String {
        if language == DigestLanguage::En { self.english() } else { self.foreign(language) }
    }

    fn english(&self) -> String {
        let list = |all: &[Self], mark: &str| all.iter().map(Self::english).collect::<Vec<_>>().join(mark);
        match self {
            Self::Text(text) => text.clone().into_owned(),
            Self::Decimal(text) => text.clone(),
            Self::Count(number) => number.to_string(),
            Self::Percent(tenths) => format!("{} %", decimal_of(*tenths)),
            Self::Points(score) => display_points(*score),
            Self::Hours(minutes) => format!("{:.1}", f64::from(*minutes) / 60.0),
            Self::People(n) if *n >= 1_000_000 => format!("{:.1} m", f64::from(*n) / 1e6),
            Self::People(n) => format!("{} k", n / 1_000),
            Self::Money(money) => money.to_string(),
            Self::Day(day) => day.to_string(),
            Self::Name { list, code, inside } => {
                let name = names::name_of(DigestLanguage::En, list, code).unwrap_or(code);
                if *inside { name.to_lowercase() } else { name.to_owned() }
            }
            Self::Country(_, name) => name.clone(),
            Self::Said(sentence) => sentence.english(),
            Self::All(all) => list(all, ", "),
            Self::Apart(all) => list(all, "; "),
        }
    }

    fn foreign(&self, language: DigestLanguage) -> String {
        let list = |all: &[Self], mark: &'static str| {
            let told: Vec<String> = all.iter().map(|one| one.foreign(language)).collect();
            told.join(words::form(language, mark))
        };
        match self {
            Self::Text(text) => text.clone().into_owned(),
            Self::Count(number) => words::whole(language, *number),
            Self::Decimal(number) => words::decimal(language, number),
            Self::Percent(tenths) => {
                let number = words::decimal(language, &decimal_of(*tenths));
                words::form(language, "form.percent").replace("{number}", &number)
            }
            Self::Points(score) => words::decimal(language, &display_points(*score)),
            Self::Hours(minutes) => words::decimal(language, &format!("{:.1}", f64::from(*minutes) / 60.0)),
            Self::People(n) => {
                let step = if *n >= 1_000_000 { 100_000 } else { 1_000 };
                words::whole(language, rounded(u64::from(*n), step, *n >= 1_000_000))
            }
            Self::Money(money) => words::money(language, *money),
            Self::Day(day) => words::day(language, *day),
            Self::Name { list, code, inside } => {
                let name = names::name_of(language, list, code).unwrap_or(code);
                if *inside { words::inside(language, name) } else { name.to_owned() }
            }
            Self::Country(code, _) => names::country(language, *code).to_owned(),
            Self::Said(sentence) => sentence.bare(language),
            Self::All(all) => list(all, "form.and"),
            Self::Apart(all) => list(all, "form.apart"),
        }
    }
}

/// `47` or `47.3` of tenths.
fn decimal_of(tenths: u32) -> String {
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{}.{}", tenths / 10, tenths % 10)
    }
}

/// A number as no language tells it more exactly than English does: to a step, the nearer one or the lower.
pub(super) fn rounded(number: u64, step: u64, nearer: bool) -> u64 {
    let half = if nearer { step / 2 } else { 0 };
    number.saturating_add(half).checked_div(step).unwrap_or_default().saturating_mul(step)
}

impl From<Sentence> for Arg {
    fn from(sentence: Sentence) -> Self {
        Self::Said(Box::new(sentence))
    }
}

impl From<Money> for Arg {
    fn from(money: Money) -> Self {
        Self::Money(money)
    }
}

impl From<&'static str> for Arg {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

macro_rules! counts {
    ($($of:ty),+) => { $(impl From<$of> for Arg {
        fn from(number: $of) -> Self {
            Self::Count(number.into())
        }
    })+ };
}

counts!(u8, u16, u32, u64);

impl From<usize> for Arg {
    fn from(number: usize) -> Self {
        Self::Count(u64::try_from(number).unwrap_or(u64::MAX))
    }
}
