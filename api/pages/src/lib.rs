//! The pages of Caravanserai, served by the same binary as its API.
//!
//! A page is a client of the API like any other: it asks one document of GraphQL, as the person who looks at it, and
//! lays out the answer. So a page can show and do what that person may see and do, and nothing else; what is refused
//! is refused by the same rule with the same words. Every page works without a script; htmx makes some quicker.
//!
//! Reading order: [`api`] (what the pages need of the product), [`desk`] (who looks, in which language, and how an
//! answer is made), [`guard`] (what stands before every page), [`form`], [`words`], [`refusal`] (what the API says in
//! English, in the reader's language), then the pages by who uses them: [`public`], [`account`], [`investor`],
//! [`city`], [`area`], [`event`], [`owner`], [`reader`], [`insight`], [`office`].

#![expect(clippy::unused_self, reason = "templates call methods, and hand everything over by reference")]
#![expect(clippy::struct_field_names, reason = "answers are read under the names that the API gives")]

pub mod account;
pub mod api;
pub mod area;
pub mod asset;
mod change;
pub mod city;
pub mod cookie;
pub mod desk;
pub mod draw;
pub mod event;
pub mod form;
pub mod guard;
pub mod insight;
pub mod investor;
pub mod office;
pub mod organisation;
pub mod owner;
pub mod papers;
pub mod person;
pub mod public;
pub mod reader;
pub mod refusal;
pub mod sheet;
pub mod view;
pub mod waiting;
pub mod words;

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state, routing::get};
use tower_http::compression::CompressionLayer;

pub use self::{
    api::{Api, Credentials, Failure, NewSession, Visitor},
    desk::Desk,
};

/// Most bytes of a form that is sent.
pub const MAX_FORM: usize = 128 * 1024;

/// Where the page stands that says that there is none.
pub const NOT_FOUND: &str = "/not-found";

async fn not_found() -> Failure {
    Failure::not_found()
}

/// All pages over an API, with their style sheet and script.
pub fn router(api: Arc<dyn Api>) -> Router {
    Router::new()
        .route(NOT_FOUND, get(not_found))
        .merge(public::routes())
        .merge(organisation::routes())
        .merge(account::routes())
        .merge(papers::routes())
        .merge(investor::routes())
        .merge(city::routes())
        .merge(area::routes())
        .merge(event::routes())
        .merge(owner::routes())
        .merge(office::routes())
        .merge(insight::routes())
        .merge(reader::routes())
        .layer(from_fn_with_state(api, guard::layer))
        .merge(asset::routes())
        .layer(CompressionLayer::new())
}
