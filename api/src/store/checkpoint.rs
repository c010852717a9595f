//! The merge of SQLite's write-ahead log into its file, beside the writes.
//!
//! SQLite by itself merges within the commit that brings the log to a thousand pages: with records of some kilobytes and
//! their indices that is one command in twenty or thirty, which then copies four megabytes and waits twice for the disk.
//! Here a reader does it once a second while others write; a commit merges only where the log has grown to
//! [`MOST_PAGES`] all the same, as in a process that serves nobody.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{Store, StoreError};

/// Pages of the log, of 4 KiB each, at which a commit merges it: 64 MiB, as much as is kept on disk.
pub(super) const MOST_PAGES: &str = "16384";
/// From one merge to the next.
const PAUSE: Duration = Duration::from_secs(1);

/// What a merge left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// Pages in the log.
    pub pages: i64,
    /// How many of them are in the file. Fewer than all where a reader still looks at what was before them.
    pub merged: i64,
}

impl Store {
    /// Merges the write-ahead log as far as it can be without waiting for anybody; none on PostgreSQL, which does so by
    /// itself, and while somebody else merges.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn merge_log(&self) -> Result<Option<Merged>, StoreError> {
        if self.read.get_database_backend() != DbBackend::Sqlite {
            return Ok(None);
        }
        // A connection that cannot change anything may still merge; the only one that can is left to the writes.
        let statement = Statement::from_string(DbBackend::Sqlite, "PRAGMA wal_checkpoint(PASSIVE)");
        let Some(row) = self.read.query_one_raw(statement).await? else { return Ok(None) };
        let (busy, pages, merged): (i64, i64, i64) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        Ok((busy == 0).then_some(Merged { pages, merged }))
    }

    /// Merges the log once a second, until the process ends; does nothing on PostgreSQL.
    pub async fn keep_merged(self) {
        if self.read.get_database_backend() != DbBackend::Sqlite {
            return;
        }
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Err(error) = self.merge_log().await {
                tracing::warn!(error = ?error, "the write-ahead log cannot be merged");
            }
        }
    }
}
