//! The catalog in memory: loaded from the database at the start, kept current from the event log.
//!
//! Readers take a snapshot and keep it for the whole of a request. The follower copies the catalog, applies what
//! changed and puts the copy in its place; a later design can share what did not change.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use chrono::{DateTime, NaiveDate, Utc};
use domain::{city::City, id::Id, mandate::Mandate, organisation::Organisation, project::Project};
use futures::TryStreamExt;
use matcher::{Catalog, row::World};

use crate::{
    reference::Reference,
    store::{Event, Store, StoreError},
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
}

/// Events that are applied in one copy.
const BATCH: u64 = 1_000;

impl Ranking {
    /// Loads the catalog from the database.
    ///
    /// # Errors
    /// The database does not answer, or a document does not read.
    pub async fn load(store: &Store, reference: &Reference, today: NaiveDate) -> Result<Self, StoreError> {
        let catalog = load(store, reference, today).await?;
        let snapshot = Snapshot { catalog: Arc::new(catalog), as_of: Utc::now() };
        Ok(Self { current: ArcSwap::from_pointee(snapshot) })
    }

    /// The catalog as it is now; it does not change under the reader.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
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
        self.current.store(Arc::new(Snapshot { catalog: Arc::new(catalog), as_of: Utc::now() }));
        Ok(events.len() as u64)
    }

    /// Follows the log until the process ends. A database that does not answer is asked again.
    pub async fn follow(self: Arc<Self>, store: Store) {
        loop {
            match self.catch_up(&store).await {
                Ok(0) => tokio::time::sleep(Duration::from_millis(250)).await,
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(error = ?error, "the catalog cannot follow the log");
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
            }
        }
    }
}

async fn load(store: &Store, reference: &Reference, today: NaiveDate) -> Result<Catalog, StoreError> {
    let world = World::new(reference.countries.clone(), reference.fx.clone(), today);
    let mut catalog = Catalog::new(world, today);
    // The number is read first: what is written meanwhile is applied twice, which changes nothing.
    catalog.sequence = store.last_seq().await?;
    let mut rows = Box::pin(store.stream::<Organisation>().await?);
    while let Some(stored) = rows.try_next().await? {
        catalog.put_organisation(stored.id, &stored.value);
    }
    drop(rows);
    let mut rows = Box::pin(store.stream::<City>().await?);
    while let Some(stored) = rows.try_next().await? {
        catalog.put_city(stored.id, &stored.value);
    }
    drop(rows);
    for twinning in store.twinnings().await? {
        catalog.put_twinning(&twinning);
    }
    let mut rows = Box::pin(store.stream::<Mandate>().await?);
    while let Some(stored) = rows.try_next().await? {
        if let Some(owner) = stored.owner {
            catalog.put_mandate(stored.id, owner, &stored.value);
        }
    }
    drop(rows);
    let mut rows = Box::pin(store.stream::<Project>().await?);
    while let Some(stored) = rows.try_next().await? {
        if let Some(owner) = stored.owner {
            catalog.put_project(stored.id, owner, &stored.value);
        }
    }
    Ok(catalog)
}

async fn apply(catalog: &mut Catalog, store: &Store, events: &[Event]) -> Result<(), StoreError> {
    let of = |kind: &str| -> Vec<uuid::Uuid> {
        let ids: BTreeSet<_> = events
            .iter()
            .filter(|event| event.aggregate_kind == kind)
            .map(|event| event.aggregate_id)
            .collect();
        ids.into_iter().collect()
    };
    let ids: Vec<Id<Organisation>> = of("organisation").into_iter().map(Id::from_uuid).collect();
    for stored in store.find(&ids).await?.into_values() {
        catalog.put_organisation(stored.id, &stored.value);
    }
    let ids: Vec<Id<City>> = of("city").into_iter().map(Id::from_uuid).collect();
    for stored in store.find(&ids).await?.into_values() {
        catalog.put_city(stored.id, &stored.value);
    }
    if !of("twinning").is_empty() {
        for twinning in store.twinnings().await? {
            catalog.put_twinning(&twinning);
        }
    }
    let ids: Vec<Id<Mandate>> = of("mandate").into_iter().map(Id::from_uuid).collect();
    for stored in store.find(&ids).await?.into_values() {
        if let Some(owner) = stored.owner {
            catalog.put_mandate(stored.id, owner, &stored.value);
        }
    }
    let ids: Vec<Id<Project>> = of("project").into_iter().map(Id::from_uuid).collect();
    for stored in store.find(&ids).await?.into_values() {
        if let Some(owner) = stored.owner {
            catalog.put_project(stored.id, owner, &stored.value);
        }
    }
    Ok(())
}
