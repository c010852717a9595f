//! Subscriptions to digests; [`issue`] has their issues and what stands in them, [`batch`] many of them at once, [`feed`]
//! their feeds, [`report`] what came back.

mod batch;
mod feed;
mod issue;
mod report;

use domain::{
    Vocabulary,
    account::Person,
    digest::{DigestSettings, DigestState, DigestSubjectKind},
    id::Id,
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Order, SimpleExpr},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use batch::{DueIssue, Mutes, NewIssue, ToldBefore};
pub use issue::{IssueRow, ItemRow, Muted, NewItem};
pub use report::ReportKind;

use super::{
    Store, StoreError, Tx, log,
    sql::{delete, get, insert, is, select, update},
};

const TABLE: &str = "digest_subscription";

/// A subscription as stored. Times are microseconds since 1970, UTC.
#[derive(Clone)]
pub struct SubscriptionRow {
    /// Its id.
    pub id: Uuid,
    /// Rises with every change, from 1.
    pub version: i32,
    /// Where it stands.
    pub state: DigestState,
    /// Whose address it is, where somebody has an account under it.
    pub person: Option<Id<Person>>,
    /// Where issues go.
    pub address: String,
    /// What it is about.
    pub subject: DigestSubjectKind,
    /// Which one.
    pub subject_id: Uuid,
    /// What its reader set.
    pub settings: DigestSettings,
    /// When the next issue is due; none where none is.
    pub due_at: Option<i64>,
    /// Until when it is paused; none for until it is resumed.
    pub paused_until: Option<i64>,
    /// When its reader confirmed it.
    pub confirmed_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
}

impl std::fmt::Debug for SubscriptionRow {
    /// Without the address.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("SubscriptionRow");
        debug.field("id", &self.id).field("state", &self.state).finish_non_exhaustive()
    }
}

const COLUMNS: [&str; 12] = [
    "id",
    "version",
    "state",
    "person_id",
    "address",
    "subject_kind",
    "subject_id",
    "settings",
    "due_at",
    "paused_until",
    "confirmed_at",
    "created_at",
];

fn column(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

fn corrupt(id: Uuid, error: &dyn std::fmt::Display) -> StoreError {
    let source = serde::de::Error::custom(error.to_string());
    StoreError::Corrupt { kind: TABLE, id, source }
}

/// A stored code of a vocabulary.
fn code<V: Vocabulary>(row: &QueryResult, column: &str, id: Uuid) -> Result<V, StoreError> {
    V::from_code(&get::<String>(row, column)?).map_err(|error| corrupt(id, &error))
}

fn read(row: &QueryResult) -> Result<SubscriptionRow, StoreError> {
    let id: Uuid = get(row, "id")?;
    let settings: serde_json::Value = get(row, "settings")?;
    Ok(SubscriptionRow {
        id,
        version: get(row, "version")?,
        state: code(row, "state", id)?,
        person: get::<Option<Uuid>>(row, "person_id")?.map(Id::from_uuid),
        address: get(row, "address")?,
        subject: code(row, "subject_kind", id)?,
        subject_id: get(row, "subject_id")?,
        settings: serde_json::from_value(settings).map_err(|error| corrupt(id, &error))?,
        due_at: get(row, "due_at")?,
        paused_until: get(row, "paused_until")?,
        confirmed_at: get(row, "confirmed_at")?,
        created_at: get(row, "created_at")?,
    })
}

/// By which an address is known without being stored: SHA-256 of it in lower case.
pub fn address_hash(address: &str) -> String {
    let hash = Sha256::digest(address.to_ascii_lowercase());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn live_key(address_hash: &str, subject: DigestSubjectKind, id: Uuid) -> String {
    format!("{address_hash}:{subject}:{}", id.simple())
}

impl SubscriptionRow {
    fn live_key(&self) -> Option<String> {
        let key = || live_key(&address_hash(&self.address), self.subject, self.subject_id);
        (!self.state.is_over()).then(key)
    }
}

impl Store {
    /// A subscription.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn subscription(&self, id: Uuid) -> Result<Option<SubscriptionRow>, StoreError> {
        let rows = select(TABLE, COLUMNS, [is("id", id)]);
        self.reader().query_one(&rows).await?.as_ref().map(read).transpose()
    }

    /// Subscriptions of these ids, in no order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn subscriptions(&self, ids: &[Uuid]) -> Result<Vec<SubscriptionRow>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        for some in ids.chunks(batch::CHUNK) {
            let rows = select(TABLE, COLUMNS, [column("id").is_in(some.iter().copied())]);
            for row in self.reader().query_all(&rows).await? {
                found.push(read(&row)?);
            }
        }
        Ok(found)
    }

    /// Subscriptions of a person, newest first, at most 200.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn subscriptions_of(&self, person: Id<Person>) -> Result<Vec<SubscriptionRow>, StoreError> {
        let mut rows = select(TABLE, COLUMNS, [is("person_id", person.uuid())]);
        rows.order_by(Alias::new("id"), Order::Desc).limit(200);
        self.reader().query_all(&rows).await?.iter().map(read).collect()
    }

    /// Ids of subscriptions to which the clock has something to do: issues that are due, or due so far ahead that a
    /// wrong clock wrote it; confirmations and pauses that are over. Longest due first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn subscriptions_due(
        &self,
        now: i64,
        furthest: i64,
        made_before: i64,
        first: u64,
    ) -> Result<Vec<Uuid>, StoreError> {
        // A question each, so that an index answers it in its order however many are due.
        let active = || is("state", DigestState::Active.code());
        let pending = is("state", DigestState::Pending.code()).and(column("created_at").lte(made_before));
        let paused = is("state", DigestState::Paused.code()).and(column("paused_until").lte(now));
        let mut found = Vec::new();
        for those in [
            active().and(column("due_at").lte(now)),
            active().and(column("due_at").gt(furthest)),
            pending,
            paused,
        ] {
            let left = first.saturating_sub(found.len() as u64);
            if left == 0 {
                break;
            }
            let mut rows = select(TABLE, ["id"], [those]);
            rows.order_by(Alias::new("due_at"), Order::Asc).limit(left);
            for row in self.reader().query_all(&rows).await? {
                found.push(get(&row, "id")?);
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// A new subscription.
    ///
    /// # Errors
    /// The address has one to the same subject, or the database does not answer.
    pub async fn insert_subscription(&self, new: &SubscriptionRow) -> Result<(), StoreError> {
        let settings = serde_json::to_value(&new.settings).map_err(StoreError::Document)?;
        let row = [
            ("id", new.id.into()),
            ("version", new.version.into()),
            ("state", new.state.code().into()),
            ("person_id", new.person.map(Id::uuid).into()),
            ("address", new.address.clone().into()),
            ("address_hash", address_hash(&new.address).into()),
            ("subject_kind", new.subject.code().into()),
            ("subject_id", new.subject_id.into()),
            ("live_key", new.live_key().into()),
            ("settings", settings.into()),
            ("due_at", new.due_at.into()),
            ("paused_until", new.paused_until.into()),
            ("confirmed_at", new.confirmed_at.into()),
            ("created_at", new.created_at.into()),
            ("updated_at", self.now_micros().into()),
        ];
        self.connection().execute(&insert(TABLE, row)).await?;
        self.note(log::Change::new(TABLE, new.id, new.version));
        Ok(())
    }

    /// A subscription, locked against other writes.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_subscription(&self, id: Uuid) -> Result<Option<SubscriptionRow>, StoreError> {
        self.locked_subscription(is("id", id)).await
    }

    /// The subscription of an address to a subject that is not over, locked.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn live_subscription(
        &self,
        address: &str,
        subject: DigestSubjectKind,
        subject_id: Uuid,
    ) -> Result<Option<SubscriptionRow>, StoreError> {
        self.locked_subscription(is("live_key", live_key(&address_hash(address), subject, subject_id))).await
    }

    async fn locked_subscription(&self, one: SimpleExpr) -> Result<Option<SubscriptionRow>, StoreError> {
        let mut rows = select(TABLE, COLUMNS, [one]);
        self.connection().query_one(rows.lock_exclusive()).await?.as_ref().map(read).transpose()
    }

    /// Subscriptions of an address, locked, in one order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn subscriptions_at(&self, address_hash: &str) -> Result<Vec<SubscriptionRow>, StoreError> {
        let mut rows = select(TABLE, COLUMNS, [is("address_hash", address_hash)]);
        rows.order_by(Alias::new("id"), Order::Asc).lock_exclusive();
        self.connection().query_all(&rows).await?.iter().map(read).collect()
    }

    /// Writes what of a subscription changes; its version rises.
    ///
    /// # Errors
    /// It was changed meanwhile, or the database does not answer.
    pub async fn save_subscription(&self, changed: &SubscriptionRow) -> Result<(), StoreError> {
        let version = changed.version.saturating_add(1);
        let settings = serde_json::to_value(&changed.settings).map_err(StoreError::Document)?;
        let set = [
            ("version", version.into()),
            ("state", changed.state.code().into()),
            ("live_key", changed.live_key().into()),
            ("settings", settings.into()),
            ("due_at", changed.due_at.into()),
            ("paused_until", changed.paused_until.into()),
            ("confirmed_at", changed.confirmed_at.into()),
            ("updated_at", self.now_micros().into()),
        ];
        let one = [is("id", changed.id), is("version", changed.version)];
        if self.connection().execute(&update(TABLE, set, one)).await?.rows_affected() == 1 {
            self.note(log::Change::new(TABLE, changed.id, version));
            return Ok(());
        }
        Err(StoreError::Stale { kind: TABLE, id: changed.id })
    }

    /// Forgets the subscriptions of a person with all that was told.
    ///
    /// # Errors
    /// The database does not answer.
    pub(in crate::store) async fn forget_subscriptions(&self, person: Id<Person>) -> Result<(), StoreError> {
        let rows = select(TABLE, ["id"], [is("person_id", person.uuid())]);
        let rows = self.connection().query_all(&rows).await?;
        let ids = rows.iter().map(|row| get::<Uuid>(row, "id")).collect::<Result<Vec<_>, _>>()?;
        for (table, of) in [
            ("digest_item", "subscription_id"),
            ("digest_issue", "subscription_id"),
            ("digest_mute", "subscription_id"),
            ("digest_feed", "subscription_id"),
            (TABLE, "id"),
        ] {
            let those = column(of).is_in(ids.iter().copied());
            self.connection().execute(&delete(table, [those])).await?;
        }
        Ok(())
    }
}
