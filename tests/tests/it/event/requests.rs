//! Who asks whom for a meeting.

use crate::area::office;
use serde_json::Value;
use serde_json::json;
use tests::server::Server;

use super::{ask, code, event, go, look, names, see, wish};

/// Requests and answers: who may ask whom, what both ask for, and what is over when the requests close.
pub(super) async fn requested(server: &Server, open: &Value) -> Vec<Value> {
    let mut orgs = Vec::new();
    for who in ["investor", "owner", "bank", "partner_office"] {
        orgs.push(office(server, who).await);
    }
    let [fund, company, bank, outsider] = orgs.try_into().unwrap();
    assert_eq!(
        server.refused("investor", "requestMeeting", wish(open, &company, &[])).await.0,
        "INVALID_TRANSITION"
    );
    let forum = event(server, "observer", open, json!({"openRequests": true})).await;

    let people = see(server, "owner", &forum["id"], "participants{organisation{id}}").await;
    assert_eq!(people["participants"].as_array().unwrap().len(), 4);
    let people = see(
        server,
        "partner_office",
        &forum["id"],
        "participants{organisation{id}} myMeetings{id} meetings{id}",
    )
    .await;
    assert_eq!(
        people,
        json!({"participants": [], "myMeetings": [], "meetings": []}),
        "who takes no part sees none"
    );
    let best = "suggestedMeetings(first:3){organisation{id} score basis commonSlots}";
    let best = see(server, "investor", &forum["id"], best).await["suggestedMeetings"].clone();
    assert_eq!((&best[0]["organisation"]["id"], &best[0]["basis"]), (&company, &json!("MATCH")), "{best}");
    assert!(best[0]["score"].as_f64().unwrap() > 0.0 && best[0]["commonSlots"] == 3, "{best}");
    // While a block stands the two are brought together by nobody.
    let list =
        "query($i:ID!){node(id:$i){... on ExchangeEvent{suggestedMeetings(first:9){organisation{id}}}}}";
    for blocked in [true, false] {
        let block = json!({"organisationId": fund, "blocked": blocked});
        server.done("owner", "blockOrganisation", "organisation{id}", block).await;
        let parted = |data: &Value| {
            let rows = data["node"]["suggestedMeetings"].as_array().unwrap();
            rows.iter().any(|row| row["organisation"]["id"] == company) != blocked
        };
        server.until_as("investor", list, &json!({"i": forum["id"]}), parted).await;
    }

    assert_eq!(
        server.refused("partner_office", "requestMeeting", wish(&forum, &company, &[])).await.0,
        "GATE_FAILED"
    );
    assert_eq!(
        server.refused("investor", "requestMeeting", wish(&forum, &outsider, &[])).await.0,
        "NOT_FOUND"
    );
    assert_eq!(server.refused("investor", "requestMeeting", wish(&forum, &fund, &[])).await.0, "VALIDATION");
    assert_eq!(
        server.refused("investor", "requestMeeting", wish(&forum, &company, &[9])).await.0,
        "VALIDATION"
    );

    let first = ask(server, "investor", wish(&forum, &company, &[])).await;
    assert_eq!((&first["state"], &first["place"]), (&json!("REQUESTED"), &Value::Null));
    assert_eq!(
        server.refused("investor", "requestMeeting", wish(&forum, &company, &[])).await.0,
        "DUPLICATE"
    );
    assert_eq!(look(server, "bank", &first["id"]).await, Value::Null, "a third party sees nothing");
    let organiser = look(server, "observer", &first["id"]).await;
    assert_eq!((&organiser["purpose"], &organiser["myMeetingSide"]), (&Value::Null, &Value::Null));
    let seen = look(server, "owner", &first["id"]).await;
    assert_eq!(seen["purpose"]["value"], "Fibre for the valley");
    assert_eq!(names(&seen["availableTransitions"]), ["ACCEPT", "DECLINE"]);
    assert_eq!(code(server, "investor", &first, json!({"accept": {}})).await, "NOT_PERMITTED");
    assert_eq!(code(server, "bank", &first, json!({"accept": {}})).await, "NOT_FOUND");
    let first = go(server, "owner", &first, json!({"accept": {}})).await;
    assert_eq!((&first["state"], &first["mutual"]), (&json!("ACCEPTED"), &json!(true)));

    // Who asks whoever has asked already says yes by it.
    let second = ask(server, "bank", wish(&forum, &company, &[])).await;
    let second = ask(server, "owner", wish(&forum, &bank, &[])).await["id"] == second["id"];
    assert!(second, "there are not two meetings of the same two");
    let second =
        see(server, "bank", &forum["id"], "myMeetings{id version state}").await["myMeetings"][0].clone();
    assert_eq!(second["state"], "ACCEPTED");

    let third = ask(server, "city_office", wish(&forum, &fund, &[])).await;
    let third = go(server, "investor_colleague", &third, json!({"accept": {}})).await;
    let declined = ask(server, "city_office", wish(&forum, &bank, &[])).await;
    let declined = go(server, "bank", &declined, json!({"decline": "NOT_RELEVANT"})).await;
    assert_eq!(declined["state"], "DECLINED");
    let silent = ask(server, "city_office", wish(&forum, &company, &[])).await;
    let taken_back = ask(server, "investor", wish(&forum, &bank, &[])).await;
    assert_eq!(go(server, "investor", &taken_back, json!({"withdraw": true})).await["state"], "WITHDRAWN");
    vec![first, second, third, silent]
}
