//! The three rankings.

use domain::{city::City, mandate::Mandate, project::Project};
use serde_json::{Value, json};

use super::{SAME_MANDATE, World};

const OPPORTUNITIES: &str = r"query($m: ID!, $first: Int, $after: String, $by: RankBy, $w: [WeightInput!]) {
    opportunities(mandateId: $m, first: $first, after: $after, rankBy: $by, weights: $w) {
        totalCount notEnoughKnown excludedTotal excluded { gate count unknown } asOf catalogSequence
        policy { version hash publishedAt ownWeights } pageInfo { hasNextPage hasPreviousPage endCursor }
        edges { cursor node {
            id rank score { low point high coverage } project { id title { value lang } provenance { label } }
            forInvestor { point criteria { key weight value low high status sentence(lang: EN) evidence { fact source asOf } } }
            forProject { point } gates { key outcome because fixable } listed
            explanation(lang: EN, audience: INVESTOR) { headline because against unknown text }
            counterfactuals(max: 1) { change newScore { point } lift }
        } }
    }
}";

/// Every edge of a list, page by page.
async fn walk(world: &World, query: &str, list: &str, mut variables: Value, first: i32) -> Vec<Value> {
    let mut edges = Vec::new();
    variables["first"] = first.into();
    loop {
        let data = world.ask(query, variables.clone()).await;
        let page = &data[list];
        edges.extend(page["edges"].as_array().unwrap().iter().cloned());
        if page["pageInfo"]["hasNextPage"] != true {
            return edges;
        }
        variables["after"] = page["pageInfo"]["endCursor"].clone();
    }
}

#[tokio::test]
async fn opportunities_are_ranked_explained_and_counted() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    let data = world.ask(OPPORTUNITIES, json!({"m": m, "first": 100})).await;
    let list = &data["opportunities"];
    // Twelve of fibre and one in many scripts; the clinic is out by field; drafts do not exist.
    assert_eq!(list["totalCount"], 13);
    assert_eq!((&list["excludedTotal"], &list["notEnoughKnown"]), (&json!(1), &json!(1)));
    let field = list["excluded"].as_array().unwrap().iter().find(|gate| gate["gate"] == "G5_FIELD").unwrap();
    assert_eq!(field["count"], 1);
    assert_eq!(list["policy"]["ownWeights"], false);
    let edges = list["edges"].as_array().unwrap();
    let scores: Vec<f64> = edges.iter().map(|e| e["node"]["score"]["point"].as_f64().unwrap()).collect();
    assert!(scores.is_sorted_by(|a, b| a >= b), "{scores:?}");
    for (place, edge) in edges.iter().enumerate() {
        let node = &edge["node"];
        assert_eq!(node["rank"], place + 1);
        let score = |key: &str| node["score"][key].as_f64().unwrap();
        assert!(score("low") <= score("point") && score("point") <= score("high"));
        assert_eq!(node["forInvestor"]["criteria"].as_array().unwrap().len(), 9);
        assert_eq!(node["gates"].as_array().unwrap().len(), 10);
        let explained = &node["explanation"];
        assert!(explained["text"].as_str().unwrap().starts_with(explained["headline"].as_str().unwrap()));
        assert_eq!(node["project"]["provenance"]["label"], "historical record replayed as if open");
        let change = &node["counterfactuals"][0];
        let lifted = change["newScore"]["point"].as_f64().unwrap() - score("point");
        assert!((change["lift"].as_f64().unwrap() - lifted).abs() < 1e-9 && lifted > 0.0);
    }
}

#[tokio::test]
async fn pages_have_no_gaps_and_no_repeats() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    for by in ["MUTUAL", "MINE", "NEUTRAL"] {
        let asked = json!({"m": m, "by": by});
        let whole = walk(&world, OPPORTUNITIES, "opportunities", asked.clone(), 100).await;
        for first in [1, 3, 5, 13] {
            assert_eq!(
                walk(&world, OPPORTUNITIES, "opportunities", asked.clone(), first).await,
                whole,
                "{by} {first}"
            );
        }
    }
    // A listing that comes between two pages changes nothing about those that did not change.
    let asked = json!({"m": m});
    let before = walk(&world, OPPORTUNITIES, "opportunities", asked.clone(), 100).await;
    let first = world.ask(OPPORTUNITIES, json!({"m": m, "first": 5})).await;
    world.put_project("late", super::project("Late but good", "RS", |_| {})).await;
    let mut rest = asked;
    rest["after"] = first["opportunities"]["pageInfo"]["endCursor"].clone();
    let rest = walk(&world, OPPORTUNITIES, "opportunities", rest, 4).await;
    let ids = |edges: &[Value]| -> Vec<Value> {
        let late = |edge: &&Value| edge["node"]["project"]["title"]["value"] != "Late but good";
        edges.iter().filter(late).map(|edge| edge["node"]["project"]["id"].clone()).collect()
    };
    assert_eq!(ids(&rest), ids(&before[5..]));
}

#[tokio::test]
async fn own_weights_are_taken_within_the_caps() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    let with = |weights: Value| json!({"m": m, "w": weights});
    let data = world
        .ask(OPPORTUNITIES, with(json!([{"key": "FIELD", "weight": 5}, {"key": "TICKET", "weight": 30}])))
        .await;
    assert_eq!(data["opportunities"]["policy"]["ownWeights"], true);
    let own = &data["opportunities"]["edges"][0]["node"]["forInvestor"]["criteria"][1];
    assert_eq!((&own["key"], &own["weight"]), (&json!("TICKET"), &json!(30.0)));
    for (weights, words) in [
        (json!([{"key": "FIELD", "weight": 41}]), "above 40"),
        (json!([{"key": "TRUST", "weight": 1}]), "TRUST"),
        (json!([{"key": "FIELD", "weight": 21}]), "sum"),
        (json!([{"key": "BEAUTY", "weight": 1}]), "FIELD"),
    ] {
        let (code, argument, message) = world.refused(OPPORTUNITIES, with(weights)).await;
        assert_eq!((code.as_str(), argument.as_str()), ("VALIDATION", "weights"), "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[tokio::test]
async fn cursors_and_arguments_that_do_not_fit_are_refused_by_name() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    let p = world.id::<Project>("fibre-1").await;
    let data = world.ask(OPPORTUNITIES, json!({"m": m, "first": 2})).await;
    let cursor = data["opportunities"]["pageInfo"]["endCursor"].clone();
    for (variables, code, argument) in [
        (json!({"m": m, "after": cursor, "by": "MINE"}), "VALIDATION", "after"),
        (json!({"m": m, "after": "no cursor"}), "VALIDATION", "after"),
        (json!({"m": m, "first": 0}), "VALIDATION", "first"),
        (json!({"m": m, "first": 101}), "VALIDATION", "first"),
        (json!({"m": p}), "VALIDATION", "mandateId"),
        (json!({"m": format!("x{m}")}), "VALIDATION", "mandateId"),
        (
            json!({"m": crate::id::encode(crate::store::Kind::Mandate, uuid::Uuid::nil())}),
            "NOT_FOUND",
            "mandateId",
        ),
    ] {
        let (found, named, message) = world.refused(OPPORTUNITIES, variables.clone()).await;
        assert_eq!((found.as_str(), named.as_str()), (code, argument), "{variables}: {message}");
    }
    // A page more of the same question is another matter.
    world.ask(OPPORTUNITIES, json!({"m": m, "after": cursor, "first": 7, "by": null})).await;
    for (by, words) in [("\"BEST\"", "MUTUAL, MINE, NEUTRAL"), ("7", "RankBy")] {
        let query =
            "query($m: ID!, $by: RankBy) { opportunities(mandateId: $m, rankBy: $by) { totalCount } }";
        let by: Value = serde_json::from_str(by).unwrap();
        let refused = world.refused(query, json!({"m": m, "by": by})).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), ("VALIDATION", "rankBy"));
        assert!(refused.2.contains(words), "{}", refused.2);
    }
    let nested = "{ opportunities(mandate: {fields: [{field: FIBRE}]}) { totalCount } }";
    assert_eq!(world.refused(nested, json!({})).await.1, "mandate.fields.0.field");
    let neither = "{ opportunities { totalCount } }";
    assert_eq!(world.refused(neither, json!({})).await.1, "mandateId");
    let text = "query($m: ID!) { opportunities(mandateId: $m, filter: {text: \"…\"}) { totalCount } }";
    assert_eq!(world.refused(text, json!({"m": m})).await.1, "filter.text");
    let region = "{ opportunities(mandate: {regions: [\"Atlantis\"]}) { totalCount } }";
    assert_eq!(world.refused(region, json!({})).await.1, "mandate.regions");
    let ticket = "{ opportunities(mandate: {ticketMin: {amountMinor: 5, currency: EUR}, ticketMax: {amountMinor: 4, currency: EUR}}) { totalCount } }";
    assert_eq!(world.refused(ticket, json!({})).await.1, "mandate.ticketMin");
}

#[tokio::test]
async fn an_unsaved_mandate_ranks_as_a_saved_one() {
    let world = World::new().await;
    let rows = "totalCount excluded { gate count unknown } edges { node { rank score { low point high coverage } \
                forInvestor { point criteria { key value } } forProject { point } project { id } stability } }";
    let m = world.id::<Mandate>("mandate-plain").await;
    let saved = world
        .ask(&format!("query($m: ID!) {{ opportunities(mandateId: $m) {{ {rows} }} }}"), json!({"m": m}))
        .await;
    let unsaved =
        world.ask(&format!("{{ opportunities(mandate: {SAME_MANDATE}) {{ {rows} }} }}"), json!({})).await;
    assert_eq!(saved, unsaved);
    assert!(saved["opportunities"]["edges"][0]["node"]["stability"].as_f64().unwrap() > 0.9);
    let investor = format!(
        "{{ opportunities(mandate: {SAME_MANDATE}, first: 1) {{ edges {{ node {{ investor {{ id }} mandate {{ id }} }} }} }} }}"
    );
    let data = world.ask(&investor, json!({})).await;
    assert_eq!(data["opportunities"]["edges"][0]["node"], json!({"investor": null, "mandate": null}));
}

#[tokio::test]
async fn filters_narrow_the_list_and_leave_scores_alone() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    let query = "query($m: ID!, $f: OpportunityFilter, $list: MatchList) { opportunities(mandateId: $m, filter: $f, \
                 list: $list, first: 100) { totalCount notEnoughKnown edges { node { score { point } project { id title { value } } } } } }";
    let all = world.ask(query, json!({"m": m})).await;
    let score_of = |id: &Value| {
        let edges = all["opportunities"]["edges"].as_array().unwrap();
        edges.iter().find(|edge| edge["node"]["project"]["id"] == *id).unwrap()["node"]["score"].clone()
    };
    for (filter, count) in [
        (json!({"countries": ["BIH"]}), 6),
        (json!({"text": "district 1"}), 3),
        (json!({"text": "智慧城市"}), 1),
        (json!({"minGap": {"amountMinor": "1800000000", "currency": "EUR"}, "countries": ["RS"]}), 4),
        (json!({"minScore": 100}), 0),
    ] {
        let data = world.ask(query, json!({"m": m, "f": filter})).await;
        assert_eq!(data["opportunities"]["totalCount"], count, "{filter}");
        for edge in data["opportunities"]["edges"].as_array().unwrap() {
            assert_eq!(edge["node"]["score"], score_of(&edge["node"]["project"]["id"]));
        }
    }
    let other = world.ask(query, json!({"m": m, "list": "NOT_ENOUGH_KNOWN"})).await;
    assert_eq!(other["opportunities"]["notEnoughKnown"], 1);
    assert_eq!(other["opportunities"]["edges"][0]["node"]["project"]["title"]["value"], "Nothing known");
}

#[tokio::test]
async fn investors_are_ranked_for_a_project() {
    let world = World::new().await;
    let query = "query($p: ID!, $first: Int, $after: String) { projectInvestors(projectId: $p, first: $first, after: $after) { \
                 totalCount pageInfo { hasNextPage endCursor } edges { node { rank stability investor { name } mandate { id name inferred } \
                 score { point } explanation(audience: OWNER) { headline } } } } }";
    let p = world.id::<Project>("fibre-5").await;
    let edges = walk(&world, query, "projectInvestors", json!({"p": p}), 1).await;
    assert_eq!(edges.len(), 2);
    // The mandates are the same; the bank is verified further.
    assert_eq!(edges[0]["node"]["investor"]["name"], "Development bank");
    assert_eq!(edges[0]["node"]["stability"], 1.0);
    let draft = world.id::<Project>("draft").await;
    let refused = world.refused(query, json!({"p": draft})).await;
    assert_eq!((refused.0.as_str(), refused.1.as_str()), ("NOT_FOUND", "projectId"));
}

#[tokio::test]
async fn partner_cities_are_ranked_with_their_tier() {
    let world = World::new().await;
    let query = "query($c: ID!, $list: MatchList, $first: Int, $after: String, $w: [WeightInput!]) { \
                 partnerCities(cityId: $c, list: $list, first: $first, after: $after, weights: $w) { totalCount notEnoughKnown excludedTotal \
                 excluded { gate count } pageInfo { hasNextPage endCursor } edges { node { id a { name } b { name country { code } } rank samples \
                 score { point coverage } forA { point criteria { key } } forB { point } reachableTier distanceKm listed \
                 direction { aNeedsMet aNeeds bNeedsMet bNeeds } explanation { headline text } gates { key outcome } } } } }";
    let c = world.id::<City>("geonames:100").await;
    let mut edges = walk(&world, query, "partnerCities", json!({"c": c}), 1).await;
    edges.extend(walk(&world, query, "partnerCities", json!({"c": c, "list": "NOT_ENOUGH_KNOWN"}), 10).await);
    let names: Vec<&str> = edges.iter().map(|edge| edge["node"]["b"]["name"].as_str().unwrap()).collect();
    // Not itself, not the twin, not another city of the country.
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(names[0], "深圳");
    let best = &edges[0]["node"];
    assert_eq!(best["reachableTier"], "TWIN");
    assert_eq!(best["direction"], json!({"aNeedsMet": 3, "aNeeds": 3, "bNeedsMet": 2, "bNeeds": 2}));
    assert_eq!((&best["samples"], &best["a"]["name"]), (&json!(true), &json!("Niš")));
    let data = world.ask(query, json!({"c": c})).await;
    assert_eq!(data["partnerCities"]["excludedTotal"], 2);
    let refused = world.refused(query, json!({"c": c, "w": [{"key": "SIZE", "weight": 50}]})).await;
    assert_eq!(refused.1, "weights");
}

/// With the engine in place every answer is what it was, before a change and after it, also where counts were kept.
#[tokio::test]
async fn pages_from_the_engine_are_the_same() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    let page = async |variables: Value| world.ask(OPPORTUNITIES, variables).await;
    let pages = async || {
        let mut all = Vec::new();
        for by in ["MUTUAL", "MINE"] {
            for weights in
                [json!(null), json!([{"key": "FIELD", "weight": 5}, {"key": "TICKET", "weight": 30}])]
            {
                let mut variables = json!({"m": m, "by": by, "w": weights, "first": 4, "after": null});
                for _ in 0..3 {
                    let mut data = page(variables.clone()).await;
                    variables["after"] = data["opportunities"]["pageInfo"]["endCursor"].clone();
                    data["opportunities"]["asOf"] = Value::Null;
                    all.push(data);
                }
            }
        }
        all
    };
    let scanned = pages().await;
    assert!(world.app.ranking.make_index());
    assert!(world.app.ranking.snapshot().catalog.is_indexed());
    for _ in 0..2 {
        assert_eq!(pages().await, scanned);
    }
    world.put_project("late", super::project("Late fibre", "RS", |_| {})).await;
    assert!(world.app.ranking.snapshot().catalog.is_indexed());
    let followed = [pages().await, pages().await];
    assert_ne!(followed[0], scanned);
    let now = world.app.ranking.snapshot();
    let alone = matcher::Catalog::clone(&now.catalog);
    assert!(alone.is_indexed());
    let today = alone.today;
    world.app.ranking.reload(&world.app.store, today).await.unwrap();
    assert!(!world.app.ranking.snapshot().catalog.is_indexed(), "another world");
    let again = pages().await;
    for pages in followed {
        assert_eq!(pages, again);
    }
}
