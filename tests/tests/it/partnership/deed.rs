//! The first deed of a partnership, and what its two offices share.

use domain::vocabulary::ListingState;
use serde_json::{Value, json};
use tests::server::Server;

use super::{NODE, code, go};
use crate::{introduction::paper, journey_a::fibre_complete, matrix::listed};

pub(super) const DEED: &str = "query($i:ID!){node(id:$i){... on Partnership{firstDeed{project{id} mandate{id} asOf \
    triadEdges{key score weakest because}} workPlan{number owner carriedOutBy{id}}}}}";

const TRIADS: &str = "query($c:ID!){triads(cityId:$c,first:100){cityA{id} cityB{id} project{id} mandate{id} \
    weakestScore triadEdges{key score because}}}";

/// A network in both countries that meets a need of either city, and a fund for it, as the triad that they close with the
/// two cities of the demo; and the version of the project.
pub(crate) async fn triad(server: &Server, a: &Value) -> (Value, i64) {
    let mut network = fibre_complete("Fibre for two cities");
    network["places"] = json!([{"country": "RS"}, {"country": "TH"}]);
    let (project, version) = listed(server, &network, ListingState::Published).await;
    let lender = json!({"name": "Fibre for two", "mandate": {"fields": [{"field": "CONN_BROADBAND", "weight": 100}],
        "countries": ["RS", "TH"], "instruments": ["LOAN"],
        "ticketMin": {"amountMinor": "100000000", "currency": "EUR"},
        "ticketMax": {"amountMinor": "90000000000", "currency": "EUR"}}});
    server.done("investor", "createMandate", "mandate{id}", lender).await;
    (closed(server, a, &project).await, version)
}

/// The triad with a project, as soon as it is found.
async fn closed(server: &Server, a: &Value, project: &Value) -> Value {
    let with = |data: &Value| {
        let found = data["triads"].as_array().unwrap();
        found.iter().find(|one| one["project"]["id"] == *project).cloned()
    };
    let found = server.until(TRIADS, &json!({"c": a}), |data| with(data).is_some()).await;
    with(&found).unwrap()
}

/// A proposal carries a triad as its first deed: one that the matcher finds between these two cities, and no other.
pub(super) async fn first_deed(server: &Server, a: &Value, at: Value) -> Value {
    let (triad, version) = triad(server, a).await;
    let project = triad["project"]["id"].clone();
    assert_eq!((&triad["cityA"]["id"], &triad["cityB"]["id"]), (a, &at["cityB"]["id"]));
    let deed = json!({"projectId": triad["project"]["id"], "mandateId": triad["mandate"]["id"]});
    let mut open = deed.clone();
    open["projectId"] = server.ids["project"].clone();
    assert_eq!(code(server, "city_office", &at, json!({"nameFirstDeed": open})).await, "GATE_FAILED");
    let mut unknown = deed.clone();
    unknown["projectId"] = server.ids["mandate"].clone();
    assert_eq!(code(server, "city_office", &at, json!({"nameFirstDeed": unknown})).await, "VALIDATION");
    let named = go(server, "city_office", &at, json!({"nameFirstDeed": deed})).await;
    let seen = server.data_as("city_office", DEED, json!({"i": at["id"]})).await["node"]["firstDeed"].clone();
    assert_eq!(seen["project"]["id"], triad["project"]["id"]);
    let edges = seen["triadEdges"].as_array().unwrap();
    assert_eq!(edges.len(), 4);
    assert!(
        edges.iter().all(|edge| edge["score"].as_f64().unwrap() > 0.0 && edge["because"] != ""),
        "{seen}"
    );
    // The edges are found anew when it is proposed: without its project it is not.
    let on = |version: &Value| json!({"projectId": project, "expectedVersion": version});
    let pause = ("pauseProject:ProjectTransitionInput", "project{version}");
    let paused = server.done("owner", pause.0, pause.1, on(&json!(version))).await;
    assert_eq!(code(server, "city_office", &named, json!({"propose": true})).await, "NOT_FOUND");
    let resume = "resumeProject:ProjectTransitionInput";
    server.done("owner", resume, pause.1, on(&paused["project"]["version"])).await;
    closed(server, a, &project).await;
    named
}

/// 8.5: what the two share, each for whom it is meant, and nothing of it for anybody else.
pub(super) async fn workspace(server: &Server, at: Value) -> Value {
    let paper = paper(server, "city_office", "Plan of the fibre ring", json!({})).await;
    let share = |at: &Value, what: Value| {
        let mut input = json!({"partnershipId": at["id"], "expectedVersion": at["version"]});
        for (key, value) in what.as_object().unwrap() {
            input[key] = value.clone();
        }
        input
    };
    let document =
        json!({"kind": "DOCUMENT", "title": "The ring", "documentId": paper, "with": "BOTH_SIDES"});
    for (who, what, code) in [
        ("partner_office", document.clone(), "NOT_FOUND"),
        ("investor", document.clone(), "NOT_FOUND"),
        ("city_office", json!({"kind": "DOCUMENT", "title": "x", "with": "OWN_SIDE"}), "VALIDATION"),
        ("city_office", json!({"kind": "CONTACT", "title": "x", "with": "OWN_SIDE"}), "VALIDATION"),
    ] {
        assert_eq!(
            server.refused(who, "shareInPartnership", share(&at, what.clone())).await.0,
            code,
            "{who} {what}"
        );
    }
    let mut at = at;
    for (who, what) in [
        ("city_office", document),
        (
            "city_office",
            json!({"kind": "CONTACT", "title": "Desk", "pointer": "desk@novisad.example", "with": "OWN_SIDE"}),
        ),
        (
            "partner_office",
            json!({"kind": "DATA_SET", "title": "Air quality", "pointer": "CC BY 4.0, on request",
            "with": "PUBLIC"}),
        ),
    ] {
        at = server.done(who, "shareInPartnership", NODE, share(&at, what)).await["partnership"].clone();
    }
    let query = "query($i:ID!){node(id:$i){... on Partnership{workspace{number kind title side with}}}}";
    let numbers = async |who: &str| {
        let data = server.data_as(who, query, json!({"i": at["id"]})).await;
        let entries =
            data["node"]["workspace"].as_array().map(|entries| entries.iter().map(|e| e["number"].clone()));
        entries.map(Iterator::collect::<Vec<_>>)
    };
    assert_eq!(numbers("city_colleague").await.unwrap(), [1, 2, 3]);
    assert_eq!(numbers("partner_office").await.unwrap(), [1, 3]);
    assert_eq!(numbers("investor").await, None);
    let open = json!({"partnershipId": at["id"], "number": 1});
    let url = server.done("partner_office", "openSharedDocument", "url", open.clone()).await["url"].clone();
    let bytes = server.client().get(url.as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    assert_eq!(bytes, "Plan of the fibre ring: all of it");
    assert_eq!(server.refused("investor", "openSharedDocument", open).await.0, "NOT_FOUND");
    let contact = json!({"partnershipId": at["id"], "number": 2});
    assert_eq!(server.refused("partner_office", "openSharedDocument", contact).await.0, "NOT_FOUND");
    let back =
        |number: i32| json!({"partnershipId": at["id"], "expectedVersion": at["version"], "number": number});
    assert_eq!(server.refused("partner_office", "takeBackShared", back(1)).await.0, "NOT_FOUND");
    server.done("city_office", "takeBackShared", NODE, back(2)).await["partnership"].clone()
}
