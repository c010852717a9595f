//! What a project's owner works with: listings, their questions, the price list of what is missing, investors that fit.

mod disclosure;
mod investors;
pub mod listing;
pub mod new;
mod question;
mod standing;

use axum::Router;

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .merge(new::routes())
        .merge(disclosure::routes())
        .merge(listing::routes())
        .merge(investors::routes())
}
