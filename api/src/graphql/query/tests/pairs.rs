//! Single pairs and comparisons.

use domain::{city::City, mandate::Mandate, project::Project};
use serde_json::json;

use super::World;

const WHY_NOT: &str = "query($m: ID!, $p: ID!) { whyNot(mandateId: $m, projectId: $p) { listed rank stability score { point } \
                       gates { key outcome because fixable } explanation { headline } } }";

#[tokio::test]
async fn why_not_gives_every_gate_its_reason() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    let p = world.id::<Project>("clinic").await;
    let data = world.ask(WHY_NOT, json!({"m": m, "p": p})).await;
    let pair = &data["whyNot"];
    assert_eq!(
        (&pair["listed"], &pair["rank"], &pair["stability"]),
        (&json!(false), &json!(null), &json!(null))
    );
    let gates = pair["gates"].as_array().unwrap();
    assert_eq!(gates.len(), 10);
    assert!(gates.iter().all(|gate| !gate["because"].as_str().unwrap().is_empty()));
    assert_eq!(gates.iter().find(|gate| gate["key"] == "G5_FIELD").unwrap()["outcome"], "FAIL");
    let p = world.id::<Project>("fibre-3").await;
    assert_eq!(world.ask(WHY_NOT, json!({"m": m, "p": p})).await["whyNot"]["listed"], true);
    // What is not in public is not there.
    let draft = world.id::<Project>("draft").await;
    let nobody = crate::id::encode(crate::store::Kind::Project, uuid::Uuid::now_v7());
    assert_eq!(
        world.refused(WHY_NOT, json!({"m": m, "p": draft})).await,
        world.refused(WHY_NOT, json!({"m": m, "p": nobody})).await
    );
    assert_eq!(world.refused(WHY_NOT, json!({"m": m, "p": nobody})).await.1, "projectId");
}

#[tokio::test]
async fn why_not_speaks_of_cities_too() {
    let world = World::new().await;
    let query = "query($a: ID!, $b: ID!) { whyNotCities(cityId: $a, partnerId: $b) { listed reachableTier gates { key outcome because } } }";
    let a = world.id::<City>("geonames:100").await;
    for (key, gate) in [("geonames:400", "K6_PAIR"), ("geonames:600", "K2_COUNTRY")] {
        let b = world.id::<City>(key).await;
        let data = world.ask(query, json!({"a": a, "b": b})).await;
        assert_eq!(
            (&data["whyNotCities"]["listed"], &data["whyNotCities"]["reachableTier"]),
            (&json!(false), &json!("NONE"))
        );
        let gates = data["whyNotCities"]["gates"].as_array().unwrap();
        assert_eq!(gates.iter().find(|line| line["key"] == gate).unwrap()["outcome"], "FAIL");
    }
    let nobody = crate::id::encode(crate::store::Kind::City, uuid::Uuid::now_v7());
    assert_eq!(world.refused(query, json!({"a": a, "b": nobody})).await.1, "partnerId");
    assert_eq!(world.refused(query, json!({"a": nobody, "b": a})).await.1, "cityId");
}

#[tokio::test]
async fn a_comparison_puts_the_differences_first() {
    let world = World::new().await;
    let query = "query($m: ID!, $p: [ID!]!) { compareProjects(mandateId: $m, projectIds: $p) { differences { key spread points values } \
                 matches { id project { id } score { point } } } }";
    let m = world.id::<Mandate>("mandate-bank").await;
    let (a, b) = (world.id::<Project>("fibre-0").await, world.id::<Project>("fibre-11").await);
    let data = world.ask(query, json!({"m": m, "p": [a, b]})).await;
    let differences = data["compareProjects"]["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 9);
    let points: Vec<f64> = differences.iter().map(|line| line["points"].as_f64().unwrap()).collect();
    assert!(points[0] > 0.0 && points.is_sorted_by(|a, b| a >= b), "{points:?}");
    assert_eq!(data["compareProjects"]["matches"][1]["project"]["id"], json!(b));
    assert_eq!(differences[0]["values"].as_array().unwrap().len(), 2);
    for (ids, code) in [
        (json!([a]), "VALIDATION"),
        (json!([a, a]), "VALIDATION"),
        (json!([a, m]), "VALIDATION"),
        (json!([a, world.id::<Project>("draft").await]), "NOT_FOUND"),
    ] {
        let refused = world.refused(query, json!({"m": m, "p": ids})).await;
        assert_eq!((refused.0.as_str(), refused.1.as_str()), (code, "projectIds"), "{}", refused.2);
    }
}
