//! The crash matrix of digests: F-02 and F-11 to F-16 over the real program, a real database and a relay that fails
//! where it is told to. Nothing that was promised is lost, a digest is one message whatever happens, copies arise only
//! where somebody died between the last byte and the note, and once the faults stop nothing stays behind.
//!
//! Here it runs briefly. `tests/faults/run` runs it at length: `CARAVANSERAI_FAULT_KILLS` says how many kills,
//! `CARAVANSERAI_FAULT_SEED` from which number all chance follows, and `CARAVANSERAI_FAULT_PLANTED=1` puts each bug in,
//! which has to be found.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::similar_names,
    reason = "counts of a test, which fails by panic at the place that says why"
)]

mod cases;
mod life;
mod sink;
mod world;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use tests::server::Behind;

use self::{
    sink::{Act, Point, Sink},
    world::{Chance, Verdict, World},
};

fn number(variable: &str, usual: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    number("CARAVANSERAI_FAULT_SEED", u64::from(now.subsec_nanos()))
}

/// What a process dies of.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// SIGKILL at any time.
    Random,
    /// At a place of its own.
    Place(&'static str),
    /// At a point of its conversation.
    Talk(Point),
    /// Halted with letters in its hands, and killed when it has gone on.
    Halt,
}

const DEATHS: [Death; 13] = [
    Death::Random,
    Death::Random,
    Death::Place("mail_before_claim"),
    Death::Place("mail_claimed"),
    Death::Place("mail_intent"),
    Death::Place("mail_mid_data"),
    Death::Place("mail_accepted"),
    Death::Place("mail_noted"),
    Death::Talk(Point::Rcpt),
    Death::Talk(Point::Text),
    Death::Talk(Point::Dot),
    Death::Talk(Point::Answered),
    Death::Halt,
];
const COMPOSER_DEATHS: [Option<&str>; 4] =
    [None, Some("digest_planned"), Some("digest_composed"), Some("digest_promised")];

/// A trial of kills.
struct Trial {
    world: World,
    sink: Arc<Sink>,
    /// Where the life in each slot is to be killed.
    marked: Arc<Mutex<[Option<Point>; 2]>>,
    kills: AtomicUsize,
    most: usize,
    by_kind: Mutex<BTreeMap<String, usize>>,
}

impl Trial {
    fn killed(&self, kind: String) {
        self.kills.fetch_add(1, Relaxed);
        *self.by_kind.lock().unwrap_or_else(PoisonError::into_inner).entry(kind).or_default() += 1;
    }

    fn is_done(&self) -> bool {
        self.kills.load(Relaxed) >= self.most
    }

    /// Senders in a slot, each of which dies.
    async fn senders(&self, slot: usize, mut chance: Chance) {
        while !self.is_done() {
            let death = DEATHS[chance.below(DEATHS.len() as u64) as usize];
            let times = 1 + chance.below(4);
            let faults = match death {
                Death::Place(place) => format!("{place}=abort@{times}"),
                Death::Halt => format!("mail_claimed=stop@{times}"),
                Death::Random | Death::Talk(_) => String::new(),
            };
            let limit = match death {
                Death::Random => Duration::from_millis(100 + chance.below(900)),
                _ => Duration::from_secs(4),
            };
            self.marked.lock().unwrap_or_else(PoisonError::into_inner)[slot] = match death {
                Death::Talk(point) => Some(point),
                _ => None,
            };
            self.sink.lives.begin(slot, self.world.sender(&self.sink, slot, &faults, None));
            let begun = Instant::now();
            let mut kind = format!("{death:?}");
            while !self.sink.lives.is_over(slot) {
                if matches!(death, Death::Halt) && self.sink.lives.is_halted(slot) {
                    // Its lease is over when it goes on.
                    tokio::time::sleep(Duration::from_millis(2_500)).await;
                    self.sink.lives.resume(slot);
                    tokio::time::sleep(Duration::from_millis(chance.below(600))).await;
                    break;
                }
                if begun.elapsed() > limit || self.is_done() {
                    "Random".clone_into(&mut kind);
                    break;
                }
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            self.sink.lives.kill(slot);
            self.killed(kind);
        }
    }

    /// Digests that become due as long as there are kills, and composers that die of them.
    async fn composers(&self, mut chance: Chance) {
        while !self.is_done() {
            if self.world.open().await > 16 {
                tokio::time::sleep(Duration::from_millis(30)).await;
                continue;
            }
            self.world.subscribe(12).await;
            if chance.below(2) == 0 {
                let death = COMPOSER_DEATHS[chance.below(COMPOSER_DEATHS.len() as u64) as usize];
                let times = 1 + chance.below(6);
                let faults = death.map_or_else(String::new, |place| format!("{place}=abort@{times}"));
                let mut composer = self.world.composer(&faults, None).spawn().unwrap();
                let limit =
                    Duration::from_millis(if death.is_some() { 20_000 } else { 500 + chance.below(4_000) });
                let begun = Instant::now();
                while composer.try_wait().unwrap().is_none() && begun.elapsed() < limit {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                composer.kill().unwrap();
                if !composer.wait().unwrap().success() {
                    self.killed(format!("Composer({})", death.unwrap_or("random")));
                }
            }
            self.world.compose(None).await;
        }
    }
}

/// F-02: two senders and a composer are killed, again and again; then no more.
async fn kills(behind: Behind, most: usize) {
    let seed = seed();
    let begun = Instant::now();
    let sink = Sink::start(2, Duration::from_millis(4)).await;
    let trial = Trial {
        world: World::new(behind, None).await,
        sink: Arc::clone(&sink),
        marked: Arc::default(),
        kills: AtomicUsize::new(0),
        most,
        by_kind: Mutex::default(),
    };
    let marked = Arc::clone(&trial.marked);
    sink.script(move |talk| {
        let mut marked = marked.lock().unwrap_or_else(PoisonError::into_inner);
        if marked[talk.slot] == Some(talk.point) {
            marked[talk.slot] = None;
            return Act::Kill;
        }
        Act::Go
    });
    tokio::join!(
        trial.senders(0, Chance(seed)),
        trial.senders(1, Chance(seed.wrapping_add(1))),
        trial.composers(Chance(seed.wrapping_add(2)))
    );
    // The faults stop.
    trial.world.compose(None).await;
    for slot in 0..2 {
        trial.marked.lock().unwrap_or_else(PoisonError::into_inner)[slot] = None;
        sink.lives.begin(slot, trial.world.sender(&sink, slot, "", None));
    }
    let (_, took) = trial.world.settle().await;
    sink.lives.end(0).await;
    sink.lives.end(1).await;
    let verdict = trial.world.verdict(&sink, &[], &[]).await;
    let by_kind = trial.by_kind.lock().unwrap_or_else(PoisonError::into_inner).clone();
    println!(
        "{}",
        json!({"fault": "F-02", "behind": format!("{behind:?}"), "seed": seed, "kills": trial.kills.load(Relaxed),
            "kinds": by_kind, "quiet_s": took.as_secs_f64(), "seconds": begun.elapsed().as_secs(), "figures": verdict})
    );
    assert!(verdict.is_clean(), "seed {seed}: {verdict:?}");
    assert!(verdict.promised > 0);
}

/// The cases.
const CASES: [&str; 12] = [
    "F-02 mid data",
    "F-02 claimed",
    "F-02 composer",
    "F-02 halted",
    "one issue a period",
    "unsubscribed meanwhile",
    "F-11",
    "F-12",
    "F-13",
    "F-14",
    "F-15",
    "F-16",
];

/// By which figure a bug is known.
type Sign = fn(&Verdict) -> usize;

/// Bugs that can be planted, the case that finds each, and by what.
const PLANTED: [(&str, &str, Sign); 11] = [
    // Another id at every attempt.
    ("message_id", "F-15", |verdict| verdict.different),
    // Marked as sent before it is.
    ("marked_first", "F-02 mid data", |verdict| verdict.lost),
    // Whoever held a row once writes to it.
    ("no_fence", "F-02 halted", |verdict| verdict.unexplained),
    // What a dead worker held is nobody's.
    ("endless_lease", "F-02 claimed", |verdict| verdict.stuck),
    // A period may have two issues.
    ("twice_a_period", "one issue a period", |verdict| verdict.periods),
    // An issue is noted as composed in another transaction than its letter.
    ("halved", "F-02 composer", |verdict| verdict.lost),
    // Nobody is asked again just before sending.
    ("not_asked_again", "unsubscribed meanwhile", |verdict| verdict.unwanted),
    // A relay that says later is taken at its word as if it had said yes.
    ("later_is_sent", "F-13", |verdict| verdict.lost),
    // A time that a wrong clock wrote is believed.
    ("unbounded", "F-11", |verdict| verdict.stuck),
    ("newest_first", "F-16", |verdict| verdict.inversions),
    // A shut way out is tried by everybody all the time.
    ("stampede", "F-16", |verdict| verdict.rush),
];

async fn case(world: &World, name: &str) -> Verdict {
    world.clear().await;
    match name {
        "F-02 mid data" => cases::crash(world, "mail_mid_data").await,
        "F-02 claimed" => cases::crash(world, "mail_claimed").await,
        "F-02 composer" => cases::composer_crash(world, "digest_composed").await,
        "F-02 halted" => cases::fence(world).await,
        "one issue a period" => cases::period(world).await,
        "unsubscribed meanwhile" => cases::unsubscribed(world).await,
        "F-11" => cases::clock(world).await,
        "F-12" => cases::slow(world, 10).await,
        "F-13" => cases::greylist(world).await,
        "F-14" => cases::refused(world).await,
        "F-15" => cases::cut(world).await,
        _ => cases::down(world).await,
    }
}

async fn each_fault(behind: Behind, names: &[&str]) {
    let world = World::new(behind, None).await;
    for name in names {
        let begun = Instant::now();
        let verdict = case(&world, name).await;
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "{}",
            json!({"fault": name, "behind": format!("{behind:?}"), "seconds": seconds, "figures": verdict})
        );
        if !verdict.is_clean() {
            println!("now {}: {:?}", chrono::Utc::now().timestamp_micros(), world.what_is_open().await);
        }
        assert!(verdict.is_clean(), "{name}: {verdict:?}");
        assert!(verdict.promised > 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn killed_senders_and_composers_lose_nothing_on_sqlite() {
    kills(Behind::Sqlite, number("CARAVANSERAI_FAULT_KILLS", 20) as usize).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn killed_senders_and_composers_lose_nothing_on_postgres() {
    kills(Behind::Postgres, number("CARAVANSERAI_FAULT_KILLS", 20) as usize / 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn each_fault_of_the_matrix_on_sqlite() {
    each_fault(Behind::Sqlite, &CASES).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn some_faults_of_the_matrix_on_postgres() {
    each_fault(Behind::Postgres, &["F-02 halted", "one issue a period", "F-15"]).await;
}

/// A suite that finds no bug is worth nothing: with each in, a case fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 3)]
async fn planted_bugs_are_found() {
    // One of them is enough to know that the suite can fail.
    let is_long = number("CARAVANSERAI_FAULT_PLANTED", 0) > 0;
    let mut missed = Vec::new();
    for (bug, name, sign) in PLANTED.into_iter().filter(|(bug, ..)| is_long || *bug == "message_id") {
        let world = World::new(Behind::Sqlite, Some(bug)).await;
        let verdict = case(&world, name).await;
        let is_found = sign(&verdict) > 0;
        println!("{}", json!({"planted": bug, "fault": name, "is_found": is_found, "figures": verdict}));
        if !is_found {
            missed.push(bug);
        }
    }
    assert!(missed.is_empty(), "not found: {missed:?}");
}
