//! One socket, from its upgrade to its close.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use async_graphql::Executor;
use axum::{
    extract::ws::{Message, WebSocket},
    http::{HeaderName, HeaderValue, header, request::Parts},
};
use serde_json::{Map, Value};
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
    time::{Instant, sleep_until, timeout},
};

use super::{
    super::{error::ErrorCode, gate, http::Answer},
    Gateway, SocketLimits,
    message::{ClientMessage, Close, ServerMessage},
    operation::{Operation, Out, caller, is_final},
    places::Place,
};
use crate::server::{budget::Principal, request_id::RequestId};

/// Headers of the upgrade that the payload of the init may carry instead, for browsers cannot set any.
static CARRIED: [HeaderName; 2] =
    [header::AUTHORIZATION, HeaderName::from_static("caravanserai-organisation")];

/// Serves a socket until it is closed, from either side.
pub(super) async fn serve<E: Executor>(
    mut socket: WebSocket,
    gateway: Arc<Gateway<E>>,
    parts: Parts,
    place: Place,
    request_id: RequestId,
) {
    let limits = place.limits();
    let (out, outgoing) = mpsc::channel(limits.queue);
    let (close, closing) = mpsc::channel(1);
    let mut session = Session {
        draining: place.draining(),
        gateway,
        parts: Arc::new(parts),
        place,
        limits,
        request_id,
        out,
        close,
        admitted: None,
        running: HashMap::new(),
        runs: 0,
        is_ending: false,
    };
    let ended = session.run(&mut socket, outgoing, closing).await;
    // Operations end before the other side is waited for.
    session.running.clear();
    let code = match ended {
        Ended::Left => 0,
        Ended::Close(close) => {
            say_goodbye(&mut socket, close, limits).await;
            close.code
        }
    };
    metrics::counter!("ws_closed_total", "code" => code.to_string()).increment(1);
    tracing::info!(request = session.request_id.as_str(), code, "a socket was closed");
}

/// Closes, and gives the other side a moment to do the same, so that it reads why.
async fn say_goodbye(socket: &mut WebSocket, close: Close, limits: SocketLimits) {
    let goodbye = async {
        if socket.send(close.frame()).await.is_ok() {
            while let Some(Ok(_)) = socket.recv().await {}
        }
    };
    let _ = timeout(limits.close, goodbye).await;
}

/// How a socket ended.
#[derive(Debug, Clone, Copy)]
enum Ended {
    /// The other side is not there any more.
    Left,
    /// We close.
    Close(Close),
}

impl From<Close> for Ended {
    fn from(close: Close) -> Self {
        Self::Close(close)
    }
}

/// An operation that runs, and is aborted where it is forgotten.
#[derive(Debug)]
struct Running {
    run: u64,
    is_stream: Arc<AtomicBool>,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Who was admitted, and the task that looks whether the caller still may.
#[derive(Debug)]
struct Admitted {
    caller: Principal,
    recheck: AbortHandle,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.recheck.abort();
    }
}

struct Session<E> {
    gateway: Arc<Gateway<E>>,
    parts: Arc<Parts>,
    place: Place,
    limits: SocketLimits,
    draining: watch::Receiver<bool>,
    request_id: RequestId,
    out: mpsc::Sender<Out>,
    close: mpsc::Sender<Close>,
    admitted: Option<Admitted>,
    running: HashMap<Arc<str>, Running>,
    runs: u64,
    /// The server ends: nothing new is begun.
    is_ending: bool,
}

impl<E: Executor> Session<E> {
    async fn run(
        &mut self,
        socket: &mut WebSocket,
        mut outgoing: mpsc::Receiver<Out>,
        mut closing: mpsc::Receiver<Close>,
    ) -> Ended {
        let begun = Instant::now();
        let mut last_word = begun;
        let mut is_pinged = false;
        let mut draining = self.draining.clone();
        let mut give_up = begun;
        loop {
            if self.is_ending && self.running.is_empty() {
                return Close::GOING_AWAY.into();
            }
            let silence = if is_pinged {
                self.limits.idle.saturating_add(self.limits.silence)
            } else {
                self.limits.idle
            };
            let wake = match (self.is_ending, self.admitted.is_some()) {
                (true, _) => give_up,
                (false, false) => begun.checked_add(self.limits.init).unwrap_or(begun),
                (false, true) => last_word.checked_add(silence).unwrap_or(last_word),
            };
            let ended = tokio::select! {
                () = told_to_end(&mut draining), if !self.is_ending => {
                    self.is_ending = true;
                    give_up = Instant::now().checked_add(self.limits.finish).unwrap_or(give_up);
                    // Subscriptions have no end to wait for.
                    self.running.retain(|_, running| !running.is_stream.load(Ordering::Relaxed));
                    Ok(())
                }
                () = sleep_until(wake) => match (self.is_ending, self.admitted.is_some(), is_pinged) {
                    (true, ..) => Err(Close::GOING_AWAY.into()),
                    (false, false, _) => Err(Close::INIT_TIMEOUT.into()),
                    (false, true, true) => Err(Ended::Left),
                    (false, true, false) => {
                        is_pinged = true;
                        self.send(socket, Message::Ping(Vec::new().into())).await
                    }
                },
                Some(close) = closing.recv() => Err(close.into()),
                Some(out) = outgoing.recv() => self.pass_on(socket, out).await,
                heard = socket.recv() => {
                    last_word = Instant::now();
                    is_pinged = false;
                    match heard {
                        Some(Ok(message)) => self.hear(socket, message).await,
                        Some(Err(error)) => Err(broken(error)),
                        None => Err(Ended::Left),
                    }
                }
            };
            if let Err(ended) = ended {
                return ended;
            }
        }
    }

    /// Sends to the other side. Who takes nothing in time is dropped, and sooner when the server ends.
    async fn send(&self, socket: &mut WebSocket, message: Message) -> Result<(), Ended> {
        let mut draining = self.draining.clone();
        let patience = async {
            let drained = async {
                told_to_end(&mut draining).await;
                tokio::time::sleep(self.limits.finish).await;
            };
            let _ = timeout(self.limits.write, drained).await;
        };
        tokio::select! {
            biased;
            sent = socket.send(message) => sent.map_err(|_| Ended::Left),
            () = patience => {
                tracing::info!(request = self.request_id.as_str(), "a socket that takes nothing is dropped");
                Err(Ended::Left)
            }
        }
    }

    async fn say(&self, socket: &mut WebSocket, message: &ServerMessage<'_>) -> Result<(), Ended> {
        let text = message.text().ok_or(Ended::Close(Close::FAILED))?;
        self.send(socket, Message::text(text)).await
    }

    /// Sends on what an operation said, unless the client has ended it meanwhile.
    async fn pass_on(&mut self, socket: &mut WebSocket, out: Out) -> Result<(), Ended> {
        let Out { run, id, text, is_last } = out;
        if self.running.get(&id).is_none_or(|running| running.run != run) {
            return Ok(());
        }
        if is_last {
            self.running.remove(&id);
        }
        self.send(socket, Message::text(text)).await
    }

    async fn hear(&mut self, socket: &mut WebSocket, message: Message) -> Result<(), Ended> {
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(_) => return Err(Close::BAD_REQUEST.into()),
            // The library answers pings and closes, and says itself when the socket is done.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => return Ok(()),
        };
        match ClientMessage::read(text.as_str()).ok_or(Close::BAD_REQUEST)? {
            ClientMessage::Init(payload) => self.init(socket, payload).await,
            ClientMessage::Ping(payload) => self.say(socket, &ServerMessage::Pong { payload }).await,
            ClientMessage::Pong => Ok(()),
            ClientMessage::Subscribe { id, payload } => {
                let caller = self.admitted.as_ref().ok_or(Close::UNAUTHORIZED)?.caller;
                self.subscribe(socket, caller, id, payload.get()).await
            }
            ClientMessage::Complete { id } => {
                self.running.remove(id.as_str());
                Ok(())
            }
        }
    }

    /// Admits the caller of the init's payload, or else of the upgrade's headers.
    async fn init(&mut self, socket: &mut WebSocket, payload: Map<String, Value>) -> Result<(), Ended> {
        if self.admitted.is_some() {
            return Err(Close::SECOND_INIT.into());
        }
        let mut parts = Parts::clone(&self.parts);
        for (key, value) in payload {
            let Some(name) = CARRIED.iter().find(|name| key.eq_ignore_ascii_case(name.as_str())) else {
                continue;
            };
            let value = match &value {
                Value::Null => continue,
                Value::String(text) => HeaderValue::from_str(text).ok(),
                _ => None,
            };
            parts.headers.insert(name, value.ok_or(Close::FORBIDDEN)?);
        }
        self.parts = Arc::new(parts);
        let looked_up = timeout(self.limits.init, self.gateway.endpoint.callers.caller(&self.parts)).await;
        let caller = match looked_up {
            Ok(Ok(caller)) => caller.principal,
            Ok(Err(code)) if is_final(code) => return Err(Close::FORBIDDEN.into()),
            Ok(Err(_)) | Err(_) => return Err(Close::FAILED.into()),
        };
        if !self.place.admit(caller) {
            return Err(Close::TOO_MANY.into());
        }
        self.admitted = Some(Admitted { caller, recheck: self.recheck(caller) });
        self.say(socket, &ServerMessage::ConnectionAck).await
    }

    /// Looks now and then whether the caller still may, and closes the socket where not.
    fn recheck(&self, admitted: Principal) -> AbortHandle {
        let (gateway, parts, closing) =
            (Arc::clone(&self.gateway), Arc::clone(&self.parts), self.close.clone());
        let every = self.limits.recheck;
        let task = tokio::spawn(async move {
            loop {
                tokio::time::sleep(every).await;
                match timeout(every, caller(&gateway, &parts, admitted)).await {
                    Ok(Err(close)) => {
                        let _ = closing.try_send(close);
                        return;
                    }
                    Ok(Ok(Ok(_))) => {}
                    Ok(Ok(Err(_))) | Err(_) => tracing::warn!("a socket's caller could not be looked up"),
                }
            }
        });
        task.abort_handle()
    }

    async fn subscribe(
        &mut self,
        socket: &mut WebSocket,
        caller: Principal,
        id: String,
        payload: &str,
    ) -> Result<(), Ended> {
        let id: Arc<str> = id.into();
        if self.running.contains_key(&id) {
            return Err(Close::ID_IN_USE.into());
        }
        let request = gate::body::parse(payload.as_bytes(), self.gateway.endpoint.gate.limits())
            .map_err(|_| Close::BAD_REQUEST)?;
        if self.is_ending {
            return Ok(());
        }
        if self.running.len() >= self.limits.operations {
            let text = format!("At most {} operations run on one socket.", self.limits.operations);
            let answer = Answer::refused_with(ErrorCode::LimitExceeded, &text);
            return self.say(socket, &ServerMessage::Error { id: &id, payload: answer.errors() }).await;
        }
        self.runs = self.runs.saturating_add(1);
        let operation = Operation {
            gateway: Arc::clone(&self.gateway),
            parts: Arc::clone(&self.parts),
            caller,
            request_id: self.request_id.clone(),
            run: self.runs,
            id: Arc::clone(&id),
            out: self.out.clone(),
            close: self.close.clone(),
            is_stream: Arc::default(),
        };
        let is_stream = Arc::clone(&operation.is_stream);
        let task = tokio::spawn(operation.run(request)).abort_handle();
        self.running.insert(id, Running { run: self.runs, is_stream, task });
        Ok(())
    }
}

/// Resolves when the server ends.
async fn told_to_end(draining: &mut watch::Receiver<bool>) {
    // Without a sender there is no server any more.
    let _ = draining.wait_for(|is_draining| *is_draining).await;
}

/// How a socket ends on which something came that is no message of WebSocket.
fn broken(error: axum::Error) -> Ended {
    match error.into_inner().downcast_ref::<tungstenite::Error>() {
        Some(tungstenite::Error::Capacity(_)) => Close::TOO_LONG.into(),
        Some(tungstenite::Error::Utf8(_)) => Close::NOT_TEXT.into(),
        Some(tungstenite::Error::Protocol(
            tungstenite::error::ProtocolError::ResetWithoutClosingHandshake,
        )) => Ended::Left,
        Some(tungstenite::Error::Protocol(_)) => Close::PROTOCOL.into(),
        _ => Ended::Left,
    }
}
