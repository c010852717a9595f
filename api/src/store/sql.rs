//! Short forms of the statements that the store is made of. Names of tables and columns are constants of the
//! program; everything else is a bound value.

use sea_orm::{
    ConnectionTrait, QueryResult, TryGetable, Value,
    sea_query::{
        Alias, DeleteStatement, Expr, ExprTrait, InsertStatement, Query, SelectStatement, SimpleExpr,
        UpdateStatement,
    },
};

use super::StoreError;

/// A new row.
pub(super) fn insert<const N: usize>(table: &str, row: [(&'static str, Value); N]) -> InsertStatement {
    let mut insert = Query::insert();
    let (columns, values): (Vec<_>, Vec<_>) =
        row.into_iter().map(|(column, value)| (Alias::new(column), SimpleExpr::from(value))).unzip();
    insert.into_table(Alias::new(table)).columns(columns).values_panic(values);
    insert
}

/// Rows of one statement at most, where many are written.
const ROWS: usize = 64;

/// Statements that write many new rows. Their numbers of rows are few, so that a database has few of them to keep ready.
pub(super) fn inserts<const N: usize>(
    table: &str,
    rows: Vec<[(&'static str, Value); N]>,
) -> Vec<InsertStatement> {
    let mut statements = Vec::new();
    let (mut rows, mut room) = (rows.into_iter().peekable(), ROWS);
    while let Some(first) = rows.peek() {
        let columns = first.each_ref().map(|(column, _)| Alias::new(*column));
        while room > rows.len() {
            // From there on by half.
            room = room.div_euclid(2).max(1);
        }
        let mut insert = Query::insert();
        insert.into_table(Alias::new(table)).columns(columns);
        for row in rows.by_ref().take(room) {
            insert.values_panic(row.map(|(_, value)| SimpleExpr::from(value)));
        }
        statements.push(insert);
    }
    statements
}

/// A change of the rows for which all conditions hold.
pub(super) fn update<const N: usize>(
    table: &str,
    set: [(&'static str, Value); N],
    conditions: impl IntoIterator<Item = SimpleExpr>,
) -> UpdateStatement {
    let mut update = Query::update();
    update.table(Alias::new(table)).values(set.map(|(column, value)| (Alias::new(column), value.into())));
    for condition in conditions {
        update.and_where(condition);
    }
    update
}

/// The rows for which all conditions hold.
pub(super) fn select<const N: usize>(
    table: &str,
    columns: [&'static str; N],
    conditions: impl IntoIterator<Item = SimpleExpr>,
) -> SelectStatement {
    let mut select = Query::select();
    select.columns(columns.map(Alias::new)).from(Alias::new(table));
    for condition in conditions {
        select.and_where(condition);
    }
    select
}

/// How many rows there are for which all conditions hold.
pub(super) async fn count<C: ConnectionTrait>(
    connection: &C,
    table: &str,
    conditions: impl IntoIterator<Item = SimpleExpr> + Send,
) -> Result<u64, StoreError> {
    let mut count = select(table, [], conditions);
    count.expr(Expr::cust("COUNT(*)"));
    let row = connection.query_one(&count).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Takes the rows away for which all conditions hold.
pub(super) fn delete(table: &str, conditions: impl IntoIterator<Item = SimpleExpr>) -> DeleteStatement {
    let mut delete = Query::delete();
    delete.from_table(Alias::new(table));
    for condition in conditions {
        delete.and_where(condition);
    }
    delete
}

/// A column is equal to a value.
pub(super) fn is(column: &str, value: impl Into<Value>) -> SimpleExpr {
    Expr::col(Alias::new(column)).eq(value.into())
}

/// A column has no value.
pub(super) fn is_null(column: &str) -> SimpleExpr {
    Expr::col(Alias::new(column)).is_null()
}

/// A column is above a value.
pub(super) fn above(column: &str, value: impl Into<Value>) -> SimpleExpr {
    Expr::col(Alias::new(column)).gt(value.into())
}

/// The condition that a column is below a value.
pub(super) fn below(column: &str, value: impl Into<Value>) -> SimpleExpr {
    Expr::col(Alias::new(column)).lt(value.into())
}

/// A column of a row.
pub(super) fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, StoreError> {
    Ok(row.try_get("", column)?)
}
