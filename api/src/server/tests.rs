//! What every answer of the server has, whichever route gives it.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::{Notify, oneshot},
};
use tower::ServiceExt;

use super::{
    origin::{Origin, Origins},
    *,
};

fn config() -> ServerConfig {
    let origins =
        Origins::new(["https://here.example".parse().unwrap()], ["https://friend.example".parse().unwrap()]);
    ServerConfig { origins: Arc::new(origins), drain: Duration::ZERO, ..ServerConfig::default() }
}

fn routes() -> Router {
    Router::new().route("/act", post(|| async { "{}" }).get(|| async { "{}" })).route("/panic", get(panics))
}

async fn panics() {
    panic!("hunter2")
}

fn app(config: &ServerConfig) -> Router {
    router(config, routes(), Router::new(), Router::new(), Router::new(), Health::new(|| async { Ok(()) }))
}

struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

async fn send(app: Router, request: Request) -> Seen {
    let response = app.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Seen {
        status: parts.status,
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap_or_default(),
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
    let builder = Request::builder().method(method).uri(path);
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    builder.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn every_answer_has_the_headers_and_an_id() {
    for (method, path, status) in [
        ("GET", "/livez", 200),
        ("GET", "/readyz", 200),
        ("GET", "/metrics", 404),
        ("GET", "/act", 200),
        ("DELETE", "/act", 405),
        ("GET", "/panic", 500),
        ("GET", "/nothing", 404),
        ("GET", "/..%2f..%2fetc/passwd", 404),
        ("GET", "//etc/passwd", 404),
        ("TRACE", "/livez", 405),
    ] {
        let seen = send(app(&config()), request(method, path, &[("x-request-id", "chosen")])).await;
        assert_eq!(seen.status.as_u16(), status, "{method} {path}");
        for (name, part) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("content-security-policy", "default-src 'none'"),
            ("content-security-policy", "frame-ancestors 'none'"),
            ("strict-transport-security", "includeSubDomains"),
            ("cache-control", "no-store"),
        ] {
            assert!(seen.headers[name].to_str().unwrap().contains(part), "{path} {name}");
        }
        assert_eq!(seen.headers["x-request-id"].len(), 32);
        assert!(!seen.headers.contains_key("access-control-allow-origin"));
        if status >= 400 {
            assert!(seen.body["errors"][0]["extensions"]["code"].is_string(), "{path}: {}", seen.body);
            assert!(!seen.body.to_string().contains("hunter2"));
        }
    }
}

#[tokio::test]
async fn pages_of_other_sites_do_not_act() {
    let json = ("content-type", "application/json");
    for (headers, status) in [
        (vec![json], 200),
        (vec![json, ("origin", "https://here.example")], 200),
        (vec![json, ("origin", "https://friend.example")], 200),
        (vec![json, ("origin", "https://evil.example")], 403),
        (vec![json, ("origin", "https://here.example.evil.example")], 403),
        (vec![json, ("origin", "http://here.example")], 403),
        (vec![json, ("origin", "null")], 403),
        (vec![json, ("sec-fetch-site", "cross-site")], 403),
        (vec![json, ("sec-fetch-site", "same-origin")], 200),
        (vec![("content-type", "text/plain"), ("origin", "https://evil.example")], 415),
        (vec![("origin", "https://evil.example")], 415),
    ] {
        let seen = send(app(&config()), request("POST", "/act", &headers)).await;
        assert_eq!(seen.status.as_u16(), status, "{headers:?}");
    }
    let socket = [("upgrade", "websocket"), ("origin", "https://evil.example")];
    assert_eq!(send(app(&config()), request("GET", "/act", &socket)).await.status, StatusCode::FORBIDDEN);
    let open = Origins::new(Origin::local(8080), []);
    assert!(open.may_act(&HeaderMap::from_iter([(
        axum::http::header::ORIGIN,
        "http://localhost:8080".parse().unwrap()
    )])));
}

#[tokio::test]
async fn only_listed_sites_read_answers() {
    for (origin, is_shared) in
        [("https://friend.example", true), ("https://here.example", false), ("https://evil.example", false)]
    {
        let seen = send(app(&config()), request("GET", "/act", &[("origin", origin)])).await;
        assert_eq!(seen.headers.get("access-control-allow-origin").is_some(), is_shared, "{origin}");
        assert!(!seen.headers.contains_key("access-control-allow-credentials"));
        let ask = [("origin", origin), ("access-control-request-method", "POST")];
        let seen = send(app(&config()), request("OPTIONS", "/act", &ask)).await;
        assert_eq!(seen.status.is_success(), is_shared, "{origin}");
    }
}

#[tokio::test]
async fn a_long_body_is_refused() {
    let seen = send(app(&config()), request("POST", "/act", &[("content-length", "99999999")])).await;
    assert_eq!(seen.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn more_than_there_is_room_for_is_told_to_come_back() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, release) = (Arc::clone(&entered), Arc::clone(&release));
        move || async move {
            entered.notify_one();
            release.notified().await;
        }
    };
    let config = ServerConfig { max_concurrent: 1, ..config() };
    let app = router(
        &config,
        routes().route("/slow", get(slow)),
        Router::new(),
        Router::new(),
        Router::new(),
        Health::new(|| async { Ok(()) }),
    );
    let first = tokio::spawn(send(app.clone(), request("GET", "/slow", &[])));
    entered.notified().await;
    let seen = send(app.clone(), request("GET", "/act", &[])).await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(seen.headers["retry-after"], "1");
    assert_eq!(seen.body["errors"][0]["extensions"]["code"], "OVERLOADED");
    assert_eq!(send(app.clone(), request("GET", "/livez", &[])).await.status, StatusCode::OK);
    release.notify_one();
    assert_eq!(first.await.unwrap().status, StatusCode::OK);
    assert_eq!(send(app, request("GET", "/act", &[])).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn a_request_has_a_deadline_and_readiness_too() {
    let stuck = routes().route("/stuck", get(std::future::pending::<()>));
    let health = Health::new(std::future::pending);
    let app = router(&config(), stuck, Router::new(), Router::new(), Router::new(), health.clone());
    let seen = send(app.clone(), request("GET", "/stuck", &[])).await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(seen.body["errors"][0]["extensions"]["code"], "TIMEOUT");
    let started = tokio::time::Instant::now();
    assert_eq!(send(app, request("GET", "/readyz", &[])).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(started.elapsed() <= Duration::from_secs(1));
}

#[tokio::test]
async fn readiness_follows_the_probe_and_the_end() {
    static IS_WRITABLE: AtomicBool = AtomicBool::new(false);
    let probe = || async { IS_WRITABLE.load(Ordering::Relaxed).then_some(()).ok_or(()) };
    let health = || Health::new(probe);
    let ready = |health: Health| {
        send(
            router(&config(), routes(), Router::new(), Router::new(), Router::new(), health),
            request("GET", "/readyz", &[]),
        )
    };
    assert_eq!(ready(health()).await.status, StatusCode::SERVICE_UNAVAILABLE);
    IS_WRITABLE.store(true, Ordering::Relaxed);
    assert_eq!(ready(health()).await.status, StatusCode::OK);
    let ending = health();
    ending.drain();
    let seen = ready(ending).await;
    assert_eq!(seen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(seen.body["status"], "draining");
}

async fn over_a_socket(stream: &mut TcpStream, text: &str) -> String {
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn the_end_waits_for_what_was_begun_and_the_slow_are_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let slow = {
        let (entered, release) = (Arc::clone(&entered), Arc::clone(&release));
        move || async move {
            entered.notify_one();
            release.notified().await;
            "done"
        }
    };
    let config = ServerConfig { header_deadline: Duration::from_millis(200), ..config() };
    let health = Health::new(|| async { Ok(()) });
    let app = router(
        &config,
        routes().route("/slow", get(slow)),
        Router::new(),
        Router::new(),
        Router::new(),
        health.clone(),
    );
    let (end, ended) = oneshot::channel::<()>();
    let server = tokio::spawn({
        let health = health.clone();
        async move {
            listen::serve(listener, app, &config, (health, Places::default()), async { drop(ended.await) })
                .await;
        }
    });

    // A head that does not end is not waited for.
    let mut crawling = TcpStream::connect(address).await.unwrap();
    let answer = over_a_socket(&mut crawling, "GET /livez HTTP/1.1\r\nhost: x\r\n").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");

    // Two lengths of one body are one request or none, never two.
    let mut smuggling = TcpStream::connect(address).await.unwrap();
    let text = "POST /act HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = over_a_socket(&mut smuggling, text).await;
    assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{answer}");

    let begun = tokio::spawn(async move {
        let mut stream = TcpStream::connect(address).await.unwrap();
        over_a_socket(&mut stream, "GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await
    });
    entered.notified().await;
    end.send(()).unwrap();
    while TcpStream::connect(address).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(health.is_draining() && !server.is_finished());
    release.notify_one();
    assert!(begun.await.unwrap().ends_with("done"));
    server.await.unwrap();
}
