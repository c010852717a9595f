//! `caravanserai serve`.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use super::Failure;
use crate::{app::App, auth::Auth, config::Settings, digest, registry, server, store::Files};

/// Longest time to close the database.
const CLOSE_TIME: Duration = Duration::from_secs(5);

/// Serves until the process is told to end; `ready` is called with the address that was bound.
pub(super) async fn serve(
    settings: &Settings,
    mut app: App,
    ready: impl AsyncFnOnce(SocketAddr, &App) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::bind(settings.listen)
        .await
        .map_err(|error| format!("--listen {} cannot be listened on: {error}", settings.listen))?;
    let address = listener.local_addr()?;
    // Links in mail and the issuer of tokens: as configured, else where it listens, which is then this machine.
    let configured = settings.public_url.as_ref().map(|origin| origin.as_str().to_owned());
    let public_url = configured.unwrap_or_else(|| format!("http://{address}"));
    app.auth = Auth::open(&settings.keys, &public_url)?;
    app.files = Files::at(&settings.files);
    let store = app.store.clone();
    let following = tokio::spawn(app.clone().follow());
    let worker = settings.mail.worker(&app, &settings.data_dir)?;
    // Told to end by itself, so that mail and requests end side by side.
    let mailing = tokio::spawn(worker.run(server::listen::terminated()?));
    tracing::info!(%address, "listening");
    ready(address, &app).await?;
    // What can wait begins once the server is ready: it would take cores and the writer from the start.
    let timing = tokio::spawn(registry::timers::run(app.clone()));
    let importing = tokio::spawn(registry::import::run(app.clone()));
    let telling = tokio::spawn(digest::run(app.clone()));
    let notifying = tokio::spawn(app.clone().notify());
    let measuring = tokio::spawn(Arc::clone(&app.ranking).keep_exposure());
    let indexing = tokio::spawn(Arc::clone(&app.ranking).keep_index());
    server::serve(listener, settings, app).await?;
    following.abort();
    timing.abort();
    importing.abort();
    telling.abort();
    notifying.abort();
    measuring.abort();
    indexing.abort();
    if mailing.await.is_err() {
        tracing::error!("the worker that sends mail had ended before");
    }
    // A query that nobody waits for any more must not keep the process from its end.
    if let Ok(closed) = tokio::time::timeout(CLOSE_TIME, store.close()).await {
        closed?;
    } else {
        tracing::warn!("the database was still busy when the time to close it ended");
    }
    Ok(())
}
