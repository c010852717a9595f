//! Every column of the database was looked at for what it says of persons.

use std::collections::BTreeSet;

use super::{
    super::account::privacy::{OF_PERSONS, TAGGED, Tag},
    Place, on_both,
};

on_both!(every_column_has_been_looked_at);

/// Columns that name a person by its id.
const NAMES_A_PERSON: [&str; 3] = ["person_id", "actor_id", "reviewer_id"];

/// Every column with its tag, as it was agreed. A new column is not in it until somebody has said what it holds.
const AGREED: &str = include_str!("columns.txt");

async fn every_column_has_been_looked_at(place: Place) {
    let store = place.migrated().await;
    let columns = store.columns().await.unwrap();
    let tag = |table: &str, column: &str| {
        let tagged = TAGGED.iter().find(|(t, c, _)| (*t, *c) == (table, column));
        tagged.map_or(Tag::None, |(_, _, tag)| *tag)
    };
    let ours =
        columns.iter().filter(|(table, _)| !table.starts_with("seaql_") && !table.starts_with("sqlite_"));
    let now: String =
        ours.clone().map(|(table, column)| format!("{table}.{column} {:?}\n", tag(table, column))).collect();
    if std::env::var_os("UPDATE_COLUMNS").is_some() {
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/tests/columns.txt");
        std::fs::write(file, &now).unwrap();
        return;
    }
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(
        lines(&now),
        lines(AGREED),
        "tag the new columns in store/account/privacy.rs, then run the test with UPDATE_COLUMNS=1"
    );
    let known: BTreeSet<(&str, &str)> = columns.iter().map(|(t, c)| (t.as_str(), c.as_str())).collect();
    for (table, column, _) in TAGGED {
        assert!(known.contains(&(*table, *column)), "{table}.{column} is tagged and not there");
    }
    // Whatever names a person is handed out to that person, and nothing secret is.
    for (table, column) in ours.filter(|(_, column)| NAMES_A_PERSON.contains(&column.as_str())) {
        let handed = OF_PERSONS.iter().any(|(t, owner, _)| (*t, *owner) == (table.as_str(), column.as_str()));
        assert!(handed, "{table} names a person by {column} and is not handed out");
    }
    for (table, _, handed) in OF_PERSONS {
        for column in *handed {
            assert!(known.contains(&(*table, *column)), "{table}.{column} is handed out and not there");
            assert_ne!(tag(table, column), Tag::Secret, "{table}.{column} is a secret");
        }
    }
}
