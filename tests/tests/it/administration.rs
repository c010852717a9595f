//! What administrators look after: the chain of what was done, over HTTP and from the command line, and dead letters;
//! and what an owner reads back of the own listing, to change it.

use serde_json::{Value, json};
use tests::{
    run,
    server::{Behind, Server},
    sql::Sql,
};

use crate::journey_a::fibre;

const TRAIL: &str = "query($before:BigInt,$of:ID){auditTrail(first:5,before:$before,of:$of){\
                     number action kind targetId personId outcome previous hash holds}}";

async fn trail(server: &Server, variables: Value) -> Vec<Value> {
    server.data_as("administrator", TRAIL, variables).await["auditTrail"].as_array().unwrap().clone()
}

async fn the_chain(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let input = json!({"project": fibre("Fibre of the Tara villages")});
    let made = server.done("owner", "createProject", "project{id version}", input).await["project"].clone();

    // The last act comes first, and a page goes on where the one before it ended.
    let acts = trail(&server, json!({})).await;
    let act = &acts[0];
    assert_eq!((&act["action"], &act["targetId"]), (&json!("createProject"), &made["id"]), "{acts:?}");
    assert_eq!((&act["outcome"], &act["holds"]), (&json!("DONE"), &json!(true)));
    assert!(act["personId"].is_string() && act["previous"] == acts[1]["hash"], "{acts:?}");
    let next = trail(&server, json!({"before": acts.last().unwrap()["number"]})).await;
    assert_eq!(acts.last().unwrap()["previous"], next[0]["hash"]);
    let of_it = trail(&server, json!({"of": made["id"]})).await;
    assert_eq!(of_it.len(), 1, "{of_it:?}");
    let of_who = trail(&server, json!({"of": act["personId"]})).await;
    assert_eq!(of_who[0]["number"], act["number"], "{of_who:?}");

    // It is for administrators alone, and so are the letters.
    for who in ["owner", "investor", "compliance", "reviewer", "observer", "city_office"] {
        let token = server.tokens[who].as_str().unwrap();
        for query in ["{auditTrail{number}}", "{letters{id}}"] {
            let body = server.query_with(token, query, json!({})).await;
            assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{who} {query}");
        }
    }
    let body = server.query("{auditTrail{number}}", json!({})).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");

    // The command line checks the whole chain and writes it out, line by line.
    let args = |what| ["--database", server.database.as_str(), "audit", what];
    let (code, out, err) = run(&args("verify"));
    assert!(code == 0 && out.contains("holds"), "{out}{err}");
    let (code, out, _) = run(&args("export"));
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(code, 0);
    assert!(lines.windows(2).all(|two| two[0]["hash"] == two[1]["previous"]));
    assert_eq!(lines.last().unwrap()["number"].to_string(), act["number"].as_str().unwrap());

    // A row that somebody changed past the server is seen, by its number.
    let number: i64 = act["number"].as_str().unwrap().parse().unwrap();
    let sql = Sql::connect(&server.database).await;
    sql.execute(&format!("UPDATE audit SET action = 'updateProject' WHERE seq = {number}")).await;
    sql.close().await;
    assert_eq!(trail(&server, json!({})).await[0]["holds"], false);
    let (code, _, err) = run(&args("verify"));
    assert!(code != 0 && err.contains(&number.to_string()), "{err}");
}

/// A dead letter is seen with the host of its address, and not with the address.
async fn letters(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let input = json!({"input": {"email": "somebody@gone.example", "name": "Some Body", "password": "a long word of mine 7",
        "language": "en"}});
    let query = "mutation($input:RegisterInput!){register(input:$input){userErrors{code message}}}";
    let body = server.query(query, input).await;
    assert_eq!(body["data"]["register"]["userErrors"], json!([]), "{body}");
    let sql = Sql::connect(&server.database).await;
    let dead = "UPDATE outbox SET state = 'DEAD', error = '550 <somebody@gone.example> unknown' \
                WHERE recipient = 'somebody@gone.example'";
    sql.execute(dead).await;
    sql.close().await;
    let query = "{letters{id state class host error}}";
    let found = server.data_as("administrator", query, json!({})).await["letters"].clone();
    assert_eq!(found[0]["host"], "gone.example", "{found}");
    assert_eq!(found[0]["error"], "550 <(the address)> unknown");
    assert!(!found.to_string().contains("somebody"), "{found}");
}

/// What an owner wrote is all read back, so that a form can be filled with it; and what is the owner's own is no
/// reader's.
async fn read_back(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let mut content = fibre("Fibre of the Drina villages");
    content["innovation"] = json!("PRODUCT");
    content["concessional"] = json!(true);
    content["languages"] = json!(["sr", "en"]);
    content["impact"] = json!({"coverageBaselinePct": 20.0, "coverageTargetPct": 90.0});
    let made =
        server.done("owner", "createProject", "project{id version}", json!({"project": content})).await;
    let project = &made["project"];
    let answers = json!([{"question": "answers.total_cost", "money": {"amountMinor": "3000000000", "currency": "EUR"}},
        {"question": "answers.local_partner", "yesNo": true}]);
    let input =
        json!({"projectId": project["id"], "expectedVersion": project["version"], "answers": answers});
    let answered =
        server.done("owner", "answerQuestions", "project{id version}", input).await["project"].clone();
    let rungs = json!([{"field": "RETURN", "rung": "MATCHED"}]);
    let input = json!({"projectId": project["id"], "expectedVersion": answered["version"], "blind": false, "fields": rungs});
    server.done("owner", "setProjectDisclosure", "project{id}", input).await;

    let query = "query($i:ID!){project(id:$i){works innovation concessional languages \
                 impact{coverageBaselinePct coverageTargetPct} disclosure{field rung lowest highest} \
                 questionnaire{key answer{money{amountMinor currency} yesNo}}}}";
    let found = server.data_as("owner", query, json!({"i": project["id"]})).await["project"].clone();
    assert_eq!((&found["works"], &found["innovation"]), (&json!("CONSTRUCTION"), &json!("PRODUCT")));
    assert_eq!((&found["concessional"], &found["languages"]), (&json!(true), &json!(["sr", "en"])));
    assert_eq!(found["impact"], json!({"coverageBaselinePct": 20.0, "coverageTargetPct": 90.0}));
    let rungs = found["disclosure"].as_array().unwrap();
    let of = |field: &str| rungs.iter().find(|rung| rung["field"] == field).unwrap().clone();
    assert_eq!(of("RETURN")["rung"], "MATCHED");
    assert_eq!(
        of("CONTACT"),
        json!({"field": "CONTACT", "rung": "INTRODUCED", "lowest": "INTRODUCED", "highest": "PRIVATE"})
    );
    let questions = found["questionnaire"].as_array().unwrap();
    let answer = |key: &str| questions.iter().find(|one| one["key"] == key).unwrap()["answer"].clone();
    assert_eq!(
        answer("answers.total_cost")["money"],
        json!({"amountMinor": "3000000000", "currency": "EUR"})
    );
    assert_eq!(answer("answers.local_partner")["yesNo"], true);
    assert_eq!(answer("answers.demand_evidence"), Value::Null);

    // A public listing of somebody else tells no rungs.
    let public = "{projects(first:1){edges{node{id disclosure{field}}}}}";
    let found = server.data(public, json!({})).await;
    assert_eq!(found["projects"]["edges"][0]["node"]["disclosure"], json!([]));
}

#[tokio::test]
async fn the_chain_of_acts_is_looked_at_and_checked() {
    the_chain(Behind::Sqlite).await;
    the_chain(Behind::Postgres).await;
}

#[tokio::test]
async fn dead_letters_are_looked_at_without_their_addresses() {
    letters(Behind::Sqlite).await;
    letters(Behind::Postgres).await;
}

#[tokio::test]
async fn an_owner_reads_back_what_was_written() {
    read_back(Behind::Sqlite).await;
    read_back(Behind::Postgres).await;
}
