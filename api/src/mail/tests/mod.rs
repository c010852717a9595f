//! Mail over both databases: nothing is lost, nothing is sent twice while nothing crashes, and copies are copies.
#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panic, at the place that says why")]

mod cli;
mod kill;
mod message;
mod sink;
mod smtp;
mod worker;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{Memory, Transport, Worker, mailbox};
use crate::{
    auth::Clock,
    store::{Letter, MailClass, MailState, Store},
};

/// A second in microseconds.
const SECOND: i64 = 1_000_000;

fn noon() -> DateTime<Utc> {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

fn letter(to: &str) -> Letter {
    Letter {
        class: MailClass::Notice,
        person: None,
        to: to.to_owned(),
        subject: format!("News for {to}"),
        body: "Line one.\n.\n..two dots\nLast line.".to_owned(),
        expires_at: None,
    }
}

/// Promises letters in one transaction at a time.
async fn promise(store: &Store, at: DateTime<Utc>, letters: impl IntoIterator<Item = Letter>) -> Vec<Uuid> {
    let tx = store.begin_at(at).await.unwrap();
    let mut ids = Vec::new();
    for letter in letters {
        ids.push(tx.promise(letter, "caravanserai.example").await.unwrap());
    }
    tx.commit().await.unwrap();
    ids
}

fn worker(store: &Store, clock: &Clock, transport: Transport) -> Worker {
    let from = mailbox("Caravanserai <no-reply@caravanserai.example>").unwrap();
    Worker::new(store.clone(), clock.clone(), transport, from)
}

fn memory(memory: &Arc<Memory>) -> Transport {
    Transport::Memory(Arc::clone(memory))
}

async fn states(store: &Store) -> BTreeMap<&'static str, i64> {
    let states = store.mail_states().await.unwrap();
    states.into_iter().map(|(state, rows)| (state.code(), rows)).collect()
}

/// The one row of a letter.
async fn only(store: &Store) -> crate::store::ListedMail {
    let mut rows = store.list_mail(None, 10).await.unwrap();
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

/// Waits until no row is open, or fails.
async fn wait_until_done(store: &Store, limit: Duration) {
    let begun = std::time::Instant::now();
    while store.oldest_mail().await.unwrap().is_some() {
        assert!(begun.elapsed() < limit, "rows are stuck: {:?}", states(store).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The message id of a message.
fn id_of(raw: &str) -> String {
    let line = raw.lines().find(|line| line.starts_with("Message-ID: ")).unwrap_or_default();
    line.trim_start_matches("Message-ID: ").trim().to_owned()
}

/// Recipients, each with the different messages it got and how many copies.
fn by_recipient<'m>(
    taken: impl IntoIterator<Item = (&'m str, &'m str)>,
) -> BTreeMap<String, (BTreeSet<String>, BTreeSet<String>, usize)> {
    let mut found: BTreeMap<String, (BTreeSet<String>, BTreeSet<String>, usize)> = BTreeMap::new();
    for (to, raw) in taken {
        let (ids, bytes, copies) = found.entry(to.to_owned()).or_default();
        ids.insert(id_of(raw));
        bytes.insert(raw.to_owned());
        *copies += 1;
    }
    found
}

/// States that a row may end in.
const SENT: &str = "SENT";

#[test]
fn every_state_is_stored_under_a_name_of_its_own() {
    use clap::ValueEnum;
    let names: BTreeSet<&str> = MailState::value_variants().iter().map(|state| state.code()).collect();
    assert_eq!(names.len(), MailState::value_variants().len());
    for state in MailState::value_variants() {
        assert_eq!(state.to_possible_value().unwrap().get_name(), state.code());
    }
}
