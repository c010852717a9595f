//! What comes of an event: meetings that are held or not, the report, and one that is called off.

use crate::area::office;
use crate::introduction;
use crate::introduction::days_later;
use crate::introduction::pair;
use serde_json::Value;
use serde_json::json;
use tests::server::Server;
use tests::sql::Sql;

use super::{EVENT, ask, begins, code, entry, event, event_code, go, look, names, plan, register, see, wish};

/// The day itself: what was held, who did not come, what came of it, and the report.
pub(super) async fn held(server: &Server, forum: &Value, meetings: &[Value]) {
    let report = json!({"report": {"outcome": "INTRODUCTION"}});
    let first = look(server, "investor", &meetings[0]["id"]).await;
    assert_eq!(
        code(server, "investor", &first, report.clone()).await,
        "INVALID_TRANSITION",
        "not before it was held"
    );
    let done = days_later(server, 12);
    assert!(done.contains("3 meetings held"), "{done}");
    let over = look(server, "bank", &forum["id"]).await;
    assert_eq!(over["state"], "CLOSED");
    assert_eq!(code(server, "investor", &first, json!({"cancel": true})).await, "VERSION_CONFLICT");
    let first = look(server, "investor", &meetings[0]["id"]).await;
    assert_eq!(first["state"], "HELD");
    assert_eq!(names(&first["availableTransitions"]), ["REPORT_NO_SHOW", "REPORT"]);

    // One did not come, as the other says; it is contested, and the organiser decides.
    let second = look(server, "owner", &meetings[1]["id"]).await;
    let told = go(server, "owner", &second, json!({"reportNoShow": true})).await;
    assert_eq!(told["state"], "NO_SHOW");
    let words = json!({"contest": {"value": "We were at the other table"}});
    assert_eq!(code(server, "owner", &told, words.clone()).await, "GATE_FAILED", "it is told of the other");
    assert_eq!(code(server, "observer", &told, json!({"dismiss": true})).await, "GATE_FAILED");
    let contested = go(server, "bank", &told, words).await;
    let dismissed = go(server, "observer", &contested, json!({"dismiss": true})).await;
    assert_eq!(dismissed["state"], "HELD");
    let third = look(server, "city_office", &meetings[2]["id"]).await;
    assert_eq!(go(server, "city_office", &third, json!({"reportNoShow": true})).await["state"], "NO_SHOW");

    // What came of the first: both say so, and an introduction follows that goes to a pledge.
    let said = json!({"report": {"outcome": "INTRODUCTION", "words": {"value": "Terms by June"}, "officials": true}});
    let first = go(server, "investor", &first, said.clone()).await;
    assert_eq!(code(server, "investor", &first, said).await, "GATE_FAILED", "each side once");
    go(server, "owner", &first, json!({"report": {"outcome": "FOLLOW_UP"}})).await;
    let words = look(server, "observer", &first["id"]).await["meetingWords"].clone();
    assert_eq!(words[0], json!({"side": "REQUESTER", "outcome": "INTRODUCTION", "said": null}));
    let fits = pair(server).await;
    let interest = introduction::express(server, "investor", &fits).await;
    let met = look(server, "investor", &first["id"]).await;
    assert_eq!(met["introductions"], json!([]), "what was expressed before the meeting did not follow it");
    let after = begins().timestamp_micros().saturating_add(3_600_000_000);
    let sql = Sql::connect(&server.database).await;
    sql.execute(&format!("UPDATE introduction SET created_at = {after}")).await;
    sql.close().await;
    let accepted = introduction::go(server, "owner", &interest, "ACCEPT", json!({})).await;
    let met = look(server, "investor", &first["id"]).await;
    assert_eq!(met["introductions"], json!([{"id": accepted["id"], "state": "ACCEPTED"}]));
    assert_eq!(
        look(server, "observer", &first["id"]).await["introductions"],
        json!([]),
        "it is of the two sides"
    );

    reported(server, forum).await;
}

pub(super) async fn reported(server: &Server, forum: &Value) {
    let selection = "version report{funnel{step count suppressed} meetingOutcomes{outcome count} withOfficials \
        byCountryPair{countryA countryB count suppressed}}";
    let own = see(server, "observer", &forum["id"], selection).await;
    let count = |of: &Value, step: &str| {
        let rows = of["report"]["funnel"].as_array().unwrap().clone();
        let row = rows.into_iter().find(|row| row["step"] == step).unwrap();
        (row["count"].clone(), row["suppressed"] == true)
    };
    for (step, wanted) in
        [("REGISTERED", 4), ("REQUESTED", 6), ("AGREED", 3), ("PLACED", 3), ("HELD", 2), ("NO_SHOW", 1)]
    {
        assert_eq!(count(&own, step), (json!(wanted), false), "{step}");
    }
    assert_eq!(
        count(&own, "INTRODUCED"),
        (Value::Null, true),
        "one is there, and whose is not to be found out"
    );
    assert_eq!(count(&own, "COMMITTED"), (json!(0), false));
    assert_eq!(own["report"]["withOfficials"], 1);
    assert_eq!(own["report"]["byCountryPair"].as_array().unwrap().len(), 2, "{own}");
    assert_eq!(see(server, "owner", &forum["id"], "report{withOfficials}").await["report"], Value::Null);
    let at = json!({"id": forum["id"], "version": own["version"]});
    let done =
        event(server, "observer", &at, json!({"report": {"value": "Two meetings, one introduction"}})).await;
    assert_eq!((&done["state"], &done["availableTransitions"]), (&json!("REPORTED"), &json!([])));
    let public = see(server, "bank", &forum["id"], selection).await;
    assert_eq!(count(&public, "HELD"), (Value::Null, true), "small groups are held back");
    assert_eq!(count(&public, "REQUESTED"), (json!(6), false));
}

/// What has no place gets the one that is given up; an event that is called off takes its meetings with it.
pub(super) async fn called_off(server: &Server) {
    let more = json!({"quotas": [], "tables": ["The only one"], "acceptance": "OPT_OUT"});
    let mut only = plan("Breakfast", &more);
    only["slots"] = json!([only["slots"][0]]);
    let mut at = server.done("observer", "createEvent", EVENT, json!({"plan": only})).await["event"].clone();
    for act in ["announce", "openRegistration", "openRequests"] {
        at = event(server, "observer", &at, json!({act: true})).await;
    }
    for who in ["investor", "bank", "owner", "city_office"] {
        register(server, who, entry(&at, &[1], "PARTNER")).await;
    }
    let (company, fund, city) = (
        office(server, "owner").await,
        office(server, "investor").await,
        office(server, "city_office").await,
    );
    let let_stand = ask(server, "bank", wish(&at, &city, &[])).await;
    assert_eq!(
        (&let_stand["state"], &let_stand["mutual"]),
        (&json!("ACCEPTED"), &json!(false)),
        "silence is a yes"
    );
    let both = ask(server, "investor", wish(&at, &company, &[])).await;
    assert_eq!(ask(server, "owner", wish(&at, &fund, &[])).await["mutual"], true);
    let at = see(server, "observer", &at["id"], "id version").await;
    let at = event(server, "observer", &at, json!({"freeze": true})).await;
    let input = json!({"eventId": at["id"], "expectedVersion": at["version"]});
    let made = server
        .done("observer", "computeSchedule", "schedule{placed unscheduled{meetingId why}}", input)
        .await;
    let left = json!([{"meetingId": let_stand["id"], "why": "NO_TABLE"}]);
    assert_eq!(made["schedule"], json!({"placed": 1, "unscheduled": left}), "what both want goes first");
    let at = event(server, "observer", &at, json!({"publishSchedule": true})).await;
    let both = look(server, "owner", &both["id"]).await;
    assert_eq!(go(server, "owner", &both, json!({"cancel": true})).await["state"], "CANCELLED");
    let moved_up = look(server, "bank", &let_stand["id"]).await;
    assert_eq!(
        (&moved_up["state"], &moved_up["place"]["slot"]),
        (&json!("SCHEDULED"), &json!(1)),
        "{moved_up}"
    );
    assert_eq!(event_code(server, "observer", &at, json!({"cancel": {"value": ""}})).await, "VALIDATION");
    let off = event(server, "observer", &at, json!({"cancel": {"value": "The hall is flooded"}})).await;
    assert_eq!(off["state"], "CANCELLED");
    let gone = look(server, "bank", &let_stand["id"]).await;
    assert_eq!((&gone["state"], &gone["calendarSequence"]), (&json!("CANCELLED"), &json!(1)));
}
