//! Mandates and cities in the hands of their people, on both databases; rankings follow.

use serde_json::{Value, json};
use tests::server::{Behind, Server};

fn terms() -> Value {
    json!({
        "fields": [{"field": "CONN_BROADBAND", "weight": 100}], "countries": ["NG"], "instruments": ["LOAN"],
        "ticketMin": {"amountMinor": "100000000", "currency": "USD"},
        "ticketMax": {"amountMinor": "90000000000", "currency": "USD"}, "softTerms": ["TICKET"],
    })
}

const LIST: &str =
    "query($m:ID!){opportunities(mandateId:$m,first:1){totalCount excludedTotal edges{node{project{id}}}}}";

async fn mandates(server: &Server) {
    let node = "mandate{id version name terms{countries softTerms} versions{version name terms{countries}}}";
    let input = json!({"name": "Fibre for Nigeria", "mandate": terms(), "idempotencyKey": "the-first"});
    let made = server.done("investor", "createMandate", node, input.clone()).await["mandate"].clone();
    assert_eq!((&made["version"], &made["terms"]["softTerms"]), (&json!(1), &json!(["TICKET"])));
    let again = server.done("investor", "createMandate", node, input).await["mandate"].clone();
    assert_eq!(again["id"], made["id"], "the same key has one effect");
    let id = made["id"].clone();
    // It ranks at once, for everybody; its past is its people's.
    let found = server.until(LIST, &json!({"m": id}), |data| !data.is_null()).await;
    let before = found["opportunities"]["excludedTotal"].as_i64().unwrap();
    let data = server.data("query($i:ID!){mandate(id:$i){name versions{version}}}", json!({"i": id})).await;
    assert_eq!(data["mandate"], json!({"name": "Fibre for Nigeria", "versions": null}));

    let mut wider = terms();
    wider["countries"] = json!([]);
    wider["global"] = json!(true);
    let change = json!({"mandateId": id, "expectedVersion": 1, "name": "Fibre anywhere", "mandate": wider});
    // Others see it and may not; old versions, wrong terms and unknown regions are refused by name.
    for who in ["owner", "city_office", "reviewer", "administrator", "observer"] {
        let refused = server.refused(who, "updateMandate", change.clone()).await;
        assert_eq!(refused.0, "NOT_PERMITTED", "{who}");
    }
    let with = |field: &str, value: Value| {
        let mut change = change.clone();
        change[field] = value;
        change
    };
    let term = |key: &str, value: Value| {
        let mut terms = terms();
        terms[key] = value;
        with("mandate", terms)
    };
    for (input, code, path) in [
        (with("expectedVersion", json!(7)), "VERSION_CONFLICT", "expectedVersion"),
        (with("name", json!("")), "VALIDATION", "name"),
        (with("mandateId", json!("none")), "VALIDATION", "mandateId"),
        (term("regions", json!(["Atlantis"])), "VALIDATION", "mandate.regions.0"),
        (term("articles", json!([16])), "VALIDATION", "mandate.articles"),
        (term("ticketMin", Value::Null), "VALIDATION", "mandate.ticketMin"),
        (term("countries", json!(["XX"])), "VALIDATION", "mandate.countries"),
    ] {
        let refused = server.refused("investor", "updateMandate", input.clone()).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), (code, path), "{input}");
    }
    let changed = server.done("investor", "updateMandate", node, change).await["mandate"].clone();
    assert_eq!((&changed["version"], &changed["name"]), (&json!(2), &json!("Fibre anywhere")));
    assert_eq!(changed["versions"][1]["terms"]["countries"], json!(["NG"]));
    let narrower = |data: &Value| data["opportunities"]["excludedTotal"].as_i64().unwrap() < before;
    server.until(LIST, &json!({"m": id}), narrower).await;

    // Nobody has a mandate but an investor, and nobody acts for an institution of the record.
    let input = json!({"name": "An owner's", "mandate": terms()});
    assert_eq!(server.refused("owner", "createMandate", input.clone()).await.0, "GATE_FAILED");
    assert_eq!(server.refused("reviewer", "createMandate", input).await.0, "NOT_PERMITTED");
    let input = json!({"mandateId": server.ids["mandate"], "expectedVersion": 1});
    assert_eq!(server.refused("investor", "removeMandate", input).await.0, "NOT_PERMITTED");

    let input = json!({"mandateId": id, "expectedVersion": 2});
    assert_eq!(server.refused("owner", "removeMandate", input.clone()).await.0, "NOT_PERMITTED");
    let removed = server.done("investor", "removeMandate", "removedId", input.clone()).await;
    assert_eq!(removed["removedId"], id);
    assert_eq!(
        server.refused("investor", "removeMandate", input).await,
        ("NOT_FOUND".into(), "mandateId".into())
    );
    let gone = "query($i:ID!){node(id:$i){id} mandate(id:$i){id}}";
    assert_eq!(server.data(gone, json!({"i": id})).await, json!({"node": null, "mandate": null}));
}

const PARTNERS: &str = "query($c:ID!){partnerCities(cityId:$c,first:100){totalCount excluded{gate count}}}";

async fn cities(server: &Server) {
    let city = server.ids["city"].clone();
    let look = "query($i:ID!){city(id:$i){version office{name} accepting needs{field priority} provenance{sampleFacts}}}";
    let data = server.data(look, json!({"i": city})).await;
    let version = data["city"]["version"].as_i64().unwrap();
    assert_eq!(data["city"]["office"], Value::Null);
    let profile = json!({"cityId": city, "expectedVersion": version, "profile": {"accepting": true}});
    // Before it is taken over nobody writes it, and only its proved office takes it over.
    assert_eq!(server.refused("city_office", "updateCityProfile", profile.clone()).await.0, "NOT_PERMITTED");
    let claim = json!({"cityId": city, "expectedVersion": version});
    for (who, code) in [("owner", "GATE_FAILED"), ("investor", "GATE_FAILED"), ("reviewer", "NOT_PERMITTED")]
    {
        assert_eq!(server.refused(who, "claimCity", claim.clone()).await.0, code, "{who}");
    }
    let other = server
        .data("{search(text:\"Belgrade\",kinds:[CITY],first:1){id ... on City{version}}}", json!({}))
        .await;
    let elsewhere = &other["search"][0];
    let input = json!({"cityId": elsewhere["id"], "expectedVersion": elsewhere["version"]});
    assert_eq!(server.refused("city_office", "claimCity", input).await.0, "GATE_FAILED", "not its seat");
    let node =
        "city{version office{name} accepting needs{field priority} confirmedOn provenance{sampleFacts}}";
    let claimed = server.done("city_office", "claimCity", node, claim).await["city"].clone();
    assert_eq!(claimed["office"]["name"], "International Office, Novi Sad (fictional)");
    assert_eq!((&claimed["accepting"], &claimed["confirmedOn"]), (&json!(false), &Value::Null));
    let version = claimed["version"].as_i64().unwrap();
    let claim = json!({"cityId": city, "expectedVersion": version});
    assert_eq!(server.refused("city_office", "claimCity", claim).await.0, "DUPLICATE");

    // Its own needs are no samples any more; it is ranked once it says that it looks for partners.
    let found =
        server.until(PARTNERS, &json!({"c": city}), |data| data["partnerCities"]["totalCount"] == 0).await;
    assert_eq!(found["partnerCities"]["totalCount"], 0, "{found}");
    let profile = json!({"cityId": city, "expectedVersion": version, "profile": {
        "accepting": true, "capacityLeft": 2, "languages": ["sr", "en"], "areaFocus": ["AI", "IOT", "AI"],
        "needs": [{"field": "CITY_SMART", "priority": 3}], "offers": [{"field": "SKILLS_PUBLIC", "priority": 2}],
        "commitment": {"budgetLine": true},
    }});
    assert_eq!(server.refused("owner", "updateCityProfile", profile.clone()).await.0, "NOT_PERMITTED");
    for (at, value, path) in [
        ("needs", json!([{"field": "CITY_SMART", "priority": 4}]), "profile.needs.0.priority"),
        (
            "offers",
            json!([{"field": "CITY_SMART", "priority": 1}, {"field": "CITY_SMART", "priority": 2}]),
            "offers",
        ),
        ("languages", json!(["sr", "?"]), "profile.languages.1"),
    ] {
        let mut wrong = profile.clone();
        wrong["profile"][at] = value;
        let refused = server.refused("city_office", "updateCityProfile", wrong).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), ("VALIDATION", path));
    }
    let changed = server.done("city_office", "updateCityProfile", node, profile).await["city"].clone();
    assert_eq!(changed["needs"], json!([{"field": "CITY_SMART", "priority": 3}]));
    assert_eq!(changed["provenance"]["sampleFacts"], json!([]));
    server.until(PARTNERS, &json!({"c": city}), |data| data["partnerCities"]["totalCount"] != 0).await;

    let mut version = changed["version"].as_i64().unwrap();
    let mut aim =
        json!({"cityId": city, "expectedVersion": version, "field": "HEALTH_REMOTE", "priority": 1});
    let node = "city{version needs{field} offers{field}}";
    let made =
        server.done("city_office", "declareNeed:DeclareAimInput", node, aim.clone()).await["city"].clone();
    assert_eq!(made["needs"], json!([{"field": "CITY_SMART"}, {"field": "HEALTH_REMOTE"}]));
    version += 1;
    aim["expectedVersion"] = json!(version);
    aim["priority"] = json!(9);
    let refused = server.refused("city_office", "declareOffer:DeclareAimInput", aim.clone()).await;
    assert_eq!(refused, ("VALIDATION".into(), "priority".into()));
    aim["priority"] = Value::Null;
    let made = server.done("city_office", "declareNeed:DeclareAimInput", node, aim).await["city"].clone();
    assert_eq!(made["needs"], json!([{"field": "CITY_SMART"}]), "taken back");
}

/// One server for both, since to start one takes longer than all that is asked of it.
async fn registry(behind: Behind) {
    let server = Server::demo(behind, &[]);
    mandates(&server).await;
    cities(&server).await;
}

#[tokio::test]
async fn mandates_and_cities_are_kept_by_their_people_on_sqlite() {
    registry(Behind::Sqlite).await;
}

#[tokio::test]
async fn mandates_and_cities_are_kept_by_their_people_on_postgres() {
    registry(Behind::Postgres).await;
}
