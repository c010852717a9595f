//! Two acts in the same instant.

use serde_json::{Value, json};
use tests::{
    server::{Behind, Server},
    sql::Sql,
};

use super::{act, cities, draft, go, look, signing};
use crate::introduction::paper;

/// The second signature and a withdrawal, and in an active agreement a suspension and an end, in the same instant: one
/// wins each time, and there is no double effect.
async fn races(behind: Behind, rounds: usize) {
    let server = Server::demo(behind, &[]);
    let (a, b) = cities(&server).await;
    let sql = Sql::connect(&server.database).await;
    let paper_a = paper(&server, "city_office", "Signed by Novi Sad", json!({})).await;
    let paper_b = paper(&server, "partner_office", "Signed by Chiang Mai", json!({})).await;
    let (mut signed, mut withdrawn) = (0_u32, 0_u32);
    for _ in 0..rounds {
        // The time for which a pair rests after a withdrawal goes by.
        sql.execute("UPDATE partnership SET cooling_until = NULL").await;
        let at = draft(&server, &a, &b).await;
        let at = go(&server, "city_office", &at, json!({"propose": true})).await;
        let at = go(&server, "partner_office", &at, json!({"acceptProposal": true})).await;
        let at =
            go(&server, "city_office", &at, json!({"signLetterOfIntent": signing(&at, &paper_a, "A")})).await;
        let at =
            go(&server, "partner_office", &at, json!({"signLetterOfIntent": signing(&at, &paper_b, "B")}))
                .await;
        let at = go(&server, "city_office", &at, json!({"requestApprovals": true})).await;
        let grant =
            |paper: &Value| json!({"decideApproval": {"step": 0, "granted": true, "documentId": paper}});
        let at = go(&server, "city_office", &at, grant(&paper_a)).await;
        let at = go(&server, "partner_office", &at, grant(&paper_b)).await;
        let at =
            go(&server, "city_colleague", &at, json!({"signAgreement": signing(&at, &paper_a, "A")})).await;
        let second = act(&at, json!({"signAgreement": signing(&at, &paper_b, "B")}));
        let leave = act(&at, json!({"withdraw": {"reasons": ["TIMING"]}}));
        let (one, other) = tokio::join!(
            server.mutate("partner_colleague", "actOnPartnership", "partnership{state}", second),
            server.mutate("city_office", "actOnPartnership", "partnership{state}", leave),
        );
        let done = |payload: &Value| payload["userErrors"].as_array().unwrap().is_empty();
        assert!(done(&one) != done(&other), "one winner: {one} {other}");
        let end = look(&server, "city_office", &at["id"]).await;
        if done(&other) {
            withdrawn = withdrawn.saturating_add(1);
            assert_eq!(
                (&end["state"], end["signatures"].as_array().unwrap().len()),
                (&json!("WITHDRAWN"), 3)
            );
            continue;
        }
        signed = signed.saturating_add(1);
        assert_eq!((&end["state"], end["signatures"].as_array().unwrap().len()), (&json!("ACTIVE"), 4));
        let pause = act(&end, json!({"suspend": {"closing": {"note": "x"}, "reviewOn": "2030-01-01"}}));
        let finish = act(&end, json!({"end": {"note": "x"}}));
        let (one, other) = tokio::join!(
            server.mutate("partner_office", "actOnPartnership", "partnership{state}", pause),
            server.mutate("city_office", "actOnPartnership", "partnership{state}", finish),
        );
        assert!(done(&one) != done(&other), "one winner: {one} {other}");
        if done(&one) {
            let at = look(&server, "city_office", &end["id"]).await;
            go(&server, "city_office", &at, json!({"end": {"note": "x"}})).await;
        }
    }
    sql.close().await;
    println!("races of signing: {rounds} rounds, {signed} signed, {withdrawn} withdrawn");
}

#[tokio::test]
async fn one_wins_where_signing_and_leaving_race_on_sqlite() {
    races(Behind::Sqlite, 100).await;
}

#[tokio::test]
async fn one_wins_where_signing_and_leaving_race_on_postgres() {
    races(Behind::Postgres, 100).await;
}
