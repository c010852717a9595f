//! What one process writes, the servers beside it show soon.

use std::{
    fs,
    time::{Duration, Instant},
};

use serde_json::json;
use tests::{
    run,
    server::{Behind, Server},
};

/// Far more than it takes, so that a busy machine fails no test; the speed is measured in `tests/load`.
const PATIENCE: Duration = Duration::from_secs(10);

/// Imports one project of the demo's owner that suits the demo's mandate; its score rises with the people served.
pub(crate) fn import_project(database: &str, title: &str, served: u32, state: &str) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("projects.tsv");
    let table = format!(
        "key\ttitle\towner\tkind\tfields\tstage\tgap_amount\tgap_currency\tinstruments\tconcessional\ttenor_months\t\
         readiness\tpopulation_newly_served\tcountries\tstate\tpublished_at\tconfirmed_at\n\
         watched\t{title}\tdemo-owner\tINFRASTRUCTURE\tCONN_BACKBONE:100\tFEASIBILITY\t100000000\tUSD\tLOAN:100\tyes\t\
         120\tNEEDS_ASSESSMENT=report|DEMAND_STUDY=survey\t{served}\tNG\t{state}\t2026-11-20\t2026-11-20\n"
    );
    fs::write(&file, table).unwrap();
    let (code, out, err) = run(&["--database", database, "import", "projects", &file.display().to_string()]);
    assert_eq!(code, 0, "{out}{err}");
}

const LIST: &str = "query($m: ID!) { opportunities(mandateId: $m, first: 100, filter: {text: \"watched\"}) {
    catalogSequence edges { node { project { title { value } } } } } }";

/// Waits until a server's ranking and its search show a title; answers for how long.
pub(crate) async fn shows(server: &Server, title: Option<&str>) -> Duration {
    let begun = Instant::now();
    loop {
        let data = server.data(LIST, json!({"m": server.ids["mandate"]})).await;
        let found = data["opportunities"]["edges"][0]["node"]["project"]["title"]["value"].as_str();
        if found == title {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < PATIENCE, "{found:?} and not {title:?} on {}", server.url);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn two_servers_on_one_postgresql_follow_what_a_third_process_writes() {
    let one = Server::demo(Behind::Postgres, &[]);
    let other = one.beside();
    shows(&one, None).await;
    for (title, served, state, shown) in [
        ("Watched fibre", 100_000, "PUBLISHED", Some("Watched fibre")),
        ("Watched fibre, longer", 900_000, "PUBLISHED", Some("Watched fibre, longer")),
        ("Watched fibre, longer", 900_000, "DRAFT", None),
    ] {
        import_project(&one.database, title, served, state);
        shows(&one, shown).await;
        shows(&other, shown).await;
    }
}

#[tokio::test]
async fn a_server_that_lost_its_listening_connection_still_follows() {
    let server = Server::demo(Behind::Postgres, &[]);
    import_project(&server.database, "Watched fibre", 100_000, "PUBLISHED");
    shows(&server, Some("Watched fibre")).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND query ILIKE 'listen%' AND pid <> pg_backend_pid()";
    tests::postgres::sql(&server.database, cut);
    import_project(&server.database, "Watched again", 100_000, "PUBLISHED");
    shows(&server, Some("Watched again")).await;
}

#[tokio::test]
async fn a_server_on_sqlite_follows_another_process() {
    let server = Server::demo(Behind::Sqlite, &[]);
    shows(&server, None).await;
    import_project(&server.database, "Watched fibre", 100_000, "PUBLISHED");
    shows(&server, Some("Watched fibre")).await;
}
