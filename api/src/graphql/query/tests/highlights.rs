//! Highlights beside the pure order.

use domain::{
    mandate::Mandate,
    organisation::Organisation,
    vocabulary::{OrganisationKind, VerificationLevel},
};
use serde_json::{Value, json};

use super::{World, change, organisation, project};

const HIGHLIGHTS: &str = r"query($m: ID!, $first: Int) { highlights(mandateId: $m, first: $first) {
    asOf catalogSequence policy { version }
    exposure { gini eligible floorMisses reserved mandatesMeasured mandatesLeftOut }
    items { reason match { rank score { point } project { title { value } owner { name } } forInvestor { point } } } } }";

/// So many more projects, each of an owner of its own.
async fn put_owners(world: &World, count: usize) {
    let tx = world.app.store.begin().await.unwrap();
    let keys: Vec<String> = (0..count).map(|n| format!("owner-{n}")).collect();
    let owners = keys
        .iter()
        .map(|key| change(key, None, organisation(key, OrganisationKind::Government, VerificationLevel::V1)));
    tx.put(owners.collect()).await.unwrap();
    let named: Vec<&str> = keys.iter().map(String::as_str).collect();
    let ids = tx.ids_by_keys::<Organisation>(&named).await.unwrap();
    let projects = keys.iter().map(|key| {
        change(
            &format!("of-{key}"),
            Some(ids[key.as_str()]),
            project(&format!("Fibre of {key}"), "RS", |_| {}),
        )
    });
    tx.put(projects.collect()).await.unwrap();
    tx.commit().await.unwrap();
    while world.app.ranking.catch_up(&world.app.store).await.unwrap() > 0 {}
}

fn items(data: &Value) -> &Vec<Value> {
    data["highlights"]["items"].as_array().unwrap()
}

#[tokio::test]
async fn highlights_cap_owners_and_keep_places_for_the_unseen() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    // All thirteen listed projects are of one owner.
    let data = world.ask(HIGHLIGHTS, json!({"m": m})).await;
    assert_eq!(items(&data).len(), 3);
    assert_eq!(data["highlights"]["exposure"], Value::Null, "nothing was measured yet");

    put_owners(&world, 30).await;
    world.app.ranking.measure_exposure();
    let data = world.ask(HIGHLIGHTS, json!({"m": m, "first": 20})).await;
    let exposure = &data["highlights"]["exposure"];
    assert_eq!((&exposure["mandatesMeasured"], &exposure["mandatesLeftOut"]), (&json!(2), &json!(0)));
    // Two investors alone: nobody can be seen by three.
    assert_eq!(exposure["eligible"], exposure["floorMisses"]);
    let reasons: Vec<&str> = items(&data).iter().map(|item| item["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons.len(), 20);
    for (place, reason) in reasons.iter().enumerate() {
        assert_eq!(*reason == "NEW_TO_YOU", [9, 19].contains(&place), "place {place}");
    }
    for item in items(&data).iter().filter(|item| item["reason"] == "NEW_TO_YOU") {
        assert!(item["match"]["rank"].as_u64().unwrap() > 20);
        assert!(item["match"]["score"]["point"].as_f64().unwrap() >= 60.0);
    }
    for window in items(&data).windows(10) {
        let owner = |item: &Value| item["match"]["project"]["owner"]["name"].clone();
        let first = window.iter().filter(|item| owner(item) == "Ministry").count();
        assert!(first <= 3);
    }
    // The pure order does not know of it.
    let pure = "query($m: ID!) { opportunities(mandateId: $m, first: 100) { edges { node { rank project { title { value } } } } } }";
    let pure = world.ask(pure, json!({"m": m})).await;
    let pure = pure["opportunities"]["edges"].as_array().unwrap();
    for item in items(&data) {
        let rank = usize::try_from(item["match"]["rank"].as_u64().unwrap()).unwrap();
        assert_eq!(pure[rank - 1]["node"]["project"]["title"], item["match"]["project"]["title"]);
    }
    let head = world.ask(HIGHLIGHTS, json!({"m": m, "first": 10})).await;
    assert_eq!(items(&head)[..], items(&data)[..10]);
}

#[tokio::test]
async fn a_wrong_mandate_and_a_wrong_number_of_rows_are_refused() {
    let world = World::new().await;
    let m = world.id::<Mandate>("mandate-bank").await;
    for (variables, code, argument) in [
        (json!({"m": m, "first": 0}), "VALIDATION", "first"),
        (json!({"m": m, "first": 21}), "VALIDATION", "first"),
        (json!({"m": "none"}), "VALIDATION", "mandateId"),
        (
            json!({"m": crate::id::encode(crate::store::Kind::Mandate, uuid::Uuid::nil())}),
            "NOT_FOUND",
            "mandateId",
        ),
    ] {
        let (found, named, message) = world.refused(HIGHLIGHTS, variables.clone()).await;
        assert_eq!((found.as_str(), named.as_str()), (code, argument), "{variables}: {message}");
    }
}
