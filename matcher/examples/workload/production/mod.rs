//! Catalogs of the product that are made up.

pub(crate) mod catalog;
pub(crate) mod cities;
pub(crate) mod draws;
pub(crate) mod mandate;

/// What was made up does not hold together, which the product tells.
#[derive(Debug, thiserror::Error)]
#[error("made-up facts do not hold together: {0}")]
pub(crate) struct Broken(String);

impl Broken {
    /// What cannot be made.
    pub(crate) fn of(what: &str) -> Self {
        Self(what.to_owned())
    }

    /// What the product says.
    pub(crate) fn because(error: impl std::fmt::Display) -> Self {
        Self(error.to_string())
    }
}
