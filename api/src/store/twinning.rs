//! Twinnings: pairs of stored cities, with what their sources say.

use std::collections::HashMap;

use domain::city::{City, Twinning};
use futures::TryStreamExt;
use sea_orm::{
    ConnectionTrait, QueryResult, StreamTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, Query},
};
use uuid::Uuid;

use super::{
    Store, StoreError, Tx, Written,
    aggregate::CHUNK,
    log,
    tx::{city_key, document, values},
};

const KIND: &str = "twinning";

struct Known {
    id: Uuid,
    version: i32,
    twinning: Twinning,
}

fn body(row: &QueryResult) -> Result<(Uuid, Twinning), StoreError> {
    let id: Uuid = row.try_get("", "id")?;
    let body: serde_json::Value = row.try_get("", "body")?;
    let twinning =
        serde_json::from_value(body).map_err(|source| StoreError::Corrupt { kind: KIND, id, source })?;
    Ok((id, twinning))
}

impl Store {
    /// All twinnings, in the order in which they were stored.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn twinnings(&self) -> Result<Vec<Twinning>, StoreError> {
        let mut select = Query::select();
        select
            .columns(["id", "body"].map(Alias::new))
            .from(Alias::new(KIND))
            .order_by(Alias::new("id"), Order::Asc);
        let rows = self.reader().stream(&select).await?;
        rows.map_err(StoreError::from)
            .and_then(|row| async move { body(&row).map(|(_, twinning)| twinning) })
            .try_collect()
            .await
    }
}

impl Tx {
    /// Writes twinnings: new ones are inserted, those of which the sources now say something else get a new
    /// version, equal ones are left alone. Those whose cities are not stored are answered with `None`. Of a pair
    /// that stands twice the first counts.
    ///
    /// # Errors
    /// The database does not answer, or another write came between.
    pub async fn put_twinnings(&self, twinnings: &[Twinning]) -> Result<Vec<Option<Written>>, StoreError> {
        let mut written = Vec::with_capacity(twinnings.len());
        let mut seen = std::collections::HashSet::new();
        for chunk in twinnings.chunks(CHUNK) {
            let keys: Vec<String> = chunk.iter().flat_map(|t| [city_key(t.a), city_key(t.b)]).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            let ids = self.ids_by_keys::<City>(&keys).await?;
            let pairs: Vec<Option<(Uuid, Uuid)>> = chunk
                .iter()
                .map(|t| Some((ids.get(&city_key(t.a))?.uuid(), ids.get(&city_key(t.b))?.uuid())))
                .collect();
            let known = self.known_twinnings(&pairs).await?;
            let mut insert = Query::insert();
            insert.into_table(Alias::new(KIND)).columns(
                ["id", "city_a", "city_b", "version", "body", "created_at", "updated_at"].map(Alias::new),
            );
            let mut created = false;
            for (twinning, pair) in chunk.iter().zip(&pairs) {
                let Some((a, b)) = pair else {
                    written.push(None);
                    continue;
                };
                written.push(Some(match known.get(&(*a, *b)) {
                    _ if !seen.insert((*a, *b)) => Written::Unchanged,
                    Some(old) if old.twinning == *twinning => Written::Unchanged,
                    Some(old) => {
                        self.update_twinning(old, twinning).await?;
                        Written::Changed
                    }
                    None => {
                        let id = Uuid::now_v7();
                        insert.values_panic(values([
                            id.into(),
                            (*a).into(),
                            (*b).into(),
                            1.into(),
                            document(twinning)?.into(),
                            self.now_micros().into(),
                            self.now_micros().into(),
                        ]));
                        created = true;
                        self.note(log::Change::new(KIND, id, 1));
                        Written::Created
                    }
                }));
            }
            if created {
                self.connection().execute(&insert).await?;
            }
        }
        Ok(written)
    }

    /// Says of two cities whether a source links them. What other sources say stays; a link without a source is none.
    ///
    /// # Errors
    /// The database does not answer, a document does not read, or another write came between.
    pub async fn link_by(&self, pair: &Twinning, source: &str, holds: bool) -> Result<(), StoreError> {
        let keys = [city_key(pair.a), city_key(pair.b)];
        let keys = keys.each_ref().map(String::as_str);
        let ids = self.ids_by_keys::<City>(&keys).await?;
        let (Some(a), Some(b)) = (ids.get(keys[0]), ids.get(keys[1])) else { return Ok(()) };
        let ids = (a.uuid(), b.uuid());
        let Some(old) = self.known_twinnings(&[Some(ids)]).await?.remove(&ids) else {
            if holds {
                let linked = Twinning { sources: vec![source.to_owned()], ..pair.clone() };
                self.put_twinnings(&[linked]).await?;
            }
            return Ok(());
        };
        let mut next = old.twinning.clone();
        next.sources.retain(|known| known != source);
        if holds {
            next.sources.push(source.to_owned());
        }
        if next.sources.is_empty() {
            let mut delete = Query::delete();
            delete
                .from_table(Alias::new(KIND))
                .and_where(Expr::col(Alias::new("id")).eq(old.id))
                .and_where(Expr::col(Alias::new("version")).eq(old.version));
            if self.connection().execute(&delete).await?.rows_affected() != 1 {
                return Err(StoreError::Stale { kind: KIND, id: old.id });
            }
            self.note(log::Change::new(KIND, old.id, old.version.saturating_add(1)));
        } else if next != old.twinning {
            self.update_twinning(&old, &next).await?;
        }
        Ok(())
    }

    /// Whether two cities are linked by another source than this one.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn is_linked_elsewhere(
        &self,
        one: domain::id::Id<City>,
        other: domain::id::Id<City>,
        source: &str,
    ) -> Result<bool, StoreError> {
        let (x, y) = (one.uuid(), other.uuid());
        let mut select = Query::select();
        select
            .columns(["id", "body"].map(Alias::new))
            .from(Alias::new(KIND))
            .and_where(Expr::col(Alias::new("city_a")).is_in([x, y]))
            .and_where(Expr::col(Alias::new("city_b")).is_in([x, y]));
        let row = self.connection().query_one(&select).await?;
        let found = row.as_ref().map(body).transpose()?;
        Ok(found.is_some_and(|(_, twinning)| twinning.sources.iter().any(|known| known != source)))
    }

    async fn update_twinning(&self, old: &Known, twinning: &Twinning) -> Result<(), StoreError> {
        let version = old.version.saturating_add(1);
        let mut update = Query::update();
        update
            .table(Alias::new(KIND))
            .value(Alias::new("version"), version)
            .value(Alias::new("body"), document(twinning)?)
            .value(Alias::new("updated_at"), self.now_micros())
            .and_where(Expr::col(Alias::new("id")).eq(old.id))
            .and_where(Expr::col(Alias::new("version")).eq(old.version));
        if self.connection().execute(&update).await?.rows_affected() != 1 {
            return Err(StoreError::Stale { kind: KIND, id: old.id });
        }
        self.note(log::Change::new(KIND, old.id, version));
        Ok(())
    }

    async fn known_twinnings(
        &self,
        pairs: &[Option<(Uuid, Uuid)>],
    ) -> Result<HashMap<(Uuid, Uuid), Known>, StoreError> {
        let cities: Vec<Uuid> = pairs.iter().flatten().map(|(a, _)| *a).collect();
        let mut select = Query::select();
        select
            .columns(["id", "city_a", "city_b", "version", "body"].map(Alias::new))
            .from(Alias::new(KIND))
            .and_where(Expr::col(Alias::new("city_a")).is_in(cities))
            .order_by(Alias::new("id"), Order::Asc)
            .lock_exclusive();
        let mut known = HashMap::new();
        for row in self.connection().query_all(&select).await? {
            let (id, twinning) = body(&row)?;
            let pair = (row.try_get("", "city_a")?, row.try_get("", "city_b")?);
            known.insert(pair, Known { id, version: row.try_get("", "version")?, twinning });
        }
        Ok(known)
    }
}
