//! Journey A: an owner lists a project, a reviewer publishes it, an investor finds it. Three people, three sessions.

use serde_json::{Value, json};
use tests::server::{Behind, Server};

/// A mutation that must be done; answers its payload.
async fn done(server: &Server, who: &str, mutation: &str, input: Value) -> Value {
    let payload = tried(server, who, mutation, input).await;
    assert_eq!(payload["userErrors"], json!([]), "{mutation} as {who}");
    payload
}

/// A mutation with what was refused.
async fn tried(server: &Server, who: &str, mutation: &str, mut input: Value) -> Value {
    let object = input.as_object_mut().unwrap();
    if !object.contains_key("idempotencyKey") {
        object.insert("idempotencyKey".into(), uuid().into());
    }
    let name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let name = match mutation {
        "submitProject" | "recallProject" | "claimProject" | "publishProject" | "pauseProject"
        | "resumeProject" | "withdrawProject" | "reviveProject" => "ProjectTransitionInput".to_owned(),
        "returnProject" | "rejectProject" => "ProjectDecisionInput".to_owned(),
        _ => name,
    };
    let query = format!(
        "mutation($i:{name}!){{{mutation}(input:$i){{project{{id state version title{{value}}}} userErrors{{code path message}}}}}}"
    );
    let data = server.data_as(who, &query, json!({"i": input})).await;
    data[mutation].clone()
}

pub(crate) fn uuid() -> String {
    static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    let next = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("{}-{next}", std::process::id())
}

pub(crate) fn fibre(title: &str) -> Value {
    json!({
        "title": {"lang": "en", "value": title},
        "summary": {"lang": "en", "value": "Open-access fibre to villages that have none"},
        "kind": "INFRASTRUCTURE",
        "works": "CONSTRUCTION",
        "lifecycle": "PREPARATION",
        "stage": "FEASIBILITY",
        "fields": [{"field": "CONN_BROADBAND", "sharePct": 70.0}, {"field": "INCL_RURAL", "sharePct": 30.0}],
        "places": [{"country": "RS"}],
        "fundingGap": {"amountMinor": "2000000000", "currency": "EUR"},
        "minSlice": {"amountMinor": "500000000", "currency": "EUR"},
        "instruments": [{"instrument": "LOAN", "sharePct": 100.0}],
        "returnPct": 6.0,
        "tenorMonths": 120,
        "readiness": [{"item": "NEEDS_ASSESSMENT", "status": "EVIDENCED", "evidence": "Assessment of 2026"}],
        "languages": ["en"],
    })
}

async fn journey(behind: Behind) {
    let server = Server::demo(behind, &[]);

    // Nobody known cannot write, and a draft is nobody else's to see.
    let create = "mutation($i:CreateProjectInput!){createProject(input:$i){userErrors{code}}}";
    let input = json!({"project": fibre("Fibre of the Zlatibor villages"), "idempotencyKey": "k"});
    let body = server.query(create, json!({"i": input})).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    let key = uuid();
    let input = json!({"project": fibre("Fibre of the Zlatibor villages"), "idempotencyKey": key});
    let made = done(&server, "owner", "createProject", input.clone()).await["project"].clone();
    assert_eq!(made["state"], "DRAFT");
    let id = made["id"].clone();
    // The same key answers the same; with another body it is a conflict.
    let again = done(&server, "owner", "createProject", input).await["project"].clone();
    assert_eq!(again["id"], id);
    let other = json!({"project": fibre("Another"), "idempotencyKey": key});
    let refused = tried(&server, "owner", "createProject", other).await;
    assert_eq!(refused["userErrors"][0]["code"], "IDEMPOTENCY_CONFLICT");
    for who in ["investor", "observer", "reviewer", "city_office"] {
        let data = server.data_as(who, "query($i:ID!){node(id:$i){id}}", json!({"i": id})).await;
        assert_eq!(data["node"], Value::Null, "{who}");
    }
    let inside = "query($i:ID!){project(id:$i){questionnaire{key required answered feeds} \
                  consistencyFlags{flag severity message} availableTransitions{name requires} history{to}}}";
    let data = server.data_as("owner", inside, json!({"i": id})).await;
    let project = &data["project"];
    assert!(project["questionnaire"].as_array().unwrap().len() > 20, "{project}");
    assert_eq!(project["history"], json!([{"to": "DRAFT"}]));
    let submit = project["availableTransitions"].as_array().unwrap();
    let submit = submit.iter().find(|one| one["name"] == "SUBMIT").unwrap().clone();

    // Answer what is asked until nothing is missing.
    let mut version = made["version"].as_i64().unwrap();
    let required: Vec<&str> = project["questionnaire"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|question| question["required"] == true && question["answered"] == false)
        .map(|question| question["key"].as_str().unwrap())
        .collect();
    if !required.is_empty() {
        assert!(submit["requires"].as_array().unwrap().contains(&json!("REQUIRED_FIELDS")), "{submit}");
        let refused =
            tried(&server, "owner", "submitProject", json!({"projectId": id, "expectedVersion": version}))
                .await;
        let errors = refused["userErrors"].as_array().unwrap();
        assert!(errors.iter().all(|error| error["code"] == "GATE_FAILED"), "{refused}");
        for key in required {
            let path: Vec<&str> = key.split('.').collect();
            assert!(errors.iter().any(|error| error["path"] == json!(path)), "{key} is not named: {refused}");
        }
    }
    let facts = fibre_complete("Fibre of the Zlatibor villages");
    let input = json!({"projectId": id, "expectedVersion": version, "project": facts});
    version = done(&server, "owner", "updateProject", input).await["project"]["version"].as_i64().unwrap();
    // A change on a version that is not the last is refused, and nothing is lost.
    let input =
        json!({"projectId": id, "expectedVersion": version.saturating_sub(1), "project": fibre("Lost")});
    let refused = tried(&server, "owner", "updateProject", input).await;
    assert_eq!(refused["userErrors"][0]["code"], "VERSION_CONFLICT");
    let answers = json!([
        {"question": "answers.total_cost", "money": {"amountMinor": "4000000000", "currency": "EUR"}},
        {"question": "answers.demand_evidence", "text": {"lang": "en", "value": "A survey of 2,100 households"}},
        {"question": "answers.medium", "choice": "FIBRE"},
        {"question": "answers.spectrum_needed", "yesNo": false},
    ]);
    let input = json!({"projectId": id, "expectedVersion": version, "answers": answers});
    version = done(&server, "owner", "answerQuestions", input).await["project"]["version"].as_i64().unwrap();
    // An answer of the wrong kind is refused by its place.
    let wrong = json!([{"question": "answers.medium", "choice": "PIGEON"}]);
    let input = json!({"projectId": id, "expectedVersion": version, "answers": wrong});
    let refused = tried(&server, "owner", "answerQuestions", input).await;
    assert_eq!(refused["userErrors"][0]["code"], "VALIDATION");
    assert_eq!(refused["userErrors"][0]["path"], json!(["answers", "0"]));
    let data = server.data_as("owner", inside, json!({"i": id})).await;
    let missing: Vec<&Value> = data["project"]["questionnaire"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|question| question["required"] == true && question["answered"] == false)
        .collect();
    assert!(missing.is_empty(), "still asked: {missing:?}");
    for flag in data["project"]["consistencyFlags"].as_array().unwrap() {
        let input = json!({"projectId": id, "expectedVersion": version, "flag": flag["flag"],
            "justification": "Explained in the feasibility study"});
        version = done(&server, "owner", "justifyFlag", input).await["project"]["version"].as_i64().unwrap();
    }

    // A viewer from outside does not find it; the owner submits; a reviewer returns it once and then publishes.
    let at = |version: i64| json!({"projectId": id, "expectedVersion": version});
    let refused = tried(&server, "investor", "submitProject", at(version)).await;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_FOUND");
    let submitted = done(&server, "owner", "submitProject", at(version)).await;
    version = submitted["project"]["version"].as_i64().unwrap();
    let refused = tried(&server, "owner", "publishProject", at(version)).await;
    assert!(
        ["NOT_PERMITTED", "INVALID_TRANSITION"].contains(&refused["userErrors"][0]["code"].as_str().unwrap())
    );
    let queue = server.data_as("reviewer", "{reviewQueue{id}}", json!({})).await;
    assert!(queue["reviewQueue"].as_array().unwrap().contains(&json!({"id": id})), "{queue}");
    version =
        done(&server, "reviewer", "claimProject", at(version)).await["project"]["version"].as_i64().unwrap();
    let refused = tried(&server, "second_reviewer", "publishProject", at(version)).await;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_PERMITTED", "only who claimed it");
    let mut input = at(version);
    input["reasons"] = json!(["MISSING_FINANCIALS"]);
    version = done(&server, "reviewer", "returnProject", input).await["project"]["version"].as_i64().unwrap();
    version =
        done(&server, "owner", "submitProject", at(version)).await["project"]["version"].as_i64().unwrap();
    version =
        done(&server, "reviewer", "claimProject", at(version)).await["project"]["version"].as_i64().unwrap();
    let published = done(&server, "reviewer", "publishProject", at(version)).await;
    assert_eq!(published["project"]["state"], "PUBLISHED");
    version = published["project"]["version"].as_i64().unwrap();

    // Everybody finds it now, and the investor's ranking has it as soon as the catalog has followed.
    let data = server.data("query($i:ID!){node(id:$i){id}}", json!({"i": id})).await;
    assert_eq!(data["node"]["id"], id);
    let ranked =
        "query($m:ID!){opportunities(mandateId:$m first:100){edges{node{project{id title{value}}}}}}";
    let mandate = server
        .data_as("investor", "{mandates(first:100){edges{node{id name investor{name}}}}}", json!({}))
        .await;
    let mandate = mandate["mandates"]["edges"]
        .as_array()
        .unwrap()
        .iter()
        .find(|edge| edge["node"]["name"].as_str().unwrap().starts_with("Rural fibre"));
    let mandate = mandate.unwrap()["node"]["id"].clone();
    let listed = async |wanted: bool| {
        for _ in 0..100 {
            let data = server.data_as("investor", ranked, json!({"m": mandate})).await;
            let edges = data["opportunities"]["edges"].as_array().unwrap().clone();
            if edges.iter().any(|edge| edge["node"]["project"]["id"] == id) == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("listed within ten seconds: {wanted}");
    };
    listed(true).await;

    // Paused, it is gone for others at once by its id, and from rankings; resumed, it is back.
    version =
        done(&server, "owner", "pauseProject", at(version)).await["project"]["version"].as_i64().unwrap();
    let data = server.data_as("investor", "query($i:ID!){node(id:$i){id}}", json!({"i": id})).await;
    assert_eq!(data["node"], Value::Null);
    listed(false).await;
    version =
        done(&server, "owner", "resumeProject", at(version)).await["project"]["version"].as_i64().unwrap();
    listed(true).await;

    // What it had to say to be submitted it keeps saying: an edit that empties it is refused, and the field is named.
    let mut emptied = fibre_complete("Fibre of the Zlatibor villages");
    emptied.as_object_mut().unwrap().remove("fundingGap");
    emptied.as_object_mut().unwrap().remove("summary");
    let input = json!({"projectId": id, "expectedVersion": version, "project": emptied});
    let refused = tried(&server, "owner", "updateProject", input).await;
    let errors: Vec<(&Value, &Value)> =
        refused["userErrors"].as_array().unwrap().iter().map(|one| (&one["code"], &one["path"])).collect();
    let (summary, gap) = (json!(["project", "summary"]), json!(["project", "fundingGap"]));
    assert_eq!(errors, [(&json!("VALIDATION"), &summary), (&json!("VALIDATION"), &gap)]);
    let taken = json!([{"question": "answers.spectrum_needed"}, {"question": "answers.medium"}]);
    let input = json!({"projectId": id, "expectedVersion": version, "answers": taken});
    let refused = tried(&server, "owner", "answerQuestions", input).await;
    let errors = refused["userErrors"].as_array().unwrap();
    assert!(errors.iter().any(|one| one["path"] == json!(["answers", "1"])), "{refused}");

    // A material edit waits while the public version stays.
    let mut facts = fibre_complete("Fibre of the Zlatibor villages");
    facts["fundingGap"] = json!({"amountMinor": "3900000000", "currency": "EUR"});
    let input = json!({"projectId": id, "expectedVersion": version, "project": facts});
    version = done(&server, "owner", "updateProject", input).await["project"]["version"].as_i64().unwrap();
    let gap = "query($i:ID!){project(id:$i){fundingGap{amountMinor} review{waitingChanges \
               waitingEdits{field was{money{amountMinor currency}} willBe{money{amountMinor}}}}}}";
    let data = server.data_as("owner", gap, json!({"i": id})).await;
    assert_eq!(data["project"]["fundingGap"]["amountMinor"], "2000000000");
    assert_eq!(data["project"]["review"]["waitingChanges"], json!(["GAP"]));
    // Its people and its reviewers see field by field what would change.
    let edit = json!([{
        "field": "fundingGap",
        "was": [{"money": {"amountMinor": "2000000000", "currency": "EUR"}}],
        "willBe": [{"money": {"amountMinor": "3900000000"}}],
    }]);
    for who in ["owner", "reviewer"] {
        let data = server.data_as(who, gap, json!({"i": id})).await;
        assert_eq!(data["project"]["review"]["waitingEdits"], edit, "{who}");
    }
    let queue =
        async || server.data_as("reviewer", "{reviewQueue{id}}", json!({})).await["reviewQueue"].clone();
    assert!(
        queue().await.as_array().unwrap().contains(&json!({"id": id})),
        "the change waits with what was submitted"
    );
    let input = json!({"projectId": id, "accepted": true});
    done(&server, "reviewer", "decideProjectChange", input).await;
    let data = server
        .data("query($i:ID!){project(id:$i){fundingGap{amountMinor} history{to}}}", json!({"i": id}))
        .await;
    assert!(!queue().await.as_array().unwrap().contains(&json!({"id": id})), "once decided it waits no more");
    assert_eq!(data["project"]["fundingGap"]["amountMinor"], "3900000000");
    assert_eq!(data["project"]["history"], json!([]), "history is for the listing's people");
    let _ = version;

    // Blind: only countries, fields and the size band are left for those outside.
    let data = server.data_as("owner", "query($i:ID!){project(id:$i){version}}", json!({"i": id})).await;
    let input = json!({"projectId": id, "expectedVersion": data["project"]["version"], "blind": true});
    done(&server, "owner", "setProjectDisclosure", input).await;
    let all = "query($i:ID!){project(id:$i){title{value} summary{value} owner{name} fundingGap{display} sizeBand \
               fields{field} places{country{code} cityGeonames latitude} readiness{evidence} provenance{source}}}";
    let data = server.data_as("investor", all, json!({"i": id})).await;
    let blind = &data["project"];
    for hidden in ["title", "summary", "owner", "fundingGap"] {
        assert_eq!(blind[hidden], Value::Null, "{hidden}");
    }
    assert_eq!(blind["places"][0]["country"]["code"], "RS");
    assert!(blind["sizeBand"].as_str().unwrap().contains("EUR"), "{blind}");
    // The catalog and the index of the search follow within a second, each by itself, and then nothing of it is read out.
    let veiled = "query($f:OpportunityFilter){projects(filter:$f,first:100){edges{node{id}}}}";
    let by_stage = json!({"f": {"countries": ["RS"], "stages": ["FEASIBILITY"]}});
    let gone = |data: &Value| {
        !data["projects"]["edges"].as_array().unwrap().iter().any(|edge| edge["node"]["id"] == id)
    };
    server.until(veiled, &by_stage, gone).await;
    server.until(veiled, &json!({"f": {"text": "Zlatibor"}}), gone).await;
    crate::blind::nothing_is_read_out(&server, &id, "Zlatibor").await;

    // On the same server, since to start one takes longer than all that is asked of it.
    crate::matrix::refusals(&server).await;
}

/// The same with all that the questionnaire asks for at this stage.
pub(crate) fn fibre_complete(title: &str) -> Value {
    let mut facts = fibre(title);
    facts["impact"] = json!({"entryPricePctGni": 1.5, "populationNewlyServed": "40000", "coverageBaselinePct": 20.0,
        "coverageTargetPct": 80.0});
    facts["concessional"] = json!(false);
    facts["contract"] = json!("PRIVATE");
    facts
}

#[tokio::test]
async fn an_owner_lists_a_reviewer_publishes_an_investor_finds_on_sqlite() {
    journey(Behind::Sqlite).await;
}

#[tokio::test]
async fn an_owner_lists_a_reviewer_publishes_an_investor_finds_on_postgres() {
    journey(Behind::Postgres).await;
}
