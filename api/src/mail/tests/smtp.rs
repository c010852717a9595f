//! Conversations with a relay that misbehaves.

use std::time::Duration;

use super::{
    sink::{Does, Sink},
    *,
};
use crate::{
    mail::{Relay, relay::Times},
    store::tests::{Place, on_both},
};

on_both! {
    a_relay_that_misbehaves_gets_every_message,
    no_fault_of_the_relay_kills_a_letter,
    nothing_is_said_in_the_open_where_encryption_is_asked_for,
}

/// Nobody in a test waits for ten minutes.
fn hasty(sink: &Sink, more: &str) -> Transport {
    let short = Duration::from_millis(1_500);
    let times = Times { connect: short, open: short, command: short, data: short, message: short };
    Transport::Smtp(Relay::new(&format!("{}{more}", sink.url()), None).unwrap().with_times(times))
}

async fn a_relay_that_misbehaves_gets_every_message(place: Place) {
    let store = place.migrated().await;
    // By the name of the recipient, for the first attempts; in the end every relay does its work.
    let sink = Sink::start(Duration::ZERO, |to, attempt| {
        let kind = to.split(['-', '@']).next().unwrap_or_default();
        match (kind, attempt) {
            ("unknown", _) => Does::RefusesRecipient(550),
            ("full", _) => Does::RefusesMessage(552),
            ("grey", 1..=3) => Does::RefusesRecipient(451),
            ("busy", 1..=2) => Does::RefusesMessage(421),
            ("before", 1..=2) => Does::CutsBeforeDot,
            ("after", 1..=2) => Does::CutsAfterDot,
            ("hang", 1) => Does::Hangs,
            _ => Does::Accept,
        }
    })
    .await;
    let kinds = ["plain", "grey", "busy", "before", "after", "hang", "unknown", "full"];
    let people: Vec<String> =
        kinds.iter().flat_map(|kind| (0..3).map(move |n| format!("{kind}-{n}@{kind}{n}.example"))).collect();
    let clock = Clock::at(noon());
    promise(&store, noon(), people.iter().map(|to| letter(to))).await;
    let worker = worker(&store, &clock, hasty(&sink, ""));
    for _ in 0..8 {
        worker.drain().await;
        clock.advance(chrono::Duration::minutes(20));
    }
    assert_eq!(states(&store).await, BTreeMap::from([("DEAD", 6), (SENT, 18)]), "nothing is stuck");
    let taken = sink.taken();
    let found = by_recipient(taken.iter().map(|(to, raw)| (to.as_str(), raw.as_str())));
    let wanted: BTreeSet<&String> = people.iter().filter(|to| !to.starts_with(['u', 'f'])).collect();
    assert_eq!(found.keys().collect::<BTreeSet<_>>(), wanted, "exactly the promised ones");
    for (to, (ids, bytes, copies)) in &found {
        assert_eq!((ids.len(), bytes.len()), (1, 1), "{to}: copies are copies");
        let cuts = if to.starts_with("after") { 2 } else { 0 };
        assert_eq!(*copies, 1 + cuts, "{to}");
        let raw = bytes.first().unwrap();
        let text = mail_parser::MessageParser::default().parse(raw.as_bytes()).unwrap();
        assert_eq!(
            text.body_text(0).unwrap().replace("\r\n", "\n"),
            "Line one.\n.\n..two dots\nLast line.\n"
        );
    }
    for row in store.list_mail(Some(MailState::Dead), 99).await.unwrap() {
        let why = row.error.unwrap();
        assert!(why.contains("55") && !why.contains('@'), "the address stays out: {why}");
        assert_eq!(row.attempts, 1);
    }
    for row in store.list_mail(Some(MailState::Sent), 99).await.unwrap() {
        assert!(row.queue_id.unwrap().contains("queued as"));
    }
}

async fn no_fault_of_the_relay_kills_a_letter(place: Place) {
    let store = place.migrated().await;
    let sink = Sink::start(Duration::ZERO, |_, attempt| match attempt {
        1 => Does::RefusesRecipient(530),
        _ => Does::Accept,
    })
    .await;
    promise(&store, noon(), [letter("a@example.org")]).await;
    let clock = Clock::at(noon());
    let refused = [("554 no service here", ""), ("220 sink", "?tls=required"), ("220 sink", "")];
    for (n, (greeting, more)) in refused.iter().enumerate() {
        sink.greet_with(greeting);
        worker(&store, &clock, hasty(&sink, more)).drain().await;
        let row = only(&store).await;
        assert_eq!(row.state, MailState::Deferred, "{greeting}{more}");
        assert_eq!(row.attempts, i32::try_from(n + 1).unwrap());
        clock.advance(chrono::Duration::seconds(80));
    }
    worker(&store, &clock, hasty(&sink, "")).drain().await;
    assert_eq!(states(&store).await, BTreeMap::from([(SENT, 1)]));
    // A relay that is not there.
    promise(&store, clock.now(), [letter("b@example.org")]).await;
    let nobody = Transport::Smtp(Relay::new("smtp://127.0.0.1:1", None).unwrap());
    worker(&store, &clock, nobody).drain().await;
    assert_eq!(states(&store).await, BTreeMap::from([("DEFERRED", 1), (SENT, 1)]));
}

async fn nothing_is_said_in_the_open_where_encryption_is_asked_for(place: Place) {
    let store = place.migrated().await;
    let sink = Sink::start(Duration::ZERO, |_, _| Does::Accept).await;
    promise(&store, noon(), [letter("a@example.org")]).await;
    let clock = Clock::at(noon());
    for scheme in ["smtp", "smtps"] {
        let more = if scheme == "smtp" { "?tls=required" } else { "" };
        let relay = Relay::new(&format!("{scheme}://127.0.0.1:{}{more}", sink.port), None).unwrap();
        let short = Duration::from_millis(500);
        let relay = relay.with_times(Times { open: short, ..Times::default() });
        worker(&store, &clock, Transport::Smtp(relay)).drain().await;
        clock.advance(chrono::Duration::minutes(10));
    }
    assert_eq!(sink.attempts("a@example.org"), 0, "not even the recipient is told");
    assert_eq!(only(&store).await.attempts, 2);
}
