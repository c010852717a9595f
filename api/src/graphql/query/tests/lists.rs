//! Lists, single things, search, statistics, policy, portfolios.

use domain::{
    city::City, mandate::Mandate, organisation::Organisation, project::Project, vocabulary::ListingState,
};
use serde_json::{Value, json};

use super::{World, project};

#[tokio::test]
async fn nodes_round_trip_and_what_is_not_public_is_null() {
    let world = World::new().await;
    let ids = [
        (world.id::<Project>("fibre-1").await, "Project"),
        (world.id::<City>("geonames:200").await, "City"),
        (world.id::<Mandate>("mandate-bank").await, "Mandate"),
        (world.id::<Organisation>("owner").await, "Organisation"),
    ];
    let one = "query($id: ID!) { node(id: $id) { __typename id } }";
    for (id, kind) in &ids {
        let data = world.ask(one, json!({"id": id})).await;
        assert_eq!(data["node"], json!({"__typename": kind, "id": id}));
    }
    let draft = world.id::<Project>("draft").await;
    assert_eq!(world.ask(one, json!({"id": draft})).await["node"], json!(null));
    let many = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let data = world.ask(many, json!({"ids": [ids[1].0, draft, ids[0].0]})).await;
    assert_eq!(data["nodes"], json!([{"id": ids[1].0}, null, {"id": ids[0].0}]));
    for (query, variables, argument) in [
        (one, json!({"id": "nonsense"}), "id"),
        (one, json!({"id": format!("{}A", ids[0].0)}), "id"),
        (many, json!({"ids": ["nonsense"]}), "ids"),
        ("query($id: ID!) { project(id: $id) { id } }", json!({"id": ids[1].0}), "id"),
    ] {
        let refused = world.refused(query, variables).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), ("VALIDATION", argument), "{}", refused.2);
    }
}

#[tokio::test]
async fn a_listing_does_not_tell_who_financed_it_nor_who_owns_whom() {
    let sdl = crate::graphql::sdl();
    for hidden in ["recordedFinancier", "beneficialOwner"] {
        assert!(!sdl.contains(hidden), "{hidden}");
    }
}

/// For those who judge it alone; the end-to-end tests ask as everybody else who is known.
#[tokio::test]
async fn the_public_sees_no_screening_and_no_case() {
    let world = World::new().await;
    let query = "{ organisations(first: 100) { edges { node { screening { status screenedOn } screeningHits { id } held \
                 verificationCases { id } } } } }";
    let data = world.ask(query, json!({})).await;
    let nodes = data["organisations"]["edges"].as_array().unwrap();
    assert_eq!(nodes.len(), 3);
    for node in nodes.iter().map(|edge| edge["node"].as_object().unwrap()) {
        assert!(node.len() == 4 && node.values().all(Value::is_null), "{node:?}");
    }
    let refused = world.refused("{ screeningQueue { id } }", json!({})).await;
    assert_eq!(refused.0, "UNAUTHENTICATED");
}

#[tokio::test]
async fn money_is_converted_at_a_dated_rate() {
    let world = World::new().await;
    let p = world.id::<Project>("fibre-0").await;
    let query = "query($id: ID!) { project(id: $id) { fundingGap { amountMinor currency in(currency: USD) { value { amountMinor currency } \
                 rateDate rateSource } } } }";
    let data = world.ask(query, json!({"id": p})).await;
    let gap = &data["project"]["fundingGap"];
    assert_eq!((&gap["amountMinor"], &gap["currency"]), (&json!("600000000"), &json!("EUR")));
    assert_eq!(gap["in"]["value"]["currency"], "USD");
    assert!(gap["in"]["rateSource"].as_str().unwrap().contains("European Central Bank"));
}

#[tokio::test]
async fn lists_are_walked_without_gaps() {
    let world = World::new().await;
    for (list, total) in [("projects", 15), ("cities", 6), ("mandates", 2), ("organisations", 3)] {
        let query = format!(
            "query($first: Int, $after: String) {{ list: {list}(first: $first, after: $after) {{ totalCount \
             pageInfo {{ hasNextPage hasPreviousPage endCursor }} edges {{ cursor node {{ id }} }} }} }}"
        );
        let whole = world.ask(&query, json!({"first": 100})).await;
        let ids = |data: &Value| -> Vec<Value> {
            data["list"]["edges"].as_array().unwrap().iter().map(|e| e["node"]["id"].clone()).collect()
        };
        assert_eq!((&whole["list"]["totalCount"], ids(&whole).len()), (&json!(total), total));
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = world.ask(&query, json!({"first": 4, "after": after})).await;
            found.extend(ids(&page));
            after = page["list"]["pageInfo"]["endCursor"].clone();
            if page["list"]["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(found, ids(&whole), "{list}");
    }
    let refused = world.refused("{ projects(filter: {minScore: 5}) { totalCount } }", json!({})).await;
    assert_eq!(refused.1, "filter.minScore");
}

#[tokio::test]
async fn a_page_is_one_query_a_kind() {
    let world = World::new().await;
    let loader = crate::graphql::loader::rows::<Project>(&world.app.store);
    let snapshot = world.app.ranking.snapshot();
    let ids: Vec<_> = snapshot.catalog.projects().rows().iter().map(|row| row.id).collect();
    for _ in 0..2 {
        // Each row of a page asks for itself, all at once; a second look is answered from the request's memory.
        let found = futures::future::join_all(ids.iter().map(|id| loader.load_one(*id))).await;
        assert!(found.into_iter().all(|row| row.unwrap().is_some()));
        assert_eq!(loader.loader().queries(), 1);
    }
}

async fn found(world: &World, text: &str, kinds: &str) -> Vec<String> {
    let query = format!(
        "query($text: String!) {{ search(text: $text{kinds}) {{ __typename ... on Project {{ title {{ value }} }} \
         ... on City {{ name }} ... on Organisation {{ name }} }} }}"
    );
    let data = world.ask(&query, json!({"text": text})).await;
    let name = |hit: &Value| {
        let name = if hit["__typename"] == "Project" { &hit["title"]["value"] } else { &hit["name"] };
        name.as_str().unwrap().to_owned()
    };
    data["search"].as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn search_finds_the_middle_of_words_in_scripts_without_spaces() {
    let world = World::new().await;
    let link = "Čačak – İzmir link";
    for (text, name) in [
        ("智慧城", link),
        ("市", link),
        ("圳智慧城市宽", link),
        ("เมืองอัจ", link),
        ("ทพมหา", link),
        ("อัจฉริ", link),
        ("ອິນເຕີ", link),
        ("ຄວາມໄວ", link),
        ("특별시", link),
        ("smart", ""),
        ("cacak izm", link),
        ("IZMIR", "İzmir"),
        ("nis", "Niš"),
        ("ｎｉš", "Niš"),
        ("новая инвест", "Новая Инвестиция"),
        ("ministry", "Ministry"),
    ] {
        let names = found(&world, text, "").await;
        assert_eq!(names.iter().any(|found| found == name), !name.is_empty(), "{text}: {names:?}");
    }
    // Letters in another order, or from two places, are another word.
    assert!(found(&world, "城智", "").await.is_empty());
    assert!(found(&world, "深圳项目", "").await.is_empty());
    assert!(found(&world, "draft", "").await.is_empty(), "drafts do not exist");
    assert_eq!(found(&world, "深圳", ", kinds: [CITY]").await, ["深圳"]);
    assert_eq!(found(&world, "深圳", ", kinds: [PROJECT]").await, [link]);
    assert_eq!(world.refused("{ search(text: \" … \") { id } }", json!({})).await.1, "text");
    let long = "x".repeat(201);
    assert_eq!(
        world.refused("query($t: String!) { search(text: $t) { id } }", json!({"t": long})).await.1,
        "text"
    );
}

#[tokio::test]
async fn every_part_of_an_unspaced_text_finds_it() {
    let world = World::new().await;
    let wanted = world.app.store.find_by_key::<Project>("scripts").await.unwrap().unwrap().id.uuid();
    for text in super::UNSPACED.split(' ') {
        let letters: Vec<char> = text.chars().collect();
        for length in 1..=letters.len().min(7) {
            for part in letters.windows(length) {
                let part: String = part.iter().collect();
                let hits = world.app.find(&part, &[], 100).unwrap();
                assert!(hits.iter().any(|hit| hit.id == wanted), "{part} of {text}");
            }
        }
    }
}

#[tokio::test]
async fn the_index_and_the_catalog_follow_the_log() {
    let world = World::new().await;
    world.put_project("new", project("Arctic cable", "NO", |_| {})).await;
    assert_eq!(found(&world, "arctic", "").await, ["Arctic cable"]);
    world.put_project("new", project("Baltic cable", "NO", |_| {})).await;
    assert!(found(&world, "arctic", "").await.is_empty());
    assert_eq!(found(&world, "baltic", "").await, ["Baltic cable"]);
    world.put_project("new", project("Baltic cable", "NO", |facts| facts.state = ListingState::Paused)).await;
    assert!(found(&world, "baltic", "").await.is_empty());
    let id = world.id::<Project>("new").await;
    let data = world.ask("query($id: ID!) { project(id: $id) { id } }", json!({"id": id})).await;
    assert_eq!(data["project"], json!(null));
    // A new day judges everything anew and keeps what is there.
    let tomorrow = super::today().succ_opt().unwrap();
    let before = world.app.ranking.snapshot();
    world.app.ranking.reload(&world.app.store, tomorrow).await.unwrap();
    let after = world.app.ranking.snapshot();
    assert_eq!(after.catalog.today, tomorrow);
    assert_eq!(after.catalog.projects().rows().len(), before.catalog.projects().rows().len());
    assert_eq!(after.catalog.sequence, before.catalog.sequence);
}

#[tokio::test]
async fn small_groups_are_held_back() {
    let world = World::new().await;
    let query = "{ statistics(by: COUNTRY) { asOf cells { key label count gapTotal { amountMinor currency } gapCount suppressed } } }";
    let data = world.ask(query, json!({})).await;
    let cells = data["statistics"]["cells"].as_array().unwrap();
    let cell = |key: &str| cells.iter().find(|cell| cell["key"] == key).unwrap();
    assert_eq!((&cell("RS")["count"], &cell("RS")["suppressed"]), (&json!(8), &json!(false)));
    assert_eq!(cell("BA")["gapTotal"]["currency"], "EUR");
    assert_eq!(
        (&cell("LK")["count"], &cell("LK")["gapTotal"], &cell("LK")["suppressed"]),
        (&json!(null), &json!(null), &json!(true))
    );
}

#[tokio::test]
async fn the_policy_is_published_in_words() {
    let world = World::new().await;
    let data = world
        .ask(
            "{ rankingPolicy { version hash investorWeights { key weight anchors } gates { key rule } cityGates { key } } \
             policies { version } none: rankingPolicy(version: 99) { version } }",
            json!({}),
        )
        .await;
    let weights = data["rankingPolicy"]["investorWeights"].as_array().unwrap();
    let sum: f64 = weights.iter().map(|line| line["weight"].as_f64().unwrap()).sum();
    assert!((sum - 100.0).abs() < 1e-9);
    assert!(weights.iter().all(|line| line["anchors"].as_str().unwrap().len() > 20));
    assert_eq!(data["none"], json!(null));
    assert_eq!(data["policies"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_mandate_is_proposed_from_a_portfolio_and_ranks() {
    let world = World::new().await;
    let query = "query($d: [DealInput!]!) { mandateFromPortfolio(name: \"Bank\", deals: $d) { name label basis { term basis } terms { \
                 fields { field weight } generalist countries regions global ticketMin { amountMinor currency } \
                 ticketMax { amountMinor currency } stages instruments softTerms } } }";
    let deal = |n: usize| {
        json!({"date": format!("20{n:02}-06-01"), "title": "Backbone", "field": "CONN_BROADBAND", "country": "RS",
               "amount": {"amountMinor": (n * 100_000_000).to_string(), "currency": "EUR"}, "instrument": "LOAN"})
    };
    let deals: Vec<Value> = (10..25).map(deal).collect();
    let data = world.ask(query, json!({"d": deals})).await;
    let proposed = &data["mandateFromPortfolio"];
    assert_eq!(proposed["name"], "Bank");
    assert!(proposed["basis"].as_array().unwrap().iter().any(|line| line["term"] == "ticket"));
    // The terms are an argument as they are.
    let ranked = "query($m: MandateInput!) { opportunities(mandate: $m) { totalCount } }";
    let data = world.ask(ranked, json!({"m": proposed["terms"]})).await;
    assert!(data["opportunities"]["totalCount"].as_i64().unwrap() > 0);
    assert_eq!(world.refused(query, json!({"d": []})).await.1, "deals");
    let wrong = json!({"date": "2020-01-01", "title": "x", "country": "Serbia"});
    assert_eq!(world.refused(query, json!({"d": [wrong]})).await.1, "deals.country");
}
