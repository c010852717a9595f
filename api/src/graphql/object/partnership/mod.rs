//! Partnerships of cities, as each of the two offices sees them, and their public side.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

pub mod chain;
pub mod plan;
pub mod shared;
pub mod text;

use std::sync::Arc;

use async_graphql::{Context, ID, Json, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::partnership::{
    AvailablePartnershipTransition, CitySide, Partnership, PartnershipGuard, PartnershipState,
    PartnershipTransition, compare,
};

pub use self::{chain::StepObject, text::AgreementTextObject};
use self::{
    chain::{StepStateObject, chain},
    plan::{ActivityObject, ClosingObject, FirstYearObject, ReviewObject, WorkItemObject},
    shared::{FirstDeedObject, SharedEntryObject, entries},
    text::{ChangeObject, SignatureObject, VersionObject},
};
use super::{
    super::{
        code::Code,
        error::{ErrorCode, client_error},
        mutation::settled,
    },
    CityNode,
    common::{global, node},
    listing::HistoryStep,
    me::stored,
};
use crate::{
    app::App,
    auth::Actor,
    partnership::act,
    store::{Store, Stored},
    visible::{Viewer, Visible},
};

/// A partnership.
#[derive(Debug, Clone)]
pub struct PartnershipNode(pub Visible<Partnership>);

/// A transition of a partnership that the caller may ask for.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AvailablePartnershipTransition")]
pub struct AvailableObject {
    /// Its name.
    name: Code<PartnershipTransition>,
    /// What still has to hold; what the request itself brings, such as a reason or a text, is named too.
    requires: Vec<Code<PartnershipGuard>>,
}

impl From<AvailablePartnershipTransition> for AvailableObject {
    fn from(available: AvailablePartnershipTransition) -> Self {
        Self {
            name: Code(available.transition),
            requires: available.requires.into_iter().map(Code).collect(),
        }
    }
}

/// A partnership of two cities, for their two offices.
#[Object(name = "Partnership")]
impl PartnershipNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Rises with every change; a command names the version that it was seen at.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Where it stands.
    async fn state(&self) -> Code<PartnershipState> {
        Code(self.0.value.state)
    }
    /// Since when.
    async fn since(&self) -> DateTime<Utc> {
        self.0.value.since
    }
    /// When a timer next looks at it; null where none will.
    async fn next_due_at(&self) -> Option<DateTime<Utc>> {
        self.0.value.wakes(&crate::partnership::timers_of())
    }
    /// The city that proposed.
    async fn city_a(&self, ctx: &Context<'_>) -> Result<CityNode> {
        node(ctx, self.0.value.sides.a.city).await.map(CityNode)
    }
    /// The city that was asked.
    async fn city_b(&self, ctx: &Context<'_>) -> Result<CityNode> {
        node(ctx, self.0.value.sides.b.city).await.map(CityNode)
    }
    /// The side for which the caller looks; null for administrators.
    async fn my_city_side(&self, ctx: &Context<'_>) -> Result<Option<Code<CitySide>>> {
        let acting = ctx.data::<Actor>()?.acting();
        Ok(acting.and_then(|office| Store::side_of(&self.0.value, office)).map(Code))
    }
    /// The draft; afterwards the current version's text.
    async fn text(&self) -> AgreementTextObject {
        AgreementTextObject(self.0.value.text.clone())
    }
    /// Versions that were put forward, oldest first.
    async fn text_versions(&self) -> Vec<VersionObject> {
        self.0.value.versions.iter().map(Into::into).collect()
    }
    /// What became of each clause from one version to another; clauses without a change are left out.
    async fn compare_versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The older version, from 1.")] from: u32,
        #[graphql(desc = "The newer version.")] to: u32,
    ) -> Result<Vec<ChangeObject>> {
        let find = |number: u32, argument: &str| {
            let found = self.0.value.versions.iter().find(|version| version.number == number);
            found
                .ok_or_else(|| client_error(ErrorCode::NotFound, Some(argument), "There is no such version."))
        };
        let (old, new) = (find(from, "from")?.text.clone(), find(to, "to")?.text.clone());
        let app = ctx.data::<App>()?;
        let changes = app.compute(move |_| Ok(compare(&old, &new))).await;
        let changes = changes.map_err(super::super::error::refusal)?;
        Ok(changes.into_iter().map(Into::into).collect())
    }
    /// The receipt of the score as it was when the partnership was proposed; it never changes.
    async fn frozen_receipt(&self) -> Option<Json<serde_json::Value>> {
        self.0.value.receipt.clone().map(Json)
    }
    /// Signatures.
    async fn signatures(&self) -> Vec<SignatureObject> {
        self.0.value.signatures.iter().map(Into::into).collect()
    }
    /// Acts to which one side has given its word and the other has not.
    async fn awaits(&self) -> Vec<Code<PartnershipTransition>> {
        self.0.value.assents.iter().map(|assent| Code(assent.transition)).collect()
    }
    /// How long the trial lasts, in months; null where there is none.
    async fn trial_months(&self) -> Option<u32> {
        self.0.value.trial.as_ref().map(|trial| trial.months)
    }
    /// Sides that have declared their formal will.
    async fn declared_will(&self) -> Vec<Code<CitySide>> {
        let wills = self.0.value.will.iter();
        wills.filter(|(_, will)| will.is_some()).map(|(side, _)| Code(side)).collect()
    }
    /// Plan and budget of the first year.
    async fn first_year(&self) -> Option<FirstYearObject> {
        self.0.value.first_year.as_ref().map(Into::into)
    }
    /// The chain of the city that proposed.
    async fn approvals_a(&self) -> Vec<StepStateObject> {
        chain(&self.0.value.approvals.a)
    }
    /// The chain of the city that was asked.
    async fn approvals_b(&self) -> Vec<StepStateObject> {
        chain(&self.0.value.approvals.b)
    }
    /// Activities, in the order in which they were recorded.
    async fn activities(&self) -> Vec<ActivityObject> {
        self.0.value.activities.iter().map(Into::into).collect()
    }
    /// The work plan.
    async fn work_plan(&self) -> Vec<WorkItemObject> {
        self.0.value.work.iter().cloned().map(WorkItemObject).collect()
    }
    /// Reviews, oldest first.
    async fn reviews(&self) -> Vec<ReviewObject> {
        self.0.value.reviews.iter().map(Into::into).collect()
    }
    /// The health index, 0 to 100: how much was done lately, with a half-life of 180 days.
    async fn health(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(i32::from(self.0.value.health(ctx.data::<App>()?.auth.clock.now())))
    }
    /// The triad with which it would begin, with its edges as they were when it was proposed; null where none is named.
    async fn first_deed(&self) -> Option<FirstDeedObject> {
        self.0.value.first_deed.clone().map(FirstDeedObject)
    }
    /// What the two cities share, as the caller's side sees it, oldest first.
    async fn workspace(&self, ctx: &Context<'_>) -> Result<Vec<SharedEntryObject>> {
        let acting = ctx.data::<Actor>()?.acting();
        let side = acting.and_then(|office| Store::side_of(&self.0.value, office));
        Ok(entries(&self.0, side))
    }
    /// When the agreement was signed.
    async fn active_since(&self) -> Option<DateTime<Utc>> {
        self.0.value.active_since
    }
    /// Why it was last declined, withdrawn, suspended or ended.
    async fn closing(&self) -> Option<ClosingObject> {
        self.0.value.closing.as_ref().map(Into::into)
    }
    /// The agreement that this one would raise to a higher tier, or has raised.
    async fn upgrade_of(&self) -> Option<ID> {
        self.0.value.upgrade_of.map(global)
    }
    /// What happened, acts that left the state as it was among it.
    async fn history(&self, ctx: &Context<'_>) -> Result<Vec<HistoryStep>> {
        let steps = stored(ctx.data::<App>()?.store.history(self.0.id.uuid()).await)?;
        Ok(steps.into_iter().map(Into::into).collect())
    }
    /// What the caller may do now.
    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<AvailableObject>> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let (found, _) = settled(act::available(app, actor, &self.0).await)?;
        Ok(found.unwrap_or_default().into_iter().map(Into::into).collect())
    }
}

/// A partnership as the viewer of a request sees it.
pub fn seen(viewer: &Viewer, row: Stored<Partnership>) -> Option<PartnershipNode> {
    viewer.see(Arc::new(row)).map(PartnershipNode)
}

/// The public side of an agreement in force.
#[derive(Debug, Clone)]
pub struct AgreementNode(pub Stored<Partnership>);

/// An agreement of two cities that both have signed; for everybody.
#[Object(name = "Agreement")]
impl AgreementNode {
    /// The id of its partnership.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// The city that proposed.
    async fn city_a(&self, ctx: &Context<'_>) -> Result<CityNode> {
        node(ctx, self.0.value.sides.a.city).await.map(CityNode)
    }
    /// The city that was asked.
    async fn city_b(&self, ctx: &Context<'_>) -> Result<CityNode> {
        node(ctx, self.0.value.sides.b.city).await.map(CityNode)
    }
    /// Where it stands.
    async fn state(&self) -> Code<PartnershipState> {
        Code(self.0.value.state)
    }
    /// When it was signed.
    async fn active_since(&self) -> Option<DateTime<Utc>> {
        self.0.value.active_since
    }
    /// The text that was signed.
    async fn text(&self) -> AgreementTextObject {
        AgreementTextObject(self.0.value.text.clone())
    }
    /// What the two cities share with everybody.
    async fn workspace(&self) -> Vec<SharedEntryObject> {
        entries(&self.0, None)
    }
    /// The health index, 0 to 100.
    async fn health(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(i32::from(self.0.value.health(ctx.data::<App>()?.auth.clock.now())))
    }
}

super::common::connection!(PartnershipConnection, PartnershipEdge, PartnershipNode, "partnerships");
