//! Use cases. GraphQL, pages and the command line call these, and nothing else reads the catalog.

pub mod combination;
mod error;
mod highlight;
mod investment;
pub mod listing;
pub mod notice;
pub mod receipt;
pub mod reciprocity;
mod stability;
mod statistics;
mod twinning;
mod unlock;
pub mod watch;

use std::{collections::HashSet, path::Path, sync::Arc};

pub use error::AppError;
pub use highlight::{Highlighted, highlights};
pub use investment::{
    MandateChoice, Match, OpportunityPage, OpportunityRequest, PairRequest, Shared, investors_for,
    opportunities, pair_of, pairs_of, top_opportunities,
};
pub use listing::{
    CapabilityFilter, Listing, PageRequest, capabilities, cities, mandates, organisations, projects,
};
pub use stability::{investor_stabilities, stabilities};
pub use statistics::{Cell, Group, GroupBy, statistics};
pub use twinning::{CityMatch, CityPage, CityRequest, city_pair_of, partner_cities};
pub use unlock::unlock_map;

use domain::{id::Id, mandate::Mandate, project::Project};
use matcher::rank::Reader;

use crate::{
    auth::{Actor, Auth, key_ring::KeyRingError},
    config::DATA_DIR,
    ranking::Ranking,
    reference::Reference,
    search::{Filling, Hit, Search, SearchError},
    server::compute,
    store::{Aggregate, Files, Kind, Store, Stored},
};

/// What all use cases share.
#[derive(Debug, Clone)]
pub struct App {
    /// The database.
    pub store: Store,
    /// The catalog in memory.
    pub ranking: Arc<Ranking>,
    /// What the rules of countries and cities say of partnerships.
    pub packs: Arc<domain::policy_pack::PackSet>,
    /// Clauses of what two cities sign.
    pub clauses: Arc<domain::agreement_template::ClauseLibrary>,
    /// Embedded facts.
    pub reference: Arc<Reference>,
    /// Names and summaries.
    pub search: Search,
    /// Accounts: keys, passwords, the clock. The server puts its own in the place of the one in memory.
    pub auth: Auth,
    /// What is watched.
    pub watches: Arc<watch::Watches>,
    /// Bytes of documents. The server puts its own directory in the place of the usual one.
    pub files: Files,
    /// Who listens to what happens to records with two sides.
    pub notices: notice::Notices,
    /// Rung when an import waits.
    pub imports: Arc<tokio::sync::Notify>,
    /// The index over the lists of sanctions in force.
    pub sanctions: Arc<crate::screening::Sanctions>,
}

/// As whom somebody reads lists.
pub fn reader(actor: &Actor) -> Reader {
    match actor {
        Actor::System => Reader::Inside,
        Actor::Person(person) if person.confirmed => Reader::Registered,
        Actor::Person(_) | Actor::Anonymous => Reader::Public,
    }
}

impl App {
    /// As whom somebody reads the list of a mandate. The investor's own people see listings that keep back what a score
    /// is made of ranked among the others, by what they tell: a score is never made of what waits for an introduction
    /// ([`domain::project::Project::as_scored`]). From everybody else such listings are left out.
    pub fn reader_of(&self, actor: &Actor, mandate: Id<Mandate>) -> Reader {
        let snapshot = self.ranking.snapshot();
        let investor = snapshot.catalog.mandates().get(mandate).map(|row| row.investor);
        if investor.is_some_and(|investor| actor.role_in(investor).is_some()) {
            Reader::Inside
        } else {
            reader(actor)
        }
    }

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
        Self::of(store, ranking, reference, search)
    }

    fn of(
        store: Store,
        ranking: Arc<Ranking>,
        reference: Arc<Reference>,
        search: Search,
    ) -> Result<Self, AppError> {
        Ok(Self {
            store,
            ranking,
            reference,
            search,
            auth: Auth::in_memory()?,
            files: Files::at(Path::new(DATA_DIR).join("files")),
            watches: Arc::default(),
            imports: Arc::default(),
            notices: notice::Notices::default(),
            packs: Arc::new(domain::policy_pack::PackSet::shipped().map_err(|error| {
                tracing::error!(%error, "a policy pack that is shipped does not read");
                AppError::Failed
            })?),
            clauses: Arc::new(domain::agreement_template::ClauseLibrary::shipped().map_err(|error| {
                tracing::error!(%error, "the library of clauses does not read");
                AppError::Failed
            })?),
            sanctions: Arc::default(),
        })
    }

    /// Loads the catalog and the search index from the database, of one reading.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn load(
        store: Store,
        reference: Arc<Reference>,
        today: chrono::NaiveDate,
    ) -> Result<Self, AppError> {
        let mut filling = Filling::begin()?;
        let ranking = Ranking::load_with(&store, &reference, today, Some(&mut filling)).await?;
        // What was written after the number of the catalog was read is indexed again, which changes nothing.
        let sequence = *ranking.sequence().borrow();
        let search = tokio::task::spawn_blocking(move || filling.finish(sequence));
        let search = search.await.map_err(|_| AppError::Failed)??;
        let ranking = Arc::new(ranking);
        Self::of(store, ranking, reference, search)
    }

    /// Keeps the catalog and the search index current until the process ends.
    pub async fn follow(self) {
        let Self { store, ranking, search, .. } = self;
        tokio::join!(store.listen(), ranking.follow(store.clone()), search.follow(store.clone()));
    }

    /// Runs work that keeps a core busy off the threads that answer requests.
    ///
    /// # Errors
    /// What the work refuses, or too much work waits already.
    pub async fn compute<R: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<R, AppError> + Send + 'static,
    ) -> Result<R, AppError> {
        let app = self.clone();
        compute::run(move || work(&app)).await?
    }

    /// All projects in whose names and summaries the words are found.
    ///
    /// # Errors
    /// The text is too long or has no words, or the index fails.
    pub fn search_projects(&self, text: &str) -> Result<HashSet<Id<Project>>, AppError> {
        checked("filter.text", text)?;
        Ok(self.search.ids(text)?.into_iter().collect())
    }

    /// Things in whose names and summaries the words are found, best first; kinds that are not named are all.
    ///
    /// # Errors
    /// The text is too long or has no words, or the index fails.
    pub fn find(&self, text: &str, kinds: &[Kind], limit: usize) -> Result<Vec<Hit>, AppError> {
        checked("text", text)?;
        Ok(self.search.find(text, kinds, limit)?)
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

fn checked(argument: &'static str, text: &str) -> Result<(), AppError> {
    if text.chars().count() > MAX_SEARCH {
        return Err(AppError::argument(argument, format!("search for at most {MAX_SEARCH} characters")));
    }
    if !Search::has_words(text) {
        return Err(AppError::argument(argument, "write at least one letter or digit"));
    }
    Ok(())
}

impl From<KeyRingError> for AppError {
    fn from(error: KeyRingError) -> Self {
        tracing::error!(error = ?error, "there are no keys");
        Self::Failed
    }
}

impl From<SearchError> for AppError {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::Store(error) => Self::Store(error),
            SearchError::Index(error) => Self::Index(error),
        }
    }
}
