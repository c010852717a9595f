//! The messages of graphql-transport-ws, and the codes with which a socket is closed.

use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::super::http::{AnswerBody, Shown};

/// Why a socket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Close {
    pub(super) code: u16,
    pub(super) reason: &'static str,
}

impl Close {
    pub(super) const GOING_AWAY: Self = Self::new(1001, "The server ends");
    pub(super) const PROTOCOL: Self = Self::new(1002, "Not WebSocket");
    pub(super) const NOT_TEXT: Self = Self::new(1007, "Text that is not UTF-8");
    pub(super) const TOO_LONG: Self = Self::new(1009, "Message too long");
    pub(super) const BAD_REQUEST: Self = Self::new(4400, "Bad request");
    pub(super) const UNAUTHORIZED: Self = Self::new(4401, "Unauthorized");
    pub(super) const FORBIDDEN: Self = Self::new(4403, "Forbidden");
    pub(super) const INIT_TIMEOUT: Self = Self::new(4408, "Connection initialisation timeout");
    pub(super) const ID_IN_USE: Self = Self::new(4409, "Subscriber for this id already exists");
    pub(super) const SECOND_INIT: Self = Self::new(4429, "Too many initialisation requests");
    pub(super) const TOO_MANY: Self = Self::new(4429, "Too many sockets");
    pub(super) const FAILED: Self = Self::new(1011, "The server failed");

    const fn new(code: u16, reason: &'static str) -> Self {
        Self { code, reason }
    }

    /// As a frame.
    pub(super) fn frame(self) -> Message {
        Message::Close(Some(CloseFrame { code: self.code, reason: self.reason.into() }))
    }
}

/// What a client says.
#[derive(Debug)]
pub(super) enum ClientMessage {
    Init(Map<String, Value>),
    Ping(Option<Box<RawValue>>),
    Pong,
    Subscribe { id: String, payload: Box<RawValue> },
    Complete { id: String },
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    payload: Option<Box<RawValue>>,
}

/// Bytes of an operation's id.
const MAX_ID: usize = 128;

impl ClientMessage {
    /// Reads a message; none where it is not one of the protocol.
    pub(super) fn read(text: &str) -> Option<Self> {
        // A struct reads from a JSON list as well as from an object.
        if !text.trim_start().starts_with('{') {
            return None;
        }
        let Envelope { kind, id, payload } = serde_json::from_str(text).ok()?;
        let id = || id.filter(|id| (1..=MAX_ID).contains(&id.len()));
        Some(match kind.as_str() {
            "connection_init" => Self::Init(match payload {
                Some(payload) => serde_json::from_str(payload.get()).ok()?,
                None => Map::new(),
            }),
            "ping" => Self::Ping(payload),
            "pong" => Self::Pong,
            "subscribe" => Self::Subscribe { id: id()?, payload: payload? },
            "complete" => Self::Complete { id: id()? },
            _ => return None,
        })
    }
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Box<RawValue>>,
    },
    Next {
        id: &'a str,
        payload: AnswerBody<'a>,
    },
    Error {
        id: &'a str,
        payload: &'a [Shown],
    },
    Complete {
        id: &'a str,
    },
}

impl ServerMessage<'_> {
    /// As text; none where it does not write, which only a fault of ours can cause.
    pub(super) fn text(&self) -> Option<String> {
        serde_json::to_string(self).inspect_err(|_| tracing::error!("a message does not serialise")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_of_the_protocol_is_no_message() {
        for text in [
            "",
            "nonsense",
            "[]",
            "null",
            "1",
            "{}",
            r#"["connection_init"]"#,
            r#"{"type":"wat"}"#,
            r#"{"type":1}"#,
            r#"{"type":"next","id":"1","payload":{}}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"subscribe","payload":{}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"","payload":{}}"#,
            r#"{"type":"subscribe","id":1,"payload":{}}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"connection_init","payload":[]}"#,
            r#"{"type":"ping","type":"ping"}"#,
        ] {
            assert!(ClientMessage::read(text).is_none(), "{text}");
        }
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(MAX_ID + 1));
        assert!(ClientMessage::read(&long).is_none());
    }

    #[test]
    fn messages_read_and_write() {
        for text in [
            r#" {"type":"connection_init"}"#,
            r#"{"type":"connection_init","payload":null}"#,
            r#"{"type":"connection_init","payload":{"a":1}}"#,
            r#"{"type":"ping"}"#,
            r#"{"type":"pong","payload":{"a":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{x}"}}"#,
            r#"{"type":"complete","id":"1","more":2}"#,
        ] {
            assert!(ClientMessage::read(text).is_some(), "{text}");
        }
        assert_eq!(ServerMessage::ConnectionAck.text().unwrap(), r#"{"type":"connection_ack"}"#);
        let Some(ClientMessage::Ping(payload)) =
            ClientMessage::read(r#"{"type":"ping","payload":{"n":1.0}}"#)
        else {
            panic!("a ping")
        };
        let pong = ServerMessage::Pong { payload }.text().unwrap();
        assert_eq!(pong, r#"{"type":"pong","payload":{"n":1.0}}"#);
        let complete = ServerMessage::Complete { id: "a" }.text().unwrap();
        assert_eq!(complete, r#"{"type":"complete","id":"a"}"#);
    }
}
