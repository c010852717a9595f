//! Use cases. GraphQL, pages and the command line call these, and nothing else reads the catalog.

mod error;
mod investment;
mod twinning;

use std::sync::Arc;

pub use error::AppError;
pub use investment::{
    MandateChoice, Match, OpportunityPage, OpportunityRequest, PairRequest, investors_for, opportunities,
    pair_of, stabilities,
};
pub use twinning::{CityMatch, CityPage, CityRequest, city_pair_of, partner_cities};

use crate::{
    ranking::Ranking,
    reference::Reference,
    store::{Aggregate, Store, Stored},
};

/// What all use cases share.
#[derive(Debug, Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The catalog in memory.
    pub ranking: Arc<Ranking>,
    /// Embedded facts.
    pub reference: Arc<Reference>,
}

impl App {
    /// Puts the parts together.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn new(
        store: Store,
        ranking: Arc<Ranking>,
        reference: Arc<Reference>,
    ) -> Result<Self, AppError> {
        Ok(Self { store, ranking, reference })
    }

    /// The aggregate of a global id or of a source's key.
    ///
    /// # Errors
    /// There is none, or the database does not answer.
    pub async fn resolve<T: Aggregate>(&self, text: &str) -> Result<Stored<T>, AppError> {
        let not_found = || AppError::NotFound { what: T::KIND.table() };
        if let Ok(id) = crate::id::decode_as::<T>(text) {
            return self.store.find(&[id]).await?.remove(&id).ok_or_else(not_found);
        }
        self.store.find_by_key(text).await?.ok_or_else(not_found)
    }
}
