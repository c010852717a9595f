//! One query a kind and request, however many rows ask.

use std::{
    collections::HashMap,
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use async_graphql::{
    Context, Data, Result,
    dataloader::{DataLoader, HashMapCache, Loader},
};
use domain::{
    capability::Capability, city::City, demonstration_area::DemonstrationArea, exchange_event::ExchangeEvent,
    id::Id, import_job::ImportJob, introduction::Introduction, mandate::Mandate, meeting::Meeting,
    organisation::Organisation, partnership::Partnership, project::Project, saved_search::SavedSearch,
    screening_hit::ScreeningHit, verification::VerificationCase,
};

use crate::{
    app::App,
    auth::Actor,
    store::{Aggregate, Store, StoreError, Stored},
    visible::Viewer,
};

/// Loads aggregates of a kind by id.
#[derive(Debug)]
pub struct ById<T> {
    store: Store,
    queries: AtomicU32,
    kind: PhantomData<fn() -> T>,
}

impl<T> ById<T> {
    /// Queries that were made.
    pub fn queries(&self) -> u32 {
        self.queries.load(Ordering::Relaxed)
    }
}

/// A loader that lives as long as a request.
pub type Rows<T> = DataLoader<ById<T>, HashMapCache>;

/// A loader for a request.
pub fn rows<T: Aggregate>(store: &Store) -> Rows<T> {
    let by_id = ById { store: store.clone(), queries: AtomicU32::new(0), kind: PhantomData };
    DataLoader::with_cache(by_id, tokio::spawn, HashMapCache::default()).max_batch_size(200)
}

/// All that lives as long as a request: who asks, and loaders that no other request shares.
pub fn request_data(app: &App, actor: Actor) -> Data {
    let store = &app.store;
    let mut data = Data::default();
    data.insert(Viewer::new(actor.clone(), app.ranking.snapshot()));
    data.insert(actor);
    data.insert(rows::<Project>(store));
    data.insert(rows::<Organisation>(store));
    data.insert(rows::<Mandate>(store));
    data.insert(rows::<City>(store));
    data.insert(rows::<Capability>(store));
    data.insert(rows::<SavedSearch>(store));
    data.insert(rows::<ImportJob>(store));
    data.insert(rows::<Introduction>(store));
    data.insert(rows::<DemonstrationArea>(store));
    data.insert(rows::<Partnership>(store));
    data.insert(rows::<ExchangeEvent>(store));
    data.insert(rows::<Meeting>(store));
    data.insert(rows::<ScreeningHit>(store));
    data.insert(rows::<VerificationCase>(store));
    data
}

/// Forgets what the loaders of a request have read, where the request outlives it: an event of a subscription shows
/// what is stored now.
///
/// # Errors
/// The request has no loaders.
pub fn forget(ctx: &Context<'_>) -> Result<()> {
    ctx.data::<Rows<Project>>()?.clear::<Id<Project>>();
    ctx.data::<Rows<Organisation>>()?.clear::<Id<Organisation>>();
    ctx.data::<Rows<Mandate>>()?.clear::<Id<Mandate>>();
    ctx.data::<Rows<City>>()?.clear::<Id<City>>();
    ctx.data::<Rows<Capability>>()?.clear::<Id<Capability>>();
    ctx.data::<Rows<SavedSearch>>()?.clear::<Id<SavedSearch>>();
    ctx.data::<Rows<ImportJob>>()?.clear::<Id<ImportJob>>();
    ctx.data::<Rows<Introduction>>()?.clear::<Id<Introduction>>();
    ctx.data::<Rows<DemonstrationArea>>()?.clear::<Id<DemonstrationArea>>();
    ctx.data::<Rows<Partnership>>()?.clear::<Id<Partnership>>();
    ctx.data::<Rows<ExchangeEvent>>()?.clear::<Id<ExchangeEvent>>();
    ctx.data::<Rows<Meeting>>()?.clear::<Id<Meeting>>();
    ctx.data::<Rows<ScreeningHit>>()?.clear::<Id<ScreeningHit>>();
    ctx.data::<Rows<VerificationCase>>()?.clear::<Id<VerificationCase>>();
    Ok(())
}

impl<T: Aggregate> Loader<Id<T>> for ById<T> {
    type Value = Arc<Stored<T>>;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[Id<T>]) -> std::result::Result<HashMap<Id<T>, Self::Value>, Self::Error> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        let found = self.store.find(ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, stored)| (id, Arc::new(stored))).collect())
    }
}
