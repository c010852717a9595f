//! Whether the server lives and whether it is ready.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use futures::{FutureExt, future::BoxFuture};
use serde_json::json;
use tokio::sync::Mutex;

/// For a probe to answer.
const PROBE_DEADLINE: Duration = Duration::from_secs(1);
/// For which a probe's answer holds, so that asking often does not write often.
const PROBE_LIFE: Duration = Duration::from_secs(1);

type Probe = dyn Fn() -> BoxFuture<'static, bool> + Send + Sync;

/// What readiness rests on.
#[derive(Clone)]
pub struct Health(Arc<Inner>);

struct Inner {
    probe: Box<Probe>,
    last: Mutex<Option<(Instant, bool)>>,
    is_draining: AtomicBool,
}

impl std::fmt::Debug for Health {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Health").field("is_draining", &self.is_draining()).finish_non_exhaustive()
    }
}

impl Health {
    /// Ready while the probe succeeds within a second, such as a write to the database.
    pub fn new<F, R>(probe: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), ()>> + Send + 'static,
    {
        let probe = Box::new(move || {
            let probed = probe();
            async move { matches!(tokio::time::timeout(PROBE_DEADLINE, probed).await, Ok(Ok(()))) }.boxed()
        });
        Self(Arc::new(Inner { probe, last: Mutex::new(None), is_draining: AtomicBool::new(false) }))
    }

    /// From now on the server is not ready, since it ends.
    pub fn drain(&self) {
        self.0.is_draining.store(true, Ordering::Relaxed);
    }

    /// Whether the server ends.
    pub fn is_draining(&self) -> bool {
        self.0.is_draining.load(Ordering::Relaxed)
    }

    async fn probed(&self) -> bool {
        let mut last = self.0.last.lock().await;
        if let Some((at, answer)) = *last
            && at.elapsed() < PROBE_LIFE
        {
            return answer;
        }
        let answer = (self.0.probe)().await;
        *last = Some((Instant::now(), answer));
        answer
    }
}

/// The process runs; nothing is asked of anything else.
pub(super) async fn live() -> Response {
    Json(json!({"status": "live"})).into_response()
}

/// Ready where the probe succeeds and the server does not end.
pub(super) async fn ready(State(health): State<Health>) -> Response {
    let (status, text) = if health.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else if health.probed().await {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the database takes no writes")
    };
    (status, Json(json!({"status": text}))).into_response()
}
