//! Mutations of listings. Clients name a transition; they never set a state.

use std::collections::BTreeMap;

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::{
    Vocabulary,
    disclosure::ListingField,
    listing::{ListingTransition as T, ReviewReturnReason},
    questionnaire::{Answer, QuestionKey},
    value::{Localized, Money, Pct, SingleLine},
    vocabulary::{RedFlag, Visibility},
};

use super::{aggregate_id, meta, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::{
        code::Code,
        input::{MoneyInput, ProjectInput, TextInput},
        object::{BigInt, ProjectNode},
    },
    registry::{
        listing::{self, Request},
        project,
    },
};

payload! {
    /// Answer of a mutation of a listing.
    ProjectPayload {
        /// The project as it is now.
        project: ProjectNode,
    }
}

/// A new listing.
#[derive(Debug, InputObject)]
pub struct CreateProjectInput {
    /// What the owner writes.
    project: ProjectInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A changed listing.
#[derive(Debug, InputObject)]
pub struct UpdateProjectInput {
    /// Which one.
    project_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// All that the owner writes.
    project: ProjectInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A listing and the version that its change is made on.
#[derive(Debug, InputObject)]
pub struct ProjectTransitionInput {
    /// Which one.
    project_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A decision about a listing with its reasons.
#[derive(Debug, InputObject)]
pub struct ProjectDecisionInput {
    /// Which one.
    project_id: ID,
    /// The version that the decision is made on.
    expected_version: i32,
    /// Codes of the reasons, at least one.
    reasons: Vec<Code<ReviewReturnReason>>,
    /// What the owner should know beside them.
    note: Option<String>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A listing that is suspended.
#[derive(Debug, InputObject)]
pub struct SuspendProjectInput {
    /// Which one.
    project_id: ID,
    /// The version that the decision is made on.
    expected_version: i32,
    /// Why; the owner is told.
    reason: String,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A second person's word.
#[derive(Debug, InputObject)]
pub struct SecondProjectDecisionInput {
    /// Which listing.
    project_id: ID,
    /// For which decision: REJECT or REINSTATE.
    transition: Code<T>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A listing.
#[derive(Debug, InputObject)]
pub struct TakeUpReviewInput {
    /// Which one.
    project_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Two listings of different projects.
#[derive(Debug, InputObject)]
pub struct DismissDuplicateInput {
    /// The one in review.
    project_id: ID,
    /// The other.
    other_project_id: ID,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A decision about a material edit that waits.
#[derive(Debug, InputObject)]
pub struct DecideProjectChangeInput {
    /// Of which listing.
    project_id: ID,
    /// Accepted, or refused.
    accepted: bool,
    /// Codes of the reasons, at least one where it is refused.
    reasons: Option<Vec<Code<ReviewReturnReason>>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// An answer; exactly one part is given, and none takes the earlier answer away.
#[derive(Debug, InputObject)]
pub struct AnswerInput {
    /// The question's key.
    question: String,
    /// Text.
    text: Option<TextInput>,
    /// One line.
    line: Option<String>,
    /// An amount.
    money: Option<MoneyInput>,
    /// A percentage.
    percent: Option<f64>,
    /// A number, or a number of months.
    count: Option<BigInt>,
    /// A day.
    date: Option<chrono::NaiveDate>,
    /// Yes or no.
    yes_no: Option<bool>,
    /// A code.
    choice: Option<String>,
}

/// Answers to a listing's questions.
#[derive(Debug, InputObject)]
pub struct AnswerQuestionsInput {
    /// Which listing.
    project_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// At most 100 answers.
    answers: Vec<AnswerInput>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A justification of a contradiction.
#[derive(Debug, InputObject)]
pub struct JustifyFlagInput {
    /// Of which listing.
    project_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// Which flag.
    flag: Code<RedFlag>,
    /// Why it is no contradiction; none takes the justification back.
    justification: Option<String>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// From which rung a field is seen.
#[derive(Debug, InputObject)]
pub struct FieldRungInput {
    /// The field.
    field: Code<ListingField>,
    /// The rung.
    rung: Code<Visibility>,
}

/// What is shown to whom.
#[derive(Debug, InputObject)]
pub struct SetProjectDisclosureInput {
    /// Of which listing.
    project_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// Whether only countries, fields and the size band are shown before an introduction.
    blind: bool,
    /// Fields with a rung of the owner's choice; the others keep the published one.
    fields: Option<Vec<FieldRungInput>>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

impl AnswerInput {
    fn parse(&self, path: &str) -> Result<(String, QuestionKey, Option<Answer>), CommandError> {
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
fn reasons(
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

/// Mutations of listings.
#[derive(Debug, Default)]
pub struct ProjectMutation;

async fn answered(
    ctx: &Context<'_>,
    outcome: Result<domain::id::Id<domain::project::Project>, CommandError>,
    client_mutation_id: Option<String>,
) -> Result<ProjectPayload> {
    let (done, mut user_errors) = settled(outcome)?;
    let project = seen(ctx, done, &mut user_errors).await?.map(ProjectNode);
    Ok(ProjectPayload { project, user_errors, client_mutation_id })
}

async fn transition(
    ctx: &Context<'_>,
    operation: &'static str,
    transition: T,
    input: ProjectTransitionInput,
) -> Result<ProjectPayload> {
    let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
    let outcome = async {
        let meta = meta(ctx, operation, &input.idempotency_key, &input)?;
        let id = aggregate_id("projectId", &input.project_id)?;
        let request = Request::default();
        listing::transition(app, actor, &meta, id, input.expected_version, transition, request).await
    };
    answered(ctx, outcome.await, input.client_mutation_id).await
}

async fn decision(
    ctx: &Context<'_>,
    operation: &'static str,
    transition: T,
    input: ProjectDecisionInput,
) -> Result<ProjectPayload> {
    let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
    let outcome = async {
        let meta = meta(ctx, operation, &input.idempotency_key, &input)?;
        let id = aggregate_id("projectId", &input.project_id)?;
        let reasons = reasons(&input.reasons, "note", input.note.as_ref())?;
        let request = Request { reasons, evidence: 0 };
        listing::transition(app, actor, &meta, id, input.expected_version, transition, request).await
    };
    answered(ctx, outcome.await, input.client_mutation_id).await
}

/// Mutations of listings.
#[Object]
impl ProjectMutation {
    /// Begins a listing as a draft of the organisation for which the caller acts.
    async fn create_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: CreateProjectInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "createProject", &input.idempotency_key, &input)?;
            let content = input.project.clone().parse(app.auth.clock.now().date_naive())?;
            project::create(app, actor, &meta, content).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Changes a listing. Of a public one, a material edit waits for a reviewer while the public version stays.
    async fn update_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: UpdateProjectInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "updateProject", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            let content = input.project.clone().parse(app.auth.clock.now().date_naive())?;
            project::update(app, actor, &meta, id, input.expected_version, content).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Answers questions of the listing's questionnaire that have no field of their own.
    async fn answer_questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: AnswerQuestionsInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "answerQuestions", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            if input.answers.len() > 100 {
                return Err(Refusal::validation("answers", "at most 100 answers").into());
            }
            let answers = input.answers.iter().enumerate();
            let answers: Result<Vec<_>, _> =
                answers.map(|(place, answer)| answer.parse(&format!("answers.{place}"))).collect();
            project::answer(app, actor, &meta, id, input.expected_version, answers?).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Justifies a contradiction that the rules found, or takes the justification back.
    async fn justify_flag(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: JustifyFlagInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "justifyFlag", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            let justification = input.justification.as_deref().map(SingleLine::new).transpose();
            let justification = justification.map_err(|error| Refusal::validation("justification", error))?;
            let version = input.expected_version;
            project::justify(app, actor, &meta, id, version, input.flag.0, justification).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Chooses what of a listing is shown to whom.
    async fn set_project_disclosure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SetProjectDisclosureInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "setProjectDisclosure", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            let chosen = input.fields.iter().flatten();
            let fields: BTreeMap<_, _> = chosen.map(|one| (one.field.0, one.rung.0)).collect();
            project::disclose(app, actor, &meta, id, input.expected_version, input.blind, fields).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Submits a listing for review.
    async fn submit_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "submitProject", T::Submit, input).await
    }

    /// Takes a submitted listing back before a reviewer claims it.
    async fn recall_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "recallProject", T::Recall, input).await
    }

    /// Claims a submitted listing for review; for reviewers from outside its organisation.
    async fn claim_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "claimProject", T::Claim, input).await
    }

    /// Publishes a listing that the caller reviews.
    async fn publish_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "publishProject", T::Publish, input).await
    }

    /// Opens the review of a rejected listing again, for another reviewer; for administrators.
    async fn grant_project_appeal(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "grantProjectAppeal", T::GrantAppeal, input).await
    }

    /// Takes a listing out of rankings; introductions go on.
    async fn pause_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "pauseProject", T::Pause, input).await
    }

    /// Puts a paused listing back.
    async fn resume_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "resumeProject", T::Resume, input).await
    }

    /// Confirms that a stale listing is current.
    async fn confirm_project_current(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "confirmProjectCurrent", T::Confirm, input).await
    }

    /// Ends a suspension, with a second person's word; for administrators.
    async fn reinstate_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "reinstateProject", T::Reinstate, input).await
    }

    /// Withdraws a listing for good.
    async fn withdraw_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "withdrawProject", T::Withdraw, input).await
    }

    /// Makes an archived listing a draft again.
    async fn revive_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "reviveProject", T::Revive, input).await
    }

    /// Returns a listing that the caller reviews to its owner, with reasons.
    async fn return_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectDecisionInput,
    ) -> Result<ProjectPayload> {
        decision(ctx, "returnProject", T::Return, input).await
    }

    /// Rejects a listing that the caller reviews, with reasons and a second reviewer's word.
    async fn reject_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectDecisionInput,
    ) -> Result<ProjectPayload> {
        decision(ctx, "rejectProject", T::Reject, input).await
    }

    /// Confirms by the link in mail that a listing is current.
    async fn confirm_listing(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: super::account::LinkInput,
    ) -> Result<super::account::AcceptedPayload> {
        let done = crate::registry::timers::confirm_by_link(ctx.data::<App>()?, input.token()).await;
        super::account::accepted(done.map(|_| ()), input.into_mark())
    }

    /// Suspends a listing; for compliance officers and administrators.
    async fn suspend_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SuspendProjectInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "suspendProject", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            let reason = SingleLine::new(&input.reason).map_err(|e| Refusal::validation("reason", e))?;
            let request = Request { reasons: vec![reason.to_string()], evidence: 0 };
            listing::transition(app, actor, &meta, id, input.expected_version, T::Suspend, request).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Gives a second person's word for a rejection or for the end of a suspension.
    async fn second_project_decision(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SecondProjectDecisionInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "secondProjectDecision", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            listing::second(app, actor, &meta, id, input.transition.0).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Takes up a review that an appeal opened again; never by who rejected the listing.
    async fn take_up_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: TakeUpReviewInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "takeUpReview", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            listing::take_up(app, actor, &meta, id).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Says that another listing, which looks the same, is of another project; for reviewers.
    async fn dismiss_duplicate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DismissDuplicateInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "dismissDuplicate", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            let other = aggregate_id("otherProjectId", &input.other_project_id)?;
            listing::dismiss_duplicate(app, actor, &meta, id, other).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Accepts or refuses a material edit of a public listing; for reviewers from outside its organisation.
    async fn decide_project_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DecideProjectChangeInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "decideProjectChange", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            let reasons = reasons(input.reasons.as_deref().unwrap_or_default(), "reasons", None)?;
            project::decide_change(app, actor, &meta, id, input.accepted, reasons).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }
}
