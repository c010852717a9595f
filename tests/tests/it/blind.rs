//! What a listing keeps back is told by no filter, no search, no ranking and no count.

use serde_json::{Value, json};
use tests::server::Server;

const LIST: &str = "query($f:OpportunityFilter){projects(filter:$f,first:100){totalCount edges{node{id}}}}";

async fn lists(server: &Server, id: &Value, filter: Value) -> bool {
    let data = server.data(LIST, json!({"f": filter})).await;
    data["projects"]["edges"].as_array().unwrap().iter().any(|edge| edge["node"]["id"] == *id)
}

/// A blind listing that is public: its id, and the words of its title.
pub(crate) async fn nothing_is_read_out(server: &Server, id: &Value, word: &str) {
    let gap = |key: &str| json!({"countries": ["RS"], key: {"amountMinor": "100", "currency": "EUR"}});
    assert!(
        lists(server, id, json!({"countries": ["RS"], "fields": ["CONN_BROADBAND"]})).await,
        "it is public"
    );
    for filter in [
        gap("minGap"),
        gap("maxGap"),
        json!({"countries": ["RS"], "stages": ["FEASIBILITY"]}),
        json!({"countries": ["RS"], "instruments": ["LOAN"]}),
        json!({"countries": ["RS"], "kinds": ["INFRASTRUCTURE"]}),
        json!({"text": word}),
    ] {
        assert!(!lists(server, id, filter.clone()).await, "{filter}");
    }
    let search = "query($t:String!){search(text:$t,first:100){id}}";
    let found = server.data(search, json!({"t": word})).await;
    assert!(!found["search"].as_array().unwrap().iter().any(|node| node["id"] == *id));
    // A mandate made up to probe it does not meet it, and neither does one of somebody else.
    let probe = "{opportunities(mandate:{fields:[{field:CONN_BROADBAND,weight:100}],countries:[\"RS\"]},first:100,\
                 list:RANKED){totalCount notEnoughKnown excludedTotal edges{node{project{id}}}}}";
    let all = server.data(probe, json!({})).await;
    let edges = all["opportunities"]["edges"].as_array().unwrap();
    assert!(!edges.iter().any(|edge| edge["node"]["project"]["id"] == *id));
    // It is in no count: whatever the mandate, its lists and what is left out of them are all but this one.
    let public = server.data("{projects(first:1){totalCount}}", json!({})).await;
    let others = public["projects"]["totalCount"].as_i64().map(|all| all.saturating_sub(1));
    for query in [probe.to_owned(), probe.replace("countries:", "stages:[OPERATION],countries:")] {
        let data = server.data(&query, json!({})).await;
        let counts = ["totalCount", "notEnoughKnown", "excludedTotal"];
        let sum: i64 = counts.iter().filter_map(|key| data["opportunities"][*key].as_i64()).sum();
        assert_eq!(Some(sum), others, "{query}");
    }
    let fits = "query($p:ID!){projectInvestors(projectId:$p,first:1){totalCount}}";
    let body = server.query(fits, json!({"p": id})).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{body}");
    let data = server.data_as("owner", fits, json!({"p": id})).await;
    assert!(data["projectInvestors"]["totalCount"].as_i64().is_some(), "its own people see who fits");
}
