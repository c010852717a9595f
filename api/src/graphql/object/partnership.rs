//! Partnerships of cities, as each of the two offices sees them, and their public side.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Json, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    partnership::{
        Activity, ActivityType, AgreementForce, AgreementText, AgreementTier, ApprovalStep,
        AvailablePartnershipTransition, BudgetLine, CitySide, ClauseChange, ClauseFate, Closing, FirstYear,
        KpiReading, Parallel, Partnership, PartnershipDeclineReason, PartnershipGuard, PartnershipState,
        PartnershipTransition, Piece, Review, Signature, SignatureKind, TextVersion, WorkItem, WorkStatus,
        compare,
    },
    policy_pack::{ApprovalStepKind, Sourcing, StepRule},
};

use super::{
    super::{
        code::Code,
        error::{ErrorCode, client_error},
        mutation::settled,
    },
    CityNode, MoneyObject, ProjectNode, TextObject,
    common::{find, global, node},
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

/// The text of an agreement.
#[derive(Debug, Clone)]
pub struct AgreementTextObject(pub AgreementText);

/// A clause in parallel languages.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Clause")]
pub struct ClauseObject {
    /// Its key, which stays from version to version.
    key: String,
    /// Heading, once in each language.
    heading: Vec<TextObject>,
    /// What is agreed, once in each language.
    body: Vec<TextObject>,
}

fn texts(parallel: &Parallel) -> Vec<TextObject> {
    parallel.iter().map(Into::into).collect()
}

/// The text that two cities negotiate or have signed.
#[Object(name = "AgreementText")]
impl AgreementTextObject {
    /// How close it brings the cities.
    async fn tier(&self) -> Code<AgreementTier> {
        Code(self.0.tier)
    }
    /// After how many months it is over by itself; null where it has no end.
    async fn fixed_term_months(&self) -> Option<u32> {
        self.0.fixed_term_months
    }
    /// Whether it binds.
    async fn force(&self) -> Code<AgreementForce> {
        Code(self.0.force)
    }
    /// Its clauses, in order.
    async fn clauses(&self) -> Vec<ClauseObject> {
        let of = |clause: &domain::partnership::Clause| ClauseObject {
            key: clause.key.clone(),
            heading: texts(&clause.heading),
            body: texts(&clause.body),
        };
        self.0.clauses.iter().map(of).collect()
    }
    /// SHA-256 over its canonical form; what both sides sign.
    async fn hash(&self) -> String {
        self.0.hash().to_string()
    }
}

/// A version of the text that was put forward.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AgreementVersion")]
pub struct VersionObject {
    /// From 1.
    number: u32,
    /// Whose it is.
    by: Code<CitySide>,
    /// When it was put forward.
    at: DateTime<Utc>,
    /// The text.
    text: AgreementTextObject,
}

impl From<&TextVersion> for VersionObject {
    fn from(version: &TextVersion) -> Self {
        Self {
            number: version.number,
            by: Code(version.by),
            at: version.at,
            text: AgreementTextObject(version.text.clone()),
        }
    }
}

/// What became of a clause from one version to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ClauseFate")]
pub enum ClauseFateCode {
    /// Only in the new text.
    Added,
    /// Only in the old text.
    Removed,
    /// In both, with other words.
    Changed,
    /// In both with the same words, in another order.
    Moved,
}

/// Whether a stretch of text stands in both versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum PieceKind {
    /// In both.
    Same,
    /// Only in the old text.
    Deleted,
    /// Only in the new text.
    Inserted,
}

/// A stretch of text.
#[derive(Debug, SimpleObject)]
#[graphql(name = "TextPiece")]
pub struct PieceObject {
    /// Whether it stands in both versions.
    kind: PieceKind,
    /// The text.
    text: String,
}

/// A heading or a body in one language, old against new.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ClausePartChange")]
pub struct PartObject {
    /// ISO 639 code.
    lang: String,
    /// Whether it is the heading, or the body.
    heading: bool,
    /// The stretches, in order.
    pieces: Vec<PieceObject>,
}

/// What became of one clause.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ClauseChange")]
pub struct ChangeObject {
    /// The clause.
    key: String,
    /// What became of it.
    fate: ClauseFateCode,
    /// Texts that differ.
    parts: Vec<PartObject>,
}

impl From<ClauseChange> for ChangeObject {
    fn from(change: ClauseChange) -> Self {
        let piece = |piece: Piece| match piece {
            Piece::Same(text) => PieceObject { kind: PieceKind::Same, text },
            Piece::Deleted(text) => PieceObject { kind: PieceKind::Deleted, text },
            Piece::Inserted(text) => PieceObject { kind: PieceKind::Inserted, text },
        };
        let parts = change.parts.into_iter().map(|part| PartObject {
            lang: part.lang.to_string(),
            heading: part.heading,
            pieces: part.pieces.into_iter().map(piece).collect(),
        });
        Self { key: change.key, fate: change.fate.into(), parts: parts.collect() }
    }
}

/// A signature on the hash of a text.
#[derive(Debug, SimpleObject)]
#[graphql(name = "AgreementSignature")]
pub struct SignatureObject {
    /// What was signed.
    kind: Code<SignatureKind>,
    /// For which side.
    side: Code<CitySide>,
    /// Name and office of who signed.
    official: String,
    /// The text.
    hash: String,
    /// The signed paper.
    document_id: ID,
    /// When it was recorded.
    at: DateTime<Utc>,
}

impl From<&Signature> for SignatureObject {
    fn from(it: &Signature) -> Self {
        Self {
            kind: Code(it.kind),
            side: Code(it.side),
            official: it.official.to_string(),
            hash: it.hash.to_string(),
            document_id: global(it.document),
            at: it.at,
        }
    }
}

/// Who says that a rule holds; a rule without a source is to be asked about, not relied on.
#[derive(Debug, SimpleObject)]
#[graphql(name = "RuleSource")]
pub struct SourceObject {
    /// Whether somebody says so whom we could name.
    verified: bool,
    /// Who.
    source: Option<String>,
    /// When it was read; null where the date is not on record.
    as_of: Option<NaiveDate>,
}

impl From<&Sourcing> for SourceObject {
    fn from(sourcing: &Sourcing) -> Self {
        match sourcing {
            Sourcing::Sourced { source, as_of } => {
                Self { verified: true, source: Some(source.to_string()), as_of: *as_of }
            }
            Sourcing::Unverified => Self { verified: false, source: None, as_of: None },
        }
    }
}

/// A step that an authority takes.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ApprovalStepRule")]
pub struct StepObject {
    /// What kind of authority.
    kind: Code<ApprovalStepKind>,
    /// Papers that it wants to see.
    papers: Vec<String>,
    /// Typical weeks of a short case; null where unknown.
    weeks_from: Option<i32>,
    /// Typical weeks of a long case; null where unknown.
    weeks_to: Option<i32>,
    /// Who says so.
    source: SourceObject,
}

impl From<&StepRule> for StepObject {
    fn from(rule: &StepRule) -> Self {
        Self {
            kind: Code(rule.kind),
            papers: rule.documents.iter().map(ToString::to_string).collect(),
            weeks_from: rule.weeks.map(|weeks| i32::from(weeks.from)),
            weeks_to: rule.weeks.map(|weeks| i32::from(weeks.to)),
            source: (&rule.sourcing).into(),
        }
    }
}

/// A step of a side's chain with what was decided.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ApprovalStepState")]
pub struct StepStateObject {
    /// Its place in the chain, from 0.
    place: i32,
    /// What the side's rules demand.
    rule: StepObject,
    /// Whether it was granted; null while it is open.
    granted: Option<bool>,
    /// When it was decided.
    decided_at: Option<DateTime<Utc>>,
}

fn chain(steps: &[ApprovalStep]) -> Vec<StepStateObject> {
    (0..)
        .zip(steps)
        .map(|(place, step)| StepStateObject {
            place,
            rule: (&step.rule).into(),
            granted: step.decision.as_ref().map(|decision| decision.granted),
            decided_at: step.decision.as_ref().map(|decision| decision.at),
        })
        .collect()
}

/// An activity that took place.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PartnershipActivity")]
pub struct ActivityObject {
    /// What kind.
    kind: Code<ActivityType>,
    /// What it was.
    title: String,
    /// When it took place.
    held_at: DateTime<Utc>,
    /// The item of the work plan that it belongs to.
    item: Option<u32>,
}

impl From<&Activity> for ActivityObject {
    fn from(it: &Activity) -> Self {
        Self { kind: Code(it.kind), title: it.title.to_string(), held_at: it.held_at, item: it.item }
    }
}

/// An item of the work plan.
#[derive(Debug, Clone)]
pub struct WorkItemObject(WorkItem);

/// An item of the work plan.
#[Object(name = "WorkItem")]
impl WorkItemObject {
    /// Its number in the plan.
    async fn number(&self) -> u32 {
        self.0.number
    }
    /// What is to be done.
    async fn title(&self) -> TextObject {
        (&self.0.title).into()
    }
    /// Which side answers for it.
    async fn owner(&self) -> Code<CitySide> {
        Code(self.0.owner)
    }
    /// Until when.
    async fn due(&self) -> NaiveDate {
        self.0.due
    }
    /// Where it stands.
    async fn status(&self) -> Code<WorkStatus> {
        Code(self.0.status)
    }
    /// Projects that carry it out, as they stand now; those that the caller does not see are left out.
    async fn carried_out_by(&self, ctx: &Context<'_>) -> Result<Vec<ProjectNode>> {
        let mut found = Vec::new();
        for id in &self.0.projects {
            found.extend(find(ctx, *id).await?.map(ProjectNode));
        }
        Ok(found)
    }
}

/// A line of the first year's budget.
#[derive(Debug, SimpleObject)]
#[graphql(name = "BudgetLine")]
pub struct BudgetObject {
    /// For what.
    purpose: String,
    /// Which side pays.
    payer: Code<CitySide>,
    /// How much.
    amount: MoneyObject,
}

impl From<&BudgetLine> for BudgetObject {
    fn from(line: &BudgetLine) -> Self {
        Self { purpose: line.purpose.to_string(), payer: Code(line.payer), amount: MoneyObject(line.amount) }
    }
}

/// Plan and budget of the first year.
#[derive(Debug, SimpleObject)]
#[graphql(name = "FirstYear")]
pub struct FirstYearObject {
    /// What is planned.
    plan: TextObject,
    /// What it costs whom.
    budget: Vec<BudgetObject>,
}

impl From<&FirstYear> for FirstYearObject {
    fn from(year: &FirstYear) -> Self {
        Self { plan: (&year.plan).into(), budget: year.budget.iter().map(Into::into).collect() }
    }
}

/// An indicator before and after, in thousandths of its unit.
#[derive(Debug, SimpleObject)]
#[graphql(name = "KpiReading")]
pub struct KpiObject {
    /// What is measured.
    name: String,
    /// Its unit.
    unit: String,
    /// Before.
    before_thousandths: i64,
    /// After.
    after_thousandths: i64,
    /// The change; null where it leaves what can be counted.
    delta_thousandths: Option<i64>,
}

impl From<&KpiReading> for KpiObject {
    fn from(kpi: &KpiReading) -> Self {
        Self {
            name: kpi.name.to_string(),
            unit: kpi.unit.to_string(),
            before_thousandths: kpi.before_thousandths,
            after_thousandths: kpi.after_thousandths,
            delta_thousandths: kpi.delta_thousandths(),
        }
    }
}

/// A review.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PartnershipReview")]
pub struct ReviewObject {
    /// When it began.
    began: DateTime<Utc>,
    /// The report's text.
    report: Option<TextObject>,
    /// Indicators of the report.
    kpis: Vec<KpiObject>,
    /// When the agreement was renewed by it; null where it was not.
    renewed: Option<DateTime<Utc>>,
}

impl From<&Review> for ReviewObject {
    fn from(review: &Review) -> Self {
        Self {
            began: review.began,
            report: review.report.as_ref().map(|report| (&report.text).into()),
            kpis: review.report.iter().flat_map(|report| report.kpis.iter().map(Into::into)).collect(),
            renewed: review.renewed,
        }
    }
}

/// Why a side did not go on.
#[derive(Debug, SimpleObject)]
#[graphql(name = "PartnershipClosing")]
pub struct ClosingObject {
    /// Reasons by code.
    codes: Vec<Code<PartnershipDeclineReason>>,
    /// In words.
    note: Option<String>,
}

impl From<&Closing> for ClosingObject {
    fn from(closing: &Closing) -> Self {
        Self {
            codes: closing.reasons.iter().map(|reason| Code(*reason)).collect(),
            note: closing.note.as_ref().map(ToString::to_string),
        }
    }
}

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
    /// The health index, 0 to 100.
    async fn health(&self, ctx: &Context<'_>) -> Result<i32> {
        Ok(i32::from(self.0.value.health(ctx.data::<App>()?.auth.clock.now())))
    }
}

super::common::connection!(PartnershipConnection, PartnershipEdge, PartnershipNode, "partnerships");
