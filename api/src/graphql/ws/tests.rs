//! Sockets over a small schema, as a client hears them.

use std::sync::atomic::{AtomicU32, Ordering};

use ::tests::socket::{Heard, Socket};
use async_graphql::{Data, Object, Result as GraphQlResult, Schema, Subscription};
use axum::http::{HeaderValue, request::Parts};
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use super::{super::error::client_error, super::gate::Gate, super::http::Caller, super::http::Deadlines, *};
use crate::server::budget::{Budget, Principal};

struct Query;

#[Object]
impl Query {
    async fn hello(&self, context: &async_graphql::Context<'_>) -> GraphQlResult<&'static str> {
        Ok(context.data::<Actor>()?.0)
    }
    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        1
    }
    async fn broken(&self) -> GraphQlResult<Option<i32>> {
        Err("the password is hunter2".into())
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn act(&self) -> bool {
        true
    }
}

struct Subscriptions {
    is_broken: fn() -> bool,
}

struct Tick(u32);

#[Object]
impl Tick {
    async fn n(&self) -> u32 {
        self.0
    }
    async fn long(&self) -> String {
        "x".repeat(60_000)
    }
    async fn odd(&self) -> GraphQlResult<Option<u32>> {
        if self.0 % 2 == 1 { Ok(Some(self.0)) } else { Err(client_error(ErrorCode::NotFound, None, "Even.")) }
    }
}

#[Subscription]
impl Subscriptions {
    async fn ticks(&self, to: u32) -> impl Stream<Item = Tick> {
        stream::iter((0..to).map(Tick))
    }
    async fn silence(&self) -> impl Stream<Item = Tick> {
        stream::pending()
    }
    #[expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]
    async fn refused(&self) -> async_graphql::Result<stream::Pending<Tick>> {
        Err(client_error(ErrorCode::NotFound, Some("id"), "There is none."))
    }
    async fn ends(&self) -> impl Stream<Item = GraphQlResult<Tick>> {
        let gone = Err(client_error(ErrorCode::NotFound, None, "It is gone."));
        stream::iter([Ok(Tick(1)), gone]).chain(stream::pending())
    }
    async fn panics(&self) -> impl Stream<Item = Tick> {
        let is_broken = self.is_broken;
        stream::iter(0..2).map(move |n| if n > 0 && is_broken() { panic!("hunter2") } else { Tick(n) })
    }
}

struct Actor(&'static str);

/// Callers by token: 'ada' and nobody are taken, 'late' until it has been looked up twice.
fn callers() -> impl Fn(&Parts) -> Result<Caller, ErrorCode> {
    let looks = AtomicU32::new(0);
    move |parts| {
        let (name, number) = match parts.headers.get("authorization").map(HeaderValue::as_bytes) {
            None => ("nobody", 0),
            Some(b"Bearer ada") => ("ada", 1),
            Some(b"Bearer late") if looks.fetch_add(1, Ordering::Relaxed) < 2 => ("late", 2),
            Some(_) => return Err(ErrorCode::Unauthenticated),
        };
        let mut data = Data::default();
        data.insert(Actor(name));
        Ok(Caller { principal: Principal::Account(Uuid::from_u128(number)), data })
    }
}

fn quick() -> SocketLimits {
    SocketLimits {
        init: Duration::from_millis(300),
        write: Duration::from_millis(300),
        operations: 3,
        per_caller: 2,
        queue: 2,
        ..SocketLimits::default()
    }
}

/// A server within bounds: its address, and its places.
async fn server(limits: SocketLimits, budget: u32) -> (String, Places) {
    let endpoint = Endpoint {
        executor: Schema::build(Query, Mutation, Subscriptions { is_broken: || true })
            .disable_suggestions()
            .finish(),
        gate: Gate::default(),
        budget: Arc::new(Budget::per_minute(budget)),
        callers: Arc::new(callers()),
        deadlines: Deadlines::default(),
        development: false,
    };
    let places = Places::new(limits);
    let gateway = Gateway::new(Arc::new(endpoint), places.clone(), 8);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/ws", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, gateway.route("/ws")).await });
    (url, places)
}

async fn open(url: &str) -> Socket {
    Socket::open(url, PROTOCOL, &[]).await.unwrap()
}

fn code(message: &Value) -> &str {
    message["payload"][0]["extensions"]["code"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn the_protocol_is_kept() {
    let (url, _) =
        server(SocketLimits { per_caller: 50, waiting_per_address: 50, ..quick() }, 1_000_000).await;
    let init = || Message::text(r#"{"type":"connection_init"}"#);
    let subscribe =
        || Message::text(r#"{"type":"subscribe","id":"1","payload":{"query":"subscription{silence{n}}"}}"#);
    for (frames, code) in [
        (vec![subscribe()], 4401),
        (vec![init(), init()], 4429),
        (vec![init(), subscribe(), subscribe()], 4409),
        (vec![Message::text("nonsense")], 4400),
        (vec![init(), Message::text(r#"{"type":"wat"}"#)], 4400),
        (vec![init(), Message::binary(vec![1])], 4400),
        (vec![init(), Message::text(r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#)], 4400),
        (
            vec![init(), Message::text(r#"{"type":"subscribe","id":"1","payload":[{"query":"{hello}"}]}"#)],
            4400,
        ),
        (vec![Message::text(r#"{"type":"connection_init","payload":{"Authorization":"Bearer eve"}}"#)], 4403),
        (vec![Message::text(r#"{"type":"connection_init","payload":{"authorization":7}}"#)], 4403),
        (vec![Message::text("x".repeat(65 * 1024))], 1009),
        (vec![], 4408),
    ] {
        let mut socket = open(&url).await;
        for frame in frames.clone() {
            socket.send(frame).await;
        }
        assert_eq!(socket.closed().await, code, "{frames:?}");
    }
    for (protocol, status) in [("bogus", 400), ("graphql-ws", 400)] {
        assert_eq!(Socket::open(&url, protocol, &[]).await.unwrap_err(), status, "{protocol}");
    }
}

#[tokio::test]
async fn a_socket_answers_pings_and_takes_words_that_ask_nothing() {
    let (url, _) = server(quick(), 1_000_000).await;
    let mut socket = open(&url).await;
    socket.say(json!({"type": "ping", "payload": {"n": 1}})).await;
    assert_eq!(socket.message().await, json!({"type": "pong", "payload": {"n": 1}}));
    socket.say(json!({"type": "connection_init", "payload": null})).await;
    assert_eq!(socket.message().await, json!({"type": "connection_ack"}));
    socket.say(json!({"type": "pong"})).await;
    socket.say(json!({"type": "complete", "id": "never begun"})).await;
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.message().await, json!({"type": "pong"}));
}

#[tokio::test]
async fn operations_are_answered_by_next_error_and_complete() {
    let (url, _) = server(quick(), 1_000_000).await;
    let mut socket = Socket::ready(&url).await;
    for (query, next, last) in [
        ("{ hello }", vec![json!({"hello": "nobody"})], "complete"),
        ("mutation { act }", vec![json!({"act": true})], "complete"),
        (
            "subscription { ticks(to: 2) { n } }",
            vec![json!({"ticks": {"n": 0}}), json!({"ticks": {"n": 1}})],
            "complete",
        ),
        ("{ broken }", vec![Value::Null], "complete"),
        ("subscription { noSuchField }", vec![], "VALIDATION"),
        ("subscription { ticks { n } }", vec![], "VALIDATION"),
        ("subscription {", vec![], "PARSE_ERROR"),
        ("subscription { a: silence { n } b: silence { n } }", vec![], "LIMIT_EXCEEDED"),
        ("subscription { refused { n } }", vec![], "NOT_FOUND"),
        ("subscription { ends { n } }", vec![json!({"ends": {"n": 1}})], "NOT_FOUND"),
        ("subscription { panics { n } }", vec![json!({"panics": {"n": 0}})], "INTERNAL"),
    ] {
        socket.subscribe("same", query, json!({})).await;
        for data in next {
            let message = socket.message().await;
            assert_eq!(
                (&message["type"], &message["id"]),
                (&json!("next"), &json!("same")),
                "{query}: {message}"
            );
            assert_eq!(message["payload"]["data"], data, "{query}");
        }
        let message = socket.message().await;
        assert!(!message.to_string().contains("hunter2"));
        match last {
            "complete" => assert_eq!(message, json!({"type": "complete", "id": "same"}), "{query}"),
            refusal => assert_eq!((&message["type"], code(&message)), (&json!("error"), refusal), "{query}"),
        }
    }
    // An error inside an event is the event's and ends nothing.
    socket.subscribe("odd", "subscription { ticks(to: 2) { odd } }", json!({})).await;
    let even = socket.message().await;
    assert_eq!(
        (&even["type"], &even["payload"]["errors"][0]["extensions"]["code"]),
        (&json!("next"), &json!("NOT_FOUND"))
    );
    assert_eq!(socket.message().await["payload"]["data"]["ticks"]["odd"], 1);
}

#[tokio::test]
async fn a_token_is_taken_from_the_init_or_the_upgrade() {
    let (url, _) = server(quick(), 1_000_000).await;
    let by_init = |payload| (None, json!({"type": "connection_init", "payload": payload}));
    for (header, init) in [
        by_init(json!({"Authorization": "Bearer ada"})),
        by_init(json!({"authorization": "Bearer ada", "other": [1]})),
        (Some(("authorization", "Bearer ada")), json!({"type": "connection_init"})),
        (
            Some(("authorization", "Bearer eve")),
            json!({"type": "connection_init", "payload": {"authorization": "Bearer ada"}}),
        ),
    ] {
        let headers: Vec<_> = header.into_iter().collect();
        let mut socket = Socket::open(&url, PROTOCOL, &headers).await.unwrap();
        socket.say(init).await;
        assert_eq!(socket.message().await["type"], "connection_ack");
        socket.subscribe("1", "{ hello }", json!({})).await;
        assert_eq!(socket.message().await["payload"]["data"]["hello"], "ada");
        assert_eq!(socket.message().await["type"], "complete");
        socket.send(Message::Close(None)).await;
        assert!(matches!(socket.hear().await, Heard::Lost | Heard::Closed(..)));
    }
}

#[tokio::test]
async fn who_is_no_longer_taken_is_closed_by_the_next_look() {
    let limits = SocketLimits { recheck: Duration::from_millis(200), ..quick() };
    let (url, _) = server(limits, 1_000_000).await;
    let mut socket = Socket::open(&url, PROTOCOL, &[("authorization", "Bearer late")]).await.unwrap();
    socket.say(json!({"type": "connection_init"})).await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    socket.subscribe("1", "subscription { silence { n } }", json!({})).await;
    assert_eq!(socket.closed().await, 4403);
}

#[tokio::test]
async fn a_caller_has_so_many_sockets_and_a_socket_so_many_operations() {
    let (url, places) = server(quick(), 1_000_000).await;
    let mut first = Socket::ready(&url).await;
    let second = Socket::ready(&url).await;
    let mut third = open(&url).await;
    third.say(json!({"type": "connection_init"})).await;
    assert_eq!(third.closed().await, 4429);
    for id in ["a", "b", "c", "d"] {
        first.subscribe(id, "subscription { silence { n } }", json!({})).await;
    }
    let message = first.message().await;
    assert_eq!((&message["id"], code(&message)), (&json!("d"), "LIMIT_EXCEEDED"));
    // A complete frees the id and the place.
    first.say(json!({"type": "complete", "id": "a"})).await;
    first.subscribe("a", "{ hello }", json!({})).await;
    assert_eq!(first.message().await["payload"]["data"]["hello"], "nobody");
    drop((first, third, second));
    places.ended().await;
    Socket::ready(&url).await;
}

#[tokio::test]
async fn operations_pay_from_the_callers_budget() {
    let (url, _) = server(quick(), 60).await;
    let mut socket = Socket::ready(&url).await;
    socket.subscribe("1", "{ nothing", json!({})).await;
    assert_eq!(code(&socket.message().await), "PARSE_ERROR");
    let mut refused = 0;
    for _ in 0..60 {
        socket.subscribe("2", "{ hello }", json!({})).await;
        let message = socket.message().await;
        if message["type"] == "error" {
            assert_eq!(code(&message), "RATE_LIMITED");
            refused += 1;
        } else {
            assert_eq!(socket.message().await["type"], "complete");
        }
    }
    assert!((1..=20).contains(&refused), "a refusal costs twenty: {refused}");
}

#[tokio::test]
async fn who_takes_nothing_is_dropped_and_holds_nothing() {
    let (url, places) = server(quick(), u32::MAX).await;
    let mut socket = Socket::ready(&url).await;
    socket.subscribe("1", "subscription { ticks(to: 4000000) { long } }", json!({})).await;
    let ended = tokio::time::timeout(Duration::from_secs(15), places.ended()).await;
    assert!(ended.is_ok(), "a socket that is not read is given up");
}

#[tokio::test]
async fn who_says_nothing_is_pinged_and_then_dropped() {
    let idle = Duration::from_millis(200);
    let limits = SocketLimits { idle, silence: idle, ..quick() };
    let (url, places) = server(limits, 1_000_000).await;
    let mut living = Socket::ready(&url).await;
    assert_eq!(living.hear().await, Heard::Ping);
    // Reading answers the ping, and so it lives on.
    assert_eq!(living.hear().await, Heard::Ping);
    assert_eq!(living.hear().await, Heard::Ping);
    let dead = living;
    tokio::time::timeout(Duration::from_secs(5), places.ended()).await.expect("nobody reads, nobody answers");
    drop(dead);
}

#[tokio::test]
async fn the_end_waits_for_queries_and_not_for_subscriptions() {
    let (url, places) = server(quick(), 1_000_000).await;
    let mut watching = Socket::ready(&url).await;
    watching.subscribe("1", "subscription { silence { n } }", json!({})).await;
    let mut asking = Socket::ready(&url).await;
    asking.subscribe("1", "{ slow }", json!({})).await;
    assert!(watching.is_silent(Duration::from_millis(50)).await);
    places.drain();
    assert_eq!(watching.closed().await, 1001);
    assert_eq!(asking.message().await["payload"]["data"]["slow"], 1);
    assert_eq!(asking.closed().await, 1001);
    places.ended().await;
    assert_eq!(Socket::open(&url, PROTOCOL, &[]).await.unwrap_err(), 503);
}
