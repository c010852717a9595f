//! Over WebSocket, in the protocol `graphql-transport-ws`.

use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use super::{
    super::{
        Stop, assertions,
        http::{Reply, Request},
        macros,
        stage::Exchange,
        trial::Trial,
    },
    Step, flow, plan,
};

type Socket = WebSocketStream<TcpStream>;

/// What came over a socket.
#[derive(Debug, Default)]
struct Heard {
    messages: Vec<Value>,
    close: Option<u16>,
    ended: bool,
    after: Duration,
    /// When what ends the socket was done, where a step does such a thing.
    cause: Option<Instant>,
}

/// Plays a case whose path is the WebSocket's: one socket for all its steps.
///
/// # Errors
/// The schema has no subscriptions, or a step is not understood.
pub async fn play(trial: &mut Trial<'_>) -> Result<(), Stop> {
    if let Some(why) = trial.stage.binding.lacks(&trial.stage.schema, "ws") {
        return Err(Stop::Absent(why));
    }
    let mut heard = Heard::default();
    let begun = Instant::now();
    let Some(mut socket) = connect(trial).await? else { return Ok(()) };
    let steps = trial.case.steps.clone();
    for step in &steps {
        take(trial, &mut socket, step, &mut heard).await?;
        drain(&mut socket, &mut heard, Duration::from_millis(300), begun).await;
    }
    // As long as the case gives the server to close, and a little more.
    let texts = trial.case.expect.must.iter();
    let said = texts.filter_map(|text| assertions::number_after(text, "within")).map(|most| most as u64);
    let wait = said
        .max()
        .map_or_else(|| trial.stage.binding.limit("ws_listen_s", 12), |most| most.saturating_add(3));
    if !heard.ended {
        drain(&mut socket, &mut heard, Duration::from_secs(wait), begun).await;
    }
    trial.facts.insert("ws_close".into(), json!(heard.close));
    trial.facts.insert("ws_ended".into(), json!(heard.ended));
    trial.facts.insert("ws_after_s".into(), json!(heard.after.as_secs_f64()));
    let body = json!(heard.messages).to_string().into_bytes();
    let reply = Reply { status: 101, body, ..Reply::default() };
    trial.seen.push(Exchange {
        label: "ws".into(),
        person: String::new(),
        request: Request::default(),
        reply,
    });
    Ok(())
}

/// Opens a socket with the case's headers. A refusal is kept as an answer, and there is no socket.
async fn connect(trial: &mut Trial<'_>) -> Result<Option<Socket>, Stop> {
    let broken = |error: String| Stop::Broken(format!("no WebSocket: {error}"));
    let url = format!("ws://{}{}", trial.stage.target.address, trial.stage.binding.path("websocket"));
    let mut request = url.into_client_request().map_err(|error| broken(error.to_string()))?;
    let case = trial.case;
    for (name, value) in &case.headers {
        if ["connection", "upgrade"].contains(&name.to_lowercase().as_str()) {
            continue;
        }
        let value = trial.text(value.as_str().unwrap_or_default()).await?;
        let name: tokio_tungstenite::tungstenite::http::HeaderName =
            name.parse().map_err(|_| broken(format!("header {name}")))?;
        request
            .headers_mut()
            .insert(name, HeaderValue::from_str(&value).map_err(|error| broken(error.to_string()))?);
    }
    let stream = trial.stage.target.connect(trial.source).await.map_err(|error| broken(error.to_string()))?;
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(Some(socket)),
        Err(tokio_tungstenite::tungstenite::Error::Http(response)) => {
            let (parts, body) = response.into_parts();
            let reply =
                Reply { status: parts.status.as_u16(), body: body.unwrap_or_default(), ..Reply::default() };
            trial.facts.insert("ws_refused".into(), json!(reply.status));
            trial.seen.push(Exchange {
                label: "upgrade".into(),
                person: String::new(),
                request: Request::default(),
                reply,
            });
            Ok(None)
        }
        Err(error) => Err(broken(error.to_string())),
    }
}

async fn drain(socket: &mut Socket, heard: &mut Heard, wait: Duration, begun: Instant) {
    let until = Instant::now().checked_add(wait).unwrap_or_else(Instant::now);
    while !heard.ended {
        let left = until.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left, socket.next()).await {
            Err(_) => return,
            Ok(Some(Ok(Message::Text(text)))) => {
                heard.messages.push(serde_json::from_str(&text).unwrap_or_else(|_| json!(text.as_str())));
            }
            Ok(Some(Ok(Message::Close(frame)))) => {
                heard.close = frame.map(|frame| frame.code.into());
                heard.ended = true;
            }
            Ok(Some(Ok(_))) => {}
            Ok(None | Some(Err(_))) => heard.ended = true,
        }
        if heard.ended {
            heard.after = heard.cause.unwrap_or(begun).elapsed();
        }
    }
}

async fn say(socket: &mut Socket, message: &Value) {
    // What cannot be sent any more was closed by the server, which the reading sees.
    let _ = socket.send(Message::text(message.to_string())).await;
}

async fn subscribe(trial: &mut Trial<'_>, socket: &mut Socket, id: &str, query: &str) -> Result<(), Stop> {
    let query = trial.text(query).await?;
    say(socket, &json!({"id": id, "type": "subscribe", "payload": {"query": query}})).await;
    Ok(())
}

async fn take(
    trial: &mut Trial<'_>,
    socket: &mut Socket,
    step: &Step,
    heard: &mut Heard,
) -> Result<(), Stop> {
    let Some((verb, value)) = step.iter().next() else { return Ok(()) };
    let text = value.as_str().unwrap_or_default().to_owned();
    match verb.as_str() {
        "send" => {
            let message = trial.expand(|words| macros::expand_json(value, words)).await?;
            say(socket, &message).await;
        }
        "send_raw" | "frame" => {
            let text = trial.text(&text).await?;
            let _ = socket.send(Message::text(text)).await;
        }
        "wait_s" => {
            let seconds = value.as_u64().unwrap_or(1).min(90);
            drain(socket, heard, Duration::from_secs(seconds), Instant::now()).await;
        }
        "init" => {
            let token = if trial.stage.binding.people.contains_key(&text) {
                trial.text(&format!("{{{{tok.{text}}}}}")).await?
            } else {
                trial.text(&text).await?
            };
            let payload = if text == "anon" || value.is_null() {
                json!({})
            } else {
                json!({"Authorization": format!("Bearer {token}")})
            };
            say(socket, &json!({"type": "connection_init", "payload": payload})).await;
            trial.saved.insert("ws_who".to_owned(), text);
        }
        "subscribe" => {
            let query = if text.starts_with("s.") { format!("{{{{{text}}}}}") } else { text };
            subscribe(trial, socket, "1", &query).await?;
        }
        "logout" | "remove" | "expire" | "cause" | "unpublish" | "publish" => {
            let before = heard.messages.len();
            trial.facts.insert("ws_before_cause".into(), json!(before));
            heard.cause.get_or_insert_with(Instant::now);
            if verb == "cause" {
                flow::cause(trial).await?;
            } else if !flow::run(trial, step).await? {
                return Err(Stop::Broken(format!("'{verb}' is not understood")));
            }
        }
        "send_each" => {
            let kinds: Vec<String> = value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect();
            for (at, kind) in kinds.iter().enumerate() {
                let own = trial.saved.get("ws_who").is_some_and(|who| who == "bob");
                let foreign = if own { "private_project_A" } else { "private_project_B" };
                let query = hostile(kind)?.replace("<foreign>", foreign);
                subscribe(trial, socket, &format!("each{at}"), &query).await?;
            }
            trial.facts.insert("ws_each".into(), json!(kinds.len()));
        }
        "open_subs" => {
            for i in 0..value.as_u64().unwrap_or(1) {
                subscribe(trial, socket, &format!("s{i}"), "subscription { {{s.any}} }").await?;
            }
        }
        "frame_mb" => {
            let size = value.as_u64().unwrap_or(1).saturating_mul(1 << 20) as usize;
            let _ = socket.send(Message::text(" ".repeat(size))).await;
        }
        "pings" => {
            for _ in 0..value.as_u64().unwrap_or(1) {
                if socket.send(Message::Ping(Vec::new().into())).await.is_err() {
                    break;
                }
            }
        }
        "open_sockets" => {
            let mut open = Vec::new();
            let token = trial.text("{{tok.alice}}").await?;
            let mut refused = 0_u64;
            for _ in 0..value.as_u64().unwrap_or(1) {
                match connect(trial).await {
                    Ok(Some(mut another)) => {
                        let payload = json!({"Authorization": format!("Bearer {token}")});
                        say(&mut another, &json!({"type": "connection_init", "payload": payload})).await;
                        let mut its = Heard::default();
                        drain(&mut another, &mut its, Duration::from_millis(5), Instant::now()).await;
                        if its.ended {
                            refused = refused.saturating_add(1);
                        } else {
                            open.push((another, its));
                        }
                    }
                    Ok(None) | Err(_) => refused = refused.saturating_add(1),
                }
            }
            for (another, its) in &mut open {
                drain(another, its, Duration::from_millis(5), Instant::now()).await;
                if its.ended {
                    refused = refused.saturating_add(1);
                }
            }
            trial.facts.insert("ws_sockets_refused".into(), json!(refused));
        }
        _ => {
            if let Some(planned) = plan::plan(trial, step, 0).await? {
                for one in planned {
                    trial.send(&one.label, &one.person, one.request).await;
                }
            } else {
                return Err(Stop::Broken(format!("a step over WebSocket that is not understood: {verb}")));
            }
        }
    }
    Ok(())
}

/// A hostile document by the case's words for it.
fn hostile(kind: &str) -> Result<&'static str, Stop> {
    const RULES: &[(&str, &str)] = &[
        (
            "fragment",
            "{ {{q.root_open}} {...F0} } {{#repeat 22}}fragment F$i on {{t.cycle}} { ...F$next ...F$next } {{/repeat}} fragment F22 on {{t.cycle}} { id }",
        ),
        // Small enough for a frame, since a longer one closes the socket and the other documents were not looked at.
        ("alias", "{ {{#repeat 2000}}a$i:__typename {{/repeat}} }"),
        ("depth", "{ {{nest:60:{{q.cycle_open}}:id}} }"),
        ("foreign node", "{ node(id:\"{{id.<foreign>}}\") { id } }"),
        ("introspection", "{__schema{types{name}}}"),
        ("mutation", "{{m.harmless}}"),
    ];
    RULES
        .iter()
        .find(|(word, _)| kind.contains(word))
        .map(|(_, query)| *query)
        .ok_or_else(|| Stop::Broken(format!("a hostile document that is not known: {kind}")))
}
