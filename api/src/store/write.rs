//! Writing one aggregate by its id, as commands do.

use std::collections::HashMap;

use domain::{id::Id, organisation::Organisation};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    Aggregate, Kind, StoreError, Stored, Tx,
    aggregate::{read, select},
    log,
    sql::{insert, is, update},
    tx::document,
};

impl Tx {
    /// An aggregate, locked against other writes until this one ends.
    ///
    /// # Errors
    /// The database does not answer, or the document does not read.
    pub async fn lock<T: Aggregate>(&self, id: Id<T>) -> Result<Option<Stored<T>>, StoreError> {
        let mut rows = select::<T>();
        rows.and_where(Expr::col(Alias::new("id")).eq(id.uuid())).lock_exclusive();
        self.connection().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// An aggregate as this write sees it, without a lock.
    ///
    /// # Errors
    /// The database does not answer, or the document does not read.
    pub async fn get<T: Aggregate>(&self, id: Id<T>) -> Result<Option<Stored<T>>, StoreError> {
        let mut rows = select::<T>();
        rows.and_where(Expr::col(Alias::new("id")).eq(id.uuid()));
        self.connection().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// The aggregates of an owner as this write sees them, at most `limit`, oldest first.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn owned<T: Aggregate>(
        &self,
        owner: Id<Organisation>,
        limit: u64,
    ) -> Result<Vec<Stored<T>>, StoreError> {
        let mut rows = select::<T>();
        rows.and_where(Expr::col(Alias::new("owner_id")).eq(owner.uuid()))
            .order_by(Alias::new("id"), sea_orm::Order::Asc)
            .limit(limit);
        self.connection().query_all(&rows).await?.iter().map(read).collect()
    }

    /// How many aggregates of a kind an owner has, or has made since a time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_owned<T: Aggregate>(
        &self,
        owner: Id<Organisation>,
        since: Option<i64>,
    ) -> Result<u64, StoreError> {
        let own = is("owner_id", owner.uuid());
        let since = since.map(|since| super::sql::above("created_at", since));
        super::sql::count(self.connection(), T::KIND.table(), std::iter::once(own).chain(since)).await
    }

    /// The aggregates of a kind with a source's key that an organisation has taken over, by that key, locked.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn taken_over<T: Aggregate>(&self) -> Result<HashMap<String, Stored<T>>, StoreError> {
        let mut rows = select::<T>();
        rows.and_where(Expr::col(Alias::new("owner_id")).is_not_null())
            .and_where(Expr::col(Alias::new("source_key")).is_not_null())
            .order_by(Alias::new("id"), sea_orm::Order::Asc)
            .lock_exclusive();
        let mut found = HashMap::new();
        for row in self.connection().query_all(&rows).await? {
            let stored = read::<T>(&row)?;
            found.extend(stored.source_key.clone().map(|key| (key, stored)));
        }
        Ok(found)
    }

    /// A new aggregate. Answers it as stored.
    ///
    /// # Errors
    /// A key is taken, an owner does not exist, or the database does not answer.
    pub async fn create<T: Aggregate>(
        &self,
        owner: Option<Id<Organisation>>,
        source_key: Option<String>,
        value: T,
    ) -> Result<Stored<T>, StoreError> {
        self.create_as(Uuid::now_v7(), owner, source_key, value).await
    }

    /// A new aggregate of an id that was made before, since its value names it. Answers it as stored.
    ///
    /// # Errors
    /// A key is taken, an owner does not exist, or the database does not answer.
    pub async fn create_as<T: Aggregate>(
        &self,
        id: Uuid,
        owner: Option<Id<Organisation>>,
        source_key: Option<String>,
        value: T,
    ) -> Result<Stored<T>, StoreError> {
        let body = document(&value)?;
        let mut row = vec![
            ("id", id.into()),
            ("source_key", source_key.clone().into()),
            ("owner_id", owner.map(Id::uuid).into()),
            ("version", 1.into()),
            ("name", value.name().into()),
            ("body", body.clone().into()),
            ("created_at", self.now_micros().into()),
            ("updated_at", self.now_micros().into()),
        ];
        if T::HAS_STATE {
            row.push(("state", value.state().into()));
        }
        row.extend(value.columns());
        let mut statement = insert(T::KIND.table(), []);
        let (columns, values): (Vec<_>, Vec<_>) = row
            .into_iter()
            .map(|(column, value): (_, sea_orm::Value)| (Alias::new(column), value.into()))
            .unzip();
        statement.columns(columns).values_panic(values);
        self.connection().execute(&statement).await?;
        self.after_write::<T>(id, 1, body).await?;
        Ok(Stored {
            id: Id::from_uuid(id),
            version: 1,
            source_key,
            owner,
            updated_at: self.now_micros(),
            value,
        })
    }

    /// Writes the next version of an aggregate that was locked before. Answers it as stored.
    ///
    /// # Errors
    /// Somebody was quicker, or the database does not answer.
    pub async fn change<T: Aggregate>(&self, old: &Stored<T>, value: T) -> Result<Stored<T>, StoreError> {
        let version = old.version.saturating_add(1);
        let body = document(&value)?;
        let set = [
            ("version", version.into()),
            ("name", value.name().into()),
            ("body", body.clone().into()),
            ("updated_at", self.now_micros().into()),
        ];
        let one = [is("id", old.id.uuid()), is("version", old.version)];
        let mut statement = update(T::KIND.table(), set, one);
        if T::HAS_STATE {
            statement.value(Alias::new("state"), value.state());
        }
        for (column, of_it) in value.columns() {
            statement.value(Alias::new(column), of_it);
        }
        if self.connection().execute(&statement).await?.rows_affected() != 1 {
            return Err(StoreError::Stale { kind: T::KIND.table(), id: old.id.uuid() });
        }
        self.after_write::<T>(old.id.uuid(), version, body).await?;
        Ok(Stored { version, value, updated_at: self.now_micros(), ..old.clone() })
    }

    /// Gives an aggregate that was locked before to an organisation, or to none. Answers it as stored.
    ///
    /// # Errors
    /// Somebody was quicker, or the database does not answer.
    pub async fn change_owner<T: Aggregate>(
        &self,
        old: &Stored<T>,
        owner: Option<Id<Organisation>>,
        value: T,
    ) -> Result<Stored<T>, StoreError> {
        let one = [is("id", old.id.uuid()), is("version", old.version)];
        let statement = update(T::KIND.table(), [("owner_id", owner.map(Id::uuid).into())], one);
        if self.connection().execute(&statement).await?.rows_affected() != 1 {
            return Err(StoreError::Stale { kind: T::KIND.table(), id: old.id.uuid() });
        }
        self.change(&Stored { owner, ..old.clone() }, value).await
    }

    /// Says that an aggregate is to be looked at anew although its document stayed, such as when its listing moved.
    pub fn touched<T: Aggregate>(&self, stored: &Stored<T>) {
        self.note(log::Change::new(T::KIND.table(), stored.id.uuid(), stored.version.saturating_add(1)));
    }

    /// Takes an aggregate away.
    ///
    /// # Errors
    /// Something refers to it, or the database does not answer.
    pub async fn remove<T: Aggregate>(&self, old: &Stored<T>) -> Result<(), StoreError> {
        if T::KIND == Kind::Mandate {
            let versions = super::sql::delete("mandate_version", [is("mandate_id", old.id.uuid())]);
            self.connection().execute(&versions).await?;
        }
        let rows = super::sql::delete(T::KIND.table(), [is("id", old.id.uuid())]);
        self.connection().execute(&rows).await?;
        self.touched(old);
        Ok(())
    }

    async fn after_write<T: Aggregate>(
        &self,
        id: Uuid,
        version: i32,
        body: serde_json::Value,
    ) -> Result<(), StoreError> {
        self.note(log::Change::new(T::KIND.table(), id, version));
        if T::KIND == Kind::Mandate {
            self.keep_versions(vec![(id, version, body)]).await?;
        }
        Ok(())
    }
}
