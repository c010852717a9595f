//! Digests over a real SMTP conversation: opt-in, periods with data that changes in between, one message a period and
//! none twice, what is done from the mail, unsubscribing by one click, and no further mail; on both databases.

mod asked;
mod feed;
mod listing;

use std::{collections::BTreeSet, fs};

use mail_parser::{Message, MessageParser, MimeHeaders};
use serde_json::{Value, json};
use tests::{
    run,
    server::{Behind, Server},
    sink::{Sink, Taken},
    sql::Sql,
};

use self::feed::feed;

const SUBSCRIPTION: &str = "subscription{id version state email nextDueAt availableMoves \
    settings{cadence zone hour language}}";

/// The demo's listing that is watched, as an import writes it.
fn import(database: &str, gap: u32, stage: &str) {
    import_of(database, gap, stage, "2026-11-20");
}

/// The same, confirmed on a day.
fn import_of(database: &str, gap: u32, stage: &str, day: &str) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("projects.tsv");
    let table = format!(
        "key\ttitle\towner\tkind\tfields\tstage\tgap_amount\tgap_currency\tinstruments\tconcessional\ttenor_months\t\
         readiness\tpopulation_newly_served\tcountries\tstate\tpublished_at\tconfirmed_at\n\
         watched\tWatched fibre, <b>open\tdemo-owner\tINFRASTRUCTURE\tCONN_BACKBONE:100\t{stage}\t{gap}\tUSD\tLOAN:100\t\
         yes\t120\tNEEDS_ASSESSMENT=report|DEMAND_STUDY=survey\t100000\tNG\tPUBLISHED\t{day}\t{day}\n"
    );
    fs::write(&file, table).unwrap();
    let (code, out, err) = run(&["--database", database, "import", "projects", &file.display().to_string()]);
    assert_eq!(code, 0, "{out}{err}");
}

/// The part of a message in plain text.
fn text(message: &Message<'_>) -> String {
    message.body_text(0).unwrap().into_owned()
}

fn parsed(taken: &Taken) -> Message<'_> {
    MessageParser::default().parse(taken.raw.as_bytes()).unwrap()
}

fn header(taken: &Taken, name: &str) -> String {
    let message = parsed(taken);
    message.header_raw(name).unwrap_or_else(|| panic!("{name} in {}", taken.raw)).trim().to_owned()
}

/// The first address in a text after some words.
fn address(text: &str, after: &str) -> String {
    let (_, rest) = text.split_once(after).unwrap_or_else(|| panic!("{after} in {text}"));
    let begin = rest.find("http").unwrap();
    rest[begin..].split_whitespace().next().unwrap().to_owned()
}

/// What a page says, and whether it has a button.
async fn page(server: &Server, address: &str) -> (String, bool) {
    let response = server.client().get(address).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(response.headers().get("set-cookie").is_none());
    let text = response.text().await.unwrap();
    let has_button = text.contains("<form method=\"post\"");
    (text, has_button)
}

async fn post(server: &Server, address: &str, body: &'static str) -> String {
    let request = server.client().post(address).header("content-type", "application/x-www-form-urlencoded");
    let response = request.body(body).send().await.unwrap();
    assert_eq!(response.status(), 200, "no redirect and no refusal");
    response.text().await.unwrap()
}

/// Runs a round as if it were a time. Answers what it did.
fn round(server: &Server, at: &str) -> Value {
    let data = server.mail_dir().parent().unwrap().display().to_string();
    let common = ["--database", &server.database, "--data-dir", &data];
    let args = ["digest", "run", "--public-url", &server.url, "--at", at, "--json"];
    let (code, out, err) = run(&[common.as_slice(), args.as_slice()].concat());
    assert_eq!(code, 0, "{err}");
    serde_json::from_str(&out).unwrap()
}

async fn mine(server: &Server) -> Value {
    let fields = SUBSCRIPTION.trim_start_matches("subscription{").trim_end_matches('}');
    // The settings' own brace was taken with the last one.
    let query = format!("{{digestSubscriptions{{{fields}}}}}}}");
    server.data_as("investor", &query, json!({})).await["digestSubscriptions"][0].clone()
}

/// When the next issue is due.
async fn due(server: &Server) -> String {
    mine(server).await["nextDueAt"].as_str().unwrap().to_owned()
}

async fn a_digest_from_opt_in_to_one_click(behind: Behind) {
    let sink = Sink::start().await;
    let keys = tempfile::tempdir().unwrap();
    let key = keys.path().join("dkim.pem");
    fs::write(&key, rsa_key()).unwrap();
    let key = key.display().to_string();
    let server =
        Server::demo(behind, &["--smtp", &sink.url(), "--dkim-key", &key, "--dkim-selector", "s2026"]);
    let address_of_anybody = refusals(&server).await;
    let asked = &sink.holds(1).await[0];
    assert_eq!(asked.to, address_of_anybody);
    // A letter to somebody who has not asked for it carries no words that a stranger chose.
    let name = "query($m:ID!){mandate(id:$m){name}}";
    let name = server.data(name, json!({"m": server.ids["mandate"]})).await["mandate"]["name"].clone();
    let said = text(&parsed(asked));
    assert!(said.contains(server.ids["mandate"].as_str().unwrap()), "{said}");
    assert!(!said.contains(name.as_str().unwrap()), "{said}");
    opt_in(&server, &sink).await;

    // First period: the listing is new. A second round of the same period tells nothing.
    import(&server.database, 100_000_000, "FEASIBILITY");
    let first = due(&server).await;
    assert_eq!(round(&server, &first)["composed"], 1);
    let taken = sink.holds(3).await;
    assert_eq!(
        round(&server, &first),
        json!({"planned": 0, "moved": 0, "composed": 0, "empty": 0, "cancelled": 0})
    );
    is_well_formed(&taken[2], "One item is new for Watched", "New");

    // Second period: nothing has changed, and nothing comes.
    let second = due(&server).await;
    assert!(second > first);
    assert_eq!(round(&server, &second)["empty"], 1);
    sink.holds(3).await;

    // Third and fourth: the terms, then the stage.
    import(&server.database, 110_000_000, "FEASIBILITY");
    assert_eq!(round(&server, &due(&server).await)["composed"], 1);
    let taken = sink.holds(4).await;
    is_well_formed(&taken[3], "One item is new for Watched", "Terms changed");
    import(&server.database, 110_000_000, "PROCUREMENT");
    assert_eq!(round(&server, &due(&server).await)["composed"], 1);
    let taken = sink.holds(5).await;
    is_well_formed(&taken[4], "One item is new for Watched", "Later stage");
    let ids: BTreeSet<String> = taken.iter().map(|one| header(one, "Message-ID")).collect();
    assert_eq!(ids.len(), taken.len(), "each is a message of its own");

    answers(&server, &text(&parsed(&taken[4]))).await;
    issues(&server).await;
    let feed = feed(&server).await;

    // One click, of a machine, without a page before.
    let unsubscribe = header(&taken[4], "List-Unsubscribe").trim_matches(['<', '>']).to_owned();
    assert!(page(&server, &unsubscribe).await.1, "a look shows a button");
    assert_eq!(mine(&server).await["state"], "ACTIVE", "and changes nothing");
    let said = post(&server, &unsubscribe, "List-Unsubscribe=One-Click").await;
    assert!(said.contains("You are unsubscribed"), "{said}");
    assert!(post(&server, &unsubscribe, "List-Unsubscribe=One-Click").await.contains("You are unsubscribed"));
    let ended = mine(&server).await;
    assert_eq!((&ended["state"], &ended["nextDueAt"]), (&json!("UNSUBSCRIBED"), &Value::Null));
    assert_eq!(
        server.client().get(&feed).send().await.unwrap().status(),
        404,
        "a feed ends with its subscription"
    );
    no_preview(&server, &ended["id"]).await;
    import(&server.database, 150_000_000, "PROCUREMENT");
    let later = "2027-06-01T00:00:00Z";
    let done = round(&server, later);
    assert_eq!((&done["planned"], &done["composed"]), (&json!(0), &json!(0)));
    sink.holds(5).await;
    let sql = Sql::connect(&server.database).await;
    assert_eq!(sql.number("SELECT count(*) FROM digest_issue WHERE state = 'SENT'").await, 3);
    assert_eq!(sql.number("SELECT count(*) FROM digest_issue").await, 4);
    assert_eq!(sql.number("SELECT count(*) FROM outbox WHERE state <> 'SENT'").await, 0);
}

/// What is refused, and anybody who never confirms. Answers that address.
async fn refusals(server: &Server) -> String {
    let query = "mutation($i:SubscribeDigestInput!){subscribeDigest(input:$i){accepted subscription{id} \
                 userErrors{code path message}}}";
    let ask = async |input: Value| server.data(query, json!({"i": input})).await["subscribeDigest"].clone();
    let mandate = server.ids["mandate"].clone();
    for (input, path) in [
        (json!({"email": "a@example.org\r\nBcc: b@example.org", "mandateId": mandate}), json!(["email"])),
        (json!({"email": "(a) a@example.org", "mandateId": mandate}), json!(["email"])),
        (json!({"email": "a@example.org"}), json!(["mandateId"])),
        (json!({"email": "a@example.org", "mandateId": server.ids["city"]}), json!(["mandateId"])),
        (
            json!({"email": "a@example.org", "mandateId": mandate, "settings": {"zone": "Mars/Olympus"}}),
            json!(["settings", "zone"]),
        ),
        (
            json!({"email": "a@example.org", "mandateId": mandate, "settings": {"hour": 24, "cadence": "DAILY",
                "weekday": "MONDAY"}}),
            json!(["settings", "weekday"]),
        ),
    ] {
        let payload = ask(input.clone()).await;
        assert_eq!(payload["userErrors"][0]["path"], path, "{input}: {payload}");
        assert_eq!(payload["accepted"], Value::Null);
    }
    let email = "anybody@mail.example";
    let twice =
        json!({"email": email, "mandateId": mandate, "settings": {"language": "AR", "cadence": "DAILY"}});
    let payload = ask(twice).await;
    assert_eq!(payload, json!({"accepted": true, "subscription": null, "userErrors": []}));
    email.to_owned()
}

/// The investor subscribes to a search, and confirms from the mailbox: to look at the link is not enough.
async fn opt_in(server: &Server, sink: &Sink) {
    let search = json!({"search": {"name": "Watched", "mandateId": server.ids["mandate"],
        "filter": {"text": "watched"}}});
    let search =
        server.done("investor", "saveSearch", "savedSearch{id}", search).await["savedSearch"]["id"].clone();
    let me = server.data_as("investor", "{me{email}}", json!({})).await["me"]["email"].clone();
    let query = format!(
        "mutation($i:SubscribeDigestInput!){{subscribeDigest(input:$i){{accepted {SUBSCRIPTION} userErrors{{code path message}}}}}}"
    );
    let input = json!({"email": me, "savedSearchId": search, "settings": {"zone": "Europe/Belgrade", "minScore": 0,
        "minCoverage": 0}});
    let asked = server.data_as("investor", &query, json!({"i": input})).await["subscribeDigest"].clone();
    assert_eq!(asked["userErrors"], json!([]));
    assert_eq!(asked["subscription"]["state"], "PENDING");
    assert_eq!(
        asked["subscription"]["settings"],
        json!({"cadence": "WEEKLY", "zone": "Europe/Belgrade", "hour": 8,
        "language": "EN"})
    );
    let taken = sink.holds(2).await;
    let letter = text(&parsed(&taken[1]));
    assert!(letter.contains("digests on Watched"), "{letter}");
    let confirm = address(&letter, "within 7 days");

    let (said, has_button) = page(server, &confirm).await;
    assert!(has_button && said.contains("Do you want digests on Watched"), "{said}");
    assert_eq!(mine(server).await["state"], "PENDING", "a look changes nothing");
    // What is tampered with, made up or used gets one page.
    let dead = page(server, &format!("{}/d/nothing", server.url)).await;
    assert!(!dead.1 && dead.0.contains("Nothing was changed"), "{}", dead.0);
    let mut changed = confirm.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    assert_eq!(page(server, &changed).await, dead);
    assert_eq!(post(server, &changed, "").await, dead.0);
    // Nor does a form of another site do anything.
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let form = server.client().post(&confirm).header("content-type", "application/x-www-form-urlencoded");
        assert_eq!(form.header(name, value).body("").send().await.unwrap().status(), 403, "{name}");
    }
    assert_eq!(mine(server).await["state"], "PENDING");
    assert!(post(server, &confirm, "").await.contains("Your subscription is confirmed"));
    assert_eq!(post(server, &confirm, "").await, dead.0);
    assert_eq!(page(server, &confirm).await, dead);
    let active = mine(server).await;
    assert_eq!(active["state"], "ACTIVE");
    assert_eq!(active["availableMoves"], json!(["PAUSE", "UNSUBSCRIBE"]));

    // Others neither see nor change it; its person pauses and resumes it.
    let others = server.data_as("owner", "{digestSubscriptions{id}}", json!({})).await;
    assert_eq!(others["digestSubscriptions"], json!([]));
    let on = |at: &Value, transition: &str| json!({"subscriptionId": at["id"], "expectedVersion": at["version"], "transition": transition});
    assert_eq!(server.refused("owner", "moveDigest", on(&active, "PAUSE")).await.0, "NOT_FOUND");
    assert_eq!(
        server.refused("investor", "moveDigest", on(&active, "COMPLAIN")).await.0,
        "INVALID_TRANSITION"
    );
    let paused =
        server.done("investor", "moveDigest", SUBSCRIPTION, on(&active, "PAUSE")).await["subscription"]
            .clone();
    assert_eq!((&paused["state"], &paused["nextDueAt"]), (&json!("PAUSED"), &Value::Null));
    assert_eq!(server.refused("investor", "moveDigest", on(&active, "RESUME")).await.0, "VERSION_CONFLICT");
    let resumed =
        server.done("investor", "moveDigest", SUBSCRIPTION, on(&paused, "RESUME")).await["subscription"]
            .clone();
    let set = json!({"subscriptionId": resumed["id"], "expectedVersion": resumed["version"], "settings": {
        "zone": "Europe/Belgrade", "weekday": "TUESDAY", "hour": 7, "minScore": 0, "minCoverage": 0}});
    let set = server.done("investor", "setDigest", SUBSCRIPTION, set).await["subscription"].clone();
    assert_eq!(set["settings"]["hour"], 7);
}

/// A letter is multipart, signed, of a list, and says why it came.
fn is_well_formed(taken: &Taken, subject: &str, kind: &str) {
    let message = parsed(taken);
    assert_eq!(message.subject(), Some(subject));
    let text = text(&message);
    assert!(text.contains("Watched fibre, <b>open") && text.contains(kind), "{text}");
    assert!(text.contains("of 100"), "{text}");
    let html = message.body_html(0).unwrap();
    assert!(html.contains("Watched fibre, &lt;b&gt;open") && html.len() < 60_000, "{html}");
    assert_eq!(message.content_type().unwrap().subtype(), Some("alternative"));
    assert_eq!(header(taken, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(header(taken, "Auto-Submitted"), "auto-generated");
    assert!(header(taken, "List-Id").contains(".digests."));
    let signature = header(taken, "DKIM-Signature");
    for signed in ["list-unsubscribe:list-unsubscribe-post", "c=relaxed/relaxed", "s=s2026"] {
        assert!(signature.contains(signed), "{signature}");
    }
    for name in ["From", "To", "Date", "Message-ID", "Subject", "MIME-Version"] {
        let begin = format!("{name}: ");
        assert_eq!(
            taken.raw.lines().filter(|line| line.starts_with(&begin)).count(),
            1,
            "{name}: {}",
            taken.raw
        );
    }
    assert!(taken.raw.is_ascii() && taken.raw.lines().all(|line| line.len() <= 998));
}

/// Interested, once; the page of a used link is that of one that never was.
async fn answers(server: &Server, text: &str) {
    let interested = address(text, "Interested");
    assert!(page(server, &interested).await.1);
    assert!(post(server, &interested, "").await.contains("It is noted"));
    assert!(post(server, &interested, "").await.contains("Nothing was changed"));
    let not_now = address(text, "Not now");
    let (said, _) = page(server, &not_now).await;
    assert!(said.contains("<option value=\"TICKET_TOO_LARGE\">Too large</option>"), "{said}");
}

async fn issues(server: &Server) {
    let query = "query($i:ID!){digestIssues(subscriptionId:$i){state period items{kind toldScore reason answer \
                 project{title{value}} partner{name}}} digestPreview(subscriptionId:$i){subject text html}}";
    let id = mine(server).await["id"].clone();
    let data = server.data_as("investor", query, json!({"i": id})).await;
    let issues = data["digestIssues"].as_array().unwrap();
    let states: Vec<&str> = issues.iter().map(|issue| issue["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["SENT", "SENT", "SKIPPED_EMPTY", "SENT"], "newest first");
    let item = &issues[0]["items"][0];
    assert_eq!(item["kind"], "STAGE_ADVANCED");
    assert_eq!(item["answer"], "INTERESTED");
    assert_eq!(item["project"]["title"]["value"], "Watched fibre, <b>open");
    assert!(!item["reason"].as_str().unwrap().is_empty());
    assert!(data["digestPreview"]["text"].as_str().unwrap().contains("New for Watched"));
    let body = server.query_with(server.tokens["owner"].as_str().unwrap(), query, json!({"i": id})).await;
    assert_eq!(body["errors"][0]["extensions"]["code"], "NOT_FOUND");
    // The same on the terminal.
    let data = server.mail_dir().parent().unwrap().display().to_string();
    let args =
        ["--database", &server.database, "--data-dir", &data, "digest", "preview", id.as_str().unwrap()];
    let (code, out, err) = run(&args);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("New for Watched"), "{out}");
}

/// What has ended has no next issue, and says so.
async fn no_preview(server: &Server, id: &Value) {
    let query = "query($i:ID!){digestPreview(subscriptionId:$i){subject}}";
    assert_eq!(server.data_as("investor", query, json!({"i": id})).await["digestPreview"], Value::Null);
    let data = server.mail_dir().parent().unwrap().display().to_string();
    let args =
        ["--database", &server.database, "--data-dir", &data, "digest", "preview", id.as_str().unwrap()];
    let (code, out, err) = run(&args);
    assert_ne!(code, 0, "{out}");
    assert!(err.contains("has ended (UNSUBSCRIBED)"), "{err}");
}

/// A fresh key in PEM.
fn rsa_key() -> String {
    use aws_lc_rs::{
        encoding::{AsDer, Pkcs8V1Der},
        rsa::{KeyPair, KeySize},
    };
    use base64::{Engine, engine::general_purpose::STANDARD};
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let body = STANDARD.encode(der.as_ref());
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_digest_from_opt_in_to_one_click_on_sqlite() {
    a_digest_from_opt_in_to_one_click(Behind::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_digest_from_opt_in_to_one_click_on_postgresql() {
    a_digest_from_opt_in_to_one_click(Behind::Postgres).await;
}
