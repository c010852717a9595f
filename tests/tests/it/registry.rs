//! Mandates, cities, needs and offers, and searches in the hands of their people, on both databases; what is found
//! follows.

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

    let version = changed["version"].as_i64().unwrap();
    let mut aim =
        json!({"cityId": city, "expectedVersion": version, "field": "HEALTH_REMOTE", "priority": 1});
    let node = "city{version needs{field} offers{field}}";
    let made =
        server.done("city_office", "declareNeed:DeclareAimInput", node, aim.clone()).await["city"].clone();
    assert_eq!(made["needs"], json!([{"field": "CITY_SMART"}, {"field": "HEALTH_REMOTE"}]));
    aim["expectedVersion"] = made["version"].clone();
    aim["priority"] = json!(9);
    let refused = server.refused("city_office", "declareOffer:DeclareAimInput", aim.clone()).await;
    assert_eq!(refused, ("VALIDATION".into(), "priority".into()));
    aim["priority"] = Value::Null;
    let made = server.done("city_office", "declareNeed:DeclareAimInput", node, aim).await["city"].clone();
    assert_eq!(made["needs"], json!([{"field": "CITY_SMART"}]), "taken back");
}

async fn capabilities(server: &Server) {
    let node = "capability{id version title{value} counterparts{nearness because capability{title{value}}}}";
    let need = json!({"direction": "NEED", "title": {"value": "Sensors for a dairy"}, "fields": ["DX_MANUFACTURING"],
        "role": "SUPPLIER", "countries": ["RS"], "languages": ["sr"]});
    let made =
        server.done("owner", "createCapability", node, json!({"capability": need})).await["capability"]
            .clone();
    assert_eq!(made["counterparts"], json!([]));
    let id = made["id"].clone();
    let offer = |title: &str, field: &str, country: &str| {
        json!({"capability": {"direction": "OFFER", "title": {"value": title}, "fields": [field],
            "countries": [country], "languages": ["en", "sr"]}})
    };
    // The same field, another of the same article, an unrelated one, and one in another country.
    for (title, field, country) in [
        ("Sensors and their wiring", "DX_MANUFACTURING", "RS"),
        ("Tags for cattle", "DX_AGRI", "RS"),
        ("A course for officials", "SKILLS_PUBLIC", "RS"),
        ("Sensors of the north", "DX_MANUFACTURING", "LA"),
    ] {
        server.done("investor", "createCapability", "capability{id}", offer(title, field, country)).await;
    }
    let look = "query($i:ID!){capability(id:$i){counterparts{nearness sharedLanguage capability{id title{value}                 organisation{name} counterparts{capability{title{value}}}}}}}";
    let found = server
        .until(look, &json!({"i": id}), |data| {
            data["capability"]["counterparts"].as_array().unwrap().len() == 2
        })
        .await;
    let list = &found["capability"]["counterparts"];
    assert_eq!(list[0]["capability"]["title"]["value"], "Sensors and their wiring");
    assert_eq!((&list[0]["nearness"], &list[0]["sharedLanguage"]), (&json!(1.0), &json!(true)));
    assert_eq!(
        (&list[1]["capability"]["title"]["value"], &list[1]["nearness"]),
        (&json!("Tags for cattle"), &json!(0.6))
    );
    let back = &list[0]["capability"]["counterparts"][0]["capability"]["title"]["value"];
    assert_eq!(back, "Sensors for a dairy", "the match is there both ways");

    let filter = "query($f:CapabilityFilter){capabilities(filter:$f){totalCount edges{node{title{value}}}}}";
    for (given, count) in [
        (json!({}), 5),
        (json!({"direction": "NEED"}), 1),
        (json!({"fields": ["DX_MANUFACTURING"], "direction": "OFFER"}), 2),
        (json!({"countries": ["LA"]}), 1),
    ] {
        let data = server.data(filter, json!({"f": given})).await;
        assert_eq!(data["capabilities"]["totalCount"], count, "{given}");
    }
    for (key, value, path) in [
        ("fields", json!([]), "fields"),
        ("title", json!({"value": ""}), "capability.title.value"),
        ("countries", json!(["QQ"]), "capability.countries.0"),
        ("validUntil", json!("2020-01-01"), "validUntil"),
    ] {
        let mut wrong = need.clone();
        wrong[key] = value;
        let refused = server.refused("owner", "createCapability", json!({"capability": wrong})).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), ("VALIDATION", path));
    }
    let change = json!({"capabilityId": id, "expectedVersion": 1, "capability": need});
    assert_eq!(server.refused("investor", "updateCapability", change.clone()).await.0, "NOT_PERMITTED");
    server.done("owner", "updateCapability", node, change).await;
    let remove = json!({"capabilityId": id, "expectedVersion": 2});
    assert_eq!(server.refused("investor", "removeCapability", remove.clone()).await.0, "NOT_PERMITTED");
    server.done("owner", "removeCapability", "removedId", remove).await;
    assert_eq!(server.data("query($i:ID!){node(id:$i){id}}", json!({"i": id})).await["node"], Value::Null);
}

async fn saved_searches(server: &Server) {
    let node = "savedSearch{id version name filterJson mandate{id} city{id}                 opportunities(first:3){totalCount edges{node{project{id}}}} partnerCities(first:2){totalCount}}";
    let mandate = server.ids["mandate"].clone();
    let search = json!({"name": "Africa", "mandateId": mandate, "filter": {"countries": ["NG", "KE"], "text": "project"}});
    let made =
        server.done("investor", "saveSearch", node, json!({"search": search})).await["savedSearch"].clone();
    let id = made["id"].clone();
    // It answers as the query itself does.
    let same = "query($m:ID!){opportunities(mandateId:$m,first:3,filter:{countries:[\"NG\",\"KE\"],text:\"project\"}){                totalCount edges{node{project{id}}}}}";
    let same = server.data(same, json!({"m": mandate})).await;
    assert_eq!(made["opportunities"], same["opportunities"]);
    assert!(made["opportunities"]["totalCount"].as_i64().unwrap() > 0);
    assert_eq!(made["partnerCities"], Value::Null);
    // Nobody else sees that it is there.
    let door = "query($i:ID!){node(id:$i){id} nodes(ids:[$i]){id}}";
    for who in ["owner", "city_office", "reviewer", "compliance", "administrator", "observer"] {
        let data = server.data_as(who, door, json!({"i": id})).await;
        assert_eq!(data, json!({"node": null, "nodes": [null]}), "{who}");
        let input = json!({"savedSearchId": id, "expectedVersion": 1});
        assert_eq!(server.refused(who, "removeSavedSearch", input).await.0, "NOT_FOUND", "{who}");
    }
    assert_eq!(server.data(door, json!({"i": id})).await, json!({"node": null, "nodes": [null]}));
    let mine = "{me{savedSearches{id name} data}}";
    let data = server.data_as("investor", mine, json!({})).await;
    assert_eq!(data["me"]["savedSearches"], json!([{"id": id, "name": "Africa"}]));
    assert_eq!(data["me"]["data"]["saved_search"][0]["search"]["name"], "Africa");
    let data = server.data_as("owner", mine, json!({})).await;
    assert_eq!((&data["me"]["savedSearches"], &data["me"]["data"]["saved_search"]), (&json!([]), &json!([])));

    let with = |key: &str, value: Value| {
        let mut search = search.clone();
        search[key] = value;
        json!({"savedSearchId": id, "expectedVersion": 1, "search": search})
    };
    for (input, code, path) in [
        (with("name", json!(" ")), "VALIDATION", "search.name"),
        (with("cityId", server.ids["city"].clone()), "VALIDATION", "search.cityId"),
        (with("cityFilter", json!({})), "VALIDATION", "search.cityFilter"),
        (with("filter", json!({"countries": ["QQ"]})), "VALIDATION", "filter.countries"),
        (with("filter", json!({"text": "…"})), "VALIDATION", "filter.text"),
        (with("mandateId", server.ids["city"].clone()), "VALIDATION", "search.mandateId"),
    ] {
        let refused = server.refused("investor", "updateSavedSearch", input.clone()).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), (code, path), "{input}");
    }
    let cities = json!({"savedSearchId": id, "expectedVersion": 1, "search": {"name": "Twins",
        "cityId": server.ids["city"], "cityFilter": {"minPopulation": 100_000}}});
    let changed = server.done("investor", "updateSavedSearch", node, cities).await["savedSearch"].clone();
    assert_eq!((&changed["opportunities"], &changed["mandate"]), (&Value::Null, &Value::Null));
    assert!(changed["partnerCities"]["totalCount"].as_i64().is_some());
    let input = json!({"savedSearchId": id, "expectedVersion": 2});
    server.done("investor", "removeSavedSearch", "removedId", input).await;
    assert_eq!(
        server.data_as("investor", "{me{savedSearches{id}}}", json!({})).await["me"]["savedSearches"],
        json!([])
    );
}

/// One server for all, since to start one takes longer than all that is asked of it.
async fn registry(behind: Behind) {
    let server = Server::demo(behind, &[]);
    mandates(&server).await;
    cities(&server).await;
    capabilities(&server).await;
    saved_searches(&server).await;
}

#[tokio::test]
async fn records_are_kept_by_their_people_on_sqlite() {
    registry(Behind::Sqlite).await;
}

#[tokio::test]
async fn records_are_kept_by_their_people_on_postgres() {
    registry(Behind::Postgres).await;
}
