//! Rows as somebody looks at them, and tries them again.

use sea_orm::{ConnectionTrait, sea_query::Alias, sea_query::ExprTrait};
use uuid::Uuid;

use super::{
    super::{
        Store, StoreError,
        sql::{get, is, select, update},
    },
    MailState, column, in_states,
};

impl Store {
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

    /// To which address the letter of a message id went; none where there is none, or the person is erased.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn recipient_of(&self, message_id: &str) -> Result<Option<String>, StoreError> {
        let row = select("outbox", ["recipient"], [is("message_id", message_id)]);
        let row = self.reader().query_one(&row).await?;
        Ok(row.map(|row| get::<Option<String>>(&row, "recipient")).transpose()?.flatten())
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
        tx.reopen_issues(id).await?;
        let retried = tx.connection().execute(&statement).await?.rows_affected();
        tx.commit().await?;
        self.mail.notify_one();
        Ok(retried)
    }
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
