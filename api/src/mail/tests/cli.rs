//! Mail on the command line, and the worker beside the server.

use std::{
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;

use super::*;
use crate::{
    mail::Delivery,
    store::tests::{Place, on_both},
};

on_both! {
    dead_letters_are_shown_and_tried_again,
    a_server_sends_what_was_promised,
}

fn run(place: &Place, dir: &std::path::Path, args: &[&str]) -> (i32, String, String) {
    let dir = dir.display().to_string();
    let mut all = vec!["--database", &place.url, "--data-dir", &dir, "mail"];
    all.extend(args);
    ::tests::run(&all)
}

async fn dead_letters_are_shown_and_tried_again(place: Place) {
    let store = place.migrated().await;
    let dir = tempfile::tempdir().unwrap();
    let refusing = Memory::answering(|_| Delivery::Never { why: "550 no".into() });
    let letters = ["a@example.org", "b@example.org"].map(letter);
    let ids = promise(&store, noon(), letters).await;
    worker(&store, &Clock::System, memory(&refusing)).drain().await;
    promise(&store, noon(), [letter("c@example.org")]).await;
    tokio::task::spawn_blocking(move || {
        let (code, out, err) = run(&place, dir.path(), &["list", "--state", "dead", "--json"]);
        assert_eq!(code, 0, "{err}");
        let shown: Value = serde_json::from_str(&out).unwrap();
        let rows = shown["mail"].as_array().unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0]["error"], "550 no");
        assert!(!out.contains("two dots"), "the text stays out");
        let (_, out, _) = run(&place, dir.path(), &["list"]);
        assert!(out.contains("PENDING") && out.contains("3 rows"), "{out}");

        let id = ids[0].to_string();
        let (code, _, err) = run(&place, dir.path(), &["retry"]);
        assert_eq!(code, 2, "{err}");
        let (code, out, _) = run(&place, dir.path(), &["retry", &id, "--json"]);
        assert_eq!((code, out.trim()), (0, r#"{"retried":1}"#));
        let (code, _, err) = run(&place, dir.path(), &["retry", &id]);
        assert!(code == 1 && err.contains("no dead letter"), "{err}");
        let (_, out, _) = run(&place, dir.path(), &["retry", "--dead"]);
        assert!(out.ends_with(": 1\n"), "{out}");

        let (code, _, err) = run(&place, dir.path(), &["send", "--once", "--smtp", "ftp://u:hunter2@h"]);
        assert!(code == 1 && err.contains("smtp:") && !err.contains("hunter2"), "{err}");
        let send = ["send", "--once", "--public-url", "https://caravanserai.example"];
        let (code, _, err) = run(&place, dir.path(), &send);
        assert_eq!(code, 0, "{err}");
        assert!(!err.contains("@example.org") && !err.contains("two dots"), "logs name nobody: {err}");
        let files: Vec<_> = std::fs::read_dir(dir.path().join("mail")).unwrap().flatten().collect();
        assert_eq!(files.len(), 3);
        for file in files {
            let text = std::fs::read_to_string(file.path()).unwrap();
            assert!(text.contains("no-reply@caravanserai.example"), "{text}");
        }
    })
    .await
    .unwrap();
    assert_eq!(states(&store).await, BTreeMap::from([(SENT, 3)]));
}

async fn a_server_sends_what_was_promised(place: Place) {
    tokio::task::spawn_blocking(::tests::binary).await.unwrap();
    let store = place.migrated().await;
    promise(&store, Utc::now(), [letter("a@example.org")]).await;
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(::tests::binary())
        .args(["--database", &place.url, "--data-dir"])
        .arg(dir.path())
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    wait_until_done(&store, Duration::from_mins(1)).await;
    // Promised elsewhere while it runs: found without a bell.
    promise(&store, Utc::now(), [letter("b@example.org")]).await;
    wait_until_done(&store, Duration::from_secs(30)).await;
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(told.success() && child.wait().unwrap().success());
    assert_eq!(std::fs::read_dir(dir.path().join("mail")).unwrap().count(), 2);
    assert_eq!(states(&store).await, BTreeMap::from([(SENT, 2)]));
}
