//! One row, once: is it still wanted, the bytes are noted down, given away, and what became of them is noted down.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, Utc};
use lettre::message::Mailbox;
use uuid::Uuid;

use super::{
    Dkim,
    message::Parcel,
    transport::{Delivery, Transport},
};
use crate::{
    auth::Clock,
    digest, failpoint,
    store::{MailClass, MailMove, OutboxRow, Store, StoreError, account::PersonState},
    telemetry::hidden,
};

const MINUTE: i64 = 60_000_000;
/// The longest time between two attempts, in microseconds: six hours.
const LONGEST_PAUSE: i64 = 360 * MINUTE;
/// Mail is given up after this time, in microseconds: three days.
const PATIENCE: i64 = 3 * 24 * 60 * MINUTE;
/// A letter whose end is so long ago, in microseconds, is no stale one, but read under a wrong clock: a year.
const STALE: i64 = 365 * 24 * 60 * MINUTE;
/// However old it is, it is tried this often: the program may have stood still for longer than its patience.
const LEAST_ATTEMPTS: i32 = 5;
/// Longest note on a failure, in characters.
const MAX_NOTE: usize = 300;
/// Pauses between tries to note down what became of a message, in milliseconds: a relay may have it already.
const NOTE_PAUSES: [u64; 6] = [0, 100, 300, 1_000, 3_000, 9_000];

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is in other hands.
    Sent,
    /// It is tried again later.
    Deferred,
    /// As [`Self::Deferred`], and the way out is shut for all.
    Unreachable,
    /// It is given up.
    Dead,
    /// It is no longer wanted.
    Cancelled,
    /// Somebody else holds it.
    Lost,
}

impl Outcome {
    /// Its label among the counters.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Unreachable => "unreachable",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
            Self::Lost => "lost",
        }
    }
}

/// How long a row is held. A process that stood still goes on without having noticed, and what it held may be in other
/// hands: by this clock, which goes on while it stands still, it finds out before the text goes out.
#[derive(Debug, Clone)]
pub(super) struct Hold(Arc<Mutex<Instant>>);

impl Hold {
    /// Until so long after a moment.
    pub(super) fn new(from: Instant, lease: Duration) -> Self {
        Self(Arc::new(Mutex::new(from.checked_add(lease).unwrap_or(from))))
    }

    /// Until so long after a later moment.
    pub(super) fn renew(&self, from: Instant, lease: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = from.checked_add(lease).unwrap_or(from);
    }

    /// Whether the time is over.
    pub(super) fn is_over(&self) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) <= Instant::now()
    }
}

/// What an attempt needs.
#[derive(Debug, Clone)]
pub(super) struct Desk {
    pub(super) store: Store,
    pub(super) clock: Clock,
    pub(super) transport: Transport,
    pub(super) from: Mailbox,
    pub(super) dkim: Option<Dkim>,
}

impl Desk {
    pub(super) fn now(&self) -> i64 {
        self.clock.now().timestamp_micros()
    }

    /// Tries a row that the caller holds.
    pub(super) async fn attempt(&self, mut row: OutboxRow, hold: &Hold) -> Result<Outcome, StoreError> {
        if let Some(reason) = self.unwanted(&row).await? {
            let to = MailMove::Cancelled { error: reason.to_owned() };
            return self.note(&row, to, Outcome::Cancelled).await;
        }
        let parcel = match Parcel::of(&row, &self.from, self.dkim.as_ref()) {
            Ok(parcel) => parcel,
            Err(error) => {
                return self.note(&row, MailMove::Dead { error: error.to_string() }, Outcome::Dead).await;
            }
        };
        row.attempts = row.attempts.saturating_add(1);
        let intent = MailMove::Intent { raw: parcel.raw.clone(), attempts: row.attempts };
        if !self.store.move_mail(&row, intent, self.now()).await? {
            return Ok(Outcome::Lost);
        }
        failpoint::pass("mail_intent");
        if failpoint::is_planted("marked_first") {
            self.store.move_mail(&row, MailMove::Sent { queue_id: None }, self.now()).await?;
        }
        let delivery = self.transport.deliver(&parcel, hold).await;
        if matches!(delivery, Delivery::Accepted { .. }) {
            failpoint::pass("mail_accepted");
        }
        if let (Delivery::Never { why }, Some(address)) = (&delivery, &row.recipient)
            && row.class == MailClass::Digest.code()
            && why.starts_with("RCPT")
        {
            // Where the address itself is refused for good, no list writes to it again; a policy, or a mailbox that is
            // full, may be another tomorrow.
            let kind = digest::bounce::refused(why);
            digest::bounce::count(&self.store, self.now(), &row.message_id, address, kind).await?;
        }
        let (to, outcome) = judge(&row, delivery, self.now());
        self.note(&row, to, outcome).await
    }

    /// Why a row is not to be sent any more.
    async fn unwanted(&self, row: &OutboxRow) -> Result<Option<&'static str>, StoreError> {
        // Where a digest seems to be over for very long it is the clock that is wrong.
        let latest = if row.class == MailClass::Digest.code() { STALE } else { i64::MAX };
        let is_over = |end: i64| (0..latest).contains(&self.now().saturating_sub(end));
        if row.expires_at.is_some_and(is_over) {
            return Ok(Some("expired"));
        }
        if row.recipient.is_none() {
            return Ok(Some("the recipient is erased"));
        }
        if row.class == MailClass::Digest.code()
            && !failpoint::is_planted("not_asked_again")
            && let Some(reason) = digest::unwanted(&self.store, row).await?
        {
            return Ok(Some(reason));
        }
        let Some(id) = row.person else { return Ok(None) };
        Ok(match self.store.person(id).await?.map(|person| person.state) {
            None | Some(PersonState::Erased) => Some("the recipient is erased"),
            Some(PersonState::Disabled) => Some("the recipient's account is shut"),
            Some(PersonState::Active) => None,
        })
    }

    /// Notes down what became of a row. Where the database does not take it at once it is tried again: a message
    /// that a relay has and that is not marked as sent would be sent again.
    async fn note(&self, row: &OutboxRow, to: MailMove, outcome: Outcome) -> Result<Outcome, StoreError> {
        let mut failed = None;
        for pause in NOTE_PAUSES {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            match self.store.move_mail(row, to.clone(), self.now()).await {
                Ok(true) => {
                    failpoint::pass("mail_noted");
                    self.log(row, outcome);
                    return Ok(outcome);
                }
                Ok(false) => return Ok(Outcome::Lost),
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(Outcome::Lost), Err)
    }

    fn log(&self, row: &OutboxRow, outcome: Outcome) {
        let to = row.recipient.as_deref().map(hidden);
        let (id, class, attempts) = (row.id, &row.class, row.attempts);
        let waited = DateTime::from_timestamp_micros(row.created_at).map_or(0, |promised: DateTime<Utc>| {
            self.clock.now().signed_duration_since(promised).num_seconds()
        });
        if outcome == Outcome::Dead {
            tracing::warn!(%id, class, attempts, to, waited, "mail is given up");
        } else {
            tracing::info!(%id, class, attempts, to, waited, outcome = outcome.label(), "mail");
        }
    }
}

/// Where a row goes after what became of its message.
fn judge(row: &OutboxRow, delivery: Delivery, now: i64) -> (MailMove, Outcome) {
    match delivery {
        Delivery::Accepted { queue_id } => {
            let queue_id = queue_id.map(|said| scrubbed(&said, row));
            (MailMove::Sent { queue_id }, Outcome::Sent)
        }
        Delivery::Never { why } => (MailMove::Dead { error: scrubbed(&why, row) }, Outcome::Dead),
        Delivery::Later { .. } if failpoint::is_planted("later_is_sent") => {
            (MailMove::Sent { queue_id: None }, Outcome::Sent)
        }
        Delivery::Later { why } => later(row, &why, now, Outcome::Deferred),
        Delivery::Unreachable { why } => later(row, &why, now, Outcome::Unreachable),
    }
}

fn later(row: &OutboxRow, why: &str, now: i64, outcome: Outcome) -> (MailMove, Outcome) {
    let error = scrubbed(why, row);
    // Mail about an account is tried until its links are worth nothing.
    let has_end = row.class == MailClass::Security.code() && row.expires_at.is_some();
    let is_old = now.saturating_sub(row.created_at) >= PATIENCE && row.attempts >= LEAST_ATTEMPTS;
    if is_old && !has_end {
        return (MailMove::Dead { error: format!("given up after three days: {error}") }, Outcome::Dead);
    }
    // Where the way out is shut it is not this message that should wait.
    let attempts = if outcome == Outcome::Unreachable { 1 } else { row.attempts };
    let next_at = now.saturating_add(pause(attempts, row.id));
    // An end that seems to be past is read under a wrong clock: to wait for it would be not to wait at all.
    let next_at = row.expires_at.filter(|end| *end > now).map_or(next_at, |end| next_at.min(end));
    (MailMove::Deferred { next_at, error }, outcome)
}

/// Time to the next attempt in microseconds: doubled each time from a minute to six hours, less up to a fifth, which
/// depends on the row, so that rows which failed together do not come back together.
fn pause(attempts: i32, id: Uuid) -> i64 {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0).min(16);
    let longest = (MINUTE * 5 / 4).saturating_mul(1_i64 << doublings).min(LONGEST_PAUSE);
    let chance = id.as_u128().wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(u128::from(doublings) << 64);
    let parts = i64::try_from((chance >> 64) % 201).unwrap_or(0);
    longest.saturating_sub((longest / 1_000).saturating_mul(parts))
}

/// One short line without the address, which must not outlive an erasure.
fn scrubbed(text: &str, row: &OutboxRow) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = match row.recipient.as_deref().filter(|address| !address.is_empty()) {
        Some(address) => without(&line, address),
        None => line,
    };
    line.chars().take(MAX_NOTE).collect()
}

/// Letters of both cases are the same here, as relays change them.
fn without(line: &str, address: &str) -> String {
    let (mut rest, mut kept) = (line, String::new());
    let lower = address.to_ascii_lowercase();
    while let Some(at) = rest.to_ascii_lowercase().find(&lower) {
        kept.push_str(rest.get(..at).unwrap_or_default());
        kept.push_str("(recipient)");
        rest = rest.get(at.saturating_add(address.len())..).unwrap_or_default();
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(class: MailClass, attempts: i32, expires_at: Option<i64>) -> OutboxRow {
        OutboxRow {
            id: Uuid::from_u128(7),
            message_id: "<7@localhost>".into(),
            class: class.code().into(),
            person: None,
            recipient: Some("Ada@example.org".into()),
            subject: String::new(),
            html: None,
            headers: Vec::new(),
            body: String::new(),
            date: 0,
            fence: 1,
            attempts,
            expires_at,
            raw: None,
            created_at: 0,
        }
    }

    #[test]
    fn pauses_grow_from_a_minute_to_six_hours_and_differ() {
        let minutes = |n: i32, id: u128| pause(n, Uuid::from_u128(id)) / 1_000_000;
        for attempts in [i32::MIN, 0, 1] {
            assert!((60..=75).contains(&minutes(attempts, 1)), "{}", minutes(attempts, 1));
        }
        let mut last = 0;
        for attempts in 1..9 {
            let next = minutes(attempts, 99);
            assert!(next > last, "{attempts}: {next}");
            last = next;
        }
        for attempts in [12, 100, i32::MAX] {
            assert!((17_280..=21_600).contains(&minutes(attempts, 1)), "{}", minutes(attempts, 1));
        }
        let ids = (0..50).map(|_| Uuid::now_v7());
        let many: std::collections::BTreeSet<_> = ids.map(|id| pause(3, id)).collect();
        assert!(many.len() > 20, "{}", many.len());
    }

    #[test]
    fn patience_ends_after_three_days_but_not_before_five_attempts() {
        let why = || Delivery::Later { why: "451".into() };
        let outcome = |row: &OutboxRow, now| judge(row, why(), now).1;
        let notice = MailClass::Notice;
        assert_eq!(outcome(&row(notice, 20, None), PATIENCE - 1), Outcome::Deferred);
        assert_eq!(outcome(&row(notice, 20, None), PATIENCE), Outcome::Dead);
        assert_eq!(outcome(&row(notice, 4, None), PATIENCE * 9), Outcome::Deferred);
        assert_eq!(outcome(&row(MailClass::Security, 20, None), PATIENCE), Outcome::Dead);
        let security = row(MailClass::Security, 20, Some(PATIENCE * 2));
        assert_eq!(outcome(&security, PATIENCE), Outcome::Deferred);
        let MailMove::Deferred { next_at, .. } = judge(&security, why(), PATIENCE * 2 - 5).0 else {
            panic!()
        };
        assert_eq!(next_at, PATIENCE * 2, "no later than its end");
    }

    #[test]
    fn notes_hold_no_address_and_no_line_end() {
        let said = "550 <ada@EXAMPLE.org>\r\nunknown: Ada@example.org ".to_owned() + &"x".repeat(900);
        let (MailMove::Dead { error }, Outcome::Dead) =
            judge(&row(MailClass::Notice, 1, None), Delivery::Never { why: said }, 0)
        else {
            panic!()
        };
        assert!(!error.to_lowercase().contains("ada@") && !error.contains(char::is_control), "{error}");
        assert!(error.starts_with("550 <(recipient)>") && error.chars().count() <= MAX_NOTE, "{error}");
    }
}
