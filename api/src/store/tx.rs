//! Writing: one transaction, with its events.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use chrono::{DateTime, Utc};
use domain::{id::Id, organisation::Organisation};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, SimpleExpr},
};
use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    Aggregate, Kind, StoreError, Stored,
    aggregate::{CHUNK, read, select},
    audit::{self, Act},
    log,
    signal::Signal,
};

/// What a write did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A new row.
    Created,
    /// A new version.
    Changed,
    /// The same as before: nothing was written.
    Unchanged,
}

/// One row to be written under its source's key.
#[derive(Debug, Clone)]
pub struct Change<T> {
    /// The key under which its source knows it.
    pub source_key: String,
    /// The organisation whose it is.
    pub owner: Option<Id<Organisation>>,
    /// The aggregate.
    pub value: T,
}

/// A write in progress. Dropped without a commit, it leaves nothing behind.
#[derive(Debug)]
pub struct Tx {
    connection: DatabaseTransaction,
    signal: Signal,
    now_micros: i64,
    payload: serde_json::Value,
    /// In the order of the writes; numbered at the commit.
    changes: Mutex<Vec<log::Change>>,
    /// Who did it; chained at the commit.
    acts: Mutex<Vec<Act>>,
    /// Rung after the commit of a write that promised mail.
    mail: Arc<Notify>,
    promised: AtomicBool,
}

impl Tx {
    pub(super) fn new(
        tx: DatabaseTransaction,
        signal: Signal,
        mail: Arc<Notify>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            connection: tx,
            signal,
            now_micros: now.timestamp_micros(),
            payload: serde_json::json!({}),
            changes: Mutex::default(),
            acts: Mutex::default(),
            mail,
            promised: AtomicBool::new(false),
        }
    }

    /// Says in the events what they come from, such as `import`.
    #[must_use]
    pub fn caused_by(mut self, source: &'static str) -> Self {
        self.payload = serde_json::json!({"source": source});
        self
    }

    /// Numbers the events and makes the write last.
    ///
    /// # Errors
    /// The database refuses; then nothing of it is kept.
    pub async fn commit(self) -> Result<(), StoreError> {
        let changes = self.changes.into_inner().unwrap_or_else(PoisonError::into_inner);
        let acts = self.acts.into_inner().unwrap_or_else(PoisonError::into_inner);
        log::append(&self.connection, self.now_micros, &self.payload, &changes).await?;
        audit::append(&self.connection, self.now_micros, acts).await?;
        self.connection.commit().await?;
        self.signal.tell();
        if self.promised.into_inner() {
            self.mail.notify_one();
        }
        Ok(())
    }

    /// Gives the write up.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.connection.rollback().await?)
    }

    pub(super) const fn connection(&self) -> &DatabaseTransaction {
        &self.connection
    }

    /// When the write began, microseconds since 1970, UTC.
    pub const fn now_micros(&self) -> i64 {
        self.now_micros
    }

    pub(super) fn note(&self, change: log::Change) {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner).push(change);
    }

    /// Wakes who sends mail once this write is committed.
    pub(super) fn wake_mail(&self) {
        self.promised.store(true, Ordering::Relaxed);
    }

    /// Writes an act down; it is chained to those before it at the commit.
    pub fn audit(&self, act: Act) {
        self.acts.lock().unwrap_or_else(PoisonError::into_inner).push(act);
    }

    /// Writes a row that means nothing. Its key is negative and by chance, so that nobody waits for it.
    pub(super) async fn probe(&self) -> Result<(), StoreError> {
        let key = !((Uuid::now_v7().as_u128() & 0x7FFF_FFFF) as i32);
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new("event_counter"))
            .columns(["id", "last"].map(Alias::new))
            .values_panic(values([key.into(), 0_i64.into()]));
        self.connection.execute(&insert).await?;
        Ok(())
    }

    /// The stored aggregates of these keys, locked against other writes until this one ends.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn find_by_keys<T: Aggregate>(
        &self,
        keys: &[&str],
    ) -> Result<HashMap<String, Stored<T>>, StoreError> {
        let mut found = HashMap::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK) {
            let mut select = select::<T>();
            // Locked in one order, so that two writes do not wait for each other.
            select
                .and_where(Expr::col(Alias::new("source_key")).is_in(chunk.iter().copied()))
                .order_by(Alias::new("id"), Order::Asc)
                .lock_exclusive();
            for row in self.connection.query_all(&select).await? {
                let stored = read::<T>(&row)?;
                if let Some(key) = stored.source_key.clone() {
                    found.insert(key, stored);
                }
            }
        }
        Ok(found)
    }

    /// The ids of these keys, without their documents.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn ids_by_keys<T: Aggregate>(
        &self,
        keys: &[&str],
    ) -> Result<HashMap<String, Id<T>>, StoreError> {
        let mut found = HashMap::with_capacity(keys.len());
        for chunk in keys.chunks(CHUNK) {
            let mut select = Query::select();
            select
                .columns(["id", "source_key"].map(Alias::new))
                .from(Alias::new(T::KIND.table()))
                .and_where(Expr::col(Alias::new("source_key")).is_in(chunk.iter().copied()));
            for row in self.connection.query_all(&select).await? {
                found.insert(row.try_get("", "source_key")?, Id::from_uuid(row.try_get("", "id")?));
            }
        }
        Ok(found)
    }

    /// Writes rows under their sources' keys: new ones are inserted, changed ones get a new version, equal ones
    /// are left alone. One event a row that changed. A key must not stand twice.
    ///
    /// # Errors
    /// A conflict, or the database does not answer.
    pub async fn put<T: Aggregate>(&self, changes: Vec<Change<T>>) -> Result<Vec<Written>, StoreError> {
        let mut written = Vec::with_capacity(changes.len());
        for chunk in changes.chunks(CHUNK) {
            let keys: Vec<&str> = chunk.iter().map(|change| change.source_key.as_str()).collect();
            let stored = self.find_by_keys::<T>(&keys).await?;
            let mut insert = Query::insert();
            insert.into_table(Alias::new(T::KIND.table())).columns(
                ["id", "source_key", "owner_id", "version", "name", "body", "created_at", "updated_at"]
                    .map(Alias::new),
            );
            let mut news = 0_usize;
            let mut versions = Vec::new();
            for change in chunk {
                let body = document(&change.value)?;
                let outcome = match stored.get(&change.source_key) {
                    None => {
                        let id = Uuid::now_v7();
                        insert.values_panic(values([
                            id.into(),
                            change.source_key.clone().into(),
                            change.owner.map(Id::uuid).into(),
                            1.into(),
                            change.value.name().into(),
                            body.clone().into(),
                            self.now_micros.into(),
                            self.now_micros.into(),
                        ]));
                        news = news.saturating_add(1);
                        self.note(log::Change::new(T::KIND.table(), id, 1));
                        versions.push((id, 1, body));
                        Written::Created
                    }
                    Some(old) if old.value == change.value && old.owner == change.owner => Written::Unchanged,
                    Some(old) => {
                        let version = old.version.saturating_add(1);
                        self.update(old, version, change, &body).await?;
                        self.note(log::Change::new(T::KIND.table(), old.id.uuid(), version));
                        versions.push((old.id.uuid(), version, body));
                        Written::Changed
                    }
                };
                written.push(outcome);
            }
            if news > 0 {
                self.connection.execute(&insert).await?;
            }
            if T::KIND == Kind::Mandate {
                self.keep_versions(versions).await?;
            }
        }
        Ok(written)
    }

    async fn update<T: Aggregate>(
        &self,
        old: &Stored<T>,
        version: i32,
        change: &Change<T>,
        body: &serde_json::Value,
    ) -> Result<(), StoreError> {
        let mut update = Query::update();
        update
            .table(Alias::new(T::KIND.table()))
            .value(Alias::new("version"), version)
            .value(Alias::new("owner_id"), change.owner.map(Id::uuid))
            .value(Alias::new("name"), change.value.name())
            .value(Alias::new("body"), body.clone())
            .value(Alias::new("updated_at"), self.now_micros)
            .and_where(Expr::col(Alias::new("id")).eq(old.id.uuid()))
            .and_where(Expr::col(Alias::new("version")).eq(old.version));
        if self.connection.execute(&update).await?.rows_affected() == 1 {
            Ok(())
        } else {
            Err(StoreError::Stale { kind: T::KIND.table(), id: old.id.uuid() })
        }
    }

    pub(super) async fn keep_versions(
        &self,
        versions: Vec<(Uuid, i32, serde_json::Value)>,
    ) -> Result<(), StoreError> {
        if versions.is_empty() {
            return Ok(());
        }
        let mut insert = Query::insert();
        insert
            .into_table(Alias::new("mandate_version"))
            .columns(["mandate_id", "version", "body", "at"].map(Alias::new));
        for (id, version, body) in versions {
            insert.values_panic(values([id.into(), version.into(), body.into(), self.now_micros.into()]));
        }
        self.connection.execute(&insert).await?;
        Ok(())
    }
}

/// The key under which a city is stored.
pub fn city_key(geonames: u32) -> String {
    format!("geonames:{geonames}")
}

pub(super) fn document<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(value).map_err(StoreError::Document)
}

/// Values for an insert; their number is that of the columns, by the type of each call.
pub(super) fn values<const N: usize>(values: [sea_orm::Value; N]) -> [SimpleExpr; N] {
    values.map(SimpleExpr::from)
}
