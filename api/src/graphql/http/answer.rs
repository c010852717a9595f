//! Answers: status, media type and a body that is always JSON.

use std::collections::BTreeMap;

use async_graphql::{Response as Executed, ServerError, Value};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::{super::error::ErrorCode, super::gate::GateError, media::AnswerType};

/// Errors in one answer.
pub const MAX_ERRORS: usize = 10;
/// Characters in the text of an error.
pub const MAX_ERROR_CHARS: usize = 500;

/// What an answer is made of.
#[derive(Debug)]
pub struct Answer {
    /// Whether execution began: then there is `data`, even if it is null.
    data: Option<Value>,
    errors: Vec<Shown>,
    /// Code that decides the status where there is no data.
    code: Option<ErrorCode>,
    /// Whether the request was none of this protocol, which any media type says by its status.
    is_transport: bool,
}

/// An error as clients see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Shown {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<async_graphql::Pos>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<async_graphql::PathSegment>,
    extensions: BTreeMap<&'static str, Value>,
}

/// An answer as it is written.
#[derive(Debug, Serialize)]
pub(crate) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[Shown]>::is_empty")]
    errors: &'a [Shown],
    extensions: Extensions<'a>,
}

#[derive(Debug, Serialize)]
struct Extensions<'a> {
    #[serde(rename = "requestId")]
    request_id: &'a str,
}

impl Shown {
    fn new(code: ErrorCode, message: &str) -> Self {
        let extensions = BTreeMap::from([("code", Value::from(code.code()))]);
        Self { message: shortened(message), locations: Vec::new(), path: Vec::new(), extensions }
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_ERROR_CHARS) {
        None => text.to_owned(),
        Some(_) => text.chars().take(MAX_ERROR_CHARS.saturating_sub(1)).chain(['…']).collect(),
    }
}

impl Answer {
    /// A request that failed before it was one of GraphQL.
    pub fn refused(code: ErrorCode) -> Self {
        Self::refused_with(code, code.public_text())
    }

    /// The same with a text that names the reason.
    pub fn refused_with(code: ErrorCode, message: &str) -> Self {
        Self { data: None, errors: vec![Shown::new(code, message)], code: Some(code), is_transport: true }
    }

    /// A request that the gate refused.
    pub fn gate(error: &GateError) -> Self {
        let code = error.code();
        let mut shown = Shown::new(code, &error.to_string());
        if let GateError::Syntax { line, column, .. } = error
            && *line > 0
            && *column > 0
        {
            shown.locations.push(async_graphql::Pos { line: *line, column: *column });
        }
        Self { data: None, errors: vec![shown], code: Some(code), is_transport: error.is_malformed() }
    }

    /// What execution, or validation before it, answered.
    pub fn executed(response: Executed) -> Self {
        // Validation says where in the text, execution says where in the data. Only the second has data to show,
        // unless an argument was wrong at the root, which the library finds late and is the same to a client.
        let is_refusal = response.data == Value::Null
            && !response.errors.is_empty()
            && response
                .errors
                .iter()
                .all(|error| error.path.is_empty() || is_argument(error) || is_overload(error));
        let errors: Vec<(ErrorCode, Shown)> =
            response.errors.into_iter().take(MAX_ERRORS).map(shown).collect();
        let code = errors.first().map(|(code, _)| *code);
        let errors = errors.into_iter().map(|(_, shown)| shown).collect();
        Self { data: (!is_refusal).then_some(response.data), errors, code, is_transport: false }
    }

    /// The data for the server's own pages, which show none of it where anything failed.
    pub(super) fn into_data(self) -> Result<serde_json::Value, super::Refused> {
        if let (Some(code), Some(first)) = (self.code, self.errors.into_iter().next()) {
            return Err(super::Refused { code, message: first.message, after: None });
        }
        let data = self.data.unwrap_or_default();
        data.into_json().map_err(|error| {
            tracing::error!(%error, "an answer does not serialise");
            ErrorCode::Internal.into()
        })
    }

    /// Code of the first error, for logs and metrics.
    pub fn code(&self) -> Option<ErrorCode> {
        self.code
    }

    /// Status for a media type.
    pub fn status(&self, media: AnswerType) -> StatusCode {
        let Some(code) = self.code.filter(|_| self.data.is_none()) else { return StatusCode::OK };
        // A fault of the server or a full one is said by the status whatever the type, for those between that only
        // see the status.
        let is_plain = media == AnswerType::Json && !self.is_transport && code.http_status() < 500;
        if is_plain {
            return StatusCode::OK;
        }
        StatusCode::from_u16(code.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Whether execution did not begin.
    pub(crate) const fn is_refusal(&self) -> bool {
        self.data.is_none()
    }

    /// The errors as clients see them.
    pub(crate) fn errors(&self) -> &[Shown] {
        &self.errors
    }

    /// The whole as clients see it.
    pub(crate) fn body<'a>(&'a self, request_id: &'a str) -> Body<'a> {
        Body { data: self.data.as_ref(), errors: &self.errors, extensions: Extensions { request_id } }
    }

    /// The HTTP answer.
    pub fn into_response(self, media: AnswerType, request_id: &str) -> Response {
        let status = self.status(media);
        let Ok(bytes) = serde_json::to_vec(&self.body(request_id)) else {
            tracing::error!("an answer does not serialise");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let media = HeaderValue::from_static(media.header());
        let vary = HeaderValue::from_static("accept, origin");
        (status, [(header::CONTENT_TYPE, media), (header::VARY, vary)], bytes).into_response()
    }
}

/// An error of the library or of a resolver as clients may see it.
fn shown(error: ServerError) -> (ErrorCode, Shown) {
    let given = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let given =
        given.and_then(|code| if let Value::String(code) = code { ErrorCode::of(code) } else { None });
    let code = given.unwrap_or_else(|| guessed(&error));
    let is_hidden = code == ErrorCode::Internal;
    if is_hidden {
        // A resolver's own words may hold anything; they are for the log.
        tracing::error!(path = ?error.path, error = %error.message, "a resolver failed");
    }
    let mut shown = Shown::new(code, if is_hidden { code.public_text() } else { &error.message });
    shown.locations = error.locations;
    shown.path = error.path;
    let argument = error.extensions.as_ref().and_then(|extensions| extensions.get("argument"));
    if let Some(argument) = argument {
        shown.extensions.insert("argument", argument.clone());
    }
    (code, shown)
}

/// The code of an error that carries none: the library's refusals are the client's fault, all else is ours.
fn guessed(error: &ServerError) -> ErrorCode {
    let is_refusal = error.path.is_empty() || is_argument(error);
    if error.source.is_none() && is_refusal { ErrorCode::Validation } else { ErrorCode::Internal }
}

/// Whether too much work waited: then nothing was begun, and whoever stands between should see it by the status.
fn is_overload(error: &ServerError) -> bool {
    let code = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    code == Some(&Value::from(ErrorCode::Overloaded.code()))
}

/// Whether the library refused the value of an argument, by the words it uses for that and for nothing else.
fn is_argument(error: &ServerError) -> bool {
    const STARTS: [&str; 3] = ["Failed to parse \"", "Expected input type \"", "Invalid value for argument"];
    error.source.is_none()
        && error.extensions.is_none()
        && STARTS.iter().any(|start| error.message.starts_with(start))
}
