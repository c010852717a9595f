//! Tries random questions on random catalogs of workload W, on every instruction set that the machine has, against the
//! plain scan: `exactness [CASES] [SEED] [production]`, a million cases by default. A case is one question on one
//! instruction set. With `production` it is the score of both sides on made-up catalogs of the product, against the scan of
//! the product.
//!
//! Catalogs are independent, correlated or full of ties; layouts are learned from nothing, from the same mandates or from
//! others; some catalogs were changed after they were laid out. Prints one line of JSON and fails on any mismatch.
#![expect(clippy::arithmetic_side_effects, reason = "a measuring program that counts in plain numbers")]
#![expect(clippy::print_stdout, reason = "prints what it tried")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a trial fails by panic")]

#[path = "workload/mandate.rs"]
mod mandate;
#[path = "workload/production/mod.rs"]
#[expect(dead_code, reason = "shared with the workload")]
mod production;
#[path = "workload/row.rs"]
mod row;
#[path = "workload/score.rs"]
mod score;
#[path = "../tests/engine/world.rs"]
mod world;

use std::process::ExitCode;

use mandate::Mandate;
use matcher::{
    engine::{Engine, InstructionSet, Scratch},
    policy::Fusion,
    rank::{
        OpportunityFilter, RankKey, Reader,
        mutual::{Mutual, Question},
        opportunities,
    },
};
use production::{
    catalog::catalog_from,
    mandate::{Asked, Width, mandates},
};
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
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let of_production = words.last().is_some_and(|word| word == "production");
    if of_production {
        words.pop();
    }
    let mut arguments = words.iter().map(|argument| argument.parse::<u64>());
    let (cases, seed) = (arguments.next().unwrap_or(Ok(1_000_000)), arguments.next().unwrap_or(Ok(1)));
    let (Ok(cases), Ok(seed)) = (cases, seed) else {
        eprintln!("usage: exactness [CASES] [SEED] [production]");
        return ExitCode::FAILURE;
    };
    let mut tally = Tally::default();
    while tally.cases < cases {
        let seed = seed.wrapping_mul(1 << 32) + tally.catalogs;
        if of_production {
            try_production(seed, &mut tally);
        } else {
            try_catalog(seed, &mut tally);
        }
        tally.catalogs += 1;
    }
    let sets: Vec<&str> = InstructionSet::all().iter().map(|set| set.name()).collect();
    let Tally { cases, mismatch, empty, whole, ties, catalogs } = tally;
    let line = serde_json::json!({"cases": cases, "mismatch": mismatch, "catalogs": catalogs, "instructions": sets,
        "empty_lists": empty, "questions_that_all_pass": whole, "neighbours_tied": ties, "seed": seed});
    println!("{line}");
    if mismatch == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Catalogs of up to some hundred projects of which up to 90 % of the facts are missing; mandates of every width, one in
/// three with weights of its own, under every fusion, with a least score, for every reader, on later pages.
fn try_production(seed: u64, tally: &mut Tally) {
    let mut random = rng(seed);
    let n = random.below(900) as usize;
    let catalog = catalog_from(seed as usize, n, random.below(91) as u32).unwrap();
    let mut asked = Vec::new();
    for width in Width::ALL {
        asked.extend(mandates(&catalog, width, seed, QUESTIONS as usize / 4).unwrap());
    }
    for asked in &mut asked {
        asked.policy.fusion =
            [Fusion::Harmonic, Fusion::Harmonic, Fusion::Min, Fusion::Arithmetic][random.below(4) as usize];
    }
    let whole = OpportunityFilter::default();
    let question = |asked: &Asked| Question::new(&catalog, &asked.query(&whole, 20)).unwrap();
    let lesson = asked.iter().step_by(7).take(random.below(17) as usize).map(question).collect();
    let engine = Engine::<Mutual>::new(Mutual::rows(&catalog), lesson, 20);
    let snapshot = engine.snapshot();
    let mut scratch = Scratch::default();
    for asked in &asked {
        let filter = OpportunityFilter {
            min_score: (random.below(4) == 0).then(|| random.below(90_000_000) as u32),
            reader: [Reader::Inside, Reader::Public, Reader::Registered][random.below(3) as usize],
            only_told: random.below(2) == 0,
            ..OpportunityFilter::default()
        };
        let k = [1, 7, 20, 50][random.below(4) as usize];
        let mut query = asked.query(&filter, k);
        for _ in 0..2 {
            let page = opportunities(&catalog, &query);
            let expected: Vec<RankKey> = page.items.iter().map(|row| row.key).collect();
            let question = Question::new(&catalog, &query).unwrap();
            for set in InstructionSet::all() {
                let (found, _) = snapshot.search_on(*set, &question, k, &mut scratch);
                tally.cases += 1;
                tally.mismatch += u64::from(found != expected);
            }
            tally.empty += u64::from(expected.is_empty());
            tally.whole += u64::from(n > 0 && page.excluded_total == 0);
            tally.ties += expected.windows(2).filter(|two| two[0].primary == two[1].primary).count() as u64;
            query.after = expected.last().copied();
        }
    }
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
