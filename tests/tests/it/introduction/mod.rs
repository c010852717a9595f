//! Journey B after the match: interest, introduction, document room, terms, pledge, commitment, close, with two people a
//! side, on both databases; and what is refused on the way.

mod clock;
mod close;
mod figures;
mod held;
mod letters;
mod races;
mod refusals;

use serde_json::{Value, json};
use tests::{
    run,
    server::{Behind, Server},
    socket::Socket,
};

use self::close::{disclosed, to_the_close};
use self::figures::{ledger, pipeline};
use self::refusals::refusals_before;

const INTRODUCTION: &str = "introduction{id version state bindingness initiator mySide \
    contacts{side name email} availableTransitions{name requires} end{reason words{value}} \
    waitingWords{transition side amount{amountMinor}}}";

pub(crate) fn answers() -> Value {
    json!({"lang": "en", "cooperationSought": "Senior debt for the whole valley",
        "whatIsUnclear": "The tariff after the tenth year", "aboutUs": "A fund for fibre in small towns"})
}

/// The mandate and the project of the demo that fit, with the ids of their organisations.
pub(crate) struct Pair {
    pub(crate) mandate: Value,
    pub(crate) project: Value,
}

pub(crate) async fn pair(server: &Server) -> Pair {
    let found = server
        .data("{projects(first:100,filter:{text:\"Drina\"}){edges{node{id title{value}}}} mandates(first:100){edges{node{id name}}}}", json!({}))
        .await;
    let by = |list: &str, path: &str, begin: &str| {
        let edges = found[list]["edges"].as_array().unwrap();
        edges
            .iter()
            .find(|edge| {
                edge["node"].pointer(path).and_then(Value::as_str).is_some_and(|text| text.starts_with(begin))
            })
            .unwrap_or_else(|| panic!("{begin} in {list}"))["node"]["id"]
            .clone()
    };
    Pair {
        mandate: by("mandates", "/name", "Rural fibre"),
        project: by("projects", "/title/value", "Rural fibre of the Drina"),
    }
}

pub(crate) async fn express(server: &Server, who: &str, pair: &Pair) -> Value {
    let input = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    server.done(who, "expressInterest", INTRODUCTION, input).await["introduction"].clone()
}

/// A transition that must be done.
pub(crate) async fn go(server: &Server, who: &str, at: &Value, transition: &str, more: Value) -> Value {
    let payload = server.done(who, "moveIntroduction", INTRODUCTION, with(at, transition, more)).await;
    payload["introduction"].clone()
}

fn with(at: &Value, transition: &str, more: Value) -> Value {
    let mut input = on(at);
    input["transition"] = transition.into();
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

fn on(at: &Value) -> Value {
    json!({"introductionId": at["id"], "expectedVersion": at["version"]})
}

async fn look(server: &Server, who: &str, id: &Value) -> Value {
    let query = "query($i:ID!){node(id:$i){... on Introduction{id version state nextDueAt}}}";
    server.data_as(who, query, json!({"i": id})).await["node"].clone()
}

/// A time some days from now.
pub(crate) fn in_days(days: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now().checked_add_signed(chrono::TimeDelta::days(days)).unwrap()
}

/// Runs the timers as if it were some days later.
pub(crate) fn days_later(server: &Server, days: i64) -> String {
    let at = in_days(days).to_rfc3339();
    let (code, out, err) = run(&["--database", &server.database, "timers", "--at", &at]);
    assert_eq!(code, 0, "{err}");
    out
}

/// Hands a paper in as a document of the organisation for which somebody acts, or of a listing.
pub(crate) async fn paper(server: &Server, who: &str, title: &str, more: Value) -> Value {
    let bytes = format!("{title}: all of it").into_bytes();
    let input = json!({"purpose": "DOCUMENT", "fileName": "paper.txt"});
    let asked = server.done(who, "requestUpload", "upload{uploadId url}", input).await["upload"].clone();
    let (status, answer) = server.send_file(who, asked["url"].as_str().unwrap(), bytes).await;
    assert_eq!(status, 200, "{answer}");
    let mut input = json!({"uploadId": asked["uploadId"], "title": title});
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    server.done(who, "uploadDocument", "documentId", input).await["documentId"].clone()
}

async fn journey_b(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let pair = pair(&server).await;

    // The ranked match first: the project is among the mandate's opportunities, each with its reasons.
    let ranked = "query($m:ID!){opportunities(mandateId:$m first:20){excluded{gate count} edges{node{rank stability \
                  score{low point high coverage} project{id} explanation{headline because against unknown} \
                  counterfactuals(max:1){change newScore{point}}}}}}";
    let data = server.data_as("investor", ranked, json!({"m": pair.mandate})).await;
    let edges = data["opportunities"]["edges"].as_array().unwrap();
    assert!(edges.iter().any(|edge| edge["node"]["project"]["id"] == pair.project), "{edges:?}");
    let before = data["opportunities"]["edges"].clone();

    refusals_before(&server, &pair).await;

    // 0.2: interest that is declined in time leaves the ranking as it was, and says why.
    let interest = express(&server, "investor", &pair).await;
    assert_eq!(interest["state"], "EXPRESSED");
    assert_eq!(interest["bindingness"], "NON_BINDING");
    assert_eq!(interest["contacts"], json!([]), "no contact before the acceptance");
    let twice = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    assert_eq!(server.refused("investor_colleague", "expressInterest", twice).await.0, "DUPLICATE");
    let seen = look(&server, "owner", &interest["id"]).await;
    assert_eq!(seen["state"], "EXPRESSED");
    for outsider in ["bank", "city_office", "reviewer", "administrator", "observer", "compliance"] {
        assert_eq!(look(&server, outsider, &interest["id"]).await, Value::Null, "{outsider}");
    }
    let own = with(&interest, "ACCEPT", json!({}));
    assert_eq!(server.refused("investor", "moveIntroduction", own).await.0, "NOT_PERMITTED");
    let silent = with(&interest, "DECLINE", json!({}));
    assert_eq!(server.refused("owner", "moveIntroduction", silent).await.0, "GATE_FAILED");
    let no = json!({"reason": "CAPACITY_FULL", "text": "Not before summer"});
    let declined = go(&server, "owner_colleague", &interest, "DECLINE", no).await;
    assert_eq!(declined["state"], "DECLINED");
    assert_eq!(declined["end"], json!({"reason": "CAPACITY_FULL", "words": {"value": "Not before summer"}}));
    let after = server.data_as("investor", ranked, json!({"m": pair.mandate})).await;
    assert_eq!(after["opportunities"]["edges"], before, "a no in time takes nothing away");

    // Who listens on the owner's side hears the next one; the bank, which is of neither side, does not.
    let mut heard = listen(&server, "owner").await;
    let mut deaf = listen(&server, "bank").await;

    // An invitation by the owner this time, accepted by a colleague on the other side.
    let input = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    let invited = server.done("owner", "inviteInvestor:ExpressInterestInput", INTRODUCTION, input).await["introduction"].clone();
    assert_eq!(invited["initiator"], "OWNER");
    let accepted = go(&server, "investor_colleague", &invited, "ACCEPT", json!({})).await;
    assert_eq!(
        accepted["contacts"],
        json!([
            {"side": "OWNER", "name": "Ognjen Owner (fictional)", "email": "owner@drina-fibre.example"},
            {"side": "INVESTOR", "name": "Ivo Investor (fictional)", "email": "colleague@blue-caravan.example"},
        ])
    );
    for state in ["EXPRESSED", "ACCEPTED"] {
        let event = heard.message().await["payload"]["data"]["introductionEvents"].clone();
        assert_eq!(
            (&event["introduction"]["id"], &event["introduction"]["mySide"]),
            (&invited["id"], &json!("OWNER"))
        );
        // Events that are quicker than their reader show the record as it is now.
        assert!([state, "ACCEPTED"].contains(&event["introduction"]["state"].as_str().unwrap()), "{event}");
    }
    deaf.say(json!({"type": "ping"})).await;
    assert_eq!(deaf.message().await["type"], "pong", "nothing came before the pong");
    disclosed(&server, &accepted).await;
    to_the_close(&server, &pair, accepted).await;
    pipeline(&server, &pair).await;
    ledger(&server).await;
}

/// A socket that hears what happens to the introductions of a persona's organisation.
async fn listen(server: &Server, who: &str) -> Socket {
    let url = format!("{}/graphql/ws", server.url);
    let mut socket = Socket::open(&url, "graphql-transport-ws", &[]).await.unwrap();
    let token = server.tokens[who].as_str().unwrap();
    socket
        .say(json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}}))
        .await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    let query = "subscription{introductionEvents{sequence introduction{id state mySide}}}";
    socket.subscribe("mine", query, json!({})).await;
    // The subscription stands once the socket has answered something after it.
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.message().await["type"], "pong");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    socket
}

#[tokio::test]
async fn journey_b_from_interest_to_the_close_on_sqlite() {
    journey_b(Behind::Sqlite).await;
}

#[tokio::test]
async fn journey_b_from_interest_to_the_close_on_postgres() {
    journey_b(Behind::Postgres).await;
}
