//! The engine finds what a plain scan finds: on workload W, on every instruction set that the machine has, whatever the
//! layout was learned from, and while items come, change and go.
//!
//! `ENGINE_CASES` sets the number of random catalogs of each property; each answers some dozens of questions on every
//! instruction set.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

#[path = "../examples/workload/mandate.rs"]
mod mandate;
#[path = "../examples/workload/row.rs"]
mod row;
#[expect(dead_code, reason = "shared with the example, which reads more of it")]
#[path = "../examples/workload/score.rs"]
mod score;

#[path = "engine/world.rs"]
mod world;

use std::sync::atomic::{AtomicBool, Ordering};

use mandate::Mandate;
use matcher::engine::{
    Engine, InstructionSet, Job, Kind, LANES, Lanes, Lists, Portable, Scratch, Simd, Snapshot,
};
use proptest::prelude::*;
use row::Row;
use score::{Key, Workload};
use world::{Data, catalog, facts, mandate, rng, terms};

/// Questions to each random catalog.
const QUESTIONS: u32 = 24;

fn cases() -> ProptestConfig {
    let cases = std::env::var("ENGINE_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(10);
    ProptestConfig { cases, ..ProptestConfig::default() }
}

/// A search on every instruction set equals the plain scan; answers how many items were found.
fn check(snapshot: &Snapshot<Workload>, query: &Mandate, k: usize) -> usize {
    let expected = snapshot.plain(query, k);
    let mut scratch = Scratch::default();
    for set in InstructionSet::all() {
        let (found, _) = snapshot.search_on(*set, query, k, &mut scratch);
        assert_eq!(found, expected, "{}", set.name());
    }
    expected.len()
}

/// Bounds and scores of a block, as they come from an instruction set.
struct Upper<'a>(&'a Mandate, &'a row::Bounds, &'a row::Block);

impl Job for Upper<'_> {
    type Output = [[u32; LANES]; 2];

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let bounds = simd.lanes(Workload::bound(simd, self.0, self.1));
        let scores = simd.lanes(Workload::score(simd, self.0, self.1, self.2));
        [bounds, scores].map(|lanes| lanes.map(f32::to_bits))
    }
}

proptest! {
    #![proptest_config(cases())]

    /// What decides which blocks are read is the same on every instruction set too, bit by bit.
    #[test]
    fn every_instruction_set_gives_the_same_bits(seed in any::<u64>()) {
        let mut random = rng(seed);
        let queries: Vec<Mandate> = (0..QUESTIONS).map(|n| mandate(&mut random, n)).collect();
        let (mut block, mut bounds) = (row::Block::default(), row::Bounds::default());
        for lane in 0..LANES {
            let rows = {
                let n = random.below(5) as usize;
                catalog(&mut random, Data::Independent, n)
            };
            block.set(lane, rows.first());
            bounds.cover(lane, rows.iter());
        }
        for query in &queries {
            let portable = InstructionSet::PORTABLE.run(Upper(query, &bounds, &block));
            for set in InstructionSet::all() {
                prop_assert_eq!(set.run(Upper(query, &bounds, &block)), portable, "{}", set.name());
            }
        }
    }

    /// Independent and correlated columns, few values with many ties, skewed mandates, gates that let nothing or
    /// everything through; layouts learned from none, from these and from other mandates.
    #[test]
    fn a_search_is_the_plain_scan(
        seed in any::<u64>(), n in 0_usize..3_000,
        data in prop::sample::select(vec![Data::Independent, Data::Correlated, Data::Ties]),
        learnt in 0_usize..3, k in prop::sample::select(vec![0_usize, 1, 7, 20, 50]),
    ) {
        let mut random = rng(seed);
        let rows = catalog(&mut random, data, n);
        let queries: Vec<Mandate> = (0..QUESTIONS).map(|n| mandate(&mut random, n)).collect();
        let lesson = match learnt {
            0 => Vec::new(),
            1 => queries.clone(),
            _ => (0..12).map(|n| mandate(&mut random, n)).collect(),
        };
        let engine = Engine::<Workload>::new(rows, lesson, 20);
        let snapshot = engine.snapshot();
        for query in &queries {
            check(&snapshot, query, k);
        }
    }

    /// Puts, changes, moves between countries and removals, with repairs and lessons between them.
    #[test]
    fn a_changed_catalog_is_searched_as_it_is(seed in any::<u64>(), n in 0_usize..1_500) {
        let mut random = rng(seed);
        let rows = catalog(&mut random, Data::Correlated, n);
        let queries: Vec<Mandate> = (0..6).map(|n| mandate(&mut random, n)).collect();
        let engine = Engine::<Workload>::new(rows.clone(), queries.clone(), 20);
        let mut truth: std::collections::BTreeMap<u32, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
        let held = engine.snapshot();
        let before: Vec<Vec<Key>> = queries.iter().map(|query| held.plain(query, 20)).collect();
        for step in 0..400_u32 {
            let id = random.below(u64::from(u32::try_from(n).unwrap()) + 200) as u32;
            if random.below(4) == 0 {
                let old = truth.remove(&id);
                prop_assert_eq!(engine.remove(id), old);
            } else {
                let row = Row::new(facts(&mut random, Data::Correlated, id)).unwrap();
                truth.insert(id, row.clone());
                engine.put(row.clone());
                prop_assert_eq!(engine.get(id), Some(row));
            }
            if step % 150 == 149 {
                engine.repair();
            }
            if step == 299 {
                engine.learn(queries.clone());
            }
        }
        let snapshot = engine.snapshot();
        prop_assert_eq!(snapshot.len(), truth.len());
        let mut rows: Vec<Row> = snapshot.rows().cloned().collect();
        rows.sort_by_key(|row| row.id);
        prop_assert_eq!(rows, truth.into_values().collect::<Vec<_>>());
        for (query, before) in queries.iter().zip(before) {
            check(&snapshot, query, 20);
            // A snapshot that is held is of one state for ever.
            prop_assert_eq!(held.search(query, 20, &mut Scratch::default()).0, before);
        }
    }

    /// Lists that follow changes are those of a new search, whatever leaves, enters and moves within them.
    #[test]
    fn lists_that_follow_changes_are_searched_anew(seed in any::<u64>(), n in 0_u32..600, k in 1_usize..30) {
        let mut random = rng(seed);
        let rows = catalog(&mut random, Data::Correlated, n as usize);
        let queries: Vec<Mandate> = (0..20).map(|n| mandate(&mut random, n)).collect();
        let engine = Engine::<Workload>::new(rows, queries.clone(), 20);
        let mut lists = Lists::new(&engine.snapshot(), queries.clone(), k, 2);
        for _ in 0..6 {
            let mut changed = std::collections::BTreeMap::new();
            for _ in 0..random.below(80) {
                let id = random.below(u64::from(n) + 50) as u32;
                let row = (random.below(3) > 0)
                    .then(|| Row::new(facts(&mut random, Data::Correlated, id)).unwrap());
                match row.clone() {
                    Some(row) => engine.put(row),
                    None => drop(engine.remove(id)),
                }
                changed.insert(id, row);
            }
            let snapshot = engine.snapshot();
            let old: Vec<Vec<Key>> = (0..20).map(|n| lists.list(n).unwrap().to_vec()).collect();
            let touched = lists.apply(&snapshot, &changed.into_iter().collect::<Vec<_>>());
            let mut moved = 0;
            for (n, query) in queries.iter().enumerate() {
                prop_assert_eq!(lists.list(n).unwrap(), snapshot.plain(query, k));
                moved += u64::from(lists.list(n).unwrap() != old[n]);
            }
            prop_assert_eq!(touched.moved, moved);
        }
    }

    /// Upper bounds are above: of a set above those of its members, of a member above its exact score.
    #[test]
    fn a_bound_is_never_below(seed in any::<u64>()) {
        let mut random = rng(seed);
        let query = mandate(&mut random, 0);
        let rows: Vec<Row> = catalog(&mut random, Data::Correlated, 16)
            .into_iter()
            .map(|row| Row::new(row::Facts { country: 3, ..(*row).clone() }).unwrap())
            .collect();
        let mut block = row::Block::default();
        let mut bounds = row::Bounds::default();
        for (lane, row) in rows.iter().enumerate() {
            block.set(lane, Some(row));
        }
        bounds.cover(5, rows.iter());
        let mut above = row::Bounds::default();
        above.join(2, &bounds);
        let lanes: Lanes = Portable.lanes(Workload::score(Portable, &query, &bounds, &block));
        let bound = Portable.lanes(Workload::bound(Portable, &query, &bounds))[5];
        prop_assert!(Portable.lanes(Workload::bound(Portable, &query, &above))[2] >= bound);
        for (row, score) in rows.iter().zip(lanes) {
            // The steps of a set of one may be added in another order than those of an item.
            prop_assert!(bound + 1e-6 >= score);
            if let Some(key) = Workload::exact(&query, row) {
                prop_assert!(score >= Workload::reach(&key) && bound >= Workload::reach(&key));
                prop_assert!(f64::from(Workload::reach(&key)) <= key.score());
            }
        }
    }
}

/// Readers beside a writer and a repair see one state each: the search of a snapshot is its plain scan.
#[test]
fn readers_see_one_state_while_others_write() {
    let mut random = rng(7);
    let rows = catalog(&mut random, Data::Independent, 6_000);
    let queries: Vec<Mandate> = (0..8).map(|n| mandate(&mut random, n)).collect();
    let engine = Engine::<Workload>::new(rows, queries.clone(), 20);
    let stop = AtomicBool::new(false);
    let (searched, repaired) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut searched = 0;
            while !stop.load(Ordering::Relaxed) || searched < 50 {
                let snapshot = engine.snapshot();
                check(&snapshot, &queries[searched % 8], 20);
                assert_eq!(snapshot.rows().count(), snapshot.len());
                searched += 1;
            }
            searched
        });
        let repairer = scope.spawn(|| {
            let mut repaired = 0;
            while !stop.load(Ordering::Relaxed) {
                repaired += usize::from(engine.repair());
            }
            repaired
        });
        let mut random = rng(8);
        for step in 0..20_000_u32 {
            let id = random.below(7_000) as u32;
            if step % 3 == 0 {
                engine.remove(id);
            } else {
                engine.put(Row::new(facts(&mut random, Data::Independent, id)).unwrap());
            }
        }
        stop.store(true, Ordering::Relaxed);
        (reader.join().unwrap(), repairer.join().unwrap())
    });
    assert!(searched >= 50 && repaired > 0, "{searched} searches, {repaired} repairs");
    let snapshot = engine.snapshot();
    for query in &queries {
        check(&snapshot, query, 20);
    }
}

/// Mandates that the layout was not learned from are noticed, and learned from.
#[test]
fn drift_is_noticed_and_learned_from() {
    let mut random = rng(11);
    let rows = catalog(&mut random, Data::Independent, 20_000);
    let narrow = |sector: usize| -> Vec<Mandate> {
        let mut random = rng(13);
        (0..160)
            .map(|id| {
                let mut wanted = terms(&mut random);
                wanted.countries = (0..row::COUNTRIES).map(|country| (country < 3).then_some(0.5)).collect();
                wanted.sectors = [0.0; 32];
                wanted.sectors[sector] = 1.0;
                wanted.sector_max = 1.0;
                wanted.weights = [0.9, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0];
                Mandate::new(id, &wanted).unwrap()
            })
            .collect()
    };
    let engine = Engine::<Workload>::new(rows, narrow(0), 20);
    let mut scratch = Scratch::default();
    for query in &narrow(0) {
        engine.top(query, 20, &mut scratch);
    }
    assert!(!engine.has_drifted(), "{:?}", engine.strain());
    let others = narrow(30);
    for query in others.iter().cycle().take(640) {
        engine.top(query, 20, &mut scratch);
    }
    let strain = engine.strain().unwrap();
    assert!(engine.has_drifted(), "{strain}");
    engine.learn(others.clone());
    for query in &others {
        engine.top(query, 20, &mut scratch);
    }
    assert!(!engine.has_drifted() && engine.strain().unwrap() < strain);
}

/// One change is tried against the lists that it can enter, and no list is searched that it leaves alone.
#[test]
fn a_change_touches_few_pairs() {
    let mut random = rng(21);
    let rows = catalog(&mut random, Data::Independent, 20_000);
    let queries: Vec<Mandate> = (0..500).map(|n| mandate(&mut random, n)).collect();
    let engine = Engine::<Workload>::new(rows, Vec::new(), 20);
    let mut lists = Lists::new(&engine.snapshot(), queries, 20, 1);
    let (mut scored, mut searched) = (0, 0);
    for id in 0..200 {
        let row = Row::new(facts(&mut random, Data::Independent, id)).unwrap();
        engine.put(row.clone());
        let touched = lists.apply(&engine.snapshot(), &[(id, Some(row))]);
        scored += touched.scored;
        searched += touched.searched;
    }
    // Of 100,000 pairs.
    assert!(scored < 2_500 && searched < 500, "{scored} scored, {searched} searched");
}

/// A score of nothing and one that rounding made less than nothing are ordered as numbers are.
#[test]
fn keys_are_ordered_as_scores() {
    let scores = [-1.0, -1e-9, -0.0, 0.0, 1e-300, 0.25, 1.0];
    for (a, b) in scores.iter().zip(&scores[1..]) {
        let (low, high) = (Key::new(*a, 7), Key::new(*b, 7));
        assert_eq!(low.cmp(&high), a.partial_cmp(b).unwrap(), "{a} {b}");
        assert!((low.score() - a).abs() <= 0.0 && (high.score() - b).abs() <= 0.0);
        assert!(f64::from(Workload::reach(&low)) <= *a);
    }
    assert!(Key::new(0.5, 1) > Key::new(0.5, 2));
}

/// What is not a number, or not in its range, does not enter.
#[test]
fn numbers_that_are_none_are_refused() {
    let mut random = rng(3);
    let good = facts(&mut random, Data::Independent, 1);
    assert!(Row::new(good.clone()).is_ok());
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -2.0] {
        for spoil in [
            |facts: &mut row::Facts, x| facts.ask = x,
            |facts: &mut row::Facts, x| facts.log_ask = x,
            |facts: &mut row::Facts, x| facts.ret = x,
            |facts: &mut row::Facts, x| facts.readiness = x,
            |facts: &mut row::Facts, x| facts.inclusion = x,
        ] {
            let mut facts = good.clone();
            spoil(&mut facts, bad);
            assert!(Row::new(facts).is_err(), "{bad}");
        }
    }
    let wanted = terms(&mut random);
    assert!(Mandate::new(0, &wanted).is_ok());
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        for spoil in [
            |terms: &mut mandate::Terms, x| terms.weights[3] = x,
            |terms: &mut mandate::Terms, x| terms.sectors[0] = x,
            |terms: &mut mandate::Terms, x| terms.sector_max = x,
            |terms: &mut mandate::Terms, x| terms.countries[0] = Some(x),
            |terms: &mut mandate::Terms, x| terms.stage_weights[0] = x,
            |terms: &mut mandate::Terms, x| terms.ticket.0 = x,
            |terms: &mut mandate::Terms, x| terms.ticket_ln.1 = x * 100.0,
            |terms: &mut mandate::Terms, x| terms.target_return = x,
        ] {
            let mut terms = wanted.clone();
            spoil(&mut terms, bad);
            assert!(Mandate::new(0, &terms).is_err(), "{bad}");
        }
    }
}

/// The generator reaches what the properties are about.
#[test]
fn the_random_catalogs_have_ties_empty_gates_and_full_ones() {
    let mut random = rng(5);
    let (mut none, mut all, mut ties, mut found) = (0, 0, 0, 0);
    for _ in 0..20 {
        let rows = catalog(&mut random, Data::Ties, 300);
        let engine = Engine::<Workload>::new(rows, Vec::new(), 20);
        let snapshot = engine.snapshot();
        for n in 0..12 {
            let query = mandate(&mut random, n);
            let list = snapshot.plain(&query, 400);
            found += list.len();
            none += usize::from(list.is_empty());
            all += usize::from(list.len() == 300);
            ties += list.windows(2).filter(|two| two[0].score() <= two[1].score()).count();
        }
    }
    assert!(none > 10 && all > 10 && ties > 1_000 && found > 10_000, "{none} {all} {ties} {found}");
}
