//! What is refused before an introduction begins, and whom a block parts.

use serde_json::Value;
use serde_json::json;
use tests::server::Server;

use super::{Pair, answers};

/// What is refused before there is anything: nobody known, the wrong side, a mandate that does not fit, long answers.
pub(super) async fn refusals_before(server: &Server, pair: &Pair) {
    let input = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    for (who, mutation, code) in [
        ("owner", "expressInterest", "NOT_PERMITTED"),
        ("investor", "inviteInvestor:ExpressInterestInput", "NOT_PERMITTED"),
        ("bank", "expressInterest", "NOT_PERMITTED"),
        ("reviewer", "expressInterest", "NOT_PERMITTED"),
    ] {
        assert_eq!(server.refused(who, mutation, input.clone()).await.0, code, "{mutation} as {who}");
    }
    let mut long = input.clone();
    long["answers"]["aboutUs"] = "x".repeat(2_001).into();
    let refused = server.refused("investor", "expressInterest", long).await;
    assert_eq!(refused, ("VALIDATION".to_owned(), "answers.aboutUs".to_owned()));
    let mut empty = input.clone();
    empty["answers"]["whatIsUnclear"] = " ".into();
    let refused = server.refused("investor", "expressInterest", empty).await;
    assert_eq!(refused, ("VALIDATION".to_owned(), "answers.whatIsUnclear".to_owned()));
    // Somebody who was blocked is told no more than that it is not available.
    let fund = "query($m:ID!){node(id:$m){... on Mandate{investor{id}}}}";
    let data = server.data(fund, json!({"m": pair.mandate})).await;
    let fund_id = data["node"]["investor"]["id"].clone();
    matched_until(server, pair, true).await;
    // Who was never written to takes nothing of the budget away by a block.
    let left = "{contactBudget{left}}";
    let before = server.data_as("investor", left, json!({})).await;
    for blocked in [true, false] {
        let block = json!({"organisationId": fund_id, "blocked": blocked});
        server.done("city_office", "blockOrganisation", "organisation{id}", block).await;
        assert_eq!(server.data_as("investor", left, json!({})).await, before);
    }
    server.done("owner", "blockOrganisation", "organisation{id}", json!({"organisationId": fund_id})).await;
    assert_eq!(server.refused("investor", "expressInterest", input.clone()).await.0, "GATE_FAILED");
    matched_until(server, pair, false).await;
    let open = json!({"organisationId": fund_id, "blocked": false});
    server.done("owner", "blockOrganisation", "organisation{id}", open).await;
    matched_until(server, pair, true).await;
}

/// Waits until the two are matched with one another, or neither way any more; then the gate that is shut says no more than
/// 'not available'.
async fn matched_until(server: &Server, pair: &Pair, matched: bool) {
    let pair_of = "whyNot(mandateId:$m,projectId:$p){listed gates{key outcome because}}";
    let of_investor = format!(
        "query($m:ID!,$p:ID!){{opportunities(mandateId:$m,first:100){{edges{{node{{project{{id}}}}}}}} {pair_of}}}"
    );
    let of_owner = format!(
        "query($m:ID!,$p:ID!){{projectInvestors(projectId:$p,first:100){{edges{{node{{mandate{{id}}}}}}}} {pair_of}}}"
    );
    let has = |data: &Value, list: &str, path: &str, id: &Value| {
        let edges = data[list]["edges"].as_array().unwrap();
        edges.iter().any(|edge| edge["node"].pointer(path) == Some(id))
    };
    let variables = json!({"m": pair.mandate, "p": pair.project});
    let is_told = |data: &Value| data["whyNot"]["listed"] == matched;
    let data = server.until_as("investor", &of_investor, &variables, is_told).await;
    assert_eq!(has(&data, "opportunities", "/project/id", &pair.project), matched, "{data}");
    let data = server.until_as("owner", &of_owner, &variables, is_told).await;
    assert_eq!(has(&data, "projectInvestors", "/mandate/id", &pair.mandate), matched, "{data}");
    let gates = data["whyNot"]["gates"].as_array().unwrap();
    let shut: Vec<_> = gates.iter().filter(|gate| gate["outcome"] == "FAIL").collect();
    assert_eq!(shut.is_empty(), matched, "{data}");
    assert!(
        shut.iter().all(|gate| gate["key"] == "G2_SCREENING" && gate["because"] == "Not available."),
        "{data}"
    );
}
