//! What is wrong with a pack: which file, which field, what would be right.

use std::fmt;

/// One wrong field of a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}: {field}: {problem}")]
pub struct PackError {
    /// The file, as it was named to the loader.
    pub file: String,
    /// The field, such as `chain.0.step.1.kind`; empty where the file is no TOML.
    pub field: String,
    /// What is wrong.
    pub problem: PackProblem,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackProblem {
    /// The file is no TOML.
    #[error("the file is not TOML: {0}")]
    Syntax(String),
    /// It is not there.
    #[error("the field is missing")]
    Missing,
    /// It is there, and means nothing.
    #[error("a pack has no such field")]
    Unknown,
    /// It is of another type, or says nothing that is known.
    #[error("{0}")]
    Value(String),
    /// Nobody says so, and it is not marked as unverified.
    #[error("name a source, or write unverified = true")]
    Unsourced,
    /// Somebody says so, and it is marked as unverified.
    #[error("a rule has a source or is unverified, not both")]
    SourcedAndUnverified,
    /// There is another like it.
    #[error("{0} is there already")]
    Twice(String),
}

/// All wrong fields of a pack, in the order of the file's fields.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PackErrors(pub Vec<PackError>);

impl fmt::Display for PackErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            error.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for PackErrors {}
