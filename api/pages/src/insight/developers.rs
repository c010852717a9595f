//! For developers: what can be asked, the codes, the limits, snippets that run; and an editor of queries for those who
//! are signed in, which works without a script and asks as the visitor.

use askama::Template;
use axum::{
    Router,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Map, Value};

use crate::{api::Failure, desk::Desk, form::Filled};

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route("/developers", get(developers))
        .route("/developers/schema.graphql", get(schema))
        .route("/developers/try", get(try_form).post(try_it))
}

/// The schema in its own language, as the API's own test keeps it.
const SDL: &str = include_str!("../../../schema.graphql");

/// The shortest client: one request.
pub const CURL: &str = include_str!("../../snippets/projects.sh");

/// Snippets with their names, each run by the tests against a server.
const SNIPPETS: [(&str, &str); 3] = [
    ("curl", CURL),
    ("Python", include_str!("../../snippets/projects.py")),
    ("JavaScript", include_str!("../../snippets/projects.mjs")),
];

/// Codes of errors with their statuses.
const CODES: [(&str, u16); 10] = [
    ("BAD_REQUEST", 400),
    ("PARSE_ERROR", 400),
    ("VALIDATION", 400),
    ("LIMIT_EXCEEDED", 400),
    ("UNAUTHENTICATED", 401),
    ("NOT_FOUND", 404),
    ("PAYLOAD_TOO_LARGE", 413),
    ("RATE_LIMITED", 429),
    ("OVERLOADED", 503),
    ("INTERNAL", 500),
];

#[derive(Template)]
#[template(path = "insight/developers.html")]
struct DevelopersPage {
    d: Desk,
}

async fn developers(d: Desk) -> Result<Response, Failure> {
    d.page(&DevelopersPage { d: d.clone() })
}

async fn schema() -> Response {
    ([(header::CONTENT_TYPE, "application/graphql; charset=utf-8")], SDL).into_response()
}

/// Queries to begin with.
const EXAMPLES: [(&str, &str); 4] = [
    ("example-me", "{\n  me { name memberships { organisation { id name kind } } }\n}"),
    (
        "example-projects",
        "{\n  projects(first: 3) {\n    totalCount\n    edges { node { id title { value } fundingGap { display } } }\n  }\n}",
    ),
    ("example-policy", "{\n  rankingPolicy { version hash investorWeights { key weight } coverageFloor }\n}"),
    ("example-statistics", "{\n  statistics(by: FIELD) { cells { key count suppressed } asOf }\n}"),
];

#[derive(Template)]
#[template(path = "insight/try.html")]
struct TryPage {
    d: Desk,
    document: String,
    variables: String,
    answer: Option<String>,
    failure: Option<Failure>,
    /// Whether the document changes something, so that it needs a second word.
    asks_again: bool,
    bad_variables: bool,
}

async fn try_form(d: Desk) -> Result<Response, Failure> {
    d.signed_in()?;
    let chosen = d.parameter("example");
    let [first, ..] = &EXAMPLES;
    let example = EXAMPLES.iter().find(|(name, _)| chosen.as_deref() == Some(*name)).unwrap_or(first);
    d.page(&TryPage {
        d: d.clone(),
        document: example.1.to_owned(),
        variables: String::new(),
        answer: None,
        failure: None,
        asks_again: false,
        bad_variables: false,
    })
}

async fn try_it(d: Desk, filled: Filled) -> Result<Response, Failure> {
    d.signed_in()?;
    let (document, text) = (filled.text("document").to_owned(), filled.text("variables").to_owned());
    let variables =
        if text.is_empty() { Ok(Map::new()) } else { serde_json::from_str::<Map<String, Value>>(&text) };
    let bad_variables = variables.is_err();
    let changes = document.contains("mutation");
    let asks_again = changes && !filled.ticked("sure");
    let (mut answer, mut failure) = (None, None);
    if let (Ok(variables), false) = (variables, asks_again) {
        match d.api().execute(&d.visitor, &document, variables).await {
            Ok(data) => answer = serde_json::to_string_pretty(&data).ok(),
            Err(refused) => failure = Some(refused),
        }
    }
    let is_done = failure.is_none() && !bad_variables && !asks_again;
    let status = if is_done { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page =
        TryPage { d: d.clone(), document, variables: text, answer, failure, asks_again, bad_variables };
    d.page_with(status, &page)
}
