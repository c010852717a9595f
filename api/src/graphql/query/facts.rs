//! Policy, statistics, and mandates learnt from a portfolio.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{account::PlatformRole, portfolio::mandate_from_portfolio, value::SingleLine};
use matcher::{Policy, learn::shipped};

use super::super::{
    error::{ErrorCode, client_error, refusal},
    input::{DealInput, wrong, wrong_part},
    object::{self, Calibration, Me, MoneyObject, ProposedMandateObject, RankingPolicy},
};
use crate::{
    app::{self, App, GroupBy},
    auth::Actor,
};

/// Policy, statistics and proposals.
#[derive(Debug, Default)]
pub struct FactsQuery;

/// By what statistics are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "GroupBy")]
pub enum StatisticsBy {
    /// By field; a project counts at each of its fields.
    Field,
    /// By country; a project counts in each of its countries.
    Country,
    /// By stage.
    Stage,
    /// By kind.
    Kind,
}

/// Projects in public of one group.
#[derive(Debug, SimpleObject)]
pub struct StatisticsCell {
    /// The group's code; `UNKNOWN` where the listing does not say.
    key: &'static str,
    /// The group's English name.
    label: String,
    /// Projects; null where there are fewer than five.
    count: Option<u32>,
    /// Sum of the gaps in euro, where a dated rate is known; null where there are fewer than five.
    gap_total: Option<MoneyObject>,
    /// Projects of the sum; the others have no gap or no rate.
    gap_count: Option<u32>,
    /// Whether the figures are held back because fewer than five projects are in the group.
    suppressed: bool,
}

/// Counts of projects in public.
#[derive(Debug, SimpleObject)]
pub struct Statistics {
    /// Groups by code.
    cells: Vec<StatisticsCell>,
    /// When the catalog was current.
    as_of: DateTime<Utc>,
}

/// Most deals of a portfolio that are taken at once.
const MAX_DEALS: usize = 1_000;

/// Policy, statistics and proposals.
#[Object]
impl FactsQuery {
    /// Listings that wait for a reviewer, and public ones with a change that waits, longest first; for reviewers.
    async fn review_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Vec<object::ProjectNode>> {
        let first = super::super::cursor::page_size(first)?;
        let actor = ctx.data::<Actor>()?;
        if actor.person().is_none() {
            let code = ErrorCode::Unauthenticated;
            return Err(client_error(code, None, code.public_text()));
        }
        if !actor.has(PlatformRole::Reviewer) {
            return Err(client_error(ErrorCode::Forbidden, None, "This is for reviewers."));
        }
        let rows = object::me::stored(ctx.data::<App>()?.store.review_queue(first as u64).await)?;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            found.extend(object::find(ctx, row.project).await?.map(object::ProjectNode));
        }
        Ok(found)
    }
    /// The person who asks; an error where nobody known asks.
    async fn me(&self, ctx: &Context<'_>) -> Result<Me> {
        object::me::me(ctx).await
    }

    /// The policy of a version; the one in force where none is named. Null where there is no such version.
    async fn ranking_policy(
        &self,
        #[graphql(desc = "Version, from 1.")] version: Option<u32>,
    ) -> Option<RankingPolicy> {
        version.map_or_else(|| Some(Policy::current()), Policy::version).map(RankingPolicy)
    }

    /// All policies that were ever in force, newest first.
    async fn policies(&self) -> Vec<RankingPolicy> {
        (1..=Policy::current().version).rev().filter_map(Policy::version).map(RankingPolicy).collect()
    }

    /// What scores meant in a past market: how many times as often as average pairs of each band of scores came about,
    /// for the published policy and for the learnt model. Never a probability.
    async fn calibration(&self) -> Result<Vec<Calibration>> {
        let tables = shipped::calibrations().map_err(|error| {
            tracing::error!(%error, "a calibration that ships cannot be read");
            client_error(ErrorCode::Internal, None, ErrorCode::Internal.public_text())
        })?;
        Ok(tables.iter().map(Into::into).collect())
    }

    /// Projects in public, counted; groups of fewer than five are held back.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what.")] by: StatisticsBy,
    ) -> Result<Statistics> {
        let app = ctx.data::<App>()?;
        let counted = app.compute(move |app| Ok(app::statistics(app, by.into()))).await;
        let (cells, snapshot) = counted.map_err(refusal)?;
        let cell = |cell: app::Cell| StatisticsCell {
            key: cell.group.code(),
            label: cell.group.label(&snapshot),
            count: cell.count,
            gap_total: cell.gap_total.map(MoneyObject),
            gap_count: cell.gap_count,
            suppressed: cell.count.is_none(),
        };
        Ok(Statistics { cells: cells.into_iter().map(cell).collect(), as_of: snapshot.as_of })
    }

    /// A mandate proposed from past deals, with what each term rests on. Nothing is saved.
    async fn mandate_from_portfolio(
        &self,
        #[graphql(desc = "Name of the mandate.")] name: Option<String>,
        #[graphql(desc = "1 to 1000 past deals.")] deals: Vec<DealInput>,
    ) -> Result<ProposedMandateObject> {
        if deals.is_empty() || deals.len() > MAX_DEALS {
            return Err(client_error(ErrorCode::Validation, Some("deals"), "Give 1 to 1000 past deals."));
        }
        let deals = deals.into_iter().map(DealInput::parse).collect::<Result<Vec<_>>>()?;
        let name = name.as_deref().unwrap_or("Mandate from a portfolio");
        let name = SingleLine::new(name).map_err(|error| wrong("name", error))?;
        mandate_from_portfolio(&name, &deals).map(Into::into).map_err(|errors| wrong_part("deals", &errors))
    }
}
