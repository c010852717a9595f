//! The query root: rankings, pairs, lists, single things, policy and statistics.

pub mod administration;
pub mod catalogue;
pub mod combination;
pub mod compliance;
pub mod digest;
pub mod event;
pub mod facts;
pub mod introduction;
pub mod outcome;
pub mod pair;
pub mod partnership;
pub mod ranking;
pub mod receipt;
pub mod template;
#[cfg(test)]
pub(crate) mod tests;

use async_graphql::{Context, Error, ID, MergedObject, Result};
use domain::{city::City, id::Id};

use super::{
    error::{ErrorCode, client_error, refusal},
    object::me::stored,
};
use crate::{
    app::{App, AppError},
    auth::Actor,
    partnership::facts::taken,
    store::Aggregate,
};

pub use administration::AdministrationQuery;
pub use catalogue::CatalogueQuery;
pub use combination::CombinationQuery;
pub use compliance::ComplianceQuery;
pub use digest::DigestQuery;
pub use event::EventQuery;
pub use facts::FactsQuery;
pub use introduction::IntroductionQuery;
pub use outcome::OutcomeQuery;
pub use pair::PairQuery;
pub use partnership::PartnershipQuery;
pub use ranking::RankingQuery;
pub use receipt::ReceiptQuery;
pub use template::TemplateQuery;

/// What can be asked.
#[derive(Debug, Default, MergedObject)]
pub struct Query(
    RankingQuery,
    PairQuery,
    CatalogueQuery,
    FactsQuery,
    ComplianceQuery,
    IntroductionQuery,
    OutcomeQuery,
    PartnershipQuery,
    EventQuery,
    CombinationQuery,
    ReceiptQuery,
    TemplateQuery,
    DigestQuery,
    AdministrationQuery,
);

/// The typed id of an argument.
///
/// # Errors
/// It is no id, or one of another kind; the error names the argument.
pub(super) fn id_of<T: Aggregate>(argument: &'static str, id: &ID) -> Result<Id<T>> {
    crate::id::decode_as(id.as_str())
        .map_err(|error| client_error(ErrorCode::Validation, Some(argument), sentence(&error.to_string())))
}

/// The cities, by their GeoNames id, with which a city has something under way or resting, as far as the caller may know
/// of it; `asked` is the other city where the question is of two.
///
/// # Errors
/// The database does not answer.
pub(in super::super) async fn busy_partners(
    ctx: &Context<'_>,
    city: Id<City>,
    asked: Option<Id<City>>,
) -> Result<Vec<u32>> {
    stored(taken(ctx.data::<App>()?, ctx.data::<Actor>()?, city, asked).await)
}

/// A message as a sentence.
fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// A refusal of a query whose arguments are named after the kind of thing that they ask for.
pub(super) fn refused(error: AppError) -> Error {
    match error {
        AppError::NotFound { what } => {
            client_error(ErrorCode::NotFound, Some(&format!("{what}Id")), format!("There is no such {what}."))
        }
        other => refusal(other),
    }
}
