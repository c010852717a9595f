//! What several objects share.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{
    Context, Error, ID, InputValueError, InputValueResult, Object, Result, Scalar, ScalarType, SimpleObject,
    Value,
};
use std::collections::HashSet;

use chrono::NaiveDate;
use domain::{
    country::Country,
    id::Id,
    provenance::Provenance,
    value::{CountryCode, Localized, Money},
    vocabulary::IncomeGroup,
};

use super::super::{
    code::{Code, CurrencyCode},
    error::{ErrorCode, client_error},
    loader::Rows,
};
use crate::{
    app::App,
    store::Aggregate,
    visible::{Guarded, Viewer, Visible},
};

/// A whole number beyond 32 bits, written as text.
#[derive(Debug, Clone, Copy)]
pub struct BigInt(pub i64);

/// A whole number beyond 32 bits, written as text so that no client rounds it.
#[Scalar]
impl ScalarType for BigInt {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => {
                text.parse().map(Self).map_err(|_| InputValueError::custom("write a whole number"))
            }
            Value::Number(number) => number
                .as_i64()
                .map(Self)
                .ok_or_else(|| InputValueError::custom("write a whole number of at most 64 bits")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An amount in minor units, such as cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyObject(pub Money);

/// A converted amount with the day and the source of the rate.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ConvertedMoney")]
pub struct Converted {
    /// The amount.
    value: MoneyObject,
    /// Day of the rate.
    rate_date: NaiveDate,
    /// Who published the rate.
    rate_source: String,
}

/// An amount as it was stated; it never changes with rates.
#[Object(name = "Money")]
impl MoneyObject {
    /// Minor units, such as cents.
    async fn amount_minor(&self) -> BigInt {
        BigInt(self.0.minor())
    }

    /// ISO 4217 code.
    async fn currency(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency())
    }

    /// For people, such as `EUR 42.0 m`.
    async fn display(&self) -> String {
        self.0.to_string()
    }

    /// The amount in another currency at the last dated rate; null where no dated rate is known.
    #[graphql(name = "in")]
    async fn in_currency(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which currency.")] currency: CurrencyCode,
    ) -> Result<Option<Converted>> {
        let app = ctx.data::<App>()?;
        let today = app.ranking.snapshot().catalog.today;
        Ok(app.reference.fx.convert(self.0, currency.0, today).map(|converted| Converted {
            value: MoneyObject(converted.money),
            rate_date: converted.rate_date,
            rate_source: converted.rate_source,
        }))
    }
}

/// Text with its language.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Text")]
pub struct TextObject {
    /// ISO 639 code.
    lang: String,
    /// The text.
    value: String,
    /// Whether a machine translated it.
    machine_translated: bool,
}

impl From<&Localized> for TextObject {
    fn from(text: &Localized) -> Self {
        Self {
            lang: text.lang().to_string(),
            value: text.value().to_owned(),
            machine_translated: text.machine_translated(),
        }
    }
}

/// Origin of a record and what in it is a sample.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Provenance")]
pub struct ProvenanceObject {
    /// Source and its own reference.
    source: Option<String>,
    /// Licence of the data.
    licence: Option<String>,
    /// Said wherever the record is shown, such as 'historical record replayed as if open'.
    label: Option<String>,
    /// Facts that are samples of the demo.
    sample_facts: Vec<String>,
}

impl From<&Provenance> for ProvenanceObject {
    fn from(provenance: &Provenance) -> Self {
        let text = |line: &Option<domain::value::SingleLine>| line.as_ref().map(ToString::to_string);
        Self {
            source: text(&provenance.source),
            licence: text(&provenance.licence),
            label: text(&provenance.label),
            sample_facts: provenance.sample_facts.clone(),
        }
    }
}

/// A country with dated facts.
#[derive(Debug, Clone)]
pub struct CountryObject(pub CountryCode, pub Option<Country>);

impl CountryObject {
    /// A country with the facts that the program carries.
    pub fn of(ctx: &Context<'_>, code: CountryCode) -> Result<Self> {
        let catalog = &ctx.data::<App>()?.ranking.snapshot().catalog;
        Ok(Self(code, catalog.world.countries.get(&code).cloned()))
    }
}

/// A country.
#[Object(name = "Country")]
impl CountryObject {
    /// ISO 3166-1 alpha-2.
    async fn code(&self) -> &str {
        self.0.alpha2()
    }
    /// English name.
    async fn name(&self) -> &str {
        self.1.as_ref().map_or_else(|| self.0.alpha2(), |country| country.name.as_str())
    }
    /// Subregion of the United Nations.
    async fn subregion(&self) -> Option<&str> {
        self.1.as_ref().map(|country| country.subregion.as_str())
    }
    /// World Bank income group.
    async fn income_group(&self) -> Option<Code<IncomeGroup>> {
        self.1.as_ref().and_then(|country| country.income_group).map(Code)
    }
    /// Share of people who use the internet, percent.
    async fn internet_users_pct(&self) -> Option<f64> {
        self.1.as_ref().and_then(|country| country.internet_users).map(|(pct, _)| pct.as_f64())
    }
    /// Year of that share.
    async fn internet_users_year(&self) -> Option<i32> {
        self.1.as_ref().and_then(|country| country.internet_users).map(|(_, year)| year)
    }
    /// Whether it is among the least developed.
    async fn least_developed(&self) -> bool {
        self.1.as_ref().is_some_and(|country| country.least_developed)
    }
}

/// Where a page lies in its list.
#[derive(Debug, Clone, SimpleObject, Default)]
pub struct PageInfo {
    /// Whether rows follow.
    pub has_next_page: bool,
    /// Whether rows lie before the page.
    pub has_previous_page: bool,
    /// Cursor of the first row.
    pub start_cursor: Option<String>,
    /// Cursor of the last row: ask for the next page after it.
    pub end_cursor: Option<String>,
}

/// A count for the API.
pub fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// How many candidates a gate removed.
#[derive(Debug, Clone, SimpleObject)]
pub struct ExcludedGate {
    /// The gate's key.
    pub gate: String,
    /// Candidates that fail it; one that fails two gates is counted at both.
    pub count: i64,
    /// Candidates that are listed although the gate lacks an operand.
    pub unknown: i64,
}

impl From<&matcher::rank::GateCount> for ExcludedGate {
    fn from(count: &matcher::rank::GateCount) -> Self {
        Self { gate: count.gate.to_owned(), count: number(count.failed), unknown: number(count.unknown) }
    }
}

/// The aggregate of an id through the request's loader, if there is one and the request's actor may see it.
///
/// # Errors
/// The database does not answer.
pub async fn find<T: Guarded>(ctx: &Context<'_>, id: Id<T>) -> Result<Option<Visible<T>>> {
    let found = ctx.data::<Rows<T>>()?.load_one(id).await.map_err(|error| {
        tracing::error!(error = ?error, "a loader failed");
        client_error(ErrorCode::Internal, None, ErrorCode::Internal.public_text())
    })?;
    let viewer = ctx.data::<Viewer>()?;
    Ok(found.and_then(|stored| viewer.see(stored)))
}

/// Those of some ids that the caller sees. They are loaded in one go, and once a request.
///
/// # Errors
/// The database does not answer.
pub(super) async fn present<T: Guarded>(
    ctx: &Context<'_>,
    ids: impl Iterator<Item = Id<T>>,
) -> Result<HashSet<Id<T>>> {
    let found = ctx.data::<Rows<T>>()?.load_many(ids).await.map_err(|error| {
        tracing::error!(error = ?error, "a loader failed");
        client_error(ErrorCode::Internal, None, ErrorCode::Internal.public_text())
    })?;
    let viewer = ctx.data::<Viewer>()?;
    Ok(found
        .into_iter()
        .filter(|(_, stored)| viewer.see(stored.clone()).is_some())
        .map(|(id, _)| id)
        .collect())
}

/// The aggregate of an id that another one names.
///
/// # Errors
/// There is none, or the database does not answer.
pub(super) async fn node<T: Guarded>(ctx: &Context<'_>, id: Id<T>) -> Result<Visible<T>> {
    find(ctx, id).await?.ok_or_else(|| missing(T::KIND.table()))
}

/// A Relay connection over stored aggregates: its edge, and how both are made from loaded rows.
macro_rules! connection {
    ($connection:ident, $edge:ident, $node:ident, $what:literal) => {
        #[doc = concat!("A page of ", $what, " in the order of their ids.")]
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $connection {
            /// Rows with cursors.
            edges: Vec<$edge>,
            /// Where the page lies.
            page_info: super::common::PageInfo,
            /// Rows of the whole list.
            total_count: i64,
        }

        #[doc = concat!("One of ", $what, " with its cursor.")]
        #[derive(Debug, async_graphql::SimpleObject)]
        pub struct $edge {
            /// Cursor.
            cursor: String,
            /// The row.
            node: $node,
        }

        impl From<(Vec<(String, $node)>, super::common::PageInfo, i64)> for $connection {
            fn from(
                (rows, page_info, total_count): (Vec<(String, $node)>, super::common::PageInfo, i64),
            ) -> Self {
                let edges = rows.into_iter().map(|(cursor, node)| $edge { cursor, node }).collect();
                Self { edges, page_info, total_count }
            }
        }
    };
}
pub(super) use connection;

/// There is no such thing.
pub(in crate::graphql) fn missing(what: &str) -> Error {
    client_error(ErrorCode::NotFound, None, format!("There is no such {what}."))
}

/// A typed id as the API shows it.
pub(super) fn global<T: Aggregate>(id: Id<T>) -> ID {
    ID(crate::id::encode_as(id))
}
