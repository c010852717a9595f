//! A match of a mandate and a project.

use std::sync::OnceLock;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use domain::vocabulary::{ReadinessItem, VerificationLevel};
use matcher::{
    Policy,
    counterfactual::{Change, Counterfactual},
    explanation::{self, Audience, CriterionLine, Evidence, GateLine, Sentence, Status, change_sentence},
    gate::Outcome,
    score::{Interval, points},
};

use super::{
    super::code::Code,
    MandateNode, OrganisationNode, ProjectNode,
    common::{ExcludedGate, PageInfo, missing, node},
};
use crate::app::Match;

/// A score of a hundred with the interval in which it lies.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct ScoreInterval {
    /// With everything unknown at its worst.
    low: f64,
    /// The score by which lists are ordered.
    point: f64,
    /// With everything unknown at its best.
    high: f64,
    /// Known share of the weight, 0 to 1.
    coverage: f64,
}

impl From<&Interval> for ScoreInterval {
    fn from(score: &Interval) -> Self {
        Self {
            low: points(score.low),
            point: points(score.point),
            high: points(score.high),
            coverage: f64::from(score.coverage) / 1e6,
        }
    }
}

/// How much of a criterion is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Status")]
pub enum CriterionStatus {
    /// All of it.
    Known,
    /// A part of it.
    Partial,
    /// Nothing.
    Missing,
    /// It does not bear on the pair; its weight goes to the others.
    NotApplicable,
}

/// Answer of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Outcome")]
pub enum GateOutcome {
    /// Passed.
    Pass,
    /// Failed, but the term is a wish or the rule is soft.
    SoftFail,
    /// Failed: not listed.
    Fail,
    /// An operand is not known.
    Unknown,
}

/// Who reads an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Audience", remote = "Audience")]
pub enum AudienceInput {
    /// The investor.
    Investor,
    /// The project's owner.
    Owner,
}

/// A dated fact that a criterion read.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Evidence")]
pub struct EvidenceObject {
    /// The fact.
    fact: String,
    /// Who says so.
    source: String,
    /// When it held; empty where the record has no date.
    as_of: String,
}

impl From<&Evidence> for EvidenceObject {
    fn from(evidence: &Evidence) -> Self {
        Self { fact: evidence.fact.clone(), source: evidence.source.clone(), as_of: evidence.as_of.clone() }
    }
}

/// One criterion of one side.
#[derive(Debug, Clone, SimpleObject)]
pub struct CriterionScore {
    /// The criterion's key.
    key: &'static str,
    /// Its weight of a hundred.
    weight: f64,
    /// Its value, 0 to 1; null where nothing is known or it does not apply.
    value: Option<f64>,
    /// With everything unknown at its worst.
    low: f64,
    /// With everything unknown at its best.
    high: f64,
    /// How much of it is known.
    status: CriterionStatus,
    /// What it says.
    sentence: String,
    /// What it rests on.
    evidence: Vec<EvidenceObject>,
}

impl From<&CriterionLine> for CriterionScore {
    fn from(line: &CriterionLine) -> Self {
        let value = |micro: u32| f64::from(micro) / 1e6;
        let told = matches!(line.status, Status::Known | Status::Partial);
        Self {
            key: line.key,
            weight: f64::from(line.weight) / 100.0,
            value: told.then(|| value(line.grade.point)),
            low: value(line.grade.low),
            high: value(line.grade.high),
            status: line.status.into(),
            sentence: line.sentence.english(),
            evidence: line.evidence.iter().map(Into::into).collect(),
        }
    }
}

/// One side's score, criterion by criterion.
#[derive(Debug, Clone, SimpleObject)]
pub struct SideScore {
    /// The side's score.
    point: f64,
    /// With everything unknown at its worst.
    low: f64,
    /// With everything unknown at its best.
    high: f64,
    /// Known share of the weight, 0 to 1.
    coverage: f64,
    /// Criteria in the policy's order.
    criteria: Vec<CriterionScore>,
}

/// A side from its score and lines.
pub(super) fn side(score: &Interval, lines: &[CriterionLine]) -> SideScore {
    let interval = ScoreInterval::from(score);
    SideScore {
        point: interval.point,
        low: interval.low,
        high: interval.high,
        coverage: interval.coverage,
        criteria: lines.iter().map(Into::into).collect(),
    }
}

/// One gate.
#[derive(Debug, Clone, SimpleObject)]
pub struct GateResult {
    /// The gate's key.
    key: &'static str,
    /// Its answer.
    outcome: GateOutcome,
    /// Why.
    because: String,
    /// Whether a party can do something about it.
    fixable: bool,
}

impl From<&GateLine> for GateResult {
    fn from(line: &GateLine) -> Self {
        Self {
            key: line.key,
            outcome: line.outcome.into(),
            because: line.because.english(),
            fixable: line.fixable,
        }
    }
}

/// A score in sentences. Machine-made from the record's numbers, in English.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Explanation")]
pub struct ExplanationObject {
    /// Score, interval and known share.
    headline: String,
    /// What speaks for it, strongest first.
    because: Vec<String>,
    /// What speaks against it, strongest first.
    against: Vec<String>,
    /// What is not known, heaviest first.
    unknown: Vec<String>,
}

impl ExplanationObject {
    /// An explanation from its sentences.
    pub(super) fn new(
        headline: &Sentence,
        because: &[Sentence],
        against: &[Sentence],
        unknown: &[Sentence],
    ) -> Self {
        let english = |sentences: &[Sentence]| sentences.iter().map(Sentence::english).collect();
        Self {
            headline: headline.english(),
            because: english(because),
            against: english(against),
            unknown: english(unknown),
        }
    }
}

/// One change that the owner can make, with what the scorer then gives.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Counterfactual")]
pub struct CounterfactualObject {
    /// The change in words.
    change: String,
    /// The item of the checklist to show evidence for, where that is the change.
    evidence_for: Option<Code<ReadinessItem>>,
    /// The level of verification to reach, where that is the change.
    verify_to: Option<Code<VerificationLevel>>,
    /// The score after it.
    new_score: ScoreInterval,
    /// By how many points the score rises.
    lift: f64,
}

impl From<&Counterfactual> for CounterfactualObject {
    fn from(found: &Counterfactual) -> Self {
        Self {
            change: change_sentence(&found.change).english(),
            evidence_for: if let Change::Evidence(item) = found.change { Some(Code(item)) } else { None },
            verify_to: if let Change::Verify(level) = found.change { Some(Code(level)) } else { None },
            new_score: (&found.after.mutual).into(),
            lift: points(found.lift),
        }
    }
}

/// A match of a mandate and a project.
#[derive(Debug)]
pub struct MatchNode {
    /// The match.
    pub matched: Match,
    /// Share of shaken weights under which it stays in the page's list; only where it was asked for.
    pub stability: Option<f64>,
    taken_apart: OnceLock<Option<explanation::Explanation>>,
}

impl MatchNode {
    /// A match for the API.
    pub const fn new(matched: Match, stability: Option<f64>) -> Self {
        Self { matched, stability, taken_apart: OnceLock::new() }
    }

    fn parts(&self) -> Result<&explanation::Explanation> {
        let made = self.taken_apart.get_or_init(|| self.matched.explanation(Audience::Investor));
        made.as_ref().ok_or_else(|| missing("match"))
    }
}

/// A mandate and a project, scored from both sides.
#[Object(name = "Match")]
impl MatchNode {
    /// The project.
    async fn project(&self, ctx: &Context<'_>) -> Result<ProjectNode> {
        node(ctx, self.matched.project).await.map(ProjectNode)
    }
    /// The mandate; null where it is not saved.
    async fn mandate(&self, ctx: &Context<'_>) -> Result<Option<MandateNode>> {
        match self.matched.mandate {
            Some(id) => node(ctx, id).await.map(|stored| Some(MandateNode(stored))),
            None => Ok(None),
        }
    }
    /// The investor; null where the mandate is not saved.
    async fn investor(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.matched.investor {
            Some(id) => node(ctx, id).await.map(|stored| Some(OrganisationNode(stored))),
            None => Ok(None),
        }
    }
    /// The score of both sides.
    async fn score(&self) -> ScoreInterval {
        (&self.matched.evaluation.mutual).into()
    }
    /// Place in the whole list, from 1; null for a pair that was asked for alone.
    async fn rank(&self) -> Option<u64> {
        self.matched.rank
    }
    /// Share of 1,000 seeded draws, each weight shaken by up to a fifth, that keep the row in the first rows of the
    /// page's size; null where no list was asked for. Dear: ask for it on small pages.
    async fn stability(&self) -> Option<f64> {
        self.stability
    }
    /// The investor's view.
    async fn for_investor(&self) -> Result<SideScore> {
        Ok(side(&self.matched.evaluation.investor, &self.parts()?.investor))
    }
    /// The project's view.
    async fn for_project(&self) -> Result<SideScore> {
        Ok(side(&self.matched.evaluation.project, &self.parts()?.project))
    }
    /// Gates with their reasons.
    async fn gates(&self) -> Result<Vec<GateResult>> {
        Ok(self.parts()?.gates.iter().map(Into::into).collect())
    }
    /// Whether no gate excludes the pair.
    async fn listed(&self) -> bool {
        self.matched.is_listed()
    }
    /// The score in sentences.
    async fn explanation(
        &self,
        #[graphql(desc = "Who reads.", default_with = "AudienceInput::Investor")] audience: AudienceInput,
    ) -> Result<ExplanationObject> {
        let made = match audience {
            AudienceInput::Investor => None,
            AudienceInput::Owner => self.matched.explanation(Audience::Owner),
        };
        let parts = match &made {
            Some(parts) => parts,
            None => self.parts()?,
        };
        Ok(ExplanationObject::new(&parts.headline, &parts.because, &parts.against, &parts.unknown))
    }
    /// Single changes that lift the score most, scored again by the scorer.
    async fn counterfactuals(
        &self,
        #[graphql(desc = "At most this many, 1 to 10.", default = 3)] max: u8,
    ) -> Vec<CounterfactualObject> {
        self.matched.counterfactuals(usize::from(max.clamp(1, 10))).iter().map(Into::into).collect()
    }
    /// When the catalog was current.
    async fn as_of(&self) -> DateTime<Utc> {
        self.matched.shared.snapshot.as_of
    }
}

/// The policy under which a list was made.
#[derive(Debug, Clone, SimpleObject)]
pub struct PolicyStamp {
    /// Version.
    version: u32,
    /// SHA-256 of everything in it that bears on a score, own weights included.
    hash: String,
    /// First day in force.
    published_on: NaiveDate,
    /// Whether own weights are in it.
    own_weights: bool,
}

impl PolicyStamp {
    /// The stamp of a policy.
    pub fn new(policy: &Policy) -> Self {
        Self {
            version: policy.version,
            hash: policy.hash(),
            published_on: policy.published_on,
            own_weights: policy.hash() != Policy::current().hash(),
        }
    }
}

/// A match with its cursor.
#[derive(Debug, SimpleObject)]
pub struct MatchEdge {
    /// Cursor.
    pub cursor: String,
    /// The match.
    pub node: MatchNode,
}

/// A page of matches, with what was left out and why.
#[derive(Debug, SimpleObject)]
pub struct OpportunityConnection {
    /// Rows with cursors, first first.
    pub edges: Vec<MatchEdge>,
    /// Where the page lies.
    pub page_info: PageInfo,
    /// Rows of the whole list.
    pub total_count: i64,
    /// Pairs of the other list: of which not enough is known, or of which enough is.
    pub other_list_count: i64,
    /// Candidates that at least one gate removed.
    pub excluded_total: i64,
    /// By gate.
    pub excluded: Vec<ExcludedGate>,
    /// The policy.
    pub policy: PolicyStamp,
    /// When the catalog was current.
    pub as_of: DateTime<Utc>,
    /// Number of the last event that is in it.
    pub catalog_sequence: i64,
}

impl OpportunityConnection {
    /// A page from a ranking.
    pub fn new(
        page: crate::app::OpportunityPage,
        question: u32,
        has_previous: bool,
        stability: &[Option<f64>],
    ) -> Self {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let crate::app::OpportunityPage { page, shared } = page;
        let edges: Vec<MatchEdge> = page
            .items
            .into_iter()
            .enumerate()
            .map(|(place, row)| MatchEdge {
                cursor: row.key.map(|key| super::super::cursor::encode(question, &key)).unwrap_or_default(),
                node: MatchNode::new(row, stability.get(place).copied().flatten()),
            })
            .collect();
        Self {
            page_info: PageInfo {
                has_next_page: page.has_next,
                has_previous_page: has_previous,
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: edges.last().map(|edge| edge.cursor.clone()),
            },
            edges,
            total_count: number(page.total),
            other_list_count: number(page.other_list),
            excluded_total: number(page.excluded_total),
            excluded: page.excluded.iter().map(Into::into).collect(),
            policy: PolicyStamp::new(&shared.policy),
            as_of: shared.snapshot.as_of,
            catalog_sequence: shared.snapshot.catalog.sequence,
        }
    }
}
