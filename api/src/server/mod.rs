//! The way in over HTTP: routes, what stands before each of them, and the life of the process.
//!
//! From the outside in, a request meets: its id and log line, security headers, the guard against panics, the
//! deadline, then for all but the health routes the bound on bodies, the cap on work at once, and the check of its
//! origin. Reading order: [`config`], [`layers`], [`origin`], [`peer`], [`budget`], [`health`], [`compute`],
//! [`listen`].

pub mod budget;
pub mod compute;
pub mod config;
pub mod health;
pub mod layers;
pub mod letters;
pub mod listen;
pub mod metrics;
pub mod origin;
pub mod peer;
pub mod request_id;
#[cfg(test)]
mod tests;
pub mod uploads;

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{Method, Uri, request::Parts},
    middleware::{from_fn, from_fn_with_state},
    response::{IntoResponse, Redirect},
    routing::get,
};
use domain::id::Id;
use futures::future::BoxFuture;
use tokio::net::TcpListener;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;

pub use self::config::ServerConfig;
use self::{
    budget::{Budget, Principal},
    health::Health,
    peer::ClientAddress,
    request_id::RequestId,
};
use crate::{
    app::App,
    auth::{AuthFailure, authenticate},
    config::Settings,
    graphql::{
        self, Asker,
        error::ErrorCode,
        gate::Gate,
        http::{Caller, Callers, Deadlines, Endpoint, wants_page},
        request_data,
        ws::{self, Gateway, Places},
    },
    pages::Product,
    registry,
};

/// Path of the API.
pub const GRAPHQL: &str = "/graphql";

/// Path of the API over WebSocket; an upgrade at [`GRAPHQL`] is taken too.
pub const SOCKETS: &str = "/graphql/ws";

/// Where people look for the editor of queries; a browser that opens [`GRAPHQL`] in development gets it.
pub const GRAPHIQL: &str = "/graphiql";

/// Files that are taken at once; their bytes are in memory until they are kept.
const MAX_FILES: usize = 8;

/// Puts the layers around routes, and adds those of health and, if configured, metrics.
///
/// A path that nothing serves is answered with 404 as JSON.
pub fn router(
    config: &ServerConfig,
    routes: Router,
    files: Router,
    letters: Router,
    pages: Router,
    health: Health,
) -> Router {
    let turns = layers::Turns::new(config.max_concurrent);
    // Files are longer than anything else that is sent, and a few at a time are enough.
    let file_turns = layers::Turns::new(config.max_concurrent.clamp(1, MAX_FILES));
    let guard = |routes: Router, turns, bytes: usize| {
        routes
            .method_not_allowed_fallback(layers::method_not_allowed)
            .layer(from_fn_with_state(Arc::clone(&config.origins), origin::layer))
            .layer(DefaultBodyLimit::max(bytes))
            .layer(from_fn_with_state(turns, layers::shed))
            .layer(from_fn_with_state(bytes, layers::body_limit))
    };
    let elsewhere = pages.clone();
    let unmatched = move |mut request: Request| {
        let elsewhere = elsewhere.clone();
        async move {
            // People get a page that says so, programs JSON.
            if request.method() == Method::GET && wants_page(request.headers()) {
                *request.uri_mut() = Uri::from_static(::pages::NOT_FOUND);
                return elsewhere.oneshot(request).await.into_response();
            }
            layers::not_found(&request)
        }
    };
    let guarded = guard(routes.fallback(unmatched), turns, config.max_body).merge(guard(
        files,
        file_turns,
        registry::upload::MAX_BYTES,
    ));
    let mut open = Router::new()
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready).with_state(health))
        .method_not_allowed_fallback(layers::method_not_allowed);
    if let Some(handle) = config.metrics.then(metrics::install).flatten() {
        open = open.route("/metrics", get(metrics::render).with_state(handle));
    }
    let letters = letters
        .method_not_allowed_fallback(layers::method_not_allowed)
        .layer(DefaultBodyLimit::max(letters::MAX_FORM))
        .layer(from_fn_with_state(layers::Turns::new(config.max_concurrent), layers::shed))
        .layer(from_fn_with_state(letters::MAX_FORM, layers::body_limit));
    let pages = pages
        .layer(DefaultBodyLimit::max(::pages::papers::MAX_BYTES))
        .layer(from_fn_with_state(layers::Turns::new(config.max_concurrent), layers::shed))
        .layer(from_fn_with_state(::pages::papers::MAX_BYTES, layers::body_limit));
    open.merge(guarded)
        .merge(letters)
        .merge(pages)
        .layer(from_fn_with_state(config.total_deadline, layers::deadline))
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(from_fn_with_state(config.hsts, layers::headers))
        .layer(from_fn(layers::log))
        .layer(from_fn_with_state(Arc::clone(&config.trusted_proxies), peer::layer))
        .layer(from_fn(request_id::layer))
}

/// Serves an application until the process is told to end, and then until what was begun is done.
///
/// # Errors
/// The signals of the process cannot be listened to.
pub async fn serve(listener: TcpListener, settings: &Settings, app: App) -> std::io::Result<()> {
    let config = ServerConfig::of(settings, listener.local_addr()?);
    let store = app.store.clone();
    let health = Health::new(move || {
        let store = store.clone();
        async move {
            store
                .probe()
                .await
                .map_err(|error| tracing::warn!(error = ?error, "the database takes no writes"))
        }
    });
    let schema = graphql::schema(app.clone(), settings.development);
    let endpoint = Arc::new(Endpoint {
        executor: schema,
        gate: Gate::default(),
        budget: Arc::new(Budget::per_minute(settings.cost_per_minute)),
        callers: Arc::new(Accounts(app.clone())),
        deadlines: Deadlines::default(),
        development: settings.development,
    });
    let places = Places::default();
    let gateway = Gateway::new(Arc::clone(&endpoint), places.clone(), config.max_concurrent);
    let keys = Arc::clone(&app.auth.keys);
    let mut routes = graphql::http::route(GRAPHQL, Arc::clone(&endpoint))
        .layer(from_fn_with_state(Arc::clone(&gateway), ws::divert))
        .merge(gateway.route(SOCKETS))
        .route("/.well-known/jwks.json", get(move || async move { axum::Json(keys.jwks()) }));
    if settings.development {
        routes = routes.route(GRAPHIQL, get(|| async { Redirect::temporary(GRAPHQL) }));
    }
    let pages = ::pages::router(Arc::new(Product::new(app.clone(), endpoint)));
    let (files, letters) = (uploads::route(app.clone()), letters::route(app));
    let all = router(&config, routes, files, letters, pages, health.clone());
    listen::serve(listener, all, &config, (health, places), listen::terminated()?).await;
    Ok(())
}

/// Finds out who asks, from the headers and the database.
#[derive(Debug, Clone)]
struct Accounts(App);

impl Callers for Accounts {
    fn caller<'a>(&'a self, parts: &'a Parts) -> BoxFuture<'a, Result<Caller, ErrorCode>> {
        Box::pin(async move {
            let app = &self.0;
            let actor =
                authenticate(&app.store, &app.auth, &parts.headers).await.map_err(
                    |failure| match failure {
                        AuthFailure::Unauthenticated => ErrorCode::Unauthenticated,
                        AuthFailure::NoSuchOrganisation => ErrorCode::NotFound,
                        AuthFailure::Store(error) => {
                            tracing::error!(error = ?error, "nobody can be authenticated");
                            ErrorCode::Internal
                        }
                    },
                )?;
            let address = ClientAddress::of(&parts.extensions).principal();
            let principal = actor.person_id().map_or(address, |id| Principal::Account(Id::uuid(id)));
            let mut data = request_data(app, actor);
            data.insert(Asker {
                address: format!("{address:?}"),
                request_id: RequestId::of(&parts.extensions).as_str().to_owned(),
            });
            Ok(Caller { principal, data })
        })
    }
}
