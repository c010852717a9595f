//! Two moves of an introduction in the same instant.

use serde_json::Value;
use serde_json::json;
use tests::server::Behind;
use tests::server::Server;
use tests::sql::Sql;

use super::{express, go, pair, with};

/// Two sides act in the same instant, a hundred times: one wins each time, and there is no double effect.
async fn races(behind: Behind, rounds: usize) {
    let server = Server::demo(behind, &[]);
    let pair = pair(&server).await;
    let (mut accepted, mut withdrawn) = (0_u32, 0_u32);
    let sql = Sql::connect(&server.database).await;
    for round in 0..rounds {
        if round % 10 == 9 {
            // A month goes by, and with it the budget of contacts that it had.
            sql.execute("UPDATE introduction SET created_at = created_at - 3000000000000").await;
        }
        let interest = express(&server, "investor", &pair).await;
        let accept = with(&interest, "ACCEPT", json!({}));
        let withdraw = with(&interest, "WITHDRAW", json!({}));
        let (one, other) = tokio::join!(
            server.mutate("owner", "moveIntroduction", "introduction{state}", accept),
            server.mutate("investor", "moveIntroduction", "introduction{state}", withdraw),
        );
        let done = |payload: &Value| payload["userErrors"].as_array().unwrap().is_empty();
        assert!(done(&one) != done(&other), "one winner: {one} {other}");
        let query = "query($i:ID!){node(id:$i){... on Introduction{id version state history{to} disclosureLog{what}}}}";
        let data = server.data_as("investor", query, json!({"i": interest["id"]})).await;
        let end = &data["node"];
        assert_eq!(end["history"].as_array().unwrap().len(), 2, "{end}");
        if done(&one) {
            accepted = accepted.saturating_add(1);
            assert_eq!(
                (&end["state"], end["disclosureLog"].as_array().unwrap().len()),
                (&json!("ACCEPTED"), 2)
            );
            go(&server, "investor", end, "END", json!({"reason": "FX_RISK"})).await;
        } else {
            withdrawn = withdrawn.saturating_add(1);
            assert_eq!(
                (&end["state"], end["disclosureLog"].as_array().unwrap().len()),
                (&json!("WITHDRAWN"), 0)
            );
        }
    }
    sql.close().await;
    println!("races of accept and withdraw: {rounds} rounds, {accepted} accepted, {withdrawn} withdrawn");
}

#[tokio::test]
async fn one_wins_where_accept_and_withdraw_race_on_sqlite() {
    races(Behind::Sqlite, 100).await;
}

#[tokio::test]
async fn one_wins_where_accept_and_withdraw_race_on_postgres() {
    races(Behind::Postgres, 100).await;
}
