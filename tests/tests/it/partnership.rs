//! Journey D: a city office proposes a partnership and carries it to the agreement, its review and its end, with two
//! people a side, on both databases; and what is refused on the way.

use domain::vocabulary::ListingState;
use serde_json::{Value, json};
use tests::{
    run,
    server::{Behind, Server},
    sql::Sql,
};

use crate::{
    introduction::{days_later, paper},
    journey_a::fibre_complete,
    matrix::listed,
};

const NODE: &str = "partnership{id version state health cityB{id} myCitySide text{tier hash} textVersions{number by} \
    availableTransitions{name requires} signatures{kind side official} awaits declaredWill \
    approvalsA{place granted rule{kind papers source{verified}}} approvalsB{place granted} \
    reviews{report{value} kpis{name deltaThousandths} renewed} closing{codes note} upgradeOf}";

/// The two cities of the demo, each taken over by its office.
pub(crate) async fn cities(server: &Server) -> (Value, Value) {
    let mut found = Vec::new();
    for (who, name, needs) in [
        (
            "city_office",
            "Novi Sad",
            json!([{"field": "CITY_SMART", "priority": 3}, {"field": "INCL_RURAL", "priority": 2}]),
        ),
        (
            "partner_office",
            "Chiang Mai",
            json!([{"field": "SKILLS_PUBLIC", "priority": 2}, {"field": "CONN_BROADBAND", "priority": 1}]),
        ),
    ] {
        let query = "query($t:String!){search(text:$t,kinds:[CITY],first:1){id ... on City{version}}}";
        let city = server.data(query, json!({"t": name})).await["search"][0].clone();
        let claim = json!({"cityId": city["id"], "expectedVersion": city["version"]});
        let city = server.done(who, "claimCity", "city{id version}", claim).await["city"].clone();
        let offers =
            json!([{"field": "SKILLS_PUBLIC", "priority": 2}, {"field": "CITY_SMART", "priority": 2}]);
        let profile = json!({"cityId": city["id"], "expectedVersion": city["version"], "profile": {
            "accepting": true, "capacityLeft": 100, "languages": ["en"], "needs": needs, "offers": offers,
            "areaFocus": ["AI", "IOT"], "commitment": {"budgetLine": true}}});
        server.done(who, "updateCityProfile", "city{id}", profile).await;
        found.push(city["id"].clone());
    }
    let [a, b] = found.try_into().unwrap();
    // The gates follow within a second.
    let path = "query($a:ID!,$b:ID!){approvalPath(cityA:$a,cityB:$b,tier:TWIN){reachable}}";
    server.until(path, &json!({"a": a, "b": b}), |data| data["approvalPath"]["reachable"] == "TWIN").await;
    (a, b)
}

pub(crate) fn text(tier: &str, words: &str) -> Value {
    json!({"tier": tier, "clauses": [
        {"key": "PURPOSE", "heading": [{"lang": "en", "value": "Purpose"}, {"lang": "sr", "value": "Svrha"}],
         "body": [{"lang": "en", "value": words}, {"lang": "sr", "value": "Saradnja gradova"}]},
        {"key": "FIELDS", "heading": [{"lang": "en", "value": "Fields"}],
         "body": [{"lang": "en", "value": "Smart city and public skills"}]}]})
}

fn act(at: &Value, act: Value) -> Value {
    json!({"partnershipId": at["id"], "expectedVersion": at["version"], "act": act})
}

/// An act that must be done.
pub(crate) async fn go(server: &Server, who: &str, at: &Value, what: Value) -> Value {
    server.done(who, "actOnPartnership", NODE, act(at, what)).await["partnership"].clone()
}

async fn code(server: &Server, who: &str, at: &Value, what: Value) -> String {
    server.refused(who, "actOnPartnership", act(at, what)).await.0
}

fn signing(at: &Value, paper: &Value, official: &str) -> Value {
    json!({"hash": at["text"]["hash"], "official": official, "documentId": paper})
}

pub(crate) async fn look(server: &Server, who: &str, id: &Value) -> Value {
    let query = format!("query($i:ID!){{node(id:$i){{... on Partnership{{{}}}}}}}", inner());
    server.data_as(who, &query, json!({"i": id})).await["node"].clone()
}

fn inner() -> &'static str {
    NODE.trim_start_matches("partnership{").strip_suffix('}').unwrap()
}

pub(crate) async fn draft(server: &Server, a: &Value, b: &Value) -> Value {
    let input = json!({"cityId": a, "partnerId": b, "text": text("TWIN", "To learn from each other")});
    server.done("city_office", "draftPartnership", NODE, input).await["partnership"].clone()
}

async fn journey_d(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let (a, b) = cities(&server).await;

    // Why this city, and what the lawful route would be, before anybody writes.
    let route = "query($a:ID!,$b:ID!){approvalPath(cityA:$a,cityB:$b,tier:STRATEGIC){asked reachable before \
                 trialDemandedBy weeks{from to} lanes{side packVersion steps{kind source{verified}} questions}}}";
    let path = server.data(route, json!({"a": a, "b": b})).await["approvalPath"].clone();
    assert_eq!(path["lanes"][0]["packVersion"], "1");
    assert!(path["lanes"][0]["questions"].as_array().unwrap().contains(&json!("CHAIN_UNKNOWN")), "{path}");
    assert_eq!(path["lanes"][1]["steps"][0]["kind"], "LEGAL_REVIEW");

    // A letter of intent in three languages side by side, with the first deed in it; what a machine wrote is marked.
    let library =
        "{agreementLibrary{editions{lang machineTranslated} documentKinds{kind keys} optionalKeys}}";
    let library = server.data(library, json!({})).await["agreementLibrary"].clone();
    assert_eq!(library["editions"].as_array().unwrap().len(), 8, "{library}");
    let template = "query($t:TemplateInput!){agreementTemplate(template:$t){tier force hash clauses{key body{lang value \
                    machineTranslated}}}}";
    let filled = json!({"kind": "LETTER_OF_INTENT", "cityA": a, "cityB": b, "langs": ["en", "zh", "sr"],
        "fields": [{"lang": "en", "value": "smart cities"}], "projectId": server.ids["project"],
        "more": library["optionalKeys"], "termMonths": 24, "trialMonths": 12});
    let letter = server.data(template, json!({"t": filled})).await["agreementTemplate"].clone();
    assert_eq!((&letter["tier"], &letter["force"]), (&json!("EXPLORATORY_LOI"), &json!("NON_BINDING")));
    let bodies: Vec<&Value> = letter["clauses"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|clause| clause["body"].as_array().unwrap())
        .collect();
    assert!(
        bodies.iter().all(|body| (body["lang"] == "en") != (body["machineTranslated"] == true)),
        "{letter}"
    );
    assert!(bodies.iter().any(|body| body["value"].as_str().unwrap().contains("Novi Sad")), "{letter}");
    let mut wrong = filled.clone();
    wrong["langs"] = json!(["xx"]);
    let refused = server.query(template, json!({"t": wrong})).await;
    assert_eq!(refused["errors"][0]["extensions"]["argument"], "template.langs");

    // A draft is the own office's alone; the other side and strangers do not find it.
    let input = json!({"cityId": a, "partnerId": b, "text": text("STRATEGIC", "At once")});
    assert_eq!(server.refused("city_office", "draftPartnership", input).await.0, "GATE_FAILED", "8.2");
    let input = json!({"cityId": b, "partnerId": a, "text": text("TWIN", "x")});
    assert_eq!(server.refused("city_office", "draftPartnership", input).await.0, "NOT_PERMITTED");
    let drafted = draft(&server, &a, &b).await;
    assert_eq!(drafted["state"], "DRAFT");
    for who in ["partner_office", "investor", "observer", "compliance"] {
        assert_eq!(look(&server, who, &drafted["id"]).await, Value::Null, "{who}");
    }
    let mut twice = text("TWIN", "x");
    twice["clauses"][1]["key"] = "PURPOSE".into();
    let refused =
        server.refused("city_office", "actOnPartnership", act(&drafted, json!({"edit": twice}))).await;
    assert_eq!(refused.0, "VALIDATION");
    let edited =
        go(&server, "city_office", &drafted, json!({"edit": text("TWIN", "To learn and to trade")})).await;
    let edited = first_deed(&server, &a, edited).await;
    let proposed = go(&server, "city_office", &edited, json!({"propose": true})).await;
    assert_eq!(proposed["state"], "PROPOSED");

    // The receipt is frozen, and the other side sees it now.
    let frozen = "query($i:ID!){node(id:$i){... on Partnership{frozenReceipt}}}";
    let seen = server.data_as("partner_office", frozen, json!({"i": proposed["id"]})).await;
    receipt(&server, &seen["node"]["frozenReceipt"]).await;
    let other = draft(&server, &a, &b).await;
    assert_eq!(
        code(&server, "city_office", &other, json!({"propose": true})).await,
        "GATE_FAILED",
        "a live pair"
    );

    // Versions alternate, and are compared clause by clause.
    assert_eq!(
        code(&server, "city_office", &proposed, json!({"acceptProposal": true})).await,
        "NOT_PERMITTED"
    );
    let countered = go(
        &server,
        "partner_office",
        &proposed,
        json!({"counter": text("TWIN", "To learn and to exchange people")}),
    )
    .await;
    assert_eq!(countered["state"], "NEGOTIATING");
    assert_eq!(
        code(&server, "partner_colleague", &countered, json!({"counter": text("TWIN", "Again")})).await,
        "GATE_FAILED"
    );
    let compared = "query($i:ID!){node(id:$i){... on Partnership{compareVersions(from:1,to:2){key fate parts{lang \
                    pieces{kind text}}}}}}";
    let data = server.data_as("city_office", compared, json!({"i": countered["id"]})).await;
    let changes = data["node"]["compareVersions"].as_array().unwrap();
    assert_eq!(
        (changes.len(), &changes[0]["key"], &changes[0]["fate"]),
        (1, &json!("PURPOSE"), &json!("CHANGED"))
    );

    let countered = workspace(&server, countered).await;
    let active = to_agreement(&server, countered).await;
    after_signing(&server, &a, active).await;
}

const DEED: &str = "query($i:ID!){node(id:$i){... on Partnership{firstDeed{project{id} mandate{id} asOf \
    triadEdges{key score weakest because}} workPlan{number owner carriedOutBy{id}}}}}";

/// A proposal carries a triad as its first deed: one that the matcher finds between these two cities, and no other.
async fn first_deed(server: &Server, a: &Value, at: Value) -> Value {
    // A network in both countries that meets a need of either city, and a fund for it.
    let mut network = fibre_complete("Fibre for two cities");
    network["places"] = json!([{"country": "RS"}, {"country": "TH"}]);
    let (project, version) = listed(server, &network, ListingState::Published).await;
    let lender = json!({"name": "Fibre for two", "mandate": {"fields": [{"field": "CONN_BROADBAND", "weight": 100}],
        "countries": ["RS", "TH"], "instruments": ["LOAN"],
        "ticketMin": {"amountMinor": "100000000", "currency": "EUR"},
        "ticketMax": {"amountMinor": "90000000000", "currency": "EUR"}}});
    server.done("investor", "createMandate", "mandate{id}", lender).await;
    let triads = "query($c:ID!){triads(cityId:$c,first:100){cityA{id} cityB{id} project{id} mandate{id} \
                  weakestScore triadEdges{key score because}}}";
    let closes =
        |data: &Value| data["triads"].as_array().unwrap().iter().any(|one| one["project"]["id"] == project);
    let found = server.until(triads, &json!({"c": a}), closes).await["triads"].clone();
    let triad = found.as_array().unwrap().iter().find(|one| one["project"]["id"] == project).unwrap();
    assert_eq!((&triad["cityA"]["id"], &triad["cityB"]["id"]), (a, &at["cityB"]["id"]));
    let deed = json!({"projectId": triad["project"]["id"], "mandateId": triad["mandate"]["id"]});
    let mut open = deed.clone();
    open["projectId"] = server.ids["project"].clone();
    assert_eq!(code(server, "city_office", &at, json!({"nameFirstDeed": open})).await, "GATE_FAILED");
    let mut unknown = deed.clone();
    unknown["projectId"] = server.ids["mandate"].clone();
    assert_eq!(code(server, "city_office", &at, json!({"nameFirstDeed": unknown})).await, "VALIDATION");
    let named = go(server, "city_office", &at, json!({"nameFirstDeed": deed})).await;
    let seen = server.data_as("city_office", DEED, json!({"i": at["id"]})).await["node"]["firstDeed"].clone();
    assert_eq!(seen["project"]["id"], triad["project"]["id"]);
    let edges = seen["triadEdges"].as_array().unwrap();
    assert_eq!(edges.len(), 4);
    assert!(
        edges.iter().all(|edge| edge["score"].as_f64().unwrap() > 0.0 && edge["because"] != ""),
        "{seen}"
    );
    // The edges are found anew when it is proposed: without its project it is not.
    let on = |version: &Value| json!({"projectId": project, "expectedVersion": version});
    let pause = ("pauseProject:ProjectTransitionInput", "project{version}");
    let paused = server.done("owner", pause.0, pause.1, on(&json!(version))).await;
    assert_eq!(code(server, "city_office", &named, json!({"propose": true})).await, "NOT_FOUND");
    let resume = "resumeProject:ProjectTransitionInput";
    server.done("owner", resume, pause.1, on(&paused["project"]["version"])).await;
    server.until(triads, &json!({"c": a}), closes).await;
    named
}

/// 8.5: what the two share, each for whom it is meant, and nothing of it for anybody else.
async fn workspace(server: &Server, at: Value) -> Value {
    let paper = paper(server, "city_office", "Plan of the fibre ring", json!({})).await;
    let share = |at: &Value, what: Value| {
        let mut input = json!({"partnershipId": at["id"], "expectedVersion": at["version"]});
        for (key, value) in what.as_object().unwrap() {
            input[key] = value.clone();
        }
        input
    };
    let document =
        json!({"kind": "DOCUMENT", "title": "The ring", "documentId": paper, "with": "BOTH_SIDES"});
    for (who, what, code) in [
        ("partner_office", document.clone(), "NOT_FOUND"),
        ("investor", document.clone(), "NOT_FOUND"),
        ("city_office", json!({"kind": "DOCUMENT", "title": "x", "with": "OWN_SIDE"}), "VALIDATION"),
        ("city_office", json!({"kind": "CONTACT", "title": "x", "with": "OWN_SIDE"}), "VALIDATION"),
    ] {
        assert_eq!(
            server.refused(who, "shareInPartnership", share(&at, what.clone())).await.0,
            code,
            "{who} {what}"
        );
    }
    let mut at = at;
    for (who, what) in [
        ("city_office", document),
        (
            "city_office",
            json!({"kind": "CONTACT", "title": "Desk", "pointer": "desk@novisad.example", "with": "OWN_SIDE"}),
        ),
        (
            "partner_office",
            json!({"kind": "DATA_SET", "title": "Air quality", "pointer": "CC BY 4.0, on request",
            "with": "PUBLIC"}),
        ),
    ] {
        at = server.done(who, "shareInPartnership", NODE, share(&at, what)).await["partnership"].clone();
    }
    let query = "query($i:ID!){node(id:$i){... on Partnership{workspace{number kind title side with}}}}";
    let numbers = async |who: &str| {
        let data = server.data_as(who, query, json!({"i": at["id"]})).await;
        let entries =
            data["node"]["workspace"].as_array().map(|entries| entries.iter().map(|e| e["number"].clone()));
        entries.map(Iterator::collect::<Vec<_>>)
    };
    assert_eq!(numbers("city_colleague").await.unwrap(), [1, 2, 3]);
    assert_eq!(numbers("partner_office").await.unwrap(), [1, 3]);
    assert_eq!(numbers("investor").await, None);
    let open = json!({"partnershipId": at["id"], "number": 1});
    let url = server.done("partner_office", "openSharedDocument", "url", open.clone()).await["url"].clone();
    let bytes = server.client().get(url.as_str().unwrap()).send().await.unwrap().text().await.unwrap();
    assert_eq!(bytes, "Plan of the fibre ring: all of it");
    assert_eq!(server.refused("investor", "openSharedDocument", open).await.0, "NOT_FOUND");
    let contact = json!({"partnershipId": at["id"], "number": 2});
    assert_eq!(server.refused("partner_office", "openSharedDocument", contact).await.0, "NOT_FOUND");
    let back =
        |number: i32| json!({"partnershipId": at["id"], "expectedVersion": at["version"], "number": number});
    assert_eq!(server.refused("partner_office", "takeBackShared", back(1)).await.0, "NOT_FOUND");
    server.done("city_office", "takeBackShared", NODE, back(2)).await["partnership"].clone()
}

/// What is frozen verifies, here and offline; with one byte changed it does not.
async fn receipt(server: &Server, frozen: &Value) {
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
async fn to_agreement(server: &Server, at: Value) -> Value {
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
async fn after_signing(server: &Server, a: &Value, active: Value) {
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

#[tokio::test]
async fn article_8_1_and_8_5_journey_d_from_a_draft_to_the_review_on_sqlite() {
    journey_d(Behind::Sqlite).await;
}

#[tokio::test]
async fn article_8_1_and_8_5_journey_d_from_a_draft_to_the_review_on_postgres() {
    journey_d(Behind::Postgres).await;
}

/// The second signature and a withdrawal, and in an active agreement a suspension and an end, in the same instant: one
/// wins each time, and there is no double effect.
async fn races(behind: Behind, rounds: usize) {
    let server = Server::demo(behind, &[]);
    let (a, b) = cities(&server).await;
    let sql = Sql::connect(&server.database).await;
    let paper_a = paper(&server, "city_office", "Signed by Novi Sad", json!({})).await;
    let paper_b = paper(&server, "partner_office", "Signed by Chiang Mai", json!({})).await;
    let (mut signed, mut withdrawn) = (0_u32, 0_u32);
    for _ in 0..rounds {
        // The time for which a pair rests after a withdrawal goes by.
        sql.execute("UPDATE partnership SET cooling_until = NULL").await;
        let at = draft(&server, &a, &b).await;
        let at = go(&server, "city_office", &at, json!({"propose": true})).await;
        let at = go(&server, "partner_office", &at, json!({"acceptProposal": true})).await;
        let at =
            go(&server, "city_office", &at, json!({"signLetterOfIntent": signing(&at, &paper_a, "A")})).await;
        let at =
            go(&server, "partner_office", &at, json!({"signLetterOfIntent": signing(&at, &paper_b, "B")}))
                .await;
        let at = go(&server, "city_office", &at, json!({"requestApprovals": true})).await;
        let grant =
            |paper: &Value| json!({"decideApproval": {"step": 0, "granted": true, "documentId": paper}});
        let at = go(&server, "city_office", &at, grant(&paper_a)).await;
        let at = go(&server, "partner_office", &at, grant(&paper_b)).await;
        let at =
            go(&server, "city_colleague", &at, json!({"signAgreement": signing(&at, &paper_a, "A")})).await;
        let second = act(&at, json!({"signAgreement": signing(&at, &paper_b, "B")}));
        let leave = act(&at, json!({"withdraw": {"reasons": ["TIMING"]}}));
        let (one, other) = tokio::join!(
            server.mutate("partner_colleague", "actOnPartnership", "partnership{state}", second),
            server.mutate("city_office", "actOnPartnership", "partnership{state}", leave),
        );
        let done = |payload: &Value| payload["userErrors"].as_array().unwrap().is_empty();
        assert!(done(&one) != done(&other), "one winner: {one} {other}");
        let end = look(&server, "city_office", &at["id"]).await;
        if done(&other) {
            withdrawn = withdrawn.saturating_add(1);
            assert_eq!(
                (&end["state"], end["signatures"].as_array().unwrap().len()),
                (&json!("WITHDRAWN"), 3)
            );
            continue;
        }
        signed = signed.saturating_add(1);
        assert_eq!((&end["state"], end["signatures"].as_array().unwrap().len()), (&json!("ACTIVE"), 4));
        let pause = act(&end, json!({"suspend": {"closing": {"note": "x"}, "reviewOn": "2030-01-01"}}));
        let finish = act(&end, json!({"end": {"note": "x"}}));
        let (one, other) = tokio::join!(
            server.mutate("partner_office", "actOnPartnership", "partnership{state}", pause),
            server.mutate("city_office", "actOnPartnership", "partnership{state}", finish),
        );
        assert!(done(&one) != done(&other), "one winner: {one} {other}");
        if done(&one) {
            let at = look(&server, "city_office", &end["id"]).await;
            go(&server, "city_office", &at, json!({"end": {"note": "x"}})).await;
        }
    }
    sql.close().await;
    println!("races of signing: {rounds} rounds, {signed} signed, {withdrawn} withdrawn");
}

#[tokio::test]
async fn one_wins_where_signing_and_leaving_race_on_sqlite() {
    races(Behind::Sqlite, 100).await;
}

#[tokio::test]
async fn one_wins_where_signing_and_leaving_race_on_postgres() {
    races(Behind::Postgres, 100).await;
}
