//! The engine's lists by the score of both sides are those of the scan, on every instruction set.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

mod mixed;
#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use matcher::{
    Catalog,
    engine::{Engine, InstructionSet, Kind, LANES, Portable, Scratch, Simd},
    rank::{
        List, OpportunityFilter, OpportunityQuery, RankBy, RankKey, Reader,
        mutual::{Block, Bounds, Mutual, Question},
        opportunities,
    },
};
use mixed::{
    query::{random_filter, random_policy},
    random_mixed, welcoming,
};
use proptest::{prelude::*, sample::select};
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
