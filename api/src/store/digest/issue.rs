//! Issues of digests, their items, and what their readers do not want to hear of.

use std::collections::HashMap;

use domain::{
    Vocabulary,
    digest::{DigestIssueState, DigestIssueTransition, DigestItemKind, ISSUE_RULES},
};
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Alias, ExprTrait, OnConflict, Order, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{
    super::{
        MailState, Store, StoreError, Tx,
        sql::{above, count, get, insert, is, select, update},
    },
    code, column,
};

pub(super) const ISSUES: &str = "digest_issue";
pub(super) const ITEMS: &str = "digest_item";

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

    pub(super) fn read(what: &str, code: String) -> Option<Self> {
        match what {
            "SUBJECT" => code.parse().ok().map(Self::Subject),
            "FIELD" => Some(Self::Field(code)),
            _ => None,
        }
    }
}

impl Store {
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
}

impl Tx {
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
        // By its id from here on: beside a state, SQLite would look through all issues of that state for the letter's.
        let issue = select(ISSUES, ["id"], [is("outbox_id", outbox)]);
        let Some(issue) = self.connection().query_one(&issue).await? else { return Ok(()) };
        let issue: Uuid = get(&issue, "id")?;
        if letter == MailState::Cancelled && !was_given {
            self.connection().execute(&super::delete(ITEMS, [is("issue_id", issue)])).await?;
        }
        self.move_issues([is("id", issue)], transition).await
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

    /// Remembers something by its hash until a time, microseconds since 1970, UTC.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn keep_link(&self, hash: &str, until: i64) -> Result<(), StoreError> {
        let mut row = insert("digest_link", [("hash", hash.into()), ("used_at", until.into())]);
        let mut known = OnConflict::column(Alias::new("hash"));
        row.on_conflict(known.update_column(Alias::new("used_at")).to_owned());
        self.connection().execute(&row).await?;
        Ok(())
    }

    /// Whether something is remembered still.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_link_kept(&self, hash: &str, now: i64) -> Result<bool, StoreError> {
        Ok(count(self.connection(), "digest_link", [is("hash", hash), above("used_at", now)]).await? > 0)
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
