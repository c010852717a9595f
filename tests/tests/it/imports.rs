//! Files that are handed in. Imports of an organisation's own records: the file to a signed address, a dry run, the rows, once.

use serde_json::{Value, json};
use tests::server::{Behind, Server};

const HEADER: &str = "key,title,kind,fields,countries,gap_amount,gap_currency,stage";

fn table(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

/// An address with another last letter.
fn other_than(url: &str) -> String {
    let mut letters: Vec<char> = url.chars().collect();
    let last = letters.pop();
    letters.push(if last == Some('x') { 'y' } else { 'x' });
    letters.into_iter().collect()
}

const NODE: &str = "importJob{id state kind mode dryRun rows availableTransitions{name} history{to}}";

const REPORT: &str = "query($i:ID!){node(id:$i){... on ImportJob{state rows rowsDone created changed unchanged errorCount \
                      errors{row column message} fault availableTransitions{name} history{transition}}}}";

/// Hands a file in as a persona and answers its id.
async fn hand_in(server: &Server, who: &str, bytes: &[u8]) -> Value {
    let asked = json!({"fileName": "own records.csv"});
    let ticket =
        server.done(who, "requestUpload", "upload{uploadId url maxBytes}", asked).await["upload"].clone();
    let (status, answer) = server.send_file(who, ticket["url"].as_str().unwrap(), bytes.to_vec()).await;
    assert_eq!((status, &answer["uploadId"]), (200, &ticket["uploadId"]), "{answer}");
    ticket["uploadId"].clone()
}

/// Imports a file that was handed in and answers the report once it is over.
async fn import(server: &Server, who: &str, input: Value) -> Value {
    let job = server.done(who, "startImport", NODE, input).await["importJob"]["id"].clone();
    let over =
        |data: &Value| ["DONE", "FAILED", "CANCELLED"].contains(&data["node"]["state"].as_str().unwrap());
    server.until_as(who, REPORT, &json!({"i": job}), over).await["node"].clone()
}

fn counts(report: &Value) -> [i64; 4] {
    ["created", "changed", "unchanged", "errorCount"].map(|key| report[key].as_i64().unwrap())
}

async fn listings(server: &Server) -> Vec<String> {
    let query = "{me{memberships{organisation{listings(first:100){title{value} state}}}}}";
    let data = server.data_as("owner", query, json!({})).await;
    let list = &data["me"]["memberships"][0]["organisation"]["listings"];
    list.as_array()
        .unwrap()
        .iter()
        .filter(|one| one["state"] == "DRAFT")
        .map(|one| one["title"]["value"].as_str().unwrap().to_owned())
        .collect()
}

async fn rows(server: &Server) {
    let good = table(&[
        "a,Fibre for the north,INFRASTRUCTURE,CONN_BROADBAND:100,RS,2000000,EUR,FEASIBILITY",
        "b,Clinics,SERVICE_PLATFORM,DX_HEALTH:60|INCL_RURAL:40,LA,500000,USD,",
    ]);
    let file = hand_in(server, "owner", good.as_bytes()).await;
    // A dry run, which is what is done where nothing is said, writes nothing.
    let report = import(server, "owner", json!({"uploadId": file, "kind": "PROJECTS"})).await;
    assert_eq!((counts(&report), &report["state"]), ([2, 0, 0, 0], &json!("DONE")), "{report}");
    assert_eq!(listings(server).await, Vec::<String>::new());
    let steps = json!([{"transition": "CREATE"}, {"transition": "BEGIN"}, {"transition": "FINISH"}]);
    assert_eq!((&report["history"], &report["availableTransitions"]), (&steps, &json!([])));
    // Then for good; a second time it changes nothing; a changed row changes its record.
    let whole = |file: &Value| json!({"uploadId": file, "kind": "PROJECTS", "dryRun": false});
    assert_eq!(counts(&import(server, "owner", whole(&file)).await), [2, 0, 0, 0]);
    assert_eq!(listings(server).await, ["Fibre for the north", "Clinics"]);
    assert_eq!(counts(&import(server, "owner", whole(&file)).await), [0, 0, 2, 0]);
    let file = hand_in(server, "owner", good.replace("Clinics", "Clinics of Laos").as_bytes()).await;
    assert_eq!(counts(&import(server, "owner", whole(&file)).await), [0, 1, 1, 0]);
    assert_eq!(listings(server).await, ["Fibre for the north", "Clinics of Laos"]);

    // A wrong row refuses the whole, or only itself; each wrong cell is named.
    let mixed = table(&[
        "c,Cables,INFRASTRUCTURE,CONN_BACKBONE:100,TR,1000000,EUR,",
        "d,,INFRASTRUCTURE,CONN_BACKBONE:90,QQ,-1,EUR,",
        "c,Cables again,INFRASTRUCTURE,CONN_BACKBONE:100,TR,1000000,EUR,",
    ]);
    let file = hand_in(server, "owner", mixed.as_bytes()).await;
    let report = import(server, "owner", whole(&file)).await;
    assert_eq!(counts(&report)[..3], [0, 0, 0], "{report}");
    let cells: Vec<(i64, &str)> = report["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["row"].as_i64().unwrap(), error["column"].as_str().unwrap()))
        .collect();
    for cell in [(3, "title"), (3, "fields"), (3, "countries"), (4, "key")] {
        assert!(cells.contains(&cell), "{cell:?} in {cells:?}");
    }
    assert_eq!(listings(server).await.len(), 2);
    let mut good_rows = whole(&file);
    good_rows["mode"] = json!("GOOD_ROWS");
    let report = import(server, "owner", good_rows).await;
    assert_eq!((&report["created"], &report["rowsDone"]), (&json!(1), &json!(3)));
    assert_eq!(listings(server).await.len(), 3);
}

async fn doors(server: &Server) {
    // What is the platform's to say stands in no column, and a file is told by its bytes.
    for (bytes, words) in [
        (&b"key,title,kind,fields,countries,owner\n"[..], "owner"),
        (b"key,title,kind,fields,countries,state\n", "state"),
        (b"org_id,title,status\nx,y,PUBLISHED\n", "org_id"),
        (b"key,title\n", "kind"),
    ] {
        let file = hand_in(server, "owner", bytes).await;
        let payload =
            server.mutate("owner", "startImport", "", json!({"uploadId": file, "kind": "PROJECTS"})).await;
        let error = &payload["userErrors"][0];
        assert_eq!((&error["code"], &error["path"]), (&json!("VALIDATION"), &json!(["uploadId"])));
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    }
    let ask = || async {
        let asked = json!({"fileName": "x.csv"});
        server.done("owner", "requestUpload", "upload{uploadId url}", asked).await["upload"].clone()
    };
    let ticket = ask().await;
    let url = ticket["url"].as_str().unwrap();
    for (bytes, status) in [
        (b"".to_vec(), 422),
        (b"<svg><script/></svg>".to_vec(), 422),
        (b"%PDF-1.7".to_vec(), 422),
        (b"PK\x03\x04 no workbook".to_vec(), 422),
        (vec![b'a'; 11 * 1024 * 1024], 413),
    ] {
        let (found, answer) = server.send_file("owner", url, bytes).await;
        assert_eq!(found, status, "{answer}");
    }
    // Nobody else sends to the address, and an address that was altered is none.
    let table = table(&[]).into_bytes();
    for who in ["investor", "administrator"] {
        assert_eq!(server.send_file(who, url, table.clone()).await.0, 404, "{who}");
    }
    let altered = other_than(url);
    assert_eq!(server.send_file("owner", &altered, table.clone()).await.0, 404);
    let unsigned = server.client().put(url).body(table.clone()).send().await.unwrap();
    assert_eq!(unsigned.status().as_u16(), 401);
    let early = json!({"uploadId": ticket["uploadId"], "kind": "PROJECTS"});
    assert_eq!(
        server.refused("owner", "startImport", early.clone()).await.0,
        "GATE_FAILED",
        "it has not come"
    );
    // The same bytes once more are the same file; others are refused.
    assert_eq!(server.send_file("owner", url, table.clone()).await.0, 200);
    assert_eq!(server.send_file("owner", url, table).await.0, 200);
    assert_eq!(server.send_file("owner", url, b"other".to_vec()).await.0, 409);
    // Nobody else imports it or sees that it was imported.
    assert_eq!(server.refused("investor", "startImport", early.clone()).await.0, "NOT_FOUND");
    let job = server.done("owner", "startImport", NODE, early).await["importJob"]["id"].clone();
    for who in ["investor", "city_office", "reviewer", "observer"] {
        let data = server.data_as(who, "query($i:ID!){node(id:$i){id}}", json!({"i": job})).await;
        assert_eq!(data["node"], Value::Null, "{who}");
        let refused = server.refused(who, "cancelImport", json!({"importJobId": job})).await;
        assert_eq!(refused.0, "NOT_FOUND", "{who}");
    }
    let over = |data: &Value| data["node"]["state"] == "DONE";
    server.until_as("owner", REPORT, &json!({"i": job}), over).await;
    let refused = server.refused("owner", "cancelImport", json!({"importJobId": job})).await;
    assert_eq!(refused.0, "INVALID_TRANSITION");
    // Mandates come in too, for an investor alone.
    let mandates = b"key,name,fields,countries,ticket_min,ticket_max,currency\n\
                     m1,Fibre,CONN_BROADBAND:100,RS|LA,1000000,5000000,EUR\nm2,No bounds,CONN_BACKBONE:101,RS,,,\n";
    let file = hand_in(server, "investor", mandates).await;
    let input = json!({"uploadId": file, "kind": "MANDATES", "dryRun": false, "mode": "GOOD_ROWS"});
    let report = import(server, "investor", input).await;
    assert_eq!((&report["created"], &report["errors"][0]["row"]), (&json!(1), &json!(3)), "{report}");
    let file = hand_in(server, "owner", mandates).await;
    let report = import(server, "owner", json!({"uploadId": file, "kind": "MANDATES"})).await;
    assert!(report["errors"][0]["message"].as_str().unwrap().contains("investor"), "{report}");
}

/// Hands a document in and answers the id of its file.
async fn paper(server: &Server, who: &str, name: &str, bytes: &[u8]) -> Value {
    let asked = json!({"fileName": name, "purpose": "DOCUMENT"});
    let ticket = server.done(who, "requestUpload", "upload{uploadId url}", asked).await["upload"].clone();
    let (status, answer) = server.send_file(who, ticket["url"].as_str().unwrap(), bytes.to_vec()).await;
    assert_eq!(status, 200, "{answer}");
    ticket["uploadId"].clone()
}

const PAPERS: &str = "query($i:ID!){project(id:$i){documents{id title fileName mediaType bytes sha256 url}}}";

async fn documents(server: &Server) {
    let project = json!({"title": {"value": "With papers"}, "kind": "INFRASTRUCTURE",
        "fields": [{"field": "CONN_BROADBAND", "sharePct": 100.0}], "places": [{"country": "RS"}]});
    let made = server.done("owner", "createProject", "project{id}", json!({"project": project})).await;
    let id = made["project"]["id"].clone();
    let pdf = b"%PDF-1.7 a study";
    let file = paper(server, "owner", "Študija \"2026\"; x.pdf", pdf).await;
    let attach = json!({"uploadId": file, "title": "Feasibility study", "projectId": id});
    assert_eq!(server.refused("investor", "uploadDocument", attach.clone()).await.0, "NOT_FOUND");
    let done = server.done("owner", "uploadDocument", "documentId", attach.clone()).await;
    assert_eq!(server.refused("owner", "uploadDocument", attach).await.0, "DUPLICATE");
    let seen = server.data_as("owner", PAPERS, json!({"i": id})).await["project"]["documents"][0].clone();
    assert_eq!((&seen["id"], &seen["title"]), (&done["documentId"], &json!("Feasibility study")));
    assert_eq!((&seen["mediaType"], &seen["bytes"]), (&json!("application/pdf"), &json!(pdf.len())));
    // Its bytes, as a file to be saved; an address that was altered gives none.
    let url = seen["url"].as_str().unwrap();
    let response = server.client().get(url).send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/pdf");
    assert!(header("content-disposition").starts_with("attachment; filename*=UTF-8''"));
    assert!(header("content-disposition").is_ascii());
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").contains("sandbox"));
    assert_eq!(response.bytes().await.unwrap().as_ref(), pdf);
    let altered = other_than(url);
    assert_eq!(server.client().get(altered).send().await.unwrap().status().as_u16(), 404);
    on_disk(server, &seen, pdf).await;
    // Of a draft nobody else knows; a paper of the organisation itself is its people's and the reviewers'.
    let file = paper(server, "owner", "register.png", &png(8, 8)).await;
    let own = json!({"uploadId": file, "title": "Extract of the register"});
    server.done("owner", "uploadDocument", "documentId", own).await;
    let query = "query($i:ID!){organisation(id:$i){documents{title url}}}";
    let mine = "{me{memberships{organisation{id}}}}";
    let me = server.data_as("owner", mine, json!({})).await;
    let organisation = me["me"]["memberships"][0]["organisation"]["id"].clone();
    for (who, papers) in [("owner", 1), ("reviewer", 1), ("investor", 0), ("observer", 0), ("city_office", 0)]
    {
        let data = server.data_as(who, query, json!({"i": organisation})).await;
        assert_eq!(data["organisation"]["documents"].as_array().unwrap().len(), papers, "{who}");
        if who != "owner" {
            let data = server.data_as(who, PAPERS, json!({"i": id})).await;
            assert_eq!(data["project"], Value::Null, "{who}");
            let refused = server.refused(who, "removeDocument", json!({"documentId": seen["id"]})).await;
            assert_eq!(refused.0, "NOT_FOUND", "{who}");
        }
    }
    // Programs, and images that are too large, are no documents, and leave nothing behind.
    let before = files(server);
    for bytes in [b"<svg onload='x()'/>".to_vec(), b"MZ".to_vec(), png(65_535, 65_535)] {
        let asked = json!({"fileName": "x", "purpose": "DOCUMENT"});
        let ticket = server.done("owner", "requestUpload", "upload{url}", asked).await;
        let (status, _) = server.send_file("owner", ticket["upload"]["url"].as_str().unwrap(), bytes).await;
        assert_eq!(status, 422);
    }
    assert_eq!(files(server), before);
    server.done("owner", "removeDocument", "documentId", json!({"documentId": seen["id"]})).await;
    assert_eq!(server.data_as("owner", PAPERS, json!({"i": id})).await["project"]["documents"], json!([]));
    assert_eq!(server.client().get(url).send().await.unwrap().status().as_u16(), 404);
}

/// Files in the directory of documents.
fn files(server: &Server) -> Vec<std::path::PathBuf> {
    let entries = |path: &std::path::Path| {
        let found = std::fs::read_dir(path).into_iter().flatten();
        found.map(|entry| entry.unwrap().path()).collect::<Vec<_>>()
    };
    let mut found: Vec<_> =
        entries(&server.data_dir().join("files")).iter().flat_map(|path| entries(path)).collect();
    found.sort();
    found
}

/// The bytes lie on disk under their hash, once however often they come, and are not given out when they are others.
async fn on_disk(server: &Server, seen: &Value, bytes: &[u8]) {
    let hash = seen["sha256"].as_str().unwrap();
    let path = server.data_dir().join("files").join(&hash[..2]).join(hash);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    let before = files(server);
    paper(server, "owner", "again.pdf", bytes).await;
    assert_eq!(files(server), before);
    let status = async || {
        let url = seen["url"].as_str().unwrap();
        server.client().get(url).send().await.unwrap().status().as_u16()
    };
    std::fs::write(&path, b"%PDF-1.7 another").unwrap();
    assert_eq!(status().await, 500, "other bytes than were handed in");
    // Whoever hands the same in again mends it.
    paper(server, "owner", "again.pdf", bytes).await;
    assert_eq!(status().await, 200);
}

/// The head of an image of so many pixels.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bytes.extend_from_slice(&width.to_be_bytes());
    bytes.extend_from_slice(&height.to_be_bytes());
    bytes.extend_from_slice(b"\x08\x02\0\0\0\0\0\0\0");
    bytes
}

async fn imports(behind: Behind) {
    let server = Server::demo(behind, &[]);
    rows(&server).await;
    doors(&server).await;
    documents(&server).await;
}

#[tokio::test]
async fn own_records_are_imported_on_sqlite() {
    imports(Behind::Sqlite).await;
}

#[tokio::test]
async fn own_records_are_imported_on_postgres() {
    imports(Behind::Postgres).await;
}
