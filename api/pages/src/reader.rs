//! Digests: subscriptions, their settings, issues and feeds.

use axum::Router;

/// The routes.
pub fn routes() -> Router {
    Router::new()
}
