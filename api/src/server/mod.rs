//! The server: routes, what stands before them, start and end.

mod health;
mod layers;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    response::IntoResponse,
    routing::{any, get},
};
use tokio::net::TcpListener;
use tower_http::{
    catch_panic::CatchPanicLayer,
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    timeout::TimeoutLayer,
};

use crate::{
    app::App,
    config::Settings,
    graphql::{self, http::Endpoint},
};

pub use health::Health;

/// Largest body, in bytes: a document and its variables.
const MAX_BODY: usize = 128 * 1024;

/// Longest time for a request.
const REQUEST_TIME: Duration = Duration::from_secs(15);

/// Longest time for requests under way when the server is told to end.
const DRAIN_TIME: Duration = Duration::from_secs(20);

/// Every route on one page.
pub fn router(settings: &Settings, app: App, health: Health) -> Router {
    let schema = graphql::schema(app.clone(), settings.development);
    let endpoint = Endpoint::new(schema, app, settings.cost_per_minute);
    tokio::spawn(sweep(endpoint.clone()));
    let mut router = Router::new()
        .route("/graphql", any(graphql::http::graphql))
        .with_state(endpoint)
        .route("/livez", get(|| async { "ok" }))
        .route("/readyz", get(health::ready))
        .with_state(health);
    if settings.listen.ip().is_loopback() {
        let metrics = layers::metrics();
        let page = move || async move { metrics.map(|handle| handle.render()).unwrap_or_default() };
        router = router.route("/metrics", get(page));
    }
    if settings.development {
        router = router.route("/graphiql", get(graphiql));
    }
    router
        .fallback(not_found)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIME))
        .layer(DefaultBodyLimit::disable())
        .layer(RequestBodyLimitLayer::new(MAX_BODY))
        .layer(middleware::from_fn_with_state(layers::Turns::new(settings.max_concurrent), layers::shed))
        .layer(middleware::from_fn(layers::log))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(middleware::from_fn(layers::headers))
}

/// Forgets callers that have gone, once a minute.
async fn sweep(endpoint: Endpoint) {
    loop {
        tokio::time::sleep(Duration::from_mins(1)).await;
        endpoint.forget_idle();
    }
}

async fn not_found() -> impl IntoResponse {
    let error = serde_json::json!({"message": "There is no such page.", "extensions": {"code": "NOT_FOUND"}});
    (StatusCode::NOT_FOUND, Json(serde_json::json!({"errors": [error]})))
}

async fn graphiql() -> impl IntoResponse {
    axum::response::Html(async_graphql::http::GraphiQLSource::build().endpoint("/graphql").finish())
}

/// Serves until the process is told to end, then lets requests under way finish.
///
/// # Errors
/// The listener fails.
pub async fn serve(listener: TcpListener, settings: &Settings, app: App) -> std::io::Result<()> {
    let health = Health::new(app.store.clone());
    let router = router(settings, app, health.clone());
    let ending = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&ending);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        signal().await;
        health.drain();
        told.notify_one();
    });
    tokio::select! {
        result = server => result,
        () = async { ending.notified().await; tokio::time::sleep(DRAIN_TIME).await } => {
            tracing::warn!("requests were still under way when the time to finish them ended");
            Ok(())
        }
    }
}

/// Waits for SIGTERM or Ctrl-C.
async fn signal() {
    let interrupt = tokio::signal::ctrl_c();
    match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = interrupt.await;
        }
    }
}
