//! Counts of attempts within a window of time, kept in the database so that they hold for all nodes and outlive a
//! restart. Keys are hashes: the table names no account and no address.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Alias, Expr, ExprTrait, OnConflict},
};
use sha2::{Digest, Sha256};

use super::super::{
    Store, StoreError,
    sql::{above, delete, get, insert, is, select, update},
};

/// How far apart, in microseconds, two who count at once may read the clock: an end that lies no further away than a window
/// and this was written by somebody who read it a little later, and begins no new window.
const APART: i64 = 60_000_000;

/// What is counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throttle {
    key: String,
    /// Attempts that are free within the window.
    pub limit: i32,
    /// Length of the window, microseconds.
    pub window: i64,
}

impl Throttle {
    /// A count of `what` for `whom`: so many within so many seconds.
    pub fn new(what: &str, whom: &str, limit: i32, seconds: i64) -> Self {
        let hash = Sha256::digest(format!("{what}\n{whom}"));
        let key = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { key, limit, window: seconds.saturating_mul(1_000_000) }
    }
}

impl Store {
    /// Counts an attempt. Answers the microseconds to wait where there were too many.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn throttle(&self, of: &Throttle, now: i64) -> Result<Option<i64>, StoreError> {
        let tx = self.begin().await?;
        let until = now.saturating_add(of.window);
        // Present in any case, so that the row can be locked.
        let fresh = [
            ("key", of.key.clone().into()),
            ("count", 0.into()),
            ("since", now.into()),
            ("until", until.into()),
        ];
        let mut fresh = insert("throttle", fresh);
        fresh.on_conflict(OnConflict::column(Alias::new("key")).do_nothing().to_owned());
        tx.connection().execute(&fresh).await?;
        let mut row = select("throttle", ["count", "until"], [is("key", of.key.clone())]);
        let row = tx.connection().query_one(row.lock_exclusive()).await?;
        let (count, end) = match &row {
            Some(row) => (get::<i32>(row, "count")?, get::<i64>(row, "until")?),
            None => (0, until),
        };
        // A window that is over, or whose end a jump of the clock put far away, begins anew.
        let is_over = end <= now || end > until.saturating_add(APART);
        let (count, since_until) = if is_over { (0, Some(until)) } else { (count, None) };
        if count >= of.limit {
            tx.rollback().await?;
            return Ok(Some(Ord::max(end.saturating_sub(now), 1)));
        }
        let set = [
            ("count", count.saturating_add(1).into()),
            ("until", since_until.unwrap_or(end).into()),
            ("since", now.into()),
        ];
        tx.connection().execute(&update("throttle", set, [is("key", of.key.clone())])).await?;
        tx.commit().await?;
        Ok(None)
    }

    /// Whether attempts are used up, without counting one. Answers the microseconds to wait.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn throttled(&self, of: &Throttle, now: i64) -> Result<Option<i64>, StoreError> {
        let row = select("throttle", ["count", "until"], [is("key", of.key.clone())]);
        let Some(row) = self.reader().query_one(&row).await? else { return Ok(None) };
        let (count, until): (i32, i64) = (get(&row, "count")?, get(&row, "until")?);
        let is_live = until > now && until <= now.saturating_add(of.window).saturating_add(APART);
        Ok((is_live && count >= of.limit).then(|| Ord::max(until.saturating_sub(now), 1)))
    }

    /// Takes one attempt back, as one that was none of those that are counted.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn give_back(&self, of: &Throttle) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let mut one = update("throttle", [], [is("key", of.key.clone()), above("count", 0)]);
        one.value(Alias::new("count"), Expr::col(Alias::new("count")).sub(1));
        tx.connection().execute(&one).await?;
        tx.commit().await
    }

    /// Forgets the attempts, as after a success.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn forgive(&self, of: &Throttle) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        tx.connection().execute(&delete("throttle", [is("key", of.key.clone())])).await?;
        tx.commit().await
    }

    /// Takes away the windows that are over.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn sweep_throttles(&self, now: i64) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let over = delete("throttle", [Expr::col(Alias::new("until")).lt(now)]);
        tx.connection().execute(&over).await?;
        tx.commit().await
    }
}
