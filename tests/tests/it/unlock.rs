//! The unlock map: what an owner is told that a document opens is what it then opens.

use serde_json::{Value, json};
use tests::server::{Behind, Server};

use crate::journey_a::fibre;

const MAP: &str = "query($i:ID!,$s:Float!){project(id:$i){version unlockMap(minScore:$s){minScore open
    reached{count largestTickets{amountMinor currency} withoutTicket}
    deeds{change evidenceFor justify verifyTo lifts largestLift
        opens{count largestTickets{amountMinor} withoutTicket}}
    unknown{fact bearsOn mayShut mayOpen{count} now{low point high} worst{low point high} best{low point high}}}}}";

async fn map(server: &Server, who: &str, project: &Value, score: f64) -> Value {
    server.data_as(who, MAP, json!({"i": project, "s": score})).await["project"].clone()
}

fn cents(volume: &Value) -> i64 {
    volume["largestTickets"]["amountMinor"].as_str().unwrap().parse().unwrap()
}

async fn what_is_promised_is_kept(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let mut facts = fibre("Unlocked fibre");
    facts.as_object_mut().unwrap().remove("tenorMonths");
    // Three of the eight documents of its stage: from there on each lifts the readiness.
    let shown = ["NEEDS_ASSESSMENT", "DEMAND_STUDY", "FEASIBILITY_STUDY"];
    facts["readiness"] =
        shown.map(|item| json!({"item": item, "status": "EVIDENCED", "evidence": "Study of 2026"})).into();
    let created =
        server.done("owner", "createProject", "project{id version}", json!({"project": facts})).await;
    let id = created["project"]["id"].clone();
    // Just above the score with the mandate that fits best today, so that a document can make the difference.
    let seen = map(&server, "owner", &id, 60.0).await["unlockMap"].clone();
    let score = seen["unknown"][0]["now"]["point"].as_f64().unwrap() + 1e-6;
    let before = map(&server, "owner", &id, score).await["unlockMap"].clone();
    let opens = |deed: &&Value| deed["evidenceFor"].is_string() && deed["opens"]["count"] != 0;
    let deed =
        before["deeds"].as_array().unwrap().iter().find(opens).unwrap_or_else(|| panic!("{before}")).clone();
    assert!(deed["largestLift"].as_f64().unwrap() > 0.0 && deed["lifts"].as_i64().unwrap() > 0, "{deed}");
    assert!((before["minScore"].as_f64().unwrap() - score).abs() < 1e-7, "{before}");
    // What is not known is told with its ends, and is not promised.
    let unknown = before["unknown"].as_array().unwrap();
    let tenor = unknown.iter().find(|unknown| unknown["fact"] == "TENOR").unwrap();
    let point = |of: &str| tenor[of]["point"].as_f64().unwrap();
    assert!(point("worst") < point("now") && point("now") < point("best"), "{tenor}");

    facts["readiness"]
        .as_array_mut()
        .unwrap()
        .push(json!({"item": deed["evidenceFor"], "status": "EVIDENCED", "evidence": "Study of 2026"}));
    let change = json!({"projectId": id, "expectedVersion": created["project"]["version"], "project": facts});
    server.done("owner", "updateProject", "project{id}", change).await;
    let after = map(&server, "owner", &id, score).await["unlockMap"].clone();
    let count = |of: &Value| of["count"].as_i64().unwrap();
    assert_eq!(count(&after["reached"]), count(&before["reached"]).saturating_add(count(&deed["opens"])));
    assert_eq!(cents(&after["reached"]), cents(&before["reached"]).saturating_add(cents(&deed["opens"])));
    assert_eq!(after["open"], before["open"]);
    let same = |other: &Value| other["evidenceFor"] == deed["evidenceFor"];
    assert!(!after["deeds"].as_array().unwrap().iter().any(same), "what is done is not asked for again");

    // It is for the listing's people: a stranger does not see the draft, nor the map of what is in public.
    let stranger = server.data_as("investor", MAP, json!({"i": id, "s": 60.0})).await;
    assert_eq!(stranger["project"], Value::Null);
    let public = server.data(MAP, json!({"i": server.ids["project"], "s": 60.0})).await;
    assert_eq!(
        (public["project"]["version"].is_i64(), &public["project"]["unlockMap"]),
        (true, &Value::Null)
    );
    let token = server.tokens["owner"].as_str().unwrap();
    let refused = server.query_with(token, MAP, json!({"i": id, "s": 101.0})).await;
    let extensions = &refused["errors"][0]["extensions"];
    assert_eq!((&extensions["code"], &extensions["argument"]), (&json!("VALIDATION"), &json!("minScore")));
}

#[tokio::test]
async fn what_a_document_opens_is_what_was_said_on_sqlite() {
    what_is_promised_is_kept(Behind::Sqlite).await;
}

#[tokio::test]
async fn what_a_document_opens_is_what_was_said_on_postgresql() {
    what_is_promised_is_kept(Behind::Postgres).await;
}
