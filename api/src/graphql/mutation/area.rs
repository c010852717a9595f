//! Mutations of demonstration areas.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, OneofObject, Result};
use chrono::NaiveDate;
use domain::{
    demonstration_area::{AreaPlan, AreaTask, TaskStatus},
    value::SingleLine,
    vocabulary::AreaFocus,
};

use super::{aggregate_id, meta, on, payload, seen, settled};
use crate::{
    app::App,
    area::{
        act::{self, Act},
        draft,
    },
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::{code::Code, input::TextInput, object::DemonstrationAreaNode},
};

payload! {
    /// Answer of a mutation of a demonstration area.
    DemonstrationAreaPayload {
        /// The area as it is now.
        area: DemonstrationAreaNode,
    }
}

/// A numbered task.
#[derive(Debug, Clone, InputObject)]
pub struct AreaTaskInput {
    /// Its number, from 1.
    number: u32,
    /// What is to be done.
    title: TextInput,
    /// Who answers for it: an office or an enterprise by name.
    owner: Option<String>,
    /// Until when.
    due: Option<NaiveDate>,
}

/// What a host plans.
#[derive(Debug, Clone, InputObject)]
pub struct AreaPlanInput {
    /// Its name.
    title: TextInput,
    /// Which of the seven focuses of article 8 it has.
    focus: Vec<Code<AreaFocus>>,
    /// Its tasks; at least three to be proposed.
    tasks: Vec<AreaTaskInput>,
    /// When it is to be evaluated.
    target_date: NaiveDate,
    /// Whose approval it needs.
    authority_id: ID,
}

impl AreaPlanInput {
    fn parse(&self, path: &str) -> Result<AreaPlan, CommandError> {
        if self.tasks.len() > 200 {
            return Err(Refusal::validation(&format!("{path}.tasks"), "at most 200 tasks").into());
        }
        let tasks = self.tasks.iter().enumerate().map(|(place, task)| {
            let at = format!("{path}.tasks.{place}");
            let owner = task.owner.as_ref().map(|owner| SingleLine::new(owner)).transpose();
            Ok(AreaTask {
                number: task.number,
                title: task.title.parse(&format!("{at}.title"))?,
                owner: owner.map_err(|error| Refusal::validation(&format!("{at}.owner"), error))?,
                due: task.due,
                status: TaskStatus::Open,
                evidence: Vec::new(),
            })
        });
        Ok(AreaPlan {
            title: self.title.parse(&format!("{path}.title"))?,
            focus: self.focus.iter().map(|focus| focus.0).collect(),
            tasks: tasks.collect::<Result<_, CommandError>>()?,
            target_date: self.target_date,
            authority: aggregate_id(&format!("{path}.authorityId"), &self.authority_id)?,
        })
    }
}

/// A demonstration area that is drafted.
#[derive(Debug, InputObject)]
pub struct DraftDemonstrationAreaInput {
    /// The own city.
    city_id: ID,
    /// What is planned.
    plan: AreaPlanInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// How far a task was met, with what shows it.
#[derive(Debug, Clone, InputObject)]
pub struct TaskReportInput {
    /// Its number.
    number: u32,
    /// How far.
    status: Code<TaskStatus>,
    /// Documents of the own office.
    document_ids: Vec<ID>,
}

/// An evaluation that is published.
#[derive(Debug, Clone, InputObject)]
pub struct EvaluationInput {
    /// In short.
    summary: TextInput,
    /// The report, a document of the evaluator.
    document_id: ID,
}

/// One act. Exactly one is given.
#[derive(Debug, Clone, OneofObject)]
pub enum DemonstrationAreaActInput {
    /// Write the draft anew.
    Edit(AreaPlanInput),
    /// Name the evaluator, an organisation that is neither the host nor its authority.
    NameEvaluator(ID),
    /// Bring it before the authority.
    Propose(bool),
    /// Approve it; for the authority.
    Approve(bool),
    /// Give it back with a reason; for the authority.
    ReturnToDraft(TextInput),
    /// Reject it with a reason; for the authority.
    Reject(TextInput),
    /// Link it with the area of another city.
    LinkMirror(ID),
    /// Unlink it.
    Unlink(bool),
    /// Begin.
    Start(bool),
    /// Say how far a task was met.
    ReportTask(TaskReportInput),
    /// Begin the evaluation before the target date.
    Evaluate(bool),
    /// Publish the evaluation; for the evaluator.
    PublishEvaluation(EvaluationInput),
    /// Go on until another date; for the authority.
    Extend(NaiveDate),
    /// Carry it over to more than the area; for the authority.
    Scale(bool),
    /// Close it with a reason; for the authority.
    Close(TextInput),
    /// Suspend it with a reason; for the authority.
    Suspend(TextInput),
    /// Go on after a suspension; for the authority.
    Resume(bool),
    /// Withdraw it before it begins.
    Withdraw(bool),
}

impl DemonstrationAreaActInput {
    fn parse(&self) -> Result<Act, CommandError> {
        let said = |yes: bool, act: Act| {
            let message = "say true, or ask for something else";
            if yes { Ok(act) } else { Err(CommandError::from(Refusal::validation("act", message))) }
        };
        match self {
            Self::Edit(plan) => plan.parse("act.edit").map(Act::Edit),
            Self::NameEvaluator(id) => Ok(Act::NameEvaluator(aggregate_id("act.nameEvaluator", id)?)),
            Self::Propose(yes) => said(*yes, Act::Propose),
            Self::Approve(yes) => said(*yes, Act::Approve),
            Self::ReturnToDraft(why) => why.parse("act.returnToDraft").map(Act::Return),
            Self::Reject(why) => why.parse("act.reject").map(Act::Reject),
            Self::LinkMirror(id) => Ok(Act::Link(aggregate_id("act.linkMirror", id)?)),
            Self::Unlink(yes) => said(*yes, Act::Unlink),
            Self::Start(yes) => said(*yes, Act::Start),
            Self::ReportTask(report) => {
                let ids = report.document_ids.iter();
                let papers = ids.map(|id| aggregate_id("act.reportTask.documentIds", id));
                Ok(Act::ReportTask(report.number, report.status.0, papers.collect::<Result<_, _>>()?))
            }
            Self::Evaluate(yes) => said(*yes, Act::Evaluate),
            Self::PublishEvaluation(evaluation) => {
                let document = aggregate_id("act.publishEvaluation.documentId", &evaluation.document_id)?;
                Ok(Act::Publish(evaluation.summary.parse("act.publishEvaluation.summary")?, document))
            }
            Self::Extend(date) => Ok(Act::Extend(*date)),
            Self::Scale(yes) => said(*yes, Act::Scale),
            Self::Close(why) => why.parse("act.close").map(Act::Close),
            Self::Suspend(why) => why.parse("act.suspend").map(Act::Suspend),
            Self::Resume(yes) => said(*yes, Act::Resume),
            Self::Withdraw(yes) => said(*yes, Act::Withdraw),
        }
    }
}

/// One act on a demonstration area.
#[derive(Debug, InputObject)]
pub struct ActOnDemonstrationAreaInput {
    /// Which one.
    area_id: ID,
    /// The version at which it was seen.
    expected_version: i32,
    /// The act.
    act: DemonstrationAreaActInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of demonstration areas.
#[derive(Debug, Default)]
pub struct AreaMutation;

/// Mutations of demonstration areas.
#[Object]
impl AreaMutation {
    /// Drafts a demonstration area of the own city. A draft is seen by the own office alone.
    async fn draft_demonstration_area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DraftDemonstrationAreaInput,
    ) -> Result<DemonstrationAreaPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "draftDemonstrationArea", &input.idempotency_key, &input)?;
            let city = aggregate_id("cityId", &input.city_id)?;
            draft::draft(app, actor, &meta, city, input.plan.parse("plan")?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let area = seen(ctx, done, &mut user_errors).await?;
        let area = area.map(|area| DemonstrationAreaNode(Arc::new((*area).clone())));
        Ok(DemonstrationAreaPayload { area, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Does one act of the host, its authority or the evaluator. What can be done, and what each still takes, is told by
    /// `availableTransitions`.
    async fn act_on_demonstration_area(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ActOnDemonstrationAreaInput,
    ) -> Result<DemonstrationAreaPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "actOnDemonstrationArea", &input.idempotency_key, &input)?;
            let on = on("areaId", &input.area_id, input.expected_version)?;
            act::act(app, actor, &meta, on, input.act.parse()?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let area = seen(ctx, done, &mut user_errors).await?;
        let area = area.map(|area| DemonstrationAreaNode(Arc::new((*area).clone())));
        Ok(DemonstrationAreaPayload { area, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
