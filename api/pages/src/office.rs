//! What those work with who keep the platform: reviewers, compliance officers, administrators.

use axum::Router;

/// The routes.
pub fn routes() -> Router {
    Router::new()
}
