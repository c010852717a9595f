//! The routes to which links in digests lead. A link is all the authority that there is: no cookie is read, none is set,
//! nothing is redirected, and only a POST acts (RFC 8058). They stand outside the check of origins, since mail programs
//! and providers send none of their own; a form of which a browser says that another site sends it does nothing.

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::DateTime;
use domain::digest::DigestLanguage;

use crate::{
    app::App,
    command::CommandError,
    digest::{
        answer::{self, Page},
        feed,
        letter::escaped,
    },
};

/// Most bytes of a form; what mail providers send is shorter.
pub const MAX_FORM: usize = 4_096;

/// The routes.
pub fn route(app: App) -> Router {
    Router::new()
        .route("/u/{token}", get(look).post(act))
        .route("/d/{token}", get(look).post(act))
        .route("/c/{token}", get(look_at_listing).post(confirm_listing))
        .route("/feeds/{file}", get(feed))
        .with_state(app)
}

async fn look(State(app): State<App>, Path(token): Path<String>) -> Response {
    shown(answer::look(&app, &token).await, &token)
}

/// Whether a browser says that another site sends the form. Mail programs and providers say nothing of the kind, and a
/// browser leaves its origin out of a form of a page without a referrer.
fn is_foreign(headers: &HeaderMap) -> bool {
    let said = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin" && site != "none";
    }
    let host = said(header::HOST).unwrap_or_default();
    said(header::ORIGIN).is_some_and(|origin| {
        origin != "null" && origin.split_once("://").is_none_or(|(_, authority)| authority != host)
    })
}

async fn act(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    if is_foreign(&headers) {
        return document(StatusCode::FORBIDDEN, &answer::dead(DigestLanguage::En), &token);
    }
    let is_form = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    // Of a form of another kind, such as one-click's in parts, nothing is needed.
    let reason = url::form_urlencoded::parse(if is_form { &body } else { &[] })
        .find(|(name, _)| name == "reason")
        .map(|(_, value)| value.into_owned());
    shown(answer::act(&app, &token, reason.as_deref()).await, &token)
}

async fn look_at_listing(State(app): State<App>, Path(token): Path<String>) -> Response {
    shown(answer::look_at_listing(&app, &token).await, &token)
}

async fn confirm_listing(State(app): State<App>, Path(token): Path<String>) -> Response {
    shown(answer::confirm_listing(&app, &token).await, &token)
}

/// A feed, or that it is as its reader has it. What is unknown, taken back or over gets one page.
async fn feed(State(app): State<App>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let nothing = |status| document(status, &answer::dead(DigestLanguage::En), "");
    let found = match file.strip_suffix(".atom") {
        Some(token) => feed::of(&app, token).await,
        None => Ok(None),
    };
    let found = match found {
        Ok(Some(found)) => found,
        Ok(None) => return nothing(StatusCode::NOT_FOUND),
        Err(error) => {
            tracing::error!(error = ?error, "a feed cannot be written");
            return nothing(StatusCode::SERVICE_UNAVAILABLE);
        }
    };
    let has = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // Where a reader names what it has, its date says nothing more (RFC 9110, 13.2.2).
    let is_known = match has(header::IF_NONE_MATCH) {
        Some(tags) => tags.split(',').any(|tag| matches!(tag.trim(), "*") || tag.trim() == found.tag),
        None => has(header::IF_MODIFIED_SINCE)
            .and_then(|text| DateTime::parse_from_rfc2822(text).ok())
            .is_some_and(|since| since.timestamp() >= found.updated.timestamp()),
    };
    let headers = [
        (header::ETAG, found.tag),
        (header::LAST_MODIFIED, found.updated.format("%a, %d %b %Y %H:%M:%S GMT").to_string()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::CONTENT_TYPE, "application/atom+xml; charset=utf-8".to_owned()),
    ];
    if is_known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    (StatusCode::OK, headers, found.xml).into_response()
}

fn shown(page: Result<Page, CommandError>, token: &str) -> Response {
    match page {
        Ok(page) => document(StatusCode::OK, &page, token),
        Err(error) => {
            tracing::error!(error = ?error, "a link in a letter cannot be followed");
            document(StatusCode::SERVICE_UNAVAILABLE, &answer::dead(DigestLanguage::En), token)
        }
    }
}

/// A page that is whole without a script, and at which nothing can be put in.
fn document(status: StatusCode, page: &Page, token: &str) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'sha256-rojbDacE9F1P++GjN5cWr+v4ROd8jMzlRijlHGhGt/o='; \
                          base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    let language = page.language;
    let dir = if language.is_rtl() { "rtl" } else { "ltr" };
    let choices: String = page
        .choices
        .iter()
        .map(|(code, words)| format!("<option value=\"{}\">{}</option>", escaped(code), escaped(words)))
        .collect();
    let choices = if choices.is_empty() {
        String::new()
    } else {
        format!("<p><select name=\"reason\">{choices}</select></p>")
    };
    // The form goes to the address that it came from: the page says it again, so that no base can turn it.
    let form = page.button.as_ref().map_or_else(String::new, |button| {
        format!(
            "<form method=\"post\" action=\"{}\">{choices}<p><button type=\"submit\">{}</button></p></form>",
            escaped(token),
            escaped(button)
        )
    });
    let html = format!(
        "<!doctype html><html lang=\"{}\" dir=\"{dir}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
         <title>Caravanserai</title><style>{STYLE}</style></head><body><main><p>{}</p>{form}</main></body></html>",
        language.tag(),
        escaped(&page.text)
    );
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_LANGUAGE, language.tag().to_owned()),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
    ];
    (status, headers, html).into_response()
}

/// How pages look; its hash is in the policy.
const STYLE: &str = ":root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;margin:15vh auto;max-width:34rem;padding:0 1rem}button,select{font:inherit;padding:.4em .8em}";

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use sha2::{Digest, Sha256};

    #[test]
    fn the_policy_lets_the_style_through_and_no_other() {
        let hash = STANDARD.encode(Sha256::digest(super::STYLE));
        let source = include_str!("letters.rs");
        assert!(source.contains(&format!("style-src 'sha256-{hash}'")), "sha256-{hash}");
    }
}
