//! One query a kind and request, however many rows ask.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use async_graphql::dataloader::{DataLoader, Loader};
use domain::id::Id;

use crate::store::{Aggregate, Store, StoreError, Stored};

/// Loads aggregates of a kind by id.
#[derive(Debug)]
pub struct ById<T> {
    store: Store,
    kind: PhantomData<fn() -> T>,
}

/// A loader that lives as long as a request.
pub type Rows<T> = DataLoader<ById<T>>;

/// A loader for a request.
pub fn rows<T: Aggregate>(store: &Store) -> Rows<T> {
    DataLoader::new(ById { store: store.clone(), kind: PhantomData }, tokio::spawn).max_batch_size(200)
}

impl<T: Aggregate> Loader<Id<T>> for ById<T> {
    type Value = Arc<Stored<T>>;
    type Error = Arc<StoreError>;

    async fn load(&self, ids: &[Id<T>]) -> Result<HashMap<Id<T>, Self::Value>, Self::Error> {
        let found = self.store.find(ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|(id, stored)| (id, Arc::new(stored))).collect())
    }
}
