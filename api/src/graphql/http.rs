//! GraphQL over HTTP, after the draft of that name: media types are parsed and not guessed, a mutation never runs on
//! GET, and every answer is JSON with a code.

use std::{net::IpAddr, num::NonZeroU32, sync::Arc};

use async_graphql::Variables;
use axum::{
    body::Bytes,
    extract::{ConnectInfo, RawQuery, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    ApiSchema,
    error::ErrorCode,
    gate::{CheckedDocument, Refusal},
    with_request_data,
};
use crate::app::App;

/// The schema, what it needs, and the budgets of the callers.
#[derive(Clone)]
pub struct Endpoint {
    schema: ApiSchema,
    app: App,
    budget: Arc<DefaultKeyedRateLimiter<IpAddr>>,
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Endpoint")
    }
}

impl Endpoint {
    /// An endpoint whose callers may each spend so many cost units a minute.
    pub fn new(schema: ApiSchema, app: App, cost_per_minute: u32) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(cost_per_minute).unwrap_or(NonZeroU32::MIN));
        Self { schema, app, budget: Arc::new(RateLimiter::keyed(quota)) }
    }

    /// Forgets callers that have spent nothing for a while, so that the table of callers stays small.
    pub fn forget_idle(&self) {
        self.budget.retain_recent();
    }

    fn charge(&self, caller: IpAddr, cost: u64) -> Result<(), Failure> {
        let cost = u32::try_from(cost).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        match self.budget.check_key_n(&caller, cost) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Failure::new(ErrorCode::RateLimited)),
            Err(_) => Err(Failure::new(ErrorCode::LimitExceeded)
                .saying("The document costs more than a caller may spend a minute: ask for less at once.")),
        }
    }
}

/// A request that is answered without execution.
struct Failure {
    code: ErrorCode,
    message: String,
    /// Whether the draft lets an `application/json` answer be 200: the request was well formed, its document not.
    of_document: bool,
}

impl Failure {
    fn new(code: ErrorCode) -> Self {
        Self { code, message: code.row().2.to_owned(), of_document: false }
    }

    fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self { code: refusal.code, message: refusal.message, of_document: true }
    }
}

/// The media type of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    GraphqlResponse,
    Json,
}

impl Answer {
    const fn media_type(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    /// The first type of the header that can be given, by quality; JSON where there is no header.
    fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let values: Vec<&str> =
            headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).collect();
        if values.is_empty() {
            return Some(Self::Json);
        }
        let mut best: Option<(f32, Self)> = None;
        for range in values.iter().flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let offered = match parts.next().unwrap_or_default().to_ascii_lowercase().as_str() {
                "application/graphql-response+json" => Self::GraphqlResponse,
                "application/json" | "application/*" | "*/*" => Self::Json,
                _ => continue,
            };
            let mut quality = 1.0_f32;
            let mut utf8 = true;
            for parameter in parts {
                let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
                match name.trim().to_ascii_lowercase().as_str() {
                    "q" => quality = value.trim().parse().unwrap_or(0.0),
                    "charset" => utf8 = value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8"),
                    _ => {}
                }
            }
            if utf8 && quality > 0.0 && best.is_none_or(|(q, _)| quality > q) {
                best = Some((quality, offered));
            }
        }
        best.map(|(_, answer)| answer)
    }
}

/// The body of a request.
#[derive(Debug, Deserialize)]
struct Body {
    query: Option<Value>,
    #[serde(rename = "operationName")]
    operation_name: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

struct Asked {
    query: String,
    operation_name: Option<String>,
    variables: Variables,
}

/// Answers `/graphql`.
pub async fn graphql(
    State(endpoint): State<Endpoint>,
    caller: ConnectInfo<std::net::SocketAddr>,
    method: Method,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    body: Bytes,
) -> Response {
    let Some(answer) = Answer::negotiate(&headers) else {
        return fail(&Failure::new(ErrorCode::NotAcceptable), Answer::Json);
    };
    let asked = match method {
        Method::POST => posted(&headers, &body),
        Method::GET => got(raw.as_deref().unwrap_or_default()),
        _ => Err(Failure::new(ErrorCode::MethodNotAllowed)),
    };
    let result = match asked {
        Ok(asked) => execute(&endpoint, caller.0.ip(), asked, method == Method::GET).await,
        Err(failure) => Err(failure),
    };
    match result {
        Ok(response) => respond(response, answer),
        Err(failure) => fail(&failure, answer),
    }
}

/// Exactly `application/json`, with no charset but UTF-8.
fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| {
            parameter.split_once('=').is_some_and(|(name, value)| {
                !name.trim().eq_ignore_ascii_case("charset")
                    || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            })
        })
}

fn posted(headers: &HeaderMap, body: &Bytes) -> Result<Asked, Failure> {
    if !is_json(headers) {
        return Err(Failure::new(ErrorCode::UnsupportedMediaType));
    }
    let bad = |message: &str| Failure::new(ErrorCode::BadRequest).saying(message);
    let value: Value = serde_json::from_slice(body).map_err(|_| bad("The body is not JSON."))?;
    if value.is_array() {
        return Err(bad("Batches are not taken: send one request."));
    }
    if !value.is_object() {
        return Err(bad("The body is a JSON object with a query."));
    }
    let body: Body =
        serde_json::from_value(value).map_err(|_| bad("The body is a JSON object with a query."))?;
    asked(body)
}

fn got(raw: &str) -> Result<Asked, Failure> {
    let bad = |message: &str| Failure::new(ErrorCode::BadRequest).saying(message);
    let mut body = Body { query: None, operation_name: None, variables: None, extensions: None };
    let json = |text: &str| {
        if text.is_empty() { Ok(Value::Null) } else { serde_json::from_str(text) }
    };
    for (name, value) in form_urlencoded::parse(raw.as_bytes()) {
        let slot = match name.as_ref() {
            "query" => (&mut body.query, Value::String(value.into_owned())),
            "operationName" => (&mut body.operation_name, Value::String(value.into_owned())),
            "variables" => {
                let parsed = json(&value).map_err(|_| bad("variables is a JSON object."))?;
                (&mut body.variables, parsed)
            }
            "extensions" => {
                let parsed = json(&value).map_err(|_| bad("extensions is a JSON object."))?;
                (&mut body.extensions, parsed)
            }
            _ => continue,
        };
        if slot.0.replace(slot.1).is_some() {
            return Err(bad("A parameter is given twice."));
        }
    }
    asked(body)
}

fn asked(body: Body) -> Result<Asked, Failure> {
    let bad = |message: &str| Failure::new(ErrorCode::BadRequest).saying(message);
    let query = match body.query {
        Some(Value::String(query)) if !query.is_empty() => query,
        _ => return Err(bad("query is a string with a GraphQL document.")),
    };
    let operation_name = match body.operation_name {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(bad("operationName is a string.")),
    };
    let variables = match body.variables {
        None | Some(Value::Null) => Variables::default(),
        Some(object @ Value::Object(_)) => Variables::from_json(object),
        Some(_) => return Err(bad("variables is a JSON object.")),
    };
    match body.extensions {
        None | Some(Value::Null | Value::Object(_)) => {}
        Some(_) => return Err(bad("extensions is a JSON object.")),
    }
    Ok(Asked { query, operation_name, variables })
}

async fn execute(
    endpoint: &Endpoint,
    caller: IpAddr,
    asked: Asked,
    is_get: bool,
) -> Result<async_graphql::Response, Failure> {
    let hash: String =
        Sha256::digest(asked.query.as_bytes()).iter().take(8).map(|b| format!("{b:02x}")).collect();
    let checked = CheckedDocument::check(&asked.query, asked.operation_name.as_deref(), asked.variables)?;
    if is_get && !checked.is_query {
        return Err(Failure::new(ErrorCode::MethodNotAllowed).saying("Only queries run on GET."));
    }
    endpoint.charge(caller, checked.cost)?;
    metrics::counter!("graphql_requests_total").increment(1);
    metrics::histogram!("graphql_cost").record(checked.cost as f64);
    // The document's hash and the operation's name tell what was asked; variables are never logged.
    tracing::info!(document = %hash, operation = asked.operation_name.as_deref().unwrap_or(""), cost = checked.cost, "graphql");
    let request = with_request_data(checked.into_request(), &endpoint.app);
    Ok(endpoint.schema.execute(request).await)
}

/// Most errors of an answer, and the longest text of one.
const MAX_ERRORS: usize = 10;
const MAX_TEXT: usize = 500;

fn respond(mut response: async_graphql::Response, answer: Answer) -> Response {
    let executed = !response.data.eq(&async_graphql::Value::Null) || response.is_ok();
    response.errors.truncate(MAX_ERRORS);
    for error in &mut response.errors {
        if error.message.chars().count() > MAX_TEXT {
            error.message = error.message.chars().take(MAX_TEXT).collect();
        }
        let has_code = error.extensions.as_ref().is_some_and(|extensions| extensions.get("code").is_some());
        if !has_code {
            // Without a code it is the schema's own validation that speaks, which says nothing internal.
            let extensions = error.extensions.get_or_insert_with(Default::default);
            extensions.set("code", ErrorCode::Validation.code());
        }
    }
    // An error before execution has no path; such an answer carries no data.
    let before = response.errors.iter().any(|error| error.path.is_empty()) && !executed;
    let status =
        if before && answer == Answer::GraphqlResponse { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let body = if before {
        serde_json::to_vec(&json!({"errors": response.errors}))
    } else {
        serde_json::to_vec(&response)
    };
    match body {
        Ok(body) => (status, [(header::CONTENT_TYPE, answer.media_type())], body).into_response(),
        Err(error) => {
            tracing::error!(error = %error, "an answer could not be written");
            fail(&Failure::new(ErrorCode::Internal), answer)
        }
    }
}

fn fail(failure: &Failure, answer: Answer) -> Response {
    let (code, status, _) = failure.code.row();
    let status = if failure.of_document && answer == Answer::Json {
        StatusCode::OK
    } else {
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    };
    let body = json!({"errors": [{"message": failure.message, "extensions": {"code": code}}]}).to_string();
    let mut response = (status, [(header::CONTENT_TYPE, answer.media_type())], body).into_response();
    let headers = response.headers_mut();
    match failure.code {
        ErrorCode::RateLimited => {
            headers.insert(header::RETRY_AFTER, header::HeaderValue::from_static("10"));
        }
        ErrorCode::MethodNotAllowed => {
            headers.insert(header::ALLOW, header::HeaderValue::from_static("GET, POST"));
        }
        _ => {}
    }
    response
}
