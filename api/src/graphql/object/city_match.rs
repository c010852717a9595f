//! A match of two cities.

use std::sync::OnceLock;

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::vocabulary::PartnershipTier;
use matcher::explanation::CityExplanation;

use super::{
    super::{code::Code, cursor},
    CityNode,
    common::{ExcludedGate, PageInfo, missing, node},
    matching::{ExplanationObject, GateResult, PolicyStamp, ScoreInterval, SideScore, side},
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
    /// The match.
    pub matched: CityMatch,
    taken_apart: OnceLock<Option<CityExplanation>>,
}

impl CityMatchNode {
    /// A match for the API.
    pub const fn new(matched: CityMatch) -> Self {
        Self { matched, taken_apart: OnceLock::new() }
    }

    fn parts(&self) -> Result<&CityExplanation> {
        self.taken_apart.get_or_init(|| self.matched.explanation()).as_ref().ok_or_else(|| missing("match"))
    }
}

/// Two cities, scored from both sides.
#[Object(name = "CityMatch")]
impl CityMatchNode {
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
    /// The score in sentences.
    async fn explanation(&self) -> Result<ExplanationObject> {
        let parts = self.parts()?;
        Ok(ExplanationObject::new(&parts.headline, &parts.because, &parts.against, &parts.unknown))
    }
    /// Whether needs and offers of either city are samples of the demo.
    async fn sample(&self) -> bool {
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
    pub cursor: String,
    /// The match.
    pub node: CityMatchNode,
}

/// A page of partner cities, with what was left out and why.
#[derive(Debug, SimpleObject)]
pub struct CityMatchConnection {
    /// Rows with cursors, first first.
    pub edges: Vec<CityMatchEdge>,
    /// Where the page lies.
    pub page_info: PageInfo,
    /// Rows of the whole list.
    pub total_count: i64,
    /// Pairs of the other list: of which not enough is known, or of which enough is.
    pub other_list_count: i64,
    /// Cities that at least one gate removed.
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

impl CityMatchConnection {
    /// A page from a ranking.
    pub fn new(page: CityPage, question: u32, has_previous: bool) -> Self {
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let CityPage { page, shared } = page;
        let edges: Vec<CityMatchEdge> = page
            .items
            .into_iter()
            .map(|row| CityMatchEdge {
                cursor: row.key.map(|key| cursor::encode(question, &key)).unwrap_or_default(),
                node: CityMatchNode::new(row),
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
