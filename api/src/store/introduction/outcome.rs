//! The outcome ladder: a row for each rung that an introduction reached, counted by field and pair of countries.

use domain::{
    Vocabulary,
    id::Id,
    introduction::Introduction,
    organisation::Organisation,
    project::Project,
    value::{CountryCode, Money},
    vocabulary::{CooperationField, TransactionRung},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, OnConflict, Order, Query},
};

use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    sql::{get, insert, is},
};

/// A rung that was reached.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// By which introduction.
    pub introduction: Id<Introduction>,
    /// Of which investor, with which project.
    pub pair: (Id<Organisation>, Id<Project>),
    /// Which rung.
    pub rung: TransactionRung,
    /// The project's main field.
    pub field: Option<CooperationField>,
    /// The investor's country.
    pub from: Option<CountryCode>,
    /// The project's country.
    pub to: Option<CountryCode>,
    /// The amount, where one was named.
    pub amount: Option<Money>,
    /// The amount in cents of the euro at the day's rate, where one is known.
    pub euro_cents: Option<i64>,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

/// How many introductions reached a rung, for one field and pair of countries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowRow {
    /// The rung.
    pub rung: TransactionRung,
    /// The field.
    pub field: Option<CooperationField>,
    /// The investor's country.
    pub from: Option<CountryCode>,
    /// The project's country.
    pub to: Option<CountryCode>,
    /// How many.
    pub count: u64,
    /// Their sum in cents of the euro, of those whose rate was known.
    pub euro_cents: i64,
}

impl Tx {
    /// Notes that a rung was reached; a rung that is reached again, after a reopening, counts once. Interest and pledges
    /// bind nobody: of an investor and a project they count once however often they begin anew, and the last one stands.
    /// Otherwise a pair alone could lift a small group until it is told.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn reach(&self, outcome: &Outcome) -> Result<(), StoreError> {
        let country = |country: Option<CountryCode>| country.map(|country| country.alpha2().to_owned());
        let mut introduction = outcome.introduction.uuid();
        if matches!(outcome.rung, TransactionRung::Interest | TransactionRung::Pledge) {
            introduction = self.reached_before(outcome).await?.unwrap_or(introduction);
        }
        let row = [
            ("introduction_id", introduction.into()),
            ("rung", outcome.rung.code().into()),
            ("field", outcome.field.map(Vocabulary::code).into()),
            ("from_country", country(outcome.from).into()),
            ("to_country", country(outcome.to).into()),
            ("currency", outcome.amount.map(|amount| amount.currency().code().to_owned()).into()),
            ("minor", outcome.amount.map(Money::minor).into()),
            ("euro_cents", outcome.euro_cents.into()),
            ("at", outcome.at.into()),
        ];
        let mut statement = insert("outcome", row);
        let mut again = OnConflict::columns(["introduction_id", "rung"].map(Alias::new));
        again.update_columns(["currency", "minor", "euro_cents", "at"].map(Alias::new));
        self.connection().execute(statement.on_conflict(again)).await?;
        Ok(())
    }

    /// The introduction by which the same pair reached a rung first, where one did.
    async fn reached_before(&self, outcome: &Outcome) -> Result<Option<Uuid>, StoreError> {
        let (investor, project) = outcome.pair;
        let of = |table: &str, name: &str| Expr::col((Alias::new(table), Alias::new(name)));
        let mut rows = Query::select();
        rows.expr_as(of("outcome", "introduction_id"), Alias::new("introduction_id"))
            .from(Alias::new("introduction"))
            .inner_join(
                Alias::new("outcome"),
                of("outcome", "introduction_id").equals((Alias::new("introduction"), Alias::new("id"))),
            )
            .and_where(of("introduction", "project_id").eq(project.uuid()))
            .and_where(of("introduction", "investor_id").eq(investor.uuid()))
            .and_where(of("outcome", "rung").eq(outcome.rung.code()))
            .order_by((Alias::new("outcome"), Alias::new("introduction_id")), Order::Asc)
            .limit(1);
        let row = self.connection().query_one(&rows).await?;
        row.map(|row| get(&row, "introduction_id")).transpose()
    }
}

impl Store {
    /// Counts of all rungs, by field and pair of countries; of one pair alone where it is named.
    ///
    /// # Errors
    /// The database does not answer, or a code does not read.
    pub async fn flows(
        &self,
        from: Option<CountryCode>,
        to: Option<CountryCode>,
    ) -> Result<Vec<FlowRow>, StoreError> {
        let columns = ["rung", "field", "from_country", "to_country"].map(Alias::new);
        let mut rows = Query::select();
        rows.columns(columns.clone())
            .expr_as(Expr::cust("COUNT(*)"), Alias::new("reached"))
            .expr_as(Expr::cust("CAST(COALESCE(SUM(euro_cents), 0) AS BIGINT)"), Alias::new("euro"))
            .from(Alias::new("outcome"))
            .group_by_columns(columns);
        if let Some(from) = from {
            rows.and_where(is("from_country", from.alpha2()));
        }
        if let Some(to) = to {
            rows.and_where(is("to_country", to.alpha2()));
        }
        rows.and_where(Expr::col(Alias::new("rung")).is_not_null());
        let rows = self.reader().query_all(&rows).await?;
        rows.iter()
            .filter_map(|row| {
                // A rung that this program does not know cannot be counted under another name.
                let rung = match get::<String>(row, "rung") {
                    Ok(code) => TransactionRung::from_code(&code).ok()?,
                    Err(error) => return Some(Err(error)),
                };
                Some(flow(row, rung))
            })
            .collect()
    }
}

fn flow(row: &QueryResult, rung: TransactionRung) -> Result<FlowRow, StoreError> {
    let code = |column: &str| get::<Option<String>>(row, column);
    let country = |code: Option<String>| code.and_then(|code| code.parse().ok());
    let reached: i64 = get(row, "reached")?;
    Ok(FlowRow {
        rung,
        field: code("field")?.and_then(|code| CooperationField::from_code(&code).ok()),
        from: country(code("from_country")?),
        to: country(code("to_country")?),
        count: u64::try_from(reached).unwrap_or(0),
        euro_cents: get(row, "euro")?,
    })
}
