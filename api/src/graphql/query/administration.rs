//! What administrators look after: the chain of the audit, and letters that did not arrive.

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use domain::account::PlatformRole;

use super::{
    super::{
        cursor,
        error::{ErrorCode, client_error},
        object::{
            BigInt,
            me::{stored, time},
        },
    },
    sentence,
};
use crate::{
    app::App,
    auth::Actor,
    id::{decode, encode, kind_of_table},
    store::{ActsBefore, AuditRow, Kind, ListedMail, MailState},
};

/// What administrators look after.
#[derive(Debug, Default)]
pub struct AdministrationQuery;

/// An act of the audit's chain.
#[derive(Debug, SimpleObject)]
pub struct AuditEntry {
    /// Its number, from 1; the chain has no gaps.
    number: BigInt,
    /// When.
    at: DateTime<Utc>,
    /// Who; null for the system, and for somebody not signed in.
    person_id: Option<ID>,
    /// For which organisation.
    organisation_id: Option<ID>,
    /// What, by the name of the mutation or of the job.
    action: String,
    /// To what kind of thing.
    kind: String,
    /// To which thing; its id as stored where things of its kind have no global id.
    target_id: Option<ID>,
    /// How it ended.
    outcome: String,
    /// What else is known, without personal data.
    detail: async_graphql::Json<serde_json::Value>,
    /// Id of the request.
    request_id: Option<String>,
    /// Hash of the act before it, SHA-256 in hex; empty for the first.
    previous: String,
    /// Its own hash, over its fields and the hash before it.
    hash: String,
    /// Whether its hash is that of its fields. `caravanserai audit verify` checks the whole chain.
    holds: bool,
}

impl From<AuditRow> for AuditEntry {
    fn from(row: AuditRow) -> Self {
        let holds = row.holds();
        let target_id = row.act.aggregate_id.map(|id| {
            let kind = kind_of_table(&row.act.aggregate_kind);
            ID(kind.map_or_else(|| id.to_string(), |kind| encode(kind, id)))
        });
        Self {
            number: BigInt(row.seq),
            at: time(row.at),
            person_id: row.act.actor.map(|id| ID(encode(Kind::Person, id))),
            organisation_id: row.act.organisation.map(|id| ID(encode(Kind::Organisation, id))),
            action: row.act.action,
            kind: row.act.aggregate_kind,
            target_id,
            outcome: row.act.outcome,
            detail: async_graphql::Json(row.act.detail),
            request_id: row.act.request_id,
            previous: row.previous,
            hash: row.hash,
            holds,
        }
    }
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "MailState")]
pub enum LetterState {
    /// Promised, and not looked at yet.
    Pending,
    /// A worker holds it.
    Leased,
    /// A worker gives it to a relay.
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

/// A letter that was promised, without its text and without the name of the address.
#[derive(Debug, SimpleObject)]
pub struct ListedLetter {
    /// Its id, for `caravanserai mail retry`.
    id: ID,
    /// Where it stands.
    state: LetterState,
    /// What kind of letter.
    class: String,
    /// The host of the address to which it goes; null once the person is erased.
    host: Option<String>,
    /// Attempts so far.
    attempts: i32,
    /// When it was promised.
    promised: DateTime<Utc>,
    /// When it is tried next.
    next_attempt: DateTime<Utc>,
    /// Why it was last not sent, with the address taken out.
    error: Option<String>,
}

impl From<ListedMail> for ListedLetter {
    fn from(mail: ListedMail) -> Self {
        let host = mail.recipient.as_deref().and_then(|address| address.rsplit_once('@'));
        let host = host.map(|(_, host)| host.to_owned());
        let error = mail.error.map(|error| match mail.recipient.as_deref() {
            Some(address) => error.replace(address, "(the address)"),
            None => error,
        });
        Self {
            id: ID(mail.id.to_string()),
            state: mail.state.into(),
            class: mail.class,
            host,
            attempts: mail.attempts,
            promised: time(mail.created_at),
            next_attempt: time(mail.next_at),
            error,
        }
    }
}

fn administrator(ctx: &Context<'_>) -> Result<()> {
    let actor = ctx.data::<Actor>()?;
    if actor.person().is_none() {
        let code = ErrorCode::Unauthenticated;
        return Err(client_error(code, None, code.public_text()));
    }
    if !actor.has(PlatformRole::Administrator) {
        return Err(client_error(ErrorCode::Forbidden, None, "This is for administrators."));
    }
    Ok(())
}

/// What administrators look after.
#[Object]
impl AdministrationQuery {
    /// Who did what, the last act first; for administrators. Each act carries the hash of the one before it.
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "By this person, for this organisation, or to this thing.")] of: Option<ID>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "Acts with a lower number.")] before: Option<BigInt>,
    ) -> Result<Vec<AuditEntry>> {
        administrator(ctx)?;
        let of = of
            .map(|id| decode(id.as_str()).map(|(_, id)| id))
            .transpose()
            .map_err(|error| client_error(ErrorCode::Validation, Some("of"), sentence(&error.to_string())))?;
        let wanted = ActsBefore { seq: before.map(|number| number.0), of };
        let first = cursor::page_size(first)?;
        let rows = stored(ctx.data::<App>()?.store.acts_before(wanted, first as u64).await)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Letters in a state, the newest first; for administrators. Dead letters are tried again from the command line:
    /// `caravanserai mail retry`.
    async fn letters(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which state.", default_with = "LetterState::Dead")] state: LetterState,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Vec<ListedLetter>> {
        administrator(ctx)?;
        let first = cursor::page_size(first)?;
        let rows = stored(ctx.data::<App>()?.store.list_mail(Some(state.into()), first as u64).await)?;
        Ok(rows.into_iter().map(Into::into).collect())
    }
}
