//! The endpoint itself: what it refuses, and how.

use serde_json::json;
use tests::server::{Behind, Server};

#[tokio::test]
async fn the_endpoint_refuses_what_it_must_and_lives_on() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let url = format!("{}/graphql", server.url);
    let client = server.client();
    let query = r#"{"query":"{__typename}"}"#;

    // Media types are parsed and not guessed.
    for media in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "text/plain; x=application/json",
        "multipart/form-data; boundary=X",
        "application/json; charset=utf-16",
    ] {
        let response = client.post(&url).header("content-type", media).body(query).send().await.unwrap();
        assert_eq!(response.status(), 415, "{media}");
    }
    let response = client.post(&url).body(query).send().await.unwrap();
    assert_eq!(response.status(), 415, "no media type");
    let response = client
        .post(&url)
        .header("content-type", "application/json; charset=UTF-8")
        .body(query)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
    assert_eq!(response.headers()["x-content-type-options"], "nosniff");
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert!(response.headers().contains_key("x-request-id"));
    let response = client
        .post(&url)
        .header("content-type", "application/json")
        .header("accept", "text/html")
        .body(query)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 406);

    // Queries run on GET, mutations never, other methods not at all.
    let (status, body) = server.get("/graphql?query=%7B__typename%7D").await;
    assert_eq!(status, 200);
    assert!(body.starts_with(r#"{"data":{"__typename":"Query"}"#), "{body}");
    let (status, _) = server.get("/graphql?query=mutation%7Bx%7D").await;
    assert_eq!(status, 405);
    assert_eq!(client.delete(&url).send().await.unwrap().status(), 405);

    // Batches, wrong shapes, and bodies that are too long.
    assert_eq!(server.post(&json!([{"query": "{__typename}"}])).await.0, 400);
    for wrong in [
        json!({}),
        json!({"query": 7}),
        json!({"query": "{__typename}", "variables": []}),
        json!({"query": "{__typename}", "operationName": 1}),
    ] {
        let (status, body) = server.post(&wrong).await;
        assert_eq!(
            (status, &body["errors"][0]["extensions"]["code"]),
            (400, &json!("BAD_REQUEST")),
            "{wrong}"
        );
    }
    let long = json!({"query": "{__typename}", "variables": {"x": "y".repeat(200_000)}}).to_string();
    let response =
        client.post(&url).header("content-type", "application/json").body(long).send().await.unwrap();
    assert_eq!(response.status(), 413);

    // Doubling fragments and a crowd of aliases are refused before the schema.
    let doubling: String =
        (0..22).map(|i| format!("fragment F{i} on Query{{...F{} ...F{}}}", i + 1, i + 1)).collect();
    let doubling = format!("{{...F0}}{doubling}fragment F22 on Query{{__typename}}");
    let aliases: String = (0..10_000).map(|i| format!("a{i}:__typename ")).collect();
    for query in [doubling, format!("{{{aliases}}}")] {
        let (_, body) = server.post(&json!({"query": query})).await;
        let code = body["errors"][0]["extensions"]["code"].as_str().unwrap().to_owned();
        assert!(["LIMIT_EXCEEDED", "PAYLOAD_TOO_LARGE"].contains(&code.as_str()), "{code}");
    }

    // Errors say nothing about the inside; introspection and suggestions are off.
    let (_, body) = server.post(&json!({"query": "{__schema{types{name}}}"})).await;
    assert!(!body.to_string().contains("OpportunityConnection"), "{body}");
    let (_, body) = server.post(&json!({"query": "{opportunitie}"})).await;
    assert!(!body.to_string().contains("Did you mean"), "{body}");
    assert_eq!(body["errors"][0]["extensions"]["code"], "VALIDATION");

    // The financier of a historical record and beneficial owners are nowhere in the schema.
    let schema = tests::run(&["schema"]).1;
    for hidden in ["recordedFinancier", "beneficialOwners"] {
        assert!(!schema.contains(hidden), "{hidden}");
    }

    assert_eq!(server.get("/livez").await.0, 200);
    assert_eq!(server.get("/readyz").await.0, 200);
    assert!(server.get("/metrics").await.1.contains("# TYPE"));
    assert_eq!(server.get("/graphiql").await.0, 404, "development only");
    assert_eq!(server.get("/nowhere").await.0, 404);
    let (code, took) = server.terminate();
    assert_eq!(code, Some(0));
    assert!(took.as_secs() < 20, "{took:?}");
}

#[tokio::test]
async fn in_development_a_browser_gets_an_editor() {
    let server = Server::demo(Behind::Sqlite, &["--development"]);
    let request = server.client().get(format!("{}/graphiql", server.url)).header("accept", "text/html");
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.text().await.unwrap().contains("/graphql"));
}

#[tokio::test]
async fn a_caller_has_a_budget() {
    let server = Server::demo(Behind::Sqlite, &["--cost-per-minute", "1000"]);
    let dear = json!({"query": "{projects(first: 40){edges{node{id title{value}}}}}"});
    let mut codes = Vec::new();
    for _ in 0..12 {
        let (status, body) = server.post(&dear).await;
        codes.push((status, body["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)));
    }
    assert_eq!(codes[0], (200, None));
    assert!(codes.contains(&(429, Some("RATE_LIMITED".to_owned()))), "{codes:?}");
    assert_eq!(server.get("/livez").await.0, 200);
}
