//! What can go wrong with the database. Sources are kept; their text goes to the log and never to a client.

use sea_orm::{DbErr, SqlErr};

/// An error of the store.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Neither kind of database.
    #[error("'{0}' is no database: write sqlite:PATH of a file, or postgres://USER@HOST/NAME")]
    Address(String),
    /// A setting did not take.
    #[error("the database's setting {name} is {found} and must be {wanted}")]
    Setting {
        /// Which setting.
        name: String,
        /// What it must be.
        wanted: &'static str,
        /// What it is.
        found: String,
    },
    /// The schema is newer than the program.
    #[error("the database has the migration {0}, which this version does not know: use a newer version")]
    Newer(String),
    /// A value that must be unique is taken, or a row that is referred to is missing.
    #[error("the write conflicts with what is stored")]
    Conflict(#[source] DbErr),
    /// A stored document that does not read.
    #[error("the stored {kind} {id} does not read")]
    Corrupt {
        /// Kind of aggregate.
        kind: &'static str,
        /// Which one.
        id: uuid::Uuid,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Everything else.
    #[error("the database did not answer as it should")]
    Database(#[source] DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_) | SqlErr::ForeignKeyConstraintViolation(_)) => {
                Self::Conflict(error)
            }
            _ => Self::Database(error),
        }
    }
}
