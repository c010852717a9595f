//! Inputs of the schema: closed, and parsed into values of the domain at once.

pub mod deal;
pub mod filter;
pub mod mandate;

use async_graphql::{Enum, InputObject};
use matcher::{
    catalog::DigitalMode,
    rank::{List, RankBy},
};

pub use deal::DealInput;
pub use filter::{CityFilterInput, OpportunityFilterInput};
pub use mandate::{MandateInput, MandateTerm};

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "RankBy", remote = "RankBy")]
pub enum RankByInput {
    /// The score of both sides.
    Mutual,
    /// The asker's side alone.
    Mine,
    /// The date, newest first; no personal ranking.
    Neutral,
}

/// Which of the two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MatchList", remote = "List")]
pub enum ListInput {
    /// Pairs of which enough is known to order them.
    Ranked,
    /// Pairs below the policy's floor of coverage.
    NotEnoughKnown,
}

/// How a city wants to be matched on digital level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "DigitalMode", remote = "DigitalMode")]
pub enum DigitalModeInput {
    /// With an equal.
    Peer,
    /// With one that can teach, where a skills need exists.
    Mentor,
}

/// An own weight. Weights that are not named keep their published value; all sum to 100.
#[derive(Debug, Clone, InputObject)]
pub struct WeightInput {
    /// The criterion's key, such as `FIELD`.
    pub key: String,
    /// 0 to 40 of a hundred; TRUST at least 4.
    pub weight: f64,
}

/// Weights as the use cases take them.
pub fn own(weights: Option<Vec<WeightInput>>) -> Option<Vec<(String, f64)>> {
    weights.map(|weights| weights.into_iter().map(|weight| (weight.key, weight.weight)).collect())
}

/// A wrong argument.
pub(super) fn wrong(argument: &'static str, error: impl std::fmt::Display) -> async_graphql::Error {
    super::error::client_error(super::error::ErrorCode::Validation, Some(argument), error.to_string())
}

/// An amount in minor units.
#[derive(Debug, Clone, InputObject)]
pub struct MoneyInput {
    /// Minor units, such as cents.
    pub amount_minor: super::object::BigInt,
    /// ISO 4217 code.
    pub currency: String,
}

impl MoneyInput {
    /// The amount.
    ///
    /// # Errors
    /// Out of range, or an unknown currency.
    pub(super) fn parse(&self, argument: &'static str) -> async_graphql::Result<domain::value::Money> {
        let currency =
            self.currency.parse().map_err(|error: domain::value::MoneyError| wrong(argument, error))?;
        domain::value::Money::from_minor(self.amount_minor.0, currency)
            .map_err(|error| wrong(argument, error))
    }
}
