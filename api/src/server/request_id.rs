//! An id for each request, in the log and in the answer.

use std::{fmt::Write, sync::Arc};

use axum::{
    extract::Request,
    http::{Extensions, HeaderName, HeaderValue},
    middleware::Next,
    response::Response,
};

/// Header that carries the id.
pub const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Id of a request. Made here and never taken from the client, who could choose it to confuse whoever reads logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// A new id.
    pub fn new() -> Self {
        let mut text = String::with_capacity(32);
        // Writing to a String does not fail.
        let _ = write!(text, "{}", uuid::Uuid::now_v7().simple());
        Self(text.into())
    }

    /// The id that a request was given, or a new one where no layer gave any.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().cloned().unwrap_or_default()
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for RequestId {
    fn default() -> Self {
        Self::new()
    }
}

/// Gives each request an id and sends it back.
pub(super) async fn layer(mut request: Request, next: Next) -> Response {
    let id = RequestId::new();
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
