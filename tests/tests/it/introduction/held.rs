//! What the screening holds: who sees it, who decides about it, and what a block tells.

use std::fs;

use serde_json::{Value, json};
use tests::{
    run,
    server::{Behind, Server},
    sql::Sql,
};

use super::{answers, express, go, look, pair, with};
use crate::api::Api;

/// A list of the United Nations with one made-up entity that is named as the owner of the demo.
fn list() -> String {
    let day = chrono::Utc::now().date_naive();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CONSOLIDATED_LIST dateGenerated=\"{day}T00:00:00.000Z\">\n\
         <INDIVIDUALS/>\n<ENTITIES>\n<ENTITY><DATAID>1</DATAID><VERSIONNUM>1</VERSIONNUM>\
         <FIRST_NAME>DRINA VALLEY FIBRE COMPANY FICTIONAL</FIRST_NAME><UN_LIST_TYPE>SAMPLE</UN_LIST_TYPE>\
         <REFERENCE_NUMBER>XXe.1</REFERENCE_NUMBER><LISTED_ON>2020-02-29</LISTED_ON></ENTITY>\n\
         </ENTITIES>\n</CONSOLIDATED_LIST>\n"
    )
}

const SEEN: &str = "query($i:ID!){node(id:$i){... on Introduction{id version state mySide answers{aboutUs{value}} \
    contacts{email} availableTransitions{name} owner{id}}}}";

const OUTSIDERS: [&str; 5] = ["bank", "city_office", "reviewer", "administrator", "observer"];
const OFFICERS: [&str; 2] = ["compliance", "second_compliance"];

async fn seen(api: &Api, who: &str, id: &Value) -> Value {
    api.server.data_as(who, SEEN, json!({"i": id})).await["node"].clone()
}

/// Nobody but the two sides sees it, officers of compliance included.
async fn is_of_the_sides(api: &Api, at: &Value) {
    for who in OUTSIDERS.iter().chain(&OFFICERS) {
        assert_eq!(seen(api, who, &at["id"]).await, Value::Null, "{who}");
    }
    let queue = api.server.data_as("compliance", "{heldIntroductions{id}}", json!({})).await;
    assert_eq!(queue["heldIntroductions"], json!([]));
    let clear = with(at, "CLEAR", json!({}));
    assert_eq!(api.server.refused("compliance", "moveIntroduction", clear).await.0, "NOT_FOUND");
}

async fn held(behind: Behind) {
    let api = Api::demo(behind);
    let server = &api.server;
    let pair = pair(server).await;
    let interest = express(server, "investor", &pair).await;
    is_of_the_sides(&api, &interest).await;
    let owner = seen(&api, "owner", &interest["id"]).await["owner"]["id"].clone();
    a_block_tells_nothing(&api, &interest).await;

    // The screening finds the owner's name on a list: from now on neither side sees more than it did.
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("un.xml");
    fs::write(&file, list()).unwrap();
    let file = file.display().to_string();
    let args = ["--database", &server.database, "screening", "import", "--list", "UN", &file];
    let (code, out, err) = run(&args);
    assert!(code == 0 && out.contains("1 new hits"), "{out}{err}");
    let kept = seen(&api, "owner", &interest["id"]).await;
    assert_eq!(kept, Value::Null, "who was asked does not learn of it");
    let counted = "{pipeline(states:[HELD,REFUSED]){totalCount edges{node{id}}}}";
    let owners = server.data_as("owner", counted, json!({})).await;
    assert_eq!(owners["pipeline"], json!({"totalCount": 0, "edges": []}), "nor by a number");
    let own = server.data_as("investor", counted, json!({})).await;
    assert_eq!(own["pipeline"]["totalCount"], 1, "who wrote sees that it waits");
    let accept = |at: &Value| with(at, "ACCEPT", json!({}));
    assert_eq!(server.refused("owner", "moveIntroduction", accept(&interest)).await.0, "NOT_FOUND");
    for who in OUTSIDERS {
        assert_eq!(seen(&api, who, &interest["id"]).await, Value::Null, "{who}");
    }
    let queue = server.data_as("compliance", "{heldIntroductions{id}}", json!({})).await;
    assert_eq!(queue["heldIntroductions"], json!([{"id": interest["id"]}]));
    let officer = seen(&api, "compliance", &interest["id"]).await;
    assert_eq!(
        (&officer["state"], &officer["mySide"], &officer["answers"], &officer["contacts"]),
        (&json!("HELD"), &Value::Null, &Value::Null, &json!([])),
        "an officer sees who they are and not what they wrote"
    );

    // It is cleared once the hit is, by two officers, each once.
    assert_eq!(
        server.refused("compliance", "moveIntroduction", with(&officer, "CLEAR", json!({}))).await.0,
        "SCREENING_HOLD"
    );
    assert_eq!(api.both_say(&owner, "FALSE_POSITIVE").await, "FALSE_POSITIVE");
    let said = go(server, "compliance", &officer, "CLEAR", json!({})).await;
    assert_eq!(said["state"], "HELD", "one officer alone lifts nothing");
    let invite = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    let asked = server.refused("owner", "inviteInvestor:ExpressInterestInput", invite).await;
    assert_eq!(asked.0, "GATE_FAILED", "who was asked does not learn of it by asking");
    let again = go(server, "compliance", &said, "CLEAR", json!({})).await;
    assert_eq!(again["state"], "HELD", "nor twice");
    let stale = with(&said, "CLEAR", json!({}));
    assert_eq!(server.refused("second_compliance", "moveIntroduction", stale).await.0, "VERSION_CONFLICT");
    let cleared = go(server, "second_compliance", &again, "CLEAR", json!({})).await;
    assert_eq!(cleared["state"], "EXPRESSED");

    // The sides go on; the officers see what they once held, and of it no more than where it stands.
    assert_eq!(look(server, "owner", &interest["id"]).await["state"], "EXPRESSED");
    let accepted = go(server, "owner", &cleared, "ACCEPT", json!({})).await;
    assert_eq!(accepted["state"], "ACCEPTED");
    for who in OFFICERS {
        let officer = seen(&api, who, &interest["id"]).await;
        assert_eq!(
            (&officer["state"], &officer["answers"], &officer["contacts"], &officer["availableTransitions"]),
            (&json!("ACCEPTED"), &Value::Null, &json!([]), &json!([])),
            "{who}"
        );
    }
    // The next one of the same two was never held.
    go(server, "investor", &accepted, "END", json!({"reason": "FX_RISK"})).await;
    let next = express(server, "investor", &pair).await;
    is_of_the_sides(&api, &next).await;
}

/// Somebody who was written to blocks who wrote: the budget of the month stays, and that of a later month is less by one.
async fn a_block_tells_nothing(api: &Api, at: &Value) {
    let server = &api.server;
    let left = async || {
        let data = server.data_as("investor", "{contactBudget{left}}", json!({})).await;
        data["contactBudget"]["left"].as_i64().unwrap()
    };
    let before = left().await;
    let fund = "query($i:ID!){node(id:$i){... on Introduction{investor{id}}}}";
    let fund = server.data_as("owner", fund, json!({"i": at["id"]})).await["node"]["investor"]["id"].clone();
    let block = |blocked: bool| json!({"organisationId": fund, "blocked": blocked});
    server.done("owner", "blockOrganisation", "organisation{id}", block(true)).await;
    assert_eq!(left().await, before, "the budget does not tell of a block");
    only_the_two_are_parted(server, at).await;
    // As if it had been made in the middle of the month before.
    let sql = Sql::connect(&server.database).await;
    let month = domain::introduction::month_begins(chrono::Utc::now());
    let earlier = month.checked_sub_signed(chrono::TimeDelta::days(10)).unwrap().timestamp_micros();
    sql.execute(&format!("UPDATE contact_block SET at = {earlier}")).await;
    assert_eq!(left().await, before.saturating_sub(1), "one less in the month after");
    let long_ago = month.checked_sub_signed(chrono::TimeDelta::days(100)).unwrap().timestamp_micros();
    sql.execute(&format!("UPDATE contact_block SET at = {long_ago}")).await;
    assert_eq!(left().await, before, "and in that month alone");
    sql.close().await;
    server.done("owner", "blockOrganisation", "organisation{id}", block(false)).await;
}

/// The list and the gates of a mandate that is in public are for everybody else as if there were no block.
async fn only_the_two_are_parted(server: &Server, at: &Value) {
    let of = "query($i:ID!){node(id:$i){... on Introduction{mandate{id} project{id}}}}";
    let of = server.data_as("owner", of, json!({"i": at["id"]})).await["node"].clone();
    let both = json!({"m": of["mandate"]["id"], "p": of["project"]["id"]});
    let gates = "query($m:ID!,$p:ID!){whyNot(mandateId:$m,projectId:$p){listed gates{key outcome}}}";
    let listed = "query($m:ID!){opportunities(mandateId:$m,first:100){totalCount excludedTotal edges{node{project{id}}}}}";
    let parted = |data: &Value| data["whyNot"]["listed"] == false;
    server.until_as("investor", gates, &both, parted).await;
    for who in ["owner", "investor"] {
        let told = server.data_as(who, gates, both.clone()).await["whyNot"].clone();
        let shut = told["gates"].as_array().unwrap().iter().find(|gate| gate["outcome"] == "FAIL").unwrap();
        assert_eq!((&told["listed"], &shut["key"]), (&json!(false), &json!("G2_SCREENING")), "{who}");
    }
    let has = |data: &Value| {
        let edges = data["opportunities"]["edges"].as_array().unwrap();
        edges.iter().any(|edge| edge["node"]["project"]["id"] == both["p"])
    };
    let own = server.data_as("investor", listed, json!({"m": both["m"]})).await;
    assert!(!has(&own), "the investor's own list is without it");
    for who in ["city_office", "partner_office"] {
        let told = server.data_as(who, gates, both.clone()).await["whyNot"].clone();
        let is_shut = told["gates"].as_array().unwrap().iter().any(|gate| gate["outcome"] == "FAIL");
        assert_eq!((&told["listed"], is_shut), (&json!(true), false), "{who}");
        assert!(has(&server.data_as(who, listed, json!({"m": both["m"]})).await), "{who}");
    }
    let anybody = server.data(gates, both.clone()).await["whyNot"].clone();
    assert_eq!(anybody["listed"], true);
    let all = server.data(listed, json!({"m": both["m"]})).await;
    let count = |data: &Value, of: &str| data["opportunities"][of].as_i64().unwrap();
    assert!(has(&all));
    // What the block takes from the one list stands in the other: all that the owner has in public.
    let sum = |data: &Value| count(data, "totalCount").saturating_add(count(data, "excludedTotal"));
    assert!(count(&all, "totalCount") > count(&own, "totalCount"));
    assert_eq!(sum(&all), sum(&own));
}

#[tokio::test]
async fn what_the_screening_holds_is_for_officers_and_nothing_else_is_on_sqlite() {
    held(Behind::Sqlite).await;
}

#[tokio::test]
async fn what_the_screening_holds_is_for_officers_and_nothing_else_is_on_postgres() {
    held(Behind::Postgres).await;
}
