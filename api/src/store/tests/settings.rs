//! The settings on which promises rest are asserted, and the probe tells whether writes go through.

use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database};

use super::{
    super::{Store, StoreError, connect::assert_sqlite},
    Place, StoreOptions, change, on_both, organisation, patient, write_one,
};

on_both!(the_probe_writes_nothing_and_waits_for_nobody, a_lost_counter_is_told);

#[tokio::test]
async fn a_sqlite_connection_with_other_settings_is_refused() {
    let place = Place::sqlite();
    place.migrated().await.close().await.unwrap();
    let path = place.url.strip_prefix("sqlite:").unwrap().to_owned();
    for (name, value, wrong) in [
        ("synchronous", "NORMAL", "synchronous of the writer"),
        ("foreign_keys", "OFF", "foreign_keys of the writer"),
        ("secure_delete", "OFF", "secure_delete of the writer"),
        ("journal_mode", "DELETE", "journal_mode of the writer"),
        ("busy_timeout", "1", "busy_timeout of the writer"),
    ] {
        let path = path.clone();
        let mut connect = ConnectOptions::new("sqlite:");
        connect.max_connections(1).map_sqlx_sqlite_opts(move |options| {
            options
                .filename(&path)
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("secure_delete", "ON")
                .pragma("busy_timeout", "10000")
                .pragma(name, value)
        });
        let connection = Database::connect(connect).await.unwrap();
        let refused = assert_sqlite(&connection, "writer", &StoreOptions::new("sqlite:x")).await;
        let error = refused.unwrap_err();
        assert!(matches!(&error, StoreError::Setting { name, .. } if name == wrong), "{name}: {error}");
        connection.close().await.unwrap();
    }
}

#[tokio::test]
async fn a_postgresql_that_does_not_wait_for_the_disk_is_refused() {
    let place = Place::postgres();
    let name = place.url.rsplit('/').next().unwrap();
    ::tests::postgres::sql(&place.url, &format!("ALTER DATABASE {name} SET synchronous_commit = off"));
    let error = Store::open(&place.url).await.unwrap_err();
    assert!(error.to_string().contains("synchronous_commit is 'off' and must be 'on'"), "{error}");
}

#[tokio::test]
async fn wrong_addresses_are_refused_without_repeating_a_password() {
    for url in ["mysql://user:secret@host/name", "sqlite::memory:", "/path/of/a/file", ""] {
        let error = Store::open(url).await.unwrap_err();
        assert!(matches!(error, StoreError::Address(_)), "{url}: {error}");
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
    }
    let nobody = Store::open_with(&patient("postgres://nobody@127.0.0.1:1/nothing")).await.unwrap_err();
    assert!(matches!(nobody, StoreError::Unavailable(_)), "{nobody:?}");
    assert!(std::error::Error::source(&nobody).is_some(), "the source is kept");
}

#[tokio::test]
async fn readers_of_sqlite_cannot_write_and_closing_merges_the_log() {
    let place = Place::sqlite();
    let store = place.migrated().await;
    write_one(&store, "a", "One").await.unwrap();
    assert!(store.read.execute_unprepared("DELETE FROM organisation").await.is_err());
    let wal = format!("{}-wal", place.url.strip_prefix("sqlite:").unwrap());
    assert!(std::path::Path::new(&wal).exists());
    store.close().await.unwrap();
    assert!(!std::path::Path::new(&wal).exists());
}

async fn the_probe_writes_nothing_and_waits_for_nobody(place: Place) {
    let store = Store::open_with(&patient(&place.url)).await.unwrap();
    store.migrate().await.unwrap();
    store.probe().await.unwrap();
    let writing = store.begin().await.unwrap();
    writing.put(vec![change("a", organisation("One"))]).await.unwrap();
    let probed = tokio::time::timeout(Duration::from_secs(1), store.probe()).await;
    // SQLite has one writer, and while it writes nobody else can; PostgreSQL's writers do not meet.
    assert_eq!(matches!(probed, Ok(Ok(()))), !place.is_sqlite());
    writing.commit().await.unwrap();
    store.probe().await.unwrap();
    assert_eq!(store.last_seq().await.unwrap(), 1);
}

async fn a_lost_counter_is_told(place: Place) {
    let store = place.migrated().await;
    place.tamper("DELETE FROM event_counter").await;
    let error = write_one(&store, "a", "One").await.unwrap_err();
    assert!(matches!(error, StoreError::CounterLost), "{error}");
    assert_eq!(store.count(super::super::Kind::Organisation).await.unwrap(), 0, "nothing was kept");
    assert!(matches!(store.last_seq().await, Err(StoreError::CounterLost)));
}
