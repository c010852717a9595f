//! The database: one schema and one set of queries for SQLite and PostgreSQL.
//!
//! Aggregates are stored as versioned documents with the columns that are looked up. Every write goes through a
//! [`Tx`], which writes its events into the log when it is committed.

pub mod account;
mod aggregate;
mod area;
mod audit;
mod connect;
mod digest;
mod document;
mod error;
mod event;
mod files;
mod history;
mod idempotency;
mod import_job;
mod introduction;
mod lease;
mod listing;
mod log;
mod outbox;
mod partnership;
mod saved_search;
mod schema;
mod screening;
mod signal;
mod sql;
#[cfg(test)]
pub(crate) mod tests;
mod twinning;
mod tx;
mod upload;
mod write;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseConnection, SqliteTransactionMode, TransactionOptions, TransactionTrait};
use tokio::sync::Notify;

pub use aggregate::{Aggregate, Kind, Stored};
pub use audit::{Act, ActsBefore, AuditRow, AuditedAct, BrokenChain};
pub use connect::StoreOptions;
pub(crate) use connect::{make_closed_directory, sqlite_path};
pub use digest::{
    DueIssue, IssueRow, ItemRow, Muted, Mutes, NewIssue, NewItem, ReportKind, SubscriptionRow, ToldBefore,
    address_hash,
};
pub use document::document_key;
pub use error::StoreError;
pub use event::Among;
pub use files::{FileError, Files, hash};
pub use history::{PastStep, Step};
pub use idempotency::KnownKey;
pub use introduction::{
    BLOCK, Contribution, Disclosure, FlowRow, Note, Outcome, PipelineFilter, RoomRead, Subject,
};
pub use listing::{ListingRecord, ListingRow, SecondWord, Shadow};
pub use log::Event;
pub use outbox::{Letter, ListForm, ListedMail, MailClass, MailMove, MailState, OutboxRow};
pub use partnership::PairRecord;
pub use saved_search::new_search_key;
pub use screening::{ListInForce, Replaced, WAITING_CASES, WAITING_HITS};
pub use signal::Changes;
pub use tx::{Change, Tx, Written, city_key};
pub use upload::{Received, UploadRow};

/// Connections to one database.
#[derive(Debug, Clone)]
pub struct Store {
    read: DatabaseConnection,
    write: DatabaseConnection,
    signal: signal::Signal,
    /// Rung when mail was promised.
    mail: Arc<Notify>,
    /// Mail that waits to be moved.
    moves: Arc<outbox::Moves>,
}

impl Store {
    /// Connects with the usual settings: `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// As [`Self::open_with`].
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(&StoreOptions::new(url)).await
    }

    /// Connects, and asserts the settings on which the promises rest.
    ///
    /// # Errors
    /// An address that is neither, a database that does not answer, or settings that did not take.
    pub async fn open_with(options: &StoreOptions) -> Result<Self, StoreError> {
        connect::open(options).await
    }

    /// Begins a write. On SQLite there is one writer and it takes the lock at once.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        self.begin_at(Utc::now()).await
    }

    /// Begins a write that happens at a given time.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn begin_at(&self, now: DateTime<Utc>) -> Result<Tx, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.write.begin_with_options(options).await?;
        Ok(Tx::new(tx, self.signal.clone(), Arc::clone(&self.mail), now))
    }

    /// Begins to look at many things as of one moment, with what a write reads. Other writes do not wait for it; what it
    /// would write SQLite refuses, and nobody commits.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn look_at(&self, now: DateTime<Utc>) -> Result<Tx, StoreError> {
        let tx = self.read.begin().await?;
        Ok(Tx::new(tx, self.signal.clone(), Arc::clone(&self.mail), now))
    }

    /// Whether the database takes writes: writes a row that no other write waits for, and takes it back. Give it
    /// a time-out of your own.
    ///
    /// # Errors
    /// It does not.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        tx.probe().await?;
        tx.rollback().await
    }

    /// Closes the connections; on SQLite the write-ahead log is then merged into the file.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn close(self) -> Result<(), StoreError> {
        // The writer last: who closes the last connection merges the log, and readers cannot.
        self.read.close().await?;
        self.write.close().await?;
        Ok(())
    }

    pub(crate) const fn reader(&self) -> &DatabaseConnection {
        &self.read
    }
}
