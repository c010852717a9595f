//! The store on a real SQLite file and on a real PostgreSQL: the log has no gaps, writers do not lose each other's
//! work, settings are asserted, and a newer schema is refused.
#![expect(clippy::unwrap_used, clippy::arithmetic_side_effects, reason = "a test fails by panic")]

use api::store::{Change, Kind, Store, Written, city_key};
use domain::{
    city::{City, CityFacts, Commitment, Twinning},
    provenance::Provenance,
    value::{Position, SingleLine},
};

fn city(n: u32, name: &str) -> Change<City> {
    let facts = CityFacts {
        geonames_id: n,
        wikidata: None,
        name: SingleLine::new(name).unwrap(),
        country: "RS".parse().unwrap(),
        admin1: None,
        position: Position::new(44.0, 20.0).unwrap(),
        population: None,
        time_zone: None,
        level: None,
        office: None,
        languages: Vec::new(),
        needs: Vec::new(),
        offers: Vec::new(),
        commitment: Commitment::default(),
        indicators: Vec::new(),
        area_focus: Vec::new(),
        area_site: None,
        trade_desk: None,
        provenance: Provenance::default(),
    };
    Change { source_key: city_key(n), owner: None, value: City::try_from(facts).unwrap() }
}

async fn promises(url: &str) {
    let store = Store::open(url).await.unwrap();
    assert!(!store.pending().await.unwrap().is_empty());
    store.migrate().await.unwrap();
    assert!(store.pending().await.unwrap().is_empty());
    store.probe().await.unwrap();

    // What is not committed leaves nothing behind, not even a number.
    let tx = store.begin().await.unwrap();
    tx.put(vec![city(1, "Niš")]).await.unwrap();
    drop(tx);
    assert_eq!((store.count(Kind::City).await.unwrap(), store.last_seq().await.unwrap()), (0, 0));

    // Twenty writers at once, slow and quick ones: all get through, and the log has no gaps.
    let writers = (0..20_u32).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for turn in 0..5_u32 {
                let tx = store.begin().await.unwrap();
                let n = 1_000 + writer * 10 + turn;
                assert_eq!(
                    tx.put(vec![city(n, "A"), city(n + 5_000, "B")]).await.unwrap(),
                    [Written::Created; 2]
                );
                if writer % 3 == 0 {
                    tokio::time::sleep(std::time::Duration::from_millis(3)).await;
                }
                // Every fifth writer thinks better of it.
                if writer % 5 == 4 { tx.rollback().await.unwrap() } else { tx.commit().await.unwrap() }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    let events = store.events_after(0, 1_000).await.unwrap();
    assert_eq!(events.len(), 16 * 5 * 2);
    assert!((1_i64..).zip(&events).all(|(seq, event)| seq == event.seq), "the numbers have no gaps");
    assert_eq!(store.last_seq().await.unwrap(), 160);

    // The same again changes nothing; a change is a new version and one event.
    let tx = store.begin().await.unwrap();
    assert_eq!(tx.put(vec![city(1_000, "A")]).await.unwrap(), [Written::Unchanged]);
    assert_eq!(tx.put(vec![city(1_000, "Novi Sad")]).await.unwrap(), [Written::Changed]);
    let links = [
        Twinning::new(1_000, 1_001, Vec::new(), None).unwrap(),
        Twinning::new(1, 1_000, Vec::new(), None).unwrap(),
    ];
    assert_eq!(tx.put_twinnings(&links).await.unwrap(), [Some(Written::Created), None], "1 is not stored");
    assert_eq!(tx.put_twinnings(&links).await.unwrap(), [Some(Written::Unchanged), None]);
    tx.commit().await.unwrap();
    let stored = store.find_by_key::<City>(&city_key(1_000)).await.unwrap().unwrap();
    assert_eq!((stored.version, stored.value.name.as_str()), (2, "Novi Sad"));
    assert_eq!(store.find(&[stored.id]).await.unwrap().len(), 1);
    assert_eq!(store.last_seq().await.unwrap(), 162);
    assert_eq!(store.twinnings().await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_keeps_its_promises_on_sqlite() {
    let dir = tempfile::tempdir().unwrap();
    promises(&format!("sqlite:{}", dir.path().join("x.sqlite").display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_keeps_its_promises_on_postgresql() {
    promises(&tests::postgres::database()).await;
}

#[tokio::test]
async fn addresses_that_are_no_database_are_refused() {
    for url in ["sqlite::memory:", "sqlite:", "mysql://x", "", "nonsense"] {
        assert!(Store::open(url).await.unwrap_err().to_string().contains("sqlite:PATH"), "{url}");
    }
}
