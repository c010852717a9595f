//! What a worker does with a row: takes it under a lease, holds it, moves it.

use domain::{account::Person, id::Id};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, Expr, ExprTrait, Func, LockBehavior, LockType, SimpleExpr},
};
use uuid::Uuid;

use super::{
    super::{
        Store, StoreError,
        sql::{get, is, select, update},
    },
    MailClass, MailState, column, in_states,
};
use crate::failpoint;

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
    /// The same in HTML, where it has that form too.
    pub html: Option<String>,
    /// Further headers.
    pub headers: Vec<(String, String)>,
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

const COLUMNS: [&str; 15] = [
    "id",
    "message_id",
    "class",
    "person_id",
    "recipient",
    "subject",
    "body",
    "html",
    "headers",
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
        html: get(row, "html")?,
        // Letters of old have an object without members there.
        headers: serde_json::from_value(get(row, "headers")?).unwrap_or_default(),
        date: get(row, "date")?,
        fence: get(row, "fence")?,
        attempts: get(row, "attempts")?,
        expires_at: get(row, "expires_at")?,
        raw: get(row, "raw")?,
        created_at: get(row, "created_at")?,
    })
}

/// The longest that a lease is believed, in microseconds: an hour. Workers lease for minutes at most.
const LONGEST_LEASE: i64 = 3_600_000_000;
/// The longest that a row waits, in microseconds: half a day. Workers put off for six hours at most.
const LONGEST_WAIT: i64 = 12 * 3_600_000_000;
/// Rows that are looked at to find some for which there is room.
const WINDOW: u64 = 64;

/// Rows that somebody should take at this time, unless they go to a domain that has enough to do.
///
/// Leases are compared with a bound of their own, not with the lease that the caller would write: two workers read
/// their clocks at different moments, and the later one's lease would look absurd to the earlier.
fn due(now: i64, busy: &[String]) -> Vec<SimpleExpr> {
    let far = |name: &str, longest: i64| {
        let past = column(name).lte(now);
        if failpoint::is_planted("unbounded") {
            return past;
        }
        past.or(column(name).gt(now.saturating_add(longest)))
    };
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
        let lease = if failpoint::is_planted("endless_lease") { LONGEST_LEASE } else { lease };
        let tx = self.begin().await?;
        let mut rows = select("outbox", COLUMNS, due(now, busy));
        // An id begins with the time at which it was made.
        let is_newest_first = failpoint::is_planted("newest_first");
        let order = if is_newest_first { sea_orm::Order::Desc } else { sea_orm::Order::Asc };
        rows.order_by(Alias::new("id"), order)
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
        let none = || None::<String>.into();
        let emptied = [("raw", none()), ("html", none()), ("body", String::new().into())];
        let settled = to.state();
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
        if moved && row.class == MailClass::Digest.code() {
            tx.settle_issue(row.id, settled, row.raw.is_some()).await?;
        }
        tx.commit().await?;
        Ok(moved)
    }
}

/// The row under the fence of the caller, while a worker holds it.
fn held(row: &OutboxRow) -> [SimpleExpr; 3] {
    if failpoint::is_planted("no_fence") {
        return [is("id", row.id), is("id", row.id), is("id", row.id)];
    }
    [is("id", row.id), is("fence", row.fence), in_states(&MailState::HELD)]
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
