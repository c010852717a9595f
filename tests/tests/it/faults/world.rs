//! A database with the demo in it, subscribers by the dozen, composers and senders, and what became of it all.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use chrono::Utc;
use tests::{server::Behind, sql::Sql};

use super::sink::{Sink, Taken};

/// After the faults all is sent as soon as leases and put-off attempts let it be, and not later than this: an attempt that
/// fails because the machine is busy is put off for a minute and more.
const QUIET: Duration = Duration::from_mins(5);
/// How long after a death something of it may arrive.
const LATE: Duration = Duration::from_secs(1);
/// The same where a bug is to be found.
const SOON: Duration = Duration::from_secs(20);
/// A life that is killed so long after it gave a message away had the time to note it down.
const WINDOW: Duration = Duration::from_secs(5);
/// Where libfaketime lies.
const FAKETIME: [&str; 3] = [
    "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    "/usr/lib/faketime/libfaketimeMT.so.1",
];

/// Numbers by a seed (splitmix64), so that a trial can be had again.
#[derive(Debug, Clone)]
pub(super) struct Chance(pub(super) u64);

impl Chance {
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % end
    }
}

pub(super) struct World {
    behind: Behind,
    pub(super) database: String,
    dir: tempfile::TempDir,
    pub(super) sql: Sql,
    mandates: Vec<String>,
    /// A bug that is put into every process.
    bug: Option<&'static str>,
    next: AtomicUsize,
    /// When all subscriptions were due, microseconds since 1970, UTC.
    pub(super) due: i64,
    /// How long after the faults something may still be open.
    quiet: Duration,
}

/// What must be nothing, and what was seen.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub(super) struct Verdict {
    pub(super) promised: usize,
    pub(super) taken: usize,
    /// Promised, not refused by the relay, and never taken.
    pub(super) lost: usize,
    /// Addresses with more messages than issues, or with other bytes under an id.
    pub(super) different: usize,
    /// The same message again.
    pub(super) copies: usize,
    /// Of these, those before which nobody was hurt between the dot and the note.
    pub(super) unexplained: usize,
    /// Letters and issues that are still open after a minute without faults.
    pub(super) stuck: usize,
    /// Subscriptions that were due and have no issue, or more than one for a period.
    pub(super) periods: usize,
    /// Messages to somebody who wanted none any more.
    pub(super) unwanted: usize,
    /// Messages that came before one that was promised at least nine places earlier.
    pub(super) inversions: usize,
    /// Connections beyond a few while the relay was down.
    pub(super) rush: usize,
}

impl Verdict {
    /// Everything that must be nothing is.
    pub(super) fn is_clean(&self) -> bool {
        let counts = [self.lost, self.different, self.unexplained, self.stuck, self.periods];
        counts.iter().chain(&[self.unwanted, self.inversions, self.rush]).all(|count| *count == 0)
    }
}

impl World {
    pub(super) async fn new(behind: Behind, bug: Option<&'static str>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let database = match behind {
            Behind::Sqlite => format!("sqlite:{}", dir.path().join("trial.sqlite").display()),
            Behind::Postgres => tokio::task::spawn_blocking(tests::postgres::database).await.unwrap(),
        };
        let data = dir.path().join("data").display().to_string();
        let (code, _, err) = tests::run(&["demo", "--once", "--database", &database, "--data-dir", &data]);
        assert_eq!(code, 0, "{err}");
        let sql = Sql::connect(&database).await;
        let id = if behind == Behind::Sqlite { "lower(hex(id))" } else { "replace(id::text, '-', '')" };
        // Mandates of the demo to which a listing is told that anybody may see.
        let query = format!("SELECT {id} FROM mandate ORDER BY id LIMIT 100");
        let mandates: Vec<String> = sql.texts(&query).await.split_off(8);
        let due = (Utc::now() - chrono::Duration::hours(1)).timestamp_micros();
        let quiet = if bug.is_some() { SOON } else { QUIET };
        Self { behind, database, dir, sql, mandates, bug, next: AtomicUsize::new(0), due, quiet }
    }

    /// Forgets all digests, for another case.
    pub(super) async fn clear(&self) {
        for table in [
            "digest_item",
            "digest_issue",
            "digest_subscription",
            "outbox",
            "mail_report",
            "mail_suppression",
        ] {
            self.sql.execute(&format!("DELETE FROM {table}")).await;
        }
    }

    fn id(&self, hex: &str) -> String {
        if self.behind == Behind::Sqlite { format!("x'{hex}'") } else { format!("'{hex}'") }
    }

    /// So many subscriptions of nobody known, each to a mandate and at a domain of its own, that were due once.
    pub(super) async fn subscribe(&self, count: usize) -> Vec<String> {
        let due = self.due;
        let (mut rows, mut addresses) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let address = format!("r{number}@d{number}.example");
            let subject = &self.mandates[number % self.mandates.len()];
            rows.push(format!(
                "({}, 1, 'ACTIVE', '{address}', 'hash{number}', 'MANDATE', {}, 'live{number}', \
                 '{{\"cadence\":\"DAILY\",\"minScore\":0,\"minCoverage\":0,\"maxItems\":3}}', {due}, 1, 1, 1)",
                self.id(&format!("{:032x}", 0x7000_u128 << 64 | number as u128)),
                self.id(subject)
            ));
            addresses.push(address);
        }
        let columns = "id, version, state, address, address_hash, subject_kind, subject_id, live_key, settings, \
                       due_at, confirmed_at, created_at, updated_at";
        let insert = format!("INSERT INTO digest_subscription ({columns}) VALUES {}", rows.join(", "));
        self.sql.execute(&insert).await;
        addresses
    }

    fn command(&self, faults: &str) -> Command {
        let mut command = Command::new(tests::binary());
        command.args(["--database", &self.database, "--data-dir"]).arg(self.dir.path().join("data"));
        let bug = self.bug.map_or_else(String::new, |bug| format!(",{bug}=planted"));
        command.env("CARAVANSERAI_FAILPOINT", format!("{faults},digest_lease=1{bug}"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// A process that plans and composes once, at a time where one is given.
    pub(super) fn composer(&self, faults: &str, at: Option<&str>) -> Command {
        let mut command = self.command(faults);
        command.args(["digest", "run", "--public-url", "http://127.0.0.1:1", "--json"]);
        if let Some(at) = at {
            command.args(["--at", at]);
        }
        command
    }

    /// Plans and composes, without a fault.
    pub(super) async fn compose(&self, at: Option<&str>) {
        let mut command = self.composer("", at);
        let status = tokio::task::spawn_blocking(move || command.status().unwrap()).await.unwrap();
        assert!(status.success(), "{status}");
    }

    /// A process that sends through a slot of the sink, with a lease of a second; its clock is shifted where asked.
    pub(super) fn sender(&self, sink: &Sink, slot: usize, faults: &str, clock: Option<&str>) -> Command {
        let mut command = self.command(faults);
        command.args(["mail", "send", "--mail-lease", "1", "--smtp", &sink.url(slot)]);
        if let Some(clock) = clock {
            let library = FAKETIME.iter().find(|path| std::path::Path::new(path).exists());
            command
                .env("LD_PRELOAD", library.expect("libfaketime is installed: apt-get install libfaketime"));
            command.env("FAKETIME_TIMESTAMP_FILE", self.dir.path().join("clock"));
            command.env("FAKETIME_DONT_FAKE_MONOTONIC", "1").env("FAKETIME_NO_CACHE", "1");
            self.set_clock(clock);
        }
        command
    }

    /// Sets the clock of processes whose clock is shifted, also of those that run: `+3600` is an hour ahead.
    pub(super) fn set_clock(&self, clock: &str) {
        let file = self.dir.path().join("clock");
        let new = self.dir.path().join("clock.new");
        std::fs::write(&new, format!("{clock}\n")).unwrap();
        std::fs::rename(new, file).unwrap();
    }

    /// Letters and issues that are open.
    pub(super) async fn open(&self) -> usize {
        let query = "SELECT (SELECT count(*) FROM outbox WHERE state NOT IN ('SENT', 'DEAD', 'CANCELLED')) + \
                     (SELECT count(*) FROM digest_issue WHERE state IN ('PLANNED', 'COMPOSED'))";
        self.sql.number(query).await as usize
    }

    /// The letters that are open, as they stand, for somebody who looks for the reason.
    pub(super) async fn what_is_open(&self) -> Vec<String> {
        let query = "SELECT state || ' attempts ' || attempts || ' next ' || next_at || ' lease ' || \
                     COALESCE(lease_until, 0) || ' ' || COALESCE(error, '') FROM outbox \
                     WHERE state NOT IN ('SENT', 'DEAD', 'CANCELLED')";
        self.sql.texts(query).await
    }

    /// Waits until nothing is open, for as long as the world's quiet. Answers what is left and how long it took.
    pub(super) async fn settle(&self) -> (usize, Duration) {
        let begun = Instant::now();
        loop {
            let open = self.open().await;
            if open == 0 || begun.elapsed() > self.quiet {
                return (open, begun.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// What became of all that was promised; `refused` are those whom the relay refuses for good, `left` those who
    /// unsubscribed.
    pub(super) async fn verdict(&self, sink: &Sink, refused: &[String], left: &[String]) -> Verdict {
        let issues =
            "SELECT s.address FROM digest_issue i JOIN digest_subscription s ON s.id = i.subscription_id";
        let those = "WHERE i.state IN ('COMPOSED', 'SENT', 'FAILED')";
        let mut promised: BTreeMap<String, usize> = BTreeMap::new();
        for address in self.sql.texts(&format!("{issues} {those}")).await {
            *promised.entry(address).or_default() += 1;
        }
        let taken = sink.taken();
        let mut messages: BTreeMap<&str, BTreeMap<String, Vec<&Taken>>> = BTreeMap::new();
        for one in &taken {
            messages.entry(&one.to).or_default().entry(message_id(&one.raw)).or_default().push(one);
        }
        let lives = sink.lives.all();
        let is_explained = |earlier: &Taken| {
            // What a dying process wrote last arrives a little after its death.
            let near = |hurt: Instant| {
                hurt.saturating_duration_since(earlier.at) < WINDOW
                    && earlier.at.saturating_duration_since(hurt) < LATE
            };
            earlier.is_cut || lives[earlier.life].hurt_at.is_some_and(near)
        };
        let mut verdict = Verdict { promised: promised.len(), taken: taken.len(), ..Verdict::default() };
        let gone = |address: &String| refused.contains(address) || left.contains(address);
        verdict.lost = promised
            .iter()
            .filter(|(to, issues)| !gone(to) && messages.get(to.as_str()).map_or(0, BTreeMap::len) < **issues)
            .count();
        for (to, ids) in &messages {
            let same = ids.values().all(|them| them.iter().all(|one| one.raw == them[0].raw));
            if !same || ids.len() > promised.get(*to).copied().unwrap_or(0) {
                verdict.different += 1;
            }
            for them in ids.values() {
                for pair in them.windows(2).filter(|pair| !is_explained(pair[0])) {
                    let told = |one: &Taken| {
                        let hurt = lives[one.life].hurt_at;
                        format!("life {} at {:?}, hurt at {hurt:?}", one.life, one.at)
                    };
                    eprintln!("a copy to {to}: {}; {}", told(pair[0]), told(pair[1]));
                }
                verdict.copies += them.len() - 1;
                let earlier = them.split_last().map_or(&[][..], |(_, earlier)| earlier);
                verdict.unexplained += earlier.iter().filter(|one| !is_explained(one)).count();
            }
        }
        verdict.stuck = self.open().await;
        // The first ten signs of a period are its day.
        let day = "substr(period, 1, 10)";
        let twice = format!(
            "SELECT count(*) FROM (SELECT 1 FROM digest_issue GROUP BY subscription_id, {day} HAVING count(*) > 1) twice"
        );
        let none = "SELECT count(*) FROM digest_subscription s WHERE state = 'ACTIVE' AND NOT EXISTS \
                    (SELECT 1 FROM digest_issue i WHERE i.subscription_id = s.id)";
        verdict.periods = (self.sql.number(&twice).await + self.sql.number(none).await) as usize;
        let left: BTreeSet<&str> = left.iter().map(String::as_str).collect();
        verdict.unwanted = taken.iter().filter(|one| left.contains(one.to.as_str())).count();
        verdict
    }
}

/// The id of a message.
pub(super) fn message_id(raw: &str) -> String {
    let lower = raw.split("\r\n\r\n").next().unwrap_or_default();
    let line = lower.lines().find_map(|line| line.strip_prefix("Message-ID: "));
    line.unwrap_or_default().trim().to_owned()
}
