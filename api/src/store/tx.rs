//! Writing: one transaction, with its events numbered from the counter row.

use std::collections::HashMap;

use domain::{
    city::{City, Twinning},
    id::Id,
    organisation::Organisation,
};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{Alias, Expr, ExprTrait, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Aggregate, Kind, StoreError, Stored,
    aggregate::{CHUNK, read, select},
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
    tx: DatabaseTransaction,
    now_micros: i64,
}

struct NewEvent {
    kind: String,
    aggregate_kind: &'static str,
    aggregate_id: Uuid,
    aggregate_version: i32,
}

impl Tx {
    pub(super) fn new(tx: DatabaseTransaction) -> Self {
        Self { tx, now_micros: chrono::Utc::now().timestamp_micros() }
    }

    /// Makes the write last.
    ///
    /// # Errors
    /// The database refuses; then nothing of it is kept.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }

    /// Gives the write up.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.tx.rollback().await?)
    }

    pub(super) async fn touch_counter(&self) -> Result<(), StoreError> {
        self.take_numbers(0).await.map(|_| ())
    }

    /// Takes the next numbers of the log and holds the counter until the commit. Answers the first.
    async fn take_numbers(&self, count: i64) -> Result<i64, StoreError> {
        let last = Alias::new("last");
        let mut update = Query::update();
        update
            .table(Alias::new("event_counter"))
            .value(last.clone(), Expr::col(last.clone()).add(count))
            .and_where(Expr::col(Alias::new("id")).eq(1))
            .returning_col(last);
        let row = self.tx.query_one(&update).await?;
        let last: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(last.saturating_sub(count).saturating_add(1))
    }

    async fn append(&self, events: Vec<NewEvent>) -> Result<(), StoreError> {
        let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
        if count == 0 {
            return Ok(());
        }
        let mut seq = self.take_numbers(count).await?;
        for chunk in events.chunks(CHUNK) {
            let mut insert = Query::insert();
            insert.into_table(Alias::new("event")).columns(
                ["seq", "at", "kind", "aggregate_kind", "aggregate_id", "aggregate_version", "payload"]
                    .map(Alias::new),
            );
            for event in chunk {
                insert.values_panic(values([
                    seq.into(),
                    self.now_micros.into(),
                    event.kind.clone().into(),
                    event.aggregate_kind.into(),
                    event.aggregate_id.into(),
                    event.aggregate_version.into(),
                    serde_json::json!({}).into(),
                ]));
                seq = seq.saturating_add(1);
            }
            self.tx.execute(&insert).await?;
        }
        Ok(())
    }

    /// The stored aggregates of these keys.
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
            select.and_where(Expr::col(Alias::new("source_key")).is_in(chunk.iter().copied()));
            for row in self.tx.query_all(&select).await? {
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
            for row in self.tx.query_all(&select).await? {
                found.insert(row.try_get("", "source_key")?, Id::from_uuid(row.try_get("", "id")?));
            }
        }
        Ok(found)
    }

    /// Writes rows under their sources' keys: new ones are inserted, changed ones get a new version, equal ones
    /// are left alone. One event a row that changed.
    ///
    /// # Errors
    /// A conflict, or the database does not answer.
    pub async fn put<T: Aggregate>(&self, changes: Vec<Change<T>>) -> Result<Vec<Written>, StoreError> {
        let mut written = Vec::with_capacity(changes.len());
        for chunk in changes.chunks(CHUNK) {
            let keys: Vec<&str> = chunk.iter().map(|change| change.source_key.as_str()).collect();
            let stored = self.find_by_keys::<T>(&keys).await?;
            let mut events = Vec::new();
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
                        events.push(event::<T>(id, 1));
                        versions.push((id, 1, body));
                        Written::Created
                    }
                    Some(old) if old.value == change.value && old.owner == change.owner => Written::Unchanged,
                    Some(old) => {
                        let version = old.version.saturating_add(1);
                        self.update(old, version, change, &body).await?;
                        events.push(event::<T>(old.id.uuid(), version));
                        versions.push((old.id.uuid(), version, body));
                        Written::Changed
                    }
                };
                written.push(outcome);
            }
            if news > 0 {
                self.tx.execute(&insert).await?;
            }
            if T::KIND == Kind::Mandate {
                self.keep_versions(versions).await?;
            }
            self.append(events).await?;
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
        self.tx.execute(&update).await?;
        Ok(())
    }

    async fn keep_versions(&self, versions: Vec<(Uuid, i32, serde_json::Value)>) -> Result<(), StoreError> {
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
        self.tx.execute(&insert).await?;
        Ok(())
    }

    /// Writes twinnings; those whose cities are not stored are answered with `None`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn put_twinnings(&self, twinnings: &[Twinning]) -> Result<Vec<Option<Written>>, StoreError> {
        let mut written = Vec::with_capacity(twinnings.len());
        for chunk in twinnings.chunks(CHUNK) {
            let keys: Vec<String> = chunk.iter().flat_map(|t| [city_key(t.a), city_key(t.b)]).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let ids = self.ids_by_keys::<City>(&keys).await?;
            let pairs: Vec<Option<(Uuid, Uuid)>> = chunk
                .iter()
                .map(|t| Some((ids.get(&city_key(t.a))?.uuid(), ids.get(&city_key(t.b))?.uuid())))
                .collect();
            let known = self.twinned_pairs(&pairs).await?;
            let mut insert = Query::insert();
            insert
                .into_table(Alias::new("twinning"))
                .columns(["id", "city_a", "city_b", "body", "created_at"].map(Alias::new));
            let mut events = Vec::new();
            let mut seen = std::collections::HashSet::new();
            for (twinning, pair) in chunk.iter().zip(&pairs) {
                written.push(match pair {
                    None => None,
                    Some(pair) if known.contains(pair) || !seen.insert(*pair) => Some(Written::Unchanged),
                    Some((a, b)) => {
                        let id = Uuid::now_v7();
                        insert.values_panic(values([
                            id.into(),
                            (*a).into(),
                            (*b).into(),
                            document(twinning)?.into(),
                            self.now_micros.into(),
                        ]));
                        events.push(NewEvent {
                            kind: "twinning.created".to_owned(),
                            aggregate_kind: "twinning",
                            aggregate_id: id,
                            aggregate_version: 1,
                        });
                        Some(Written::Created)
                    }
                });
            }
            if !events.is_empty() {
                self.tx.execute(&insert).await?;
                self.append(events).await?;
            }
        }
        Ok(written)
    }

    async fn twinned_pairs(
        &self,
        pairs: &[Option<(Uuid, Uuid)>],
    ) -> Result<std::collections::HashSet<(Uuid, Uuid)>, StoreError> {
        let cities: Vec<Uuid> = pairs.iter().flatten().map(|(a, _)| *a).collect();
        let mut select = Query::select();
        select
            .columns(["city_a", "city_b"].map(Alias::new))
            .from(Alias::new("twinning"))
            .and_where(Expr::col(Alias::new("city_a")).is_in(cities));
        let rows = self.tx.query_all(&select).await?;
        rows.iter().map(|row| Ok((row.try_get("", "city_a")?, row.try_get("", "city_b")?))).collect()
    }
}

/// The key under which a city is stored.
pub fn city_key(geonames: u32) -> String {
    format!("geonames:{geonames}")
}

fn event<T: Aggregate>(id: Uuid, version: i32) -> NewEvent {
    let what = if version == 1 { "created" } else { "changed" };
    NewEvent {
        kind: format!("{}.{what}", T::KIND.table()),
        aggregate_kind: T::KIND.table(),
        aggregate_id: id,
        aggregate_version: version,
    }
}

fn document<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(value).map_err(|source| StoreError::Corrupt {
        kind: "document",
        id: Uuid::nil(),
        source,
    })
}

/// Values for an insert; their number is that of the columns, by the type of each call.
fn values<const N: usize>(values: [sea_orm::Value; N]) -> [SimpleExpr; N] {
    values.map(SimpleExpr::from)
}
