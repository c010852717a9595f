//! The demo's own files: whole, without an error, and a second time without a change.

use std::path::Path;

use super::{ImportError, ImportKind, ImportOptions, WRITE, counts};
use crate::{
    import::import_file,
    store::{
        Kind,
        tests::{Place, on_both},
    },
};

on_both!(the_demo_is_imported_and_a_second_time_left_alone);

const FILES: [(ImportKind, &str); 6] = [
    (ImportKind::Organisations, "organisations.tsv"),
    (ImportKind::Deals, "deals.tsv.gz"),
    (ImportKind::Projects, "projects.tsv"),
    (ImportKind::Mandates, "mandates.tsv"),
    (ImportKind::Cities, "cities.tsv.gz"),
    (ImportKind::Twinnings, "twinnings.tsv.gz"),
];

async fn the_demo_is_imported_and_a_second_time_left_alone(place: Place) {
    let store = place.migrated().await;
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
    let options = ImportOptions { fill_sample_dates: true, ..WRITE };
    for (kind, file) in FILES {
        let report = import_file(&store, kind, &demo.join(file), options, &mut |_, _| {}).await.unwrap();
        assert_eq!(report.errors, [], "{file}");
        assert!(report.written && report.rows > 100, "{file}: {} rows", report.rows);
        assert_eq!(report.unchanged, 0, "{file} says nothing twice");
    }
    let (seq, cities) = (store.last_seq().await.unwrap(), store.count(Kind::City).await.unwrap());
    for (kind, file) in FILES {
        let report = import_file(&store, kind, &demo.join(file), options, &mut |_, _| {}).await.unwrap();
        assert_eq!((counts(&report).0, counts(&report).1), (0, 0), "{file}");
        assert!(report.unchanged > 0, "{file}");
    }
    assert_eq!(store.last_seq().await.unwrap(), seq);
    assert_eq!(store.count(Kind::City).await.unwrap(), cities);

    let missing = import_file(&store, ImportKind::Cities, &demo.join("none"), options, &mut |_, _| {}).await;
    assert!(matches!(missing, Err(ImportError::Table(_))));
}
