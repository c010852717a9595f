//! What can go wrong with the database. Sources are kept; their text goes to the log and never to a client.

use sea_orm::{DbErr, RuntimeErr, sqlx};
use uuid::Uuid;

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Neither kind of database. The address itself is not repeated: it may hold a password.
    #[error(
        "the address of the database begins with '{0}': write sqlite:PATH of a file, or postgres://USER@HOST/NAME"
    )]
    Address(String),
    /// A setting on which a promise rests did not take.
    #[error("the database's setting {name} is '{found}' and must be '{wanted}'")]
    Setting {
        /// Which setting, and of which connection.
        name: String,
        /// What it must be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// The schema is newer than the program.
    #[error("the database has the migration {0}, which this version does not know: use a newer version")]
    Newer(String),
    /// A value that must be unique is taken, a row that is referred to is missing, or two writes met.
    #[error("the write conflicts with what is stored ({constraint})")]
    Conflict {
        /// Name of the constraint or, on SQLite, its columns.
        constraint: String,
        /// Why.
        #[source]
        source: DbErr,
    },
    /// A record was changed by someone else between reading and writing.
    #[error("the {kind} {id} was changed meanwhile: read it again")]
    Stale {
        /// Kind of record.
        kind: &'static str,
        /// Which one.
        id: Uuid,
    },
    /// A stored document that does not read.
    #[error("the stored {kind} {id} does not read")]
    Corrupt {
        /// Kind of aggregate.
        kind: &'static str,
        /// Which one.
        id: Uuid,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// A document that does not write.
    #[error("the document does not write")]
    Document(#[source] serde_json::Error),
    /// The row that numbers the events is gone: nothing may be written.
    #[error("the database has lost the counter of its events: restore it from a backup")]
    CounterLost,
    /// No connection, no answer in time, or no room: it may work later.
    #[error("the database is not available")]
    Unavailable(#[source] DbErr),
    /// Everything else.
    #[error("the database did not answer as it should")]
    Database(#[source] DbErr),
}

impl StoreError {
    /// Whether the same write may well succeed when it is tried again: two writes met.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Conflict { constraint, .. } if constraint == CONCURRENT)
    }

    /// Whether a value of a column that must be unique is taken.
    pub fn is_taken(&self, column: &str) -> bool {
        matches!(self, Self::Conflict { constraint, .. } if constraint.contains(column))
    }
}

/// What stands for the constraint where two writes met.
const CONCURRENT: &str = "concurrent writes";

enum Class {
    Conflict(String),
    Unavailable,
    Other,
}

impl From<DbErr> for StoreError {
    fn from(source: DbErr) -> Self {
        match class(&source) {
            Class::Conflict(constraint) => Self::Conflict { constraint, source },
            Class::Unavailable => Self::Unavailable(source),
            Class::Other => Self::Database(source),
        }
    }
}

fn class(error: &DbErr) -> Class {
    let inner = match error {
        DbErr::ConnectionAcquire(_) => return Class::Unavailable,
        DbErr::Conn(RuntimeErr::SqlxError(inner))
        | DbErr::Exec(RuntimeErr::SqlxError(inner))
        | DbErr::Query(RuntimeErr::SqlxError(inner)) => inner,
        _ => return Class::Other,
    };
    match inner.as_ref() {
        sqlx::Error::Database(database) => {
            let code = database.code().unwrap_or_default().into_owned();
            if database.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
                sqlite(&code, database.message())
            } else {
                postgres(&code, database.constraint())
            }
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => Class::Unavailable,
        _ => Class::Other,
    }
}

/// By SQLite's extended result codes; the low byte is the primary one.
fn sqlite(code: &str, message: &str) -> Class {
    let code: i32 = code.parse().unwrap_or_default();
    match code & 0xFF {
        // Busy, locked, input or output, full, cannot open.
        5 | 6 | 10 | 13 | 14 => Class::Unavailable,
        19 => {
            let columns = message.rsplit_once("failed: ").map_or("foreign key", |(_, columns)| columns);
            Class::Conflict(columns.to_owned())
        }
        _ => Class::Other,
    }
}

/// By PostgreSQL's SQLSTATE.
fn postgres(code: &str, constraint: Option<&str>) -> Class {
    match code {
        "23505" | "23503" => Class::Conflict(constraint.unwrap_or("unnamed").to_owned()),
        "40001" | "40P01" => Class::Conflict(CONCURRENT.to_owned()),
        // Lock or statement time-out, shutting down; then connection and resources.
        "55P03" | "57014" | "57P01" | "57P02" | "57P03" => Class::Unavailable,
        code if code.starts_with("08") || code.starts_with("53") => Class::Unavailable,
        _ => Class::Other,
    }
}
