//! Organisations are proved step by step: by mail, by a register, by a verified body. On both databases.

use std::fs;

use serde_json::{Value, json};
use tests::server::{Behind, Server};

use super::api::Api;

async fn proofs(behind: Behind) {
    let api = Api::demo(behind);
    let id = api.register("Lime Tree Bakery", &[]).await;
    let level = async |id: &Value| api.organisation("owner", id).await["verification"].clone();
    let claim = async |id: &Value, what: Value| {
        let mut input = json!({"organisationId": id,
            "expectedVersion": api.organisation("owner", id).await["version"]});
        input.as_object_mut().unwrap().extend(what.as_object().unwrap().clone());
        input
    };

    // What is wrong is named; who is no owner may not.
    for (what, path) in [
        (json!({}), json!([])),
        (json!({"email": "ana@gmail.com"}), json!(["email"])),
        (json!({"email": "nobody"}), json!(["email"])),
        (json!({"identifier": {"scheme": "RS-PIB", "number": "101134703"}}), json!(["identifier", "number"])),
        (json!({"identifier": {"scheme": "PIB", "number": "101134702"}}), json!(["identifier", "scheme"])),
        (json!({"documents": []}), json!(["documents"])),
        (json!({"documents": [id]}), json!(["documents"])),
    ] {
        let refused = api.refused("owner", "startVerification", claim(&id, what).await, "VALIDATION").await;
        assert_eq!(refused["path"], path);
    }
    let number = json!({"identifier": {"scheme": "RS-PIB", "number": "101134702"}});
    api.refused("investor", "startVerification", claim(&id, number.clone()).await, "NOT_PERMITTED").await;

    // A domain is proved by the link that was mailed there, once; a newer link voids the older.
    let email = json!({"email": "office@lime-tree.example"});
    let case = "verificationCase{id version state proof domain}";
    let first = api.done("owner", "startVerification", case, claim(&id, email.clone()).await).await;
    assert_eq!(first["verificationCase"]["domain"], "lime-tree.example");
    let old = link_to(&api.server, "office@lime-tree.example", 1).await;
    api.done("owner", "startVerification", case, claim(&id, email).await).await;
    let new =
        link_to(&api.server, "office@lime-tree.example", 2).await.into_iter().find(|one| !old.contains(one));
    let (old, new) = (old[0].clone(), new.unwrap());
    api.refused("investor", "proveDomain", json!({"token": old}), "NOT_FOUND").await;
    assert_eq!(level(&id).await, "V0");
    api.done("investor", "proveDomain", "accepted", json!({"token": new})).await;
    assert_eq!(level(&id).await, "V1");
    api.refused("investor", "proveDomain", json!({"token": new}), "NOT_FOUND").await;

    // A register number is taken up by one reviewer, who alone decides.
    let made = api.done("owner", "startVerification", case, claim(&id, number.clone()).await).await;
    api.refused("owner", "startVerification", claim(&id, number.clone()).await, "DUPLICATE").await;
    let made = made["verificationCase"].clone();
    let queue = "{verificationQueue{id proof}}";
    let waiting = api.server.data_as("reviewer", queue, json!({})).await;
    assert_eq!(waiting["verificationQueue"], json!([{"id": made["id"], "proof": "REGISTER"}]));
    let bearer = api.server.tokens["owner"].as_str().unwrap();
    assert!(!api.server.query_with(bearer, queue, json!({})).await["errors"].is_null());
    let at = |version: &Value| json!({"caseId": made["id"], "expectedVersion": version});
    api.refused("owner", "claimVerification", at(&made["version"]), "NOT_PERMITTED").await;
    api.refused("investor", "claimVerification", at(&made["version"]), "NOT_FOUND").await;
    let mut early = at(&made["version"]);
    early["decision"] = json!("GRANT");
    api.refused("reviewer", "decideVerification", early, "NOT_PERMITTED").await;
    let taken = api.done("reviewer", "claimVerification", case, at(&made["version"])).await;
    assert_eq!(taken["verificationCase"]["state"], "IN_REVIEW");
    let decide = |version: &Value, decision: &str, reasons: Value| {
        let mut input = at(version);
        input["decision"] = json!(decision);
        input["reasons"] = reasons;
        input
    };
    let version = &taken["verificationCase"]["version"];
    api.refused(
        "second_reviewer",
        "decideVerification",
        decide(version, "GRANT", json!([])),
        "NOT_PERMITTED",
    )
    .await;
    let bare = decide(version, "ASK_MORE", json!([]));
    assert_eq!(api.refused("reviewer", "decideVerification", bare, "GATE_FAILED").await["ruleRef"], "REASON");
    let more = decide(version, "ASK_MORE", json!(["The certificate of 2026, please"]));
    let more = api.done("reviewer", "decideVerification", case, more).await;
    let mut supply = at(&more["verificationCase"]["version"]);
    supply["supplied"] = json!(["Certificate 12/2026 of the register"]);
    let supplied = api.done("owner", "supplyVerification", case, supply).await;
    let refuse = decide(&supplied["verificationCase"]["version"], "REFUSE", json!(["It is of another year"]));
    let refused = api.done("reviewer", "decideVerification", case, refuse).await;
    assert_eq!(refused["verificationCase"]["state"], "REFUSED");
    // An appeal opens it for another reviewer than the one who refused.
    let version = &refused["verificationCase"]["version"];
    api.refused("owner", "grantVerificationAppeal", at(version), "NOT_PERMITTED").await;
    let opened = api.done("administrator", "grantVerificationAppeal", case, at(version)).await;
    let version = &opened["verificationCase"]["version"];
    let own = api.refused("reviewer", "claimVerification", at(version), "GATE_FAILED").await;
    assert_eq!(own["ruleRef"], "OTHER_REVIEWER");
    let taken = api.done("second_reviewer", "claimVerification", case, at(version)).await;
    let grant = decide(&taken["verificationCase"]["version"], "GRANT", json!([]));
    let granted = api.done("second_reviewer", "decideVerification", case, grant).await;
    assert_eq!(granted["verificationCase"]["state"], "GRANTED");
    assert_eq!(level(&id).await, "V2");
    let over = at(&granted["verificationCase"]["version"]);
    api.refused("owner", "withdrawVerification", over, "INVALID_TRANSITION").await;

    if behind == Behind::Postgres {
        documents(&api, &id).await;
    }

    // Who claims the number of another learns nothing of it; the reviewer does.
    let twin = api.register("Plum Tree Bakery", &[]).await;
    let claimed = api.done("owner", "startVerification", case, claim(&twin, number).await).await;
    let claimed = claimed["verificationCase"].clone();
    assert_eq!(claimed["state"], "SUBMITTED");
    let at = json!({"caseId": claimed["id"], "expectedVersion": claimed["version"]});
    let taken = api.done("reviewer", "claimVerification", case, at.clone()).await;
    let mut grant = json!({"caseId": claimed["id"], "expectedVersion": taken["verificationCase"]["version"],
        "decision": "GRANT"});
    let below = api.refused("reviewer", "decideVerification", grant.clone(), "GATE_FAILED").await;
    assert_eq!(below["ruleRef"], "STEP_BELOW", "its domain is not proved yet");
    api.done("owner", "startVerification", case, claim(&twin, json!({"email": "a@plum-tree.example"})).await)
        .await;
    let link = link_to(&api.server, "a@plum-tree.example", 1).await[0].clone();
    api.done("owner", "proveDomain", "accepted", json!({"token": link})).await;
    grant["idempotencyKey"] = json!("granted-at-last");
    api.refused("reviewer", "decideVerification", grant, "DUPLICATE").await;

    // A verified international body endorses; nobody else does.
    let word = |id: &Value| json!({"organisationId": id, "statement": "We know them", "until": "2027-06-30"});
    api.refused("investor", "endorseOrganisation", word(&id), "NOT_PERMITTED").await;
    let mut past = word(&id);
    past["until"] = json!("2020-01-01");
    let wrong = api.refused("observer", "endorseOrganisation", past, "VALIDATION").await;
    assert_eq!(wrong["path"], json!(["until"]));
    api.done("observer", "endorseOrganisation", "accepted", word(&id)).await;
    api.refused("observer", "endorseOrganisation", word(&id), "DUPLICATE").await;
    let cases = api.organisation("owner", &id).await["verificationCases"].clone();
    assert_eq!(cases[0]["proof"], "ENDORSEMENT", "{cases}");
    assert_eq!(api.organisation("investor", &id).await["verificationCases"], Value::Null);

    if behind == Behind::Postgres {
        let at = json!({"caseId": cases[0]["id"], "expectedVersion": cases[0]["version"]});
        let taken = api.done("reviewer", "claimVerification", case, at.clone()).await;
        let grant = json!({"caseId": at["caseId"], "expectedVersion": taken["verificationCase"]["version"],
            "decision": "GRANT"});
        api.done("reviewer", "decideVerification", case, grant).await;
        let data = api
            .server
            .data("query($i:ID!){organisation(id:$i){verification verifiedUntil}}", json!({"i": id}));
        // For as long as the body says, and not for the usual time.
        assert_eq!(data.await["organisation"], json!({"verification": "V4", "verifiedUntil": "2027-06-30"}));
    }

    // A new name keeps the domain and nothing that rests on the name.
    let version = api.organisation("owner", &id).await["version"].clone();
    let renamed = json!({"organisationId": id, "expectedVersion": version,
        "profile": {"name": "Pear Tree Bakery", "country": "RS"}});
    api.done("owner", "updateOrganisation", "", renamed).await;
    assert_eq!(level(&id).await, "V1");
}

/// Documents, which are written into the database here, for they cannot be uploaded yet.
async fn documents(api: &Api, id: &Value) {
    const OWN: (&str, &str) = ("01900000-0000-7000-8000-000000000001", "ZAGQAAAAAHAAgAAAAAAAAAFe");
    const OTHERS: &str = "ZAGQAAAAAHAAgAAAAAAAAAJX";
    let owner = tests::attack::ids::raw(id.as_str().unwrap()).unwrap();
    tests::postgres::sql(
        &api.server.database,
        &format!(
            "INSERT INTO document (id, version, name, body, created_at, updated_at, owner_id) VALUES ('{}', 1, 'Paper', \
             '{{}}', 0, 0, '{owner}')",
            OWN.0
        ),
    );
    let version = api.organisation("owner", id).await["version"].clone();
    let claim =
        |documents: Value| json!({"organisationId": id, "expectedVersion": version, "documents": documents});
    api.refused("owner", "startVerification", claim(json!([OWN.1, OTHERS])), "NOT_FOUND").await;
    let case = "verificationCase{id version state}";
    let made = api.done("owner", "startVerification", case, claim(json!([OWN.1]))).await;
    let made = made["verificationCase"].clone();
    let shown = async |who: &str| {
        let query = "query($i:ID!){organisation(id:$i){verificationCases{id documents}}}";
        let data = api.server.data_as(who, query, json!({"i": id})).await;
        let cases = data["organisation"]["verificationCases"].as_array().unwrap().clone();
        cases.into_iter().find(|case| case["id"] == made["id"]).unwrap()["documents"].clone()
    };
    // Papers of an officer are for whoever handed them in and whoever has to judge them.
    assert_eq!(shown("owner").await, json!([OWN.1]));
    assert_eq!(shown("reviewer").await, json!([]));
    let at = json!({"caseId": made["id"], "expectedVersion": made["version"]});
    let taken = api.done("reviewer", "claimVerification", case, at).await;
    assert_eq!(shown("reviewer").await, json!([OWN.1]));
    assert_eq!(shown("second_reviewer").await, json!([]));
    let grant = json!({"caseId": made["id"], "expectedVersion": taken["verificationCase"]["version"],
        "decision": "GRANT"});
    api.done("reviewer", "decideVerification", case, grant).await;
    assert_eq!(api.organisation("owner", id).await["verification"], "V3");
}

/// What stands behind the # of the links in mail to an address, once there are so many.
async fn link_to(server: &Server, address: &str, count: usize) -> Vec<String> {
    for _ in 0..200 {
        let mut found = Vec::new();
        for entry in fs::read_dir(server.mail_dir()).into_iter().flatten().flatten() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            if entry.path().extension().is_some_and(|end| end == "eml") && text.contains(address) {
                let text = text.replace("=\r\n", "").replace("=3D", "=");
                let link = text.split("prove-domain/").nth(1).and_then(|rest| rest.split_whitespace().next());
                found.extend(link.map(str::to_owned));
            }
        }
        if found.len() >= count {
            return found;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no mail to {address} within ten seconds");
}

#[tokio::test]
async fn organisations_are_proved_step_by_step_on_sqlite() {
    proofs(Behind::Sqlite).await;
}

#[tokio::test]
async fn organisations_are_proved_step_by_step_on_postgres() {
    proofs(Behind::Postgres).await;
}
