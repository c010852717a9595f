//! The style sheet and the script, under addresses that change with their content, so that browsers keep them.

use std::sync::OnceLock;

use axum::{
    Router,
    http::{HeaderValue, header},
    response::IntoResponse,
    routing::get,
};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("../assets/style.css");
const HTMX: &str = include_str!("../assets/htmx.min.js");
const SITE: &str = include_str!("../assets/site.js");
const ICON: &str = include_str!("../assets/icon.svg");

fn address(name: &str, extension: &str, content: &str) -> String {
    let digest = Sha256::digest(content);
    let mark: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    format!("/assets/{name}-{mark}.{extension}")
}

/// Address of the style sheet.
pub fn style() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| address("style", "css", STYLE))
}

/// Address of htmx.
pub fn htmx() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| address("htmx", "js", HTMX))
}

/// Address of our own script: keys for lists, and how htmx is set.
pub fn site() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| address("site", "js", SITE))
}

/// Address of the icon.
pub fn icon() -> &'static str {
    static ADDRESS: OnceLock<String> = OnceLock::new();
    ADDRESS.get_or_init(|| address("icon", "svg", ICON))
}

fn kept(kind: &'static str, content: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    (headers, content)
}

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .route(style(), get(async || kept("text/css; charset=utf-8", STYLE)))
        .route(htmx(), get(async || kept("text/javascript; charset=utf-8", HTMX)))
        .route(site(), get(async || kept("text/javascript; charset=utf-8", SITE)))
        .route(icon(), get(async || kept("image/svg+xml", ICON)))
        .route("/favicon.ico", get(async || kept("image/svg+xml", ICON)))
}
