//! The questions of a listing that have no fact of their own: what kind of field takes each answer, what was answered, and
//! a form of answers as the API takes it.

use chrono::NaiveDate;
use domain::questionnaire::{AnswerType, QuestionKey, Source};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    desk::Desk,
    form::{Faults, Filled, Reads},
    view::{Money, Text, big_option, money_input},
};

#[derive(Debug, Clone, Deserialize)]
pub(super) struct Question {
    pub(super) key: String,
    pub(super) text: String,
    pub(super) help: String,
    pub(super) required: bool,
    pub(super) answered: bool,
    pub(super) answer: Option<Given>,
    pub(super) feeds: Vec<String>,
}

/// What was answered; one part is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Given {
    text: Option<Text>,
    line: Option<String>,
    pub(super) money: Option<Money>,
    percent: Option<f64>,
    #[serde(deserialize_with = "big_option")]
    count: Option<i64>,
    date: Option<NaiveDate>,
    yes_no: Option<bool>,
    choice: Option<String>,
}

impl Given {
    /// The answer as its field shows it.
    pub(super) fn written(&self) -> String {
        let yes_no = self.yes_no.map(|yes| if yes { "yes" } else { "no" }.to_owned());
        let text = self.text.as_ref().map(|text| text.value.clone());
        let parts = [
            text,
            self.line.clone(),
            self.money.as_ref().map(Money::written),
            self.percent.map(|number| number.to_string()),
            self.count.map(|number| number.to_string()),
            self.date.map(|day| day.to_string()),
            yes_no,
            self.choice.clone(),
        ];
        parts.into_iter().flatten().next().unwrap_or_default()
    }
}

impl Question {
    /// What kind of field takes the answer here; nothing for what the form of the listing itself asks.
    pub(super) fn input(&self) -> Option<Input> {
        let spec = self.key.parse::<QuestionKey>().ok()?.question();
        if !matches!(spec.source, Source::Answer) {
            return None;
        }
        Some(match spec.answer {
            AnswerType::Text => Input::Text,
            AnswerType::Line => Input::Line,
            AnswerType::Money => Input::Money,
            AnswerType::Percent => Input::Percent,
            AnswerType::Count | AnswerType::Months => Input::Whole,
            AnswerType::Date => Input::Day,
            AnswerType::YesNo => Input::YesNo,
            AnswerType::Choice(codes) => Input::Choice(codes),
            _ => return None,
        })
    }
}

/// A field of the form of questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Input {
    Text,
    Line,
    Money,
    Percent,
    Whole,
    Day,
    YesNo,
    Choice(&'static [&'static str]),
}

impl Input {
    pub(super) const fn choices(self) -> &'static [&'static str] {
        if let Self::Choice(codes) = self { codes } else { &[] }
    }
}

/// The answers of a form, as the API takes them.
pub(super) fn answers(d: &Desk, filled: &Filled) -> Vec<Value> {
    filled
        .all("question")
        .into_iter()
        .filter_map(|key| {
            // An empty field says nothing of a question without an answer, and takes an answer away.
            let Some(value) = filled.get(&format!("q-{key}")) else {
                return filled.has("answered", key).then(|| json!({ "question": key }));
            };
            let spec = key.parse::<QuestionKey>().ok()?.question();
            let mut answer = json!({ "question": key });
            let (name, value) = match spec.answer {
                AnswerType::Text => ("text", json!({ "lang": d.tag(), "value": value })),
                AnswerType::Money => {
                    let currency = filled.get(&format!("c-{key}")).unwrap_or("USD");
                    ("money", money_input(value, currency)?)
                }
                AnswerType::Percent => ("percent", json!(filled.number(&format!("q-{key}"))?)),
                AnswerType::Count | AnswerType::Months => {
                    ("count", json!(filled.whole(&format!("q-{key}"))?.to_string()))
                }
                AnswerType::Date => ("date", json!(value)),
                AnswerType::YesNo => ("yesNo", json!(value == "yes")),
                AnswerType::Choice(_) => ("choice", json!(value)),
                _ => ("line", json!(value)),
            };
            answer.as_object_mut()?.insert(name.to_owned(), value);
            Some(answer)
        })
        .collect()
}

/// The fields of a form of answers that hold something else than the number that is asked for.
pub(super) fn unreadable(filled: &Filled) -> Faults {
    let mut wrong = Faults::default();
    for key in filled.all("question") {
        let Ok(known) = key.parse::<QuestionKey>() else { continue };
        let reads = match known.question().answer {
            AnswerType::Money => Reads::Amount,
            AnswerType::Percent => Reads::Number,
            AnswerType::Count | AnswerType::Months => Reads::Whole,
            _ => continue,
        };
        wrong.0.extend(filled.unreadable(&[(&format!("q-{key}"), reads)]).0);
    }
    wrong
}

/// Refusals of answers, each with the question that it means instead of its place among those that were sent.
pub(super) fn of_questions(mut faults: Faults, answers: &[Value]) -> Faults {
    for error in &mut faults.0 {
        let mut path = error.path.iter().skip_while(|part| *part != "answers").skip(1);
        let place = path.next().and_then(|place| place.parse::<usize>().ok());
        let question = place.and_then(|place| answers.get(place)?.get("question")?.as_str());
        if let Some(key) = question {
            error.path = vec![format!("q-{key}")];
        }
    }
    faults
}
