//! Runs mandates of the product, times them and compares their lists with the scan of the product.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use matcher::{
    Catalog, Policy,
    catalog::DigitalMode,
    engine::{Engine, Scratch, Snapshot},
    rank::{
        CityFilter, CityQuery, List, OpportunityFilter, RankBy, RankKey, all_partners,
        mutual::{Mutual, Question},
        opportunities, partner_cities,
    },
};
use serde_json::json;

use crate::{
    measure::{Failure, K, cpu},
    options::Options,
    production::{
        Broken,
        catalog::{self, catalog, correlation},
        cities::cities,
        mandate::{Asked, Width, mandates},
    },
};

/// Projects on which the share that passes is tried.
const SAMPLE: usize = 3_000;
/// Mandates of each kind.
const MANDATES: usize = 1_000;
/// Mandates of each kind from which the layout is learned.
const LESSON: usize = 160;
/// Mandates of a batch, in the shares of W's: one in five is tight, three are medium and one is loose.
const BATCH: [(Width, usize); 3] = [(Width::Tight, 2_000), (Width::Medium, 6_000), (Width::Loose, 2_000)];
/// Lists of each kind that are compared where nothing is said of it.
const COMPARED: usize = 200;

/// What one thread did.
struct Done {
    lists: Vec<Vec<RankKey>>,
    times: Vec<Duration>,
    cpu: Duration,
    effort: [u64; 3],
}

/// Measures and answers the lines to print.
pub(crate) fn run(options: &Options) -> Result<String, Failure> {
    if options.kinds == ["cities"] {
        return all_cities(options);
    }
    let catalog = catalog(options.n, options.missing)?;
    let sample = catalog::catalog(SAMPLE, options.missing)?;
    let (least, mean) = correlation(&catalog);
    let mut lesson = Vec::new();
    for width in Width::ALL {
        lesson.extend(mandates(&sample, width, 1, LESSON)?);
    }
    let filter = OpportunityFilter::default();
    let questions =
        lesson.iter().map(|asked| question(&catalog, asked, &filter)).collect::<Result<Vec<_>, _>>()?;
    let begun = Instant::now();
    let engine = Engine::<Mutual>::new(Mutual::rows(&catalog), questions, K).on(options.set);
    let built = begun.elapsed();
    let snapshot = engine.snapshot();
    let mut lines = Vec::new();
    for kind in &options.kinds {
        let asked = if *kind == "batch" {
            let mut all = Vec::new();
            for (width, count) in BATCH {
                all.extend(mandates(&sample, width, 3, count)?);
            }
            all
        } else {
            let width = Width::ALL.into_iter().find(|width| width.name() == *kind);
            mandates(&sample, width.ok_or(Broken::of("kind"))?, 2, MANDATES)?
        };
        let mut line = measured(options, kind, &asked, &catalog, &snapshot)?;
        let about = json!({"missing": options.missing, "correlation_least": rounded(least),
            "correlation_mean": rounded(mean), "build_s": rounded(built.as_secs_f64()),
            "bytes_per_project": snapshot.bytes() / options.n.max(1)});
        if let (Some(line), serde_json::Value::Object(about)) = (line.as_object_mut(), about) {
            line.extend(about);
        }
        lines.push(line.to_string());
    }
    Ok(lines.join("\n"))
}

fn rounded(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

fn question(catalog: &Catalog, asked: &Asked, filter: &OpportunityFilter) -> Result<Question, Broken> {
    Question::new(catalog, &asked.query(filter, K)).ok_or(Broken::of("question"))
}

/// One line for the mandates of one kind.
fn measured(
    options: &Options,
    kind: &str,
    asked: &[Asked],
    catalog: &Catalog,
    snapshot: &Snapshot<Mutual>,
) -> Result<serde_json::Value, Failure> {
    let size = asked.len().div_ceil(options.threads).max(1);
    let done = std::thread::scope(|scope| {
        let running: Vec<_> = asked
            .chunks(size)
            .map(|part| scope.spawn(move || work(options, catalog, snapshot, part)))
            .collect();
        running
            .into_iter()
            .map(|thread| Ok(thread.join().map_err(|_| Failure::Thread)??))
            .collect::<Result<Vec<_>, Failure>>()
    })?;
    let lists: Vec<Vec<RankKey>> = done.iter().flat_map(|done| done.lists.clone()).collect();
    let cpu: f64 = done.iter().map(|done| done.cpu.as_secs_f64()).sum();
    let mut times: Vec<Duration> = done.iter().flat_map(|done| done.times.clone()).collect();
    times.sort_unstable();
    let most = options.compare.unwrap_or(COMPARED);
    let Compared { lists: compared, mismatch, pass } = compare(catalog, asked, &lists, most);
    if let Some(path) = &options.top {
        write(path, &lists).map_err(|cause| Failure::Write { path: path.clone(), cause })?;
    }
    let percentile = |share: usize| {
        let place = (times.len() * share / 100).min(times.len() - 1);
        rounded(times[place].as_secs_f64() * 1e6)
    };
    let mean = |of: usize| done.iter().map(|done| done.effort[of]).sum::<u64>() / asked.len() as u64;
    let tied: usize = lists.iter().map(|list| ties(list)).sum();
    let mut line = json!({"engine": "caravanserai", "score": "production", "n": options.n, "kind": kind,
        "mismatch": mismatch, "compared": compared, "pass_share": rounded(pass), "ties": tied,
        "queries": asked.len(), "threads": options.threads, "repeat": options.repeat, "instructions": options.set.name(),
        "supers_mean": mean(0), "blocks_mean": mean(1), "exact_mean": mean(2)});
    let speed = if kind == "batch" {
        let pairs = asked.len() as f64 * options.n as f64;
        json!({"cpu_s": rounded(cpu), "pairs_per_s": (pairs / cpu).round()})
    } else {
        json!({"p50_us": percentile(50), "p99_us": percentile(99),
            "cpu_us_mean": rounded(cpu * 1e6 / asked.len() as f64)})
    };
    if let (Some(line), serde_json::Value::Object(speed)) = (line.as_object_mut(), speed) {
        line.extend(speed);
    }
    Ok(line)
}

/// Answers mandates one after the other; a mandate's time runs from its row in the catalog to its list.
fn work(
    options: &Options,
    catalog: &Catalog,
    snapshot: &Snapshot<Mutual>,
    asked: &[Asked],
) -> Result<Done, Broken> {
    let mut scratch = Scratch::default();
    let filter = OpportunityFilter::default();
    let mut done = Done {
        lists: Vec::with_capacity(asked.len()),
        times: Vec::with_capacity(asked.len()),
        cpu: Duration::ZERO,
        effort: [0; 3],
    };
    for asked in asked.iter().take(50) {
        std::hint::black_box(snapshot.search(&question(catalog, asked, &filter)?, K, &mut scratch));
    }
    let before = cpu();
    for asked in asked {
        let mut least = Duration::MAX;
        let mut found = None;
        for _ in 0..options.repeat {
            let begun = Instant::now();
            let question = question(catalog, asked, &filter)?;
            found = Some(snapshot.search(&question, K, &mut scratch));
            least = least.min(begun.elapsed());
        }
        let Some((list, effort)) = found else { continue };
        done.times.push(least);
        done.lists.push(list);
        let of = [effort.supers, effort.blocks, effort.exact];
        for (sum, of) in done.effort.iter_mut().zip(of) {
            *sum += u64::from(of);
        }
    }
    let wall = done.times.iter().sum();
    let spent = before.zip(cpu()).map(|(before, after)| after.saturating_sub(before));
    done.cpu = spent.map_or(wall, |spent| spent / u32::try_from(options.repeat).unwrap_or(1));
    Ok(done)
}

/// What a comparison with the scan says.
struct Compared {
    lists: usize,
    mismatch: usize,
    /// Mean share of the catalog that the gates let through.
    pass: f64,
}

/// Compares lists, at most so many, with those of the scan: ids, scores, coverage and day of confirmation.
fn compare(catalog: &Catalog, asked: &[Asked], lists: &[Vec<RankKey>], most: usize) -> Compared {
    let filter = OpportunityFilter::default();
    let step = asked.len().div_ceil(most.max(1)).max(1);
    let mut compared = Compared { lists: 0, mismatch: 0, pass: 0.0 };
    for (asked, list) in asked.iter().zip(lists).step_by(step) {
        let page = opportunities(catalog, &asked.query(&filter, K));
        let same = page.items.iter().map(|row| row.key).eq(list.iter().copied());
        compared.lists += 1;
        compared.mismatch += usize::from(!same);
        let all = catalog.projects().rows().len().max(1);
        compared.pass += 1.0 - page.excluded_total as f64 / all as f64;
    }
    compared.pass /= compared.lists.max(1) as f64;
    compared
}

/// Neighbours in a list whose scores are the same.
fn ties(list: &[RankKey]) -> usize {
    list.windows(2).filter(|two| two[0].primary == two[1].primary).count()
}

fn write(path: &PathBuf, lists: &[Vec<RankKey>]) -> std::io::Result<()> {
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    for (query, list) in lists.iter().enumerate() {
        for key in list {
            let std::cmp::Reverse(id) = key.id;
            // Ids are those of the generator, in whose lower half the project's number is.
            writeln!(file, "{query} {} {:?}", id as u64, f64::from(key.primary) / 1e6)?;
        }
    }
    file.flush()
}

/// Finds the best partners of every city, times it and compares some lists with those of the scan.
fn all_cities(options: &Options) -> Result<String, Failure> {
    let catalog = cities(options.n)?;
    let policy = Policy::current();
    let begun = Instant::now();
    let before = process_cpu();
    let lists = all_partners(&catalog, &policy, K, options.threads);
    let wall = begun.elapsed();
    let spent = before.zip(process_cpu()).map_or(wall, |(before, after)| after.saturating_sub(before));
    let step = lists.len().div_ceil(options.compare.unwrap_or(COMPARED)).max(1);
    let (mut compared, mut mismatch, mut open) = (0, 0, 0.0);
    for (city, list) in lists.iter().step_by(step) {
        let Some(viewer) = catalog.cities().get(*city) else { continue };
        let query = CityQuery {
            viewer,
            policy: &policy,
            partner_policy: &policy,
            filter: &CityFilter::default(),
            by: RankBy::Mutual,
            list: List::Ranked,
            mode: DigitalMode::Peer,
            programme: None,
            busy: &[],
            first: K,
            after: None,
        };
        let page = partner_cities(&catalog, &query);
        compared += 1;
        mismatch += usize::from(!page.items.iter().map(|row| row.key).eq(list.iter().copied()));
        open += 1.0 - page.excluded_total as f64 / lists.len().max(1) as f64;
    }
    if let Some(path) = &options.top {
        let lists: Vec<Vec<RankKey>> = lists.iter().map(|(_, list)| list.clone()).collect();
        write(path, &lists).map_err(|cause| Failure::Write { path: path.clone(), cause })?;
    }
    let pairs = options.n as f64 * (options.n as f64 - 1.0);
    let line = json!({"engine": "caravanserai", "score": "production", "n": options.n, "kind": "cities",
        "cpu_s": rounded(spent.as_secs_f64()), "wall_s": rounded(wall.as_secs_f64()),
        "pairs_per_s": (pairs / spent.as_secs_f64()).round(), "mismatch": mismatch, "compared": compared,
        "pass_share": rounded(open / f64::from(compared.max(1))), "threads": options.threads,
        "listed_mean": lists.iter().map(|(_, list)| list.len()).sum::<usize>() / lists.len().max(1)});
    Ok(line.to_string())
}

/// Time that all threads of this process have run, where the system tells.
fn process_cpu() -> Option<Duration> {
    let told = fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = told.rsplit_once(')')?;
    let mut fields = fields.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    // A tick is a hundredth of a second.
    Some(Duration::from_millis(ticks * 10))
}
