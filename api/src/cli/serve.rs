//! `caravanserai serve`.

use std::net::SocketAddr;

use super::Failure;
use crate::{app::App, config::Settings, server};

/// Serves until the process is told to end; `ready` is called with the address that was bound.
pub(super) async fn serve(
    settings: &Settings,
    app: App,
    ready: impl FnOnce(SocketAddr) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::bind(settings.listen).await?;
    tokio::spawn(app.clone().follow());
    ready(listener.local_addr()?)?;
    server::serve(listener, settings, app).await?;
    Ok(())
}
