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
    sea_query::{Alias, Expr, ExprTrait, Func, OnConflict, Order, Query, SelectStatement},
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
}

/// How many introductions of an investor and an owner reached a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contribution {
    /// The rung.
    pub rung: TransactionRung,
    /// The investor's country and the project's, where both are known.
    pub way: Option<(CountryCode, CountryCode)>,
    /// The investor.
    pub investor: Uuid,
    /// The owner.
    pub owner: Uuid,
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

/// The code of a row's rung; none where this program does not know it, which cannot be counted under another name.
fn rung_of(row: &QueryResult) -> Result<Option<TransactionRung>, StoreError> {
    Ok(TransactionRung::from_code(&get::<String>(row, "rung")?).ok())
}

/// The rows of one pair of countries alone, where it is named.
fn between(rows: &mut SelectStatement, way: Option<(CountryCode, CountryCode)>) {
    if let Some((from, to)) = way {
        rows.and_where(is("from_country", from.alpha2())).and_where(is("to_country", to.alpha2()));
    }
}

impl Store {
    /// Counts of all rungs, by field and pair of countries; of one pair alone where it is named.
    ///
    /// # Errors
    /// The database does not answer, or a code does not read.
    pub async fn flows(&self, way: Option<(CountryCode, CountryCode)>) -> Result<Vec<FlowRow>, StoreError> {
        let columns = ["rung", "field", "from_country", "to_country"].map(Alias::new);
        let mut rows = Query::select();
        rows.columns(columns.clone())
            .expr_as(Expr::cust("COUNT(*)"), Alias::new("reached"))
            .from(Alias::new("outcome"))
            .group_by_columns(columns);
        between(&mut rows, way);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter().filter_map(|row| rung_of(row).transpose().map(|rung| flow(row, rung?))).collect()
    }

    /// Who reached which of some rungs from one country to another, by investor and owner; of one pair of countries alone
    /// where it is named. Sums are of what was reached before a time, microseconds since 1970, UTC.
    ///
    /// # Errors
    /// The database does not answer, or a code does not read.
    pub async fn contributions(
        &self,
        way: Option<(CountryCode, CountryCode)>,
        rungs: &[TransactionRung],
        before: i64,
    ) -> Result<Vec<Contribution>, StoreError> {
        let of = |table: &str, name: &str| (Alias::new(table), Alias::new(name));
        let columns = [
            of("outcome", "rung"),
            of("outcome", "from_country"),
            of("outcome", "to_country"),
            of("introduction", "investor_id"),
            of("introduction", "owner_id"),
        ];
        let codes = rungs.iter().map(|rung| rung.code());
        let mut rows = Query::select();
        let is_settled = Expr::col(of("outcome", "at")).lt(before);
        let settled = Expr::case(is_settled, Expr::col(of("outcome", "euro_cents"))).finally(Expr::value(0));
        let sum = Func::coalesce([Expr::from(Func::sum(settled)), Expr::value(0)]);
        rows.columns(columns.clone())
            .expr_as(Expr::cust("COUNT(*)"), Alias::new("reached"))
            .expr_as(Func::cast_as(sum, Alias::new("BIGINT")), Alias::new("euro"))
            .from(Alias::new("outcome"))
            .inner_join(
                Alias::new("introduction"),
                Expr::col(of("outcome", "introduction_id")).equals(of("introduction", "id")),
            )
            .and_where(Expr::col(of("outcome", "rung")).is_in(codes))
            .group_by_columns(columns);
        between(&mut rows, way);
        let rows = self.reader().query_all(&rows).await?;
        let contribution = |row, rung| {
            Ok(Contribution {
                rung,
                way: country(row, "from_country")?.zip(country(row, "to_country")?),
                investor: get(row, "investor_id")?,
                owner: get(row, "owner_id")?,
                count: reached(row)?,
                euro_cents: get(row, "euro")?,
            })
        };
        rows.iter().filter_map(|row| rung_of(row).transpose().map(|rung| contribution(row, rung?))).collect()
    }
}

fn country(row: &QueryResult, column: &str) -> Result<Option<CountryCode>, StoreError> {
    Ok(get::<Option<String>>(row, column)?.and_then(|code| code.parse().ok()))
}

fn reached(row: &QueryResult) -> Result<u64, StoreError> {
    Ok(u64::try_from(get::<i64>(row, "reached")?).unwrap_or(0))
}

fn flow(row: &QueryResult, rung: TransactionRung) -> Result<FlowRow, StoreError> {
    let code = |column: &str| get::<Option<String>>(row, column);
    Ok(FlowRow {
        rung,
        field: code("field")?.and_then(|code| CooperationField::from_code(&code).ok()),
        from: country(row, "from_country")?,
        to: country(row, "to_country")?,
        count: reached(row)?,
    })
}
