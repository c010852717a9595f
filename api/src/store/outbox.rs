//! Mail that was promised: a row in the transaction of its cause, sent later by a worker.
//!
//! A row goes PENDING, then LEASED to one worker under a fence, then INTENT with the bytes that will be sent, then
//! SENT, DEFERRED to a later time, DEAD with its reason, or CANCELLED. Message id and date are those of the row, so
//! that a copy which a crash makes is the same message.
//!
//! Times are those of the worker's clock, and none is believed that no worker can have written: a clock that jumped,
//! or wrong arithmetic, would otherwise strand a row for ever.

use domain::{account::Person, id::Id};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Func, LockBehavior, LockType, SimpleExpr},
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

/// Where a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MailState {
    /// Promised, and not looked at yet.
    Pending,
    /// A worker holds it.
    Leased,
    /// A worker gives it to a relay, or died while it did.
    Intent,
    /// To be tried again later.
    Deferred,
    /// A relay has it.
    Sent,
    /// Given up; somebody should look at it.
    Dead,
    /// No longer wanted.
    Cancelled,
}

impl MailState {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Pending, "PENDING"),
        (Self::Leased, "LEASED"),
        (Self::Intent, "INTENT"),
        (Self::Deferred, "DEFERRED"),
        (Self::Sent, "SENT"),
        (Self::Dead, "DEAD"),
        (Self::Cancelled, "CANCELLED"),
    ];

    /// States in which a row waits to be taken.
    const WAITING: [Self; 2] = [Self::Pending, Self::Deferred];
    /// States in which a worker holds a row.
    const HELD: [Self; 2] = [Self::Leased, Self::Intent];

    /// The stored code.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("DEAD", |(_, code)| code)
    }

    /// What is not known is treated as given up, so that somebody looks at it.
    fn of(code: &str) -> Self {
        Self::ALL.iter().find(|(_, known)| *known == code).map_or(Self::Dead, |(state, _)| *state)
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
            ("state", MailState::Pending.code().into()),
            ("fence", 0_i64.into()),
            ("attempts", 0.into()),
            ("next_at", self.now_micros().into()),
            ("expires_at", letter.expires_at.into()),
            ("created_at", self.now_micros().into()),
            ("updated_at", self.now_micros().into()),
        ];
        self.connection().execute(&insert("outbox", row)).await?;
        self.wake_mail();
        Ok(id)
    }
}

/// The longest that a lease is believed, in microseconds: an hour. Workers lease for minutes at most.
const LONGEST_LEASE: i64 = 3_600_000_000;
/// The longest that a row waits, in microseconds: half a day. Workers put off for six hours at most.
const LONGEST_WAIT: i64 = 12 * 3_600_000_000;
/// Rows that are looked at to find some for which there is room.
const WINDOW: u64 = 64;

fn column(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

fn in_states(states: &[MailState]) -> SimpleExpr {
    column("state").is_in(states.iter().map(|state| state.code()))
}

/// Rows that somebody should take at this time, unless they go to a domain that has enough to do.
///
/// Leases are compared with a bound of their own, not with the lease that the caller would write: two workers read
/// their clocks at different moments, and the later one's lease would look absurd to the earlier.
fn due(now: i64, busy: &[String]) -> Vec<SimpleExpr> {
    let far =
        |name: &str, longest: i64| column(name).lte(now).or(column(name).gt(now.saturating_add(longest)));
    let waiting = in_states(&MailState::WAITING).and(far("next_at", LONGEST_WAIT));
    let abandoned = in_states(&MailState::HELD)
        .and(column("lease_until").is_null().or(far("lease_until", LONGEST_LEASE)));
    let mut conditions = vec![waiting.or(abandoned)];
    let is_plain = |domain: &&String| {
        !domain.is_empty() && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
    };
    for domain in busy.iter().filter(is_plain) {
        let there = Expr::expr(Func::lower(column("recipient"))).not_like(format!("%@{domain}"));
        conditions.push(column("recipient").is_null().or(there));
    }
    conditions
}

impl Store {
    /// Waits until mail was promised through this store.
    pub async fn mail_promised(&self) {
        self.mail.notified().await;
    }

    /// Takes rows that are due, oldest first, each for one worker until its lease ends; `choose` says of each whether
    /// there is room for it. A row whose lease is over, missing, or further away than a lease can be, is free again,
    /// and so is one that is put off for longer than rows are put off. No row goes to a domain that is busy.
    ///
    /// `now` and `lease` are in microseconds.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn claim_mail(
        &self,
        now: i64,
        lease: i64,
        busy: &[String],
        choose: &mut (dyn FnMut(&OutboxRow) -> bool + Send),
    ) -> Result<Vec<OutboxRow>, StoreError> {
        // Most of the time there is nothing, and that is found out without the writer.
        let any = select("outbox", ["id"], due(now, busy)).limit(1).take();
        if self.reader().query_one(&any).await?.is_none() {
            return Ok(Vec::new());
        }
        let tx = self.begin().await?;
        let mut rows = select("outbox", COLUMNS, due(now, busy));
        // An id begins with the time at which it was made.
        rows.order_by(Alias::new("id"), sea_orm::Order::Asc)
            .limit(WINDOW)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
        let mut claimed = Vec::new();
        for row in tx.connection().query_all(&rows).await? {
            let mut row = read(&row)?;
            if !choose(&row) {
                continue;
            }
            let held = [is("id", row.id), is("fence", row.fence)];
            row.fence = row.fence.saturating_add(1);
            let set = [
                ("state", MailState::Leased.code().into()),
                ("fence", row.fence.into()),
                ("lease_until", now.saturating_add(Ord::min(lease, LONGEST_LEASE)).into()),
                ("updated_at", now.into()),
            ];
            if tx.connection().execute(&update("outbox", set, held)).await?.rows_affected() == 1 {
                claimed.push(row);
            }
        }
        tx.commit().await?;
        Ok(claimed)
    }

    /// Holds rows for longer. Answers the ids of those that the caller no longer holds.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn renew_mail(
        &self,
        rows: &[&OutboxRow],
        now: i64,
        lease: i64,
    ) -> Result<Vec<Uuid>, StoreError> {
        let until = now.saturating_add(Ord::min(lease, LONGEST_LEASE));
        let tx = self.begin().await?;
        let mut lost = Vec::new();
        for row in rows {
            let set = [("lease_until", until.into()), ("updated_at", now.into())];
            if tx.connection().execute(&update("outbox", set, held(row))).await?.rows_affected() == 0 {
                lost.push(row.id);
            }
        }
        tx.commit().await?;
        Ok(lost)
    }

    /// Moves a row that the caller holds. Answers whether the caller still held it; if not, nothing was written.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn move_mail(&self, row: &OutboxRow, to: MailMove, now: i64) -> Result<bool, StoreError> {
        let mut set: Vec<(&'static str, sea_orm::Value)> =
            vec![("updated_at", now.into()), ("state", to.state().code().into())];
        if !matches!(to, MailMove::Intent { .. }) {
            set.push(("lease_until", None::<i64>.into()));
        }
        // What was sent or is not wanted is not kept: it may hold links that act.
        let emptied = [("raw", None::<String>.into()), ("body", String::new().into())];
        match to {
            MailMove::Intent { raw, attempts } => {
                set.extend([("raw", raw.into()), ("attempts", attempts.into())]);
            }
            MailMove::Sent { queue_id } => {
                set.extend(emptied);
                set.extend([("queue_id", queue_id.into()), ("error", None::<String>.into())]);
            }
            MailMove::Deferred { next_at, error } => {
                set.extend([("next_at", next_at.into()), ("error", error.into())]);
            }
            MailMove::Released => set.push(("next_at", now.into())),
            MailMove::Dead { error } => set.push(("error", error.into())),
            MailMove::Cancelled { error } => {
                set.extend(emptied);
                set.push(("error", error.into()));
            }
        }
        let tx = self.begin().await?;
        let mut statement = update("outbox", [], held(row));
        statement.values(set.into_iter().map(|(name, value)| (Alias::new(name), value.into())));
        let moved = tx.connection().execute(&statement).await?.rows_affected() == 1;
        tx.commit().await?;
        Ok(moved)
    }

    /// How many rows stand in each state.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mail_states(&self) -> Result<Vec<(MailState, i64)>, StoreError> {
        let mut counts = sea_orm::sea_query::Query::select();
        counts
            .column(Alias::new("state"))
            .expr_as(column("id").count(), Alias::new("rows"))
            .from(Alias::new("outbox"))
            .group_by_col(Alias::new("state"));
        let rows = self.reader().query_all(&counts).await?;
        rows.iter().map(|row| Ok((MailState::of(&get::<String>(row, "state")?), get(row, "rows")?))).collect()
    }

    /// When the oldest row was promised that is not done yet, microseconds since 1970, UTC.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn oldest_mail(&self) -> Result<Option<i64>, StoreError> {
        let open = in_states(&MailState::WAITING).or(in_states(&MailState::HELD));
        let mut oldest = select("outbox", ["created_at"], [open]);
        oldest.order_by(Alias::new("id"), sea_orm::Order::Asc).limit(1);
        self.reader().query_one(&oldest).await?.map(|row| get(&row, "created_at")).transpose()
    }

    /// Rows in a state, or in any, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn list_mail(
        &self,
        state: Option<MailState>,
        first: u64,
    ) -> Result<Vec<ListedMail>, StoreError> {
        let conditions = state.map(|state| is("state", state.code()));
        let mut rows = select("outbox", LISTED, conditions);
        rows.order_by(Alias::new("id"), sea_orm::Order::Desc).limit(first);
        let rows = self.reader().query_all(&rows).await?;
        rows.iter()
            .map(|row| {
                Ok(ListedMail {
                    id: get(row, "id")?,
                    state: MailState::of(&get::<String>(row, "state")?),
                    class: get(row, "class")?,
                    recipient: get(row, "recipient")?,
                    subject: get(row, "subject")?,
                    attempts: get(row, "attempts")?,
                    next_at: get(row, "next_at")?,
                    queue_id: get(row, "queue_id")?,
                    error: get(row, "error")?,
                    created_at: get(row, "created_at")?,
                })
            })
            .collect()
    }

    /// Lets dead letters be tried again at once, with the same bytes: one of them, or all. Answers how many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn retry_mail(&self, id: Option<Uuid>, now: i64) -> Result<u64, StoreError> {
        let set = [
            ("state", MailState::Deferred.code().into()),
            ("attempts", 0.into()),
            ("next_at", now.into()),
            ("updated_at", now.into()),
        ];
        let dead = is("state", MailState::Dead.code());
        let tx = self.begin().await?;
        let statement = update("outbox", set, id.map(|id| is("id", id)).into_iter().chain([dead]));
        let retried = tx.connection().execute(&statement).await?.rows_affected();
        tx.commit().await?;
        self.mail.notify_one();
        Ok(retried)
    }
}

/// The row under the fence of the caller, while a worker holds it.
fn held(row: &OutboxRow) -> [SimpleExpr; 3] {
    [is("id", row.id), is("fence", row.fence), in_states(&MailState::HELD)]
}

/// A row as it is looked at, without its text.
#[derive(Debug, Clone)]
pub struct ListedMail {
    /// Its id.
    pub id: Uuid,
    /// Where it stands.
    pub state: MailState,
    /// Its kind, as stored.
    pub class: String,
    /// To which address; none once the person is erased.
    pub recipient: Option<String>,
    /// One line.
    pub subject: String,
    /// Attempts so far.
    pub attempts: i32,
    /// When it is tried next, microseconds since 1970, UTC.
    pub next_at: i64,
    /// What the relay said when it took it.
    pub queue_id: Option<String>,
    /// Why it was last not sent.
    pub error: Option<String>,
    /// When it was promised, microseconds since 1970, UTC.
    pub created_at: i64,
}

const LISTED: [&str; 10] = [
    "id",
    "state",
    "class",
    "recipient",
    "subject",
    "attempts",
    "next_at",
    "queue_id",
    "error",
    "created_at",
];

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
    /// Given back by a worker that ends: whoever is next takes it at once.
    Released,
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

impl MailMove {
    const fn state(&self) -> MailState {
        match self {
            Self::Intent { .. } => MailState::Intent,
            Self::Sent { .. } => MailState::Sent,
            Self::Deferred { .. } | Self::Released => MailState::Deferred,
            Self::Dead { .. } => MailState::Dead,
            Self::Cancelled { .. } => MailState::Cancelled,
        }
    }
}
