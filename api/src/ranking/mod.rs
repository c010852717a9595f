//! The catalog in memory: loaded from the database at the start, kept current from the event log.
//!
//! Readers take a snapshot and keep it for the whole of a request. The follower copies the catalog, applies what
//! changed and puts the copy in its place; a later design can share what did not change. Where there are many projects an
//! engine answers for them, made beside (`index`).

mod index;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::{ArcSwap, ArcSwapOption};
use chrono::{DateTime, NaiveDate, Utc};
use domain::{
    capability::Capability, city::City, id::Id, mandate::Mandate, organisation::Organisation,
    project::Project,
};
use futures::TryStreamExt;
use matcher::{
    Catalog, Policy,
    highlight::{Exposure, exposure},
    row::World,
};
use tokio::sync::watch;

use crate::{
    reference::Reference,
    search::Filling,
    server::compute,
    store::{Aggregate, BLOCK, Event, Store, StoreError, Stored},
};

/// A catalog and when it was current.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// The catalog.
    pub catalog: Arc<Catalog>,
    /// When the last event that is in it was read.
    pub as_of: DateTime<Utc>,
}

/// The current catalog.
#[derive(Debug)]
pub struct Ranking {
    current: ArcSwap<Snapshot>,
    /// Held while one catalog takes the place of another.
    changing: Mutex<()>,
    /// Told the number of the last event after the catalog was put in place.
    sequence: watch::Sender<i64>,
    /// Who is seen by whom, as it was last measured.
    exposure: ArcSwapOption<Exposure>,
}

/// Pairs of a mandate and a project that one measurement of exposure scores at most: some seconds of one core.
const MOST_PAIRS: usize = 50_000_000;

/// Exposure is measured at most so often; between, highlights rest on the last one.
const EXPOSURE_EVERY: Duration = Duration::from_mins(10);

/// Events that are applied in one copy.
const BATCH: u64 = 1_000;

impl Ranking {
    /// Loads the catalog from the database.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn load(store: &Store, reference: &Reference, today: NaiveDate) -> Result<Self, StoreError> {
        Self::load_with(store, reference, today, None).await
    }

    /// As [`Self::load`], and fills the index of the search with what is read: documents are read once.
    pub(crate) async fn load_with(
        store: &Store,
        reference: &Reference,
        today: NaiveDate,
        index: Option<&mut Filling>,
    ) -> Result<Self, StoreError> {
        let world = World::new(reference.countries.clone(), reference.fx.clone(), today);
        let catalog = fill(store, Catalog::new(world, today), index).await?;
        let sequence = watch::Sender::new(catalog.sequence);
        let snapshot = Snapshot { catalog: Arc::new(catalog), as_of: Utc::now() };
        let exposure = ArcSwapOption::empty();
        let current = ArcSwap::from_pointee(snapshot);
        Ok(Self { current, changing: Mutex::new(()), sequence, exposure })
    }

    /// The number of the last event that is in the catalog, to wait on: it is marked as changed with every new
    /// catalog, also where the number is the same and the day another.
    pub fn sequence(&self) -> watch::Receiver<i64> {
        self.sequence.subscribe()
    }

    /// Puts a catalog that came of the one that is read in its place, and tells who waits.
    pub(crate) fn put(&self, mut catalog: Catalog) {
        let sequence = catalog.sequence;
        let changing = self.change();
        catalog.settle(&self.snapshot().catalog);
        self.current.store(Arc::new(Snapshot { catalog: Arc::new(catalog), as_of: Utc::now() }));
        drop(changing);
        self.sequence.send_replace(sequence);
    }

    fn change(&self) -> MutexGuard<'_, ()> {
        // What is put in place is whole whatever became of who held this before.
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The catalog as it is now; it does not change under the reader.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// The same as somebody may know it: blocks part the two for their own people, and nobody else can tell them, be it
    /// by a gate that is shut or by a row that is missing.
    pub fn snapshot_for(&self, parted: bool) -> Arc<Snapshot> {
        let snapshot = self.snapshot();
        if parted || !snapshot.catalog.is_parted() {
            return snapshot;
        }
        Arc::new(Snapshot { catalog: Arc::new(snapshot.catalog.unparted()), as_of: snapshot.as_of })
    }

    /// The same catalog, which stays as it is now: for much work that has to be of one moment.
    #[must_use]
    pub fn still(&self) -> Self {
        let snapshot = self.snapshot();
        Self {
            sequence: watch::Sender::new(snapshot.catalog.sequence),
            current: ArcSwap::new(snapshot),
            changing: Mutex::new(()),
            exposure: ArcSwapOption::new(self.exposure()),
        }
    }

    /// Who is seen by whom, as it was last measured; none before the first time.
    pub fn exposure(&self) -> Option<Arc<Exposure>> {
        self.exposure.load_full()
    }

    /// Measures who is seen by whom in the catalog as it is. Keeps a core busy, for seconds where there are many
    /// mandates and projects.
    pub fn measure_exposure(&self) {
        let catalog = Arc::clone(&self.snapshot().catalog);
        self.exposure.store(Some(Arc::new(exposure(&catalog, &Policy::current(), MOST_PAIRS))));
    }

    /// Measures the exposure now, and again when the catalog changed, until the process ends.
    pub async fn keep_exposure(self: Arc<Self>) {
        let mut sequence = self.sequence();
        loop {
            let ranking = Arc::clone(&self);
            if let Err(error) = compute::run(move || ranking.measure_exposure()).await {
                tracing::warn!(error = ?error, "the exposure of projects was not measured");
            }
            tokio::time::sleep(EXPOSURE_EVERY).await;
            if sequence.changed().await.is_err() {
                return;
            }
        }
    }

    /// Applies the events that came since, and answers how many.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read; the catalog stays as it was.
    pub async fn catch_up(&self, store: &Store) -> Result<u64, StoreError> {
        let now = self.snapshot();
        let events = store.events_after(now.catalog.sequence, BATCH).await?;
        let Some(last) = events.last().map(|event| event.seq) else {
            return Ok(0);
        };
        let mut catalog = Catalog::clone(&now.catalog);
        apply(&mut catalog, store, &events).await?;
        catalog.sequence = last;
        self.put(catalog);
        Ok(events.len() as u64)
    }

    /// Loads the catalog again, as of a day: freshness, screening and rates are judged by it. Readers keep what
    /// they have until the new one is whole.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read; the catalog stays as it was.
    pub async fn reload(&self, store: &Store, today: NaiveDate) -> Result<(), StoreError> {
        let old = self.snapshot();
        let world = &old.catalog.world;
        let mut fresh = World::new(world.countries.values().cloned().collect(), world.fx.clone(), today);
        fresh.ownership.clone_from(&world.ownership);
        let catalog = fill(store, Catalog::new(fresh, today), None).await?;
        self.put(catalog);
        Ok(())
    }

    /// Applies what is new; on a new day everything is judged anew.
    async fn follow_once(&self, store: &Store) -> Result<u64, StoreError> {
        let today = Utc::now().date_naive();
        // A clock that was set back does not take days back.
        if today > self.snapshot().catalog.today {
            self.reload(store, today).await?;
        }
        self.catch_up(store).await
    }

    /// Follows the log until the process ends. A database that does not answer is asked again.
    pub async fn follow(self: Arc<Self>, store: Store) {
        let mut changes = store.changes();
        loop {
            match self.follow_once(&store).await {
                Ok(0) => changes.next().await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = ?error, "the catalog cannot follow the log");
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
            }
        }
    }
}

/// Fills an empty catalog from the database, and the index of the search with the same documents.
async fn fill(
    store: &Store,
    mut catalog: Catalog,
    mut index: Option<&mut Filling>,
) -> Result<Catalog, StoreError> {
    // The number is read first: what is written meanwhile is applied twice, which changes nothing.
    catalog.sequence = store.last_seq().await?;
    let mut rows = Box::pin(store.stream::<Organisation>().await?);
    while let Some(stored) = rows.try_next().await? {
        catalog.put_organisation(stored.id, &stored.value);
        if let Some(index) = &mut index {
            index.put(&stored);
        }
    }
    drop(rows);
    let mut rows = Box::pin(store.stream::<City>().await?);
    while let Some(stored) = rows.try_next().await? {
        catalog.put_city(stored.id, stored.owner, &stored.value);
        if let Some(index) = &mut index {
            index.put(&stored);
        }
    }
    drop(rows);
    for twinning in store.twinnings().await? {
        catalog.put_twinning(&twinning);
    }
    for (blocker, blocked) in store.blocks(None).await? {
        catalog.put_blocks(blocker, &blocked);
    }
    let mut rows = Box::pin(store.stream::<Mandate>().await?);
    while let Some(stored) = rows.try_next().await? {
        if let Some(owner) = stored.owner {
            catalog.put_mandate(stored.id, owner, &stored.value);
        }
    }
    drop(rows);
    let mut rows = Box::pin(store.stream::<Capability>().await?);
    while let Some(stored) = rows.try_next().await? {
        if let Some(owner) = stored.owner {
            catalog.put_capability(stored.id, owner, &stored.value);
        }
    }
    drop(rows);
    let mut rows = Box::pin(store.stream::<Project>().await?);
    while let Some(stored) = rows.try_next().await? {
        if let Some(owner) = stored.owner {
            catalog.put_project(stored.id, owner, &stored.value);
        }
        if let Some(index) = &mut index {
            index.put(&stored);
        }
    }
    Ok(catalog)
}

async fn apply(catalog: &mut Catalog, store: &Store, events: &[Event]) -> Result<(), StoreError> {
    for stored in changed::<Organisation>(store, events).await?.1.into_values() {
        catalog.put_organisation(stored.id, &stored.value);
    }
    for stored in changed::<City>(store, events).await?.1.into_values() {
        catalog.put_city(stored.id, stored.owner, &stored.value);
    }
    if events.iter().any(|event| event.aggregate_kind == "twinning") {
        // An agreement that ends takes its link with it.
        catalog.set_twinnings(&store.twinnings().await?);
    }
    let blockers: BTreeSet<_> =
        events.iter().filter(|event| event.aggregate_kind == BLOCK).map(|event| event.aggregate_id).collect();
    if !blockers.is_empty() {
        let blockers: Vec<_> = blockers.into_iter().collect();
        for (blocker, blocked) in store.blocks(Some(&blockers)).await? {
            catalog.put_blocks(blocker, &blocked);
        }
    }
    let (ids, mandates) = changed::<Mandate>(store, events).await?;
    for id in ids {
        match mandates.get(&id).and_then(|stored| Some((stored, stored.owner?))) {
            Some((stored, owner)) => catalog.put_mandate(id, owner, &stored.value),
            None => catalog.remove_mandate(id),
        }
    }
    let (ids, capabilities) = changed::<Capability>(store, events).await?;
    for id in ids {
        match capabilities.get(&id).and_then(|stored| Some((stored, stored.owner?))) {
            Some((stored, owner)) => catalog.put_capability(id, owner, &stored.value),
            None => catalog.remove_capability(id),
        }
    }
    let (ids, projects) = changed::<Project>(store, events).await?;
    for id in ids {
        match projects.get(&id).and_then(|stored| Some((stored, stored.owner?))) {
            Some((stored, owner)) => catalog.put_project(id, owner, &stored.value),
            None => catalog.remove_project(id),
        }
    }
    Ok(())
}

/// The ids of a kind that events speak of, and what is stored under them now.
async fn changed<T: Aggregate>(
    store: &Store,
    events: &[Event],
) -> Result<(Vec<Id<T>>, HashMap<Id<T>, Stored<T>>), StoreError> {
    let ids: BTreeSet<_> = events
        .iter()
        .filter(|event| event.aggregate_kind == T::KIND.table())
        .map(|event| event.aggregate_id)
        .collect();
    let ids: Vec<Id<T>> = ids.into_iter().map(Id::from_uuid).collect();
    let found = store.find(&ids).await?;
    Ok((ids, found))
}
