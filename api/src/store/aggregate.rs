//! Reading aggregates: by id, by the source's own key, and all of them as a stream.

use std::collections::HashMap;

use domain::{
    city::{City, Twinning},
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
};
use futures::{Stream, StreamExt, TryStreamExt};
use sea_orm::{
    ConnectionTrait, QueryResult, StreamTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement},
};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{Store, StoreError};

/// Kind of aggregate, as in ids, events and tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Organisations.
    Organisation,
    /// Projects.
    Project,
    /// Mandates.
    Mandate,
    /// Cities.
    City,
}

impl Kind {
    /// The table's name.
    pub const fn table(self) -> &'static str {
        match self {
            Self::Organisation => "organisation",
            Self::Project => "project",
            Self::Mandate => "mandate",
            Self::City => "city",
        }
    }
}

/// An aggregate that is stored as a document.
pub trait Aggregate:
    Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + Unpin + 'static
{
    /// Its kind.
    const KIND: Kind;
    /// Its name, for people who look into the database.
    fn name(&self) -> String;
}

impl Aggregate for Organisation {
    const KIND: Kind = Kind::Organisation;
    fn name(&self) -> String {
        self.name.to_string()
    }
}
impl Aggregate for Project {
    const KIND: Kind = Kind::Project;
    fn name(&self) -> String {
        self.title.value().to_owned()
    }
}
impl Aggregate for Mandate {
    const KIND: Kind = Kind::Mandate;
    fn name(&self) -> String {
        self.name.to_string()
    }
}
impl Aggregate for City {
    const KIND: Kind = Kind::City;
    fn name(&self) -> String {
        self.name.to_string()
    }
}

/// A stored aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored<T> {
    /// Its id.
    pub id: Id<T>,
    /// Rises with every change, from 1.
    pub version: i32,
    /// The key under which its source knows it.
    pub source_key: Option<String>,
    /// The organisation whose it is; none for organisations and cities.
    pub owner: Option<Id<Organisation>>,
    /// Last change, microseconds since 1970, UTC.
    pub updated_at: i64,
    /// The aggregate.
    pub value: T,
}

/// Rows asked for at once, well under the limits on bound values.
pub(super) const CHUNK: usize = 500;

pub(super) fn select<T: Aggregate>() -> SelectStatement {
    let mut select = Query::select();
    select
        .columns(["id", "version", "source_key", "owner_id", "updated_at", "body"].map(Alias::new))
        .from(Alias::new(T::KIND.table()));
    select
}

pub(super) fn read<T: Aggregate>(row: &QueryResult) -> Result<Stored<T>, StoreError> {
    let id: Uuid = row.try_get("", "id")?;
    let body: serde_json::Value = row.try_get("", "body")?;
    let value = serde_json::from_value(body).map_err(|source| StoreError::Corrupt {
        kind: T::KIND.table(),
        id,
        source,
    })?;
    Ok(Stored {
        id: Id::from_uuid(id),
        version: row.try_get("", "version")?,
        source_key: row.try_get("", "source_key")?,
        owner: row.try_get::<Option<Uuid>>("", "owner_id")?.map(Id::from_uuid),
        updated_at: row.try_get("", "updated_at")?,
        value,
    })
}

impl Store {
    /// The aggregates of these ids that exist.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn find<T: Aggregate>(&self, ids: &[Id<T>]) -> Result<HashMap<Id<T>, Stored<T>>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for chunk in ids.chunks(CHUNK) {
            let mut select = select::<T>();
            select.and_where(Expr::col(Alias::new("id")).is_in(chunk.iter().map(|id| id.uuid())));
            for row in self.reader().query_all(&select).await? {
                let stored = read::<T>(&row)?;
                found.insert(stored.id, stored);
            }
        }
        Ok(found)
    }

    /// The aggregate of a source's key.
    ///
    /// # Errors
    /// The database does not answer, or the document does not read.
    pub async fn find_by_key<T: Aggregate>(&self, key: &str) -> Result<Option<Stored<T>>, StoreError> {
        let mut select = select::<T>();
        select.and_where(Expr::col(Alias::new("source_key")).eq(key));
        self.reader().query_one(&select).await?.as_ref().map(read).transpose()
    }

    /// All aggregates of a kind in the order of their ids, one at a time.
    ///
    /// # Errors
    /// The database does not answer; each item fails where its document does not read.
    pub async fn stream<T: Aggregate>(
        &self,
    ) -> Result<impl Stream<Item = Result<Stored<T>, StoreError>> + Send + '_, StoreError> {
        let mut select = select::<T>();
        select.order_by(Alias::new("id"), Order::Asc);
        let rows = self.reader().stream(&select).await?;
        Ok(rows.map(|row| read(&row?)))
    }

    /// All twinnings.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn twinnings(&self) -> Result<Vec<Twinning>, StoreError> {
        let mut select = Query::select();
        select.columns(["id", "body"].map(Alias::new)).from(Alias::new("twinning"));
        let rows = self.reader().stream(&select).await?;
        rows.map_err(StoreError::from)
            .and_then(|row| async move {
                let id: Uuid = row.try_get("", "id")?;
                let body: serde_json::Value = row.try_get("", "body")?;
                serde_json::from_value(body).map_err(|source| StoreError::Corrupt {
                    kind: "twinning",
                    id,
                    source,
                })
            })
            .try_collect()
            .await
    }

    /// How many aggregates of a kind there are.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count(&self, kind: Kind) -> Result<u64, StoreError> {
        let mut select = Query::select();
        select.expr(Expr::cust("COUNT(*)")).from(Alias::new(kind.table()));
        let row = self.reader().query_one(&select).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get_by_index(0))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }
}
