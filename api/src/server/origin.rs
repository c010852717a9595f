//! Which pages may call the server from a browser.
//!
//! Browsers say where a request comes from, other programs do not; so a request without an origin is let through,
//! and one with an origin has to be of the list.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::layers::refuse;
use crate::graphql::{error::ErrorCode, http::is_json};

/// Origins, each as `scheme://host` or `scheme://host:port`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    /// Where the server's own pages are.
    own: BTreeSet<String>,
    /// Other sites whose scripts may read answers.
    shared: BTreeSet<String>,
}

impl Origins {
    /// The server's own origins, and those of other sites that may read answers.
    pub fn new(own: impl IntoIterator<Item = String>, shared: impl IntoIterator<Item = String>) -> Self {
        let written = |origin: String| origin.trim_end_matches('/').to_ascii_lowercase();
        Self {
            own: own.into_iter().map(written).collect(),
            shared: shared.into_iter().map(written).collect(),
        }
    }

    /// The origins of a server that listens on this machine only.
    pub fn local(port: u16) -> Self {
        Self::new(["127.0.0.1", "localhost", "[::1]"].map(|host| format!("http://{host}:{port}")), [])
    }

    /// Whether a request may change something, or open a socket, by where it says it comes from.
    pub fn may_act(&self, headers: &HeaderMap) -> bool {
        match headers.get(header::ORIGIN) {
            Some(origin) => {
                origin.to_str().is_ok_and(|origin| self.own.contains(origin) || self.shared.contains(origin))
            }
            // A browser that leaves the origin out still says that another site asks.
            None => {
                headers.get("sec-fetch-site").is_none_or(|site| site != "cross-site" && site != "same-site")
            }
        }
    }

    /// The origin of a request whose script may read the answer.
    fn shared(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(header::ORIGIN)?;
        origin.to_str().is_ok_and(|origin| self.shared.contains(origin)).then(|| origin.clone())
    }
}

/// Refuses what other sites may not ask for, and tells browsers what shared sites may read.
pub(super) async fn layer(State(origins): State<Arc<Origins>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let shared = origins.shared(headers);
    let is_preflight =
        request.method() == Method::OPTIONS && headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if is_preflight {
        return match shared {
            Some(origin) => with_sharing(preflight(), origin),
            None => refuse(ErrorCode::Forbidden, &request),
        };
    }
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let acts = !is_safe || headers.contains_key(header::UPGRADE);
    if acts && !origins.may_act(headers) {
        // A form or a plain text is refused as such, whoever sent it.
        let is_form = request.method() == Method::POST && !is_json(headers);
        return refuse(
            if is_form { ErrorCode::UnsupportedMediaType } else { ErrorCode::Forbidden },
            &request,
        );
    }
    let response = next.run(request).await;
    match shared {
        Some(origin) => with_sharing(response, origin),
        None => response,
    }
}

fn preflight() -> Response {
    let fixed = |value: &'static str| HeaderValue::from_static(value);
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, fixed("GET, POST")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, fixed("accept, authorization, content-type")),
        (header::ACCESS_CONTROL_MAX_AGE, fixed("600")),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn with_sharing(mut response: Response, origin: HeaderValue) -> Response {
    const CROSS: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("retry-after, x-request-id"));
    headers.insert(CROSS, HeaderValue::from_static("cross-origin"));
    headers.insert(header::VARY, HeaderValue::from_static("accept, origin"));
    response
}
