//! What the clock does to introductions.

use serde_json::json;
use tests::server::Behind;
use tests::server::Server;

use super::{answers, days_later, express, go, look, pair};

/// What the clock does: reminders, expiry, lapse and reopening, and the end of a listing.
async fn clock(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let pair = pair(&server).await;
    let interest = express(&server, "investor", &pair).await;
    assert!(days_later(&server, 8).contains("1 reminders, 0 expired"));
    assert!(days_later(&server, 8).contains("0 reminders, 0 expired"), "once");
    let unchanged = look(&server, "owner", &interest["id"]).await;
    assert_eq!(unchanged["state"], "EXPRESSED");
    assert!(days_later(&server, 22).contains("1 expired"));
    assert_eq!(look(&server, "investor", &interest["id"]).await["state"], "EXPIRED");

    let interest = express(&server, "investor", &pair).await;
    let accepted = go(&server, "owner", &interest, "ACCEPT", json!({})).await;
    let talking = go(&server, "owner", &accepted, "LOG_CONTACT", json!({})).await;
    assert!(days_later(&server, 31).contains("1 reminders"));
    assert!(days_later(&server, 61).contains("1 expired or lapsed"));
    let lapsed = look(&server, "investor", &talking["id"]).await;
    assert_eq!(lapsed["state"], "LAPSED");
    let reopened = go(&server, "investor", &lapsed, "REOPEN", json!({})).await;
    assert_eq!(reopened["state"], "IN_DISCUSSION");
    // A listing that is withdrawn closes what is open, with notice.
    let data =
        server.data_as("owner", "query($p:ID!){project(id:$p){version}}", json!({"p": pair.project})).await;
    let input = json!({"projectId": pair.project, "expectedVersion": data["project"]["version"]});
    server.done("owner", "withdrawProject:ProjectTransitionInput", "project{state}", input).await;
    assert_eq!(look(&server, "investor", &reopened["id"]).await["state"], "ENDED");
    let over = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    assert_eq!(server.refused("investor", "expressInterest", over).await.0, "NOT_FOUND");
}

#[tokio::test]
async fn the_clock_reminds_expires_and_lapses_on_sqlite() {
    clock(Behind::Sqlite).await;
}

#[tokio::test]
async fn the_clock_reminds_expires_and_lapses_on_postgres() {
    clock(Behind::Postgres).await;
}
