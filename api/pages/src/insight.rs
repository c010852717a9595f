//! What the platform tells of itself: figures, the ranking policy, open data, the page for developers.

use axum::Router;

/// The routes.
pub fn routes() -> Router {
    Router::new()
}
