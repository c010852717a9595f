//! Journey F: an exchange event from the plan to the report, with registration under quotas, requests, a computed
//! schedule, meetings that are held, and an introduction that follows one of them, on both databases.

mod after;
mod requests;
mod schedule;

use serde_json::{Value, json};
use tests::server::{Behind, Server};

use crate::introduction::{in_days, pair};

use self::after::{called_off, held};
use self::requests::requested;
use self::schedule::{for_one_slot, scheduled};

const EVENT: &str =
    "event{id version state quotas{level kind max taken} availableTransitions{name requires}}";
const MEETING: &str = "meeting{id version state mutual place{slot table atStand} unplaced}";

const SCHEDULE: &str = "schedule{objective bound proved placed unscheduled{meetingId why} fairness{jain smallestShare without} moved dryRun}";

/// When the first slot begins: ten days from now, at the full minute.
fn begins() -> chrono::DateTime<chrono::Utc> {
    let at = in_days(10);
    chrono::DateTime::from_timestamp(at.timestamp().div_euclid(60).saturating_mul(60), 0).unwrap()
}

/// Four slots of half an hour.
fn plan(title: &str, more: &Value) -> Value {
    let at =
        |minutes: i64| begins().checked_add_signed(chrono::TimeDelta::minutes(minutes)).unwrap().to_rfc3339();
    let slots: Vec<Value> = [0, 30, 60, 90]
        .into_iter()
        .map(|n: i64| json!({"starts": at(n), "ends": at(n.saturating_add(30))}))
        .collect();
    let mut plan = json!({"title": {"lang": "en", "value": title}, "kind": "INVESTMENT_FORUM",
        "venue": "Hall of the Petrovaradin Fortress", "timeZone": "Europe/Belgrade", "scheduling": "OPTIMISED",
        "acceptance": "OPT_IN", "freezeAt": in_days(9).to_rfc3339(), "slots": slots,
        "tables": ["By the window", "By the door"], "maxParticipants": 5, "meetingsEach": 3,
        "quotas": [{"level": "GOVERNMENT", "max": 1}, {"kind": "INVESTOR", "max": 2}]});
    for (key, value) in more.as_object().unwrap() {
        plan[key] = value.clone();
    }
    plan
}

async fn event(server: &Server, who: &str, at: &Value, act: Value) -> Value {
    let input = json!({"eventId": at["id"], "expectedVersion": at["version"], "act": act});
    server.done(who, "actOnEvent", EVENT, input).await["event"].clone()
}

async fn event_code(server: &Server, who: &str, at: &Value, act: Value) -> String {
    let input = json!({"eventId": at["id"], "expectedVersion": at["version"], "act": act});
    server.refused(who, "actOnEvent", input).await.0
}

fn entry(event: &Value, slots: &[u16], intent: &str) -> Value {
    json!({"eventId": event["id"], "intents": [intent], "available": slots, "languages": ["en"]})
}

async fn register(server: &Server, who: &str, entry: Value) {
    server.done(who, "registerForEvent", EVENT, entry).await;
}

fn wish(event: &Value, whom: &Value, slots: &[u16]) -> Value {
    let reason = json!({"lang": "en", "value": "Fibre for the valley"});
    json!({"eventId": event["id"], "organisationId": whom, "reason": reason, "slots": slots})
}

async fn ask(server: &Server, who: &str, wish: Value) -> Value {
    server.done(who, "requestMeeting", MEETING, wish).await["meeting"].clone()
}

async fn go(server: &Server, who: &str, at: &Value, act: Value) -> Value {
    let input = json!({"meetingId": at["id"], "expectedVersion": at["version"], "act": act});
    server.done(who, "actOnMeeting", MEETING, input).await["meeting"].clone()
}

async fn code(server: &Server, who: &str, at: &Value, act: Value) -> String {
    let input = json!({"meetingId": at["id"], "expectedVersion": at["version"], "act": act});
    server.refused(who, "actOnMeeting", input).await.0
}

async fn look(server: &Server, who: &str, id: &Value) -> Value {
    let query = "query($i:ID!){node(id:$i){... on ExchangeEvent{id version state} ... on Meeting{id version state \
        mutual myMeetingSide purpose{value} place{slot table atStand starts startsLocal} unplaced confirmedBy \
        calendarSequence noShow{side contest{value} upheld} meetingWords{side outcome said{value}} \
        introductions{id state} availableTransitions{name requires} history{transition to}}}}";
    server.data_as(who, query, json!({"i": id})).await["node"].clone()
}

async fn see(server: &Server, who: &str, id: &Value, selection: &str) -> Value {
    let query = format!("query($i:ID!){{node(id:$i){{... on ExchangeEvent{{{selection}}}}}}}");
    server.data_as(who, &query, json!({"i": id})).await["node"].clone()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect()
}

async fn journey_f(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let forum = opened(&server).await;
    let meetings = requested(&server, &forum).await;
    let forum = scheduled(&server, &forum, &meetings).await;
    held(&server, &forum, &meetings).await;
    for_one_slot(&server).await;
    called_off(&server).await;
}

/// The plan, the announcement, and the registrations under their quotas.
async fn opened(server: &Server) -> Value {
    let wrong = json!({"plan": plan("Forum", &json!({"timeZone": "Europe/Atlantis"}))});
    let refused = server.refused("observer", "createEvent", wrong).await;
    assert_eq!(refused, ("VALIDATION".to_owned(), "plan.timeZone".to_owned()));
    let wrong = json!({"plan": plan("Forum", &json!({"freezeAt": in_days(12).to_rfc3339()}))});
    let refused = server.refused("observer", "createEvent", wrong).await;
    assert_eq!(refused, ("VALIDATION".to_owned(), "plan.freezeAt".to_owned()));
    assert_eq!(
        server.refused("reviewer", "createEvent", json!({"plan": plan("Forum", &json!({}))})).await.0,
        "NOT_PERMITTED"
    );

    let bare = json!({"plan": plan("Forum", &json!({"slots": [], "tables": []}))});
    let draft = server.done("observer", "createEvent", EVENT, bare).await["event"].clone();
    assert_eq!(draft["state"], "DRAFT");
    assert_eq!(look(server, "owner", &draft["id"]).await, Value::Null, "a draft is its organiser's alone");
    assert_eq!(event_code(server, "owner", &draft, json!({"announce": true})).await, "NOT_FOUND");
    assert_eq!(event_code(server, "observer", &draft, json!({"announce": true})).await, "GATE_FAILED");
    let edit = json!({"edit": plan("Forum for the valley", &json!({}))});
    let draft = event(server, "observer", &draft, edit).await;
    let listed = "{exchangeEvents(first:10){edges{node{id title{value} slots{number startsLocal}}}}}";
    assert_eq!(server.data(listed, json!({})).await["exchangeEvents"]["edges"], json!([]));
    let announced = event(server, "observer", &draft, json!({"announce": true})).await;
    let edges = server.data(listed, json!({})).await["exchangeEvents"]["edges"].clone();
    assert_eq!(edges[0]["node"]["id"], announced["id"], "announced, it is in public");
    assert_eq!(edges[0]["node"]["slots"].as_array().unwrap().len(), 4);
    assert!(!edges[0]["node"]["slots"][0]["startsLocal"].as_str().unwrap().ends_with("+00:00"), "{edges}");

    let early = entry(&announced, &[1], "INVEST");
    assert_eq!(server.refused("investor", "registerForEvent", early).await.0, "INVALID_TRANSITION");
    assert_eq!(
        event_code(server, "observer", &announced, json!({"openRequests": true})).await,
        "INVALID_TRANSITION"
    );
    assert_eq!(
        event_code(server, "owner", &announced, json!({"openRegistration": true})).await,
        "NOT_PERMITTED"
    );
    let open = event(server, "observer", &announced, json!({"openRegistration": true})).await;
    assert_eq!(names(&open["availableTransitions"]), ["OPEN_REQUESTS", "CANCEL"]);

    let fits = pair(server).await;
    let mut fund = entry(&open, &[1, 2, 3], "INVEST");
    fund["mandateId"] = fits.mandate.clone();
    register(server, "investor", fund).await;
    let mut stranger = entry(&open, &[1, 2], "RAISE");
    stranger["projectId"] = fits.project.clone();
    assert_eq!(
        server.refused("bank", "registerForEvent", stranger).await.0,
        "NOT_PERMITTED",
        "not its project"
    );
    let unknown = entry(&open, &[7], "INVEST");
    let refused = server.refused("bank", "registerForEvent", unknown).await;
    assert_eq!(refused, ("VALIDATION".to_owned(), "available".to_owned()));
    register(server, "bank", entry(&open, &[1, 2], "INVEST")).await;
    let mut company = entry(&open, &[1, 2, 3, 4], "RAISE");
    company["projectId"] = fits.project;
    register(server, "owner", company).await;
    register(server, "city_office", entry(&open, &[1, 2, 4], "PARTNER")).await;
    // 15.1: one government, and it is here.
    let second = entry(&open, &[1], "PARTNER");
    assert_eq!(server.refused("partner_office", "registerForEvent", second.clone()).await.0, "GATE_FAILED");
    let leave = json!({"eventId": open["id"]});
    server.done("city_office", "withdrawFromEvent", EVENT, leave.clone()).await;
    register(server, "partner_office", second).await;
    assert_eq!(
        server.refused("city_office", "registerForEvent", entry(&open, &[1, 2, 4], "PARTNER")).await.0,
        "GATE_FAILED"
    );
    server.done("partner_office", "withdrawFromEvent", EVENT, leave).await;
    register(server, "city_office", entry(&open, &[1, 2, 4], "PARTNER")).await;
    let quotas = see(server, "owner", &open["id"], "quotas{level kind max taken}").await["quotas"].clone();
    assert_eq!(quotas[0]["taken"], 1);
    assert_eq!(quotas[1]["taken"], 2);
    open
}

#[tokio::test]
async fn article_7_5_exchange_events_on_sqlite() {
    journey_f(Behind::Sqlite).await;
}

#[tokio::test]
async fn article_7_5_exchange_events_on_postgres() {
    journey_f(Behind::Postgres).await;
}
