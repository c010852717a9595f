//! Answers to questions that have no fact of their own in a project.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{QuestionKey, Source};
use crate::{
    FieldError,
    value::{Localized, Money, Pct, SingleLine},
};

/// Of what kind an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerType {
    /// Text of several lines in its language.
    Text,
    /// One line.
    Line,
    /// An amount with its currency.
    Money,
    /// A percentage.
    Percent,
    /// A whole number, at least 0.
    Count,
    /// A whole number of months, 1 to 1200.
    Months,
    /// A day.
    Date,
    /// Yes or no.
    YesNo,
    /// One of these codes.
    Choice(&'static [&'static str]),
    /// A code of a vocabulary, by the vocabulary's name.
    Code(&'static str),
    /// Several codes of a vocabulary.
    Codes(&'static str),
    /// Codes of a vocabulary with shares that sum to 100 %.
    Shares(&'static str),
    /// Countries, cities and positions.
    Places,
    /// Languages by ISO 639.
    Languages,
    /// How far an item of the checklist is shown, and by which document.
    Evidence,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "value", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Answer {
    /// Text.
    Text(Localized),
    /// One line.
    Line(SingleLine),
    /// An amount.
    Money(Money),
    /// A percentage.
    Percent(Pct),
    /// A number, or a number of months.
    Count(u64),
    /// A day.
    Date(NaiveDate),
    /// Yes or no.
    YesNo(bool),
    /// A code.
    Choice(String),
}

impl Answer {
    /// What is wrong with it as an answer of a type; none where nothing is.
    fn wrong_for(&self, wanted: AnswerType) -> Option<String> {
        let right = match (self, wanted) {
            (Self::Text(_), AnswerType::Text)
            | (Self::Line(_), AnswerType::Line)
            | (Self::Money(_), AnswerType::Money)
            | (Self::Percent(_), AnswerType::Percent)
            | (Self::Count(_), AnswerType::Count)
            | (Self::Date(_), AnswerType::Date)
            | (Self::YesNo(_), AnswerType::YesNo) => true,
            (Self::Count(months), AnswerType::Months) => (1..=1200).contains(months),
            (Self::Choice(code), AnswerType::Choice(codes)) => codes.contains(&code.as_str()),
            _ => false,
        };
        (!right).then(|| match wanted {
            AnswerType::Text => "answer with a text and its language".to_owned(),
            AnswerType::Line => "answer with one line".to_owned(),
            AnswerType::Money => "answer with an amount and its currency".to_owned(),
            AnswerType::Percent => "answer with a percentage".to_owned(),
            AnswerType::Months => "answer with 1 to 1200 months".to_owned(),
            AnswerType::Date => "answer with a day, such as 2026-03-02".to_owned(),
            AnswerType::YesNo => "answer with yes or no".to_owned(),
            AnswerType::Choice(codes) => format!("answer with one of {}", codes.join(", ")),
            _ => "answer with a whole number of at least 0".to_owned(),
        })
    }
}

/// The answers to a project's questions that are not facts of the project itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<QuestionKey, Answer>", into = "BTreeMap<QuestionKey, Answer>")]
pub struct Answers(BTreeMap<QuestionKey, Answer>);

impl TryFrom<BTreeMap<QuestionKey, Answer>> for Answers {
    type Error = FieldError;
    fn try_from(given: BTreeMap<QuestionKey, Answer>) -> Result<Self, FieldError> {
        let mut answers = Self::default();
        given.into_iter().try_for_each(|(key, answer)| answers.set(key, answer))?;
        Ok(answers)
    }
}
impl From<Answers> for BTreeMap<QuestionKey, Answer> {
    fn from(answers: Answers) -> Self {
        answers.0
    }
}

impl Answers {
    /// Writes an answer down, in the place of an earlier one.
    ///
    /// # Errors
    /// The question asks for a fact of the project, or for another type of answer.
    pub fn set(&mut self, key: QuestionKey, answer: Answer) -> Result<(), FieldError> {
        let question = key.question();
        if !matches!(question.source, Source::Answer) {
            let message = "this is a fact of the project; change it there";
            return Err(FieldError::new(key.as_str(), message));
        }
        if let Some(message) = answer.wrong_for(question.answer) {
            return Err(FieldError::new(key.as_str(), message));
        }
        self.0.insert(key, answer);
        Ok(())
    }

    /// Takes an answer back.
    pub fn clear(&mut self, key: QuestionKey) {
        self.0.remove(&key);
    }

    /// The answer to a question.
    pub fn get(&self, key: QuestionKey) -> Option<&Answer> {
        self.0.get(&key)
    }

    /// The answers, by key.
    pub fn iter(&self) -> impl Iterator<Item = (QuestionKey, &Answer)> {
        self.0.iter().map(|(key, answer)| (*key, answer))
    }

    /// The answer by the key's text; for rules, whose keys a test holds against the catalogue.
    fn at(&self, key: &str) -> Option<&Answer> {
        self.0.iter().find(|(known, _)| known.as_str() == key).map(|(_, answer)| answer)
    }

    /// The answer as an amount.
    pub fn money(&self, key: &str) -> Option<Money> {
        if let Some(Answer::Money(money)) = self.at(key) { Some(*money) } else { None }
    }

    /// The answer as a number.
    pub fn count(&self, key: &str) -> Option<u64> {
        if let Some(Answer::Count(count)) = self.at(key) { Some(*count) } else { None }
    }

    /// The answer as a day.
    pub fn date(&self, key: &str) -> Option<NaiveDate> {
        if let Some(Answer::Date(date)) = self.at(key) { Some(*date) } else { None }
    }

    /// The answer as yes or no.
    pub fn yes_no(&self, key: &str) -> Option<bool> {
        if let Some(Answer::YesNo(yes)) = self.at(key) { Some(*yes) } else { None }
    }
}
