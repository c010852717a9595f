//! Inputs of the schema: closed, and parsed into values of the domain at once.

pub mod deal;
pub mod filter;
pub mod mandate;
pub mod project;

use async_graphql::{Enum, InputObject};
use matcher::{
    catalog::DigitalMode,
    rank::{List, RankBy},
};

pub use deal::DealInput;
pub use filter::{CapabilityFilterInput, CityFilterInput, OpportunityFilterInput};
pub use mandate::{MandateInput, MandateTerm};
pub use project::{ProjectInput, TextInput};

/// What a text is searched in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum SearchKind {
    /// Titles and summaries of projects in public.
    Project,
    /// Names of organisations.
    Organisation,
    /// Names of cities.
    City,
}

impl From<SearchKind> for crate::store::Kind {
    fn from(kind: SearchKind) -> Self {
        match kind {
            SearchKind::Project => Self::Project,
            SearchKind::Organisation => Self::Organisation,
            SearchKind::City => Self::City,
        }
    }
}

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

/// Most weights in one query: no list has more criteria.
const MAX_WEIGHTS: usize = 10;

/// Weights as the use cases take them.
///
/// # Errors
/// More weights than there are criteria.
pub fn own(weights: Option<Vec<WeightInput>>) -> async_graphql::Result<Option<Vec<(String, f64)>>> {
    let Some(weights) = weights else { return Ok(None) };
    if weights.len() > MAX_WEIGHTS {
        return Err(wrong("weights", "name each criterion once"));
    }
    Ok(Some(weights.into_iter().map(|weight| (weight.key, weight.weight)).collect()))
}

/// A wrong argument.
pub(super) fn wrong(argument: &'static str, error: impl std::fmt::Display) -> async_graphql::Error {
    super::error::client_error(super::error::ErrorCode::Validation, Some(argument), error.to_string())
}

/// A wrong part of an argument; the part is named as the schema names it.
pub(super) fn wrong_part(argument: &str, errors: &domain::FieldErrors) -> async_graphql::Error {
    let named = |path: &str| {
        let mut name = String::with_capacity(path.len());
        let mut capital = false;
        for c in path.chars() {
            if c == '_' {
                capital = true;
            } else if std::mem::take(&mut capital) {
                name.push(c.to_ascii_uppercase());
            } else {
                name.push(c);
            }
        }
        name
    };
    let texts: Vec<String> =
        errors.0.iter().map(|error| format!("{}: {}", named(&error.path), error.message)).collect();
    let part = errors.0.first().map_or_else(String::new, |error| format!(".{}", named(&error.path)));
    let argument = format!("{argument}{part}");
    super::error::client_error(super::error::ErrorCode::Validation, Some(&argument), texts.join("; "))
}

/// An amount in minor units.
#[derive(Debug, Clone, InputObject)]
pub struct MoneyInput {
    /// Minor units, such as cents.
    pub amount_minor: super::object::BigInt,
    /// ISO 4217 code.
    pub currency: super::code::CurrencyCode,
}

impl MoneyInput {
    /// The amount.
    ///
    /// # Errors
    /// Out of range.
    pub(in crate::graphql) fn parse(
        &self,
        argument: &'static str,
    ) -> async_graphql::Result<domain::value::Money> {
        domain::value::Money::from_minor(self.amount_minor.0, self.currency.0)
            .map_err(|error| wrong(argument, error))
    }
}
