//! Triads and capital stacks over HTTP, on the demo's data.

use serde_json::{Value, json};
use tests::server::{Behind, Server};

use crate::{
    introduction::pair,
    partnership::{cities, triad},
};

#[tokio::test]
async fn a_gap_is_filled_by_several_with_a_proof() {
    let server = Server::demo(Behind::Sqlite, &[]);
    let pair = pair(&server).await;
    let query = "query($p:ID!,$r:StackRulesInput){capitalStack(projectId:$p,rules:$r){gap{amountMinor currency} \
                 filledPercent objective upperBound optimal slackPct candidates leftOut{gateShut ticketUnknown} \
                 slices{percent amount{amountMinor currency} pairScore place limit because instrument mandate{id} \
                 investor{id name}}}}";
    let found = server.data(query, json!({"p": pair.project})).await["capitalStack"].clone();
    let slices = found["slices"].as_array().unwrap();
    assert!(!slices.is_empty(), "{found}");
    let sum: i64 = slices.iter().map(|slice| slice["percent"].as_i64().unwrap()).sum();
    assert_eq!(json!(sum), found["filledPercent"]);
    assert!(sum <= 100 && slices.len() <= 8, "{found}");
    assert!(found["slackPct"].as_f64().unwrap() <= 1.0, "{found}");
    let objective: f64 = found["objective"].as_str().unwrap().parse().unwrap();
    let upper: f64 = found["upperBound"].as_str().unwrap().parse().unwrap();
    assert!(objective <= upper);
    // Each slice is of a mandate that passes every gate, and says why.
    for slice in slices {
        let why = "query($m:ID!,$p:ID!){whyNot(mandateId:$m,projectId:$p){gates{outcome} score{point}}}";
        let data = server.data(why, json!({"m": slice["mandate"]["id"], "p": pair.project})).await;
        let gates = data["whyNot"]["gates"].as_array().unwrap();
        assert!(gates.iter().all(|gate| gate["outcome"] != "FAIL"), "{gates:?}");
        assert_eq!(data["whyNot"]["score"]["point"], slice["pairScore"]);
        assert!(!slice["because"][0].as_str().unwrap().is_empty());
    }
    // A receipt of the first slice's match verifies, and says what it keeps back from a stranger.
    let receipt = "query($m:ID!,$p:ID!){matchReceipt(mandateId:$m,projectId:$p)}";
    let mine = json!({"m": slices[0]["mandate"]["id"], "p": pair.project});
    let verify = "query($r:String!){verifyReceipt(receipt:$r){holds signature wrong hidden}}";
    for (who, hides) in [("observer", true), ("owner", true)] {
        let file = server.data_as(who, receipt, mine.clone()).await["matchReceipt"].clone();
        let found = server.data(verify, json!({"r": file.to_string()})).await["verifyReceipt"].clone();
        assert_eq!((&found["holds"], &found["wrong"]), (&json!(true), &json!([])), "{who}: {found}");
        assert_eq!(!found["hidden"].as_array().unwrap().is_empty(), hides, "{who}: {found}");
    }
    let one = json!({"p": pair.project, "r": {"counterparties": 1}});
    let alone = server.data(query, one).await["capitalStack"].clone();
    assert!(alone["slices"].as_array().unwrap().len() <= 1, "{alone}");
    let wrong = json!({"p": pair.project, "r": {"counterparties": 9}});
    assert_eq!(server.query(query, wrong).await["errors"][0]["extensions"]["argument"], "rules");
    let unknown = json!({"p": pair.mandate});
    assert_eq!(server.query(query, unknown).await["errors"][0]["extensions"]["argument"], "projectId");
}

/// In the demo as it comes, a triad closes for its city office and for its investor, by what their people act for.
async fn closes_untouched(server: &Server) {
    let own = &server.ids["own"];
    let query = "query($c:ID,$m:ID){triads(cityId:$c,mandateId:$m,first:50){cityA{id} cityB{id} \
                 project{id owner{id}} mandate{id investor{id}} weakestScore}}";
    let of_city = server.data_as("city_office", query, json!({"c": own["city"]})).await["triads"].clone();
    let of_mandate = server.data_as("investor", query, json!({"m": own["mandate"]})).await["triads"].clone();
    let is_ours = |row: &&Value| {
        row["project"]["id"] == own["sharedProject"]
            && row["mandate"]["id"] == own["mandate"]
            && [&row["cityA"]["id"], &row["cityB"]["id"]].contains(&&own["city"])
    };
    for triads in [&of_city, &of_mandate] {
        let ours = triads.as_array().unwrap().iter().find(is_ours).unwrap_or_else(|| panic!("{triads}"));
        assert_eq!(ours["mandate"]["investor"]["id"], own["investorOrganisation"]);
        assert!(ours["weakestScore"].as_f64().unwrap() > 0.0, "{ours}");
    }
    // Its people act for these: each finds the own organisation among those of the account.
    for (who, organisation) in [
        ("investor", "investorOrganisation"),
        ("owner", "ownerOrganisation"),
        ("city_office", "cityOffice"),
        ("partner_office", "partnerOffice"),
    ] {
        let me = server.data_as(who, "{me{memberships{organisation{id}}}}", json!({})).await["me"].clone();
        let mine = me["memberships"].as_array().unwrap();
        assert!(mine.iter().any(|one| one["organisation"]["id"] == own[organisation]), "{who}: {me}");
    }
}

#[tokio::test]
async fn two_cities_a_project_and_a_mandate_close() {
    let server = Server::demo(Behind::Sqlite, &[]);
    closes_untouched(&server).await;
    let (a, _) = cities(&server).await;
    let query = "query($c:ID,$m:ID){triads(cityId:$c,mandateId:$m,first:50){cityA{id name} cityB{id} project{id} \
                 mandate{id} weakestScore triadEdges{key score weakest because}}}";
    let (triad, _) = triad(&server, &a).await;
    let mandate = triad["mandate"]["id"].clone();
    let of_mandate = server.data(query, json!({"m": mandate})).await["triads"].clone();
    let of_city = server.data(query, json!({"c": a})).await["triads"].clone();
    for triads in [&of_mandate, &of_city] {
        let rows = triads.as_array().unwrap();
        assert!(rows.iter().any(|row| row["project"]["id"] == triad["project"]["id"]), "{triads}");
        let weakest: Vec<f64> = rows.iter().map(|row| row["weakestScore"].as_f64().unwrap()).collect();
        assert!(weakest.windows(2).all(|two| two[0] >= two[1]), "{weakest:?}");
        for row in rows {
            let edges = row["triadEdges"].as_array().unwrap();
            let least = edges.iter().map(|edge| edge["score"].as_f64().unwrap()).fold(100.0, f64::min);
            assert_eq!((edges.len(), json!(least)), (4, row["weakestScore"].clone()));
            assert!(edges.iter().all(|edge| !edge["because"].as_str().unwrap().is_empty()), "{row}");
        }
    }
    assert!(of_mandate.as_array().unwrap().iter().all(|row| row["mandate"]["id"] == mandate));
    let both = server.query(query, json!({"c": a, "m": mandate})).await;
    assert_eq!(both["errors"][0]["extensions"]["argument"], "cityId");
    assert_eq!(both["data"], Value::Null);
}
