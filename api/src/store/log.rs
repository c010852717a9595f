//! The log of committed changes.
//!
//! Numbers come from a counter row that is locked from the numbering to the commit, so the log has no gaps and its
//! order is that of the commits: who has read up to a number has missed nothing before it. The numbering is the last
//! thing before a commit, so that a long write does not keep others waiting for the counter.

use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{Alias, Expr, ExprTrait, Order, Query},
};
use uuid::Uuid;

use super::{Store, StoreError, aggregate::CHUNK, signal, tx::values};

/// An event of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its number; the log has no gaps.
    pub seq: i64,
    /// When the write began, microseconds since 1970, UTC.
    pub at: i64,
    /// What happened, such as `project.changed`.
    pub kind: String,
    /// To what kind of aggregate.
    pub aggregate_kind: String,
    /// To which one.
    pub aggregate_id: Uuid,
    /// Its version after the event.
    pub aggregate_version: i32,
    /// What else is known, such as `{"source": "import"}`.
    pub payload: serde_json::Value,
}

/// What a write did to one record; it gets its number when the write is committed.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) kind: String,
    pub(super) aggregate_kind: &'static str,
    pub(super) aggregate_id: Uuid,
    pub(super) aggregate_version: i32,
}

impl Change {
    /// Version 1 is a creation.
    pub(super) fn new(aggregate_kind: &'static str, aggregate_id: Uuid, aggregate_version: i32) -> Self {
        let what = if aggregate_version == 1 { "created" } else { "changed" };
        Self { kind: format!("{aggregate_kind}.{what}"), aggregate_kind, aggregate_id, aggregate_version }
    }
}

/// Numbers the changes of a write and appends them; nothing else may be written after it.
pub(super) async fn append(
    tx: &DatabaseTransaction,
    at: i64,
    payload: &serde_json::Value,
    changes: &[Change],
) -> Result<(), StoreError> {
    let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    if count == 0 {
        return Ok(());
    }
    let mut seq = take_numbers(tx, count).await?;
    for chunk in changes.chunks(CHUNK) {
        let mut insert = Query::insert();
        insert.into_table(Alias::new("event")).columns(
            ["seq", "at", "kind", "aggregate_kind", "aggregate_id", "aggregate_version", "payload"]
                .map(Alias::new),
        );
        for change in chunk {
            insert.values_panic(values([
                seq.into(),
                at.into(),
                change.kind.clone().into(),
                change.aggregate_kind.into(),
                change.aggregate_id.into(),
                change.aggregate_version.into(),
                payload.clone().into(),
            ]));
            seq = seq.saturating_add(1);
        }
        tx.execute(&insert).await?;
    }
    Ok(())
}

/// Takes the next numbers, holds the counter until the commit, and has the commit tell who follows. Answers the first.
/// All other writes wait from here on, so it is one question and not two.
async fn take_numbers(tx: &DatabaseTransaction, count: i64) -> Result<i64, StoreError> {
    let last = Alias::new("last");
    let mut update = Query::update();
    update
        .table(Alias::new("event_counter"))
        .value(last.clone(), Expr::col(last.clone()).add(count))
        .and_where(Expr::col(Alias::new("id")).eq(1))
        .returning(
            Query::returning().exprs(std::iter::once(Expr::col(last)).chain(signal::told_at_commit(tx))),
        );
    let row = tx.query_one(&update).await?.ok_or(StoreError::CounterLost)?;
    let last: i64 = row.try_get_by_index(0)?;
    Ok(last.saturating_sub(count).saturating_add(1))
}

impl Store {
    /// Number of the last event; 0 before the first.
    ///
    /// # Errors
    /// The database does not answer, or lost its counter.
    pub async fn last_seq(&self) -> Result<i64, StoreError> {
        let mut select = Query::select();
        select
            .column(Alias::new("last"))
            .from(Alias::new("event_counter"))
            .and_where(Expr::col(Alias::new("id")).eq(1));
        let row = self.reader().query_one(&select).await?.ok_or(StoreError::CounterLost)?;
        Ok(row.try_get_by_index(0)?)
    }

    /// At most `limit` events after a number, in order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn events_after(&self, seq: i64, limit: u64) -> Result<Vec<Event>, StoreError> {
        let mut select = Query::select();
        select
            .columns(
                ["seq", "at", "kind", "aggregate_kind", "aggregate_id", "aggregate_version", "payload"]
                    .map(Alias::new),
            )
            .from(Alias::new("event"))
            .and_where(Expr::col(Alias::new("seq")).gt(seq))
            .order_by(Alias::new("seq"), Order::Asc)
            .limit(limit);
        let rows = self.reader().query_all(&select).await?;
        rows.iter()
            .map(|row| {
                Ok(Event {
                    seq: row.try_get("", "seq")?,
                    at: row.try_get("", "at")?,
                    kind: row.try_get("", "kind")?,
                    aggregate_kind: row.try_get("", "aggregate_kind")?,
                    aggregate_id: row.try_get("", "aggregate_id")?,
                    aggregate_version: row.try_get("", "aggregate_version")?,
                    payload: row.try_get("", "payload")?,
                })
            })
            .collect()
    }
}
