//! GraphQL over WebSocket, by the subprotocol graphql-transport-ws: subscriptions, and queries and mutations too.
//!
//! The stock handler answers with the wrong codes, waits for ever for an init and sends refusals as results. This one
//! keeps to the protocol, and takes every operation through the gate, the caller, the budget and the limits that it
//! would meet over HTTP.
//!
//! The life of a socket: the origin is checked at the upgrade (by the layer of the server); `connection_init` comes
//! within ten seconds, with the token in its payload or in the upgrade's `Authorization`; the caller is looked up
//! then, again for each operation and once a minute; the server's end closes it.
//!
//! | Closed with | Why |
//! |---|---|
//! | 1001 | the server ends: connect again |
//! | 1009 | a message of more than 64 kB |
//! | 4400 | not JSON, a binary frame, an unknown type, a payload of the wrong shape |
//! | 4401 | an operation before the init |
//! | 4403 | the token is not taken, or no longer |
//! | 4408 | no init in time |
//! | 4409 | an operation's id that is in use |
//! | 4429 | a second init, or more sockets than one caller may have |
//!
//! What one caller can hold is bounded: sockets, operations a socket, bytes of a message, messages that wait to be
//! sent. Where the queue of a slow reader is full its operations wait, and a subscription that waits is told the net
//! difference afterwards; who takes nothing at all for ten seconds is dropped.
//!
//! Reading order: `message`, [`places`], `socket`, `operation`.

mod message;
mod operation;
pub mod places;
mod socket;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use async_graphql::Executor;
use axum::{
    Router,
    extract::{FromRequestParts, Request, State, WebSocketUpgrade},
    http::{Method, header},
    middleware::Next,
    response::Response,
    routing::get,
};
use tokio::sync::Semaphore;

pub use self::places::{Places, SocketLimits};
use super::{
    error::ErrorCode,
    http::{Answer, AnswerType, Endpoint, with_retry_after},
};
use crate::server::{peer::ClientAddress, request_id::RequestId};

/// The subprotocol that is spoken.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// All that sockets need.
pub struct Gateway<E> {
    /// What operations need, the same as over HTTP.
    endpoint: Arc<Endpoint<E>>,
    /// Who is here.
    places: Places,
    /// Queries and mutations that may be worked on at once.
    turns: Semaphore,
}

impl<E> std::fmt::Debug for Gateway<E> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Gateway").field("places", &self.places).finish_non_exhaustive()
    }
}

impl<E: Executor> Gateway<E> {
    /// A gateway to an endpoint. So many queries and mutations may be worked on at once; more are refused.
    pub fn new(endpoint: Arc<Endpoint<E>>, places: Places, at_once: usize) -> Arc<Self> {
        Arc::new(Self { endpoint, places, turns: Semaphore::new(at_once) })
    }

    /// A route that serves sockets at a path.
    pub fn route(self: &Arc<Self>, path: &str) -> Router {
        Router::new().route(path, get(open::<E>)).with_state(Arc::clone(self))
    }
}

/// Takes a request that would become a socket; passes on all others. For a path that serves HTTP too.
pub async fn divert<E: Executor>(
    State(gateway): State<Arc<Gateway<E>>>,
    request: Request,
    next: Next,
) -> Response {
    let upgrade = request.headers().get(header::UPGRADE);
    let is_socket = upgrade.is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if is_socket && *request.method() == Method::GET {
        return open(State(gateway), request).await;
    }
    next.run(request).await
}

/// After which time a caller for whose socket there is no place may try again.
const COME_BACK: Duration = Duration::from_secs(10);

/// Opens a socket.
async fn open<E: Executor>(State(gateway): State<Arc<Gateway<E>>>, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let id = RequestId::of(&parts.extensions);
    let refuse = |answer: Answer| answer.into_response(AnswerType::Json, id.as_str());
    let bad = |text: &str| refuse(Answer::refused_with(ErrorCode::BadRequest, text));
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut parts, &()).await else {
        return bad("Open a WebSocket here, with the subprotocol graphql-transport-ws.");
    };
    let upgrade = upgrade.protocols([PROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return bad("Ask for the subprotocol graphql-transport-ws.");
    }
    let address = ClientAddress::of(&parts.extensions).principal();
    let place = match gateway.places.enter(address) {
        Ok(place) => place,
        Err(code) => return with_retry_after(refuse(Answer::refused(code)), COME_BACK),
    };
    let bytes = gateway.places.limits().message_bytes;
    upgrade
        .max_message_size(bytes)
        .max_frame_size(bytes)
        .on_upgrade(move |socket| socket::serve(socket, gateway, parts, place, id))
}
