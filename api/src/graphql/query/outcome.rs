//! What came of introductions, in public.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, Object, Result, SimpleObject};
use domain::{value::CountryCode, vocabulary::CooperationField};

use super::super::{
    code::Code,
    cursor,
    error::{ErrorCode, client_error, refusal},
    object::{CountryObject, MatchNode, MoneyObject, me::stored, number},
};
use crate::app::{
    App,
    reciprocity::{self, FlowCell, LadderCell, LadderRung, PairCell},
};

/// A rung of the outcome ladder of one field.
#[derive(Debug, SimpleObject)]
#[graphql(name = "LadderCell")]
pub struct LadderObject {
    /// The rung.
    rung: LadderRung,
    /// The project's main field; null where it had none.
    field: Option<Code<CooperationField>>,
    /// At least so many introductions reached it, a multiple of five; null where fewer than five did.
    at_least: Option<i64>,
    /// Whether the figure is held back.
    suppressed: bool,
}

impl From<LadderCell> for LadderObject {
    fn from(cell: LadderCell) -> Self {
        Self {
            rung: cell.rung,
            field: cell.field.map(Code),
            at_least: cell.at_least.map(number),
            suppressed: cell.at_least.is_none(),
        }
    }
}

/// A rung of one direction between two countries.
#[derive(Debug, SimpleObject)]
#[graphql(name = "FlowCell")]
pub struct FlowObject {
    /// The rung.
    rung: LadderRung,
    /// At least so many introductions reached it, a multiple of five; null where one to four did.
    count: Option<i64>,
    /// Their sum in euro at the rates of their days, of those whose rate was known, as of the end of last month, rounded to a step of 4 to 10 % of it;
    /// null with the count, of interest, which names no amount, and of fewer than three investors or owners or where one
    /// of them has more than half.
    amount: Option<MoneyObject>,
    /// Whether the figures are held back.
    suppressed: bool,
}

impl From<FlowCell> for FlowObject {
    fn from(cell: FlowCell) -> Self {
        Self {
            rung: cell.rung,
            count: cell.count.map(number),
            amount: cell.amount.map(MoneyObject),
            suppressed: cell.count.is_none(),
        }
    }
}

/// Investment of one country in another, or in itself, at one rung.
#[derive(Debug)]
pub struct PairFlow(PairCell);

/// Investment of one country in another, or in itself, at one rung.
#[Object]
impl PairFlow {
    /// Where the investors are.
    async fn from(&self, ctx: &Context<'_>) -> Result<CountryObject> {
        CountryObject::of(ctx, self.0.from)
    }
    /// Where the projects are.
    async fn to(&self, ctx: &Context<'_>) -> Result<CountryObject> {
        CountryObject::of(ctx, self.0.to)
    }
    /// How much of it there was.
    async fn flow(&self) -> FlowObject {
        self.0.cell.into()
    }
}

/// The ledger of two countries: investment each way (article 7 of the proposal).
#[derive(Debug)]
pub struct Reciprocity {
    a: CountryCode,
    b: CountryCode,
    a_to_b: Vec<FlowCell>,
    b_to_a: Vec<FlowCell>,
}

/// The ledger of two countries: investment each way. Rungs that nobody reached are not listed.
#[Object]
impl Reciprocity {
    /// The one country.
    async fn country_a(&self, ctx: &Context<'_>) -> Result<CountryObject> {
        CountryObject::of(ctx, self.a)
    }
    /// The other country.
    async fn country_b(&self, ctx: &Context<'_>) -> Result<CountryObject> {
        CountryObject::of(ctx, self.b)
    }
    /// Investors of A and projects in B.
    async fn a_to_b(&self) -> Vec<FlowObject> {
        self.a_to_b.iter().copied().map(Into::into).collect()
    }
    /// Investors of B and projects in A.
    async fn b_to_a(&self) -> Vec<FlowObject> {
        self.b_to_a.iter().copied().map(Into::into).collect()
    }
    /// Matches of investors of B with projects in A, best first, at most one for each project: what would answer
    /// investment from A to B.
    async fn suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(5)")] first: Option<i32>,
    ) -> Result<Vec<MatchNode>> {
        let first = cursor::page_size(first)?;
        let (from, to) = (self.b, self.a);
        let question = cursor::Question::new(&["reciprocity", from.alpha2(), to.alpha2()]).ranked();
        let app = ctx.data::<App>()?;
        let found = app.compute(move |app| Ok(reciprocity::suggestions(app, from, to, first))).await;
        let found = found.map_err(refusal)?;
        Ok(found.into_iter().map(|matched| MatchNode::new(matched, question, None)).collect())
    }
}

fn country(argument: &'static str, code: &str) -> Result<CountryCode> {
    code.parse().map_err(|error: domain::value::CountryCodeError| {
        client_error(ErrorCode::Validation, Some(argument), format!("{error}."))
    })
}

/// What came of introductions.
#[derive(Debug, Default)]
pub struct OutcomeQuery;

/// What came of introductions.
#[Object]
impl OutcomeQuery {
    /// How many introductions reached each rung, by the project's main field: interest, pledge, commitment, close. Small
    /// groups are held back, and counts are cut down to a multiple of five.
    async fn outcome_ladder(&self, ctx: &Context<'_>) -> Result<Vec<LadderObject>> {
        let rows = stored(ctx.data::<App>()?.store.flows(None).await)?;
        Ok(reciprocity::ladder(&rows).into_iter().map(Into::into).collect())
    }

    /// Between which countries, or within which, introductions reached a rung: most first, at most 200, those that are
    /// held back last.
    async fn country_flows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The rung.", default_with = "LadderRung::Interest")] rung: LadderRung,
    ) -> Result<Vec<PairFlow>> {
        let app = ctx.data::<App>()?;
        let pairs = stored(reciprocity::pairs(&app.store, rung, app.auth.clock.now()).await)?;
        Ok(pairs.into_iter().map(PairFlow).collect())
    }

    /// Investment between two countries, both ways, with what could answer it. Swapping the countries mirrors it.
    async fn reciprocity(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The one country, by ISO 3166-1 alpha-2.")] country_a: String,
        #[graphql(desc = "The other country, by ISO 3166-1 alpha-2.")] country_b: String,
    ) -> Result<Reciprocity> {
        let (a, b) = (country("countryA", &country_a)?, country("countryB", &country_b)?);
        if a == b {
            let message = "Name two countries: a ledger has two sides.";
            return Err(client_error(ErrorCode::Validation, Some("countryB"), message));
        }
        let app = ctx.data::<App>()?;
        let now = app.auth.clock.now();
        let a_to_b = stored(reciprocity::direction(&app.store, (a, b), now).await)?;
        let b_to_a = stored(reciprocity::direction(&app.store, (b, a), now).await)?;
        Ok(Reciprocity { a, b, a_to_b, b_to_a })
    }
}
