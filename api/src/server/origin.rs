//! Which pages may call the server from a browser.
//!
//! Browsers say where a request comes from, other programs do not; so a request without an origin is let through,
//! and one with an origin has to be of the list.

use std::{collections::BTreeSet, str::FromStr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::layers::refuse;
use crate::graphql::{error::ErrorCode, http::is_json};

/// A site as browsers name it: `scheme://host` or `scheme://host:port`, in small letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin(String);

/// A text that names no site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a site without a path is right here, such as https://caravanserai.example")]
pub struct OriginError;

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        let uri: Uri = text.parse().map_err(|_| OriginError)?;
        let scheme =
            uri.scheme_str().filter(|scheme| matches!(*scheme, "https" | "http")).ok_or(OriginError)?;
        let authority =
            uri.authority().filter(|authority| !authority.as_str().contains('@')).ok_or(OriginError)?;
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || text.contains('#') {
            return Err(OriginError);
        }
        // Browsers leave the usual port out.
        let authority = authority.as_str().to_ascii_lowercase();
        let usual = if scheme == "https" { ":443" } else { ":80" };
        Ok(Self(format!("{scheme}://{}", authority.strip_suffix(usual).unwrap_or(&authority))))
    }
}

impl Origin {
    /// Under what a server that listens on this machine only is known to browsers here.
    pub fn local(port: u16) -> [Self; 3] {
        ["127.0.0.1", "localhost", "[::1]"].map(|host| Self(format!("http://{host}:{port}")))
    }

    /// As browsers write it, without a slash at the end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is reached by TLS.
    pub fn is_secure(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether it is on this machine.
    pub fn is_local(&self) -> bool {
        let host = self.0.split_once("://").map_or("", |(_, rest)| rest);
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|local| {
            host.strip_prefix(local).is_some_and(|port| port.is_empty() || port.starts_with(':'))
        })
    }
}

/// Sites that may call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origins {
    /// Where the server's own pages are.
    own: BTreeSet<Origin>,
    /// Other sites whose scripts may read answers.
    shared: BTreeSet<Origin>,
}

impl Origins {
    /// The server's own origins, and those of other sites that may read answers.
    pub fn new(own: impl IntoIterator<Item = Origin>, shared: impl IntoIterator<Item = Origin>) -> Self {
        Self { own: own.into_iter().collect(), shared: shared.into_iter().collect() }
    }

    /// Whether a request may change something, or open a socket, by where it says it comes from.
    pub fn may_act(&self, headers: &HeaderMap) -> bool {
        match headers.get(header::ORIGIN) {
            Some(origin) => {
                let is_in = |origins: &BTreeSet<Origin>| {
                    origins.iter().any(|known| origin.as_bytes() == known.0.as_bytes())
                };
                is_in(&self.own) || is_in(&self.shared)
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
        self.shared.iter().any(|known| origin.as_bytes() == known.0.as_bytes()).then(|| origin.clone())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_read_as_browsers_write_it() {
        let read = |text: &str| text.parse::<Origin>().map(|origin| origin.0).ok();
        assert_eq!(read("https://Here.Example:443/").as_deref(), Some("https://here.example"));
        assert_eq!(read("http://localhost:8080").as_deref(), Some("http://localhost:8080"));
        for wrong in
            ["here.example", "ftp://here.example", "https://u@here.example", "https://here.example/x", ""]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!("http://localhost:1".parse::<Origin>().unwrap().is_local());
        assert!(!"http://localhost.example".parse::<Origin>().unwrap().is_local());
    }
}
