//! The database: one schema and one set of queries for SQLite and PostgreSQL.
//!
//! Aggregates are stored as versioned documents with the columns that are looked up. Every write goes through a
//! [`Tx`], which numbers its events from a counter row, so that the log has no gaps and follows the commit order.

mod aggregate;
mod error;
mod tx;

use std::time::Duration;

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
    sea_query::{Alias, Expr, ExprTrait, Order, Query},
};

pub use aggregate::{Aggregate, Kind, Stored};
pub use error::StoreError;
pub use tx::{Change, Tx, Written, city_key};

/// An event of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Its number; the log has no gaps.
    pub seq: i64,
    /// Microseconds since 1970, UTC.
    pub at: i64,
    /// What happened, such as `project.changed`.
    pub kind: String,
    /// To what kind of aggregate.
    pub aggregate_kind: String,
    /// To which one.
    pub aggregate_id: uuid::Uuid,
    /// Its version after the event.
    pub aggregate_version: i32,
}

/// Connections to one database.
#[derive(Debug, Clone)]
pub struct Store {
    read: DatabaseConnection,
    write: DatabaseConnection,
}

impl Store {
    /// Connects, and asserts the settings on which the promises rest. `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// An address that is neither, a database that does not answer, or settings that did not take.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.trim_start_matches("//");
            if path.is_empty() || path.starts_with(":memory:") {
                return Err(StoreError::Address(url.to_owned()));
            }
            let write = sqlite(path, 1).await?;
            let read = sqlite(path, 4).await?;
            let store = Self { read, write };
            store.assert_sqlite().await?;
            Ok(store)
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut options = ConnectOptions::new(url);
            options
                .max_connections(16)
                .min_connections(1)
                .acquire_timeout(Duration::from_secs(5))
                .connect_timeout(Duration::from_secs(5))
                .statement_timeout(Duration::from_secs(10))
                .test_before_acquire(true)
                .sqlx_logging(false)
                .map_sqlx_postgres_opts(|options| {
                    options
                        .options([("lock_timeout", "5000"), ("idle_in_transaction_session_timeout", "30000")])
                });
            let pool = Database::connect(options).await?;
            Ok(Self { read: pool.clone(), write: pool })
        } else {
            Err(StoreError::Address(url.to_owned()))
        }
    }

    /// Reads the settings back: a database that ignores them must not be written to.
    async fn assert_sqlite(&self) -> Result<(), StoreError> {
        for (connection, name) in [(&self.write, "writer"), (&self.read, "reader")] {
            for (pragma, wanted) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
                let row = connection
                    .query_one_raw(sea_orm::Statement::from_string(
                        DbBackend::Sqlite,
                        format!("PRAGMA {pragma}"),
                    ))
                    .await?;
                let found = match &row {
                    Some(row) => row
                        .try_get_by_index::<String>(0)
                        .or_else(|_| row.try_get_by_index::<i64>(0).map(|n| n.to_string()))?,
                    None => "nothing".to_owned(),
                };
                if found != wanted {
                    return Err(StoreError::Setting {
                        name: format!("{pragma} of the {name}"),
                        wanted,
                        found,
                    });
                }
            }
        }
        Ok(())
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// A migration fails, or the database has migrations that this program does not know.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.refuse_newer().await?;
        Migrator::up(&self.write, None).await?;
        Ok(())
    }

    /// Names of migrations that are still to be applied.
    ///
    /// # Errors
    /// The database does not answer, or has migrations that this program does not know.
    pub async fn pending(&self) -> Result<Vec<String>, StoreError> {
        self.refuse_newer().await?;
        let pending = Migrator::get_pending_migrations(&self.write).await?;
        Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
    }

    async fn refuse_newer(&self) -> Result<(), StoreError> {
        Migrator::install(&self.write).await?;
        let known: Vec<String> = Migrator::migrations().iter().map(|m| m.name().to_owned()).collect();
        let applied = Migrator::get_migration_models(&self.write).await?;
        match applied.into_iter().find(|row| !known.contains(&row.version)) {
            Some(row) => Err(StoreError::Newer(row.version)),
            None => Ok(()),
        }
    }

    /// Begins a write. On SQLite there is one writer and it takes the lock at once.
    ///
    /// # Errors
    /// No connection in time.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(Tx::new(self.write.begin_with_options(options).await?))
    }

    /// Whether the database takes writes: touches the counter row and rolls back.
    ///
    /// # Errors
    /// It does not.
    pub async fn probe(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        tx.touch_counter().await?;
        tx.rollback().await
    }

    /// Number of the last event; 0 before the first.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn last_seq(&self) -> Result<i64, StoreError> {
        let mut select = Query::select();
        select.column(Alias::new("last")).from(Alias::new("event_counter"));
        match self.read.query_one(&select).await? {
            Some(row) => Ok(row.try_get_by_index(0)?),
            None => Ok(0),
        }
    }

    /// Events after a number, in order.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn events_after(&self, seq: i64, limit: u64) -> Result<Vec<Event>, StoreError> {
        let mut select = Query::select();
        select
            .columns(
                ["seq", "at", "kind", "aggregate_kind", "aggregate_id", "aggregate_version"].map(Alias::new),
            )
            .from(Alias::new("event"))
            .and_where(Expr::col(Alias::new("seq")).gt(seq))
            .order_by(Alias::new("seq"), Order::Asc)
            .limit(limit);
        let rows = self.read.query_all(&select).await?;
        rows.iter()
            .map(|row| {
                Ok(Event {
                    seq: row.try_get("", "seq")?,
                    at: row.try_get("", "at")?,
                    kind: row.try_get("", "kind")?,
                    aggregate_kind: row.try_get("", "aggregate_kind")?,
                    aggregate_id: row.try_get("", "aggregate_id")?,
                    aggregate_version: row.try_get("", "aggregate_version")?,
                })
            })
            .collect()
    }

    pub(crate) const fn reader(&self) -> &DatabaseConnection {
        &self.read
    }
}

async fn sqlite(path: &str, connections: u32) -> Result<DatabaseConnection, StoreError> {
    let mut options = ConnectOptions::new(format!("sqlite:{path}?mode=rwc"));
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|options| {
            options
                .foreign_keys(true)
                .busy_timeout(Duration::from_secs(10))
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("secure_delete", "ON")
        });
    Ok(Database::connect(options).await?)
}
