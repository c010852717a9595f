//! A match of a mandate and a project.

use std::sync::OnceLock;

use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use domain::{
    disclosure::ListingField,
    id::Id,
    project::Project,
    vocabulary::{ReadinessItem, RedFlag, VerificationLevel},
};
use matcher::{
    counterfactual::{Change, Counterfactual},
    explanation::{self, Arg, Audience, Sentence, change_sentence},
    rank::List,
    score::points,
};
use sha2::{Digest, Sha256};

use super::{
    super::{
        code::{Code, Lang},
        cursor::Question,
        error::{ErrorCode, client_error},
    },
    MandateNode, OrganisationNode, PolicyStamp, ProjectNode,
    common::{BigInt, ExcludedGate, PageInfo, missing, node, number, present},
    score::{ExplanationObject, GateResult, ScoreInterval, SideScore, side, told},
};
use crate::app::{Match, OpportunityPage};

/// Who reads an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "Audience", remote = "Audience")]
pub enum AudienceInput {
    /// The investor.
    Investor,
    /// The project's owner.
    Owner,
}

/// One change that the owner of a listing can make.
#[derive(Debug, Clone, SimpleObject)]
pub struct ChangeParts {
    #[graphql(skip)]
    made: Change,
    /// The item of the checklist to show evidence for, where that is the change.
    evidence_for: Option<Code<ReadinessItem>>,
    /// The contradiction to justify, where that is the change.
    justify: Option<Code<RedFlag>>,
    /// The level of verification to reach, where that is the change.
    verify_to: Option<Code<VerificationLevel>>,
}

impl From<Change> for ChangeParts {
    fn from(change: Change) -> Self {
        Self {
            made: change,
            evidence_for: if let Change::Evidence(item) = change { Some(Code(item)) } else { None },
            justify: if let Change::Justify(flag) = change { Some(Code(flag)) } else { None },
            verify_to: if let Change::Verify(level) = change { Some(Code(level)) } else { None },
        }
    }
}

impl ChangeParts {
    /// The change in words.
    pub(super) fn told(&self, lang: Option<Lang>) -> String {
        told(&change_sentence(&self.made), lang.unwrap_or(Lang::En))
    }
}

/// One change that the owner can make, with what the scorer then gives.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Counterfactual", complex)]
pub struct CounterfactualObject {
    #[graphql(flatten)]
    parts: ChangeParts,
    /// The score after it.
    new_score: ScoreInterval,
    /// By how many points the score rises.
    lift: f64,
}

#[ComplexObject]
impl CounterfactualObject {
    /// The change in words.
    async fn change(
        &self,
        #[graphql(desc = "Language.", default_with = "Some(Lang::En)")] lang: Option<Lang>,
    ) -> String {
        self.parts.told(lang)
    }
}

impl From<&Counterfactual> for CounterfactualObject {
    fn from(found: &Counterfactual) -> Self {
        Self { parts: found.change.into(), new_score: (&found.after.mutual).into(), lift: points(found.lift) }
    }
}

/// The id of an answer to a question about a pair: another question or other weights have another id, so that no
/// client mixes their scores up.
pub(super) fn answer_id(question: Question, policy: &str, pair: [u128; 2]) -> ID {
    let mut hash = Sha256::new();
    hash.update(question.number().to_be_bytes());
    hash.update(policy.as_bytes());
    for id in pair {
        hash.update(id.to_be_bytes());
    }
    let digest = hash.finalize();
    let bytes: Vec<u8> = std::iter::once(b'x').chain(digest.iter().copied().take(17)).collect();
    ID(URL_SAFE_NO_PAD.encode(bytes))
}

/// A match of a mandate and a project.
#[derive(Debug)]
pub struct MatchNode {
    matched: Match,
    question: Question,
    stability: Option<f64>,
    taken_apart: OnceLock<Option<explanation::Explanation>>,
}

impl MatchNode {
    /// Its project.
    pub(super) const fn project_id(&self) -> Id<Project> {
        self.matched.project
    }

    /// A match that answers a question. Stability is there where it was asked for.
    pub const fn new(matched: Match, question: Question, stability: Option<f64>) -> Self {
        Self { matched, question, stability, taken_apart: OnceLock::new() }
    }

    /// Whether the owner shows the caller all that the sentences and numbers of a score are made of. Where not, there
    /// is the score alone.
    async fn is_told(&self, ctx: &Context<'_>) -> Result<bool> {
        let project = node(ctx, self.matched.project).await?;
        Ok(ListingField::SCORED.iter().all(|field| project.shows(*field)))
    }

    fn parts(&self) -> Result<&explanation::Explanation> {
        let made = self.taken_apart.get_or_init(|| self.matched.explanation(Audience::Investor));
        made.as_ref().ok_or_else(|| missing("match"))
    }
}

/// Most changes that are looked for.
const MAX_CHANGES: i32 = 10;

/// A mandate and a project, scored from both sides.
#[Object(name = "Match")]
impl MatchNode {
    /// Id of this score: another query or other weights give another one. Not for `node`.
    async fn id(&self) -> ID {
        let mandate = self.matched.mandate.map_or(0, |id| id.uuid().as_u128());
        let policy = self.matched.shared.policy.hash();
        answer_id(self.question, &policy, [mandate, self.matched.project.uuid().as_u128()])
    }
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
    /// Whether the investor's country is none of the project's; null where the mandate is not saved, the investor's
    /// country is unknown, or the owner does not show where the project is.
    async fn cross_border(&self, ctx: &Context<'_>) -> Result<Option<bool>> {
        let Some(investor) = self.matched.investor else { return Ok(None) };
        let country = node(ctx, investor).await?.value.country;
        if country.is_none() || !self.is_told(ctx).await? {
            return Ok(None);
        }
        let project = node(ctx, self.matched.project).await?;
        Ok(country.map(|country| project.value.is_across_the_border_from(country)))
    }
    /// The score of both sides.
    async fn score(&self) -> ScoreInterval {
        (&self.matched.evaluation.mutual).into()
    }
    /// Place in the whole list, from 1; null for a pair that was asked for alone.
    async fn rank(&self) -> Option<u64> {
        self.matched.rank
    }
    /// Share of 1,000 seeded draws, each weight shaken by up to a fifth, in which the row stays among the first rows
    /// of the list, up to the last one of its page; null for a pair that was asked for alone. Dear: ask for it on
    /// small pages.
    async fn stability(&self) -> Option<f64> {
        self.stability
    }
    /// The investor's view.
    async fn for_investor(&self, ctx: &Context<'_>) -> Result<SideScore> {
        let told = self.is_told(ctx).await?;
        let lines = if told { self.parts()?.investor.as_slice() } else { &[] };
        Ok(side(&self.matched.evaluation.investor, lines))
    }
    /// The project's view.
    async fn for_project(&self, ctx: &Context<'_>) -> Result<SideScore> {
        let told = self.is_told(ctx).await?;
        let lines = if told { self.parts()?.project.as_slice() } else { &[] };
        Ok(side(&self.matched.evaluation.project, lines))
    }
    /// Gates with their reasons.
    async fn gates(&self, ctx: &Context<'_>) -> Result<Vec<GateResult>> {
        if !self.is_told(ctx).await? {
            return Ok(Vec::new());
        }
        Ok(self.parts()?.gates.iter().map(Into::into).collect())
    }
    /// Whether no gate excludes the pair.
    async fn listed(&self) -> bool {
        self.matched.is_listed()
    }
    /// The score in sentences.
    async fn explanation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Language.", default_with = "Some(Lang::En)")] lang: Option<Lang>,
        #[graphql(desc = "Who reads.", default_with = "Some(AudienceInput::Investor)")] audience: Option<
            AudienceInput,
        >,
    ) -> Result<ExplanationObject> {
        let lang = lang.unwrap_or(Lang::En);
        if !self.is_told(ctx).await? {
            let score = points(self.matched.evaluation.mutual.point);
            let withheld = Sentence::plain("withheld").with("score", Arg::Decimal(format!("{score:.0}")));
            return Ok(ExplanationObject::headline_only(lang, &withheld));
        }
        let made = match audience.unwrap_or(AudienceInput::Investor) {
            AudienceInput::Investor => None,
            AudienceInput::Owner => self.matched.explanation(Audience::Owner),
        };
        let parts = match &made {
            Some(parts) => parts,
            None => self.parts()?,
        };
        Ok(ExplanationObject::new(lang, &parts.headline, &parts.because, &parts.against, &parts.unknown))
    }
    /// Single changes that lift the score most, scored again by the scorer.
    async fn counterfactuals(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many, 1 to 10.", default_with = "Some(3)")] max: Option<i32>,
    ) -> Result<Vec<CounterfactualObject>> {
        let max = max.unwrap_or(3);
        let max = usize::try_from(max)
            .ok()
            .filter(|_| (1..=MAX_CHANGES).contains(&max))
            .ok_or_else(|| client_error(ErrorCode::Validation, Some("max"), "Ask for 1 to 10 changes."))?;
        if !self.is_told(ctx).await? {
            return Ok(Vec::new());
        }
        Ok(self.matched.counterfactuals(max).iter().map(Into::into).collect())
    }
    /// When the catalog was current.
    async fn as_of(&self) -> DateTime<Utc> {
        self.matched.shared.snapshot.as_of
    }
}

/// A match with its cursor.
#[derive(Debug, SimpleObject)]
pub struct MatchEdge {
    /// Cursor.
    cursor: String,
    /// The match.
    node: MatchNode,
}

/// A page of matches, with what was left out and why.
#[derive(Debug, SimpleObject)]
pub struct OpportunityConnection {
    /// Rows with cursors, first first.
    edges: Vec<MatchEdge>,
    /// Where the page lies.
    page_info: PageInfo,
    /// Rows of the whole list.
    total_count: i64,
    /// Pairs that no gate excludes but of which not enough is known to order them; `list: NOT_ENOUGH_KNOWN` shows
    /// them.
    not_enough_known: i64,
    /// Candidates that at least one gate removed.
    excluded_total: i64,
    /// By gate.
    excluded: Vec<ExcludedGate>,
    /// The policy.
    policy: PolicyStamp,
    /// When the catalog was current.
    as_of: DateTime<Utc>,
    /// Number of the last event that is in it.
    catalog_sequence: BigInt,
}

impl OpportunityConnection {
    /// The page without the rows whose listing went away since the catalog was made, within the last second; where the
    /// listings are asked for at all. One of them would else take the page with it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn present(mut self, ctx: &Context<'_>) -> Result<Self> {
        if !ctx.look_ahead().field("edges").field("node").field("project").exists() {
            return Ok(self);
        }
        let ids = self.edges.iter().map(|edge| edge.node.matched.project);
        let there = present(ctx, ids).await?;
        self.edges.retain(|edge| there.contains(&edge.node.matched.project));
        Ok(self)
    }

    /// A page from a ranking.
    pub fn new(page: OpportunityPage, question: Question, list: List, stability: &[Option<u32>]) -> Self {
        let OpportunityPage { page, shared } = page;
        let share =
            |place: usize| stability.get(place).copied().flatten().map(|micro| f64::from(micro) / 1e6);
        let edges: Vec<MatchEdge> = page
            .items
            .into_iter()
            .enumerate()
            .map(|(place, row)| MatchEdge {
                cursor: row.key.map(|key| question.encode(&key)).unwrap_or_default(),
                node: MatchNode::new(row, question, share(place)),
            })
            .collect();
        Self {
            page_info: PageInfo {
                has_next_page: page.has_next,
                has_previous_page: page.first_rank > 1,
                start_cursor: edges.first().map(|edge| edge.cursor.clone()),
                end_cursor: edges.last().map(|edge| edge.cursor.clone()),
            },
            edges,
            total_count: number(page.total),
            not_enough_known: number(if list == List::Ranked { page.other_list } else { page.total }),
            excluded_total: number(page.excluded_total),
            excluded: page.excluded.iter().map(Into::into).collect(),
            policy: PolicyStamp::new(&shared.policy),
            as_of: shared.snapshot.as_of,
            catalog_sequence: BigInt(shared.snapshot.catalog.sequence),
        }
    }
}
