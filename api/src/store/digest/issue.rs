//! Issues of digests, their items, and what their readers do not want to hear of.

use std::collections::{HashMap, HashSet};

use domain::{
    Vocabulary,
    digest::{DigestIssueState, DigestIssueTransition, DigestItemKind, ISSUE_RULES, Told},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, ExprTrait, OnConflict, Order, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{
    super::{
        MailState, Store, StoreError, Tx,
        sql::{count, get, insert, is, select, update},
    },
    code, column, corrupt,
};

const ISSUES: &str = "digest_issue";
const ITEMS: &str = "digest_item";

/// An issue as stored. Times are microseconds since 1970, UTC.
#[derive(Debug, Clone)]
pub struct IssueRow {
    /// Its id.
    pub id: Uuid,
    /// Of which subscription.
    pub subscription: Uuid,
    /// Of which period, such as `2026-W48`.
    pub period: String,
    /// Where it stands.
    pub state: DigestIssueState,
    /// When it was due.
    pub due_at: i64,
    /// Its mail.
    pub outbox: Option<Uuid>,
}

const ISSUE: [&str; 6] = ["id", "subscription_id", "period", "state", "due_at", "outbox_id"];

fn issue(row: &QueryResult) -> Result<IssueRow, StoreError> {
    let id: Uuid = get(row, "id")?;
    Ok(IssueRow {
        id,
        subscription: get(row, "subscription_id")?,
        period: get(row, "period")?,
        state: code(row, "state", id)?,
        due_at: get(row, "due_at")?,
        outbox: get(row, "outbox_id")?,
    })
}

/// An item to be stored.
#[derive(Debug, Clone)]
pub struct NewItem {
    /// Its id.
    pub id: Uuid,
    /// Which thing.
    pub subject: Uuid,
    /// Why it is told.
    pub kind: DigestItemKind,
    /// The event.
    pub fingerprint: String,
    /// What is told, and what its reader knows afterwards under `told`.
    pub body: serde_json::Value,
}

/// An item as stored.
#[derive(Debug, Clone)]
pub struct ItemRow {
    /// Its id.
    pub id: Uuid,
    /// Which thing.
    pub subject: Uuid,
    /// Why it is told.
    pub kind: DigestItemKind,
    /// The event.
    pub fingerprint: String,
    /// What is told.
    pub body: serde_json::Value,
    /// What its reader answered from the mail.
    pub answer: Option<String>,
    /// Why, where it was a no.
    pub reason: Option<String>,
}

const ITEM: [&str; 8] = ["id", "issue_id", "subject_id", "kind", "fingerprint", "body", "answer", "reason"];

fn item(row: &QueryResult) -> Result<ItemRow, StoreError> {
    let id: Uuid = get(row, "id")?;
    Ok(ItemRow {
        id,
        subject: get(row, "subject_id")?,
        kind: code(row, "kind", id)?,
        fingerprint: get(row, "fingerprint")?,
        body: get(row, "body")?,
        answer: get(row, "answer")?,
        reason: get(row, "reason")?,
    })
}

/// What a reader does not want to hear of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Muted {
    /// A thing.
    Subject(Uuid),
    /// A field of cooperation by its code.
    Field(String),
}

impl Muted {
    fn stored(&self) -> (&'static str, String) {
        match self {
            Self::Subject(id) => ("SUBJECT", id.simple().to_string()),
            Self::Field(code) => ("FIELD", code.clone()),
        }
    }

    fn read(what: &str, code: String) -> Option<Self> {
        match what {
            "SUBJECT" => code.parse().ok().map(Self::Subject),
            "FIELD" => Some(Self::Field(code)),
            _ => None,
        }
    }
}

impl Store {
    /// Issues that wait to be composed, longest due first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn planned_issues(&self, first: u64) -> Result<Vec<IssueRow>, StoreError> {
        let mut rows = select(ISSUES, ISSUE, [is("state", DigestIssueState::Planned.code())]);
        rows.order_by(Alias::new("due_at"), Order::Asc).order_by(Alias::new("id"), Order::Asc).limit(first);
        self.reader().query_all(&rows).await?.iter().map(issue).collect()
    }

    /// Issues of a subscription, newest first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn issues_of(&self, subscription: Uuid, first: u64) -> Result<Vec<IssueRow>, StoreError> {
        let mut rows = select(ISSUES, ISSUE, [is("subscription_id", subscription)]);
        rows.order_by(Alias::new("due_at"), Order::Desc).order_by(Alias::new("id"), Order::Desc).limit(first);
        self.reader().query_all(&rows).await?.iter().map(issue).collect()
    }

    /// The issue of a letter.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn issue_of_mail(&self, outbox: Uuid) -> Result<Option<IssueRow>, StoreError> {
        let rows = select(ISSUES, ISSUE, [is("outbox_id", outbox)]);
        self.reader().query_one(&rows).await?.as_ref().map(issue).transpose()
    }

    /// An issue.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn issue(&self, id: Uuid) -> Result<Option<IssueRow>, StoreError> {
        let rows = select(ISSUES, ISSUE, [is("id", id)]);
        self.reader().query_one(&rows).await?.as_ref().map(issue).transpose()
    }

    /// An item with the issue that it stands in.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn item(&self, id: Uuid) -> Result<Option<(ItemRow, IssueRow)>, StoreError> {
        let rows = select(ITEMS, ITEM, [is("id", id)]);
        let Some(row) = self.reader().query_one(&rows).await? else { return Ok(None) };
        let issue = self.issue(get(&row, "issue_id")?).await?;
        Ok(issue.zip(Some(item(&row)?)).map(|(issue, item)| (item, issue)))
    }

    /// Whether a link was used.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_link_used(&self, hash: &str) -> Result<bool, StoreError> {
        Ok(count(self.reader(), "digest_link", [is("hash", hash)]).await? > 0)
    }

    /// Forgets used links of before a time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_links(&self, before: i64) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        tx.connection().execute(&super::delete("digest_link", [column("used_at").lt(before)])).await?;
        tx.commit().await
    }

    /// Items of issues, in their order, by issue.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn items_of(&self, issues: &[Uuid]) -> Result<HashMap<Uuid, Vec<ItemRow>>, StoreError> {
        let mut rows = select(ITEMS, ITEM, [column("issue_id").is_in(issues.iter().copied())]);
        rows.order_by(Alias::new("place"), Order::Asc);
        let mut found: HashMap<Uuid, Vec<ItemRow>> = HashMap::new();
        for row in self.reader().query_all(&rows).await? {
            found.entry(get(&row, "issue_id")?).or_default().push(item(&row)?);
        }
        Ok(found)
    }

    /// What a subscription's reader was told of things: last of each, and every event.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn told(
        &self,
        subscription: Uuid,
        subjects: &[Uuid],
    ) -> Result<(HashMap<Uuid, Told>, HashSet<(Uuid, String)>), StoreError> {
        let those =
            [is("subscription_id", subscription), column("subject_id").is_in(subjects.iter().copied())];
        let mut rows = select(ITEMS, ["id", "subject_id", "fingerprint", "body"], those);
        rows.order_by(Alias::new("id"), Order::Asc);
        let (mut last, mut events) = (HashMap::new(), HashSet::new());
        for row in self.reader().query_all(&rows).await? {
            let (id, subject): (Uuid, Uuid) = (get(&row, "id")?, get(&row, "subject_id")?);
            let mut body: serde_json::Value = get(&row, "body")?;
            let told = body.get_mut("told").map(serde_json::Value::take).unwrap_or_default();
            last.insert(subject, serde_json::from_value(told).map_err(|error| corrupt(id, &error))?);
            events.insert((subject, get(&row, "fingerprint")?));
        }
        Ok((last, events))
    }

    /// What a subscription's reader does not want to hear of at a time.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mutes(&self, subscription: Uuid, now: i64) -> Result<HashSet<Muted>, StoreError> {
        let holds = column("until").is_null().or(column("until").gt(now));
        let rows = select("digest_mute", ["what", "code"], [is("subscription_id", subscription), holds]);
        let rows = self.reader().query_all(&rows).await?;
        let read = |row: &QueryResult| Ok(Muted::read(&get::<String>(row, "what")?, get(row, "code")?));
        rows.iter().filter_map(|row| read(row).transpose()).collect()
    }
}

impl Tx {
    /// Plans the issue of a period. Answers whether there was none yet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn plan_issue(
        &self,
        subscription: Uuid,
        period: &str,
        due_at: i64,
    ) -> Result<bool, StoreError> {
        let row = [
            ("id", Uuid::now_v7().into()),
            ("subscription_id", subscription.into()),
            ("period", period.into()),
            ("state", DigestIssueState::Planned.code().into()),
            ("due_at", due_at.into()),
            ("items", 0.into()),
            ("created_at", self.now_micros().into()),
            ("updated_at", self.now_micros().into()),
        ];
        let mut row = insert(ISSUES, row);
        let period = [Alias::new("subscription_id"), Alias::new("period")];
        row.on_conflict(OnConflict::columns(period).do_nothing().to_owned());
        Ok(self.connection().execute(&row).await?.rows_affected() == 1)
    }

    /// Moves an issue that stands where the caller saw it. Answers whether it did.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn move_issue(
        &self,
        id: Uuid,
        from: DigestIssueState,
        to: DigestIssueState,
    ) -> Result<bool, StoreError> {
        let set = [("state", to.code().into()), ("updated_at", self.now_micros().into())];
        let one = [is("id", id), is("state", from.code())];
        Ok(self.connection().execute(&update(ISSUES, set, one)).await?.rows_affected() == 1)
    }

    /// Ends the issue of a letter as the letter ended. What an issue told that is no longer wanted, and that nobody was
    /// sent, can be told again.
    ///
    /// # Errors
    /// The database does not answer.
    pub(in crate::store) async fn settle_issue(
        &self,
        outbox: Uuid,
        letter: MailState,
        was_given: bool,
    ) -> Result<(), StoreError> {
        let transition = match letter {
            MailState::Sent => DigestIssueTransition::Deliver,
            MailState::Dead => DigestIssueTransition::Fail,
            MailState::Cancelled => DigestIssueTransition::Cancel,
            MailState::Pending | MailState::Leased | MailState::Intent | MailState::Deferred => return Ok(()),
        };
        if letter == MailState::Cancelled && !was_given {
            let issue = select(ISSUES, ["id"], [is("outbox_id", outbox)]);
            let those = column("issue_id").in_subquery(issue);
            self.connection().execute(&super::delete(ITEMS, [those])).await?;
        }
        self.move_issues([is("outbox_id", outbox)], transition).await
    }

    /// Takes issues up again whose letters are given up and will be tried again: one letter, or all.
    ///
    /// # Errors
    /// The database does not answer.
    pub(in crate::store) async fn reopen_issues(&self, letter: Option<Uuid>) -> Result<(), StoreError> {
        let mut dead = Query::select();
        let dead = dead.column(Alias::new("id")).from(Alias::new("outbox"));
        let dead = dead.and_where(is("state", MailState::Dead.code()));
        let those = match letter {
            Some(id) => dead.and_where(is("id", id)),
            None => dead,
        };
        let those = column("outbox_id").in_subquery(those.take());
        self.move_issues([those], DigestIssueTransition::Retry).await
    }

    /// Moves issues by a transition, from wherever the table has it.
    async fn move_issues(
        &self,
        those: [SimpleExpr; 1],
        transition: DigestIssueTransition,
    ) -> Result<(), StoreError> {
        let [those] = those;
        for (from, _, to) in ISSUE_RULES.iter().filter(|rule| rule.1 == transition) {
            let set = [("state", to.code().into()), ("updated_at", self.now_micros().into())];
            let which = [those.clone(), is("state", from.code())];
            self.connection().execute(&update(ISSUES, set, which)).await?;
        }
        Ok(())
    }

    /// Writes down the mail and the items of an issue.
    ///
    /// # Errors
    /// One of them was told before, or the database does not answer.
    pub async fn fill_issue(
        &self,
        issue: &IssueRow,
        outbox: Uuid,
        items: &[NewItem],
    ) -> Result<(), StoreError> {
        let count = i32::try_from(items.len()).unwrap_or(i32::MAX);
        let set = [("outbox_id", outbox.into()), ("items", count.into())];
        self.connection().execute(&update(ISSUES, set, [is("id", issue.id)])).await?;
        for (place, item) in (1_i32..).zip(items) {
            let row = [
                ("id", item.id.into()),
                ("issue_id", issue.id.into()),
                ("subscription_id", issue.subscription.into()),
                ("subject_id", item.subject.into()),
                ("kind", item.kind.code().into()),
                ("fingerprint", item.fingerprint.clone().into()),
                ("place", place.into()),
                ("body", item.body.clone().into()),
                ("created_at", self.now_micros().into()),
            ];
            self.connection().execute(&insert(ITEMS, row)).await?;
        }
        Ok(())
    }

    /// Writes down what a reader answered to an item.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn answer_item(
        &self,
        item: Uuid,
        answer: &str,
        reason: Option<&str>,
    ) -> Result<(), StoreError> {
        let set = [("answer", answer.into()), ("reason", reason.map(str::to_owned).into())];
        self.connection().execute(&update(ITEMS, set, [is("id", item)])).await?;
        Ok(())
    }

    /// Leaves something out of a subscription's issues, until a time or for good.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn mute(&self, subscription: Uuid, what: &Muted, until: Option<i64>) -> Result<(), StoreError> {
        let (what, code) = what.stored();
        let row = [
            ("subscription_id", subscription.into()),
            ("what", what.into()),
            ("code", code.into()),
            ("until", until.into()),
            ("created_at", self.now_micros().into()),
        ];
        let mut row = insert("digest_mute", row);
        let key = ["subscription_id", "what", "code"].map(Alias::new);
        row.on_conflict(OnConflict::columns(key).update_column(Alias::new("until")).to_owned());
        self.connection().execute(&row).await?;
        Ok(())
    }

    /// Uses a link up. Answers whether it was not used before.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn use_link(&self, hash: &str) -> Result<bool, StoreError> {
        let mut row = insert("digest_link", [("hash", hash.into()), ("used_at", self.now_micros().into())]);
        row.on_conflict(OnConflict::column(Alias::new("hash")).do_nothing().to_owned());
        Ok(self.connection().execute(&row).await?.rows_affected() == 1)
    }
}
