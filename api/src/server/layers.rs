//! What stands before every route.

use std::{any::Any, sync::Arc, time::Instant};

use axum::{
    Json,
    extract::{Request, State},
    http::{
        HeaderName, HeaderValue, StatusCode,
        header::{self},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::sync::Semaphore;

/// Requests that may be worked on at once.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }
}

fn json_error(status: StatusCode, code: &str, message: &str) -> Response {
    let body = serde_json::json!({"errors": [{"message": message, "extensions": {"code": code}}]});
    (status, Json(body)).into_response()
}

/// More than can be worked on is told at once to come back, so that those inside are served.
pub(super) async fn shed(State(turns): State<Turns>, request: Request, next: Next) -> Response {
    // Whether the process lives must be told even when it is busy.
    if request.uri().path() == "/livez" {
        return next.run(request).await;
    }
    let Ok(_turn) = turns.0.try_acquire() else {
        metrics::counter!("http_shed_total").increment(1);
        let mut response =
            json_error(StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED", "The server is busy; try again later.");
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        return response;
    };
    next.run(request).await
}

/// One line a request, without addresses, variables or bodies.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let id = request.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    let start = Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status().as_u16(), start.elapsed());
    metrics::histogram!("http_request_seconds").record(took.as_secs_f64());
    tracing::info!(
        request = id.as_deref().unwrap_or(""),
        method = %method,
        path = %path.chars().take(100).collect::<String>(),
        status,
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// Headers that every answer carries.
pub(super) async fn headers(request: Request, next: Next) -> Response {
    let is_page = request.uri().path() == "/graphiql";
    let is_probe = request.uri().path() == "/readyz";
    let mut response = next.run(request).await;
    let is_json = |response: &Response| {
        response
            .headers()
            .get(header::CONTENT_TYPE)
            .is_some_and(|media| media.as_bytes().starts_with(b"application/"))
    };
    // Layers answer in plain text; whoever speaks JSON to us is answered in JSON.
    if response.status() == StatusCode::PAYLOAD_TOO_LARGE && !is_json(&response) {
        response = json_error(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", "The body is too long.");
    } else if response.status() == StatusCode::SERVICE_UNAVAILABLE && !is_json(&response) && !is_probe {
        response =
            json_error(StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT", "The answer was not ready in time.");
    }
    let headers = response.headers_mut();
    let fixed: [(HeaderName, &'static str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !is_page {
        let policy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    response
}

/// A panic is an answer of one request; the process lives.
#[expect(clippy::needless_pass_by_value, reason = "the layer asks for this signature")]
pub(super) fn panicked(cause: Box<dyn Any + Send + 'static>) -> Response {
    let text = cause.downcast_ref::<&str>().copied().map(str::to_owned);
    let text = text.or_else(|| cause.downcast_ref::<String>().cloned()).unwrap_or_default();
    tracing::error!(panic = %text, "a request panicked");
    json_error(
        StatusCode::INTERNAL_SERVER_ERROR,
        "INTERNAL",
        "The server failed; the request's id is in the log.",
    )
}

/// The recorder of this process; none where another has been put in place.
pub(super) fn metrics() -> Option<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().ok()
}
