//! A client of graphql-transport-ws that shows everything that comes.

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest, http::HeaderValue},
};

/// For the server to say what a test waits for.
const PATIENCE: Duration = Duration::from_secs(20);

/// An open socket.
#[derive(Debug)]
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

/// What came over a socket.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// A message.
    Message(Value),
    /// A ping of WebSocket itself.
    Ping,
    /// The close: its code and its reason.
    Closed(u16, String),
    /// The connection went away without a close.
    Lost,
}

impl Socket {
    /// Opens a socket at an address of HTTP, asking for a subprotocol.
    ///
    /// # Errors
    /// The status with which the upgrade was refused.
    pub async fn open(
        url: &str,
        protocol: &'static str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let url = url.replacen("http", "ws", 1);
        let mut request = url.into_client_request().expect("an address");
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(protocol));
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().expect("a header"));
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the upgrade: {error}"),
        }
    }

    /// Opens a socket whose init is acknowledged.
    pub async fn ready(url: &str) -> Self {
        let mut socket = Self::open(url, "graphql-transport-ws", &[]).await.expect("an open socket");
        socket.say(json!({"type": "connection_init"})).await;
        assert_eq!(socket.message().await, json!({"type": "connection_ack"}));
        socket
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends a frame as it is. A server that has gone does not hear it.
    pub async fn send(&mut self, message: Message) {
        let _ = self.0.send(message).await;
    }

    /// Begins an operation.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({"query": query, "variables": variables});
        self.say(json!({"type": "subscribe", "id": id, "payload": payload})).await;
    }

    /// What comes next.
    pub async fn hear(&mut self) -> Heard {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("something comes in time");
            return match next {
                Some(Ok(Message::Text(text))) => Heard::Message(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Ping(_))) => Heard::Ping,
                Some(Ok(Message::Close(frame))) => {
                    // A close without a code is heard as 1005, by the letter of WebSocket.
                    let said = frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
                    let (code, reason) = said.unwrap_or((1005, String::new()));
                    Heard::Closed(code, reason)
                }
                Some(Ok(_)) => continue,
                Some(Err(_)) | None => Heard::Lost,
            };
        }
    }

    /// The next message, which has to be one.
    pub async fn message(&mut self) -> Value {
        match self.hear().await {
            Heard::Message(message) => message,
            other => panic!("a message, not {other:?}"),
        }
    }

    /// The code of the close, which has to come next but for messages before it.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.hear().await {
                Heard::Closed(code, _) => return code,
                Heard::Lost => panic!("a close, not a lost connection"),
                Heard::Message(_) | Heard::Ping => {}
            }
        }
    }

    /// Whether nothing comes for a while.
    pub async fn is_silent(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.0.next()).await.is_err()
    }
}
