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
    MailState, column, in_states,
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
        subject: get(row, "subject")?,
        body: get(row, "body")?,
        html: get(row, "html")?,
        // Letters of old have an object without members there.
        headers: serde_json::from_value(get(row, "headers")?).unwrap_or_default(),
        raw: get(row, "raw")?,
        ..light(row)?
    })
}

/// All but the texts, which may be long.
const LIGHT: [&str; 10] = [
    "id",
    "message_id",
    "class",
    "person_id",
    "recipient",
    "date",
    "fence",
    "attempts",
    "expires_at",
    "created_at",
];

fn light(row: &QueryResult) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id: get(row, "id")?,
        message_id: get(row, "message_id")?,
        class: get(row, "class")?,
        person: get::<Option<Uuid>>(row, "person_id")?.map(Id::from_uuid),
        recipient: get(row, "recipient")?,
        subject: String::new(),
        body: String::new(),
        html: None,
        headers: Vec::new(),
        date: get(row, "date")?,
        fence: get(row, "fence")?,
        attempts: get(row, "attempts")?,
        expires_at: get(row, "expires_at")?,
        raw: None,
        created_at: get(row, "created_at")?,
    })
}

/// The longest that a lease is believed, in microseconds: an hour. Workers lease for minutes at most.
const LONGEST_LEASE: i64 = 3_600_000_000;
/// The longest that a row waits, in microseconds: half a day. Workers put off for six hours at most.
const LONGEST_WAIT: i64 = 12 * 3_600_000_000;
/// Rows that are looked at to find some for which there is room.
const WINDOW: u64 = 64;

/// Rows that somebody should take at this time, unless they go to a domain that has enough to do: each part is found by
/// an index, however many rows there are. Letters of lists, which are due from the beginning of the era,
/// come after all others: nobody waits for a link to a new password until a hundred thousand digests are sent.
///
/// Leases are compared with a bound of their own, not with the lease that the caller would write: two workers read
/// their clocks at different moments, and the later one's lease would look absurd to the earlier.
fn due(now: i64, busy: &[String]) -> [(&'static str, Vec<SimpleExpr>); 5] {
    let in_state = |state: MailState| is("state", state.code());
    let until = || column("lease_until");
    let is_plain = |domain: &&String| {
        !domain.is_empty() && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
    };
    let elsewhere = busy.iter().filter(is_plain).map(|domain| {
        let there = Expr::expr(Func::lower(column("recipient"))).not_like(format!("%@{domain}"));
        column("recipient").is_null().or(there)
    });
    let elsewhere: Vec<SimpleExpr> = elsewhere.collect();
    // Times that are further away than any that is written are slips of a clock.
    let slip = |longest: i64| {
        let bound = if failpoint::is_planted("unbounded") { i64::MAX } else { now.saturating_add(longest) };
        move |time: SimpleExpr| time.gt(bound)
    };
    let abandoned = until().is_null().or(until().lte(now)).or(slip(LONGEST_LEASE)(until()));
    let parts = [
        (
            "next_at",
            in_state(MailState::Pending).and(column("next_at").gt(0_i64)).and(column("next_at").lte(now)),
        ),
        // What was put off drains oldest first, whatever the dice said of each; no index has this order, and what is due
        // is sorted.
        ("created_at", in_state(MailState::Deferred).and(column("next_at").lte(now))),
        ("next_at", in_states(&MailState::WAITING).and(slip(LONGEST_WAIT)(column("next_at")))),
        ("id", in_states(&MailState::HELD).and(abandoned)),
        ("next_at", in_state(MailState::Pending).and(column("next_at").lte(0_i64))),
    ];
    parts.map(|(order, part)| (order, std::iter::once(part).chain(elsewhere.iter().cloned()).collect()))
}

impl Store {
    /// Waits until mail was promised through this store.
    pub async fn mail_promised(&self) {
        self.mail.notified().await;
    }

    /// Takes rows that are due, each for one worker until its lease ends; `choose` says of each whether there is room
    /// for it, by all but its texts. A row whose lease is over, missing, or further away than a lease can be, is free
    /// again, and so is one that is put off for longer than rows are put off. No row goes to a domain that is busy.
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
        let mut is_any = false;
        for (_, conditions) in due(now, busy) {
            let any = select("outbox", ["id"], conditions).limit(1).take();
            if self.reader().query_one(&any).await?.is_some() {
                is_any = true;
                break;
            }
        }
        if !is_any {
            return Ok(Vec::new());
        }
        let lease = if failpoint::is_planted("endless_lease") { LONGEST_LEASE } else { lease };
        let tx = self.begin().await?;
        let mut held_now = Vec::new();
        for (order, conditions) in due(now, busy) {
            let mut rows = select("outbox", LIGHT, conditions);
            let is_newest_first = failpoint::is_planted("newest_first");
            let (order, way) =
                if is_newest_first { ("id", sea_orm::Order::Desc) } else { (order, sea_orm::Order::Asc) };
            rows.order_by(Alias::new(order), way)
                .limit(WINDOW)
                .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
            let rows = tx.connection().query_all(&rows).await?;
            for row in rows {
                let row = light(&row)?;
                if !choose(&row) {
                    continue;
                }
                let held = [is("id", row.id), is("fence", row.fence)];
                let set = [
                    ("state", MailState::Leased.code().into()),
                    ("fence", row.fence.saturating_add(1).into()),
                    ("lease_until", now.saturating_add(Ord::min(lease, LONGEST_LEASE)).into()),
                    ("updated_at", now.into()),
                ];
                if tx.connection().execute(&update("outbox", set, held)).await?.rows_affected() == 1 {
                    held_now.push(row.id);
                }
            }
        }
        let mut claimed = Vec::with_capacity(held_now.len());
        if !held_now.is_empty() {
            let mut rows = select("outbox", COLUMNS, [column("id").is_in(held_now)]);
            rows.order_by(Alias::new("id"), sea_orm::Order::Asc);
            for row in tx.connection().query_all(&rows).await? {
                claimed.push(read(&row)?);
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
            if tx.connection().execute(&update("outbox", set, held(row.id, row.fence))).await?.rows_affected()
                == 0
            {
                lost.push(row.id);
            }
        }
        tx.commit().await?;
        Ok(lost)
    }
}

/// The row under the fence of the caller, while a worker holds it.
pub(super) fn held(id: Uuid, fence: i64) -> [SimpleExpr; 3] {
    if failpoint::is_planted("no_fence") {
        return [is("id", id), is("id", id), is("id", id)];
    }
    [is("id", id), is("fence", fence), in_states(&MailState::HELD)]
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
    pub(super) const fn state(&self) -> MailState {
        match self {
            Self::Intent { .. } => MailState::Intent,
            Self::Sent { .. } => MailState::Sent,
            Self::Deferred { .. } | Self::Released => MailState::Deferred,
            Self::Dead { .. } => MailState::Dead,
            Self::Cancelled { .. } => MailState::Cancelled,
        }
    }
}
