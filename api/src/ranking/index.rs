//! The engine that answers for the catalog's projects: made beside the server once it is ready, installed into the catalog
//! as it is by then, and seen to while the market goes on. Until it is there, and whenever it is let go, pages are scanned.

use std::{sync::Arc, time::Duration};

use matcher::{
    Catalog,
    rank::{Index, LEAST_PROJECTS},
};

use super::{Ranking, Snapshot};

/// The layout is seen to at most so often.
const TEND_EVERY: Duration = Duration::from_secs(30);

/// Between two tries to make an index.
const AGAIN: Duration = Duration::from_secs(2);

impl Ranking {
    /// Makes an index of the catalog as it is and installs it; false where the catalog went too far meanwhile. Keeps a core
    /// busy, for some seconds where there are many projects.
    pub fn make_index(&self) -> bool {
        let catalog = Arc::clone(&self.snapshot().catalog);
        let index = Index::over(&catalog);
        drop(catalog);
        let _changing = self.change();
        let now = self.snapshot();
        let mut catalog = Catalog::clone(&now.catalog);
        let installed = catalog.install(index);
        if installed {
            // The list is what it was: nobody is told.
            self.current.store(Arc::new(Snapshot { catalog: Arc::new(catalog), as_of: now.as_of }));
        }
        installed
    }

    /// Makes the index where it is worth having, and sees to it, until the process ends.
    pub async fn keep_index(self: Arc<Self>) {
        let mut sequence = self.sequence();
        loop {
            let ranking = Arc::clone(&self);
            // Not on the pool of the requests: they would wait for it.
            match tokio::task::spawn_blocking(move || ranking.see_to_index()).await {
                Ok(true) => tokio::time::sleep(TEND_EVERY).await,
                Ok(false) => {
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
                Err(error) => {
                    tracing::warn!(error = ?error, "no engine was made for the catalog; pages are scanned");
                    tokio::time::sleep(TEND_EVERY).await;
                }
            }
            if sequence.changed().await.is_err() {
                return;
            }
        }
    }

    /// Makes the index where it is missed, or sees to the one that is there; false where that has to be tried again.
    fn see_to_index(&self) -> bool {
        let catalog = Arc::clone(&self.snapshot().catalog);
        if let Some(index) = catalog.index() {
            index.tend(&catalog);
            return true;
        }
        let many = catalog.projects().rows().len() >= LEAST_PROJECTS;
        drop(catalog);
        !many || self.make_index()
    }
}
