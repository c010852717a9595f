//! The engine's lists by the score of both sides are those of the scan, on every instruction set.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

mod mixed;
#[path = "../examples/workload/production/mod.rs"]
#[expect(dead_code, reason = "shared with the example")]
mod production;
#[path = "mixed/query.rs"]
mod query;
#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use matcher::{
    Catalog, Policy,
    catalog::DigitalMode,
    engine::{Engine, InstructionSet, Kind, LANES, Portable, Scratch, Simd},
    rank::{
        CityFilter, CityQuery, List, OpportunityFilter, OpportunityQuery, RankBy, RankKey, Reader,
        all_partners,
        mutual::{Block, Bounds, Mutual, Question},
        opportunities, partner_cities,
    },
};
use mixed::{random_mixed, welcoming};
use production::{
    catalog::catalog,
    cities::cities,
    mandate::{Width, mandates},
};
use proptest::{prelude::*, sample::select};
use query::{random_filter, random_policy};
use world::mandate_id;

/// The keys of the page that the scan makes.
fn scanned(catalog: &Catalog, query: &OpportunityQuery<'_>) -> Vec<RankKey> {
    opportunities(catalog, query).items.iter().map(|row| row.key).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Pages of the engine are pages of the scan: own weights, filters, what is kept from readers, ties.
    #[test]
    fn a_list_is_that_of_the_scan(
        mixed in prop_oneof![
            3 => random_mixed(1..4, 1..60).boxed(), 1 => welcoming(3, 60).boxed()
        ],
        policy in random_policy(), mut filter in random_filter(), first in 1_usize..12,
        reader in select(vec![Reader::Inside, Reader::Public, Reader::Registered]),
        only_told in any::<bool>(), narrow in any::<bool>(), taught in any::<bool>(),
    ) {
        let catalog = mixed.catalog();
        if !narrow {
            filter = OpportunityFilter { min_score: filter.min_score, ..OpportunityFilter::default() };
        }
        filter.reader = reader;
        filter.only_told = only_told;
        let engine = Engine::<Mutual>::new(Mutual::rows(&catalog), Vec::new(), 20);
        prop_assert_eq!(engine.len(), catalog.projects().rows().len());
        let mut scratch = Scratch::default();
        for n in 0..3 {
            let Some(mandate) = catalog.mandates().get(mandate_id(n)) else { continue };
            let mut query = OpportunityQuery {
                mandate,
                investor: catalog.organisations().get(mandate.investor).unwrap(),
                policy: &policy,
                filter: &filter,
                by: RankBy::Mutual,
                list: List::Ranked,
                first,
                after: None,
            };
            if taught {
                engine.learn(vec![Question::new(&catalog, &query).unwrap()]);
            }
            for _ in 0..3 {
                let expected = scanned(&catalog, &query);
                let question = Question::new(&catalog, &query).unwrap();
                let snapshot = engine.snapshot();
                prop_assert_eq!(&snapshot.plain(&question, first), &expected);
                for set in InstructionSet::all() {
                    let (found, _) = snapshot.search_on(*set, &question, first, &mut scratch);
                    prop_assert_eq!(&found, &expected, "{}", set.name());
                }
                query.after = expected.last().copied();
            }
        }
    }

    /// Upper bounds are above: of a set, and of each item, on every project alone and on all together.
    #[test]
    fn a_bound_is_never_below(mixed in random_mixed(2..4, 1..40), policy in random_policy()) {
        let catalog = mixed.catalog();
        let rows = Mutual::rows(&catalog);
        for n in 0..3 {
            let Some(mandate) = catalog.mandates().get(mandate_id(n)) else { continue };
            let question = Question::new(&catalog, &OpportunityQuery {
                mandate,
                investor: catalog.organisations().get(mandate.investor).unwrap(),
                policy: &policy,
                filter: &OpportunityFilter::default(),
                by: RankBy::Mutual,
                list: List::Ranked,
                first: 1,
                after: None,
            }).unwrap();
            let (mut part, mut above) = (Bounds::default(), Bounds::default());
            for (lane, part_rows) in rows.chunks(LANES).take(LANES).enumerate() {
                Mutual::cover(&mut part, lane, part_rows.iter());
            }
            Mutual::join(&mut above, 3, &part);
            let of_all = Portable.lanes(Mutual::bound(Portable, &question, &above))[3];
            let of_parts = Portable.lanes(Mutual::bound(Portable, &question, &part));
            for (n, row) in rows.iter().enumerate() {
                let mut block = Block::default();
                Mutual::set(&mut block, 5, Some(row));
                let mut alone = Bounds::default();
                Mutual::cover(&mut alone, 0, std::iter::once(row));
                let score = Portable.lanes(Mutual::score(Portable, &question, &alone, &block))[5];
                let bound = Portable.lanes(Mutual::bound(Portable, &question, &alone))[0];
                if let Some(key) = Mutual::exact(&question, row) {
                    let reach = Mutual::reach(&key);
                    prop_assert!(f64::from(reach) <= f64::from(key.primary) / 1e8);
                    for above in [score, bound, of_parts[n / LANES], of_all] {
                        prop_assert!(above >= reach, "{above} {reach}");
                    }
                }
            }
        }
    }
}

/// Of thousands of projects the lists are those of the scan, whatever share of the facts is missing; most projects are not
/// looked at, and mandates from which the layout was not learned are answered as well.
#[test]
fn lists_of_thousands_are_those_of_the_scan() {
    let filter = OpportunityFilter::default();
    let mut scratch = Scratch::default();
    for missing in [0, 30, 60] {
        let (sample, catalog) = (catalog(500, missing).unwrap(), catalog(5_000, missing).unwrap());
        let question =
            |asked: &production::mandate::Asked| Question::new(&catalog, &asked.query(&filter, 20)).unwrap();
        let lesson = mandates(&sample, Width::Medium, 1, 12).unwrap().iter().map(question).collect();
        let engine = Engine::<Mutual>::new(Mutual::rows(&catalog), lesson, 20);
        let snapshot = engine.snapshot();
        let (mut listed, mut looked_at) = (0, 0);
        for width in Width::ALL {
            for asked in mandates(&sample, width, 2, 6).unwrap() {
                let expected = scanned(&catalog, &asked.query(&filter, 20));
                let question = question(&asked);
                for set in InstructionSet::all() {
                    let (found, effort) = snapshot.search_on(*set, &question, 20, &mut scratch);
                    assert_eq!(found, expected, "{} {missing} {}", width.name(), set.name());
                    looked_at += u64::from(effort.exact);
                }
                listed += expected.len();
            }
        }
        assert!(listed > 300, "{listed}");
        // Of 5,000 for each of 24 questions on each instruction set.
        let pairs = 5_000 * 24 * InstructionSet::all().len() as u64;
        assert!(looked_at < pairs / 10, "{looked_at} of {pairs}");
    }
}

/// The partners of every city, all at once, are those that each is told alone.
#[test]
fn all_partners_are_those_of_each_city() {
    let catalog = cities(400).unwrap();
    let policy = Policy::current();
    let (one, three) = (all_partners(&catalog, &policy, 12, 1), all_partners(&catalog, &policy, 12, 3));
    assert_eq!(one, three);
    let filter = CityFilter::default();
    let mut listed = 0;
    for (city, list) in &one {
        let page = partner_cities(
            &catalog,
            &CityQuery {
                viewer: catalog.cities().get(*city).unwrap(),
                policy: &policy,
                partner_policy: &policy,
                filter: &filter,
                by: RankBy::Mutual,
                list: List::Ranked,
                mode: DigitalMode::Peer,
                programme: None,
                busy: &[],
                first: 12,
                after: None,
            },
        );
        assert_eq!(&page.items.iter().map(|row| row.key).collect::<Vec<_>>(), list);
        listed += list.len();
    }
    assert!(listed > 2_000, "{listed}");
}
