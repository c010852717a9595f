//! Journey E: two demonstration areas, one in each of two cities, linked as a pair, operated, evaluated by somebody
//! independent, on both databases.

use serde_json::{Value, json};
use tests::server::{Behind, Server};

use crate::{
    introduction::{days_later, in_days, paper},
    partnership::cities,
};

const NODE: &str = "area{id version state mirrorId pairedSince flaggedUnpaired tasks{number met ownerName} \
    evaluations{summary{value}} availableTransitions{name requires}}";

fn plan(authority: &Value, days: i64, tasks: usize) -> Value {
    let day = |days: i64| in_days(days).date_naive().to_string();
    let tasks: Vec<Value> = (1..=tasks)
        .map(|number| {
            json!({"number": number, "title": {"lang": "en", "value": format!("Task {number}")},
                "owner": "City laboratory", "due": day(days.saturating_sub(5))})
        })
        .collect();
    json!({"title": {"lang": "en", "value": "Digital lanes"}, "focus": ["SMART_CITY", "AI"], "tasks": tasks,
        "targetDate": day(days), "authorityId": authority})
}

async fn go(server: &Server, who: &str, at: &Value, act: Value) -> Value {
    let input = json!({"areaId": at["id"], "expectedVersion": at["version"], "act": act});
    server.done(who, "actOnDemonstrationArea", NODE, input).await["area"].clone()
}

async fn code(server: &Server, who: &str, at: &Value, act: Value) -> String {
    let input = json!({"areaId": at["id"], "expectedVersion": at["version"], "act": act});
    server.refused(who, "actOnDemonstrationArea", input).await.0
}

async fn look(server: &Server, who: &str, id: &Value) -> Value {
    let inner = NODE.trim_start_matches("area{").strip_suffix('}').unwrap();
    let query = format!("query($i:ID!){{node(id:$i){{... on DemonstrationArea{{{inner}}}}}}}");
    server.data_as(who, &query, json!({"i": id})).await["node"].clone()
}

pub(crate) async fn office(server: &Server, who: &str) -> Value {
    let data = server.data_as(who, "{me{memberships{organisation{id}}}}", json!({})).await;
    data["me"]["memberships"][0]["organisation"]["id"].clone()
}

/// Acts for another organisation than the persona's first.
async fn act_for(server: &Server, who: &str, organisation: &Value, at: &Value, act: Value) -> Value {
    let query = "mutation($i:ActOnDemonstrationAreaInput!){actOnDemonstrationArea(input:$i){area{id version state} \
                 userErrors{code}}}";
    let input = json!({"areaId": at["id"], "expectedVersion": at["version"], "act": act, "idempotencyKey": crate::journey_a::uuid()});
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.url))
        .bearer_auth(server.tokens[who].as_str().unwrap())
        .header("Caravanserai-Organisation", organisation.as_str().unwrap())
        .json(&json!({"query": query, "variables": {"i": input}}));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    body["data"]["actOnDemonstrationArea"].clone()
}

/// Somebody of the host's office who also acts for its authority and for the evaluator approves and judges nothing.
async fn one_person_in_three_coats(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let (city, _) = cities(&server).await;
    let mut coats = Vec::new();
    for name in ["Office for Approvals", "Institute of Judgement"] {
        let input = json!({"kind": "COMPANY", "profile": {"name": name, "country": "RS"}});
        let made = server.done("city_office", "registerOrganisation", "organisation{id}", input).await;
        coats.push(made["organisation"]["id"].clone());
    }
    let [authority, evaluator] = coats.try_into().unwrap();
    let host = office(&server, "city_office").await;
    let input = json!({"cityId": city, "plan": plan(&authority, 30, 3)});
    let query = "mutation($i:DraftDemonstrationAreaInput!){draftDemonstrationArea(input:$i){area{id version} userErrors{code}}}";
    let key = crate::journey_a::uuid();
    let mut given = input;
    given["idempotencyKey"] = json!(key);
    let request = reqwest::Client::new()
        .post(format!("{}/graphql", server.url))
        .bearer_auth(server.tokens["city_office"].as_str().unwrap())
        .header("Caravanserai-Organisation", host.as_str().unwrap())
        .json(&json!({"query": query, "variables": {"i": given}}));
    let body: Value = request.send().await.unwrap().json().await.unwrap();
    let drafted = body["data"]["draftDemonstrationArea"]["area"].clone();
    let named = act_for(&server, "city_office", &host, &drafted, json!({"nameEvaluator": evaluator})).await;
    let proposed = act_for(&server, "city_office", &host, &named["area"], json!({"propose": true})).await;
    assert_eq!(proposed["area"]["state"], "PROPOSED", "{proposed}");
    let done = act_for(&server, "city_office", &authority, &proposed["area"], json!({"approve": true})).await;
    assert_eq!(done["userErrors"][0]["code"], "NOT_PERMITTED", "{done}");
}

async fn journey_e(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let (a, b) = cities(&server).await;
    let observer = office(&server, "observer").await;
    let mut areas = Vec::new();
    for (who, city) in [("city_office", &a), ("partner_office", &b)] {
        let authority = office(&server, who).await;
        let input = json!({"cityId": city, "plan": plan(&authority, 30, 2)});
        let drafted = server.done(who, "draftDemonstrationArea", NODE, input).await["area"].clone();
        assert_eq!(
            look(&server, "observer", &drafted["id"]).await,
            Value::Null,
            "a draft is its host's alone"
        );
        // 8.9: at least three numbered tasks, each with an owner and a date; 8.11: and a focus.
        assert_eq!(code(&server, who, &drafted, json!({"propose": true})).await, "GATE_FAILED");
        let mut unfocused = plan(&authority, 30, 3);
        unfocused["focus"] = json!([]);
        let edited = go(&server, who, &drafted, json!({"edit": unfocused})).await;
        assert_eq!(code(&server, who, &edited, json!({"propose": true})).await, "GATE_FAILED");
        let edited = go(&server, who, &edited, json!({"edit": plan(&authority, 30, 3)})).await;
        let host = json!({"nameEvaluator": authority});
        assert_eq!(code(&server, who, &edited, host).await, "GATE_FAILED", "the host does not judge itself");
        let named = go(&server, who, &edited, json!({"nameEvaluator": observer})).await;
        let proposed = go(&server, who, &named, json!({"propose": true})).await;
        assert_eq!(proposed["state"], "PROPOSED");
        let input = json!({"cityId": city, "plan": plan(&authority, 30, 3)});
        let second = server.done(who, "draftDemonstrationArea", NODE, input).await["area"].clone();
        assert_eq!(
            code(&server, who, &second, json!({"propose": true})).await,
            "GATE_FAILED",
            "one to a city"
        );
        areas.push(proposed);
    }
    let [one, other] = areas.try_into().unwrap();

    // 8.10: each host approves its own, both link, and only then they are a pair.
    assert_eq!(
        code(&server, "city_colleague", &one, json!({"returnToDraft": {"value": ""}})).await,
        "VALIDATION"
    );
    let public =
        "query($c:ID!){demonstrationAreas(cityId:$c){id state title{value} evaluations{summary{value}}}}";
    let seen = server.data(public, json!({"c": a})).await;
    assert_eq!(seen["demonstrationAreas"], json!([]), "nothing is in public before the approval");
    let one = go(&server, "city_office", &one, json!({"approve": true})).await;
    assert_eq!(one["state"], "HOST_APPROVED");
    assert_eq!(code(&server, "city_office", &one, json!({"linkMirror": other["id"]})).await, "NOT_FOUND");
    let other = go(&server, "partner_office", &other, json!({"linkMirror": one["id"]})).await;
    assert_eq!(look(&server, "city_office", &one["id"]).await["state"], "HOST_APPROVED");
    let one = go(&server, "city_office", &one, json!({"linkMirror": other["id"]})).await;
    assert_eq!(look(&server, "city_office", &one["id"]).await["state"], "PAIR_PENDING", "{one}");
    let other = look(&server, "partner_office", &other["id"]).await;
    let other = go(&server, "partner_office", &other, json!({"approve": true})).await;
    let one = look(&server, "city_office", &one["id"]).await;
    let other = look(&server, "partner_office", &other["id"]).await;
    assert_eq!((&one["state"], &other["state"]), (&json!("DESIGNATED_PAIR"), &json!("DESIGNATED_PAIR")));
    assert_ne!(one["pairedSince"], Value::Null);

    // It operates, reports on its tasks, and the evaluation begins by the clock.
    let one = go(&server, "city_office", &one, json!({"start": true})).await;
    let paper_a = paper(&server, "city_office", "Meters installed", json!({})).await;
    let bare = json!({"reportTask": {"number": 1, "status": "MET", "documentIds": []}});
    assert_eq!(code(&server, "city_office", &one, bare).await, "GATE_FAILED");
    let met = json!({"reportTask": {"number": 1, "status": "MET", "documentIds": [paper_a]}});
    let one = go(&server, "city_office", &one, met).await;
    assert_eq!(one["tasks"][0]["met"], "MET");
    assert!(days_later(&server, 31).contains("demonstration areas: 1 moved"));
    let one = look(&server, "observer", &one["id"]).await;
    assert_eq!(one["state"], "EVALUATING");
    let report = paper(&server, "observer", "Evaluation", json!({})).await;
    let done = json!({"publishEvaluation": {"summary": {"value": "One of three tasks was met"}, "documentId": report}});
    let own = json!({"publishEvaluation": {"summary": {"value": "All is well"}, "documentId": paper_a}});
    assert_eq!(
        code(&server, "city_office", &one, own).await,
        "NOT_PERMITTED",
        "the host does not judge itself"
    );
    let one = go(&server, "observer", &one, done).await;
    assert_eq!(one["state"], "EVALUATED");
    let seen = server.data(public, json!({"c": a})).await;
    assert_eq!(
        seen["demonstrationAreas"][0]["evaluations"][0]["summary"]["value"],
        "One of three tasks was met"
    );
    let one = go(&server, "city_office", &one, json!({"close": {"value": "Its work is done"}})).await;
    assert_eq!(one["state"], "CLOSED");

    // What is over holds no pair: the other area is as it was before, and can be linked with another.
    let free = look(&server, "partner_office", &other["id"]).await;
    assert_eq!((&free["state"], &free["mirrorId"]), (&json!("HOST_APPROVED"), &Value::Null));
}

#[tokio::test]
async fn nobody_approves_an_area_in_the_coat_of_another_organisation() {
    one_person_in_three_coats(Behind::Sqlite).await;
    one_person_in_three_coats(Behind::Postgres).await;
}

#[tokio::test]
async fn article_8_9_to_8_11_journey_e_two_areas_are_paired_operated_and_evaluated_on_sqlite() {
    journey_e(Behind::Sqlite).await;
}

#[tokio::test]
async fn article_8_9_to_8_11_journey_e_two_areas_are_paired_operated_and_evaluated_on_postgres() {
    journey_e(Behind::Postgres).await;
}
