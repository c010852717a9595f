//! What an address is asked: each letter confirms what it says and nothing that somebody else asked for, and who does not
//! want it says no.

use serde_json::{Value, json};
use tests::{
    server::{Behind, Server},
    sink::{Sink, Taken},
    sql::Sql,
};

use super::{address, page, parsed, post, text};

async fn ask(server: &Server, email: &str, settings: &Value) {
    let query = "mutation($i:SubscribeDigestInput!){subscribeDigest(input:$i){accepted userErrors{code}}}";
    let input = json!({"email": email, "mandateId": server.ids["mandate"], "settings": settings});
    let payload = server.data(query, json!({"i": input})).await["subscribeDigest"].clone();
    assert_eq!(payload, json!({"accepted": true, "userErrors": []}), "the answer is always the same");
}

/// The first and the second address of a letter: to confirm, and to say no.
fn links(taken: &Taken) -> (String, String) {
    let letter = text(&parsed(taken));
    let confirm = address(&letter, "");
    let (_, rest) = letter.split_once(&confirm).unwrap();
    (confirm.clone(), address(rest, ""))
}

async fn each_letter_is_of_what_it_says(behind: Behind) {
    let sink = Sink::start().await;
    let server = Server::demo(behind, &["--smtp", &sink.url()]);
    let one = "one@mail.example";
    // Somebody asks for an address that is not theirs, and then its reader does.
    ask(&server, one, &json!({"language": "RU", "cadence": "DAILY", "hour": 3})).await;
    sink.holds(1).await;
    ask(&server, one, &json!({"cadence": "MONTHLY", "hour": 9, "zone": "Asia/Bangkok", "maxItems": 7})).await;
    let taken = sink.holds(2).await;
    let ((theirs, _), (own, no)) = (links(&taken[0]), links(&taken[1]));
    let said = page(&server, &theirs).await.0;
    assert!(said.contains("Каждый рабочий день в 03:00 (Etc/UTC)"), "{said}");
    let said = page(&server, &own).await.0;
    assert!(said.contains("Once a month, at 09:00 (Asia/Bangkok); at most 7 items"), "{said}");
    assert!(post(&server, &own, "").await.contains("Your subscription is confirmed"));
    let sql = Sql::connect(&server.database).await;
    let hours = "SELECT settings FROM digest_subscription WHERE state = 'ACTIVE'";
    let settings = sql.texts(&hours.replace("settings", "CAST(settings AS TEXT)")).await;
    let settings: Value = serde_json::from_str(&settings[0]).unwrap();
    assert_eq!((&settings["hour"], &settings["cadence"]), (&json!(9), &json!("MONTHLY")));
    // Neither link does anything any more, the one that was used also where the mail came back since.
    assert!(post(&server, &theirs, "").await.contains("Nothing was changed"));
    sql.execute("UPDATE digest_subscription SET state = 'BOUNCED' WHERE state = 'ACTIVE'").await;
    assert!(post(&server, &own, "").await.contains("Nothing was changed"));
    sql.execute("UPDATE digest_subscription SET state = 'ACTIVE' WHERE state = 'BOUNCED'").await;
    assert!(post(&server, &no, "").await.contains("You are unsubscribed"));

    // Who says no is not asked again; who wants it has an account.
    let other = "other@mail.example";
    ask(&server, other, &json!({})).await;
    let taken = sink.holds(3).await;
    let (confirm, no) = links(&taken[2]);
    assert!(page(&server, &no).await.1, "a look changes nothing");
    assert!(post(&server, &no, "").await.contains("You are unsubscribed"));
    assert!(post(&server, &confirm, "").await.contains("Nothing was changed"));
    for spelling in [other, "Other@mail.example", "other+news@mail.example"] {
        ask(&server, spelling, &json!({})).await;
    }
    // Nobody has more than three letters a day sent to a mailbox.
    for _ in 0..5 {
        ask(&server, "third@mail.example", &json!({})).await;
    }
    ask(&server, "last@mail.example", &json!({})).await;
    let taken = sink.holds(7).await;
    let to: Vec<&str> = taken[3..].iter().map(|letter| letter.to.as_str()).collect();
    let third = "third@mail.example";
    assert_eq!(to, [third, third, third, "last@mail.example"]);
    sql.close().await;
}

#[tokio::test]
async fn each_letter_is_of_what_it_says_on_sqlite() {
    each_letter_is_of_what_it_says(Behind::Sqlite).await;
}

#[tokio::test]
async fn each_letter_is_of_what_it_says_on_postgres() {
    each_letter_is_of_what_it_says(Behind::Postgres).await;
}
