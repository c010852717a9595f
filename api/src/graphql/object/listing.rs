//! What belongs to a listing's life: what can be done, what was done, what is asked, what contradicts itself.

use async_graphql::{Context, ID, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    consistency::Finding,
    id::Id,
    listing::{AvailableTransition, ListingGuard, ListingTransition, MaterialChange, ReviewClock},
    organisation::Organisation,
    policy::Relation,
    questionnaire::{Answer, CriterionKey, questions},
    vocabulary::{FlagSeverity, RedFlag},
};

use super::{
    super::{code::Code, mutation::settled},
    common::{BigInt, MoneyObject, TextObject},
    me::{stored, time},
    waiting::{self, WaitingEdit},
};
use crate::{
    app::App,
    auth::Actor,
    id::encode,
    registry::listing as registry,
    store::{Kind, ListingRow, PastStep},
    visible::Visible,
};

/// A transition that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableTransition")]
pub struct AvailableTransitionObject {
    /// Its name.
    name: Code<ListingTransition>,
    /// What still has to hold; empty where it can be asked for at once.
    requires: Vec<Code<ListingGuard>>,
}

impl From<AvailableTransition> for AvailableTransitionObject {
    fn from(available: AvailableTransition) -> Self {
        Self {
            name: Code(available.transition),
            requires: available.requires.into_iter().map(Code).collect(),
        }
    }
}

/// One change of a state.
#[derive(Debug, SimpleObject)]
pub struct HistoryStep {
    /// Its number, from 1.
    number: i32,
    /// From which state; null for the first.
    from: Option<String>,
    /// To which state.
    to: String,
    /// By which transition.
    transition: String,
    /// Who; null for a timer.
    person_id: Option<ID>,
    /// For which organisation.
    organisation_id: Option<ID>,
    /// Codes and words that came with it.
    reasons: Vec<String>,
    /// When.
    at: DateTime<Utc>,
}

impl From<PastStep> for HistoryStep {
    fn from(past: PastStep) -> Self {
        let step = past.step;
        Self {
            number: past.number,
            from: step.from,
            to: step.to,
            transition: step.transition,
            person_id: step.person.map(|id| ID(encode(Kind::Person, id))),
            organisation_id: step
                .organisation
                .map(|id| ID(crate::id::encode_as(Id::<Organisation>::from_uuid(id)))),
            reasons: step.reasons,
            at: time(past.at),
        }
    }
}

/// A question of the questionnaire.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Question")]
pub struct QuestionObject {
    /// Its key.
    key: &'static str,
    /// The question.
    text: &'static str,
    /// What helps to answer it.
    help: &'static str,
    /// Whether it has to be answered before the listing can be submitted.
    required: bool,
    /// Whether it is answered.
    answered: bool,
    /// The answer; null where there is none, and where the question asks for a fact of the listing itself.
    answer: Option<AnswerObject>,
    /// The criteria of the score that read the answer.
    feeds: Vec<Code<CriterionKey>>,
}

/// An answer; the part that its question asks for is given. The names are those of `AnswerInput`.
#[derive(Debug, Default, SimpleObject)]
#[graphql(name = "Answer")]
pub struct AnswerObject {
    /// Text.
    text: Option<TextObject>,
    /// One line.
    line: Option<String>,
    /// An amount.
    money: Option<MoneyObject>,
    /// A percentage.
    percent: Option<f64>,
    /// A number, or a number of months.
    count: Option<BigInt>,
    /// A day.
    date: Option<NaiveDate>,
    /// Yes or no.
    yes_no: Option<bool>,
    /// A code.
    choice: Option<String>,
}

impl From<&Answer> for AnswerObject {
    fn from(answer: &Answer) -> Self {
        let mut object = Self::default();
        match answer {
            Answer::Text(text) => object.text = Some(text.into()),
            Answer::Line(line) => object.line = Some(line.to_string()),
            Answer::Money(money) => object.money = Some(MoneyObject(*money)),
            Answer::Percent(pct) => object.percent = Some(pct.as_f64()),
            Answer::Count(count) => object.count = Some(BigInt(i64::try_from(*count).unwrap_or(i64::MAX))),
            Answer::Date(day) => object.date = Some(*day),
            Answer::YesNo(yes) => object.yes_no = Some(*yes),
            Answer::Choice(code) => object.choice = Some(code.clone()),
        }
        object
    }
}

/// A contradiction that the rules find today.
#[derive(Debug, SimpleObject)]
pub struct ConsistencyFlag {
    /// Which one.
    flag: Code<RedFlag>,
    /// How much it weighs.
    severity: Code<FlagSeverity>,
    /// What was found.
    message: String,
    /// What would mend it.
    mend: &'static str,
    /// The owner's justification.
    justification: Option<String>,
}

impl From<Finding> for ConsistencyFlag {
    fn from(finding: Finding) -> Self {
        Self {
            flag: Code(finding.flag),
            severity: Code(finding.severity),
            message: finding.message,
            mend: finding.mend,
            justification: finding.justification.map(|text| text.to_string()),
        }
    }
}

/// The review of a listing, for its people and its reviewers.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Review")]
pub struct ReviewObject {
    /// Since when the listing is in its state.
    since: DateTime<Utc>,
    /// Whether a reviewer has it.
    claimed: bool,
    /// Whether the caller is that reviewer.
    mine: bool,
    /// The last day on which the review is in time.
    due: Option<NaiveDate>,
    /// Codes and words with which it was last returned, rejected or suspended.
    reasons: Vec<String>,
    /// In what a waiting edit is material; empty where none waits.
    waiting_changes: Vec<Code<MaterialChange>>,
    /// The fields that a waiting edit changes: what the public sees and what it would see.
    waiting_edits: Vec<WaitingEdit>,
    /// Listings that look like the same project.
    duplicates: Vec<ID>,
}

/// Whether the viewer is of the listing's people, or of those who judge it.
pub(super) fn is_inside(project: &Visible<domain::project::Project>) -> bool {
    project.is_private()
}

async fn row(ctx: &Context<'_>, project: &Visible<domain::project::Project>) -> Result<Option<ListingRow>> {
    stored(ctx.data::<App>()?.store.listing(project.id).await)
}

/// What the caller may do now.
pub(super) async fn available(
    ctx: &Context<'_>,
    project: &Visible<domain::project::Project>,
) -> Result<Vec<AvailableTransitionObject>> {
    if !is_inside(project) {
        return Ok(Vec::new());
    }
    let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
    let (found, _) = settled(registry::available(app, actor, (**project).clone()).await)?;
    Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
}

/// What was done, for the listing's people and its reviewers.
pub(super) async fn history(
    ctx: &Context<'_>,
    project: &Visible<domain::project::Project>,
) -> Result<Vec<HistoryStep>> {
    if !is_inside(project) {
        return Ok(Vec::new());
    }
    let steps = stored(ctx.data::<App>()?.store.history(project.id.uuid()).await)?;
    Ok(steps.into_iter().map(Into::into).collect())
}

/// What is asked, for the listing's people.
pub(super) async fn questionnaire(
    ctx: &Context<'_>,
    project: &Visible<domain::project::Project>,
) -> Result<Vec<QuestionObject>> {
    if !is_inside(project) {
        return Ok(Vec::new());
    }
    let answers = row(ctx, project).await?.map(|row| row.record.answers).unwrap_or_default();
    let asked = questions(&project.value).into_iter();
    Ok(asked
        .map(|question| QuestionObject {
            key: question.spec.key,
            text: question.spec.text,
            help: question.spec.help,
            required: question.required,
            answered: question.is_answered(&project.value, &answers),
            answer: answers
                .iter()
                .find(|(key, _)| key.as_str() == question.spec.key)
                .map(|(_, answer)| answer.into()),
            feeds: question.spec.criteria.iter().map(|criterion| Code(*criterion)).collect(),
        })
        .collect())
}

/// What contradicts itself, for the listing's people and its reviewers.
pub(super) async fn flags(
    ctx: &Context<'_>,
    project: &Visible<domain::project::Project>,
) -> Result<Vec<ConsistencyFlag>> {
    if !is_inside(project) {
        return Ok(Vec::new());
    }
    let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
    let (found, _) = settled(registry::check(app, actor, (**project).clone()).await)?;
    Ok(found.map(|checked| checked.findings).unwrap_or_default().into_iter().map(Into::into).collect())
}

/// The review, for the listing's people and its reviewers.
pub(super) async fn review(
    ctx: &Context<'_>,
    project: &Visible<domain::project::Project>,
) -> Result<Option<ReviewObject>> {
    if !is_inside(project) {
        return Ok(None);
    }
    let Some(row) = row(ctx, project).await? else { return Ok(None) };
    let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
    let today = app.auth.clock.now().date_naive();
    // Which other listings look the same is for those who judge; they may be drafts of others.
    let judges = project.relations().contains(Relation::Reviewer);
    let duplicates = if judges {
        settled(registry::check(app, actor, (**project).clone()).await)?.0.map(|checked| checked.duplicates)
    } else {
        None
    };
    Ok(Some(ReviewObject {
        since: time(row.since),
        claimed: row.reviewer.is_some(),
        mine: row.reviewer.is_some() && row.reviewer == actor.person_id(),
        due: row.record.claimed_on.map(|on| ReviewClock::of(on, today).due),
        reasons: row.record.reasons,
        waiting_edits: row
            .record
            .shadow
            .as_ref()
            .map(|shadow| waiting::edits(&project.value, &shadow.facts))
            .unwrap_or_default(),
        waiting_changes: row
            .record
            .shadow
            .map(|shadow| shadow.changes.into_iter().map(Code).collect())
            .unwrap_or_default(),
        duplicates: duplicates
            .unwrap_or_default()
            .into_iter()
            .map(|id| ID(crate::id::encode_as(id)))
            .collect(),
    }))
}
