//! GraphQL over HTTP: one path, `POST` with JSON, `GET` for queries.
//!
//! The stock handlers take forms, plain text, batches and mutations by `GET`, so that a page of another site can
//! act for its visitor. This one takes what the protocol has to have. Every answer is JSON with a code for each
//! error; what a resolver or the library says of its inner life stays in the log.
//!
//! The way of a request: media types, body or query string, the caller, the gate, the budget, execution.

mod answer;
mod media;
#[cfg(test)]
mod tests;

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use async_graphql::{Data, Executor, Request, parser::types::OperationType};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header, request::Parts},
    response::{Html, IntoResponse, Response},
    routing::any,
};
use futures::{FutureExt, StreamExt, future::BoxFuture};

pub use self::{
    answer::{Answer, MAX_ERROR_CHARS, MAX_ERRORS},
    media::AnswerType,
};
pub(crate) use self::{
    answer::{Body as AnswerBody, Shown},
    media::{is_json, wants_page},
};
use super::{
    error::ErrorCode,
    gate::{self, CheckedDocument, Gate},
};
use crate::server::{
    budget::{Budget, Principal},
    layers::discard,
    request_id::RequestId,
};

/// Who asks, and what resolvers are to know.
#[derive(Debug)]
pub struct Caller {
    /// Whose budget pays.
    pub principal: Principal,
    /// Data for resolvers: the actor, loaders that live as long as the request.
    pub data: Data,
}

/// Finds out who asks. Called once a request, after its form is known to be right.
pub trait Callers: Send + Sync + 'static {
    /// The caller, or the code to refuse the request with.
    fn caller<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Caller, ErrorCode>>;
}

impl<F> Callers for F
where
    F: Fn(&Parts) -> Result<Caller, ErrorCode> + Send + Sync + 'static,
{
    fn caller<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Caller, ErrorCode>> {
        std::future::ready(self(parts)).boxed()
    }
}

/// Limits of time.
#[derive(Debug, Clone, Copy)]
pub struct Deadlines {
    /// For the body to arrive.
    pub body: Duration,
    /// For the answer to be made.
    pub execution: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self { body: Duration::from_secs(10), execution: Duration::from_secs(15) }
    }
}

/// All that the endpoint needs.
pub struct Endpoint<E> {
    /// The schema.
    pub executor: E,
    /// The gate.
    pub gate: Gate,
    /// Cost budgets.
    pub budget: Arc<Budget>,
    /// Who asks.
    pub callers: Arc<dyn Callers>,
    /// Limits of time.
    pub deadlines: Deadlines,
    /// Shows `GraphiQL` to browsers.
    pub development: bool,
}

impl<E> std::fmt::Debug for Endpoint<E> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Endpoint")
            .field("gate", &self.gate)
            .field("deadlines", &self.deadlines)
            .field("development", &self.development)
            .finish_non_exhaustive()
    }
}

/// Units that a refused request costs its sender, since looking at it was work.
pub(super) const REFUSAL_COST: u64 = 20;

/// A route that serves an endpoint at a path.
pub fn route<E: Executor>(path: &str, endpoint: Arc<Endpoint<E>>) -> Router {
    Router::new().route(path, any(handle::<E>)).with_state(endpoint)
}

async fn handle<E: Executor>(
    State(endpoint): State<Arc<Endpoint<E>>>,
    request: axum::extract::Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let request_id = RequestId::of(&parts.extensions);
    let has_query =
        parts.uri.query().is_some_and(|query| query.split('&').any(|one| one.starts_with("query=")));
    if parts.method == Method::GET && !has_query {
        if endpoint.development && media::wants_page(&parts.headers) {
            return graphiql(parts.uri.path());
        }
        let answer = Answer::refused(ErrorCode::MethodNotAllowed);
        return with_allow(answer.into_response(AnswerType::Json, request_id.as_str()), "POST");
    }
    let Some(media) = media::negotiate(&parts.headers) else {
        return Answer::refused(ErrorCode::NotAcceptable)
            .into_response(AnswerType::Json, request_id.as_str());
    };
    let is_get = parts.method == Method::GET;
    let answer = match serve(&endpoint, &parts, body).await {
        Ok(answer) | Err(Refusal::Answer(answer)) => answer,
        Err(Refusal::Wait { code, after }) => {
            let response = Answer::refused(code).into_response(media, request_id.as_str());
            return with_retry_after(response, after);
        }
    };
    let code = answer.code();
    let response = answer.into_response(media, request_id.as_str());
    match code {
        Some(ErrorCode::MethodNotAllowed) => with_allow(response, if is_get { "POST" } else { "GET, POST" }),
        Some(ErrorCode::Overloaded) => with_retry_after(response, Duration::from_secs(1)),
        _ => response,
    }
}

/// Why there is no execution.
enum Refusal {
    Answer(Answer),
    Wait { code: ErrorCode, after: Duration },
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self::Answer(Answer::refused(code))
    }
}

async fn serve<E: Executor>(endpoint: &Endpoint<E>, parts: &Parts, body: Body) -> Result<Answer, Refusal> {
    let read = match parts.method {
        Method::GET => from_query(&parts.uri),
        Method::POST if media::is_json(&parts.headers) => {
            let bytes = read_body(&parts.headers, body, endpoint).await?;
            gate::body::parse(&bytes, endpoint.gate.limits())
        }
        Method::POST => return Err(ErrorCode::UnsupportedMediaType.into()),
        _ => return Err(ErrorCode::MethodNotAllowed.into()),
    };
    let caller = endpoint.callers.caller(parts).await?;
    let document = match read.and_then(|request| endpoint.gate.check(request)) {
        Ok(document) => document,
        Err(error) => {
            tracing::info!(code = error.code().code(), "the gate refused a document");
            metrics::counter!("graphql_refusals_total", "code" => error.code().code()).increment(1);
            charge(endpoint, &caller.principal, REFUSAL_COST)?;
            return Err(Refusal::Answer(Answer::gate(&error)));
        }
    };
    match (document.kind(), parts.method == Method::GET) {
        (OperationType::Query, _) | (OperationType::Mutation, false) => {}
        // A link must not act.
        (_, true) => return Err(ErrorCode::MethodNotAllowed.into()),
        (OperationType::Subscription, false) => {
            let text = "Subscriptions are served over WebSocket.";
            return Err(Refusal::Answer(Answer::refused_with(ErrorCode::BadRequest, text)));
        }
    }
    charge(endpoint, &caller.principal, document.cost())?;
    Ok(execute(endpoint, document.with_data(caller.data)).await)
}

/// What the server's own pages are told instead of an answer.
#[derive(Debug, Clone)]
pub struct Refused {
    /// Code of the first error.
    pub code: ErrorCode,
    /// Its text.
    pub message: String,
    /// When to come back.
    pub after: Option<Duration>,
}

impl From<ErrorCode> for Refused {
    fn from(code: ErrorCode) -> Self {
        Self { code, message: code.public_text().to_owned(), after: None }
    }
}

/// Asks a document of the server's own pages: through the same gate, at the same price and within the same deadline as
/// any client's.
///
/// # Errors
/// The first error of the answer, or why there is none.
pub async fn ask<E: Executor>(
    endpoint: &Endpoint<E>,
    caller: Caller,
    document: &str,
    variables: serde_json::Map<String, serde_json::Value>,
) -> Result<serde_json::Value, Refused> {
    let request = gate::body::request(document.to_owned(), None, Some(variables));
    let document = endpoint.gate.check(request).map_err(|error| {
        tracing::error!(%error, "the gate refuses a document of the pages");
        Refused { code: error.code(), message: error.to_string(), after: None }
    })?;
    endpoint
        .budget
        .charge(&caller.principal, document.cost())
        .map_err(|after| Refused { after: Some(after), ..ErrorCode::RateLimited.into() })?;
    execute(endpoint, document.with_data(caller.data)).await.into_data()
}

fn charge<E>(endpoint: &Endpoint<E>, principal: &Principal, cost: u64) -> Result<(), Refusal> {
    endpoint.budget.charge(principal, cost).map_err(|after| {
        tracing::info!(cost, "a budget is used up");
        Refusal::Wait { code: ErrorCode::RateLimited, after }
    })
}

/// Executes under a deadline. A resolver that panics ends its request, not the process.
pub(super) async fn execute<E: Executor>(endpoint: &Endpoint<E>, document: CheckedDocument) -> Answer {
    let kind = kind_name(document.kind());
    let name = document.name().unwrap_or_default().chars().take(64).collect::<String>();
    let (shape, cost) = (document.shape().to_owned(), document.cost());
    let started = std::time::Instant::now();
    let execution = AssertUnwindSafe(document.execute(&endpoint.executor)).catch_unwind();
    let answer = match tokio::time::timeout(endpoint.deadlines.execution, execution).await {
        Ok(Ok(response)) => Answer::executed(response),
        Ok(Err(_)) => Answer::refused(ErrorCode::Internal),
        Err(_) => Answer::refused(ErrorCode::Timeout),
    };
    let code = answer.code().map_or("OK", ErrorCode::code);
    let elapsed = started.elapsed();
    metrics::counter!("graphql_operations_total", "kind" => kind, "code" => code).increment(1);
    metrics::histogram!("graphql_operation_seconds", "kind" => kind).record(elapsed.as_secs_f64());
    metrics::histogram!("graphql_operation_cost").record(cost as f64);
    tracing::info!(
        kind,
        operation = name,
        shape,
        cost,
        code,
        elapsed_us = elapsed.as_micros() as u64,
        "operation"
    );
    answer
}

pub(super) const fn kind_name(kind: OperationType) -> &'static str {
    match kind {
        OperationType::Query => "query",
        OperationType::Mutation => "mutation",
        OperationType::Subscription => "subscription",
    }
}

/// Reads a body up to the limit, and not for longer than its deadline.
async fn read_body<E>(headers: &HeaderMap, body: Body, endpoint: &Endpoint<E>) -> Result<Bytes, ErrorCode> {
    let limit = endpoint.gate.limits().body_bytes;
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > limit) {
        return Err(ErrorCode::PayloadTooLarge);
    }
    let collect = async {
        let mut stream = body.into_data_stream();
        let mut bytes = Vec::with_capacity(announced.unwrap_or(0));
        while let Some(chunk) = stream.next().await {
            let chunk = chunk.map_err(|_| ErrorCode::BadRequest)?;
            if bytes.len().saturating_add(chunk.len()) > limit {
                let mut nesting = gate::body::Nesting::default();
                nesting.follow(&bytes);
                return Err(discard(&mut stream, Some(nesting)).await);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(Bytes::from(bytes))
    };
    tokio::time::timeout(endpoint.deadlines.body, collect).await.map_err(|_| ErrorCode::RequestTimeout)?
}

const NO_QUERY: &str =
    "Give 'query' and, if wanted, 'operationName', 'variables' and 'extensions' (JSON objects), each once.";

/// A request of a query string.
fn from_query(uri: &Uri) -> Result<Request, gate::GateError> {
    let refused = || gate::GateError::Body(NO_QUERY);
    let Query(pairs) = Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| refused())?;
    let one = |name: &str| {
        let mut found = pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        match (found.next(), found.next()) {
            (value, None) => Ok(value),
            _ => Err(refused()),
        }
    };
    let object = |name: &str| match one(name)?.filter(|text| !text.is_empty()) {
        Some(text) => serde_json::from_str::<Option<serde_json::Map<_, _>>>(text).map_err(|_| refused()),
        None => Ok(None),
    };
    let query = one("query")?.ok_or_else(refused)?;
    let operation_name = one("operationName")?.filter(|name| !name.is_empty());
    object("extensions")?;
    Ok(gate::body::request(query.clone(), operation_name.cloned(), object("variables")?))
}

fn with_allow(mut response: Response, methods: &'static str) -> Response {
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(methods));
    response
}

/// The answer with a time to come back after, in whole seconds and at least one.
pub(crate) fn with_retry_after(mut response: Response, after: Duration) -> Response {
    let seconds = after.as_secs().saturating_add(u64::from(after.subsec_nanos() > 0)).max(1);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The page for trying queries by hand. It loads its script from elsewhere, so it is for development only, and its
/// own policy replaces the strict one of the API.
fn graphiql(path: &str) -> Response {
    const POLICY: &str = "default-src 'self' https: data: blob: 'unsafe-inline' 'unsafe-eval'; \
                          connect-src 'self'; frame-ancestors 'none'";
    let sockets = format!("{path}/ws");
    let page = async_graphql::http::GraphiQLSource::build().endpoint(path).subscription_endpoint(&sockets);
    let page = Html(page.finish());
    ([(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))], page).into_response()
}
