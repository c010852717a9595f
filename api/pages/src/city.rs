//! What the office of a city works with: its profile, the cities that would make partners, partnerships and triads.

pub mod act;
pub mod map;
pub mod pair;
pub mod partnership;
pub mod profile;
pub mod proposal;

use axum::Router;

/// The routes.
pub fn routes() -> Router {
    Router::new()
        .merge(profile::routes())
        .merge(pair::routes())
        .merge(map::routes())
        .merge(proposal::routes())
        .merge(partnership::routes())
        .merge(act::routes())
}
