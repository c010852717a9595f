//! Mail that was promised: a row in the transaction of its cause, sent later by a worker.
//!
//! A row goes PENDING, then LEASED to one worker under a fence, then INTENT with the bytes that will be sent, then
//! SENT, DEFERRED to a later time, DEAD with its reason, or CANCELLED. Message id and date are those of the row, so
//! that a copy which a crash makes is the same message.

use domain::{account::Person, id::Id};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType},
};
use uuid::Uuid;

use super::{
    Store, StoreError, Tx,
    sql::{get, insert, is, select, update},
};

/// What kind of mail it is; kinds have their own patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailClass {
    /// About an account: links that live for a short time.
    Security,
    /// About something that happened.
    Notice,
}

impl MailClass {
    /// The stored code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Security => "SECURITY",
            Self::Notice => "NOTICE",
        }
    }
}

/// Mail to be promised.
#[derive(Debug, Clone)]
pub struct Letter {
    /// Its kind.
    pub class: MailClass,
    /// To whom, where it is a person with an account; an erased person gets nothing.
    pub person: Option<Id<Person>>,
    /// To which address.
    pub to: String,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// When it is no longer worth sending, microseconds since 1970, UTC.
    pub expires_at: Option<i64>,
}

/// A row that a worker holds.
#[derive(Clone)]
pub struct OutboxRow {
    /// Its id.
    pub id: Uuid,
    /// With its angle brackets.
    pub message_id: String,
    /// Its kind, as stored.
    pub class: String,
    /// To whom, where it is a person with an account.
    pub person: Option<Id<Person>>,
    /// To which address; none once the person is erased.
    pub recipient: Option<String>,
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
    /// The date of the message, microseconds since 1970, UTC.
    pub date: i64,
    /// Who holds the row writes with its fence.
    pub fence: i64,
    /// Attempts so far.
    pub attempts: i32,
    /// When it is no longer worth sending.
    pub expires_at: Option<i64>,
    /// The bytes as they were first given to a relay.
    pub raw: Option<String>,
    /// When it was promised.
    pub created_at: i64,
}

impl std::fmt::Debug for OutboxRow {
    /// Without the address and the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("OutboxRow");
        debug.field("id", &self.id).field("class", &self.class).field("attempts", &self.attempts);
        debug.finish_non_exhaustive()
    }
}

const COLUMNS: [&str; 13] = [
    "id",
    "message_id",
    "class",
    "person_id",
    "recipient",
    "subject",
    "body",
    "date",
    "fence",
    "attempts",
    "expires_at",
    "raw",
    "created_at",
];

fn read(row: &QueryResult) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id: get(row, "id")?,
        message_id: get(row, "message_id")?,
        class: get(row, "class")?,
        person: get::<Option<Uuid>>(row, "person_id")?.map(Id::from_uuid),
        recipient: get(row, "recipient")?,
        subject: get(row, "subject")?,
        body: get(row, "body")?,
        date: get(row, "date")?,
        fence: get(row, "fence")?,
        attempts: get(row, "attempts")?,
        expires_at: get(row, "expires_at")?,
        raw: get(row, "raw")?,
        created_at: get(row, "created_at")?,
    })
}

impl Tx {
    /// Promises mail. Answers its id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn promise(&self, letter: Letter, mail_domain: &str) -> Result<Uuid, StoreError> {
        let id = Uuid::now_v7();
        // The id of a row tells when it was made; that of a message need not.
        let message_id = format!("<{}@{mail_domain}>", Uuid::new_v4().simple());
        let row = [
            ("id", id.into()),
            ("message_id", message_id.into()),
            ("class", letter.class.code().into()),
            ("person_id", letter.person.map(Id::uuid).into()),
            ("recipient", letter.to.into()),
            ("subject", letter.subject.into()),
            ("body", letter.body.into()),
            ("headers", serde_json::json!({}).into()),
            ("date", self.now_micros().into()),
            ("state", "PENDING".into()),
            ("fence", 0_i64.into()),
            ("attempts", 0.into()),
            ("next_at", self.now_micros().into()),
            ("expires_at", letter.expires_at.into()),
            ("created_at", self.now_micros().into()),
            ("updated_at", self.now_micros().into()),
        ];
        self.connection().execute(&insert("outbox", row)).await?;
        Ok(id)
    }
}

/// Rows that a worker takes at once.
const BATCH: u64 = 16;

impl Store {
    /// Takes rows that are due, oldest first, each for one worker until its lease ends. A row whose lease is over,
    /// missing, or further away than a lease can be, is free again.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim_mail(&self, now: i64, lease: i64) -> Result<Vec<OutboxRow>, StoreError> {
        let tx = self.begin().await?;
        let until = now.saturating_add(lease);
        let column = |name: &str| Expr::col(Alias::new(name));
        let waiting = column("state").is_in(["PENDING", "DEFERRED"]).and(column("next_at").lte(now));
        let abandoned = column("state").is_in(["LEASED", "INTENT"]).and(
            column("lease_until")
                .is_null()
                .or(column("lease_until").lte(now))
                .or(column("lease_until").gt(until)),
        );
        let mut due = select("outbox", COLUMNS, [waiting.or(abandoned)]);
        due.order_by(Alias::new("next_at"), sea_orm::Order::Asc)
            .order_by(Alias::new("id"), sea_orm::Order::Asc)
            .limit(BATCH)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let mut rows = Vec::new();
        for row in tx.connection().query_all(&due).await? {
            let mut row = read(&row)?;
            row.fence = row.fence.saturating_add(1);
            let set = [
                ("state", "LEASED".into()),
                ("fence", row.fence.into()),
                ("lease_until", until.into()),
                ("updated_at", now.into()),
            ];
            tx.connection().execute(&update("outbox", set, [is("id", row.id)])).await?;
            rows.push(row);
        }
        tx.commit().await?;
        Ok(rows)
    }

    /// Moves a row that the caller holds. Answers whether the caller still held it.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn move_mail(&self, row: &OutboxRow, to: MailMove, now: i64) -> Result<bool, StoreError> {
        let held = [
            is("id", row.id),
            is("fence", row.fence),
            Expr::col(Alias::new("state")).is_in(["LEASED", "INTENT"]),
        ];
        let mut set: Vec<(&'static str, sea_orm::Value)> = vec![("updated_at", now.into())];
        match to {
            MailMove::Intent { raw, attempts } => {
                set.push(("state", "INTENT".into()));
                set.push(("raw", raw.into()));
                set.push(("attempts", attempts.into()));
            }
            MailMove::Sent { queue_id } => {
                set.push(("state", "SENT".into()));
                set.push(("queue_id", queue_id.into()));
                // What was sent is not kept: it may hold links that act.
                set.push(("raw", None::<String>.into()));
                set.push(("body", String::new().into()));
            }
            MailMove::Deferred { next_at, error } => {
                set.push(("state", "DEFERRED".into()));
                set.push(("next_at", next_at.into()));
                set.push(("error", error.into()));
            }
            MailMove::Dead { error } => {
                set.push(("state", "DEAD".into()));
                set.push(("error", error.into()));
            }
            MailMove::Cancelled { error } => {
                set.push(("state", "CANCELLED".into()));
                set.push(("error", error.into()));
                set.push(("raw", None::<String>.into()));
                set.push(("body", String::new().into()));
            }
        }
        let tx = self.begin().await?;
        let mut statement = update("outbox", [], held);
        statement.values(set.into_iter().map(|(name, value)| (Alias::new(name), value.into())));
        let moved = tx.connection().execute(&statement).await?.rows_affected() == 1;
        tx.commit().await?;
        Ok(moved)
    }

    /// How many rows stand in each state.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mail_states(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let mut counts = sea_orm::sea_query::Query::select();
        counts
            .column(Alias::new("state"))
            .expr_as(Expr::col(Alias::new("id")).count(), Alias::new("rows"))
            .from(Alias::new("outbox"))
            .group_by_col(Alias::new("state"));
        let rows = self.reader().query_all(&counts).await?;
        rows.iter().map(|row| Ok((get(row, "state")?, get(row, "rows")?))).collect()
    }
}

/// Where a row goes.
#[derive(Debug, Clone)]
pub enum MailMove {
    /// It will be sent now, with these bytes.
    Intent {
        /// The message.
        raw: String,
        /// Attempts with this one.
        attempts: i32,
    },
    /// A relay has it.
    Sent {
        /// What the relay said.
        queue_id: Option<String>,
    },
    /// Later.
    Deferred {
        /// When, microseconds since 1970, UTC.
        next_at: i64,
        /// Why.
        error: String,
    },
    /// Never; somebody should look at it.
    Dead {
        /// Why.
        error: String,
    },
    /// It is no longer wanted.
    Cancelled {
        /// Why.
        error: String,
    },
}
