//! The schema: pending migrations, newer ones, nodes that migrate at once.

use migrations::{Migrator, MigratorTrait};

use super::{super::StoreError, Place, on_both};

on_both!(
    migrations_are_told_applied_and_not_repeated,
    a_newer_schema_is_refused,
    nodes_that_start_together_migrate_once,
);

async fn migrations_are_told_applied_and_not_repeated(place: Place) {
    let store = place.open().await;
    assert_eq!(store.pending().await.unwrap().len(), Migrator::migrations().len());
    assert!(store.last_seq().await.is_err(), "asking what is pending applies nothing");
    store.migrate().await.unwrap();
    store.migrate().await.unwrap();
    assert!(store.pending().await.unwrap().is_empty());
    assert_eq!(store.last_seq().await.unwrap(), 0);
}

async fn a_newer_schema_is_refused(place: Place) {
    let store = place.migrated().await;
    let add = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m20990101_000001_flying', 0)";
    place.tamper(add).await;
    for refused in [store.migrate().await, store.pending().await.map(|_| ())] {
        let error = refused.unwrap_err();
        assert!(matches!(&error, StoreError::Newer(name) if name == "m20990101_000001_flying"), "{error}");
    }
}

async fn nodes_that_start_together_migrate_once(place: Place) {
    let nodes = (0..4).map(|_| {
        let url = place.url.clone();
        tokio::spawn(async move {
            let store = super::Store::open(&url).await.unwrap();
            store.migrate().await.unwrap();
            store.pending().await.unwrap().len()
        })
    });
    for node in nodes.collect::<Vec<_>>() {
        assert_eq!(node.await.unwrap(), 0);
    }
}
