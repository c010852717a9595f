//! Mutations of listings. Clients name a transition; they never set a state.

mod input;

use std::collections::BTreeMap;

use async_graphql::{Context, Object, Result};
use domain::{listing::ListingTransition as T, value::SingleLine};

use self::input::{
    AnswerQuestionsInput, CreateProjectInput, DecideProjectChangeInput, DismissDuplicateInput,
    JustifyFlagInput, MarkUnderOfferInput, ProjectDecisionInput, ProjectTransitionInput,
    SecondProjectDecisionInput, SetProjectDisclosureInput, SuspendProjectInput, TakeUpReviewInput,
    UpdateProjectInput, reasons,
};
use super::{aggregate_id, meta, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::object::ProjectNode,
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
        let request = Request { reasons, ..Request::default() };
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

    /// Marks a listing as under offer until a day, 1 to 180 days away: an introduction has come to terms or further.
    async fn mark_project_under_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: MarkUnderOfferInput,
    ) -> Result<ProjectPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "markProjectUnderOffer", &input.idempotency_key, &input)?;
            let id = aggregate_id("projectId", &input.project_id)?;
            listing::mark_under_offer(app, actor, &meta, id, input.expected_version, input.until).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Ends an offer's exclusivity before its day.
    async fn release_project_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ProjectTransitionInput,
    ) -> Result<ProjectPayload> {
        transition(ctx, "releaseProjectOffer", T::ReleaseOffer, input).await
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
            let request = Request { reasons: vec![reason.to_string()], ..Request::default() };
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
