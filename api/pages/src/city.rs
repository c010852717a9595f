//! What the office of a city works with: its profile, the cities that would make partners, partnerships and demonstration
//! areas.

use axum::Router;

/// The routes.
pub fn routes() -> Router {
    Router::new()
}
