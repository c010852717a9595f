//! Policy, statistics, and mandates learnt from a portfolio.

use std::collections::BTreeMap;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    Vocabulary, portfolio::mandate_from_portfolio, value::Currency, value::Money, value::SingleLine,
};
use matcher::{Policy, row::ProjectRow};

use super::super::{
    error::{ErrorCode, client_error},
    input::DealInput,
    object::{MoneyObject, ProposedMandateObject, RankingPolicy},
};
use crate::app::App;

/// Policy, statistics and proposals.
#[derive(Debug, Default)]
pub struct FactsQuery;

/// By what statistics are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
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
    key: String,
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

/// Cells below this are held back.
const SMALL: u32 = 5;

fn groups(row: &ProjectRow, by: StatisticsBy, world: &matcher::row::World) -> Vec<(String, String)> {
    let unknown = || vec![("UNKNOWN".to_owned(), "Not stated".to_owned())];
    match by {
        StatisticsBy::Field => {
            row.fields.iter().map(|(field, _)| (field.code().to_owned(), field.label().to_owned())).collect()
        }
        StatisticsBy::Country => row
            .countries
            .iter()
            .map(|country| (country.alpha2().to_owned(), world.country_name(*country).to_owned()))
            .collect(),
        StatisticsBy::Stage => {
            row.stage.map_or_else(unknown, |stage| vec![(stage.code().to_owned(), stage.label().to_owned())])
        }
        StatisticsBy::Kind => vec![(row.kind.code().to_owned(), row.kind.label().to_owned())],
    }
}

/// Policy, statistics and proposals.
#[Object]
impl FactsQuery {
    /// The policy of a version; the one in force where none is named. Null where there is no such version.
    async fn ranking_policy(
        &self,
        #[graphql(desc = "Version, from 1.")] version: Option<u32>,
    ) -> Option<RankingPolicy> {
        version.map_or_else(|| Some(Policy::current()), Policy::version).map(RankingPolicy)
    }

    /// Projects in public, counted; groups of fewer than five are held back.
    async fn statistics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By what.")] by: StatisticsBy,
    ) -> Result<Statistics> {
        let snapshot = ctx.data::<App>()?.ranking.snapshot();
        let mut cells: BTreeMap<(String, String), (u32, i64, u32)> = BTreeMap::new();
        for row in snapshot.catalog.projects().rows() {
            for group in groups(row, by, &snapshot.catalog.world) {
                let cell = cells.entry(group).or_default();
                cell.0 = cell.0.saturating_add(1);
                if let Some(cents) = row.gap.and_then(|gap| gap.euro_cents) {
                    cell.1 = cell.1.saturating_add(cents);
                    cell.2 = cell.2.saturating_add(1);
                }
            }
        }
        let cells = cells
            .into_iter()
            .map(|((key, label), (count, cents, with_gap))| {
                let suppressed = count < SMALL;
                let total = Money::from_minor(cents, Currency::EUR).ok().map(MoneyObject);
                StatisticsCell {
                    key,
                    label,
                    count: (!suppressed).then_some(count),
                    // A sum over fewer than five would tell of single projects too.
                    gap_total: total.filter(|_| with_gap >= SMALL),
                    gap_count: (with_gap >= SMALL).then_some(with_gap),
                    suppressed,
                }
            })
            .collect();
        Ok(Statistics { cells, as_of: snapshot.as_of })
    }

    /// A mandate proposed from past deals, with what each term rests on. Nothing is saved.
    async fn mandate_from_portfolio(
        &self,
        #[graphql(desc = "1 to 1000 past deals.")] deals: Vec<DealInput>,
    ) -> Result<ProposedMandateObject> {
        if deals.is_empty() || deals.len() > 1_000 {
            return Err(client_error(ErrorCode::Validation, Some("deals"), "Give 1 to 1000 past deals."));
        }
        let deals = deals.into_iter().map(DealInput::parse).collect::<Result<Vec<_>>>()?;
        let name = SingleLine::new("mandate from a portfolio")
            .map_err(|error| client_error(ErrorCode::Validation, Some("deals"), error.to_string()))?;
        mandate_from_portfolio(&name, &deals)
            .map(Into::into)
            .map_err(|errors| client_error(ErrorCode::Validation, Some("deals"), errors.to_string()))
    }
}
