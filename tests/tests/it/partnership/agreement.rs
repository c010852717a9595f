//! From the text on the table to the agreement, its review and its end.

use serde_json::{Value, json};
use tests::{run, server::Server};

use super::{code, deed::DEED, go, look, signing, text};
use crate::introduction::{days_later, paper};

/// What is frozen verifies, here and offline; with one byte changed it does not.
pub(super) async fn receipt(server: &Server, frozen: &Value) {
    let query = "query($r:String!){verifyReceipt(receipt:$r){holds signature keyKnown sums wrong confirmed}}";
    let checked = async |text: String| server.data(query, json!({"r": text})).await["verifyReceipt"].clone();
    let whole = checked(frozen.to_string()).await;
    assert_eq!(
        (&whole["holds"], &whole["keyKnown"], &whole["wrong"]),
        (&json!(true), &json!(true), &json!([]))
    );
    assert!(!whole["confirmed"].as_array().unwrap().is_empty(), "{whole}");
    let mut changed = frozen.clone();
    let point = changed["receipt"]["mutual"]["point"].as_u64().unwrap();
    changed["receipt"]["mutual"]["point"] = json!(point.saturating_add(1));
    let other = checked(changed.to_string()).await;
    assert_eq!(
        (&other["holds"], &other["signature"], &other["sums"]),
        (&json!(false), &json!(false), &json!(false))
    );
    let dir = tempfile::tempdir().unwrap();
    let keys = server.get("/.well-known/jwks.json").await.1;
    let write = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (keys, good) = (write("jwks.json", &keys), write("good.json", &frozen.to_string()));
    let (code, out, err) = run(&["verify-receipt", &good, "--jwks", &keys]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("one of the keys that were given") && out.contains("holds: yes"), "{out}");
    let bad = write("bad.json", &changed.to_string());
    let (code, out, _) = run(&["verify-receipt", &bad, "--jwks", &keys]);
    assert!(code != 0 && out.contains("signature: NO"), "{out}");
    let torn = write("torn.json", "{");
    let (code, _, err) = run(&["verify-receipt", &torn]);
    assert!(code != 0 && err.contains("no receipt"), "{err}");
}

/// From the text on the table to the agreement: letter of intent, trial, approvals of both sides, both officials.
pub(super) async fn to_agreement(server: &Server, at: Value) -> Value {
    let paper_a = paper(server, "city_office", "Signed by Novi Sad", json!({})).await;
    let paper_b = paper(server, "partner_office", "Signed by Chiang Mai", json!({})).await;
    let foreign = json!({"signLetterOfIntent": signing(&at, &paper_b, "Mayor")});
    assert_eq!(code(server, "city_office", &at, foreign).await, "NOT_FOUND", "a paper of the other office");
    let by_official = json!({"signLetterOfIntent": signing(&at, &paper_a, "Mayor")});
    assert_eq!(
        code(server, "city_colleague", &at, by_official.clone()).await,
        "NOT_PERMITTED",
        "no signatory"
    );
    let mut wrong = by_official.clone();
    wrong["signLetterOfIntent"]["hash"] = "0".repeat(64).into();
    assert_eq!(code(server, "city_office", &at, wrong).await, "GATE_FAILED", "another text");
    let one = go(server, "city_office", &at, by_official).await;
    assert_eq!((&one["state"], &one["awaits"]), (&json!("NEGOTIATING"), &json!(["SIGN_LOI"])));
    let letter = json!({"signLetterOfIntent": signing(&one, &paper_b, "Deputy governor")});
    let loi = go(server, "partner_office", &one, letter).await;
    assert_eq!(loi["state"], "LOI_SIGNED");

    // A trial with activities that took place.
    let planned = json!([{"kind": "SEMINAR", "title": "Seminar on smart lighting", "plannedFor": "2027-01-10"},
        {"kind": "CULTURAL", "title": "Film week", "plannedFor": "2027-03-01"}]);
    let short = json!({"startTrial": {"months": 3, "planned": planned}});
    assert_eq!(code(server, "city_office", &loi, short).await, "GATE_FAILED");
    let trial = json!({"startTrial": {"months": 12, "planned": planned}});
    let asked = go(server, "city_office", &loi, trial.clone()).await;
    assert_eq!(asked["state"], "LOI_SIGNED");
    let mut at = go(server, "partner_colleague", &asked, trial).await;
    assert_eq!(at["state"], "TRIAL");
    let early = json!({"requestApprovals": true});
    assert_eq!(code(server, "city_office", &at, early.clone()).await, "GATE_FAILED", "no activities yet");
    for (who, kind) in [("city_office", "SEMINAR"), ("partner_office", "CULTURAL")] {
        let held = json!({"kind": kind, "title": "As planned", "heldAt": chrono::Utc::now().to_rfc3339()});
        at = go(server, who, &at, json!({"recordActivity": held})).await;
    }
    // 8.8: exchange between people counts in the index of health as trade does.
    assert!(at["health"].as_i64().unwrap() > 60, "{at}");
    at = go(server, "city_office", &at, json!({"declareWill": paper_a})).await;
    at = go(server, "partner_office", &at, json!({"declareWill": paper_b})).await;
    let year = json!({"planFirstYear": {"plan": {"lang": "en", "value": "Two exchanges and a pilot"}, "budget": [
        {"purpose": "Travel", "payer": "A", "amount": {"amountMinor": "1500000", "currency": "EUR"}}]}});
    at = go(server, "city_office", &at, year).await;

    // Steps in order on a side, sides in parallel.
    at = go(server, "partner_office", &at, early).await;
    assert_eq!(at["state"], "APPROVALS");
    assert_eq!(at["approvalsA"][0]["rule"]["source"]["verified"], false);
    let late = json!({"decideApproval": {"step": 1, "granted": true, "documentId": paper_b}});
    assert_eq!(code(server, "partner_office", &at, late).await, "GATE_FAILED");
    let grant = |paper: &Value| json!({"decideApproval": {"step": 0, "granted": true, "documentId": paper}});
    assert_eq!(code(server, "partner_colleague", &at, grant(&paper_b)).await, "NOT_PERMITTED");
    at = go(server, "partner_office", &at, grant(&paper_b)).await;
    assert_eq!(at["state"], "APPROVALS");
    at = go(server, "city_office", &at, grant(&paper_a)).await;
    assert_eq!(at["state"], "APPROVED");

    let sign = |at: &Value, paper: &Value, who: &str| json!({"signAgreement": signing(at, paper, who)});
    assert_eq!(code(server, "city_office", &at, sign(&at, &paper_a, "x")).await, "NOT_PERMITTED");
    let one = go(server, "city_colleague", &at, sign(&at, &paper_a, "Mayor of Novi Sad")).await;
    assert_eq!(one["state"], "APPROVED");
    let active = go(server, "partner_colleague", &one, sign(&one, &paper_b, "Governor of Chiang Mai")).await;
    assert_eq!((&active["state"], active["signatures"].as_array().unwrap().len()), (&json!("ACTIVE"), 4));
    active
}

const TWINS: &str = "query($i:ID!){node(id:$i){... on City{twinCount}}}";

/// The agreement in public, its work plan, its review, its upgrade, its silence and its end.
pub(super) async fn after_signing(server: &Server, a: &Value, active: Value) {
    let public =
        "query($c:ID!){agreements(cityId:$c){id state activeSince cityB{name} text{tier hash clauses{key}}}}";
    let data = server.data(public, json!({"c": a})).await;
    assert_eq!(data["agreements"][0]["text"]["hash"], active["text"]["hash"]);
    assert_eq!(
        look(server, "investor", &active["id"]).await,
        Value::Null,
        "8.5: the room is of the two sides"
    );

    // What is shared with everybody is in public with the agreement; the first deed is in the work plan.
    let shared = server.data("query($c:ID!){agreements(cityId:$c){workspace{title}}}", json!({"c": a})).await;
    assert_eq!(shared["agreements"][0]["workspace"], json!([{"title": "Air quality"}]));
    let deed = server.data_as("partner_office", DEED, json!({"i": active["id"]})).await["node"].clone();
    assert_eq!((&deed["workPlan"][0]["number"], &deed["workPlan"][0]["owner"]), (&json!(1), &json!("A")));
    assert_eq!(deed["workPlan"][0]["carriedOutBy"][0]["id"], deed["firstDeed"]["project"]["id"]);

    // 8.4: an item of the work plan shows its project as it stands.
    let item = json!({"changeWorkPlan": {"number": 2, "title": {"lang": "en", "value": "Fibre for the villages"},
        "owner": "A", "due": "2028-06-30", "status": "PLANNED", "projectIds": [server.ids["project"]]}});
    let at = go(server, "city_office", &active, item).await;
    let plan =
        "query($i:ID!){node(id:$i){... on Partnership{workPlan{number owner carriedOutBy{id state}}}}}";
    let data = server.data_as("partner_office", plan, json!({"i": at["id"]})).await;
    assert_eq!(data["node"]["workPlan"][1]["carriedOutBy"][0]["state"], "PUBLISHED", "{data}");

    // Everybody sees the two linked, as soon as the catalog follows.
    let why = "query($a:ID!,$b:ID!){whyNotCities(cityId:$a,partnerId:$b){gates{key outcome}}}";
    let linked = |data: &Value| {
        let gates = data["whyNotCities"]["gates"].as_array().unwrap();
        gates.iter().any(|gate| gate["key"] == "K6_PAIR" && gate["outcome"] == "FAIL")
    };
    server.until(why, &json!({"a": a, "b": active["cityB"]["id"]}), linked).await;
    let twins = server.data(TWINS, json!({"i": a})).await["node"]["twinCount"].as_i64().unwrap();
    assert!(twins > 0);

    // 8.2: strategic grows only out of an active twin, by approvals of its own.
    let higher = json!({"upgradeTier": text("STRATEGIC", "To plan together")});
    let asked = go(server, "city_office", &at, higher.clone()).await;
    let at = go(server, "partner_office", &asked, higher).await;
    assert_eq!(at["state"], "ACTIVE");
    let list = "query{partnerships(states:[APPROVALS],first:5){edges{node{id state upgradeOf text{tier}}}}}";
    let data = server.data_as("partner_office", list, json!({})).await;
    let upgrade = &data["partnerships"]["edges"][0]["node"];
    assert_eq!((&upgrade["upgradeOf"], &upgrade["text"]["tier"]), (&at["id"], &json!("STRATEGIC")));

    // The yearly review is due by the clock; it is renewed when a report is filed and both say so.
    assert!(days_later(server, 370).contains("partnerships: 1 moved"));
    let at = look(server, "city_office", &at["id"]).await;
    assert_eq!(at["state"], "UNDER_REVIEW");
    assert_eq!(code(server, "city_office", &at, json!({"renew": true})).await, "GATE_FAILED");
    let report = json!({"submitAnnualReview": {"text": {"lang": "en", "value": "Two exchanges, one pilot"},
        "kpis": [{"name": "Customs hours", "unit": "h", "beforeThousandths": 48000, "afterThousandths": 30000}]}});
    let at = go(server, "partner_office", &at, report).await;
    assert_eq!(at["reviews"][0]["kpis"][0]["deltaThousandths"], -18000, "8.3: what changed is in the review");
    let at = go(server, "city_office", &at, json!({"renew": true})).await;
    let at = go(server, "partner_colleague", &at, json!({"renew": true})).await;
    assert_eq!(at["state"], "ACTIVE");

    let when = "2030-01-01";
    let pause = json!({"suspend": {"closing": {"note": "Elections"}, "reviewOn": when}});
    let at = go(server, "partner_office", &at, pause).await;
    assert_eq!(at["state"], "SUSPENDED");
    let at = go(server, "city_office", &at, json!({"resume": true})).await;
    let at = go(server, "partner_office", &at, json!({"resume": true})).await;
    let end = json!({"end": {"reasons": ["NO_BUDGET"], "note": "With thanks"}});
    let ended = go(server, "city_office", &at, end).await;
    assert_eq!((&ended["state"], &ended["closing"]["codes"]), (&json!("ENDED"), &json!(["NO_BUDGET"])));
    // The link between the two stood as long as the agreement.
    let count = |data: &Value| data["node"]["twinCount"].as_i64().unwrap();
    server.until(TWINS, &json!({"i": a}), |data| count(data) == twins.saturating_sub(1)).await;
    assert_eq!(code(server, "city_office", &ended, json!({"resume": true})).await, "INVALID_TRANSITION");
}
