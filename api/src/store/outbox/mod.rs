//! Mail that was promised: a row in the transaction of its cause, sent later by a worker.
//!
//! A row goes PENDING, then LEASED to one worker under a fence, then INTENT with the bytes that will be sent, then
//! SENT, DEFERRED to a later time, DEAD with its reason, or CANCELLED. Message id and date are those of the row, so
//! that a copy which a crash makes is the same message.
//!
//! Times are those of the worker's clock, and none is believed that no worker can have written: a clock that jumped,
//! or wrong arithmetic, would otherwise strand a row for ever.

mod listed;
mod moves;
mod work;

use domain::{account::Person, id::Id};
use sea_orm::{
    ConnectionTrait, Value,
    sea_query::{Alias, Expr, ExprTrait, SimpleExpr},
};
use uuid::Uuid;

pub use listed::ListedMail;
pub(super) use moves::Moves;
pub use work::{MailMove, OutboxRow};

use super::{
    StoreError, Tx,
    sql::{insert, inserts},
};

/// What kind of mail it is; kinds have their own patience.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailClass {
    /// About an account: links that live for a short time.
    Security,
    /// About something that happened.
    Notice,
    /// An issue of a digest.
    Digest,
}

impl MailClass {
    /// The stored code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Security => "SECURITY",
            Self::Notice => "NOTICE",
            Self::Digest => "DIGEST",
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

/// What a letter has beside its plain text, where it is one of a list.
#[derive(Debug, Clone)]
pub struct ListForm {
    /// Id of the message with its angle brackets: the same whenever the same letter is promised.
    pub message_id: String,
    /// The same as the plain text, in HTML.
    pub html: String,
    /// Headers of lists: names and values, ASCII.
    pub headers: Vec<(String, String)>,
}

impl Tx {
    /// Promises mail. Answers its id.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn promise(&self, letter: Letter, mail_domain: &str) -> Result<Uuid, StoreError> {
        // The id of a row tells when it was made; that of a message need not.
        let message_id = format!("<{}@{mail_domain}>", Uuid::new_v4().simple());
        let (id, now) = (Uuid::now_v7(), self.now_micros());
        let row = self.row(id, letter, message_id, None, serde_json::json!({}), now);
        self.connection().execute(&insert("outbox", row)).await?;
        self.wake_mail();
        Ok(id)
    }

    /// Promises letters of lists under these ids, due at once whatever clock they were written by.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn promise_of_lists(&self, letters: Vec<(Uuid, Letter, ListForm)>) -> Result<(), StoreError> {
        let row = |(id, letter, form): (Uuid, Letter, ListForm)| {
            let headers = form.headers.into_iter().map(|(name, value)| serde_json::json!([name, value]));
            let headers = serde_json::Value::Array(headers.collect());
            self.row(id, letter, form.message_id, Some(form.html), headers, 0)
        };
        for statement in inserts("outbox", letters.into_iter().map(row).collect()) {
            self.connection().execute(&statement).await?;
        }
        self.wake_mail();
        Ok(())
    }

    fn row(
        &self,
        id: Uuid,
        letter: Letter,
        message_id: String,
        html: Option<String>,
        headers: serde_json::Value,
        next_at: i64,
    ) -> [(&'static str, Value); 17] {
        [
            ("id", id.into()),
            ("message_id", message_id.into()),
            ("class", letter.class.code().into()),
            ("person_id", letter.person.map(Id::uuid).into()),
            ("recipient", letter.to.into()),
            ("subject", letter.subject.into()),
            ("body", letter.body.into()),
            ("html", html.into()),
            ("headers", headers.into()),
            ("date", self.now_micros().into()),
            ("state", MailState::Pending.code().into()),
            ("fence", 0_i64.into()),
            ("attempts", 0.into()),
            ("next_at", next_at.into()),
            ("expires_at", letter.expires_at.into()),
            ("created_at", self.now_micros().into()),
            ("updated_at", self.now_micros().into()),
        ]
    }
}

fn column(name: &str) -> Expr {
    Expr::col(Alias::new(name))
}

fn in_states(states: &[MailState]) -> SimpleExpr {
    column("state").is_in(states.iter().map(|state| state.code()))
}
