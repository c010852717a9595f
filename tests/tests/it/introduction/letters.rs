//! The mail about an introduction, in the language of whoever reads it.

use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use serde_json::json;
use tests::{
    server::{Behind, Server},
    sink::Sink,
    sql::Sql,
};

use super::{express, go, pair};

/// What a message says that somebody got, once it came.
async fn came(sink: &Sink, to: &str, subject: &str) -> String {
    let begun = Instant::now();
    loop {
        let taken = sink.taken();
        let mine = taken.iter().filter(|one| one.to.contains(to));
        let read = mine.filter_map(|one| MessageParser::default().parse(one.raw.as_bytes()));
        let mut found = read.filter(|message| message.subject() == Some(subject));
        if let Some(message) = found.next() {
            return message.body_text(0).unwrap().into_owned();
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "no '{subject}' to {to}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn letters(behind: Behind) {
    let sink = Sink::start().await;
    let server = Server::demo(behind, &["--smtp", &sink.url()]);
    let pair = pair(&server).await;
    let sql = Sql::connect(&server.database).await;
    for (who, language) in
        [("owner@drina-fibre.example", "srp"), ("colleague@blue-caravan.example", "zh-Hans")]
    {
        sql.execute(&format!("UPDATE person SET language = '{language}' WHERE email = '{who}'")).await;
    }
    let interest = express(&server, "investor", &pair).await;
    let asked = came(&sink, "owner@drina-fibre.example", "Инвеститор је заинтересован за ваш пројекат").await;
    assert!(asked.contains("Без одговора истиче после 21 дана.") && !asked.contains("Sign in"), "{asked}");
    let accepted = go(&server, "owner", &interest, "ACCEPT", json!({})).await;
    let told = came(&sink, "colleague@blue-caravan.example", "双方已建立联系").await;
    assert!(told.contains("owner@drina-fibre.example"), "the contact is in it: {told}");
    let told = came(&sink, "investor@blue-caravan.example", "You are introduced").await;
    assert!(told.contains("owner@drina-fibre.example"), "each colleague has the own language: {told}");
    go(&server, "investor", &accepted, "END", json!({"reason": "FX_RISK"})).await;
    let ended = came(&sink, "owner@drina-fibre.example", "Новости о упознавању").await;
    assert!(ended.contains("Стање сада: окончано") && !ended.contains("risk"), "{ended}");
}

#[tokio::test]
async fn mail_is_in_the_readers_language_on_sqlite() {
    letters(Behind::Sqlite).await;
}

#[tokio::test]
async fn mail_is_in_the_readers_language_on_postgres() {
    letters(Behind::Postgres).await;
}
