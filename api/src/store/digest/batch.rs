//! Many issues at once: what is planned, what its readers know, and what becomes of it, without a statement for each.

use std::collections::{HashMap, HashSet};

use domain::{
    Vocabulary,
    digest::{DigestIssueState, DigestSubjectKind, Told},
};
use futures::TryStreamExt;
use sea_orm::{
    ConnectionTrait, QueryResult, StreamTrait,
    sea_query::{Alias, Expr, ExprTrait, JoinType, OnConflict, Order, Query},
};
use uuid::Uuid;

use super::{
    super::{
        Store, StoreError, Tx, log,
        sql::{get, inserts, is, select, update},
    },
    COLUMNS, TABLE, code, column,
    issue::{ISSUES, ITEMS, Muted, NewItem},
    read,
};

/// An issue that waits to be composed, with what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DueIssue {
    /// Its id.
    pub id: Uuid,
    /// Of which subscription.
    pub subscription: Uuid,
    /// When it was due, microseconds since 1970, UTC.
    pub due_at: i64,
    /// What its subscription is about.
    pub subject: DigestSubjectKind,
    /// Which one.
    pub subject_id: Uuid,
}

/// The issue of a period, to be planned.
#[derive(Debug, Clone)]
pub struct NewIssue {
    /// Of which subscription.
    pub subscription: Uuid,
    /// Of which period.
    pub period: String,
    /// When it was due, microseconds since 1970, UTC.
    pub due_at: i64,
}

/// What the readers of subscriptions were told: last of each thing, and every event.
#[derive(Debug, Default)]
pub struct ToldBefore {
    last: HashMap<(Uuid, Uuid), Told>,
    events: HashMap<Uuid, HashSet<(Uuid, String)>>,
}

impl ToldBefore {
    /// What was told last of a thing.
    pub fn last(&self, subscription: Uuid, subject: Uuid) -> Option<&Told> {
        self.last.get(&(subscription, subject))
    }

    /// Every event that was told to a subscription's reader.
    pub fn events(&self, subscription: Uuid) -> Option<&HashSet<(Uuid, String)>> {
        self.events.get(&subscription)
    }
}

/// What a subscription's reader does not want to hear of, each until when in microseconds since 1970, UTC; none for
/// good.
pub type Mutes = Vec<(Muted, Option<i64>)>;

/// Ids in one statement at most.
pub(super) const CHUNK: usize = 400;

impl Store {
    /// Issues that wait to be composed, longest due first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn due_issues(&self, first: u64) -> Result<Vec<DueIssue>, StoreError> {
        let of = |table: &str, name: &str| Expr::col((Alias::new(table), Alias::new(name)));
        let mut rows = Query::select();
        rows.columns(["id", "subscription_id", "due_at"].map(|name| (Alias::new(ISSUES), Alias::new(name))))
            .columns(["subject_kind", "subject_id"].map(|name| (Alias::new(TABLE), Alias::new(name))))
            .from(Alias::new(ISSUES))
            .join(JoinType::InnerJoin, Alias::new(TABLE), of(TABLE, "id").equals((ISSUES, "subscription_id")))
            .and_where(of(ISSUES, "state").eq(DigestIssueState::Planned.code()))
            .order_by((Alias::new(ISSUES), Alias::new("due_at")), Order::Asc)
            .order_by((Alias::new(ISSUES), Alias::new("id")), Order::Asc)
            .limit(first);
        // There may be many: none is kept but what is asked for.
        let mut stream = self.reader().stream(&rows).await?;
        let mut found = Vec::new();
        while let Some(row) = stream.try_next().await? {
            let id: Uuid = get(&row, "id")?;
            found.push(DueIssue {
                id,
                subscription: get(&row, "subscription_id")?,
                due_at: get(&row, "due_at")?,
                subject: code(&row, "subject_kind", id)?,
                subject_id: get(&row, "subject_id")?,
            });
        }
        Ok(found)
    }

    /// What the readers of some subscriptions were told of some things.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn told_before(
        &self,
        subscriptions: &[Uuid],
        subjects: &[Uuid],
    ) -> Result<ToldBefore, StoreError> {
        let mut before = ToldBefore::default();
        let mut parts = Vec::new();
        for some in subscriptions.chunks(CHUNK) {
            for part in subjects.chunks(CHUNK) {
                parts.push((some, part));
            }
        }
        for (subscriptions, subjects) in parts {
            let those = [
                column("subscription_id").is_in(subscriptions.iter().copied()),
                column("subject_id").is_in(subjects.iter().copied()),
            ];
            let mut rows =
                select(ITEMS, ["id", "subscription_id", "subject_id", "fingerprint", "body"], those);
            rows.order_by(Alias::new("id"), Order::Asc);
            for row in self.reader().query_all(&rows).await? {
                let id: Uuid = get(&row, "id")?;
                let (subscription, subject): (Uuid, Uuid) =
                    (get(&row, "subscription_id")?, get(&row, "subject_id")?);
                let body: serde_json::Value = get(&row, "body")?;
                let told = body.get("told").cloned().unwrap_or_default();
                let told = serde_json::from_value(told).map_err(|source| StoreError::Corrupt {
                    kind: ITEMS,
                    id,
                    source,
                })?;
                // The later one stands.
                before.last.insert((subscription, subject), told);
                let events = before.events.entry(subscription).or_default();
                events.insert((subject, get(&row, "fingerprint")?));
            }
        }
        Ok(before)
    }

    /// What the readers of some subscriptions do not want to hear of.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mutes_of(&self, subscriptions: &[Uuid]) -> Result<HashMap<Uuid, Mutes>, StoreError> {
        let mut found: HashMap<Uuid, Mutes> = HashMap::new();
        for some in subscriptions.chunks(CHUNK) {
            let those = [column("subscription_id").is_in(some.iter().copied())];
            let rows = select("digest_mute", ["subscription_id", "what", "code", "until"], those);
            for row in self.reader().query_all(&rows).await? {
                if let Some(muted) = Muted::read(&get::<String>(&row, "what")?, get(&row, "code")?) {
                    let mutes = found.entry(get(&row, "subscription_id")?).or_default();
                    mutes.push((muted, get(&row, "until")?));
                }
            }
        }
        Ok(found)
    }
}

impl Tx {
    /// Subscriptions of these ids, locked against other writes in one order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn lock_subscriptions(
        &self,
        ids: &[Uuid],
    ) -> Result<HashMap<Uuid, super::SubscriptionRow>, StoreError> {
        let mut rows = select(TABLE, COLUMNS, [column("id").is_in(ids.iter().copied())]);
        rows.order_by(Alias::new("id"), Order::Asc).lock_exclusive();
        let rows = self.connection().query_all(&rows).await?;
        rows.iter().map(|row: &QueryResult| read(row).map(|row| (row.id, row))).collect()
    }

    /// Plans issues of periods. Answers how many there were not yet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plan_issues(&self, issues: Vec<NewIssue>) -> Result<u64, StoreError> {
        let now = self.now_micros();
        let row = |issue: NewIssue| {
            [
                ("id", Uuid::now_v7().into()),
                ("subscription_id", issue.subscription.into()),
                ("period", issue.period.into()),
                ("state", DigestIssueState::Planned.code().into()),
                ("due_at", issue.due_at.into()),
                ("items", 0.into()),
                ("created_at", now.into()),
                ("updated_at", now.into()),
            ]
        };
        let mut planned = 0_u64;
        for mut statement in inserts(ISSUES, issues.into_iter().map(row).collect()) {
            let period = [Alias::new("subscription_id"), Alias::new("period")];
            statement.on_conflict(OnConflict::columns(period).do_nothing().to_owned());
            planned = planned.saturating_add(self.connection().execute(&statement).await?.rows_affected());
        }
        Ok(planned)
    }

    /// Sets when the next issue of a locked subscription is due; its version rises.
    ///
    /// # Errors
    /// It was changed meanwhile, or the database does not answer.
    pub async fn reschedule(&self, id: Uuid, version: i32, due_at: Option<i64>) -> Result<(), StoreError> {
        let next = version.saturating_add(1);
        let set =
            [("version", next.into()), ("due_at", due_at.into()), ("updated_at", self.now_micros().into())];
        let one = [is("id", id), is("version", version)];
        if self.connection().execute(&update(TABLE, set, one)).await?.rows_affected() == 1 {
            self.note(log::Change::new(TABLE, id, next));
            return Ok(());
        }
        Err(StoreError::Stale { kind: TABLE, id })
    }

    /// Notes that an issue that is planned has become a letter of so many items. Answers whether it was planned still.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn compose_issue(&self, id: Uuid, outbox: Uuid, items: usize) -> Result<bool, StoreError> {
        let set = [
            ("state", DigestIssueState::Composed.code().into()),
            ("outbox_id", outbox.into()),
            ("items", i32::try_from(items).unwrap_or(i32::MAX).into()),
            ("updated_at", self.now_micros().into()),
        ];
        let one = [is("id", id), is("state", DigestIssueState::Planned.code())];
        Ok(self.connection().execute(&update(ISSUES, set, one)).await?.rows_affected() == 1)
    }

    /// Ends issues that are planned without a letter. Answers how many were planned still.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn end_issues(&self, ids: &[Uuid], to: DigestIssueState) -> Result<u64, StoreError> {
        let set = [("state", to.code().into()), ("updated_at", self.now_micros().into())];
        let those = [column("id").is_in(ids.iter().copied()), is("state", DigestIssueState::Planned.code())];
        Ok(self.connection().execute(&update(ISSUES, set, those)).await?.rows_affected())
    }

    /// Writes down the items of issues, each with its issue and subscription, in their order.
    ///
    /// # Errors
    /// One of them was told before, or the database does not answer.
    pub async fn note_items<'i>(
        &self,
        issues: impl Iterator<Item = (&'i DueIssue, &'i [NewItem])> + Send,
    ) -> Result<(), StoreError> {
        let now = self.now_micros();
        let rows = issues.flat_map(|(issue, items)| {
            (1_i32..).zip(items).map(move |(place, item)| {
                [
                    ("id", item.id.into()),
                    ("issue_id", issue.id.into()),
                    ("subscription_id", issue.subscription.into()),
                    ("subject_id", item.subject.into()),
                    ("kind", item.kind.code().into()),
                    ("fingerprint", item.fingerprint.clone().into()),
                    ("place", place.into()),
                    ("body", item.body.clone().into()),
                    ("created_at", now.into()),
                ]
            })
        });
        for statement in inserts(ITEMS, rows.collect()) {
            self.connection().execute(&statement).await?;
        }
        Ok(())
    }
}
