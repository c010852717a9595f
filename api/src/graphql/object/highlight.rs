//! Highlights of a mandate's list, and how evenly projects are seen.

use async_graphql::{Context, Enum, Result, SimpleObject};
use chrono::{DateTime, Utc};
use matcher::highlight::{Exposure, Reason};

use super::{
    super::cursor::Question,
    MatchNode, PolicyStamp,
    common::{BigInt, number, present},
};
use crate::app::Highlighted;

/// Why a project is highlighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "HighlightReason", remote = "Reason")]
pub enum ReasonOutput {
    /// By its place in the pure order.
    Top,
    /// It reaches 60 points with this mandate and is seen by fewer than three investors.
    NewToYou,
}

/// A highlighted project.
#[derive(Debug, SimpleObject)]
pub struct Highlight {
    /// The match as it stands in the pure order; `rank` is its place there.
    #[graphql(name = "match")]
    matched: MatchNode,
    /// Why it is highlighted.
    reason: ReasonOutput,
}

/// How evenly projects are seen in the first twenty of all mandates' lists.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Exposure")]
pub struct ExposureObject {
    /// Gini coefficient of the eligible projects' exposure: 0 where all are seen equally often.
    gini: f64,
    /// Projects that reach 60 points with at least one mandate.
    eligible: i64,
    /// Eligible projects that stand in the first twenty of fewer than three investors.
    floor_misses: i64,
    /// Places that are kept for them, over all mandates.
    reserved: i64,
    /// Mandates whose lists were made.
    mandates_measured: i64,
    /// Mandates that were left out, since it would have been too many pairs.
    mandates_left_out: i64,
}

impl From<&Exposure> for ExposureObject {
    fn from(exposure: &Exposure) -> Self {
        Self {
            gini: f64::from(exposure.gini) / 1e6,
            eligible: number(exposure.eligible),
            floor_misses: number(exposure.floor_misses),
            reserved: number(exposure.reserved),
            mandates_measured: number(exposure.mandates),
            mandates_left_out: number(exposure.mandates_left_out),
        }
    }
}

/// Highlights of a mandate: the head of the pure order with at most three of ten of one owner, and at most two places
/// for projects that nobody sees. No place is for sale.
#[derive(Debug, SimpleObject)]
pub struct Highlights {
    /// The highlighted projects, best place first.
    items: Vec<Highlight>,
    /// How evenly projects are seen; null until it was first measured, some seconds after the start.
    exposure: Option<ExposureObject>,
    /// The policy.
    policy: PolicyStamp,
    /// When the catalog was current.
    as_of: DateTime<Utc>,
    /// Number of the last event that is in it.
    catalog_sequence: BigInt,
}

impl Highlights {
    /// The highlights without those whose listing went away since the catalog was made, where the listings are asked for.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn present(mut self, ctx: &Context<'_>) -> Result<Self> {
        if !ctx.look_ahead().field("items").field("match").field("project").exists() {
            return Ok(self);
        }
        let there = present(ctx, self.items.iter().map(|item| item.matched.project_id())).await?;
        self.items.retain(|item| there.contains(&item.matched.project_id()));
        Ok(self)
    }

    /// Highlights that answer a question.
    pub fn new(found: Highlighted, question: Question) -> Self {
        let Highlighted { items, exposure, shared } = found;
        let items = items.into_iter().map(|(reason, matched)| Highlight {
            matched: MatchNode::new(matched, question, None),
            reason: reason.into(),
        });
        Self {
            items: items.collect(),
            exposure: exposure.as_deref().map(Into::into),
            policy: PolicyStamp::new(&shared.policy),
            as_of: shared.snapshot.as_of,
            catalog_sequence: BigInt(shared.snapshot.catalog.sequence),
        }
    }
}
