//! All rows, as long as the program runs: a few at once, oldest first, no more than two to a domain, and none twice.
//!
//! A worker holds what it works on by a lease that it renews, under a fence without which nothing is written. What a
//! worker that died has held is taken over when its lease is over. A row that makes the program panic is put aside.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use lettre::message::Mailbox;
use tokio::task::{AbortHandle, Id, JoinError, JoinSet};
use uuid::Uuid;

use super::{
    Dkim,
    attempt::{Desk, Hold, Outcome},
    transport::Transport,
};
use crate::{
    auth::Clock,
    failpoint,
    store::{MailMove, MailState, OutboxRow, Store, StoreError},
};

/// Messages under way at once.
pub const AT_ONCE: usize = 8;
/// Messages under way to one domain at once.
pub const PER_DOMAIN: usize = 2;
/// How often is looked for mail that was promised elsewhere, and for mail that is due again.
const POLL: Duration = Duration::from_secs(2);
/// How long what is under way may go on once the program is told to end.
const GRACE: Duration = Duration::from_secs(10);
/// The longest pause while the way out is shut, in seconds.
const LONGEST_SHUT: u64 = 30;

/// Sends what was promised.
#[derive(Debug, Clone)]
pub struct Worker {
    desk: Arc<Desk>,
    lease: Duration,
}

/// What a worker holds.
#[derive(Default)]
struct Round {
    tasks: JoinSet<Result<Outcome, StoreError>>,
    held: HashMap<Id, Held>,
    /// Times in a row that the way out was shut.
    shut: u32,
    shut_until: Option<Instant>,
}

struct Held {
    row: OutboxRow,
    domain: String,
    abort: AbortHandle,
    hold: Hold,
}

impl Round {
    /// Messages that may still be begun. While the way out was last found shut, one finds out whether it still is.
    fn room(&self) -> usize {
        let is_shut = self.shut_until.is_some_and(|until| until > Instant::now());
        if failpoint::is_planted("stampede") {
            return AT_ONCE.saturating_sub(self.held.len());
        }
        let most = if self.shut > 0 { 1 } else { AT_ONCE };
        if is_shut { 0 } else { most.saturating_sub(self.held.len()) }
    }

    fn domains(&self) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for held in self.held.values() {
            let count: &mut usize = counts.entry(held.domain.clone()).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }
}

/// The domain of a row's recipient in lower case; empty where there is none.
fn domain(row: &OutboxRow) -> String {
    let address = row.recipient.as_deref().unwrap_or_default();
    address.rsplit_once('@').map_or_else(String::new, |(_, domain)| domain.to_ascii_lowercase())
}

impl Worker {
    /// A worker with the usual lease.
    pub fn new(store: Store, clock: Clock, transport: Transport, from: Mailbox) -> Self {
        let desk = Arc::new(Desk { store, clock, transport, from, dkim: None });
        Self { desk, lease: super::MailSettings::LEASE }
    }

    /// That signs what it sends.
    #[must_use]
    pub fn signing(mut self, dkim: Option<Dkim>) -> Self {
        let Desk { store, clock, transport, from, dkim: _ } = (*self.desk).clone();
        self.desk = Arc::new(Desk { store, clock, transport, from, dkim });
        self
    }

    /// With another lease, between a second and ten minutes.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease.clamp(Duration::from_secs(1), Duration::from_mins(10));
        self
    }

    /// Sends what is due and what will be, until it is told to end; then ends what is under way, or gives it back.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send) {
        let mut round = Round::default();
        let mut beat = tokio::time::interval(self.lease.div_f64(3.0));
        tokio::pin!(shutdown);
        loop {
            self.take(&mut round).await;
            tokio::select! {
                () = &mut shutdown => break,
                Some(joined) = round.tasks.join_next_with_id() => {
                    self.finish(&mut round, joined).await;
                    self.finish_others(&mut round).await;
                }
                () = self.desk.store.mail_promised() => {}
                () = tokio::time::sleep(POLL) => {}
                _ = beat.tick() => {
                    self.renew(&mut round).await;
                    self.gauge().await;
                }
            }
        }
        self.end(round).await;
    }

    /// Sends what is due now, and then ends.
    pub async fn drain(&self) {
        let mut round = Round::default();
        let mut beat = tokio::time::interval(self.lease.div_f64(3.0));
        loop {
            self.take(&mut round).await;
            tokio::select! {
                joined = round.tasks.join_next_with_id() => match joined {
                    Some(joined) => {
                        self.finish(&mut round, joined).await;
                        self.finish_others(&mut round).await;
                    }
                    None => return,
                },
                _ = beat.tick() => self.renew(&mut round).await,
            }
        }
    }

    fn lease_micros(&self) -> i64 {
        i64::try_from(self.lease.as_micros()).unwrap_or(i64::MAX)
    }

    /// Takes and begins rows as long as there is room for any.
    async fn take(&self, round: &mut Round) {
        loop {
            let mut room = round.room();
            if room == 0 {
                return;
            }
            let mut domains = round.domains();
            let busy: Vec<String> =
                domains.iter().filter(|(_, n)| **n >= PER_DOMAIN).map(|(domain, _)| domain.clone()).collect();
            // What is in one's own hands looks abandoned when the clock has jumped.
            let own: HashSet<Uuid> = round.held.values().map(|held| held.row.id).collect();
            let mut choose = |row: &OutboxRow| {
                if own.contains(&row.id) {
                    return false;
                }
                let to = domains.entry(domain(row)).or_default();
                let is_chosen = room > 0 && *to < PER_DOMAIN;
                if is_chosen {
                    *to = to.saturating_add(1);
                    room = room.saturating_sub(1);
                }
                is_chosen
            };
            failpoint::pass("mail_before_claim");
            let begun = Instant::now();
            let claimed =
                self.desk.store.claim_mail(self.desk.now(), self.lease_micros(), &busy, &mut choose).await;
            match claimed {
                Ok(rows) if rows.is_empty() => return,
                Ok(rows) => {
                    failpoint::pass("mail_claimed");
                    for row in rows {
                        self.begin(round, row, begun);
                    }
                }
                Err(error) => {
                    tracing::warn!(error = ?error, "no mail could be taken");
                    return;
                }
            }
        }
    }

    fn begin(&self, round: &mut Round, row: OutboxRow, since: Instant) {
        let (desk, task_row) = (Arc::clone(&self.desk), row.clone());
        let hold = Hold::new(since, self.lease);
        let task_hold = hold.clone();
        let abort = round.tasks.spawn(async move { desk.attempt(task_row, &task_hold).await });
        round.held.insert(abort.id(), Held { domain: domain(&row), row, abort, hold });
    }

    /// After the other attempts that ended meanwhile: rows for all of them are taken at once.
    async fn finish_others(&self, round: &mut Round) {
        while let Some(joined) = round.tasks.try_join_next_with_id() {
            self.finish(round, joined).await;
        }
    }

    /// After an attempt: what it came to.
    async fn finish(&self, round: &mut Round, joined: Result<(Id, Result<Outcome, StoreError>), JoinError>) {
        match joined {
            Ok((id, Ok(outcome))) => {
                round.held.remove(&id);
                metrics::counter!("mail_attempts_total", "outcome" => outcome.label()).increment(1);
                match outcome {
                    // Those that were under way together found out one thing.
                    Outcome::Unreachable if round.shut_until.is_some_and(|until| until > Instant::now()) => {}
                    Outcome::Unreachable => {
                        round.shut = round.shut.saturating_add(1);
                        let seconds = 1_u64 << round.shut.saturating_sub(1).min(5);
                        let pause = Duration::from_secs(seconds.min(LONGEST_SHUT));
                        round.shut_until = Instant::now().checked_add(pause);
                        tracing::warn!(seconds = pause.as_secs(), "the relay cannot be used");
                    }
                    Outcome::Sent | Outcome::Deferred | Outcome::Dead => {
                        round.shut = 0;
                        round.shut_until = None;
                    }
                    Outcome::Cancelled | Outcome::Lost => {}
                }
            }
            Ok((id, Err(error))) => {
                // The lease ends by itself, and the row is taken again.
                round.held.remove(&id);
                metrics::counter!("mail_attempts_total", "outcome" => "failed").increment(1);
                tracing::warn!(error = ?error, "what became of mail could not be written down");
            }
            Err(error) => {
                let held = round.held.remove(&error.id());
                if let Some(held) = held.filter(|_| error.is_panic()) {
                    metrics::counter!("mail_attempts_total", "outcome" => "panicked").increment(1);
                    self.put_aside(&held.row).await;
                }
            }
        }
    }

    /// A row that makes the program panic would do so again.
    async fn put_aside(&self, row: &OutboxRow) {
        tracing::error!(id = %row.id, "mail at which the program failed is put aside");
        let dead = MailMove::Dead { error: "the program failed at it".to_owned() };
        if let Err(error) = self.desk.store.move_mail(row, dead, self.desk.now()).await {
            tracing::warn!(error = ?error, "it could not be put aside");
        }
    }

    /// Holds what is under way for longer, and lets go of what somebody else holds.
    async fn renew(&self, round: &mut Round) {
        if round.held.is_empty() {
            return;
        }
        let begun = Instant::now();
        let rows: Vec<&OutboxRow> = round.held.values().map(|held| &held.row).collect();
        match self.desk.store.renew_mail(&rows, self.desk.now(), self.lease_micros()).await {
            Ok(lost) => {
                for held in round.held.values() {
                    if lost.contains(&held.row.id) {
                        held.abort.abort();
                    } else {
                        held.hold.renew(begun, self.lease);
                    }
                }
            }
            Err(error) => tracing::warn!(error = ?error, "leases of mail could not be renewed"),
        }
    }

    async fn gauge(&self) {
        let (Ok(states), Ok(oldest)) =
            (self.desk.store.mail_states().await, self.desk.store.oldest_mail().await)
        else {
            return;
        };
        let open = states
            .iter()
            .filter(|(state, _)| !matches!(state, MailState::Sent | MailState::Dead | MailState::Cancelled));
        let dead = states.iter().filter(|(state, _)| *state == MailState::Dead);
        metrics::gauge!("mail_pending").set(open.map(|(_, rows)| *rows as f64).sum::<f64>());
        metrics::gauge!("mail_dead").set(dead.map(|(_, rows)| *rows as f64).sum::<f64>());
        let age = oldest.map_or(0, |at| self.desk.now().saturating_sub(at).max(0));
        metrics::gauge!("mail_oldest_seconds").set(age as f64 / 1e6);
    }

    /// Lets what is under way end, and gives back what does not in time: with the bytes that are noted down for it
    /// the next worker sends the same message.
    async fn end(&self, mut round: Round) {
        let last = tokio::time::sleep(GRACE);
        let mut beat = tokio::time::interval(self.lease.div_f64(3.0));
        tokio::pin!(last);
        loop {
            tokio::select! {
                joined = round.tasks.join_next_with_id() => match joined {
                    Some(joined) => self.finish(&mut round, joined).await,
                    None => break,
                },
                _ = beat.tick() => self.renew(&mut round).await,
                () = &mut last => break,
            }
        }
        round.tasks.abort_all();
        while let Some(joined) = round.tasks.join_next_with_id().await {
            if let Ok((id, _)) = joined {
                round.held.remove(&id);
            }
        }
        for held in round.held.values() {
            if let Err(error) =
                self.desk.store.move_mail(&held.row, MailMove::Released, self.desk.now()).await
            {
                tracing::warn!(error = ?error, "mail could not be given back; its lease ends by itself");
            }
        }
    }
}
