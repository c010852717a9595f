//! A match of two cities.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use std::sync::OnceLock;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::vocabulary::PartnershipTier;
use matcher::{explanation::CityExplanation, rank::List};

use super::{
    super::{
        code::{Code, Lang},
        cursor::Question,
    },
    CityNode, PolicyStamp,
    common::{BigInt, ExcludedGate, PageInfo, missing, node, number},
    matching::answer_id,
    score::{ExplanationObject, GateResult, ScoreInterval, SideScore, side},
};
use crate::app::{CityMatch, CityPage};

/// Needs met in both directions.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct Complementarity {
    /// Needs of `a` that `b` offers to meet.
    a_needs_met: u32,
    /// Needs of `a`.
    a_needs: u32,
    /// Needs of `b` that `a` offers to meet.
    b_needs_met: u32,
    /// Needs of `b`.
    b_needs: u32,
}

/// Two cities, seen by the first.
#[derive(Debug)]
pub struct CityMatchNode {
    matched: CityMatch,
    question: Question,
    taken_apart: OnceLock<Option<CityExplanation>>,
}

impl CityMatchNode {
    /// A match that answers a question.
    pub const fn new(matched: CityMatch, question: Question) -> Self {
        Self { matched, question, taken_apart: OnceLock::new() }
    }

    fn parts(&self) -> Result<&CityExplanation> {
        self.taken_apart.get_or_init(|| self.matched.explanation()).as_ref().ok_or_else(|| missing("match"))
    }
}

/// Two cities, scored from both sides.
#[Object(name = "CityMatch")]
impl CityMatchNode {
    /// Id of this score: another query or other weights give another one. Not for `node`.
    async fn id(&self) -> ID {
        let pair = [self.matched.viewer.uuid().as_u128(), self.matched.partner.uuid().as_u128()];
        answer_id(self.question, &self.matched.shared.policy.hash(), pair)
    }
    /// Who looks.
    async fn a(&self, ctx: &Context<'_>) -> Result<CityNode> {
        node(ctx, self.matched.viewer).await.map(CityNode)
    }
    /// The partner.
    async fn b(&self, ctx: &Context<'_>) -> Result<CityNode> {
        node(ctx, self.matched.partner).await.map(CityNode)
    }
    /// The score of both sides.
    async fn score(&self) -> ScoreInterval {
        (&self.matched.evaluation.mutual).into()
    }
    /// Place in the whole list, from 1; null for a pair that was asked for alone.
    async fn rank(&self) -> Option<u64> {
        self.matched.rank
    }
    /// The view of `a`.
    async fn for_a(&self) -> Result<SideScore> {
        Ok(side(&self.matched.evaluation.mine, &self.parts()?.mine))
    }
    /// The view of `b`.
    async fn for_b(&self) -> Result<SideScore> {
        Ok(side(&self.matched.evaluation.theirs, &self.parts()?.theirs))
    }
    /// Needs met in both directions; null where needs or offers are not known.
    async fn direction(&self) -> Option<Complementarity> {
        self.matched.direction().map(|[a_needs_met, a_needs, b_needs_met, b_needs]| Complementarity {
            a_needs_met,
            a_needs,
            b_needs_met,
            b_needs,
        })
    }
    /// Gates with their reasons.
    async fn gates(&self) -> Result<Vec<GateResult>> {
        Ok(self.parts()?.gates.iter().map(Into::into).collect())
    }
    /// The highest tier that the gates leave open.
    async fn reachable_tier(&self) -> Result<Code<PartnershipTier>> {
        Ok(Code(self.parts()?.reachable_tier))
    }
    /// Kilometres; shown, never scored.
    async fn distance_km(&self) -> Result<f64> {
        Ok(self.parts()?.distance_km.round())
    }
    /// Whether no gate excludes the pair.
    async fn listed(&self) -> bool {
        matcher::gate::all_open(&self.matched.gates)
    }
    /// The score in sentences.
    async fn explanation(
        &self,
        #[graphql(desc = "Language.", default_with = "Some(Lang::En)")] lang: Option<Lang>,
    ) -> Result<ExplanationObject> {
        let parts = self.parts()?;
        Ok(ExplanationObject::new(
            lang.unwrap_or(Lang::En),
            &parts.headline,
            &parts.because,
            &parts.against,
            &parts.unknown,
        ))
    }
    /// Whether needs and offers of either city are samples of the demo.
    async fn samples(&self) -> bool {
        self.matched.is_sample()
    }
    /// When the catalog was current.
    async fn as_of(&self) -> DateTime<Utc> {
        self.matched.shared.snapshot.as_of
    }
}

/// A match of cities with its cursor.
#[derive(Debug, SimpleObject)]
pub struct CityMatchEdge {
    /// Cursor.
    cursor: String,
    /// The match.
    node: CityMatchNode,
}

/// A page of partner cities, with what was left out and why.
#[derive(Debug, SimpleObject)]
pub struct CityMatchConnection {
    /// Rows with cursors, first first.
    edges: Vec<CityMatchEdge>,
    /// Where the page lies.
    page_info: PageInfo,
    /// Rows of the whole list.
    total_count: i64,
    /// Pairs that no gate excludes but of which not enough is known to order them; `list: NOT_ENOUGH_KNOWN` shows
    /// them.
    not_enough_known: i64,
    /// Cities that at least one gate removed.
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

impl CityMatchConnection {
    /// A page from a ranking.
    pub fn new(page: CityPage, question: Question, list: List) -> Self {
        let CityPage { page, shared } = page;
        let edges: Vec<CityMatchEdge> = page
            .items
            .into_iter()
            .map(|row| CityMatchEdge {
                cursor: row.key.map(|key| question.encode(&key)).unwrap_or_default(),
                node: CityMatchNode::new(row, question),
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
