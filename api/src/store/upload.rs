//! Files that were handed in: a promise with a name, then the bytes, once.

use domain::{account::Person, id::Id, organisation::Organisation};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Query, SelectStatement},
};
use uuid::Uuid;

use super::{
    Store, StoreError, Tx,
    sql::{above, count, delete, get, insert, is, is_null, select, update},
};

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Its id.
    pub id: Uuid,
    /// For which organisation.
    pub organisation: Id<Organisation>,
    /// Whose turn it is to send it.
    pub person: Id<Person>,
    /// What it is for.
    pub purpose: String,
    /// The name that it had.
    pub file_name: String,
    /// Media type, told from its bytes; none before they came.
    pub media_type: Option<String>,
    /// Its length; none before.
    pub bytes: Option<i64>,
    /// Hash of its bytes in hex; none before.
    pub sha256: Option<String>,
    /// When it was promised, microseconds since 1970, UTC.
    pub created_at: i64,
    /// Until when it can be sent.
    pub expires_at: i64,
    /// When it came.
    pub received_at: Option<i64>,
}

const COLUMNS: [&str; 11] = [
    "id",
    "organisation_id",
    "person_id",
    "purpose",
    "file_name",
    "media_type",
    "bytes",
    "sha256",
    "created_at",
    "expires_at",
    "received_at",
];

fn read(row: &QueryResult) -> Result<UploadRow, StoreError> {
    Ok(UploadRow {
        id: get(row, "id")?,
        organisation: Id::from_uuid(get(row, "organisation_id")?),
        person: Id::from_uuid(get(row, "person_id")?),
        purpose: get(row, "purpose")?,
        file_name: get(row, "file_name")?,
        media_type: get(row, "media_type")?,
        bytes: get(row, "bytes")?,
        sha256: get(row, "sha256")?,
        created_at: get(row, "created_at")?,
        expires_at: get(row, "expires_at")?,
        received_at: get(row, "received_at")?,
    })
}

fn by_id(id: Uuid) -> SelectStatement {
    select("upload", COLUMNS, [is("id", id)])
}

/// The purpose of a file that became a document: it is kept as long as the document is.
const ATTACHED: &str = "ATTACHED";

/// What came with the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Media type, told from the bytes.
    pub media_type: &'static str,
    /// Hash in hex.
    pub sha256: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Store {
    /// What is known of a file.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn upload(&self, id: Uuid) -> Result<Option<UploadRow>, StoreError> {
        self.reader().query_one(&by_id(id)).await?.as_ref().map(read).transpose()
    }

    /// The bytes of a file.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn upload_body(&self, id: Uuid) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.reader().query_one(&select("upload_body", ["bytes"], [is("upload_id", id)])).await?;
        row.map(|row| get(&row, "bytes")).transpose()
    }

    /// Forgets the bytes of tables that came before a time, those of files that became no document, and
    /// files that never came by then.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_uploads(&self, before: i64) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let old = || {
            let mut old = Query::select();
            old.column(Alias::new("id"))
                .from(Alias::new("upload"))
                .and_where(Expr::col(Alias::new("created_at")).lt(before))
                .and_where(Expr::col(Alias::new("purpose")).ne(ATTACHED));
            old
        };
        let mut bodies = Query::delete();
        bodies
            .from_table(Alias::new("upload_body"))
            .and_where(Expr::col(Alias::new("upload_id")).in_subquery(old()));
        tx.connection().execute(&bodies).await?;
        let mut never = Query::delete();
        never
            .from_table(Alias::new("upload"))
            .and_where(Expr::col(Alias::new("created_at")).lt(before))
            .and_where(is_null("received_at"));
        tx.connection().execute(&never).await?;
        tx.commit().await
    }
}

impl Tx {
    /// Promises a file.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn insert_upload(&self, row: &UploadRow) -> Result<(), StoreError> {
        let row = [
            ("id", row.id.into()),
            ("organisation_id", row.organisation.uuid().into()),
            ("person_id", row.person.uuid().into()),
            ("purpose", row.purpose.clone().into()),
            ("file_name", row.file_name.clone().into()),
            ("created_at", row.created_at.into()),
            ("expires_at", row.expires_at.into()),
        ];
        self.connection().execute(&insert("upload", row)).await?;
        Ok(())
    }

    /// What is known of a file, locked.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_upload(&self, id: Uuid) -> Result<Option<UploadRow>, StoreError> {
        let mut row = by_id(id);
        row.lock_exclusive();
        self.connection().query_one(&row).await?.as_ref().map(read).transpose()
    }

    /// How many files an organisation was promised since a time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn count_uploads(&self, organisation: Id<Organisation>, since: i64) -> Result<u64, StoreError> {
        let conditions = [is("organisation_id", organisation.uuid()), above("created_at", since)];
        count(self.connection(), "upload", conditions).await
    }

    /// Says that a file became a document, and is no more to be had for anything else.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn attach_upload(&self, id: Uuid) -> Result<(), StoreError> {
        self.connection().execute(&update("upload", [("purpose", ATTACHED.into())], [is("id", id)])).await?;
        Ok(())
    }

    /// Forgets the bytes of a file whose document is gone.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_upload(&self, id: Uuid) -> Result<(), StoreError> {
        self.connection().execute(&delete("upload_body", [is("upload_id", id)])).await?;
        Ok(())
    }

    /// Keeps the bytes of a file that was promised and had not come.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn receive_upload(&self, id: Uuid, received: Received) -> Result<(), StoreError> {
        let length = i64::try_from(received.bytes.len()).unwrap_or(i64::MAX);
        let set = [
            ("media_type", received.media_type.into()),
            ("bytes", length.into()),
            ("sha256", received.sha256.into()),
            ("received_at", self.now_micros().into()),
        ];
        self.connection().execute(&update("upload", set, [is("id", id)])).await?;
        let body = [("upload_id", id.into()), ("bytes", received.bytes.into())];
        self.connection().execute(&insert("upload_body", body)).await?;
        Ok(())
    }
}
