//! The guided form: which questions a project is asked, by its kind, contract, stage and fields, and which of them
//! have to be answered before it can be submitted.
//!
//! The questions are one table ([`QUESTIONS`]). Each says which criteria read its answer, so that nobody is asked for
//! what nothing will use. A venture's form is short: at most [`SHORT_FORM_MAX`] questions are required.

mod answer;
mod catalogue;
mod kept;

use std::{borrow::Cow, cmp, fmt, str::FromStr};

pub use answer::{Answer, AnswerType, Answers};
pub use catalogue::QUESTIONS;
pub use kept::{Answered, emptied};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    project::ProjectFacts,
    vocabulary::{CooperationField, InvestmentStage, ProjectKind, ReadinessItem, StageLadder, vocabulary},
};

/// The largest number of required questions on the form of a venture.
pub const SHORT_FORM_MAX: usize = 12;

vocabulary! {
    /// The criterion that reads an answer: the investor's view of a project, then the project's of an investor.
    CriterionKey, "CARAVANSERAI-CRITERION", "1", {
        Field = "FIELD": "Field",
        Ticket = "TICKET": "Ticket",
        Stage = "STAGE": "Stage",
        Terms = "TERMS": "Terms",
        Geo = "GEO": "Geography",
        Ready = "READY": "Readiness",
        Trust = "TRUST": "Trust",
        Impact = "IMPACT": "Impact",
        Ties = "TIES": "Ties",
        Money = "MONEY": "Share of the gap that a ticket closes",
        Reply = "REPLY": "Replies",
        Local = "LOCAL": "Presence in the country",
        Value = "VALUE": "Help beside money",
    }
}

/// For which contracts a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContractWhen {
    /// Any, or none.
    Any,
    /// A public-private partnership.
    Ppp,
}

/// For which instruments a question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyWhen {
    /// Any, or none named.
    Any,
    /// Where some of the money is to be repaid.
    Debt,
    /// Where whoever gives the money looks for a return.
    SeeksReturn,
}

/// Where the answer is kept.
#[derive(Clone, Copy)]
pub enum Source {
    /// A fact of the project, and whether it is there.
    Fact(fn(&ProjectFacts) -> bool),
    /// An item of the checklist.
    Readiness(ReadinessItem),
    /// Among the [`Answers`].
    Answer,
}

/// One question of the table. All conditions have to hold for it to be asked.
#[derive(Clone, Copy)]
pub struct QuestionSpec {
    /// Path of the project's fact, or `answers.…`.
    pub key: &'static str,
    /// The question in English.
    pub text: &'static str,
    /// What helps to answer it; may be empty.
    pub help: &'static str,
    /// What kind of answer it takes.
    pub answer: AnswerType,
    /// The criteria that read it.
    pub criteria: &'static [CriterionKey],
    /// Where the answer is kept.
    pub source: Source,
    /// On which ladder; none for both.
    pub ladder: Option<StageLadder>,
    /// For which kinds; empty for all.
    pub kinds: &'static [ProjectKind],
    /// Where one of these fields has a share; empty for all.
    pub fields: &'static [CooperationField],
    /// Under which contract.
    pub contract: ContractWhen,
    /// For which instruments.
    pub money: MoneyWhen,
    /// From which rung on it is asked.
    pub from: usize,
    /// From which rung of infrastructure on it is required; none for never.
    pub required_infrastructure: Option<usize>,
    /// From which rung of a venture on it is required; none for never.
    pub required_venture: Option<usize>,
}

/// The key of a question; only the table's own keys exist.
#[derive(Clone, Copy)]
pub struct QuestionKey(&'static QuestionSpec);

impl PartialEq for QuestionKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}
impl Eq for QuestionKey {}
impl PartialOrd for QuestionKey {
    fn partial_cmp(&self, other: &Self) -> Option<cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for QuestionKey {
    fn cmp(&self, other: &Self) -> cmp::Ordering {
        self.0.key.cmp(other.0.key)
    }
}
impl fmt::Debug for QuestionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.key)
    }
}

/// No question has that key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is not the key of a question; the questionnaire of the project lists them")]
pub struct UnknownQuestion(String);

impl QuestionKey {
    /// The key.
    pub const fn as_str(self) -> &'static str {
        self.0.key
    }

    /// The question.
    pub const fn question(self) -> &'static QuestionSpec {
        self.0
    }
}

impl FromStr for QuestionKey {
    type Err = UnknownQuestion;
    fn from_str(s: &str) -> Result<Self, UnknownQuestion> {
        QUESTIONS
            .iter()
            .find(|question| question.key == s)
            .map(Self)
            .ok_or_else(|| UnknownQuestion(s.chars().take(60).collect()))
    }
}
impl fmt::Display for QuestionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.key)
    }
}
impl Serialize for QuestionKey {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.0.key)
    }
}
impl<'de> Deserialize<'de> for QuestionKey {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <Cow<'de, str>>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}

/// A question that a project is asked.
#[derive(Clone, Copy)]
pub struct Question {
    /// Its row of the table.
    pub spec: &'static QuestionSpec,
    /// Whether it has to be answered at the stage.
    pub required: bool,
    /// From which rung of its ladder on it has to be answered; none for never.
    pub required_since: Option<usize>,
}

impl Question {
    /// Its key.
    pub const fn key(&self) -> QuestionKey {
        QuestionKey(self.spec)
    }

    /// Whether it is answered.
    pub fn is_answered(&self, facts: &ProjectFacts, answers: &Answers) -> bool {
        match self.spec.source {
            Source::Fact(given) => given(facts),
            Source::Readiness(item) => facts.readiness.iter().any(|entry| entry.item == item),
            Source::Answer => answers.get(self.key()).is_some(),
        }
    }
}

/// The questions that a project is asked at its stage, in the order of the form.
pub fn questions(facts: &ProjectFacts) -> Vec<Question> {
    questions_at(facts, facts.stage)
}

/// The questions that a project would be asked at a stage. Where the stage is unknown it is asked what the first
/// stage asks, and the stage.
pub fn questions_at(facts: &ProjectFacts, stage: Option<InvestmentStage>) -> Vec<Question> {
    let rung = stage.map_or(0, InvestmentStage::rung);
    QUESTIONS
        .iter()
        .filter(|spec| spec.is_asked(facts, stage))
        .map(|spec| {
            let required_since = match facts.ladder {
                StageLadder::Infrastructure => spec.required_infrastructure,
                StageLadder::Venture => spec.required_venture,
            };
            Question { spec, required: required_since.is_some_and(|since| since <= rung), required_since }
        })
        .collect()
}

/// The required questions without an answer; where there are none a listing can be submitted.
pub fn missing_required(facts: &ProjectFacts, answers: &Answers) -> Vec<QuestionKey> {
    questions(facts)
        .iter()
        .filter(|question| question.required && !question.is_answered(facts, answers))
        .map(Question::key)
        .collect()
}

impl QuestionSpec {
    fn is_asked(&self, facts: &ProjectFacts, stage: Option<InvestmentStage>) -> bool {
        let sought = |test: fn(crate::vocabulary::Instrument) -> bool| {
            facts.instruments.as_ref().is_some_and(|shares| shares.parts().iter().any(|part| test(part.of)))
        };
        self.ladder.is_none_or(|ladder| ladder == facts.ladder)
            && (self.kinds.is_empty() || self.kinds.contains(&facts.kind))
            && (self.fields.is_empty()
                || facts.fields.parts().iter().any(|part| self.fields.contains(&part.of)))
            && match self.contract {
                ContractWhen::Any => true,
                ContractWhen::Ppp => facts.contract.is_some_and(crate::vocabulary::ContractType::is_ppp),
            }
            && match self.money {
                MoneyWhen::Any => true,
                MoneyWhen::Debt => sought(crate::vocabulary::Instrument::is_debt),
                MoneyWhen::SeeksReturn => sought(crate::vocabulary::Instrument::seeks_return),
            }
            && self.from <= stage.map_or(0, InvestmentStage::rung)
            && match self.source {
                Source::Readiness(item) => {
                    stage.is_some_and(|stage| ReadinessItem::checklist(stage).contains(&item))
                }
                _ => true,
            }
    }
}

#[cfg(test)]
mod tests;
