//! The three rankings over HTTP, on both databases.

use serde_json::{Value, json};
use tests::server::{Behind, Server};

const OPPORTUNITIES: &str = "query($m: ID, $mandate: MandateInput, $n: Int = 20, $after: String, $w: [WeightInput!], $f: OpportunityFilter, $l: MatchList = RANKED) {
  opportunities(mandateId: $m, mandate: $mandate, first: $n, after: $after, weights: $w, filter: $f, list: $l) {
    totalCount notEnoughKnown excludedTotal excluded { gate count unknown } policy { version hash ownWeights } asOf
    pageInfo { hasNextPage endCursor }
    edges { cursor node { rank listed score { low point high coverage }
      project { id title { value } provenance { label } }
      forInvestor { point criteria { key weight value low high status sentence } }
      forProject { point criteria { key weight value low high status sentence } }
      gates { key outcome because } explanation { headline because against unknown }
      counterfactuals(max: 3) { change lift newScore { point } } } } } }";

fn rows(data: &Value, field: &str) -> Vec<Value> {
    data[field]["edges"].as_array().unwrap().iter().map(|edge| edge["node"].clone()).collect()
}

/// One walk through all three rankings, the same on both databases.
async fn walk(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let (m, p, c) = (&server.ids["mandate"], &server.ids["project"], &server.ids["city"]);

    // The whole list in one page, and page by page.
    let data = server.data(OPPORTUNITIES, json!({"m": m, "n": 100})).await;
    let all = rows(&data, "opportunities");
    assert!(all.len() >= 10, "{} rows", all.len());
    assert_eq!(data["opportunities"]["totalCount"], all.len());
    let mut paged = Vec::new();
    let mut after = Value::Null;
    loop {
        let data = server.data(OPPORTUNITIES, json!({"m": m, "n": 7, "after": after})).await;
        paged.extend(rows(&data, "opportunities"));
        after = data["opportunities"]["pageInfo"]["endCursor"].clone();
        if data["opportunities"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(all, paged, "pages have no gaps and no repeats");

    let mut last = f64::INFINITY;
    for (rank, row) in (1_u64..).zip(&all) {
        let score = |key: &str| row["score"][key].as_f64().unwrap();
        assert_eq!(row["rank"], rank);
        assert!(score("low") <= score("point") && score("point") <= score("high"));
        assert!(score("point") <= last, "the order is by score");
        assert!(score("coverage") >= 0.4, "enough is known of what is ordered");
        last = score("point");
        assert!(row["gates"].as_array().unwrap().iter().all(|gate| gate["outcome"] != "FAIL"));
        assert!(row["project"]["provenance"]["label"].as_str().is_some(), "demo records say what they are");
        check_sides(row);
        for change in row["counterfactuals"].as_array().unwrap() {
            let lift = change["newScore"]["point"].as_f64().unwrap() - score("point");
            assert!((lift - change["lift"].as_f64().unwrap()).abs() < 1e-6 && lift > 0.0);
        }
    }

    // Investors for a project, and partners for a city.
    let investors = "query($p: ID!) { projectInvestors(projectId: $p, first: 50) { totalCount edges { node {
        score { point } investor { name } mandate { name inferred provenance { label } } explanation(audience: OWNER) { because } } } } }";
    let data = server.data(investors, json!({"p": p})).await;
    let found = rows(&data, "projectInvestors");
    assert!(!found.is_empty());
    for row in &found {
        let label = row["mandate"]["provenance"]["label"].as_str().unwrap();
        assert!(
            row["mandate"]["inferred"] == false || label.contains("not stated by the institution"),
            "{label}"
        );
    }
    let partners = "query($c: ID!, $l: MatchList = RANKED) { partnerCities(cityId: $c, first: 100, list: $l) { totalCount notEnoughKnown edges { node {
        a { id } b { id name country { code } } score { point coverage } samples reachableTier distanceKm direction { aNeeds aNeedsMet }
        gates { key outcome } explanation { headline unknown } } } } }";
    let data = server.data(partners, json!({"c": c})).await;
    let found = rows(&data, "partnerCities");
    assert!(found.len() >= 20, "{} cities", found.len());
    for row in &found {
        assert_eq!(row["samples"], true, "needs and offers are samples and say so");
        assert_ne!(row["b"]["country"]["code"], "RS");
        assert!(
            ["EXPLORATORY_LOI", "FRIENDLY_EXCHANGE", "TWIN"]
                .contains(&row["reachableTier"].as_str().unwrap())
        );
    }
    let data = server.data(partners, json!({"c": c, "l": "NOT_ENOUGH_KNOWN"})).await;
    assert!(
        data["partnerCities"]["totalCount"].as_i64().unwrap() > 1_000,
        "{}",
        data["partnerCities"]["totalCount"]
    );
    assert!(rows(&data, "partnerCities").iter().all(|row| row["score"]["coverage"].as_f64().unwrap() < 0.4));

    weights_and_filters(&server, m, &all).await;
    pairs_and_nodes(&server, m, p, c, &all).await;
}

/// A side's contributions add up to its score, and each number stands in its criterion.
fn check_sides(row: &Value) {
    for side in ["forInvestor", "forProject"] {
        let criteria = row[side]["criteria"].as_array().unwrap();
        let applying = || criteria.iter().filter(|c| c["status"] != "NOT_APPLICABLE");
        let weight: f64 = applying().map(|c| c["weight"].as_f64().unwrap()).sum();
        // What is missing counts for 0.4.
        let sum: f64 =
            applying().map(|c| c["weight"].as_f64().unwrap() * c["value"].as_f64().unwrap_or(0.4)).sum();
        let point = row[side]["point"].as_f64().unwrap();
        assert!(
            (sum / weight * 100.0 - point).abs() < 1e-3,
            "{side}: {} against {point}",
            sum / weight * 100.0
        );
        assert!(criteria.iter().all(|c| !c["sentence"].as_str().unwrap().contains(['{', '}'])));
    }
}

async fn weights_and_filters(server: &Server, m: &Value, all: &[Value]) {
    let weights = json!([{"key": "FIELD", "weight": 30}, {"key": "TICKET", "weight": 5}]);
    let data = server.data(OPPORTUNITIES, json!({"m": m, "n": 100, "w": weights})).await;
    assert_eq!(data["opportunities"]["policy"]["ownWeights"], true);
    assert_eq!(rows(&data, "opportunities").len(), all.len(), "weights never change what is listed by gates");
    for (weights, says) in [
        (json!([{"key": "FIELD", "weight": 41}]), "40"),
        (json!([{"key": "FIELD", "weight": 25}]), "100"),
        (json!([{"key": "PRICE", "weight": 1}]), "PRICE"),
    ] {
        let body = server.query(OPPORTUNITIES, json!({"m": m, "w": weights})).await;
        let error = &body["errors"][0];
        assert_eq!(
            (&error["extensions"]["code"], &error["extensions"]["argument"]),
            (&json!("VALIDATION"), &json!("weights"))
        );
        assert!(error["message"].as_str().unwrap().contains(says), "{error}");
    }
    // A filter hides rows and changes no score.
    let data = server.data(OPPORTUNITIES, json!({"m": m, "n": 100, "f": {"minScore": 55}})).await;
    let shown = rows(&data, "opportunities");
    let expected: Vec<_> = all.iter().filter(|row| row["score"]["point"].as_f64().unwrap() >= 55.0).collect();
    assert_eq!(
        shown.iter().map(|r| &r["project"]["id"]).collect::<Vec<_>>(),
        expected.iter().map(|r| &r["project"]["id"]).collect::<Vec<_>>()
    );
    // A cursor of one question is no cursor of another.
    let data = server.data(OPPORTUNITIES, json!({"m": m, "n": 1})).await;
    let cursor = &data["opportunities"]["pageInfo"]["endCursor"];
    let body = server.query(OPPORTUNITIES, json!({"m": m, "after": cursor, "f": {"minScore": 1}})).await;
    assert_eq!(body["errors"][0]["extensions"]["argument"], "after");
    // A mandate that is not saved ranks too, and must be one or the other.
    let unsaved = json!({"fields": [{"field": "CONN_BROADBAND"}], "global": true, "instruments": ["LOAN"],
        "ticketMin": {"amountMinor": "100000000", "currency": "USD"}, "ticketMax": {"amountMinor": "50000000000", "currency": "USD"}});
    let data = server.data(OPPORTUNITIES, json!({"mandate": unsaved})).await;
    assert!(data["opportunities"]["totalCount"].as_i64().unwrap() > 0);
    let body = server.query(OPPORTUNITIES, json!({"mandate": unsaved, "m": m})).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "VALIDATION");
    let body = server.query(OPPORTUNITIES, json!({"mandate": {"regions": ["Atlantis"]}})).await;
    assert!(body["errors"][0]["message"].as_str().unwrap().contains("Atlantis"));
    let body = server.query(OPPORTUNITIES, json!({"m": m, "n": 101})).await;
    assert_eq!(body["errors"][0]["extensions"]["argument"], "first");
    // Stability is computed where it is asked for.
    let stable = "query($m: ID!) { opportunities(mandateId: $m, first: 5) { edges { node { stability } } } }";
    let data = server.data(stable, json!({"m": m})).await;
    for row in rows(&data, "opportunities") {
        assert!((0.0..=1.0).contains(&row["stability"].as_f64().unwrap()));
    }
}

async fn pairs_and_nodes(server: &Server, m: &Value, p: &Value, c: &Value, all: &[Value]) {
    let first = &all[0]["project"]["id"];
    let pair = "query($m: ID!, $p: ID!) { whyNot(mandateId: $m, projectId: $p) { listed score { point } gates { key outcome because } } }";
    let data = server.data(pair, json!({"m": m, "p": first})).await;
    assert_eq!(
        data["whyNot"]["score"]["point"], all[0]["score"]["point"],
        "alone or in a list, a pair scores the same"
    );
    let data = server.data(pair, json!({"m": m, "p": p})).await;
    assert_eq!(data["whyNot"]["gates"].as_array().unwrap().len(), 10);
    // An id of another kind, a mistyped one, and one that is not there.
    let body = server.query(pair, json!({"m": p, "p": p})).await;
    assert_eq!(body["errors"][0]["extensions"]["argument"], "mandateId");
    let body = server.query(pair, json!({"m": m, "p": "cAGi"})).await;
    assert_eq!(body["errors"][0]["extensions"]["argument"], "projectId");
    let compare = "query($m: ID!, $p: [ID!]!) { compareProjects(mandateId: $m, projectIds: $p) { matches { project { id } } differences { key spread points } } }";
    let data = server.data(compare, json!({"m": m, "p": [first, all[1]["project"]["id"]]})).await;
    assert_eq!(data["compareProjects"]["matches"].as_array().unwrap().len(), 2);
    let body = server.query(compare, json!({"m": m, "p": [first]})).await;
    assert_eq!(body["errors"][0]["extensions"]["argument"], "projectIds");
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }";
    let data = server.data(nodes, json!({"ids": [m, p, c]})).await;
    assert_eq!(data["nodes"][0], json!({"__typename": "Mandate", "id": m}));
    assert_eq!(data["nodes"][1]["__typename"], "Project");
    assert_eq!(data["nodes"][2]["id"], *c);
    // Search from the middle of a list of words, with accents left out.
    let search = "query($t: String!) { search(text: $t, first: 5) { __typename ... on City { name } ... on Project { title { value } } } }";
    let data = server.data(search, json!({"t": "novi sa"})).await;
    assert!(data["search"].as_array().unwrap().iter().any(|hit| hit["name"] == "Novi Sad"), "{data}");
    let data = server.data(search, json!({"t": "nis"})).await;
    assert!(data["search"].as_array().unwrap().iter().any(|hit| hit["name"] == "Niš"), "{data}");
    // Policy and statistics.
    let data = server
        .data("{ rankingPolicy { version hash investorWeights { key weight } } none: rankingPolicy(version: 99) { version } statistics(by: FIELD) { cells { key count suppressed } } }", json!({}))
        .await;
    let weights = data["rankingPolicy"]["investorWeights"].as_array().unwrap();
    assert!((weights.iter().map(|w| w["weight"].as_f64().unwrap()).sum::<f64>() - 100.0).abs() < 1e-9);
    assert!(data["none"].is_null());
    for cell in data["statistics"]["cells"].as_array().unwrap() {
        assert_eq!(cell["suppressed"].as_bool().unwrap(), cell["count"].is_null(), "{cell}");
        assert!(cell["count"].as_i64().is_none_or(|count| count >= 5));
    }
    // What scores meant: of the policy in force and of the model, highest band first, and never a probability.
    let data = server
        .data("{ rankingPolicy { hash } calibration { ranker version hash cutDate until investors pairs positives says bands { from to pairs positives lift low high says } } }", json!({}))
        .await;
    let tables = data["calibration"].as_array().unwrap();
    assert_eq!(tables[0]["ranker"], "POLICY");
    assert_eq!(tables[0]["hash"], data["rankingPolicy"]["hash"], "the policy moved: calibrate it again");
    assert_eq!((&tables[1]["ranker"], &tables[1]["version"]), (&json!("MODEL"), &Value::Null));
    for table in tables {
        assert!(table["says"].as_str().unwrap().contains("never a probability"), "{table}");
        let bands = table["bands"].as_array().unwrap();
        assert_eq!((&bands[0]["to"], &bands.last().unwrap()["from"]), (&json!(100), &json!(0)));
        let lift = |band: &Value| band["lift"].as_f64().unwrap();
        assert!(
            bands.windows(2).all(|pair| lift(&pair[0]) > lift(&pair[1])),
            "a higher band came about oftener"
        );
        for band in bands {
            assert!(band["positives"].as_i64().unwrap() >= 20 && band["low"].as_f64().unwrap() <= lift(band));
            assert!(band["says"].as_str().unwrap().contains("times as often as average"), "{band}");
        }
    }
    let portfolio = "query { mandateFromPortfolio(deals: [{date: \"2010-01-01\", title: \"Backbone\", field: CONN_BACKBONE, country: \"KE\", amount: {amountMinor: \"5000000000\", currency: USD}, instrument: LOAN}]) { terms { fields { field weight } instruments softTerms ticketMax { amountMinor } } basis { term basis } } }";
    let data = server.data(portfolio, json!({})).await;
    assert_eq!(data["mandateFromPortfolio"]["terms"]["fields"][0]["field"], "CONN_BACKBONE");
    assert!(data["mandateFromPortfolio"]["basis"].as_array().unwrap().len() >= 4);
}

#[tokio::test]
async fn the_three_rankings_on_sqlite() {
    walk(Behind::Sqlite).await;
}

#[tokio::test]
async fn the_three_rankings_on_postgresql() {
    walk(Behind::Postgres).await;
}
