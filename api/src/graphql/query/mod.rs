//! The query root: rankings, lists, single things, policy and statistics.

pub mod catalogue;
pub mod facts;
pub mod ranking;

use async_graphql::{ID, MergedObject, Result};
use domain::id::Id;

use super::error::{ErrorCode, client_error};
use crate::store::Aggregate;

pub use catalogue::CatalogueQuery;
pub use facts::FactsQuery;
pub use ranking::RankingQuery;

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(RankingQuery, CatalogueQuery, FactsQuery);

/// The typed id of an argument.
///
/// # Errors
/// It is no id, or one of another kind; the error names the argument.
fn id_of<T: Aggregate>(argument: &'static str, id: &ID) -> Result<Id<T>> {
    crate::id::decode_as(id.as_str())
        .map_err(|error| client_error(ErrorCode::Validation, Some(argument), error.to_string()))
}
