//! The endpoint over a small schema, as a client sees it.

use std::net::IpAddr;

use async_graphql::{
    EmptySubscription, ID, InputObject, Object, Result as GraphQlResult, Schema, futures_util::stream,
};
use axum::http::{Request as HttpRequest, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::{super::error::client_error, super::gate::GateLimits, *};

struct Query {
    is_broken: fn() -> bool,
}

#[derive(InputObject)]
struct Range {
    from: i32,
    to: i32,
}

#[Object]
impl Query {
    async fn hello(&self, #[graphql(default = 1, validator(maximum = 9))] times: usize) -> String {
        "hi".repeat(times)
    }
    async fn who(&self, context: &async_graphql::Context<'_>) -> GraphQlResult<&'static str> {
        Ok(context.data::<Actor>()?.0)
    }
    async fn typed(&self, id: ID) -> GraphQlResult<Option<i32>> {
        Err(client_error(ErrorCode::NotFound, Some("id"), format!("There is no {}.", id.len())))
    }
    async fn untyped(&self) -> GraphQlResult<Option<i32>> {
        Err("the password of the database is hunter2".into())
    }
    async fn untyped_and_needed(&self) -> GraphQlResult<i32> {
        Err(async_graphql::Error::new("hunter2 again"))
    }
    async fn sum(&self, range: Range) -> i32 {
        range.from.saturating_add(range.to)
    }
    async fn panic(&self) -> i32 {
        if (self.is_broken)() { panic!("hunter2 in a panic") } else { 1 }
    }
    async fn slow(&self) -> i32 {
        tokio::time::sleep(Duration::from_hours(1)).await;
        1
    }
    async fn many(&self) -> Vec<Fails> {
        (0..40).map(|_| Fails).collect()
    }
}

struct Fails;

#[Object]
impl Fails {
    async fn value(&self) -> GraphQlResult<Option<i32>> {
        Err(client_error(ErrorCode::Validation, None, "é".repeat(2_000)))
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn act(&self) -> bool {
        true
    }
}

struct Actor(&'static str);

fn app_with(budget: u32, development: bool) -> Router {
    let endpoint = Endpoint {
        executor: Schema::build(Query { is_broken: || true }, Mutation, EmptySubscription)
            .disable_suggestions()
            .finish(),
        gate: Gate::default(),
        budget: Arc::new(Budget::per_minute(budget)),
        callers: Arc::new(|parts: &Parts| {
            let mut data = Data::default();
            match parts.headers.get("authorization").map(HeaderValue::as_bytes) {
                Some(b"wrong") => return Err(ErrorCode::Unauthenticated),
                Some(_) => data.insert(Actor("ada")),
                None => data.insert(Actor("nobody")),
            }
            Ok(Caller { principal: Principal::address(IpAddr::from([192, 0, 2, 1])), data })
        }),
        deadlines: Deadlines { body: Duration::from_secs(5), execution: Duration::from_secs(5) },
        development,
    };
    route("/graphql", Arc::new(endpoint))
}

struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

impl Seen {
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or("none")
    }
}

async fn send(app: Router, request: HttpRequest<Body>) -> Seen {
    let response = app.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Seen { status: parts.status, headers: parts.headers, body }
}

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";

fn posted(body: impl Into<Body>, accept: &str) -> HttpRequest<Body> {
    let request = HttpRequest::post("/graphql").header("content-type", JSON).header("accept", accept);
    request.body(body.into()).unwrap()
}

async fn ask(query: &str, accept: &str) -> Seen {
    send(app_with(1_000_000, false), posted(json!({"query": query}).to_string(), accept)).await
}

async fn get(query: &str, accept: &str) -> Seen {
    let request = HttpRequest::get(format!("/graphql?{query}")).header("accept", accept);
    send(app_with(1_000_000, false), request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn an_answer_is_of_the_type_asked_for_and_carries_the_id_of_its_request() {
    for (accept, media) in [
        (JSON, "application/json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
        (GRAPHQL, "application/graphql-response+json; charset=utf-8"),
    ] {
        let seen = ask("{hello}", accept).await;
        assert_eq!(seen.status, StatusCode::OK);
        assert_eq!(seen.headers["content-type"], media);
        assert_eq!(seen.body["data"], json!({"hello": "hi"}));
        assert_eq!(seen.body["extensions"]["requestId"].as_str().unwrap().len(), 32);
    }
    let none = ask("{hello}", "text/html").await;
    assert_eq!((none.status, none.code()), (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"));
}

#[tokio::test]
async fn the_status_says_how_a_document_failed_only_where_the_media_type_lets_it() {
    for (query, code) in [
        ("{", "PARSE_ERROR"),
        ("{nothing}", "VALIDATION"),
        ("query A{hello} query B{hello}", "VALIDATION"),
        ("query($id:ID!){typed(id:$id)}", "VALIDATION"),
        ("{hello{a{a{a{a{a{a{a{a{a{a}}}}}}}}}}}", "LIMIT_EXCEEDED"),
    ] {
        let plain = ask(query, JSON).await;
        assert_eq!((plain.status, plain.code()), (StatusCode::OK, code), "{query}");
        let typed = ask(query, GRAPHQL).await;
        assert_eq!((typed.status, typed.code()), (StatusCode::BAD_REQUEST, code), "{query}");
        assert!(typed.body.get("data").is_none() && plain.body.get("data").is_none(), "{query}");
    }
    for body in
        ["{ \"not JSON", "{}", "[]", "[{\"query\":\"{hello}\"}]", "", r#"{"query":"{hello}","variables":[]}"#]
    {
        for accept in [JSON, GRAPHQL] {
            let seen = send(app_with(1_000_000, false), posted(body, accept)).await;
            assert_eq!((seen.status, seen.code()), (StatusCode::BAD_REQUEST, "BAD_REQUEST"), "{body}");
        }
    }
}

#[tokio::test]
async fn a_link_asks_and_never_acts() {
    let seen = get("query=%7Bhello(times:2)%7D&variables=%7B%7D&operationName=", JSON).await;
    assert_eq!(seen.body["data"]["hello"], "hihi");
    for accept in [JSON, GRAPHQL] {
        for query in [
            "query=mutation%7Bact%7D",
            "query=subscription%7Ba%7D",
            "query=mutation+A%7Bact%7D+query+B%7Bhello%7D&operationName=A",
        ] {
            let seen = get(query, accept).await;
            assert_eq!(
                (seen.status, seen.code()),
                (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
                "{query}"
            );
            assert_eq!(seen.headers["allow"], "POST");
        }
    }
    for query in [
        "query=%7Bhello%7D&query=%7Bhello%7D",
        "query=%7Bhello%7D&variables=1",
        "query=%7Bhello%7D&extensions=[]",
    ] {
        assert_eq!(get(query, JSON).await.status, StatusCode::BAD_REQUEST, "{query}");
    }
    assert_eq!(get("", "text/html").await.status, StatusCode::METHOD_NOT_ALLOWED);
    let put = HttpRequest::put("/graphql").body(Body::empty()).unwrap();
    let seen = send(app_with(1_000_000, false), put).await;
    assert_eq!(
        (seen.status, seen.headers["allow"].to_str().unwrap()),
        (StatusCode::METHOD_NOT_ALLOWED, "GET, POST")
    );
}

#[tokio::test]
async fn the_page_for_trying_is_there_in_development_only() {
    let page =
        || HttpRequest::get("/graphql").header("accept", "text/html,*/*;q=0.8").body(Body::empty()).unwrap();
    let shown = send(app_with(1_000, true), page()).await;
    assert_eq!(shown.status, StatusCode::OK);
    assert!(shown.headers.contains_key("content-security-policy"));
    assert_eq!(send(app_with(1_000, false), page()).await.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn only_json_is_taken() {
    for media in [
        "text/plain",
        "text/plain; x=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=X",
    ] {
        let request = HttpRequest::post("/graphql").header("content-type", media);
        let request = request.body(Body::from(json!({"query": "mutation{act}"}).to_string())).unwrap();
        let seen = send(app_with(1_000, false), request).await;
        assert_eq!(
            (seen.status, seen.code()),
            (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
            "{media}"
        );
    }
    let bare = HttpRequest::post("/graphql").body(Body::from("{\"query\":\"{hello}\"}")).unwrap();
    assert_eq!(send(app_with(1_000, false), bare).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let mut packed = posted("{\"query\":\"{hello}\"}", JSON);
    packed.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
    assert_eq!(send(app_with(1_000, false), packed).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn resolvers_raise_codes_and_their_own_words_stay_inside() {
    let typed = ask("{typed(id:\"abc\")}", GRAPHQL).await;
    assert_eq!((typed.status, typed.code()), (StatusCode::OK, "NOT_FOUND"));
    assert!(typed.body.get("data").is_some(), "execution began");
    assert_eq!(typed.body["errors"][0]["path"], json!(["typed"]));
    assert_eq!(typed.body["errors"][0]["extensions"]["argument"], "id");
    for query in ["{untyped}", "{untypedAndNeeded}"] {
        let seen = ask(query, GRAPHQL).await;
        assert_eq!((seen.status, seen.code()), (StatusCode::OK, "INTERNAL"), "{query}");
        assert!(!seen.body.to_string().contains("hunter2") && seen.body.get("data").is_some(), "{query}");
    }
    let argument = ask("{hello(times:10)}", GRAPHQL).await;
    assert_eq!(argument.code(), "VALIDATION");
    let misspelt = ask("{helo}", GRAPHQL).await.body.to_string();
    assert!(!misspelt.contains("Did you mean"), "{misspelt}");
    let variable = json!({"query": "query($r:Range!){sum(range:$r)}", "variables": {"r": {"from": "x"}}});
    let seen = send(app_with(1_000, false), posted(variable.to_string(), GRAPHQL)).await;
    assert_eq!((seen.status, seen.code()), (StatusCode::BAD_REQUEST, "VALIDATION"), "{}", seen.body);
}

#[tokio::test]
async fn errors_are_few_and_short() {
    let seen = ask("{many{value}}", JSON).await;
    let errors = seen.body["errors"].as_array().unwrap();
    assert_eq!(errors.len(), MAX_ERRORS);
    assert!(errors.iter().all(|error| error["message"].as_str().unwrap().chars().count() <= MAX_ERROR_CHARS));
    let name = "n".repeat(30_000);
    let seen = ask(&format!("{{{name}}}"), JSON).await;
    assert!(seen.body["errors"][0]["message"].as_str().unwrap().chars().count() <= MAX_ERROR_CHARS);
}

#[tokio::test]
async fn a_panic_ends_its_request_only() {
    let app = app_with(1_000, false);
    for accept in [JSON, GRAPHQL] {
        let seen = send(app.clone(), posted(json!({"query": "{panic}"}).to_string(), accept)).await;
        assert_eq!((seen.status, seen.code()), (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"));
        assert!(!seen.body.to_string().contains("hunter2"));
    }
    let seen = send(app, posted(json!({"query": "{hello}"}).to_string(), JSON)).await;
    assert_eq!(seen.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_given_up() {
    let seen = ask("{slow}", JSON).await;
    assert_eq!((seen.status, seen.code()), (StatusCode::SERVICE_UNAVAILABLE, "TIMEOUT"));
    let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
    let seen = send(app_with(1_000, false), posted(body, JSON)).await;
    assert_eq!((seen.status, seen.code()), (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT"));
}

#[tokio::test]
async fn a_long_body_is_refused_by_what_it_says_and_by_what_it_is() {
    let text = format!("{{\"query\":\"{}{{hello}}\"}}", " ".repeat(GateLimits::SERVED.body_bytes));
    let seen = send(app_with(1_000, false), posted(text.clone(), JSON)).await;
    assert_eq!((seen.status, seen.code()), (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"));
    let chunks = stream::iter(vec![text; 100]).map(Ok::<_, std::io::Error>);
    let seen = send(app_with(1_000, false), posted(Body::from_stream(chunks), JSON)).await;
    assert_eq!(seen.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn callers_are_known_and_pay() {
    let app = app_with(60, false);
    let asked = |authorization: &'static str| {
        let mut request = posted(json!({"query": "{who}"}).to_string(), JSON);
        request.headers_mut().insert("authorization", HeaderValue::from_static(authorization));
        request
    };
    assert_eq!(send(app.clone(), asked("right")).await.body["data"]["who"], "ada");
    assert_eq!(send(app.clone(), asked("wrong")).await.status, StatusCode::UNAUTHORIZED);
    // What is refused costs, too.
    for _ in 0..2 {
        let seen = send(app.clone(), posted(json!({"query": "{"}).to_string(), JSON)).await;
        assert_eq!(seen.code(), "PARSE_ERROR");
    }
    let seen = send(app, posted(json!({"query": "{a:hello b:hello c:hello d:hello e:hello f:hello g:hello h:hello i:hello j:hello k:hello l:hello m:hello n:hello o:hello p:hello q:hello r:hello s:hello t:hello}"}).to_string(), JSON)).await;
    assert_eq!((seen.status, seen.code()), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    let wait: u64 = seen.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
}
