//! A listing that is confirmed from the mail.

use serde_json::Value;
use serde_json::json;
use tests::run;
use tests::server::Behind;
use tests::server::Server;
use tests::sink::Sink;
use tests::sink::Taken;
use tests::sql::Sql;

use super::{address, import_of, page, parsed, post, text};

/// An owner is asked by mail, in the language of their mail, whether a listing is still current: to look at the link
/// changes nothing, its button confirms once.
#[tokio::test]
async fn a_listing_is_confirmed_from_the_mail() {
    let sink = Sink::start().await;
    let server = Server::demo(Behind::Sqlite, &["--smtp", &sink.url()]);
    let now = chrono::Utc::now();
    import_of(&server.database, 100_000_000, "FEASIBILITY", &now.date_naive().to_string());
    let query = "{me{memberships{organisation{listings(first:50){id version title{value}}}}}}";
    let data = server.data_as("owner", query, json!({})).await;
    let listings = data["me"]["memberships"][0]["organisation"]["listings"].as_array().unwrap().clone();
    let is_watched =
        |listing: &Value| listing["title"]["value"].as_str().unwrap().starts_with("Watched fibre");
    let listing = listings.into_iter().find(is_watched).unwrap();
    // From now on the days are counted.
    let mut version = listing["version"].clone();
    for mutation in ["pauseProject", "resumeProject"] {
        let on = json!({"projectId": listing["id"], "expectedVersion": version});
        let name = format!("{mutation}:ProjectTransitionInput");
        version = server.done("owner", &name, "project{version}", on).await["project"]["version"].clone();
    }
    let sql = Sql::connect(&server.database).await;
    sql.execute("UPDATE person SET language = 'tr'").await;
    let at = (now + chrono::Duration::days(85)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let (code, out, err) = run(&["--database", &server.database, "timers", "--at", &at]);
    assert_eq!(code, 0, "{out}{err}");
    let is_it = |taken: &Taken| {
        let message = parsed(taken);
        message.subject() == Some("İlanınız hâlâ güncel mi?") && text(&message).contains("Watched fibre")
    };
    let begun = std::time::Instant::now();
    let letter = loop {
        if let Some(taken) = sink.taken().into_iter().find(is_it) {
            break text(&parsed(&taken));
        }
        assert!(begun.elapsed().as_secs() < 30, "nobody is asked: {out}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    };
    let link = address(&letter, "bu bağlantıyla onaylayın");
    let link = format!("{}/c/{}", server.url, link.rsplit('/').next().unwrap());
    let confirmed = "SELECT count(*) FROM history WHERE transition = 'CONFIRM'";
    let before = sql.number(confirmed).await;
    for _ in 0..2 {
        let (said, has_button) = page(&server, &link).await;
        assert!(has_button && said.contains("lang=\"tr\""), "{said}");
    }
    assert_eq!(sql.number(confirmed).await, before, "a look changes nothing");
    assert!(post(&server, &link, "").await.contains("Onaylandı"));
    assert_eq!(sql.number(confirmed).await, before + 1);
    let dead = page(&server, &format!("{}/c/nothing", server.url)).await;
    assert!(!dead.1 && dead.0.contains("Nothing was changed"), "{}", dead.0);
    assert_eq!(page(&server, &link).await, dead);
    assert_eq!(post(&server, &link, "").await, dead.0);
    assert_eq!(sql.number(confirmed).await, before + 1);
}
