//! Keys of integrators: scoped, expiring, stored as hashes.

use domain::{
    account::{Person, Scopes},
    id::Id,
    organisation::Organisation,
};
use sea_orm::{ConnectionTrait, QueryResult, sea_query::Alias};
use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    sql::{get, insert, is, is_null, select, update},
};

/// A key as stored. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone)]
pub struct ApiKeyRow {
    /// Its id.
    pub id: Uuid,
    /// Rises with every change, from 1.
    pub version: i32,
    /// For which organisation it acts.
    pub organisation: Id<Organisation>,
    /// As whose agent it acts; it never may more than that person.
    pub person: Id<Person>,
    /// What it is for.
    pub name: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: i64,
    /// Its end.
    pub expires_at: i64,
    /// When it was taken back.
    pub revoked_at: Option<i64>,
}

/// A key to be stored.
#[derive(Debug, Clone)]
pub struct NewApiKey {
    /// For which organisation it acts.
    pub organisation: Id<Organisation>,
    /// As whose agent it acts.
    pub person: Id<Person>,
    /// What it is for.
    pub name: String,
    /// SHA-256 of the key, in hexadecimal.
    pub hash: String,
    /// What it may be used for.
    pub scopes: Scopes,
    /// Its end, microseconds since 1970, UTC.
    pub expires_at: i64,
}

const COLUMNS: [&str; 9] = [
    "id",
    "version",
    "organisation_id",
    "person_id",
    "name",
    "scopes",
    "created_at",
    "expires_at",
    "revoked_at",
];

fn read(row: &QueryResult) -> Result<ApiKeyRow, StoreError> {
    let id: Uuid = get(row, "id")?;
    let scopes: serde_json::Value = get(row, "scopes")?;
    let scopes = serde_json::from_value(scopes).map_err(|source| StoreError::Corrupt {
        kind: "api_key",
        id,
        source,
    })?;
    Ok(ApiKeyRow {
        id,
        version: get(row, "version")?,
        organisation: Id::from_uuid(get(row, "organisation_id")?),
        person: Id::from_uuid(get(row, "person_id")?),
        name: get(row, "name")?,
        scopes,
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
        revoked_at: get(row, "revoked_at")?,
    })
}

impl Store {
    /// The key of a hash that was not taken back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn api_key(&self, hash: &str) -> Result<Option<ApiKeyRow>, StoreError> {
        let rows = select("api_key", COLUMNS, [is("hash", hash), is_null("revoked_at")]);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// The keys of an organisation that were not taken back, oldest first, at most 100.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn api_keys(&self, organisation: Id<Organisation>) -> Result<Vec<ApiKeyRow>, StoreError> {
        let open = [is("organisation_id", organisation.uuid()), is_null("revoked_at")];
        let mut rows = select("api_key", COLUMNS, open);
        rows.order_by(Alias::new("id"), sea_orm::Order::Asc).limit(100);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// Stores a key. Answers its id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn insert_api_key(&self, key: NewApiKey) -> Result<Uuid, StoreError> {
        let id = Uuid::now_v7();
        let row = [
            ("id", id.into()),
            ("version", 1.into()),
            ("organisation_id", key.organisation.uuid().into()),
            ("person_id", key.person.uuid().into()),
            ("name", key.name.into()),
            ("hash", key.hash.into()),
            ("scopes", super::super::tx::document(&key.scopes)?.into()),
            ("created_at", self.now_micros().into()),
            ("expires_at", key.expires_at.into()),
        ];
        self.connection().execute(&insert("api_key", row)).await?;
        Ok(id)
    }

    /// A key by its id, locked against other writes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_api_key(&self, id: Uuid) -> Result<Option<ApiKeyRow>, StoreError> {
        let mut rows = select("api_key", COLUMNS, [is("id", id)]);
        self.connection().query_one(rows.lock_exclusive()).await?.as_ref().map(read).transpose()
    }

    /// Takes a key back.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_api_key(&self, old: &ApiKeyRow) -> Result<(), StoreError> {
        let set =
            [("revoked_at", self.now_micros().into()), ("version", old.version.saturating_add(1).into())];
        self.connection().execute(&update("api_key", set, [is("id", old.id)])).await?;
        Ok(())
    }

    /// Takes back all keys of a person.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn revoke_api_keys(&self, person: Id<Person>) -> Result<(), StoreError> {
        let set = [("revoked_at", self.now_micros().into())];
        let open = [is("person_id", person.uuid()), is_null("revoked_at")];
        self.connection().execute(&update("api_key", set, open)).await?;
        Ok(())
    }
}
