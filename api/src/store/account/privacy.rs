//! Personal data: where it stands, how it is handed out and how it is erased.
//!
//! Every column of the database has a tag here; a test fails where a new column has none. What is handed out and
//! what is erased follows the tags and the columns that name the person.

use domain::{account::Person, id::Id};
use sea_orm::{ConnectionTrait, DbBackend, sea_query::Alias};
use uuid::Uuid;

use super::super::{
    Store, StoreError, Tx,
    sql::{delete, get, insert, is, select, update},
};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Nothing about a person.
    None,
    /// About a person.
    Personal,
    /// Proves who somebody is; handed out to nobody.
    Secret,
}

/// Columns that are about persons or are secrets. All other columns of the tables listed are about nobody.
pub const TAGGED: &[(&str, &str, Tag)] = &[
    ("person", "email", Tag::Personal),
    ("person", "name", Tag::Personal),
    ("person", "language", Tag::Personal),
    ("person", "password_hash", Tag::Secret),
    ("session", "client", Tag::Personal),
    ("refresh_token", "hash", Tag::Secret),
    ("browser_session", "hash", Tag::Secret),
    ("one_time_token", "hash", Tag::Secret),
    ("one_time_token", "email", Tag::Personal),
    ("one_time_token", "payload", Tag::Secret),
    ("totp", "secret", Tag::Secret),
    ("recovery_code", "hash", Tag::Secret),
    ("api_key", "hash", Tag::Secret),
    ("api_key", "name", Tag::Personal),
    ("consent", "purpose", Tag::Personal),
    ("saved_search", "name", Tag::Personal),
    ("saved_search", "body", Tag::Personal),
    ("outbox", "recipient", Tag::Personal),
    ("outbox", "subject", Tag::Personal),
    ("outbox", "body", Tag::Secret),
    ("outbox", "html", Tag::Secret),
    ("outbox", "raw", Tag::Secret),
    ("outbox", "headers", Tag::Secret),
    ("outbox", "error", Tag::Personal),
    // Beneficial owners by name.
    ("organisation", "body", Tag::Personal),
    ("screening_entry", "body", Tag::Personal),
    ("screening_hit", "body", Tag::Personal),
    // What the sides wrote to each other, and what each keeps to itself.
    ("introduction", "body", Tag::Personal),
    ("introduction_note", "body", Tag::Personal),
    // Names of officials who signed.
    ("partnership", "body", Tag::Personal),
    ("demonstration_area", "body", Tag::Personal),
    ("digest_subscription", "address", Tag::Personal),
    ("digest_subscription", "address_hash", Tag::Secret),
    ("digest_subscription", "live_key", Tag::Secret),
    ("digest_subscription", "settings", Tag::Personal),
    ("digest_item", "answer", Tag::Personal),
    ("digest_item", "reason", Tag::Personal),
    ("digest_mute", "code", Tag::Personal),
    ("digest_feed", "hash", Tag::Secret),
    ("mail_suppression", "address_hash", Tag::Secret),
    ("mail_report", "address_hash", Tag::Secret),
    // Who registered whom, and what the sides wrote to each other.
    ("event_registration", "body", Tag::Personal),
    ("meeting", "body", Tag::Personal),
    ("upload", "file_name", Tag::Personal),
    ("upload_body", "bytes", Tag::Personal),
    ("import_job", "body", Tag::Personal),
    ("import_job", "name", Tag::Personal),
    ("throttle", "key", Tag::Secret),
    ("idempotency", "key", Tag::Secret),
    ("idempotency", "result", Tag::Secret),
];

/// Tables with a column that names a person, and what of them is handed out: names of columns, and the name of the
/// column that names the person.
pub(in crate::store) const OF_PERSONS: &[(&str, &str, &[&str])] = &[
    ("person", "id", &["id", "email", "name", "language", "state", "confirmed_at", "created_at"]),
    ("platform_role", "person_id", &["role", "created_at"]),
    ("membership", "person_id", &["id", "organisation_id", "role", "created_at"]),
    ("session", "person_id", &["id", "client", "created_at", "used_at", "expires_at", "ended_at"]),
    ("one_time_token", "person_id", &["purpose", "email", "created_at", "expires_at", "used_at"]),
    ("totp", "person_id", &["created_at", "confirmed_at"]),
    ("recovery_code", "person_id", &["created_at", "used_at"]),
    ("api_key", "person_id", &["id", "name", "scopes", "created_at", "expires_at", "revoked_at"]),
    ("consent", "person_id", &["purpose", "text_version", "granted", "channel", "at"]),
    ("outbox", "person_id", &["class", "recipient", "subject", "date", "state"]),
    ("history", "person_id", &["aggregate_kind", "aggregate_id", "transition", "to_state", "at"]),
    ("audit", "actor_id", &["at", "action", "aggregate_kind", "aggregate_id", "outcome"]),
    ("idempotency", "actor_id", &["operation", "at"]),
    ("upload", "person_id", &["id", "purpose", "file_name", "created_at"]),
    ("city_role", "person_id", &["organisation_id", "role", "created_at"]),
    ("contact_block", "person_id", &["blocker_id", "blocked_id", "at"]),
    ("disclosure_log", "person_id", &["introduction_id", "to_organisation_id", "what", "basis", "at"]),
    ("introduction_note", "person_id", &["introduction_id", "body", "at"]),
    ("room_read", "person_id", &["introduction_id", "document_id", "at"]),
    (
        "digest_subscription",
        "person_id",
        &["id", "state", "address", "subject_kind", "subject_id", "settings", "created_at"],
    ),
    ("listing", "reviewer_id", &["project_id", "state", "since"]),
];

/// Rows of one table that are handed out.
const MAX_ROWS: u64 = 10_000;

impl Store {
    /// All that is stored about a person, table by table.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn personal_data(&self, person: Id<Person>) -> Result<serde_json::Value, StoreError> {
        let mut tables = serde_json::Map::new();
        for (table, owner, columns) in OF_PERSONS {
            let mut rows = select(table, [], [is(owner, person.uuid())]);
            rows.columns(columns.iter().map(|column| Alias::new(*column))).limit(MAX_ROWS);
            let rows = self.reader().query_all(&rows).await?;
            let rows: Result<Vec<_>, StoreError> = rows
                .iter()
                .map(|row| {
                    let cells: Result<serde_json::Map<_, _>, StoreError> =
                        columns.iter().map(|column| Ok(((*column).to_owned(), cell(row, column)?))).collect();
                    cells.map(serde_json::Value::Object)
                })
                .collect();
            tables.insert((*table).to_owned(), serde_json::Value::Array(rows?));
        }
        tables.insert("saved_search".to_owned(), self.kept_searches(person).await?);
        Ok(serde_json::Value::Object(tables))
    }

    /// Names of all tables and columns, to hold the tags against them.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn columns(&self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = if self.reader().get_database_backend() == DbBackend::Postgres {
            "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns \
             WHERE table_schema = current_schema() ORDER BY 1, 2"
        } else {
            "SELECT m.name AS t, p.name AS c FROM sqlite_master m, pragma_table_info(m.name) p \
             WHERE m.type = 'table' ORDER BY 1, 2"
        };
        let statement = sea_orm::Statement::from_string(self.reader().get_database_backend(), sql);
        let rows = self.reader().query_all_raw(statement).await?;
        rows.iter().map(|row| Ok((get(row, "t")?, get(row, "c")?))).collect()
    }
}

/// A value of whatever type the column has.
fn cell(row: &sea_orm::QueryResult, column: &str) -> Result<serde_json::Value, StoreError> {
    if let Ok(id) = get::<Option<Uuid>>(row, column) {
        return Ok(serde_json::json!(id));
    }
    if let Ok(number) = get::<Option<i64>>(row, column) {
        return Ok(serde_json::json!(number));
    }
    if let Ok(flag) = get::<Option<bool>>(row, column) {
        return Ok(serde_json::json!(flag));
    }
    if let Ok(text) = get::<Option<String>>(row, column) {
        return Ok(serde_json::json!(text));
    }
    Ok(get::<Option<serde_json::Value>>(row, column)?.unwrap_or_default())
}

impl Tx {
    /// Takes away what is about a person and need not be kept, and mail that was not sent yet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn erase_personal_data(&self, person: Id<Person>) -> Result<(), StoreError> {
        let of = || [is("person_id", person.uuid())];
        for table in ["totp", "recovery_code", "one_time_token", "platform_role", "city_role"] {
            self.connection().execute(&delete(table, of())).await?;
        }
        self.forget_searches(person).await?;
        self.forget_subscriptions(person).await?;
        let none = || sea_orm::Value::from(None::<String>);
        let set = [
            ("recipient", none()),
            ("raw", none()),
            ("html", none()),
            ("body", "".into()),
            ("subject", "".into()),
        ];
        self.connection().execute(&update("outbox", set, of())).await?;
        self.connection().execute(&update("session", [("client", none())], of())).await?;
        self.connection().execute(&update("api_key", [("name", "erased".into())], of())).await?;
        self.connection().execute(&update("upload", [("file_name", "erased".into())], of())).await?;
        Ok(())
    }

    /// Writes a consent down.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn insert_consent(
        &self,
        person: Id<Person>,
        purpose: &str,
        text_version: &str,
        granted: bool,
        channel: &str,
    ) -> Result<(), StoreError> {
        let row = [
            ("id", Uuid::now_v7().into()),
            ("person_id", person.uuid().into()),
            ("purpose", purpose.into()),
            ("text_version", text_version.into()),
            ("granted", granted.into()),
            ("channel", channel.into()),
            ("at", self.now_micros().into()),
        ];
        self.connection().execute(&insert("consent", row)).await?;
        Ok(())
    }
}
