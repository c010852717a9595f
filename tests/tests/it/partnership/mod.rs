//! Journey D: a city office proposes a partnership and carries it to the agreement, its review and its end, with two
//! people a side, on both databases; and what is refused on the way.

mod agreement;
mod deed;
mod gates;
mod races;

use serde_json::{Value, json};
use tests::server::{Behind, Server};

pub(crate) use self::deed::triad;
use self::{
    agreement::{after_signing, receipt, to_agreement},
    deed::{first_deed, workspace},
    gates::{pair_is_taken, refusal_names_the_gate},
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
    refusal_names_the_gate(&server, &edited, &a, &b).await;
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
    pair_is_taken(&server, &a, &b).await;

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

#[tokio::test]
async fn article_8_1_and_8_5_journey_d_from_a_draft_to_the_review_on_sqlite() {
    journey_d(Behind::Sqlite).await;
}

#[tokio::test]
async fn article_8_1_and_8_5_journey_d_from_a_draft_to_the_review_on_postgres() {
    journey_d(Behind::Postgres).await;
}
