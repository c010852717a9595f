//! Inputs of the mutations of listings.

use async_graphql::{ID, InputObject};
use domain::{
    Vocabulary,
    disclosure::ListingField,
    listing::{ListingTransition as T, ReviewReturnReason},
    questionnaire::{Answer, QuestionKey},
    value::{Localized, Money, Pct, SingleLine},
    vocabulary::{RedFlag, Visibility},
};

use crate::{
    command::{CommandError, Refusal},
    graphql::{
        code::Code,
        input::{MoneyInput, ProjectInput, TextInput},
        object::BigInt,
    },
};

/// A new listing.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct CreateProjectInput {
    /// What the owner writes.
    pub(super) project: ProjectInput,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A changed listing.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct UpdateProjectInput {
    /// Which one.
    pub(super) project_id: ID,
    /// The version that the change is made on.
    pub(super) expected_version: i32,
    /// All that the owner writes.
    pub(super) project: ProjectInput,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A listing and the version that its change is made on.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct ProjectTransitionInput {
    /// Which one.
    pub(super) project_id: ID,
    /// The version that the change is made on.
    pub(super) expected_version: i32,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A listing that is under offer.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct MarkUnderOfferInput {
    /// Which one.
    pub(super) project_id: ID,
    /// The version that the change is made on.
    pub(super) expected_version: i32,
    /// The last day of the exclusivity, 1 to 180 days away.
    pub(super) until: chrono::NaiveDate,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A decision about a listing with its reasons.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct ProjectDecisionInput {
    /// Which one.
    pub(super) project_id: ID,
    /// The version that the decision is made on.
    pub(super) expected_version: i32,
    /// Codes of the reasons, at least one.
    pub(super) reasons: Vec<Code<ReviewReturnReason>>,
    /// What the owner should know beside them.
    pub(super) note: Option<String>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A listing that is suspended.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct SuspendProjectInput {
    /// Which one.
    pub(super) project_id: ID,
    /// The version that the decision is made on.
    pub(super) expected_version: i32,
    /// Why; the owner is told.
    pub(super) reason: String,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A second person's word.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct SecondProjectDecisionInput {
    /// Which listing.
    pub(super) project_id: ID,
    /// For which decision: REJECT or REINSTATE.
    pub(super) transition: Code<T>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A listing.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct TakeUpReviewInput {
    /// Which one.
    pub(super) project_id: ID,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// Two listings of different projects.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct DismissDuplicateInput {
    /// The one in review.
    pub(super) project_id: ID,
    /// The other.
    pub(super) other_project_id: ID,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A decision about a material edit that waits.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct DecideProjectChangeInput {
    /// Of which listing.
    pub(super) project_id: ID,
    /// Accepted, or refused.
    pub(super) accepted: bool,
    /// Codes of the reasons, at least one where it is refused.
    pub(super) reasons: Option<Vec<Code<ReviewReturnReason>>>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// An answer; exactly one part is given, and none takes the earlier answer away.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct AnswerInput {
    /// The question's key.
    pub(super) question: String,
    /// Text.
    pub(super) text: Option<TextInput>,
    /// One line.
    pub(super) line: Option<String>,
    /// An amount.
    pub(super) money: Option<MoneyInput>,
    /// A percentage.
    pub(super) percent: Option<f64>,
    /// A number, or a number of months.
    pub(super) count: Option<BigInt>,
    /// A day.
    pub(super) date: Option<chrono::NaiveDate>,
    /// Yes or no.
    pub(super) yes_no: Option<bool>,
    /// A code.
    pub(super) choice: Option<String>,
}

/// Answers to a listing's questions.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct AnswerQuestionsInput {
    /// Which listing.
    pub(super) project_id: ID,
    /// The version that the change is made on.
    pub(super) expected_version: i32,
    /// At most 100 answers.
    pub(super) answers: Vec<AnswerInput>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// A justification of a contradiction.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct JustifyFlagInput {
    /// Of which listing.
    pub(super) project_id: ID,
    /// The version that the change is made on.
    pub(super) expected_version: i32,
    /// Which flag.
    pub(super) flag: Code<RedFlag>,
    /// Why it is no contradiction; none takes the justification back.
    pub(super) justification: Option<String>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

/// From which rung a field is seen.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct FieldRungInput {
    /// The field.
    pub(super) field: Code<ListingField>,
    /// The rung.
    pub(super) rung: Code<Visibility>,
}

/// What is shown to whom.
#[derive(Debug, InputObject)]
pub(in crate::graphql) struct SetProjectDisclosureInput {
    /// Of which listing.
    pub(super) project_id: ID,
    /// The version that the change is made on.
    pub(super) expected_version: i32,
    /// Whether only countries, fields and the size band are shown before an introduction.
    pub(super) blind: bool,
    /// Fields with a rung of the owner's choice; the others keep the published one.
    pub(super) fields: Option<Vec<FieldRungInput>>,
    /// The same key gives the same answer and one effect.
    pub(super) idempotency_key: String,
    /// The client's own mark.
    pub(super) client_mutation_id: Option<String>,
}

impl AnswerInput {
    pub(super) fn parse(&self, path: &str) -> Result<(String, QuestionKey, Option<Answer>), CommandError> {
        let wrong = |part: &str, error: String| Refusal::validation(&format!("{path}.{part}"), error);
        let key: QuestionKey = self
            .question
            .parse()
            .map_err(|error: domain::questionnaire::UnknownQuestion| wrong("question", error.to_string()))?;
        let mut given = Vec::new();
        if let Some(text) = &self.text {
            let lang = text
                .lang
                .as_deref()
                .unwrap_or("en")
                .parse()
                .map_err(|e: domain::value::LangError| wrong("text.lang", e.to_string()))?;
            given.push(Answer::Text(
                Localized::new(lang, &text.value).map_err(|error| wrong("text.value", error.to_string()))?,
            ));
        }
        if let Some(line) = &self.line {
            given
                .push(Answer::Line(SingleLine::new(line).map_err(|error| wrong("line", error.to_string()))?));
        }
        if let Some(money) = &self.money {
            let money = Money::from_minor(money.amount_minor.0, money.currency.0);
            given.push(Answer::Money(money.map_err(|error| wrong("money", error.to_string()))?));
        }
        if let Some(percent) = self.percent {
            let percent = Pct::from_f64(percent).map_err(|error| wrong("percent", error.to_string()))?;
            given.push(Answer::Percent(percent));
        }
        if let Some(count) = self.count {
            let count = u64::try_from(count.0).map_err(|_| wrong("count", "0 or more".to_owned()))?;
            given.push(Answer::Count(count));
        }
        given.extend(self.date.map(Answer::Date));
        given.extend(self.yes_no.map(Answer::YesNo));
        given.extend(self.choice.clone().map(Answer::Choice));
        let answer = given.pop();
        if !given.is_empty() {
            return Err(Refusal::validation(path, "give one answer to a question").into());
        }
        Ok((path.to_owned(), key, answer))
    }
}

/// Longest note of a decision, in characters.
const MAX_NOTE: usize = 300;

/// Reason codes with the words that came with them.
pub(super) fn reasons(
    codes: &[Code<ReviewReturnReason>],
    path: &str,
    note: Option<&String>,
) -> Result<Vec<String>, CommandError> {
    if codes.len() > ReviewReturnReason::ALL.len() {
        return Err(Refusal::validation("reasons", "name each reason once").into());
    }
    let mut reasons: Vec<String> = codes.iter().map(|code| code.0.code().to_owned()).collect();
    if let Some(note) = note {
        let note = SingleLine::new(note).map_err(|error| Refusal::validation(path, error))?;
        if !reasons.is_empty() {
            reasons.push(note.as_str().chars().take(MAX_NOTE).collect());
        }
    }
    Ok(reasons)
}
