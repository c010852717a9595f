//! Subscriptions over a socket, as a client of the running binary hears them, on both databases.

use std::time::Duration;

use serde_json::{Value, json};
use tests::{
    server::{Behind, Server},
    socket::{Heard, Socket},
};

use crate::freshness::import_project;

const MATCHES: &str = "subscription($m: ID!, $s: Float, $n: Int, $i: Boolean) {
    matches(mandateId: $m, minScore: $s, first: $n, initial: $i) {
        kind projectId oldRank newRank oldScore { point } newScore { point } asOf sequence
        match { rank score { point } asOf project { id title { value } } explanation { headline } } } }";

/// The next event of a subscription.
async fn event(socket: &mut Socket) -> Value {
    loop {
        match socket.hear().await {
            Heard::Message(message) => {
                assert_eq!(message["type"], "next", "{message}");
                assert!(message["payload"]["errors"].is_null(), "{message}");
                return message["payload"]["data"]["matches"].clone();
            }
            Heard::Ping => {}
            other => panic!("an event, not {other:?}"),
        }
    }
}

/// Events up to the one of the watched project.
async fn of_the_watched(socket: &mut Socket, id: Option<&Value>) -> Value {
    loop {
        let event = event(socket).await;
        let title = event["match"]["project"]["title"]["value"].as_str().unwrap_or_default();
        if id.is_some_and(|id| event["projectId"] == *id) || title.starts_with("Watched") {
            return event;
        }
        assert_eq!(event["kind"], "CHANGED", "only places of others change: {event}");
    }
}

async fn new_changed_and_gone(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let mandate = &server.ids["mandate"];
    let mut socket = Socket::ready(&format!("{}/graphql/ws", server.url)).await;
    socket.subscribe("list", MATCHES, json!({"m": mandate, "n": 100, "i": true})).await;
    let page = "query($m: ID!) { opportunities(mandateId: $m, first: 100) { catalogSequence edges { node { rank project { id } score { point } } } } }";
    let page = server.data(page, json!({"m": mandate})).await["opportunities"].clone();
    let listed = page["edges"].as_array().unwrap();
    for edge in listed {
        let event = event(&mut socket).await;
        assert_eq!(
            (&event["kind"], &event["oldRank"], &event["oldScore"]),
            (&json!("NEW"), &Value::Null, &Value::Null)
        );
        assert_eq!(event["sequence"], page["catalogSequence"]);
        for (seen, asked) in [
            (&event["projectId"], &edge["node"]["project"]["id"]),
            (&event["match"]["project"]["id"], &edge["node"]["project"]["id"]),
            (&event["newRank"], &edge["node"]["rank"]),
            (&event["newScore"]["point"], &edge["node"]["score"]["point"]),
        ] {
            assert_eq!(seen, asked);
        }
    }
    assert!(listed.len() > 10 && socket.is_silent(Duration::from_millis(300)).await);

    import_project(&server.database, "Watched fibre", 100_000, "PUBLISHED");
    let new = of_the_watched(&mut socket, None).await;
    assert_eq!(
        (&new["kind"], &new["match"]["project"]["title"]["value"]),
        (&json!("NEW"), &json!("Watched fibre"))
    );
    assert_eq!((&new["newScore"], &new["newRank"]), (&new["match"]["score"], &new["match"]["rank"]));
    let id = new["projectId"].clone();
    // The event shows what is stored now, also to a subscription that has read the project before.
    import_project(&server.database, "Watched fibre, wider", 900_000, "PUBLISHED");
    let changed = of_the_watched(&mut socket, Some(&id)).await;
    assert_eq!((&changed["kind"], &changed["oldScore"]), (&json!("CHANGED"), &new["newScore"]));
    assert_eq!(changed["match"]["project"]["title"]["value"], "Watched fibre, wider");
    assert_ne!(changed["newScore"], changed["oldScore"]);
    import_project(&server.database, "Watched fibre, wider", 900_000, "DRAFT");
    let gone = of_the_watched(&mut socket, Some(&id)).await;
    assert_eq!(
        (&gone["kind"], &gone["match"], &gone["newRank"]),
        (&json!("GONE"), &Value::Null, &Value::Null)
    );
    assert_eq!(gone["oldScore"], changed["newScore"]);
    // It is a draft again, and nobody hears of what is changed in it: the next word is of its return.
    import_project(&server.database, "Watched fibre, unseen", 700_000, "DRAFT");
    tokio::time::sleep(Duration::from_secs(1)).await;
    import_project(&server.database, "Watched fibre, again", 700_000, "PUBLISHED");
    let back = of_the_watched(&mut socket, Some(&id)).await;
    assert_eq!(
        (&back["kind"], &back["match"]["project"]["title"]["value"]),
        (&json!("NEW"), &json!("Watched fibre, again"))
    );

    // The same socket answers queries, and refuses as HTTP does.
    let mut socket = Socket::ready(&format!("{}/graphql", server.url)).await;
    socket
        .subscribe(
            "q",
            "query($m: ID!) { opportunities(mandateId: $m, first: 1) { totalCount } }",
            json!({"m": mandate}),
        )
        .await;
    assert!(socket.message().await["payload"]["data"]["opportunities"]["totalCount"].is_number());
    assert_eq!(socket.message().await, json!({"type": "complete", "id": "q"}));
    for (variables, code, argument) in [
        (json!({"m": server.ids["project"]}), "VALIDATION", "mandateId"),
        (json!({"m": mandate, "n": 101}), "VALIDATION", "first"),
        (json!({"m": mandate, "s": 101}), "VALIDATION", "minScore"),
    ] {
        socket.subscribe("r", MATCHES, variables).await;
        let refused = socket.message().await;
        assert_eq!(refused["type"], "error", "{refused}");
        let extensions = &refused["payload"][0]["extensions"];
        assert_eq!((&extensions["code"], &extensions["argument"]), (&json!(code), &json!(argument)));
    }
    let partners = "subscription($c: ID!) { partnerMatches(cityId: $c, first: 3, initial: true) { kind partnerId newRank match { b { name } score { point } } } }";
    socket.subscribe("p", partners, json!({"c": server.ids["city"]})).await;
    for rank in 1..=3 {
        let event = socket.message().await["payload"]["data"]["partnerMatches"].clone();
        assert_eq!((&event["kind"], &event["newRank"]), (&json!("NEW"), &json!(rank)));
        assert!(event["match"]["b"]["name"].is_string());
    }
    let evil = [("origin", "https://evil.example")];
    let refused = Socket::open(&format!("{}/graphql/ws", server.url), "graphql-transport-ws", &evil).await;
    assert_eq!(refused.unwrap_err(), 403);

    let ended = tokio::task::spawn_blocking(move || server.terminate());
    assert_eq!(socket.closed().await, 1001);
    let (code, took) = ended.await.unwrap();
    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[tokio::test]
async fn what_is_new_changed_and_gone_on_sqlite() {
    new_changed_and_gone(Behind::Sqlite).await;
}

#[tokio::test]
async fn what_is_new_changed_and_gone_on_postgresql() {
    new_changed_and_gone(Behind::Postgres).await;
}
