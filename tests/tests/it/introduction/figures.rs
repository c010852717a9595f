//! What came of introductions: the pipeline, the ladder and the ledger.

use serde_json::Value;
use serde_json::json;
use tests::server::Server;
use tests::sql::Sql;

use super::Pair;

/// The ladder and the ledger: small groups are held back, and the sides mirror each other.
pub(super) async fn ledger(server: &Server) {
    let query = "query($a:String!,$b:String!){reciprocity(countryA:$a,countryB:$b){countryA{code} \
                 aToB{rung count amount{amountMinor} suppressed} bToA{rung count amount{amountMinor} suppressed}}}";
    let of =
        async |a: &str, b: &str| server.data(query, json!({"a": a, "b": b})).await["reciprocity"].clone();
    let rungs = |side: &Value| -> Vec<(String, bool)> {
        let cells = side.as_array().unwrap().iter();
        cells.map(|cell| (cell["rung"].as_str().unwrap().to_owned(), cell["suppressed"] == true)).collect()
    };
    let (one, other) = (of("RS", "TH").await, of("TH", "RS").await);
    assert_eq!((&one["aToB"], &one["bToA"]), (&other["bToA"], &other["aToB"]), "swapping mirrors");
    let same = server.query(query, json!({"a": "RS", "b": "RS"})).await;
    assert_eq!(same["errors"][0]["extensions"]["argument"], "countryB");
    let ladder =
        server.data("{outcomeLadder{rung field atLeast suppressed}}", json!({})).await["outcomeLadder"]
            .clone();
    let all = rungs(&ladder);
    assert!(all.contains(&("INTEREST".to_owned(), true)) && all.iter().all(|(_, held)| *held), "{ladder}");
    // One close is held back with its kind, also where all of it is between the two countries that are asked for.
    let sql = Sql::connect(&server.database).await;
    let of = sql.texts("SELECT CAST(COUNT(*) AS TEXT) FROM outcome WHERE rung = 'DISBURSEMENT'").await;
    assert_eq!(of, ["1"]);
    sql.execute("UPDATE outcome SET from_country = 'TH', to_country = 'RS'").await;
    sql.close().await;
    let told = server.data(query, json!({"a": "TH", "b": "RS"})).await["reciprocity"].clone();
    assert_eq!(
        rungs(&told["aToB"]),
        [("INTEREST", true), ("PLEDGE", true), ("COMMITMENT", true), ("CLOSE", true)]
            .map(|(rung, held)| (rung.to_owned(), held))
    );
    let suggested = "query{reciprocity(countryA:\"RS\",countryB:\"TH\"){suggestions(first:3){score{point} project{id} mandate{id}}}}";
    server.data(suggested, json!({})).await;
}

/// The pipeline with notes that never leave the side, as a list and as a file.
pub(super) async fn pipeline(server: &Server, pair: &Pair) {
    let list =
        "query($p:ID){pipeline(projectId:$p first:10){totalCount edges{node{id state mySide notes{body}}}}}";
    let mine = server.data_as("investor", list, json!({"p": pair.project})).await["pipeline"].clone();
    assert_eq!(mine["totalCount"], 3);
    let closed = &mine["edges"][1]["node"];
    assert_eq!((&closed["state"], &closed["mySide"]), (&json!("CLOSED"), &json!("INVESTOR")));
    let note = json!({"introductionId": closed["id"], "text": "=HYPERLINK(\"a\") their margin is thin"});
    server.done("investor", "addIntroductionNote", "introduction{id}", note).await;
    let mine = server.data_as("investor_colleague", list, json!({"p": pair.project})).await;
    assert_eq!(mine["pipeline"]["edges"][1]["node"]["notes"].as_array().unwrap().len(), 1);
    let theirs = server.data_as("owner", list, json!({"p": pair.project})).await;
    assert_eq!(theirs["pipeline"]["edges"][1]["node"]["notes"], json!([]), "a note is of one side");
    let export = "query($f:ExportFormat!){exportPipeline(format:$f)}";
    let csv = server.data_as("investor", export, json!({"f": "CSV"})).await["exportPipeline"].clone();
    let csv = csv.as_str().unwrap();
    assert!(csv.contains("CLOSED") && csv.contains("'=HYPERLINK"), "{csv}");
    let json_file = server.data_as("owner", export, json!({"f": "JSON"})).await["exportPipeline"].clone();
    assert!(!json_file.as_str().unwrap().contains("margin"), "the other side's note");
    let rows: Value = serde_json::from_str(json_file.as_str().unwrap()).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 3);
    let budget = server.data_as("investor", "{contactBudget{left expressed replies}}", json!({})).await;
    assert_eq!(budget["contactBudget"], json!({"left": 11, "expressed": 1, "replies": 2}));
    let nobody = server.query("{pipeline{totalCount}}", json!({})).await;
    assert_eq!(nobody["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}
