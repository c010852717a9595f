//! What a project's owner works with: listings, the price list of what is missing, interests.

use axum::Router;

/// The routes.
pub fn routes() -> Router {
    Router::new()
}
