//! The address of a client, for budgets only; it is not logged.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{Extensions, HeaderMap, HeaderName},
    middleware::Next,
    response::Response,
};

use super::budget::Principal;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Address of the client of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address that the layer found. Where no layer looked, all clients count as one.
    pub fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or(Self(IpAddr::V4(Ipv4Addr::UNSPECIFIED)))
    }

    /// Whose budget pays for an address.
    pub fn principal(self) -> Principal {
        Principal::address(self.0)
    }
}

/// The client behind a peer: the peer itself, or what trusted proxies say, read from the nearest on.
///
/// A client can write what it likes into the header; only what a trusted proxy added to it counts.
fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let hops: Vec<&str> =
        headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut address = peer.to_canonical();
    for hop in hops.iter().rev().flat_map(|value| value.rsplit(',')) {
        if !trusted.contains(&address) {
            break;
        }
        let Ok(next) = hop.trim().parse::<IpAddr>() else { break };
        address = next.to_canonical();
    }
    address
}

/// Finds the client's address.
pub(super) async fn layer(
    State(trusted): State<Arc<Vec<IpAddr>>>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if let Some(peer) = peer {
        let address = ClientAddress(client(peer, request.headers(), &trusted));
        request.extensions_mut().insert(address);
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let address = |text: &str| text.parse::<IpAddr>().unwrap();
        let headers = HeaderMap::from_iter([(
            FORWARDED_FOR,
            HeaderValue::from_static("10.9.9.9, 192.0.2.7, 10.0.0.2"),
        )]);
        let trusted = [address("10.0.0.1"), address("10.0.0.2")];
        assert_eq!(client(address("198.51.100.1"), &headers, &trusted), address("198.51.100.1"));
        assert_eq!(client(address("10.0.0.1"), &headers, &trusted), address("192.0.2.7"));
        assert_eq!(client(address("10.0.0.1"), &headers, &[]), address("10.0.0.1"));
        let nonsense = HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static("unknown"))]);
        assert_eq!(client(address("10.0.0.1"), &nonsense, &trusted), address("10.0.0.1"));
    }
}
