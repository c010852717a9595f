//! How soon a change is visible to searches: an item put, changed or removed in a catalog of a million random projects
//! of workload W. A call returns when the new state is published, so that its duration is that time.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panic")]
#![expect(clippy::arithmetic_side_effects, reason = "a benchmark counts in plain numbers")]

#[path = "../examples/workload/mandate.rs"]
mod mandate;
#[path = "../examples/workload/row.rs"]
mod row;
#[expect(dead_code, reason = "shared with the example, which reads more of it")]
#[path = "../examples/workload/score.rs"]
mod score;
#[expect(dead_code, reason = "shared with the tests, which read more of it")]
#[path = "../tests/engine/world.rs"]
mod world;

use std::time::{Duration, Instant};

use matcher::engine::{Engine, Scratch};
use row::{Facts, Row};
use score::Workload;
use world::{Data, catalog, facts, mandate, rng};

const ITEMS: usize = 1_000_000;
const CHANGES: usize = 20_000;

fn main() {
    let mut random = rng(1);
    let rows = catalog(&mut random, Data::Independent, ITEMS);
    let engine = Engine::<Workload>::new(rows, Vec::new(), 20);
    let all = ITEMS as u64;
    let mut times = [const { Vec::new() }; 3];
    for n in 0..CHANGES {
        // A change of one item where it lies.
        let id = random.below(all) as u32;
        if let Some(old) = engine.get(id) {
            let ret = if old.ret > 0.2 { -0.05 } else { 0.45 };
            let new = Row::new(Facts { ret, ..(*old).clone() }).unwrap();
            times[0].push(timed(|| engine.put(new)));
        }
        let new = Row::new(facts(&mut random, Data::Independent, (ITEMS + n) as u32)).unwrap();
        times[1].push(timed(|| engine.put(new)));
        let id = random.below(all) as u32;
        times[2].push(timed(|| {
            engine.remove(id);
        }));
    }
    for (what, times) in ["change in place", "insert", "remove"].into_iter().zip(&mut times) {
        times.sort_unstable();
        let at = |share: usize| times[(times.len() - 1) * share / 1000].as_nanos();
        println!("{what}: p50 {} ns, p90 {} ns, p99 {} ns", at(500), at(900), at(990));
    }
    let query = mandate(&mut random, 5);
    let snapshot = engine.snapshot();
    let found = snapshot.search(&query, 20, &mut Scratch::default()).0;
    assert_eq!(found, snapshot.plain(&query, 20));
    println!("{} items; a search after the changes equals the plain scan", engine.len());
}

fn timed(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}
