//! What the server is told, in its own terms.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use super::origin::{Origin, Origins};
use crate::{config::Settings, graphql::gate::GateLimits};

/// Bounds and switches of the server.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Requests that are worked on at once; more are refused at once.
    pub max_concurrent: usize,
    /// Connections that are open at once; more wait to be accepted.
    pub max_connections: usize,
    /// Bytes of a body.
    pub max_body: usize,
    /// For the head of a request to arrive.
    pub header_deadline: Duration,
    /// For all of a request, from its head to its answer.
    pub total_deadline: Duration,
    /// For a client to take the next bytes of an answer.
    pub write_deadline: Duration,
    /// After the order to end: for balancers to see that the server is not ready, while it still serves.
    pub drain: Duration,
    /// After that: for what was begun to be done.
    pub finish: Duration,
    /// Pages that may call the server from a browser.
    pub origins: Arc<Origins>,
    /// Proxies whose word on the client's address is taken.
    pub trusted_proxies: Arc<Vec<IpAddr>>,
    /// Tells browsers to use TLS only.
    pub hsts: bool,
    /// Serves `/metrics`.
    pub metrics: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            max_concurrent: 256,
            max_connections: 4_096,
            max_body: GateLimits::SERVED.body_bytes,
            header_deadline: Duration::from_secs(10),
            total_deadline: Duration::from_secs(30),
            write_deadline: Duration::from_secs(30),
            drain: Duration::from_secs(1),
            finish: Duration::from_secs(20),
            origins: Arc::new(Origins::default()),
            trusted_proxies: Arc::new(Vec::new()),
            hsts: true,
            metrics: false,
        }
    }
}

impl ServerConfig {
    /// The configuration of settings, for a server at an address.
    ///
    /// On a loopback address the server's own pages may call it under that address too.
    pub fn of(settings: &Settings, address: SocketAddr) -> Self {
        let local = address.ip().is_loopback().then(|| Origin::local(address.port()));
        let own = local.into_iter().flatten().chain(settings.public_url.clone());
        Self {
            max_concurrent: settings.max_concurrent,
            origins: Arc::new(Origins::new(own, settings.shared_origins.iter().cloned())),
            trusted_proxies: Arc::new(settings.trusted_proxies.clone()),
            hsts: settings.hsts,
            metrics: settings.metrics,
            ..Self::default()
        }
    }
}
