//! Journey B after the match: interest, introduction, document room, terms, pledge, commitment, close, with two people a
//! side, on both databases; and what is refused on the way.

use serde_json::{Value, json};
use tests::{
    run,
    server::{Behind, Server},
    socket::Socket,
    sql::Sql,
};

const INTRODUCTION: &str = "introduction{id version state bindingness initiator mySide \
    contacts{side name email} availableTransitions{name requires} end{reason words{value}} \
    waitingWords{transition side amount{amountMinor}}}";

pub(crate) fn answers() -> Value {
    json!({"lang": "en", "cooperationSought": "Senior debt for the whole valley",
        "whatIsUnclear": "The tariff after the tenth year", "aboutUs": "A fund for fibre in small towns"})
}

/// The mandate and the project of the demo that fit, with the ids of their organisations.
pub(crate) struct Pair {
    pub(crate) mandate: Value,
    pub(crate) project: Value,
}

pub(crate) async fn pair(server: &Server) -> Pair {
    let found = server
        .data("{projects(first:100,filter:{text:\"Drina\"}){edges{node{id title{value}}}} mandates(first:100){edges{node{id name}}}}", json!({}))
        .await;
    let by = |list: &str, path: &str, begin: &str| {
        let edges = found[list]["edges"].as_array().unwrap();
        edges
            .iter()
            .find(|edge| {
                edge["node"].pointer(path).and_then(Value::as_str).is_some_and(|text| text.starts_with(begin))
            })
            .unwrap_or_else(|| panic!("{begin} in {list}"))["node"]["id"]
            .clone()
    };
    Pair {
        mandate: by("mandates", "/name", "Rural fibre"),
        project: by("projects", "/title/value", "Rural fibre of the Drina"),
    }
}

pub(crate) async fn express(server: &Server, who: &str, pair: &Pair) -> Value {
    let input = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    server.done(who, "expressInterest", INTRODUCTION, input).await["introduction"].clone()
}

/// A transition that must be done.
pub(crate) async fn go(server: &Server, who: &str, at: &Value, transition: &str, more: Value) -> Value {
    let payload = server.done(who, "moveIntroduction", INTRODUCTION, with(at, transition, more)).await;
    payload["introduction"].clone()
}

fn with(at: &Value, transition: &str, more: Value) -> Value {
    let mut input = on(at);
    input["transition"] = transition.into();
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    input
}

fn on(at: &Value) -> Value {
    json!({"introductionId": at["id"], "expectedVersion": at["version"]})
}

async fn look(server: &Server, who: &str, id: &Value) -> Value {
    let query = "query($i:ID!){node(id:$i){... on Introduction{id version state nextDueAt}}}";
    server.data_as(who, query, json!({"i": id})).await["node"].clone()
}

/// A time some days from now.
pub(crate) fn in_days(days: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now().checked_add_signed(chrono::TimeDelta::days(days)).unwrap()
}

/// Runs the timers as if it were some days later.
pub(crate) fn days_later(server: &Server, days: i64) -> String {
    let at = in_days(days).to_rfc3339();
    let (code, out, err) = run(&["--database", &server.database, "timers", "--at", &at]);
    assert_eq!(code, 0, "{err}");
    out
}

/// Hands a paper in as a document of the organisation for which somebody acts, or of a listing.
pub(crate) async fn paper(server: &Server, who: &str, title: &str, more: Value) -> Value {
    let bytes = format!("{title}: all of it").into_bytes();
    let input = json!({"purpose": "DOCUMENT", "fileName": "paper.txt"});
    let asked = server.done(who, "requestUpload", "upload{uploadId url}", input).await["upload"].clone();
    let (status, answer) = server.send_file(who, asked["url"].as_str().unwrap(), bytes).await;
    assert_eq!(status, 200, "{answer}");
    let mut input = json!({"uploadId": asked["uploadId"], "title": title});
    for (key, value) in more.as_object().unwrap() {
        input[key] = value.clone();
    }
    server.done(who, "uploadDocument", "documentId", input).await["documentId"].clone()
}

async fn journey_b(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let pair = pair(&server).await;

    // The ranked match first: the project is among the mandate's opportunities, each with its reasons.
    let ranked = "query($m:ID!){opportunities(mandateId:$m first:20){excluded{gate count} edges{node{rank stability \
                  score{low point high coverage} project{id} explanation{headline because against unknown} \
                  counterfactuals(max:1){change newScore{point}}}}}}";
    let data = server.data_as("investor", ranked, json!({"m": pair.mandate})).await;
    let edges = data["opportunities"]["edges"].as_array().unwrap();
    assert!(edges.iter().any(|edge| edge["node"]["project"]["id"] == pair.project), "{edges:?}");
    let before = data["opportunities"]["edges"].clone();

    refusals_before(&server, &pair).await;

    // 0.2: interest that is declined in time leaves the ranking as it was, and says why.
    let interest = express(&server, "investor", &pair).await;
    assert_eq!(interest["state"], "EXPRESSED");
    assert_eq!(interest["bindingness"], "NON_BINDING");
    assert_eq!(interest["contacts"], json!([]), "no contact before the acceptance");
    let twice = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    assert_eq!(server.refused("investor_colleague", "expressInterest", twice).await.0, "DUPLICATE");
    let seen = look(&server, "owner", &interest["id"]).await;
    assert_eq!(seen["state"], "EXPRESSED");
    for outsider in ["bank", "city_office", "reviewer", "administrator", "observer"] {
        assert_eq!(look(&server, outsider, &interest["id"]).await, Value::Null, "{outsider}");
    }
    let own = with(&interest, "ACCEPT", json!({}));
    assert_eq!(server.refused("investor", "moveIntroduction", own).await.0, "NOT_PERMITTED");
    let silent = with(&interest, "DECLINE", json!({}));
    assert_eq!(server.refused("owner", "moveIntroduction", silent).await.0, "GATE_FAILED");
    let no = json!({"reason": "CAPACITY_FULL", "text": "Not before summer"});
    let declined = go(&server, "owner_colleague", &interest, "DECLINE", no).await;
    assert_eq!(declined["state"], "DECLINED");
    assert_eq!(declined["end"], json!({"reason": "CAPACITY_FULL", "words": {"value": "Not before summer"}}));
    let after = server.data_as("investor", ranked, json!({"m": pair.mandate})).await;
    assert_eq!(after["opportunities"]["edges"], before, "a no in time takes nothing away");

    // Who listens on the owner's side hears the next one; the bank, which is of neither side, does not.
    let mut heard = listen(&server, "owner").await;
    let mut deaf = listen(&server, "bank").await;

    // An invitation by the owner this time, accepted by a colleague on the other side.
    let input = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    let invited = server.done("owner", "inviteInvestor:ExpressInterestInput", INTRODUCTION, input).await["introduction"].clone();
    assert_eq!(invited["initiator"], "OWNER");
    let accepted = go(&server, "investor_colleague", &invited, "ACCEPT", json!({})).await;
    assert_eq!(
        accepted["contacts"],
        json!([
            {"side": "OWNER", "name": "Ognjen Owner (fictional)", "email": "owner@drina-fibre.example"},
            {"side": "INVESTOR", "name": "Ivo Investor (fictional)", "email": "colleague@blue-caravan.example"},
        ])
    );
    for state in ["EXPRESSED", "ACCEPTED"] {
        let event = heard.message().await["payload"]["data"]["introductionEvents"].clone();
        assert_eq!(
            (&event["introduction"]["id"], &event["introduction"]["mySide"]),
            (&invited["id"], &json!("OWNER"))
        );
        // Events that are quicker than their reader show the record as it is now.
        assert!([state, "ACCEPTED"].contains(&event["introduction"]["state"].as_str().unwrap()), "{event}");
    }
    deaf.say(json!({"type": "ping"})).await;
    assert_eq!(deaf.message().await["type"], "pong", "nothing came before the pong");
    disclosed(&server, &accepted).await;
    to_the_close(&server, &pair, accepted).await;
    pipeline(&server, &pair).await;
    ledger(&server).await;
}

/// A socket that hears what happens to the introductions of a persona's organisation.
async fn listen(server: &Server, who: &str) -> Socket {
    let url = format!("{}/graphql/ws", server.url);
    let mut socket = Socket::open(&url, "graphql-transport-ws", &[]).await.unwrap();
    let token = server.tokens[who].as_str().unwrap();
    socket
        .say(json!({"type": "connection_init", "payload": {"Authorization": format!("Bearer {token}")}}))
        .await;
    assert_eq!(socket.message().await["type"], "connection_ack");
    let query = "subscription{introductionEvents{sequence introduction{id state mySide}}}";
    socket.subscribe("mine", query, json!({})).await;
    // The subscription stands once the socket has answered something after it.
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.message().await["type"], "pong");
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    socket
}

/// The ladder and the ledger: small groups are held back, and the sides mirror each other.
async fn ledger(server: &Server) {
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

/// What is refused before there is anything: nobody known, the wrong side, a mandate that does not fit, long answers.
async fn refusals_before(server: &Server, pair: &Pair) {
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
    let data =
        server.data("query($m:ID!){node(id:$m){... on Mandate{investor{id}}}}", json!({"m": pair.mandate}));
    let fund_id = data.await["node"]["investor"]["id"].clone();
    let _ = fund;
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
    let query = "query($m:ID!,$p:ID!){ \
        opportunities(mandateId:$m,first:100){edges{node{project{id}}} excluded{gate count}} \
        projectInvestors(projectId:$p,first:100){edges{node{mandate{id}}}} \
        whyNot(mandateId:$m,projectId:$p){listed gates{key outcome because}}}";
    let has = |data: &Value, list: &str, path: &str, id: &Value| {
        let edges = data[list]["edges"].as_array().unwrap();
        edges.iter().any(|edge| edge["node"].pointer(path) == Some(id))
    };
    let variables = json!({"m": pair.mandate, "p": pair.project});
    let data = server.until(query, &variables, |data| data["whyNot"]["listed"] == matched).await;
    assert_eq!(has(&data, "opportunities", "/project/id", &pair.project), matched, "{data}");
    assert_eq!(has(&data, "projectInvestors", "/mandate/id", &pair.mandate), matched, "{data}");
    let gates = data["whyNot"]["gates"].as_array().unwrap();
    let shut: Vec<_> = gates.iter().filter(|gate| gate["outcome"] == "FAIL").collect();
    assert_eq!(shut.is_empty(), matched, "{data}");
    assert!(
        shut.iter().all(|gate| gate["key"] == "G2_SCREENING" && gate["because"] == "Not available."),
        "{data}"
    );
}

/// Whose contact went to whom is on record, on both sides alike.
async fn disclosed(server: &Server, at: &Value) {
    let query = "query($i:ID!){node(id:$i){... on Introduction{disclosureLog{what basis crossBorder fromOrganisationId \
                 toOrganisationId personId}}}}";
    let data = server.data_as("owner", query, json!({"i": at["id"]})).await;
    let log = data["node"]["disclosureLog"].as_array().unwrap();
    assert_eq!(log.len(), 2);
    assert_eq!(log[0]["fromOrganisationId"], log[1]["toOrganisationId"]);
    assert!(log.iter().all(|row| row["basis"].as_str().unwrap().starts_with("mutual consent")), "{log:?}");
}

async fn to_the_close(server: &Server, pair: &Pair, accepted: Value) {
    let early = with(&accepted, "PLEDGE", json!({"amount": {"amountMinor": "100", "currency": "EUR"}}));
    assert_eq!(server.refused("investor", "moveIntroduction", early).await.0, "INVALID_TRANSITION");
    let timer = with(&accepted, "LAPSE", json!({}));
    assert_eq!(server.refused("investor", "moveIntroduction", timer).await.0, "NOT_PERMITTED");
    let talking = go(server, "investor", &accepted, "LOG_CONTACT", json!({})).await;
    assert_eq!(talking["state"], "IN_DISCUSSION");

    // The room opens with a settled agreement, and a paper with the owner's grant; each opening is on record.
    let shut = with(&talking, "OPEN_DATA_ROOM", json!({}));
    assert_eq!(server.refused("owner", "moveIntroduction", shut).await.0, "GATE_FAILED");
    let mut waive = on(&talking);
    waive["waive"] = true.into();
    assert_eq!(server.refused("investor", "settleNda", waive).await.0, "NOT_PERMITTED");
    let signed =
        server.done("investor", "settleNda", INTRODUCTION, on(&talking)).await["introduction"].clone();
    let signed =
        server.done("owner_colleague", "settleNda", INTRODUCTION, on(&signed)).await["introduction"].clone();
    let model =
        paper(server, "owner", "Financial model", json!({"projectId": pair.project, "folder": "FINANCIAL"}))
            .await;
    let room = go(server, "owner", &signed, "OPEN_DATA_ROOM", json!({})).await;
    assert_eq!(room["state"], "DUE_DILIGENCE");
    let wanted = json!({"introductionId": room["id"], "documentId": model});
    assert_eq!(server.refused("investor", "openRoomDocument", wanted.clone()).await.0, "GATE_FAILED");
    // Not even the listing's own page gives the bytes to who is introduced.
    let listed = "query($p:ID!){project(id:$p){documents{title url}}}";
    let data = server.data_as("investor", listed, json!({"p": pair.project})).await;
    assert_eq!(data["project"]["documents"][0]["url"], Value::Null, "{data}");
    let mut grant = on(&room);
    grant["folder"] = "FINANCIAL".into();
    grant["until"] = in_days(400).to_rfc3339().into();
    assert_eq!(server.refused("owner", "grantRoomFolder", grant.clone()).await.1, "until");
    grant["until"] = in_days(30).to_rfc3339().into();
    assert_eq!(server.refused("investor", "grantRoomFolder", grant.clone()).await.0, "NOT_PERMITTED");
    let room = server.done("owner", "grantRoomFolder", INTRODUCTION, grant).await["introduction"].clone();
    let opened = server.done("investor_colleague", "openRoomDocument", "url", wanted.clone()).await;
    let url = opened["url"].as_str().unwrap();
    let text = server.client().get(url).send().await.unwrap().text().await.unwrap();
    assert_eq!(text, "Financial model: all of it");
    // The address is dead as soon as the folder is shut, and not only minutes later.
    let mut shut = on(&room);
    shut["folder"] = "FINANCIAL".into();
    let room = server.done("owner", "grantRoomFolder", INTRODUCTION, shut).await["introduction"].clone();
    assert_eq!(server.client().get(url).send().await.unwrap().status(), 404);
    let mut again = on(&room);
    again["folder"] = "FINANCIAL".into();
    again["until"] = in_days(30).to_rfc3339().into();
    let room = server.done("owner", "grantRoomFolder", INTRODUCTION, again).await["introduction"].clone();
    assert_eq!(server.client().get(url).send().await.unwrap().status(), 200);
    assert_eq!(server.refused("bank", "openRoomDocument", wanted).await.0, "NOT_FOUND");
    let read = "query($i:ID!){node(id:$i){... on Introduction{room{nda folders{folder readable papers{id title}} \
                reads{documentId sha256}}}}}";
    let data = server.data_as("owner", read, json!({"i": room["id"]})).await;
    let view = &data["node"]["room"];
    assert_eq!(view["nda"], "SIGNED");
    assert_eq!(view["reads"].as_array().unwrap().len(), 1, "{view}");
    assert_eq!(view["reads"][0]["documentId"], model);

    // Terms bind nobody, and let the owner mark the listing as under offer.
    let version = async || {
        let data = server
            .data_as("owner", "query($p:ID!){project(id:$p){version}}", json!({"p": pair.project}))
            .await;
        data["project"]["version"].clone()
    };
    let until = in_days(90).date_naive().to_string();
    let offer = json!({"projectId": pair.project, "expectedVersion": version().await, "until": until});
    assert_eq!(
        server.refused("owner", "markProjectUnderOffer:MarkUnderOfferInput", offer.clone()).await.0,
        "GATE_FAILED"
    );
    let words = json!({"text": "Ten years, 5 %, secured on the network"});
    let terms = go(server, "investor", &room, "PROPOSE_TERMS", words).await;
    assert_eq!(terms["bindingness"], "NON_BINDING");
    let offered =
        server.done("owner", "markProjectUnderOffer:MarkUnderOfferInput", "project{state}", offer).await;
    assert_eq!(offered["project"]["state"], "UNDER_OFFER");

    // A pledge in the currency of the gap; a commitment and a close need the same word of both sides.
    let wrong = with(&terms, "PLEDGE", json!({"amount": {"amountMinor": "100", "currency": "USD"}}));
    assert_eq!(server.refused("investor", "moveIntroduction", wrong).await.0, "GATE_FAILED");
    let amount = json!({"amount": {"amountMinor": "1000000000", "currency": "EUR"}});
    let pledged = go(server, "investor", &terms, "PLEDGE", amount).await;
    let contract = paper(server, "investor", "Loan agreement, signed", json!({})).await;
    let foreign = with(&pledged, "COMMIT", json!({"documentIds": [contract]}));
    assert_eq!(
        server.refused("owner", "moveIntroduction", foreign).await,
        ("NOT_FOUND".into(), "documentIds".into())
    );
    let said = go(server, "investor", &pledged, "COMMIT", json!({"documentIds": [contract]})).await;
    assert_eq!(said["state"], "PLEDGED");
    assert_eq!(said["waitingWords"][0]["amount"]["amountMinor"], "1000000000");
    let again = go(server, "investor_colleague", &said, "COMMIT", json!({"documentIds": [contract]})).await;
    assert_eq!(again["state"], "PLEDGED", "a colleague of the same side is no second side");
    let committed = go(server, "owner", &again, "COMMIT", json!({})).await;
    assert_eq!(
        (&committed["state"], &committed["bindingness"]),
        (&json!("COMMITTED"), &json!("SIGNED_INSTRUMENT"))
    );
    let evidence = paper(server, "owner", "Bank statement", json!({})).await;
    let close = json!({"documentIds": [evidence], "instrument": "LOAN"});
    let said = go(server, "owner", &committed, "CONFIRM_CLOSE", close).await;
    let closed = go(server, "investor", &said, "CONFIRM_CLOSE", json!({})).await;
    assert_eq!(closed["state"], "CLOSED");

    // The gap fell by what was closed, and the listing is in public again with the rest.
    let gap = "query($p:ID!){project(id:$p){state fundingGap{amountMinor}}}";
    let data = server.data_as("owner", gap, json!({"p": pair.project})).await;
    assert_eq!(data["project"]["state"], "PUBLISHED");
    assert_eq!(data["project"]["fundingGap"]["amountMinor"], "3200000000");
    // A no of an investor teaches the listing's people, and nobody else.
    let invited = json!({"projectId": pair.project, "mandateId": pair.mandate, "answers": answers()});
    let done = server.done("owner", "inviteInvestor:ExpressInterestInput", INTRODUCTION, invited).await;
    go(server, "investor", &done["introduction"], "DECLINE", json!({"reason": "TENOR_MISMATCH"})).await;
    let noes = "query($p:ID!){project(id:$p){noes{reason times}}}";
    let data = server.data_as("owner", noes, json!({"p": pair.project})).await;
    assert_eq!(data["project"]["noes"], json!([{"reason": "TENOR_MISMATCH", "times": 1}]));
    let data = server.data_as("bank", noes, json!({"p": pair.project})).await;
    assert_eq!(data["project"]["noes"], json!([]));
    let late = with(&closed, "END", json!({"reason": "FX_RISK"}));
    assert_eq!(server.refused("investor", "moveIntroduction", late).await.0, "INVALID_TRANSITION");
}

/// The pipeline with notes that never leave the side, as a list and as a file.
async fn pipeline(server: &Server, pair: &Pair) {
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

#[tokio::test]
async fn journey_b_from_interest_to_the_close_on_sqlite() {
    journey_b(Behind::Sqlite).await;
}

#[tokio::test]
async fn journey_b_from_interest_to_the_close_on_postgres() {
    journey_b(Behind::Postgres).await;
}

/// What the clock does: reminders, expiry, lapse and reopening, and the end of a listing.
async fn clock(behind: Behind) {
    let server = Server::demo(behind, &[]);
    let pair = pair(&server).await;
    let interest = express(&server, "investor", &pair).await;
    assert!(days_later(&server, 8).contains("1 reminders, 0 expired"));
    assert!(!days_later(&server, 8).contains("reminders"), "once");
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
