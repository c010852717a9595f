//! One fault each, as the matrix has them, over digests that were promised; each answers what became of them.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    sink::{Act, Point, Sink, Talk},
    world::{Verdict, World, message_id},
};

/// Subscribers of a case.
const MANY: usize = 12;
/// Between two replies of a relay that is well.
const PAUSE: Duration = Duration::from_millis(3);
/// Messages under way at once, so that those of one handful come in any order.
const AT_ONCE: usize = 8;
/// Connections in the seconds in which a relay is down: a handful, and then one after pauses of 1, 2 and 4 seconds.
const KNOCKS: usize = AT_ONCE + 4;

async fn seconds(seconds: f64) {
    tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
}

/// Subscribers whose digests are promised.
async fn promised(world: &World, count: usize) -> Vec<String> {
    let them = world.subscribe(count).await;
    world.compose(None).await;
    them
}

/// Lets one sender do what is left, and ends it.
async fn finish(world: &World, sink: &Sink, slot: usize) {
    sink.lives.begin(slot, world.sender(sink, slot, "", None));
    world.settle().await;
    sink.lives.end(slot).await;
}

/// F-02: a sender dies at a place, and another one takes over.
pub(super) async fn crash(world: &World, place: &str) -> Verdict {
    let sink = Sink::start(2, PAUSE).await;
    promised(world, MANY).await;
    sink.lives.begin(0, world.sender(&sink, 0, &format!("{place}=abort@2"), None));
    let begun = Instant::now();
    while !sink.lives.is_over(0) && begun.elapsed() < Duration::from_secs(10) {
        seconds(0.01).await;
    }
    sink.lives.kill(0);
    finish(world, &sink, 1).await;
    world.verdict(&sink, &[], &[]).await
}

/// A composer dies at a place, and another one does its work.
pub(super) async fn composer_crash(world: &World, place: &str) -> Verdict {
    let sink = Sink::start(2, PAUSE).await;
    world.subscribe(MANY).await;
    let mut composer = world.composer(&format!("{place}=abort@3"), None);
    tokio::task::spawn_blocking(move || composer.status().unwrap()).await.unwrap();
    world.compose(None).await;
    finish(world, &sink, 1).await;
    world.verdict(&sink, &[], &[]).await
}

/// A sender is halted with letters in its hands until its lease is over and another one has sent them.
pub(super) async fn fence(world: &World) -> Verdict {
    let sink = Sink::start(2, PAUSE).await;
    promised(world, MANY).await;
    sink.lives.begin(0, world.sender(&sink, 0, "mail_claimed=stop", None));
    let begun = Instant::now();
    while !sink.lives.is_halted(0) && begun.elapsed() < Duration::from_secs(10) {
        seconds(0.01).await;
    }
    sink.lives.begin(1, world.sender(&sink, 1, "", None));
    world.settle().await;
    sink.lives.resume(0);
    seconds(2.0).await;
    sink.lives.end(0).await;
    sink.lives.end(1).await;
    world.verdict(&sink, &[], &[]).await
}

/// A period is due again, as after a change of the hour: it has its issue already.
pub(super) async fn period(world: &World) -> Verdict {
    let sink = Sink::start(1, PAUSE).await;
    promised(world, MANY).await;
    world.sql.execute(&format!("UPDATE digest_subscription SET due_at = {}", world.due)).await;
    world.compose(None).await;
    finish(world, &sink, 0).await;
    world.verdict(&sink, &[], &[]).await
}

/// Some unsubscribe between the composing and the sending.
pub(super) async fn unsubscribed(world: &World) -> Verdict {
    let sink = Sink::start(1, PAUSE).await;
    let them = promised(world, MANY).await;
    let left = them[..MANY / 3].to_vec();
    for address in &left {
        let leave =
            format!("UPDATE digest_subscription SET state = 'UNSUBSCRIBED' WHERE address = '{address}'");
        world.sql.execute(&leave).await;
    }
    finish(world, &sink, 0).await;
    world.verdict(&sink, &[], &left).await
}

/// F-11: while letters go, some of them put off by the relay, the clock is three years ahead, two hours behind, and
/// stands still; then it is right again.
pub(super) async fn clock(world: &World) -> Verdict {
    let sink = Sink::start(1, Duration::from_millis(20)).await;
    sink.script(|talk| match (talk.point, talk.attempt) {
        (Point::Rcpt, 1) if talk.to.as_bytes().get(1).copied().unwrap_or(0) % 2 == 0 => Act::Say(451),
        _ => Act::Go,
    });
    let frozen = chrono::Local::now().format("%Y-%m-%d %H:%M:%S").to_string();
    promised(world, MANY).await;
    sink.lives.begin(0, world.sender(&sink, 0, "", Some("+94608000")));
    let begun = Instant::now();
    while sink.attempts().len() < AT_ONCE && begun.elapsed() < Duration::from_secs(10) {
        seconds(0.01).await;
    }
    seconds(0.3).await;
    for clock in ["-7200", frozen.as_str(), "+0"] {
        world.set_clock(clock);
        promised(world, 3).await;
        seconds(0.5).await;
    }
    // What was put off comes after its pause.
    world.set_clock("+7200");
    world.settle().await;
    sink.lives.end(0).await;
    world.verdict(&sink, &[], &[]).await
}

/// F-12: a relay that is slow, that says nothing at each of its verbs, and that does not greet.
pub(super) async fn slow(world: &World, drip: u64) -> Verdict {
    const SILENT: [Point; 7] =
        [Point::Banner, Point::Ehlo, Point::Mail, Point::Rcpt, Point::Data, Point::Text, Point::Dot];
    let sink = Sink::start(1, PAUSE).await;
    sink.script(move |talk| {
        let silent = SILENT.get(talk.connection % 9);
        match talk.connection {
            0..18 if silent == Some(&talk.point) => Act::Hang,
            0..18 if silent.is_none() && talk.point != Point::Answered => drips(talk, drip),
            _ => Act::Go,
        }
    });
    promised(world, 2 * MANY).await;
    sink.lives.begin(0, world.sender(&sink, 0, "smtp_seconds=1", Some("+0")));
    // What was put off is due again as the hours pass.
    for hour in 1..=20 {
        seconds(1.0).await;
        if world.open().await == 0 {
            break;
        }
        world.set_clock(&format!("+{}", hour * 3_600));
    }
    world.settle().await;
    sink.lives.end(0).await;
    world.verdict(&sink, &[], &[]).await
}

/// Text is not answered, so it is not answered slowly.
fn drips(talk: &Talk<'_>, pause: u64) -> Act {
    if matches!(talk.point, Point::Text | Point::Data) { Act::Go } else { Act::Drip(pause) }
}

/// F-13: a relay that takes the third try, and says why with each of the codes.
pub(super) async fn greylist(world: &World) -> Verdict {
    let sink = Sink::start(1, PAUSE).await;
    sink.script(|talk| {
        match (talk.attempt, talk.point, talk.to.as_bytes().get(1).copied().unwrap_or(0) % 4) {
            (1, Point::Rcpt, 0) => Act::Say(421),
            (1 | 2, Point::Rcpt, 1) => Act::Say(450),
            (1 | 2, Point::Dot, 2) => Act::Say(451),
            (1 | 2, Point::Rcpt, 3) | (2, Point::Rcpt, 0) => Act::Say(452),
            _ => Act::Go,
        }
    });
    promised(world, MANY).await;
    sink.lives.begin(0, world.sender(&sink, 0, "", Some("+0")));
    for tries in 1..=6 {
        seconds(0.7).await;
        world.set_clock(&format!("+{}", tries * 1_800));
    }
    world.settle().await;
    sink.lives.end(0).await;
    let tries: usize = sink.attempts().values().sum();
    let mut verdict = world.verdict(&sink, &[], &[]).await;
    // A relay that was not asked three times of each has taken what it refused.
    verdict.lost += (3 * MANY).saturating_sub(tries);
    verdict
}

/// F-14: some are refused for good, at each place where a relay may; the others get theirs.
pub(super) async fn refused(world: &World) -> Verdict {
    let sink = Sink::start(1, PAUSE).await;
    let them = promised(world, MANY).await;
    let refused = them[..3].to_vec();
    let whom = refused.clone();
    sink.script(move |talk| {
        let place = whom.iter().position(|to| to == talk.to);
        match (place, talk.point) {
            (Some(0), Point::Rcpt) => Act::Say(550),
            (Some(1), Point::Dot) => Act::Say(552),
            (Some(2), Point::Data) => Act::Say(554),
            _ => Act::Go,
        }
    });
    finish(world, &sink, 0).await;
    let mut verdict = world.verdict(&sink, &refused, &[]).await;
    let dead = world.sql.number("SELECT count(*) FROM outbox WHERE state = 'DEAD'").await as usize;
    verdict.stuck += dead.abs_diff(refused.len());
    verdict
}

/// F-15: each message is taken, and the relay goes away before it says so.
pub(super) async fn cut(world: &World) -> Verdict {
    let sink = Sink::start(1, PAUSE).await;
    sink.script(|talk| match (talk.point, talk.attempt) {
        (Point::Dot, 1) => Act::Cut,
        _ => Act::Go,
    });
    promised(world, MANY).await;
    sink.lives.begin(0, world.sender(&sink, 0, "", Some("+0")));
    seconds(2.0).await;
    world.set_clock("+3600");
    world.settle().await;
    sink.lives.end(0).await;
    world.verdict(&sink, &[], &[]).await
}

/// F-16: nobody is at the relay for an hour; then all is sent in the order in which it was promised.
pub(super) async fn down(world: &World) -> Verdict {
    let sink = Sink::start(1, PAUSE).await;
    sink.set_down(true);
    promised(world, 4 * MANY).await;
    sink.lives.begin(0, world.sender(&sink, 0, "", Some("+0")));
    for quarter in 1..=4 {
        seconds(1.0).await;
        world.set_clock(&format!("+{}", quarter * 900));
    }
    let knocks = sink.connections();
    sink.set_down(false);
    // Those who knocked at last are due again too.
    world.set_clock("+7200");
    world.settle().await;
    sink.lives.end(0).await;
    let mut verdict = world.verdict(&sink, &[], &[]).await;
    let ids = world.sql.texts("SELECT message_id FROM outbox WHERE class = 'DIGEST' ORDER BY id").await;
    verdict.inversions = inversions(&ids, &sink);
    verdict.rush = knocks.saturating_sub(KNOCKS);
    verdict
}

fn inversions(promised: &[String], sink: &Arc<Sink>) -> usize {
    let place = |raw: &str| promised.iter().position(|id| *id == message_id(raw));
    let places: Vec<usize> = sink.taken().iter().filter_map(|one| place(&one.raw)).collect();
    let is_early = |at: usize| places[at + 1..].iter().any(|later| later + AT_ONCE < places[at]);
    (0..places.len()).filter(|at| is_early(*at)).count()
}
