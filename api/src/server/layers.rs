//! What stands before every route.

use std::{any::Any, sync::Arc, time::Duration, time::Instant};

use axum::{
    body::BodyDataStream,
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::Response,
};
use futures::StreamExt;
use tokio::sync::Semaphore;

use super::request_id::RequestId;
use crate::graphql::{
    error::ErrorCode,
    gate::body::Nesting,
    http::{Answer, AnswerType, is_json, with_retry_after},
};

/// A refusal as JSON.
pub(super) fn refuse(code: ErrorCode, request: &Request) -> Response {
    answer(code, &RequestId::of(request.extensions()))
}

pub(super) fn answer(code: ErrorCode, id: &RequestId) -> Response {
    Answer::refused(code).into_response(AnswerType::Json, id.as_str())
}

/// Requests that may be worked on at once.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

impl Turns {
    pub(super) fn new(at_once: usize) -> Self {
        Self(Arc::new(Semaphore::new(at_once)))
    }
}

/// More than can be worked on is told at once to come back, so that those inside are served.
pub(super) async fn shed(State(turns): State<Turns>, request: Request, next: Next) -> Response {
    let Ok(_turn) = turns.0.try_acquire() else {
        metrics::counter!("http_shed_total").increment(1);
        return with_retry_after(refuse(ErrorCode::Overloaded, &request), Duration::from_secs(1));
    };
    next.run(request).await
}

/// Bytes of a refused body that are still read, and for how long.
const DISCARDED_BYTES: usize = 16 * 1024 * 1024;
const DISCARD_DEADLINE: Duration = Duration::from_secs(2);

/// Bytes of a refused body that are looked at for how deep they are nested.
const NESTED_BYTES: usize = 64 * 1024;

/// Reads a body and keeps nothing of it. Most clients look for an answer only after they have sent all, and one
/// that closes early looks like a broken connection to them.
///
/// Answers the code to refuse it with: it is too long; or it is no request at any length, where its begin is JSON
/// (`nesting`) deeper than any parser here follows.
pub(crate) async fn discard(stream: &mut BodyDataStream, mut nesting: Option<Nesting>) -> ErrorCode {
    let read = async {
        let mut bytes = 0_usize;
        while let Some(Ok(chunk)) = stream.next().await {
            let looked_at = NESTED_BYTES.saturating_sub(bytes).min(chunk.len());
            if let (Some(nesting), Some(begin)) = (&mut nesting, chunk.get(..looked_at)) {
                nesting.follow(begin);
            }
            bytes = bytes.saturating_add(chunk.len());
            if bytes > DISCARDED_BYTES {
                return;
            }
        }
    };
    // Whoever is slower than that gets his answer now.
    let _ = tokio::time::timeout(DISCARD_DEADLINE, read).await;
    match nesting {
        Some(nesting) if nesting.is_too_deep() => ErrorCode::BadRequest,
        _ => ErrorCode::PayloadTooLarge,
    }
}

/// A body that says it is too long is refused, and nothing of it is kept.
pub(super) async fn body_limit(State(limit): State<usize>, request: Request, next: Next) -> Response {
    let announced = request.headers().get(header::CONTENT_LENGTH);
    let announced: Option<u64> = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        let id = RequestId::of(request.extensions());
        let nesting = is_json(request.headers()).then(Nesting::default);
        let code = discard(&mut request.into_body().into_data_stream(), nesting).await;
        return answer(code, &id);
    }
    next.run(request).await
}

/// The whole of a request has a deadline. Work on other threads ends by its own.
pub(super) async fn deadline(State(deadline): State<Duration>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions());
    match tokio::time::timeout(deadline, next.run(request)).await {
        Ok(response) => response,
        Err(_) => with_retry_after(answer(ErrorCode::Timeout, &id), Duration::from_secs(1)),
    }
}

/// One line a request: no address, no query string, no body. The path is the route's, not what was typed.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let id = RequestId::of(request.extensions());
    let method = known_method(request.method());
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = route.unwrap_or_else(|| "unmatched".to_owned());
    let started = Instant::now();
    let span = tracing::info_span!("request", request_id = id.as_str());
    let response = tracing::Instrument::instrument(next.run(request), span.clone()).await;
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    metrics::counter!("http_requests_total", "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_seconds", "route" => route.clone()).record(elapsed.as_secs_f64());
    let _entered = span.enter();
    tracing::info!(method, route, status, elapsed_us = elapsed.as_micros() as u64, "answered");
    response
}

/// Name of a method that is in use; clients can make up others.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "other",
    }
}

/// Headers that every answer carries. A policy that a page set for itself stays.
pub(super) async fn headers(State(hsts): State<bool>, request: Request, next: Next) -> Response {
    const FIXED: [(HeaderName, &str); 5] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    const POLICY: &str =
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'";
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("no-referrer"));
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if hsts {
        let value = HeaderValue::from_static("max-age=63072000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, value);
    }
    response
}

/// A panic ends one request; the process lives. Its text went to the log by the hook of panics.
pub(super) fn panicked(_cause: Box<dyn Any + Send + 'static>) -> Response {
    answer(ErrorCode::Internal, &RequestId::new())
}

/// A path that nothing serves.
pub(super) fn not_found(request: &Request) -> Response {
    refuse(ErrorCode::NotFound, request)
}

/// A method that a path does not take.
pub(super) async fn method_not_allowed(request: Request) -> Response {
    refuse(ErrorCode::MethodNotAllowed, &request)
}
