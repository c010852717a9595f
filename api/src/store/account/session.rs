//! Sessions and their refresh tokens: one family a session, one live token a family.

use domain::{account::Person, id::Id};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, ExprTrait},
};
use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    sql::{get, insert, is, is_null, select, update},
};

/// A session. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub id: Uuid,
    /// Whose it is.
    pub person: Id<Person>,
    /// What the client said that it is.
    pub client: Option<String>,
    /// Its beginning.
    pub created_at: i64,
    /// Its last refresh.
    pub used_at: i64,
    /// The end that no use puts off.
    pub expires_at: i64,
    /// When it was ended before that.
    pub ended_at: Option<i64>,
}

/// A refresh token that was found by its hash.
#[derive(Debug, Clone)]
pub struct Refresh {
    /// Its session, locked against other writes.
    pub session: SessionRow,
    /// The end of this token.
    pub expires_at: i64,
    /// When it was used; a token is used once.
    pub used_at: Option<i64>,
}

/// What became of the attempt to use a refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshClaim {
    /// This request used it.
    Claimed,
    /// Another request was quicker.
    Used,
}

const COLUMNS: [&str; 7] = ["id", "person_id", "client", "created_at", "used_at", "expires_at", "ended_at"];

fn read(row: &QueryResult) -> Result<SessionRow, StoreError> {
    Ok(SessionRow {
        id: get(row, "id")?,
        person: Id::from_uuid(get(row, "person_id")?),
        client: get(row, "client")?,
        created_at: get(row, "created_at")?,
        used_at: get(row, "used_at")?,
        expires_at: get(row, "expires_at")?,
        ended_at: get(row, "ended_at")?,
    })
}

impl Store {
    /// A session by its id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn session(&self, id: Uuid) -> Result<Option<SessionRow>, StoreError> {
        let rows = select("session", COLUMNS, [is("id", id)]);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// The session of a browser, by the hash of its cookie.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn browser_session(&self, hash: &str) -> Result<Option<SessionRow>, StoreError> {
        let rows = select("browser_session", ["session_id"], [is("hash", hash)]);
        let Some(row) = self.reader().query_one(&rows).await? else { return Ok(None) };
        self.session(get(&row, "session_id")?).await
    }

    /// A person's sessions that have not been ended, newest first, at most 100.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sessions(&self, person: Id<Person>) -> Result<Vec<SessionRow>, StoreError> {
        let mut rows = select("session", COLUMNS, [is("person_id", person.uuid()), is_null("ended_at")]);
        rows.order_by(Alias::new("id"), sea_orm::Order::Desc).limit(100);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }
}

impl Tx {
    /// A new session with its first refresh token.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn insert_session(
        &self,
        person: Id<Person>,
        client: Option<String>,
        expires_at: i64,
        refresh_hash: String,
        refresh_expires_at: i64,
    ) -> Result<Uuid, StoreError> {
        let id = self.insert_session_alone(person, client, expires_at).await?;
        self.insert_refresh(id, refresh_hash, refresh_expires_at).await?;
        Ok(id)
    }

    /// A new session of a browser with the hash of its cookie.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn insert_browser_session(
        &self,
        person: Id<Person>,
        client: Option<String>,
        expires_at: i64,
        hash: String,
    ) -> Result<Uuid, StoreError> {
        let id = self.insert_session_alone(person, client, expires_at).await?;
        let row = [("hash", hash.into()), ("session_id", id.into())];
        self.connection().execute(&insert("browser_session", row)).await?;
        Ok(id)
    }

    async fn insert_session_alone(
        &self,
        person: Id<Person>,
        client: Option<String>,
        expires_at: i64,
    ) -> Result<Uuid, StoreError> {
        let id = Uuid::now_v7();
        let row = [
            ("id", id.into()),
            ("person_id", person.uuid().into()),
            ("client", client.into()),
            ("created_at", self.now_micros().into()),
            ("used_at", self.now_micros().into()),
            ("expires_at", expires_at.into()),
        ];
        self.connection().execute(&insert("session", row)).await?;
        Ok(id)
    }

    /// A further refresh token of a session.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn insert_refresh(
        &self,
        session: Uuid,
        hash: String,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let row = [
            ("hash", hash.into()),
            ("session_id", session.into()),
            ("issued_at", self.now_micros().into()),
            ("expires_at", expires_at.into()),
        ];
        self.connection().execute(&insert("refresh_token", row)).await?;
        let set = [("used_at", self.now_micros().into())];
        self.connection().execute(&update("session", set, [is("id", session)])).await?;
        Ok(())
    }

    /// A refresh token by its hash, with its session locked against other writes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn find_refresh(&self, hash: &str) -> Result<Option<Refresh>, StoreError> {
        let rows = select("refresh_token", ["session_id", "expires_at", "used_at"], [is("hash", hash)]);
        let Some(row) = self.connection().query_one(&rows).await? else { return Ok(None) };
        let id: Uuid = get(&row, "session_id")?;
        let mut rows = select("session", COLUMNS, [is("id", id)]);
        let session = self.connection().query_one(rows.lock_exclusive()).await?;
        let Some(session) = session.as_ref().map(read).transpose()? else { return Ok(None) };
        Ok(Some(Refresh { session, expires_at: get(&row, "expires_at")?, used_at: get(&row, "used_at")? }))
    }

    /// Uses a refresh token, if nobody has.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim_refresh(&self, hash: &str) -> Result<RefreshClaim, StoreError> {
        let set = [("used_at", self.now_micros().into())];
        let one = [is("hash", hash), is_null("used_at")];
        let done = self.connection().execute(&update("refresh_token", set, one)).await?;
        Ok(if done.rows_affected() == 1 { RefreshClaim::Claimed } else { RefreshClaim::Used })
    }

    /// Ends a session for good. One that was ended before stays as it was.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_session(&self, id: Uuid, because: &'static str) -> Result<bool, StoreError> {
        let set = [("ended_at", self.now_micros().into()), ("ended_because", because.into())];
        let one = [is("id", id), is_null("ended_at")];
        Ok(self.connection().execute(&update("session", set, one)).await?.rows_affected() == 1)
    }

    /// Ends all sessions of a person but one, where there is one to keep.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_other_sessions(
        &self,
        person: Id<Person>,
        kept: Option<Uuid>,
        because: &'static str,
    ) -> Result<u64, StoreError> {
        let set = [("ended_at", self.now_micros().into()), ("ended_because", because.into())];
        let mut open = vec![is("person_id", person.uuid()), is_null("ended_at")];
        open.extend(kept.map(|kept| is("id", kept).not()));
        Ok(self.connection().execute(&update("session", set, open)).await?.rows_affected())
    }

    /// Ends all sessions of a person.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_sessions(&self, person: Id<Person>, because: &'static str) -> Result<u64, StoreError> {
        let set = [("ended_at", self.now_micros().into()), ("ended_because", because.into())];
        let open = [is("person_id", person.uuid()), is_null("ended_at")];
        Ok(self.connection().execute(&update("session", set, open)).await?.rows_affected())
    }
}
