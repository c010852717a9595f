//! What a use case can refuse.

use matcher::policy::WeightError;

use crate::{server::compute::ComputeError, store::StoreError};

/// A refusal, in words for whoever asked.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Not there, or not visible, which is the same.
    #[error("there is no such {what}")]
    NotFound {
        /// Kind of thing.
        what: &'static str,
    },
    /// A wrong argument.
    #[error("{argument}: {message}")]
    Argument {
        /// Which one.
        argument: &'static str,
        /// What would be right.
        message: String,
    },
    /// The search index fails.
    #[error("the search index failed")]
    Index(#[source] tantivy::TantivyError),
    /// Work that did not end as it should.
    #[error("the work failed")]
    Failed,
    /// Too much work waits already.
    #[error("too much work waits already")]
    Overloaded,
    /// The database does not answer.
    #[error("the database did not answer")]
    Store(#[from] StoreError),
}

impl AppError {
    /// A wrong argument.
    pub fn argument(argument: &'static str, message: impl Into<String>) -> Self {
        Self::Argument { argument, message: message.into() }
    }
}

impl From<WeightError> for AppError {
    fn from(error: WeightError) -> Self {
        Self::argument("weights", error.to_string())
    }
}

impl From<ComputeError> for AppError {
    fn from(error: ComputeError) -> Self {
        match error {
            ComputeError::Overloaded => Self::Overloaded,
            ComputeError::Failed => Self::Failed,
        }
    }
}
