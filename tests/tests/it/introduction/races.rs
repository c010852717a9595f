//! Two moves of an introduction in the same instant.

use domain::vocabulary::ListingState;
use serde_json::Value;
use serde_json::json;
use tests::server::Behind;
use tests::server::Server;
use tests::sql::Sql;

use super::{Pair, express, go, on, pair, paper, with};
use crate::{articles::fund, journey_a::fibre_complete, matrix::listed};

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

/// The interest of an investor that needs its own word alone to close, over the whole gap.
async fn before_the_close(server: &Server, who: &str, pair: &Pair, gap: &Value) -> Value {
    let at = express(server, who, pair).await;
    let at = go(server, "owner", &at, "ACCEPT", json!({})).await;
    let at = go(server, who, &at, "LOG_CONTACT", json!({})).await;
    let mut waive = on(&at);
    waive["waive"] = true.into();
    let node = "introduction{id version state}";
    let at = server.done("owner", "settleNda", node, waive).await["introduction"].clone();
    let at = go(server, "owner", &at, "OPEN_DATA_ROOM", json!({})).await;
    let at = go(server, who, &at, "PROPOSE_TERMS", json!({"text": "Ten years, 5 %"})).await;
    let at = go(server, who, &at, "PLEDGE", json!({"amount": gap})).await;
    let contract = paper(server, who, "Loan agreement, signed", json!({})).await;
    let at = go(server, who, &at, "COMMIT", json!({"documentIds": [contract]})).await;
    let at = go(server, "owner", &at, "COMMIT", json!({})).await;
    let evidence = paper(server, "owner", "Bank statement", json!({})).await;
    let close = json!({"documentIds": [evidence], "instrument": "LOAN"});
    go(server, "owner", &at, "CONFIRM_CLOSE", close).await
}

/// Two investors close the whole of one gap in the same instant: it is filled once.
async fn closes(behind: Behind, rounds: usize) {
    let server = Server::demo(behind, &[]);
    for round in 0..rounds {
        let (project, _) =
            listed(&server, &fibre_complete(&format!("Fibre of valley {round}")), ListingState::Published)
                .await;
        let query = "query($p:ID!){project(id:$p){state fundingGap{amountMinor currency}}}";
        let data = server.data_as("owner", query, json!({"p": project})).await;
        let gap = data["project"]["fundingGap"].clone();
        let mut at = Vec::new();
        for who in ["investor", "bank"] {
            let mandate = fund(&format!("Fibre of {who} {round}"), &json!({}));
            let mandate =
                server.done(who, "createMandate", "mandate{id}", mandate).await["mandate"]["id"].clone();
            let find = "query($m:ID!,$p:ID!){whyNot(mandateId:$m,projectId:$p){listed}}";
            let both = json!({"m": mandate, "p": project});
            server.until_as(who, find, &both, |data| data["whyNot"]["listed"] == true).await;
            let pair = Pair { mandate, project: project.clone() };
            at.push(before_the_close(&server, who, &pair, &gap).await);
        }
        let close = |who: &'static str, at: &Value| {
            server.mutate(
                who,
                "moveIntroduction",
                "introduction{state}",
                with(at, "CONFIRM_CLOSE", json!({})),
            )
        };
        let (one, other) = tokio::join!(close("investor", &at[0]), close("bank", &at[1]));
        let codes = |payload: &Value| -> Vec<Value> {
            payload["userErrors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect()
        };
        let (one, other) = (codes(&one), codes(&other));
        assert!(one.is_empty() != other.is_empty(), "one wins: {one:?} {other:?}");
        assert_eq!([one, other].concat(), [json!("GATE_FAILED")]);
        let data = server.data_as("owner", query, json!({"p": project})).await;
        assert_eq!(data["project"], json!({"state": "FUNDED", "fundingGap": null}));
    }
}

#[tokio::test]
async fn a_gap_is_filled_once_where_two_closes_race_on_sqlite() {
    closes(Behind::Sqlite, 3).await;
}

#[tokio::test]
async fn a_gap_is_filled_once_where_two_closes_race_on_postgres() {
    closes(Behind::Postgres, 8).await;
}
