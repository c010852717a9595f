//! The real program, killed at random while it sends: nothing is lost, copies are copies, nothing is stuck.

use std::{
    hash::{BuildHasher, RandomState},
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::{
    sink::{Does, Sink},
    *,
};
use crate::store::tests::{Place, on_both};

on_both! {
    killed_at_random_it_loses_nothing,
}

/// Times that the program is killed.
const KILLS: usize = 50;
/// Rows that are promised before each of them.
const ROWS: usize = 4;

fn spawn(place: &Place, dir: &std::path::Path, sink: &Sink) -> Child {
    Command::new(::tests::binary())
        .args(["--database", &place.url, "--data-dir"])
        .arg(dir)
        .args(["mail", "send", "--mail-lease", "1", "--smtp", &sink.url()])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn killed_at_random_it_loses_nothing(place: Place) {
    tokio::task::spawn_blocking(::tests::binary).await.unwrap();
    let store = place.migrated().await;
    let dir = tempfile::tempdir().unwrap();
    // Each reply takes a while, so that kills meet every part of a conversation.
    let sink = Sink::start(Duration::from_millis(4), |_, _| Does::Accept).await;
    let chance = RandomState::new();
    let mut promised = BTreeSet::new();
    for kill in 0..KILLS {
        let to: Vec<String> = (0..ROWS).map(|n| format!("r{kill}-{n}@d{n}.example")).collect();
        let mut child = spawn(&place, dir.path(), &sink);
        promise(&store, Utc::now(), to.iter().map(|to| letter(to))).await;
        promised.extend(to);
        // Half of the kills come soon after the first message of this life, the others at any time.
        let before = sink.taken().len();
        let wait = chance.hash_one(kill);
        if wait % 2 == 0 {
            let begun = std::time::Instant::now();
            while sink.taken().len() == before && begun.elapsed() < Duration::from_secs(2) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            tokio::time::sleep(Duration::from_micros(wait / 2 % 40_000)).await;
        } else {
            tokio::time::sleep(Duration::from_micros(wait / 2 % 400_000)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let sent_before_end = states(&store).await.get(SENT).copied().unwrap_or(0);
    // The faults stop: what is left must be done soon. The last letter is there to be sent by this life alone: one that
    // sends has said how it wants to be told to end, which cannot be known of one that has only been started.
    let mut child = spawn(&place, dir.path(), &sink);
    let closing = "last@example.org";
    promise(&store, Utc::now(), [letter(closing)]).await;
    promised.insert(closing.to_owned());
    wait_until_done(&store, Duration::from_mins(1)).await;
    let status = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(status.success());
    let ended = child.wait().unwrap();
    assert!(ended.success(), "told to end, it ends well: {ended}");

    let taken = sink.taken();
    let found = by_recipient(taken.iter().map(|(to, raw)| (to.as_str(), raw.as_str())));
    let lost = promised.iter().filter(|to| !found.contains_key(*to)).count();
    let copies: usize = found.values().map(|(_, _, copies)| copies - 1).sum();
    let different = found.values().filter(|(ids, bytes, _)| ids.len() != 1 || bytes.len() != 1).count();
    println!(
        "promised {}, kills {KILLS}, sent between kills {sent_before_end}, lost {lost}, copies beyond the first {copies}, \
         rows with other ids or bytes {different}, stuck 0",
        promised.len()
    );
    assert!(sent_before_end > 0, "the kills met a program at work");
    assert_eq!((lost, different), (0, 0));
    assert_eq!(found.len(), promised.len(), "nothing that was not promised");
    assert_eq!(states(&store).await, BTreeMap::from([(SENT, i64::try_from(promised.len()).unwrap())]));
}
