//! Tries random questions on random catalogs of workload W, on every instruction set that the machine has, against the
//! plain scan: `exactness [CASES] [SEED]`, a million cases by default. A case is one question on one instruction set.
//!
//! Catalogs are independent, correlated or full of ties; layouts are learned from nothing, from the same mandates or from
//! others; some catalogs were changed after they were laid out. Prints one line of JSON and fails on any mismatch.
#![expect(clippy::arithmetic_side_effects, reason = "a measuring program that counts in plain numbers")]
#![expect(clippy::print_stdout, reason = "prints what it tried")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a trial fails by panic")]

#[path = "workload/mandate.rs"]
mod mandate;
#[path = "workload/row.rs"]
mod row;
#[path = "workload/score.rs"]
mod score;
#[path = "../tests/engine/world.rs"]
mod world;

use std::process::ExitCode;

use mandate::Mandate;
use matcher::engine::{Engine, InstructionSet, Scratch};
use row::Row;
use score::Workload;
use world::{Data, catalog, facts, mandate, rng};

/// Questions to a catalog.
const QUESTIONS: u32 = 120;

/// What was tried.
#[derive(Debug, Default)]
struct Tally {
    cases: u64,
    mismatch: u64,
    empty: u64,
    whole: u64,
    ties: u64,
    catalogs: u64,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>());
    let (cases, seed) = (arguments.next().unwrap_or(Ok(1_000_000)), arguments.next().unwrap_or(Ok(1)));
    let (Ok(cases), Ok(seed)) = (cases, seed) else {
        eprintln!("usage: exactness [CASES] [SEED]");
        return ExitCode::FAILURE;
    };
    let mut tally = Tally::default();
    while tally.cases < cases {
        try_catalog(seed.wrapping_mul(1 << 32) + tally.catalogs, &mut tally);
        tally.catalogs += 1;
    }
    let sets: Vec<&str> = InstructionSet::all().iter().map(|set| set.name()).collect();
    let Tally { cases, mismatch, empty, whole, ties, catalogs } = tally;
    let line = serde_json::json!({"cases": cases, "mismatch": mismatch, "catalogs": catalogs, "instructions": sets,
        "empty_lists": empty, "questions_that_all_pass": whole, "neighbours_tied": ties, "seed": seed});
    println!("{line}");
    if mismatch == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn try_catalog(seed: u64, tally: &mut Tally) {
    let mut random = rng(seed);
    let data = [Data::Independent, Data::Correlated, Data::Ties][random.below(3) as usize];
    let n = random.below(1_500) as u32;
    let rows = catalog(&mut random, data, n as usize);
    let queries: Vec<Mandate> = (0..QUESTIONS).map(|n| mandate(&mut random, n)).collect();
    let lesson = match random.below(3) {
        0 => Vec::new(),
        1 => queries.iter().take(16).cloned().collect(),
        _ => (0..16).map(|n| mandate(&mut random, n)).collect(),
    };
    let engine = Engine::<Workload>::new(rows, lesson, 20);
    for _ in 0..[0, 20, 300][random.below(3) as usize] {
        let id = random.below(u64::from(n) + 50) as u32;
        if random.below(3) == 0 {
            engine.remove(id);
        } else {
            engine.put(Row::new(facts(&mut random, data, id)).unwrap());
        }
    }
    let snapshot = engine.snapshot();
    let mut scratch = Scratch::default();
    for query in &queries {
        let k = [1, 7, 20, 50][random.below(4) as usize];
        let expected = snapshot.plain(query, k);
        for set in InstructionSet::all() {
            let (found, _) = snapshot.search_on(*set, query, k, &mut scratch);
            tally.cases += 1;
            tally.mismatch += u64::from(found != expected);
        }
        tally.empty += u64::from(expected.is_empty());
        tally.whole += u64::from(n > 0 && snapshot.rows().all(|row| query.admits(row)));
        tally.ties += expected.windows(2).filter(|two| two[0].score() <= two[1].score()).count() as u64;
        if let Some(last) = expected.last() {
            // Whoever is last is one of the catalog.
            assert!(snapshot.rows().any(|row| row.id == last.id()));
        }
    }
}
