//! The schedule, and times that participants find themselves.

use crate::area::office;
use serde_json::Value;
use serde_json::json;
use tests::server::Server;

use super::{EVENT, MEETING, SCHEDULE, ask, code, entry, event, go, look, plan, register, see, wish};

/// The schedule: dry, computed, published; what is booked twice is refused; a place that is given up is used.
pub(super) async fn scheduled(server: &Server, open: &Value, meetings: &[Value]) -> Value {
    let now = see(server, "observer", &open["id"], "id version state").await;
    let compute =
        |at: &Value, dry: bool| json!({"eventId": at["id"], "expectedVersion": at["version"], "dryRun": dry});
    assert_eq!(server.refused("owner", "computeSchedule", compute(&now, true)).await.0, "NOT_PERMITTED");
    assert_eq!(
        server.refused("observer", "computeSchedule", compute(&now, false)).await.0,
        "INVALID_TRANSITION"
    );
    let frozen = event(server, "observer", &now, json!({"freeze": true})).await;
    assert_eq!(frozen["state"], "SCHEDULING");
    assert_eq!(look(server, "city_office", &meetings[3]["id"]).await["state"], "EXPIRED");

    let dry = server.done("observer", "computeSchedule", SCHEDULE, compute(&frozen, true)).await["schedule"]
        .clone();
    assert_eq!(
        (&dry["placed"], &dry["proved"], &dry["dryRun"]),
        (&json!(3), &json!(true), &json!(true)),
        "{dry}"
    );
    assert_eq!(dry["unscheduled"], json!([]));
    assert_eq!(
        look(server, "owner", &meetings[0]["id"]).await["state"],
        "ACCEPTED",
        "a dry run writes nothing"
    );
    let made =
        server.done("observer", "computeSchedule", SCHEDULE, compute(&frozen, false)).await["schedule"]
            .clone();
    assert_eq!((&made["objective"], &made["fairness"]), (&dry["objective"], &dry["fairness"]));
    let first = look(server, "owner", &meetings[0]["id"]).await;
    assert_eq!((&first["state"], &first["place"]), (&json!("SCHEDULED"), &Value::Null), "not yet published");
    let first = look(server, "observer", &meetings[0]["id"]).await;
    let second = look(server, "observer", &meetings[1]["id"]).await;
    assert_ne!(first["place"]["slot"], second["place"]["slot"], "nobody is in two meetings at once");

    // By hand the organiser can move one, but not onto another.
    let onto = json!({"schedule": {"slot": second["place"]["slot"]}});
    assert_eq!(code(server, "observer", &first, onto).await, "GATE_FAILED");
    let apart = json!({"schedule": {"slot": 4}});
    assert_eq!(code(server, "observer", &first, apart).await, "GATE_FAILED", "the fund cannot in slot 4");
    assert_eq!(code(server, "owner", &first, json!({"schedule": {"slot": 3}})).await, "NOT_PERMITTED");

    let now = see(server, "observer", &open["id"], "id version state").await;
    let published = event(server, "observer", &now, json!({"publishSchedule": true})).await;
    assert_eq!(published["state"], "PUBLISHED");
    let first = look(server, "owner", &meetings[0]["id"]).await;
    assert_ne!(first["place"], Value::Null);
    assert_ne!(first["place"]["startsLocal"], first["place"]["starts"]);
    let confirmed = go(server, "owner", &first, json!({"confirm": true})).await;
    assert_eq!(confirmed["state"], "CONFIRMED");
    assert_eq!(code(server, "owner", &confirmed, json!({"confirm": true})).await, "GATE_FAILED", "once each");

    // Another slot, by proposal and agreement.
    let third = look(server, "investor", &meetings[2]["id"]).await;
    let taken =
        see(server, "investor", &open["id"], "myMeetings{id place{slot}}").await["myMeetings"].clone();
    let mine: Vec<i64> =
        taken.as_array().unwrap().iter().filter_map(|it| it["place"]["slot"].as_i64()).collect();
    let free = (1..=2).find(|slot| !mine.contains(slot)).unwrap_or(3);
    if free < 3 {
        let proposed = go(server, "investor", &third, json!({"proposeReschedule": free})).await;
        assert_eq!(proposed["state"], "RESCHEDULE_PROPOSED");
        assert_eq!(
            code(server, "investor", &proposed, json!({"agreeReschedule": true})).await,
            "GATE_FAILED"
        );
        let agreed = go(server, "city_office", &proposed, json!({"agreeReschedule": true})).await;
        assert_eq!((&agreed["state"], &agreed["place"]["slot"]), (&json!("SCHEDULED"), &json!(free)));
        assert_eq!(look(server, "investor", &third["id"]).await["calendarSequence"], 1);
    }

    let calendar =
        see(server, "owner", &open["id"], "calendar").await["calendar"].as_str().unwrap().to_owned();
    assert_eq!(calendar.matches("BEGIN:VEVENT\r\n").count(), 2, "{calendar}");
    assert!(
        calendar.contains("STATUS:CONFIRMED")
            && calendar.contains("table By the ")
            && calendar.contains("Blue Caravan"),
        "{calendar}"
    );
    assert_eq!(see(server, "partner_office", &open["id"], "calendar").await["calendar"], Value::Null);
    published
}

/// Where participants find their times, two that are accepted at once do not get the same slot.
pub(super) async fn for_one_slot(server: &Server) {
    let more = json!({"scheduling": "PARTICIPANT", "quotas": [], "tables": ["The only one"]});
    let input = json!({"plan": plan("Round of talks", &more)});
    let mut at = server.done("observer", "createEvent", EVENT, input).await["event"].clone();
    for act in ["announce", "openRegistration", "openRequests"] {
        at = event(server, "observer", &at, json!({act: true})).await;
    }
    for who in ["investor", "bank", "owner"] {
        register(server, who, entry(&at, &[1, 2], "PARTNER")).await;
    }
    let company = office(server, "owner").await;
    let empty = server.refused("investor", "requestMeeting", wish(&at, &company, &[])).await;
    assert_eq!(empty, ("VALIDATION".to_owned(), "slots".to_owned()));
    let one = ask(server, "investor", wish(&at, &company, &[1, 2])).await;
    let other = ask(server, "bank", wish(&at, &company, &[1, 2])).await;
    assert_eq!(code(server, "owner", &one, json!({"accept": {}})).await, "VALIDATION", "which slot?");
    let accept = |of: &Value| json!({"meetingId": of["id"], "expectedVersion": of["version"], "act": {"accept": {"slot": 1}}});
    let (a, b) = tokio::join!(
        server.mutate("owner", "actOnMeeting", MEETING, accept(&one)),
        server.mutate("owner_colleague", "actOnMeeting", MEETING, accept(&other)),
    );
    let won: Vec<bool> = [&a, &b].iter().map(|it| it["userErrors"] == json!([])).collect();
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{a} {b}");
    let lost = if won[0] { (&b, &other) } else { (&a, &one) };
    assert_eq!(lost.0["userErrors"][0]["code"], "GATE_FAILED", "{a} {b}");
    let again = go(server, "owner", lost.1, json!({"accept": {"slot": 2}})).await;
    assert_eq!((&again["state"], &again["place"]["slot"]), (&json!("SCHEDULED"), &json!(2)));
}
