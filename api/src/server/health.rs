//! Whether the server lives and whether it is ready.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::{extract::State, http::StatusCode};

use crate::store::Store;

/// What readiness rests on.
#[derive(Debug, Clone)]
pub struct Health {
    store: Store,
    draining: Arc<AtomicBool>,
}

impl Health {
    /// Ready while the database takes writes.
    pub fn new(store: Store) -> Self {
        Self { store, draining: Arc::new(AtomicBool::new(false)) }
    }

    /// From now on the server is not ready: it ends.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }
}

/// Ready where the database takes a write within a second and the server does not end.
pub(super) async fn ready(State(health): State<Health>) -> (StatusCode, &'static str) {
    if health.draining.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, "draining");
    }
    match tokio::time::timeout(Duration::from_secs(1), health.store.probe()).await {
        Ok(Ok(())) => (StatusCode::OK, "ready"),
        Ok(Err(error)) => {
            tracing::warn!(error = ?error, "the database takes no writes");
            (StatusCode::SERVICE_UNAVAILABLE, "the database takes no writes")
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "the database is slow"),
    }
}
