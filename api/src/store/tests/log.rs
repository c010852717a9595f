//! The log has no gaps and is in the order of the commits, whoever writes and however slowly.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{super::Store, Place, change, on_both, organisation, write_one};

on_both!(
    numbers_have_no_gaps_under_concurrent_writers,
    a_slow_committer_is_not_skipped,
    events_say_what_they_are_from
);

/// Reads the log as a follower does, and stops at the first number that is not the next one.
async fn follow(store: Store, stop: Arc<AtomicBool>) -> i64 {
    let mut last = 0;
    loop {
        let was_stopped = stop.load(Ordering::SeqCst);
        let events = store.events_after(last, 7).await.unwrap();
        for event in &events {
            last += 1;
            assert_eq!(event.seq, last, "the follower sees every number once and in order");
        }
        if events.is_empty() && was_stopped {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

async fn numbers_have_no_gaps_under_concurrent_writers(place: Place) {
    let store = place.migrated().await;
    let stop = Arc::new(AtomicBool::new(false));
    let follower = tokio::spawn(follow(store.clone(), Arc::clone(&stop)));
    let writers = (0..10).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for round in 0..10 {
                let tx = store.begin().await.unwrap();
                let rows = [0, 1].map(|n| change(&format!("{writer}-{round}-{n}"), organisation("One")));
                tx.put(rows.to_vec()).await.unwrap();
                // Some writes come to nothing; their numbers must not be missed.
                match round % 3 {
                    0 => tx.commit().await.unwrap(),
                    1 => tx.rollback().await.unwrap(),
                    _ => drop(tx),
                }
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    stop.store(true, Ordering::SeqCst);
    assert_eq!(follower.await.unwrap(), 80, "10 writers, 4 commits each, 2 rows a commit");
    assert_eq!(store.last_seq().await.unwrap(), 80);
}

async fn a_slow_committer_is_not_skipped(place: Place) {
    let store = place.migrated().await;
    let slow = store.begin().await.unwrap();
    slow.put(vec![change("slow", organisation("Slow"))]).await.unwrap();
    let quick = tokio::spawn({
        let store = store.clone();
        async move { write_one(&store, "quick", "Quick").await.unwrap() }
    });
    if place.is_sqlite() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    } else {
        // On PostgreSQL who began later may commit first; then it is also first in the log.
        quick.await.unwrap();
        assert_eq!(store.last_seq().await.unwrap(), 1);
        slow.commit().await.unwrap();
        assert_eq!(store.events_after(1, 10).await.unwrap().len(), 1);
        return;
    }
    slow.commit().await.unwrap();
    quick.await.unwrap();
    assert_eq!(store.events_after(0, 10).await.unwrap().len(), 2);
}

async fn events_say_what_they_are_from(place: Place) {
    let store = place.migrated().await;
    write_one(&store, "a", "First").await.unwrap();
    let time = chrono::DateTime::from_timestamp_micros(1_700_000_000_123_456).unwrap();
    let tx = store.begin_at(time).await.unwrap().caused_by("import");
    tx.put(vec![change("a", organisation("Second"))]).await.unwrap();
    tx.commit().await.unwrap();
    let events = store.events_after(0, 10).await.unwrap();
    let told: Vec<_> = events.iter().map(|e| (e.kind.as_str(), e.aggregate_version)).collect();
    assert_eq!(told, [("organisation.created", 1), ("organisation.changed", 2)]);
    assert_eq!(events[0].payload, serde_json::json!({}));
    assert_eq!(events[1].payload, serde_json::json!({"source": "import"}));
    assert_eq!(events[1].at, 1_700_000_000_123_456);
    assert_eq!(events[0].aggregate_id, events[1].aggregate_id);
}
