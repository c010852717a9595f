//! Demonstration areas of cities.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    demonstration_area::{
        AreaGuard, AreaState, AreaTask, AreaTransition, AvailableAreaTransition, DemonstrationArea,
        Evaluation, TaskStatus,
    },
    vocabulary::AreaFocus,
};

use super::{
    super::{code::Code, mutation::settled},
    CityNode, OrganisationNode, TextObject,
    common::{global, node},
    listing::HistoryStep,
    me::stored,
};
use crate::{app::App, area::act, auth::Actor, store::Stored};

/// A demonstration area, as far as whoever asked may know of it: its own people, or everybody once it is approved.
#[derive(Debug, Clone)]
pub struct DemonstrationAreaNode(pub Arc<Stored<DemonstrationArea>>);

/// A numbered task.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AreaTask")]
pub struct TaskObject {
    /// Its number.
    number: u32,
    /// What is to be done.
    title: TextObject,
    /// Who answers for it.
    owner_name: Option<String>,
    /// Until when.
    due: Option<NaiveDate>,
    /// How far it was met.
    met: Code<TaskStatus>,
}

impl From<&AreaTask> for TaskObject {
    fn from(task: &AreaTask) -> Self {
        Self {
            number: task.number,
            title: (&task.title).into(),
            owner_name: task.owner.as_ref().map(ToString::to_string),
            due: task.due,
            met: Code(task.status),
        }
    }
}

/// A published evaluation.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AreaEvaluation")]
pub struct EvaluationObject {
    /// By whom.
    evaluator_id: ID,
    /// In short.
    summary: TextObject,
    /// When it was published.
    at: DateTime<Utc>,
}

impl From<&Evaluation> for EvaluationObject {
    fn from(it: &Evaluation) -> Self {
        Self { evaluator_id: global(it.evaluator), summary: (&it.summary).into(), at: it.at }
    }
}

/// A transition of a demonstration area that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailableAreaTransition")]
pub struct AvailableObject {
    /// Its name.
    name: Code<AreaTransition>,
    /// What still has to hold; what the request itself brings is named too.
    requires: Vec<Code<AreaGuard>>,
}

impl From<AvailableAreaTransition> for AvailableObject {
    fn from(available: AvailableAreaTransition) -> Self {
        Self {
            name: Code(available.transition),
            requires: available.requires.into_iter().map(Code).collect(),
        }
    }
}

/// A demonstration area of one host city (article 8 of the proposal).
#[Object(name = "DemonstrationArea")]
impl DemonstrationAreaNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a command names the version that it was seen at.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn state(&self) -> Code<AreaState> {
        Code(self.0.value.state)
    }
    /// Since when.
    async fn since(&self) -> DateTime<Utc> {
        self.0.value.since
    }
    /// The host city.
    async fn host(&self, ctx: &Context<'_>) -> Result<CityNode> {
        node(ctx, self.0.value.host.city).await.map(CityNode)
    }
    /// Its name.
    async fn title(&self) -> TextObject {
        (&self.0.value.plan.title).into()
    }
    /// Which of the seven focuses of article 8 it has.
    async fn focus(&self) -> Vec<Code<AreaFocus>> {
        self.0.value.plan.focus.iter().map(|focus| Code(*focus)).collect()
    }
    /// Its tasks.
    async fn tasks(&self) -> Vec<TaskObject> {
        self.0.value.plan.tasks.iter().map(Into::into).collect()
    }
    /// When it is to be evaluated.
    async fn target_date(&self) -> NaiveDate {
        self.0.value.plan.target_date
    }
    /// Whose approval it needs.
    async fn authority(&self, ctx: &Context<'_>) -> Result<OrganisationNode> {
        node(ctx, self.0.value.plan.authority).await.map(OrganisationNode)
    }
    /// Who evaluates it.
    async fn evaluator(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.0.value.evaluator {
            Some(id) => node(ctx, id).await.map(OrganisationNode).map(Some),
            None => Ok(None),
        }
    }
    /// The area of the other city with which its host has linked it.
    async fn mirror_id(&self) -> Option<ID> {
        self.0.value.mirror.map(global)
    }
    /// Since when it is one of a pair; null where it is not.
    async fn paired_since(&self) -> Option<DateTime<Utc>> {
        self.0.value.paired_since
    }
    /// Whether it has operated for more than 12 months without a pair.
    async fn flagged_unpaired(&self) -> bool {
        self.0.value.flagged_unpaired
    }
    /// Evaluations, oldest first.
    async fn evaluations(&self) -> Vec<EvaluationObject> {
        self.0.value.evaluations.iter().map(Into::into).collect()
    }
    /// Why it was last returned, rejected, suspended or closed; for the host and its authority.
    async fn reason(&self, ctx: &Context<'_>) -> Result<Option<TextObject>> {
        let actor = ctx.data::<Actor>()?;
        let own = [self.0.value.host.office, self.0.value.plan.authority];
        let inside = own.iter().any(|id| actor.role_in(*id).is_some());
        Ok(self.0.value.reason.as_ref().filter(|_| inside).map(Into::into))
    }
    /// The states that it went through.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<HistoryStep>> {
        let steps = stored(ctx.data::<App>()?.store.history(self.0.id.uuid()).await)?;
        let inside = ctx.data::<Actor>()?.role_in(self.0.value.host.office).is_some();
        let steps = steps.into_iter().filter(|_| inside);
        Ok(steps.map(Into::into).collect())
    }
    /// What the caller may do now.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableObject>> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let (found, _) = settled(act::available(app, actor, &self.0).await)?;
        Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}
