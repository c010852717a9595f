//! Writing and reading back: versions, conflicts, histories, streams.

use domain::{
    city::{City, Twinning},
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
};
use futures::TryStreamExt;
use proptest::prelude::*;

use super::{
    super::{Change, Kind, Store, StoreError, Written},
    Place, change, city, city_key, id_of, mandate, on_both, organisation, patient, two_cities, write_one,
};

on_both!(
    rows_are_created_changed_or_left_alone,
    every_version_of_a_mandate_is_kept,
    twenty_writers_at_once_all_get_through,
    two_writers_of_one_record_do_not_lose_a_change,
    what_conflicts_is_told_with_its_constraint,
    a_document_that_does_not_read_is_named,
    streams_are_whole_and_in_order,
    twinnings_are_kept_once_and_corrected,
    positions_come_back_to_the_bit,
);

async fn rows_are_created_changed_or_left_alone(place: Place) {
    let store = place.migrated().await;
    assert_eq!(write_one(&store, "a", "First").await.unwrap(), Written::Created);
    assert_eq!(write_one(&store, "a", "First").await.unwrap(), Written::Unchanged);
    assert_eq!(write_one(&store, "a", "Second").await.unwrap(), Written::Changed);
    let stored = store.find_by_key::<Organisation>("a").await.unwrap().unwrap();
    assert_eq!((stored.version, stored.value.name.as_str()), (2, "Second"));
    assert_eq!(store.last_seq().await.unwrap(), 2, "what is left alone is no event");
    assert!(store.find_by_key::<Organisation>("b").await.unwrap().is_none());
    let found = store.find(&[stored.id, Id::from_uuid(uuid::Uuid::now_v7())]).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[&stored.id], stored);
}

async fn every_version_of_a_mandate_is_kept(place: Place) {
    let store = place.migrated().await;
    write_one(&store, "bank", "Bank").await.unwrap();
    for name in ["Old", "New", "New"] {
        let tx = store.begin().await.unwrap();
        let owner = Some(id_of(&tx, "bank").await);
        tx.put(vec![Change { source_key: "m".to_owned(), owner, value: mandate(name) }]).await.unwrap();
        tx.commit().await.unwrap();
    }
    let rows = sea_orm::ConnectionTrait::query_all_raw(
        store.reader(),
        sea_orm::Statement::from_string(
            sea_orm::ConnectionTrait::get_database_backend(store.reader()),
            "SELECT body FROM mandate_version ORDER BY version",
        ),
    );
    let names: Vec<String> = rows
        .await
        .unwrap()
        .iter()
        .map(|row| row.try_get_by_index::<serde_json::Value>(0).unwrap()["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["Old", "New"]);
    assert_eq!(store.find_by_key::<Mandate>("m").await.unwrap().unwrap().version, 2);
}

/// Each reads before it writes: with deferred transactions SQLite would refuse many of them.
async fn twenty_writers_at_once_all_get_through(place: Place) {
    let store = place.migrated().await;
    write_one(&store, "shared", "0").await.unwrap();
    // Two processes share the database; half of the writers belong to each.
    let other = place.open().await;
    let writers = (0..20).map(|writer: usize| {
        let store = if writer.is_multiple_of(2) { store.clone() } else { other.clone() };
        tokio::spawn(async move {
            for _ in 0..5 {
                let tx = store.begin().await.unwrap();
                let old = tx.find_by_keys::<Organisation>(&["shared"]).await.unwrap();
                let count: u32 = old["shared"].value.name.as_str().parse().unwrap();
                let next = organisation(&(count + 1).to_string());
                assert_eq!(tx.put(vec![change("shared", next)]).await.unwrap(), [Written::Changed]);
                tx.commit().await.unwrap();
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let shared = store.find_by_key::<Organisation>("shared").await.unwrap().unwrap();
    assert_eq!((shared.value.name.as_str(), shared.version), ("100", 101), "no write was lost");
    assert_eq!(store.last_seq().await.unwrap(), 101);
}

async fn two_writers_of_one_record_do_not_lose_a_change(place: Place) {
    let store = Store::open_with(&patient(&place.url)).await.unwrap();
    store.migrate().await.unwrap();
    write_one(&store, "a", "First").await.unwrap();
    let other = Store::open_with(&patient(&place.url)).await.unwrap();
    let holder = store.begin().await.unwrap();
    holder.put(vec![change("a", organisation("Second"))]).await.unwrap();
    let waiting = write_one(&other, "a", "Third").await.unwrap_err();
    assert!(matches!(waiting, StoreError::Unavailable(_)), "who waits too long is told so: {waiting:?}");
    holder.commit().await.unwrap();
    assert_eq!(write_one(&other, "a", "Third").await.unwrap(), Written::Changed);
    assert_eq!(store.find_by_key::<Organisation>("a").await.unwrap().unwrap().version, 3);
}

async fn what_conflicts_is_told_with_its_constraint(place: Place) {
    let store = place.migrated().await;
    let tx = store.begin().await.unwrap();
    let twice = vec![change("a", organisation("One")), change("a", organisation("Two"))];
    match tx.put(twice).await.unwrap_err() {
        StoreError::Conflict { constraint, .. } => assert!(constraint.contains("source_key"), "{constraint}"),
        other => panic!("{other:?}"),
    }
    drop(tx);
    let tx = store.begin().await.unwrap();
    let owner = Some(Id::from_uuid(uuid::Uuid::now_v7()));
    let orphan = vec![Change { source_key: "m".to_owned(), owner, value: mandate("Orphan") }];
    assert!(matches!(tx.put(orphan).await.unwrap_err(), StoreError::Conflict { .. }));
}

async fn a_document_that_does_not_read_is_named(place: Place) {
    let store = place.migrated().await;
    write_one(&store, "a", "One").await.unwrap();
    let id = store.find_by_key::<Organisation>("a").await.unwrap().unwrap().id;
    place.tamper(r#"UPDATE organisation SET body = '{"name": 7}'"#).await;
    match store.find_by_key::<Organisation>("a").await.unwrap_err() {
        StoreError::Corrupt { kind, id: named, .. } => assert_eq!((kind, named), ("organisation", id.uuid())),
        other => panic!("{other:?}"),
    }
    assert!(store.stream::<Organisation>().await.is_err());
}

async fn streams_are_whole_and_in_order(place: Place) {
    const ROWS: usize = 2_345;
    let store = place.migrated().await;
    assert_eq!(store.stream::<Organisation>().await.unwrap().try_collect::<Vec<_>>().await.unwrap(), []);
    let tx = store.begin().await.unwrap();
    let rows = (0..ROWS).map(|n| change(&n.to_string(), organisation(&format!("Number {n}"))));
    assert_eq!(tx.put(rows.collect()).await.unwrap(), vec![Written::Created; ROWS]);
    tx.commit().await.unwrap();
    let all: Vec<_> = store.stream::<Organisation>().await.unwrap().try_collect().await.unwrap();
    assert_eq!(all.len(), ROWS);
    assert!(all.is_sorted_by(|a, b| a.id < b.id));
    assert_eq!(store.count(Kind::Organisation).await.unwrap(), ROWS as u64);
    let ids: Vec<_> = all.iter().map(|stored| stored.id).collect();
    assert_eq!(store.find(&ids).await.unwrap().len(), ROWS);
}

async fn twinnings_are_kept_once_and_corrected(place: Place) {
    let store = place.migrated().await;
    two_cities(&store).await;
    let twinning = |a, b, source: &str| Twinning::new(a, b, vec![source.to_owned()], None).unwrap();
    let put = async |twinnings: &[Twinning]| {
        let tx = store.begin().await.unwrap();
        let written = tx.put_twinnings(twinnings).await.unwrap();
        tx.commit().await.unwrap();
        written
    };
    let both = [twinning(1, 2, "wp"), twinning(2, 1, "wd"), twinning(1, 3, "wp")];
    assert_eq!(put(&both).await, [Some(Written::Created), Some(Written::Unchanged), None]);
    assert_eq!(put(&both[..1]).await, [Some(Written::Unchanged)]);
    assert_eq!(put(&[twinning(1, 2, "wd")]).await, [Some(Written::Changed)]);
    assert_eq!(store.twinnings().await.unwrap(), [twinning(1, 2, "wd")]);
    let events = store.events_after(2, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|e| (e.kind.as_str(), e.aggregate_version)).collect();
    assert_eq!(told, [("twinning.created", 1), ("twinning.changed", 2)]);
}

/// Numbers of which a careless reader makes their neighbours.
const HARD: [(f64, f64); 4] = [
    (134.4 / 3.0, 20.456_897_222_222_223),
    (0.1 + 0.2, -1e-7),
    (89.999_999_999_999_99, 179.999_999_999_999_97),
    (std::f64::consts::PI, -std::f64::consts::E),
];

async fn positions_come_back_to_the_bit(place: Place) {
    let store = place.migrated().await;
    for written in [Written::Created, Written::Unchanged] {
        let tx = store.begin().await.unwrap();
        let rows = HARD.iter().zip(1..).map(|(position, id)| change(&city_key(id), city(id, *position)));
        assert_eq!(tx.put(rows.collect()).await.unwrap(), [written; 4]);
        tx.commit().await.unwrap();
    }
    for (position, id) in HARD.iter().zip(1..) {
        let stored = store.find_by_key::<City>(&city_key(id)).await.unwrap().unwrap();
        assert_eq!((stored.value.position.latitude(), stored.value.position.longitude()), *position);
    }
}

proptest! {
    #[test]
    fn positions_survive_their_text(latitude in -90.0..=90.0_f64, longitude in -180.0..=180.0_f64) {
        let city = city(1, (latitude, longitude));
        let text = serde_json::to_string(&city).unwrap();
        prop_assert_eq!(serde_json::from_str::<City>(&text).unwrap(), city);
    }
}
