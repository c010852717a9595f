//! Rows are moved together: who wants to move one while a write is under way waits for the next, which takes all that
//! wait. A commit costs the same for one row as for several, and each is durable before its mover is told.

use std::sync::{Mutex, PoisonError};

use sea_orm::{ConnectionTrait, Value, sea_query::Alias};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    super::{Store, StoreError, Tx, sql::update},
    MailClass, MailState, OutboxRow,
    work::{MailMove, held},
};

/// Rows of one write at most.
const TOGETHER: usize = 64;

/// Moves that wait for the next write.
#[derive(Debug, Default)]
pub(in crate::store) struct Moves {
    waiting: Mutex<Vec<Waiting>>,
    /// Held by whoever writes.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Waiting {
    of: Held,
    to: MailMove,
    now: i64,
    told: oneshot::Sender<Result<bool, StoreError>>,
}

/// What of a row a move rests on.
#[derive(Debug, Clone, Copy)]
struct Held {
    id: Uuid,
    fence: i64,
    is_digest: bool,
    was_given: bool,
}

impl Moves {
    fn add(&self, waiting: Waiting) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push(waiting);
    }

    fn take(&self) -> Vec<Waiting> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let some = waiting.len().min(TOGETHER);
        let mut some: Vec<_> = waiting.drain(..some).collect();
        // In one order, so that two writes do not wait for each other.
        some.sort_by_key(|one| one.of.id);
        some
    }
}

impl Store {
    /// Moves a row that the caller holds. Answers whether the caller still held it; if not, nothing was written. It is
    /// durable when this answers; whoever stops waiting before may find it moved or not.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn move_mail(&self, row: &OutboxRow, to: MailMove, now: i64) -> Result<bool, StoreError> {
        let of = Held {
            id: row.id,
            fence: row.fence,
            is_digest: row.class == MailClass::Digest.code(),
            was_given: row.raw.is_some(),
        };
        loop {
            let (told, mut answer) = oneshot::channel();
            self.moves.add(Waiting { of, to: to.clone(), now, told });
            let _turn = self.moves.turn.lock().await;
            loop {
                match answer.try_recv() {
                    Ok(done) => return done,
                    Err(oneshot::error::TryRecvError::Empty) => self.move_together(self.moves.take()).await,
                    // Whoever wrote was stopped at it: nothing of it was kept.
                    Err(oneshot::error::TryRecvError::Closed) => break,
                }
            }
        }
    }

    async fn move_together(&self, some: Vec<Waiting>) {
        let moved = self.moved(&some).await;
        let count = |one: &Waiting, moved: bool| {
            if moved && one.of.is_digest && one.to.state() == MailState::Sent {
                metrics::counter!("caravanserai_digest_issues_sent").increment(1);
            }
        };
        match moved {
            Ok(moved) => {
                for (one, moved) in some.into_iter().zip(moved) {
                    count(&one, moved);
                    // Whoever does not wait any more does not need to know.
                    drop(one.told.send(Ok(moved)));
                }
            }
            // What one of them meets is not to befall the others.
            Err(error) if some.len() > 1 => {
                tracing::debug!(error = ?error, "mail is moved one by one");
                for one in some {
                    let alone = [one];
                    let moved = self.moved(&alone).await;
                    let [one] = alone;
                    let moved = moved.map(|moved| moved.first().copied().unwrap_or(false));
                    count(&one, moved.as_ref().is_ok_and(|moved| *moved));
                    drop(one.told.send(moved));
                }
            }
            Err(error) => {
                if let Some(one) = some.into_iter().next() {
                    drop(one.told.send(Err(error)));
                }
            }
        }
    }

    /// Moves rows in one write. Answers of each whether it was held still.
    async fn moved(&self, some: &[Waiting]) -> Result<Vec<bool>, StoreError> {
        let tx = self.begin().await?;
        let mut moved = Vec::with_capacity(some.len());
        for one in some {
            moved.push(tx.move_mail(one.of, one.to.clone(), one.now).await?);
        }
        tx.commit().await?;
        Ok(moved)
    }
}

impl Tx {
    async fn move_mail(&self, row: Held, to: MailMove, now: i64) -> Result<bool, StoreError> {
        let mut set: Vec<(&'static str, Value)> =
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
        let mut statement = update("outbox", [], held(row.id, row.fence));
        statement.values(set.into_iter().map(|(name, value)| (Alias::new(name), value.into())));
        let moved = self.connection().execute(&statement).await?.rows_affected() == 1;
        if moved && row.is_digest {
            self.settle_issue(row.id, settled, row.was_given).await?;
        }
        Ok(moved)
    }
}
