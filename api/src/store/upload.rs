//! Files that were handed in: a promise with a name, then the bytes, once.

use std::collections::BTreeSet;

use domain::{Vocabulary, account::Person, document::UploadPurpose, id::Id, organisation::Organisation};
use sea_orm::{
    ConnectionTrait, DbBackend, QueryResult, Statement,
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

/// The purpose of a file whose document was taken away.
const FORGOTTEN: &str = "FORGOTTEN";
/// Names the lock under which files on disk are kept and swept.
const FILES_LOCK: i64 = 0x6361_7261_6669_6c65;

/// What came with the bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Media type, told from the bytes.
    pub media_type: &'static str,
    /// Hash in hex.
    pub sha256: String,
    /// Length in bytes.
    pub length: usize,
    /// The bytes of a table to be imported, which any node may go on with; those of a document lie on disk.
    pub body: Option<Vec<u8>>,
}

impl Store {
    /// What is known of a file.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn upload(&self, id: Uuid) -> Result<Option<UploadRow>, StoreError> {
        self.reader().query_one(&by_id(id)).await?.as_ref().map(read).transpose()
    }

    /// The bytes of a table, or of a document that came before documents lay on disk.
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

    /// Those of some hashes under which no document lies, and none that came since a time is to become one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unneeded(&self, hashes: &[String], since: i64) -> Result<Vec<String>, StoreError> {
        let needed = needed(self.reader(), hashes, since).await?;
        Ok(hashes.iter().filter(|hash| !needed.contains(*hash)).cloned().collect())
    }
}

/// Those of some hashes under which documents lie, or are about to.
async fn needed<C: ConnectionTrait>(
    connection: &C,
    hashes: &[String],
    since: i64,
) -> Result<BTreeSet<String>, StoreError> {
    let mut needed = BTreeSet::new();
    for some in hashes.chunks(500) {
        let young = is("purpose", UploadPurpose::Document.code()).and(above("created_at", since));
        let rows = select(
            "upload",
            ["sha256"],
            [
                Expr::col(Alias::new("sha256")).is_in(some.iter().map(String::as_str)),
                is("purpose", ATTACHED).or(young),
            ],
        );
        for row in connection.query_all(&rows).await? {
            needed.insert(get(&row, "sha256")?);
        }
    }
    Ok(needed)
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

    /// Those of some hashes under which no document lies. From here to the end of the transaction no file is kept.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn unneeded_now(&self, hashes: &[String], since: i64) -> Result<Vec<String>, StoreError> {
        self.lock_files("SELECT pg_advisory_xact_lock($1)").await?;
        let needed = needed(self.connection(), hashes, since).await?;
        Ok(hashes.iter().filter(|hash| !needed.contains(*hash)).cloned().collect())
    }

    /// From here to the end of the transaction no file is swept. SQLite has one writer, and it is this one.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_files(&self) -> Result<(), StoreError> {
        self.lock_files("SELECT pg_advisory_xact_lock_shared($1)").await
    }

    async fn lock_files(&self, lock: &str) -> Result<(), StoreError> {
        if self.connection().get_database_backend() == DbBackend::Postgres {
            let lock = Statement::from_sql_and_values(DbBackend::Postgres, lock, [FILES_LOCK.into()]);
            self.connection().execute_raw(lock).await?;
        }
        Ok(())
    }

    /// Forgets the bytes of a file whose document is gone; what lies on disk is swept once nothing else needs it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forget_upload(&self, id: Uuid) -> Result<(), StoreError> {
        let forgotten = update("upload", [("purpose", FORGOTTEN.into())], [is("id", id)]);
        self.connection().execute(&forgotten).await?;
        self.connection().execute(&delete("upload_body", [is("upload_id", id)])).await?;
        Ok(())
    }

    /// Keeps the bytes of a file that was promised and had not come.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn receive_upload(&self, id: Uuid, received: Received) -> Result<(), StoreError> {
        let length = i64::try_from(received.length).unwrap_or(i64::MAX);
        let set = [
            ("media_type", received.media_type.into()),
            ("bytes", length.into()),
            ("sha256", received.sha256.into()),
            ("received_at", self.now_micros().into()),
        ];
        self.connection().execute(&update("upload", set, [is("id", id)])).await?;
        if let Some(bytes) = received.body {
            let body = [("upload_id", id.into()), ("bytes", bytes.into())];
            self.connection().execute(&insert("upload_body", body)).await?;
        }
        Ok(())
    }
}
