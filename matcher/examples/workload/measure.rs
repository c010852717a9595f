//! Runs the mandates, times them and compares their lists with the plain scan.

use std::{
    fs,
    io::Write,
    num::NonZero,
    path::PathBuf,
    time::{Duration, Instant},
};

use matcher::engine::{Engine, Scratch, Snapshot};
use serde_json::json;

use super::{
    files::{self, FileError},
    mandate::{Mandate, Terms},
    options::Options,
    production::Broken,
    row::Refused,
    score::{Key, Workload},
};

/// Length of a list.
pub(crate) const K: usize = 20;

/// One in so many mandates of the batch is a lesson for the layout.
const LESSON: usize = 16;

/// Mandates of a batch whose lists are compared with the plain scan; all of them would take an hour.
const COMPARED: usize = 200;

/// Two scores nearer than this are a tie.
const TIE: f64 = 1e-9;

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// Arguments that are not understood.
    #[error("usage: {0}")]
    Usage(&'static str),
    /// Facts that the product refuses.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// Files that cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Numbers that cannot enter.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The lists cannot be written.
    #[error("the lists cannot be written to {}: {cause}", path.display())]
    Write {
        /// Where to.
        path: PathBuf,
        /// Why.
        #[source]
        cause: std::io::Error,
    },
    /// A thread stopped.
    #[error("a thread stopped before its work was done")]
    Thread,
}

/// What one thread did.
struct Done {
    lists: Vec<Vec<Key>>,
    times: Vec<Duration>,
    cpu: Duration,
    blocks: u64,
}

/// Measures and answers the lines to print.
pub(crate) fn run(options: &Options) -> Result<String, Failure> {
    let batch = files::records(&options.dir.join("q_batch.bin"))?;
    let prepared = |terms: &Terms| {
        if options.drifted { Mandate::new(0, &turned(terms)) } else { Mandate::new(0, terms) }
    };
    let lesson = batch.iter().step_by(LESSON).map(prepared).collect::<Result<Vec<_>, _>>()?;
    let rows = files::projects(&options.dir.join(format!("p{}", options.n)))?;
    let begun = Instant::now();
    let engine = Engine::<Workload>::new(rows, lesson.clone(), K).on(options.set);
    let built = begun.elapsed();
    let snapshot = engine.snapshot();
    let mut scratch = Scratch::default();
    for query in lesson.iter().take(64) {
        std::hint::black_box(snapshot.search(query, K, &mut scratch));
    }
    let mut lines = Vec::new();
    for kind in &options.kinds {
        let is_batch = *kind == "batch";
        let mandates = if is_batch { batch.clone() } else { files::mandates(&options.dir, kind)? };
        lines.push(measured(options, kind, &mandates, &snapshot, built)?);
    }
    Ok(lines.join("\n"))
}

/// One line for the mandates of one kind.
fn measured(
    options: &Options,
    kind: &str,
    mandates: &[Terms],
    snapshot: &Snapshot<Workload>,
    built: Duration,
) -> Result<String, Failure> {
    let is_batch = kind == "batch";
    let size = mandates.len().div_ceil(options.threads).max(1);
    let done = std::thread::scope(|scope| {
        let running: Vec<_> =
            mandates.chunks(size).map(|part| scope.spawn(move || work(snapshot, part))).collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| Failure::Thread)?)
            .collect::<Result<Vec<_>, Failure>>()
    })?;
    let lists: Vec<Vec<Key>> = done.iter().flat_map(|done| done.lists.clone()).collect();
    let cpu: f64 = done.iter().map(|done| done.cpu.as_secs_f64()).sum();
    let mut times: Vec<Duration> = done.iter().flat_map(|done| done.times.clone()).collect();
    times.sort_unstable();
    let (mismatch, compared) = compare(
        snapshot,
        mandates,
        &lists,
        options.compare.unwrap_or(if is_batch { COMPARED } else { usize::MAX }),
    )?;
    let tied: usize = lists.iter().map(|list| ties(list)).sum();
    if let Some(path) = &options.top {
        write(path, &lists).map_err(|cause| Failure::Write { path: path.clone(), cause })?;
    }
    let rounded = |x: f64| (x * 1000.0).round() / 1000.0;
    let percentile = |share: usize| {
        times
            .get((times.len() * share / 100).min(times.len() - 1))
            .map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    let mut line = json!({"engine": "caravanserai", "n": options.n, "kind": kind});
    let speed = if is_batch {
        let pairs = mandates.len() as f64 * options.n as f64;
        json!({"cpu_s": rounded(cpu), "pairs_per_s": (pairs / cpu).round()})
    } else {
        json!({"p50_us": rounded(percentile(50)), "p99_us": rounded(percentile(99)),
            "cpu_us_mean": rounded(cpu * 1e6 / mandates.len() as f64)})
    };
    let about = json!({"mismatch": mismatch, "compared": compared, "ties": tied, "queries": mandates.len(),
        "threads": options.threads, "drifted": options.drifted, "instructions": options.set.name(),
        "blocks_mean": done.iter().map(|done| done.blocks).sum::<u64>() / mandates.len() as u64,
        "bytes_per_project": snapshot.bytes() / options.n.max(1), "build_s": rounded(built.as_secs_f64())});
    for part in [speed, about] {
        if let (Some(line), serde_json::Value::Object(part)) = (line.as_object_mut(), part) {
            line.extend(part);
        }
    }
    Ok(line.to_string())
}

/// A mandate with other sectors and countries, and with its weights in reverse.
fn turned(terms: &Terms) -> Terms {
    let mut turned = terms.clone();
    turned.sectors.rotate_right(16);
    turned.countries.rotate_right(100);
    turned.weights.reverse();
    turned
}

fn work(snapshot: &Snapshot<Workload>, mandates: &[Terms]) -> Result<Done, Failure> {
    let mut scratch = Scratch::default();
    let mut done = Done {
        lists: Vec::with_capacity(mandates.len()),
        times: Vec::with_capacity(mandates.len()),
        cpu: Duration::ZERO,
        blocks: 0,
    };
    let before = cpu();
    for (id, terms) in mandates.iter().enumerate() {
        let begun = Instant::now();
        let mandate = Mandate::new(id as u32, terms)?;
        let (list, effort) = snapshot.search(&mandate, K, &mut scratch);
        done.times.push(begun.elapsed());
        done.lists.push(list);
        done.blocks += u64::from(effort.blocks);
    }
    let wall = done.times.iter().sum();
    done.cpu = before.zip(cpu()).map_or(wall, |(before, after)| after.saturating_sub(before));
    Ok(done)
}

/// Time that this thread has run, where the system tells; time on the clock includes that of other programs.
pub(crate) fn cpu() -> Option<Duration> {
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    told.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// Lists that are not those of the plain scan, and how many were compared, at most so many.
fn compare(
    snapshot: &Snapshot<Workload>,
    mandates: &[Terms],
    lists: &[Vec<Key>],
    most: usize,
) -> Result<(usize, usize), Failure> {
    let step = mandates.len().div_ceil(most.max(1)).max(1);
    let pairs: Vec<(&Terms, &Vec<Key>)> = mandates.iter().zip(lists).step_by(step).collect();
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let differs = |(terms, list): &(&Terms, &Vec<Key>)| -> Result<usize, Failure> {
        Ok(usize::from(snapshot.plain(&Mandate::new(0, terms)?, K) != **list))
    };
    let bad = std::thread::scope(|scope| {
        let running: Vec<_> = pairs
            .chunks(pairs.len().div_ceil(threads).max(1))
            .map(|part| scope.spawn(move || part.iter().map(differs).sum::<Result<usize, Failure>>()))
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| Failure::Thread)?)
            .sum::<Result<usize, Failure>>()
    })?;
    Ok((bad, pairs.len()))
}

/// Neighbours in a list whose scores are a tie.
fn ties(list: &[Key]) -> usize {
    list.windows(2).filter(|two| two[0].score() - two[1].score() < TIE).count()
}

fn write(path: &PathBuf, lists: &[Vec<Key>]) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    for (query, list) in lists.iter().enumerate() {
        for key in list {
            writeln!(file, "{query} {} {:?}", key.id(), key.score())?;
        }
    }
    file.flush()
}
