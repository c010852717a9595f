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

use domain::{id::Id, project::Project};
use tokio::sync::Semaphore;

use crate::{
    ranking::Ranking,
    reference::Reference,
    search::{Search, SearchError},
    store::{Aggregate, Kind, Store, Stored},
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
    search: Search,
    /// As many rankings at once as there are cores: they are work, not waiting.
    cores: Arc<Semaphore>,
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
        let search = Search::build(&store).await?;
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self { store, ranking, reference, search, cores: Arc::new(Semaphore::new(cores)) })
    }

    /// Runs work that keeps a core busy off the threads that answer requests.
    ///
    /// # Errors
    /// What the work refuses.
    pub async fn compute<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<R, AppError> + Send + 'static,
    ) -> Result<R, AppError> {
        let _turn = self.cores.clone().acquire_owned().await.map_err(|_| AppError::Stopped)?;
        let app = self.clone();
        tokio::task::spawn_blocking(move || work(&app)).await.map_err(|_| AppError::Stopped)?
    }

    /// Projects in whose names and summaries all words are found.
    ///
    /// # Errors
    /// The text is too long, or the index fails.
    pub fn search_projects(&self, text: &str) -> Result<Vec<Id<Project>>, AppError> {
        checked(text)?;
        Ok(self.search.ids(text, 10_000)?)
    }

    /// Things in whose names and summaries all words are found, best first.
    ///
    /// # Errors
    /// The text is too long, or the index fails.
    pub fn search(&self, text: &str, limit: usize) -> Result<Vec<(Kind, uuid::Uuid)>, AppError> {
        checked(text)?;
        Ok(self.search.find(text, &[], limit)?)
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

/// Longest text of a search, in characters.
const MAX_SEARCH: usize = 200;

fn checked(text: &str) -> Result<(), AppError> {
    if text.chars().count() > MAX_SEARCH {
        return Err(AppError::argument("text", format!("search for at most {MAX_SEARCH} characters")));
    }
    Ok(())
}

impl From<SearchError> for AppError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Store(error) => Self::Store(error),
            SearchError::Index(error) => Self::Index(error),
        }
    }
}
