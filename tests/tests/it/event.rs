//! Journey F: an exchange event from the plan to the report, with registration under quotas, requests, a computed
//! schedule, meetings that are held, and an introduction that follows one of them, on both databases.

use serde_json::{Value, json};
use tests::{
    server::{Behind, Server},
    sql::Sql,
};

use crate::{
    area::office,
    introduction::{self, days_later, in_days, pair},
};

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

/// Requests and answers: who may ask whom, what both ask for, and what is over when the requests close.
async fn requested(server: &Server, open: &Value) -> Vec<Value> {
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

/// The schedule: dry, computed, published; what is booked twice is refused; a place that is given up is used.
async fn scheduled(server: &Server, open: &Value, meetings: &[Value]) -> Value {
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

/// The day itself: what was held, who did not come, what came of it, and the report.
async fn held(server: &Server, forum: &Value, meetings: &[Value]) {
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

async fn reported(server: &Server, forum: &Value) {
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

/// Where participants find their times, two that are accepted at once do not get the same slot.
async fn for_one_slot(server: &Server) {
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

/// What has no place gets the one that is given up; an event that is called off takes its meetings with it.
async fn called_off(server: &Server) {
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

#[tokio::test]
async fn article_7_5_exchange_events_on_sqlite() {
    journey_f(Behind::Sqlite).await;
}

#[tokio::test]
async fn article_7_5_exchange_events_on_postgres() {
    journey_f(Behind::Postgres).await;
}
