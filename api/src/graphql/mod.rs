//! GraphQL: the schema, and the way a request takes to it.

pub mod code;
pub mod cursor;
pub mod error;
pub mod gate;
pub mod http;
pub mod input;
pub mod loader;
pub mod object;
pub mod query;

use async_graphql::{EmptyMutation, EmptySubscription, Request, Schema};
use domain::{city::City, mandate::Mandate, organisation::Organisation, project::Project};

use crate::app::App;

/// The schema with its roots.
pub type ApiSchema = Schema<query::Query, EmptyMutation, EmptySubscription>;

/// The schema over an application. Introspection is for development only.
pub fn schema(app: App, introspection: bool) -> ApiSchema {
    let mut builder = Schema::build(query::Query::default(), EmptyMutation, EmptySubscription)
        .data(app)
        // The gate has counted already; these are a second line.
        .limit_depth(20)
        .limit_recursive_depth(32)
        .limit_directives(5)
        .disable_suggestions();
    if !introspection {
        builder = builder.disable_introspection();
    }
    builder.finish()
}

/// Puts what lives as long as a request into it.
pub fn with_request_data(request: Request, app: &App) -> Request {
    request
        .data(loader::rows::<Project>(&app.store))
        .data(loader::rows::<Organisation>(&app.store))
        .data(loader::rows::<Mandate>(&app.store))
        .data(loader::rows::<City>(&app.store))
}

/// The schema in its own language.
pub fn sdl() -> String {
    Schema::build(query::Query::default(), EmptyMutation, EmptySubscription).finish().sdl()
}
