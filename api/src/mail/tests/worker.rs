//! Leases, fences, and what a row may come to, on both databases.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use domain::{account::Person, id::Id};

use super::*;
use crate::{
    mail::{Delivery, worker::AT_ONCE},
    store::{
        MailMove,
        account::{PersonRow, PersonState},
        tests::{Place, on_both},
    },
};

on_both! {
    two_workers_send_each_row_once,
    a_stale_fence_writes_nothing,
    a_lease_that_cannot_be_is_free_again,
    a_row_that_panics_is_put_aside,
    nobody_gets_mail_who_is_gone,
    what_is_late_is_not_sent,
    a_dead_letter_is_tried_again_with_its_bytes,
    a_slow_domain_holds_up_nobody_else,
    a_shut_way_out_is_tried_by_one,
    a_worker_that_ends_gives_back_what_it_holds,
    files_are_written_once,
}

async fn two_workers_send_each_row_once(place: Place) {
    let (one, two) = (place.migrated().await, place.open().await);
    let memory_of_both = Memory::new();
    let clock = Clock::System;
    let count = 120;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let workers: Vec<_> = [&one, &two]
        .map(|store| {
            let mut stopped = stopped.clone();
            let worker = worker(store, &clock, memory(&memory_of_both));
            tokio::spawn(worker.run(async move {
                let _ = stopped.wait_for(|stop| *stop).await;
            }))
        })
        .into();
    let mut promised = BTreeSet::new();
    for n in 0..count {
        let to = format!("p{n}@d{}.example", n % 9);
        promise(&one, Utc::now(), [letter(&to)]).await;
        promised.insert(to);
    }
    wait_until_done(&one, Duration::from_mins(1)).await;
    stop.send(true).unwrap();
    for worker in workers {
        worker.await.unwrap();
    }
    let taken = memory_of_both.taken();
    assert_eq!(taken.len(), count, "each once");
    let to: BTreeSet<String> = taken.iter().map(|parcel| parcel.to.to_string()).collect();
    assert_eq!(to, promised);
    assert_eq!(states(&one).await, BTreeMap::from([(SENT, i64::try_from(count).unwrap())]));
}

async fn a_stale_fence_writes_nothing(place: Place) {
    let store = place.migrated().await;
    promise(&store, noon(), [letter("ada@example.org")]).await;
    let now = noon().timestamp_micros();
    let claim = async |at: i64| store.claim_mail(at, 60 * SECOND, &[], &mut |_| true).await.unwrap();
    let first = claim(now).await.remove(0);
    assert!(claim(now).await.is_empty(), "it is held");
    assert!(claim(now - 5 * SECOND).await.is_empty(), "held also for one whose clock is behind");
    let second = claim(now + 60 * SECOND).await.remove(0);
    assert!(second.fence > first.fence);
    for to in [
        MailMove::Intent { raw: "stale".into(), attempts: 9 },
        MailMove::Sent { queue_id: None },
        MailMove::Deferred { next_at: 0, error: "stale".into() },
        MailMove::Dead { error: "stale".into() },
        MailMove::Cancelled { error: "stale".into() },
        MailMove::Released,
    ] {
        assert!(!store.move_mail(&first, to, now).await.unwrap());
    }
    assert_eq!(store.renew_mail(&[&first], now, 60 * SECOND).await.unwrap(), [first.id]);
    assert_eq!(states(&store).await, BTreeMap::from([("LEASED", 1)]));
    assert!(store.renew_mail(&[&second], now + 100 * SECOND, 60 * SECOND).await.unwrap().is_empty());
    assert!(claim(now + 150 * SECOND).await.is_empty(), "renewed");
    assert!(store.move_mail(&second, MailMove::Sent { queue_id: None }, now).await.unwrap());
    // What is sent is sent, for its own holder too.
    assert!(!store.move_mail(&second, MailMove::Released, now).await.unwrap());
    assert_eq!(only(&store).await.error, None);
}

async fn a_lease_that_cannot_be_is_free_again(place: Place) {
    let store = place.migrated().await;
    let ids =
        promise(&store, noon(), ["a@a.example", "b@b.example", "c@c.example", "d@d.example"].map(letter))
            .await;
    let now = noon().timestamp_micros();
    let held = store.claim_mail(now, 60 * SECOND, &[], &mut |_| true).await.unwrap();
    assert_eq!(held.len(), ids.len());
    assert!(
        store.move_mail(&held[3], MailMove::Deferred { next_at: now, error: "x".into() }, now).await.unwrap()
    );
    for (id, set) in [
        (ids[0], "lease_until = NULL".to_owned()),
        (ids[1], "lease_until = 9223372036854775807".to_owned()),
        (ids[2], "lease_until = -5".to_owned()),
        // A clock that was three years ahead.
        (ids[3], format!("next_at = {}", now + 3 * 365 * 86_400 * SECOND)),
    ] {
        let literal = if place.is_sqlite() { format!("x'{}'", id.simple()) } else { format!("'{id}'") };
        place.tamper(&format!("UPDATE outbox SET {set} WHERE id = {literal}")).await;
    }
    let again = store.claim_mail(now, 60 * SECOND, &[], &mut |_| true).await.unwrap();
    assert_eq!(again.iter().map(|row| row.id).collect::<Vec<_>>(), ids, "oldest first");
    let rejected = store.claim_mail(now + 61 * SECOND, 1, &[], &mut |_| false).await.unwrap();
    assert!(rejected.is_empty());
}

async fn a_row_that_panics_is_put_aside(place: Place) {
    let store = place.migrated().await;
    let clock = Clock::at(noon());
    let poisoned = Memory::answering(|parcel| {
        assert!(parcel.to.user() != "poison", "poison");
        Delivery::Accepted { queue_id: None }
    });
    let letters = ["poison@example.org", "a@example.org", "b@example.org", "c@example.org"].map(letter);
    promise(&store, noon(), letters).await;
    worker(&store, &clock, memory(&poisoned)).drain().await;
    assert_eq!(states(&store).await, BTreeMap::from([("DEAD", 1), (SENT, 3)]));
    let dead = store.list_mail(Some(MailState::Dead), 9).await.unwrap();
    assert_eq!(dead[0].recipient.as_deref(), Some("poison@example.org"));
    worker(&store, &clock, memory(&poisoned)).drain().await;
    assert_eq!(poisoned.taken().len(), 3);
}

fn person(state: PersonState) -> PersonRow {
    let id = Id::from_uuid(Uuid::now_v7());
    PersonRow {
        id,
        version: 1,
        email: format!("{}@example.org", id.uuid().simple()).parse().ok(),
        name: None,
        password_hash: None,
        language: "en".into(),
        state,
        sessions_valid_after: 0,
        confirmed_at: None,
        created_at: 0,
    }
}

async fn nobody_gets_mail_who_is_gone(place: Place) {
    let store = place.migrated().await;
    let people =
        [PersonState::Active, PersonState::Active, PersonState::Disabled, PersonState::Erased].map(person);
    let tx = store.begin_at(noon()).await.unwrap();
    for person in &people {
        tx.insert_person(person).await.unwrap();
    }
    tx.commit().await.unwrap();
    let unknown = Id::<Person>::from_uuid(Uuid::now_v7());
    let everybody = people.iter().map(|person| person.id).chain([unknown]);
    let letters =
        everybody.enumerate().map(|(n, id)| Letter { person: Some(id), ..letter(&format!("{n}@x.example")) });
    promise(&store, noon(), letters).await;
    let taken = Memory::new();
    worker(&store, &Clock::at(noon()), memory(&taken)).drain().await;
    let to: BTreeSet<String> = taken.taken().iter().map(|parcel| parcel.to.user().to_owned()).collect();
    assert_eq!(to, BTreeSet::from(["0".to_owned(), "1".to_owned()]));
    assert_eq!(states(&store).await, BTreeMap::from([("CANCELLED", 3), (SENT, 2)]));
}

async fn what_is_late_is_not_sent(place: Place) {
    let store = place.migrated().await;
    let clock = Clock::at(noon());
    let end = noon().timestamp_micros() + 600 * SECOND;
    promise(
        &store,
        noon(),
        [Letter { class: MailClass::Security, expires_at: Some(end), ..letter("a@example.org") }],
    )
    .await;
    let busy = Memory::answering(|_| Delivery::Later { why: "451 later".into() });
    let worker = worker(&store, &clock, memory(&busy));
    worker.drain().await;
    let row = only(&store).await;
    assert_eq!((row.state, row.attempts), (MailState::Deferred, 1));
    assert!((60..=75).contains(&((row.next_at - noon().timestamp_micros()) / SECOND)));
    worker.drain().await;
    assert_eq!(only(&store).await.attempts, 1, "not before its time");
    for _ in 0..20 {
        clock.advance(chrono::Duration::seconds(80));
        worker.drain().await;
    }
    let row = only(&store).await;
    assert_eq!((row.state, row.error.as_deref()), (MailState::Cancelled, Some("expired")));
    assert!(row.attempts > 1);
}

async fn a_dead_letter_is_tried_again_with_its_bytes(place: Place) {
    let store = place.migrated().await;
    let clock = Clock::at(noon());
    let tries = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&tries);
    let relay = Memory::answering(move |parcel| {
        let mut seen = seen.lock().unwrap();
        seen.push(parcel.raw.clone());
        match seen.len() {
            1 => Delivery::Never { why: "550 no".into() },
            _ => Delivery::Accepted { queue_id: Some("queued".into()) },
        }
    });
    let id = promise(&store, noon(), [letter("a@example.org")]).await[0];
    let worker = worker(&store, &clock, memory(&relay));
    worker.drain().await;
    assert_eq!(only(&store).await.state, MailState::Dead);
    clock.advance(chrono::Duration::days(30));
    worker.drain().await;
    assert_eq!(tries.lock().unwrap().len(), 1, "dead letters rest");
    let now = clock.now().timestamp_micros();
    assert_eq!(store.retry_mail(Some(Uuid::now_v7()), now).await.unwrap(), 0);
    assert_eq!(store.retry_mail(Some(id), now).await.unwrap(), 1);
    assert_eq!(store.retry_mail(None, now).await.unwrap(), 0, "it is not dead any more");
    worker.drain().await;
    let row = only(&store).await;
    assert_eq!((row.state, row.queue_id.as_deref(), row.error), (MailState::Sent, Some("queued"), None));
    let tries = tries.lock().unwrap();
    assert_eq!(tries[0], tries[1], "the same bytes");
}

async fn a_slow_domain_holds_up_nobody_else(place: Place) {
    let store = place.migrated().await;
    let sink = super::sink::Sink::start(Duration::ZERO, |to, _| {
        if to.ends_with("@slow.example") { super::sink::Does::Hangs } else { super::sink::Does::Accept }
    })
    .await;
    let slow = (0..100).map(|n| letter(&format!("s{n}@slow.example")));
    let quick = (0..10).map(|n| letter(&format!("q{n}@quick{}.example", n % 3)));
    promise(&store, Utc::now(), slow.chain(quick)).await;
    let relay = crate::mail::Relay::new(&sink.url(), None).unwrap();
    let running =
        tokio::spawn(worker(&store, &Clock::System, Transport::Smtp(relay)).run(std::future::pending()));
    let begun = std::time::Instant::now();
    while sink.taken().len() < 10 {
        assert!(begun.elapsed() < Duration::from_secs(30), "held up: {:?}", states(&store).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let tried = (0..100).filter(|n| sink.attempts(&format!("s{n}@slow.example")) > 0).count();
    assert_eq!(tried, crate::mail::worker::PER_DOMAIN, "no more at once to one domain");
    running.abort();
}

async fn a_shut_way_out_is_tried_by_one(place: Place) {
    let store = place.migrated().await;
    let clock = Clock::at(noon());
    let tries = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&tries);
    let relay = Memory::answering(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Delivery::Unreachable { why: "connection refused".into() }
    });
    promise(&store, noon(), (0..40).map(|n| letter(&format!("p@d{n}.example")))).await;
    let worker = worker(&store, &clock, memory(&relay));
    worker.drain().await;
    let first = tries.load(Ordering::Relaxed);
    assert!((1..=AT_ONCE).contains(&first), "{first} of 40 found out that the way is shut");
    assert!(states(&store).await["DEFERRED"] <= i64::try_from(AT_ONCE).unwrap());
    // Nobody waits long for what was not his own fault.
    for row in store.list_mail(Some(MailState::Deferred), 99).await.unwrap() {
        assert!(row.next_at <= noon().timestamp_micros() + 75 * SECOND);
    }
}

async fn a_worker_that_ends_gives_back_what_it_holds(place: Place) {
    let store = place.migrated().await;
    let sink = super::sink::Sink::start(Duration::ZERO, |_, attempt| {
        if attempt == 1 { super::sink::Does::Hangs } else { super::sink::Does::Accept }
    })
    .await;
    let relay = crate::mail::Relay::new(&sink.url(), None).unwrap();
    promise(&store, Utc::now(), [letter("a@example.org")]).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let transport = Transport::Smtp(relay);
    let running = tokio::spawn(worker(&store, &Clock::System, transport.clone()).run(async {
        let _ = stopped.await;
    }));
    while sink.attempts("a@example.org") == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(states(&store).await, BTreeMap::from([("INTENT", 1)]));
    stop.send(()).unwrap();
    running.await.unwrap();
    assert_eq!(states(&store).await, BTreeMap::from([("DEFERRED", 1)]));
    worker(&store, &Clock::System, transport).drain().await;
    assert_eq!(states(&store).await, BTreeMap::from([(SENT, 1)]));
}

async fn files_are_written_once(place: Place) {
    use std::os::unix::fs::PermissionsExt;
    let store = place.migrated().await;
    let dir = tempfile::tempdir().unwrap();
    let mail = dir.path().join("mail");
    let clock = Clock::at(noon());
    promise(&store, noon(), ["a@a.example", "b@b.example"].map(letter)).await;
    let now = noon().timestamp_micros();
    // One that wrote its file and died before it said so.
    let mut choose = |row: &crate::store::OutboxRow| row.recipient.as_deref() == Some("a@a.example");
    let died = store.claim_mail(now, 60 * SECOND, &[], &mut choose);
    let died = died.await.unwrap().remove(0);
    let from = mailbox("Other <other@caravanserai.example>").unwrap();
    let parcel = crate::mail::Parcel::of(&died, &from, None).unwrap();
    assert!(
        store.move_mail(&died, MailMove::Intent { raw: parcel.raw.clone(), attempts: 1 }, now).await.unwrap()
    );
    let files = Transport::Files(mail.clone());
    let hold = crate::mail::attempt::Hold::new(std::time::Instant::now(), Duration::from_mins(1));
    assert_eq!(files.deliver(&parcel, &hold).await, Delivery::Accepted { queue_id: None });
    clock.advance(chrono::Duration::seconds(61));
    worker(&store, &clock, files).drain().await;
    assert_eq!(states(&store).await, BTreeMap::from([(SENT, 2)]));
    let entries: Vec<_> = std::fs::read_dir(&mail).unwrap().map(|entry| entry.unwrap()).collect();
    assert_eq!(entries.len(), 2, "one file a row, and nothing half written");
    for entry in &entries {
        let name = entry.file_name().into_string().unwrap();
        assert!(name.starts_with(&format!("{now}-")) && name.contains(".eml"), "{name}");
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let name = mail.join(format!("{now}-{}.eml", died.id));
    assert_eq!(std::fs::read_to_string(name).unwrap(), parcel.raw, "the bytes of the first attempt");
}
