//! Pages from the engine with counts that are kept are the pages of the scan, in every bit, while the catalog changes.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

mod mixed;
#[path = "../examples/workload/production/mod.rs"]
#[expect(dead_code, reason = "shared with the example")]
mod production;
#[path = "mixed/query.rs"]
mod query;
#[path = "mixed/step.rs"]
mod step;
#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use matcher::{
    Catalog, Policy,
    rank::{
        Index, List, OpportunityFilter, OpportunityQuery, RankBy, RankKey, Reader, opportunities,
        scanned_opportunities, top_opportunities,
    },
};
use mixed::{random_mixed, welcoming};
use production::{
    catalog::catalog,
    mandate::{Width, mandates},
};
use proptest::{prelude::*, sample::select};
use query::{random_filter, random_policy};
use world::mandate_id;

/// What is asked for of a catalog.
struct Ask<'a> {
    policy: &'a Policy,
    filter: &'a OpportunityFilter,
    by: RankBy,
    list: List,
    first: usize,
}

/// Where a mandate's page ended.
type End = (usize, RankKey);

impl Ask<'_> {
    /// One page of a mandate by the engine and by the scan; where it ended.
    fn page(&self, catalog: &Catalog, n: usize, after: Option<RankKey>) -> Option<RankKey> {
        let &Self { policy, filter, by, list, first } = self;
        let mandate = catalog.mandates().get(mandate_id(n))?;
        let investor = catalog.organisations().get(mandate.investor).unwrap();
        let query = OpportunityQuery { mandate, investor, policy, filter, by, list, first, after };
        let expected = scanned_opportunities(catalog, &query);
        let rows = top_opportunities(catalog, &query);
        assert_eq!((&rows.items, rows.has_next), (&expected.items, expected.has_next));
        assert_eq!(opportunities(catalog, &query), expected);
        expected.items.last().map(|row| row.key)
    }

    /// Three pages of each mandate, twice: the second time they are from what was counted. Then those after the ends of
    /// pages of earlier catalogs, of whose rows some are gone or have moved. All of it also as it is read by those to whom
    /// nobody has blocked anybody, whose counts are kept beside. Answers where pages ended.
    fn check(&self, catalog: &Catalog, earlier: &[End]) -> Vec<End> {
        let open = catalog.unparted();
        let mut ends = Vec::new();
        for n in (0..3).chain(0..3) {
            for seen in [catalog, &open] {
                let mut after = None;
                for _ in 0..3 {
                    after = self.page(seen, n, after);
                    ends.extend(after.map(|after| (n, after)));
                }
            }
        }
        for (n, after) in earlier {
            self.page(catalog, *n, Some(*after));
        }
        ends.truncate(9);
        ends
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    /// Rows, order, keys, scores, gates, places, counts of gates and lists, through all that events do to a catalog.
    #[test]
    fn a_page_is_that_of_the_scan(
        mixed in prop_oneof![2 => random_mixed(1..4, 1..40).boxed(), 1 => welcoming(3, 40).boxed()],
        policy in random_policy(), mut filter in random_filter(), narrow in any::<bool>(),
        reader in select(vec![Reader::Inside, Reader::Public, Reader::Registered]), only_told in any::<bool>(),
        by in select(vec![RankBy::Mutual, RankBy::Mutual, RankBy::Mutual, RankBy::Mine]),
        list in select(vec![List::Ranked, List::Ranked, List::Ranked, List::NotEnoughKnown]),
        first in 0_usize..12,
        steps in prop::collection::vec(
            prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..6), 0..8),
        late in any::<bool>(),
    ) {
        if !narrow {
            filter = OpportunityFilter { min_score: filter.min_score, ..OpportunityFilter::default() };
        }
        (filter.reader, filter.only_told) = (reader, only_told);
        let mut catalog = mixed.catalog();
        let index = Index::over(&catalog);
        if late {
            // What came while the index was made is brought in when it is installed.
            for (what, at) in steps.iter().flatten() {
                mixed.step(&mut catalog, *what, *at);
            }
        }
        prop_assert!(catalog.install(index));
        let ask = Ask { policy: &policy, filter: &filter, by, list, first };
        let ends = ask.check(&catalog, &[]);
        for step in &steps {
            let before = catalog.clone();
            for (what, at) in step {
                mixed.step(&mut catalog, *what, *at);
            }
            catalog.settle(&before);
            prop_assert!(catalog.is_indexed());
            ask.check(&catalog, &ends);
            // The catalog before is answered for as it was.
            prop_assert!(before.is_indexed());
            ask.check(&before, &[]);
        }
    }
}

/// A catalog that was changed and not settled, or is of another line, is not answered for by an engine that does not fit.
#[test]
fn what_does_not_fit_is_scanned() {
    let mixed = {
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        proptest::strategy::ValueTree::current(&welcoming(2, 30).new_tree(&mut runner).unwrap())
    };
    let mut first = mixed.catalog();
    let index = Index::over(&first);
    assert!(first.install(index));
    let (mut one, mut other) = (first.clone(), first.clone());
    one.remove_project(world::project_id(3));
    assert!(!one.is_indexed());
    one.settle(&first);
    assert!(one.is_indexed());
    // The engine has gone on with the one; the other is its own.
    other.remove_project(world::project_id(4));
    other.settle(&first);
    assert!(!other.is_indexed());
    let mut tomorrow = one.clone();
    tomorrow.today = tomorrow.today + chrono::Days::new(1);
    assert!(!tomorrow.is_indexed());
    let (policy, filter) = (&Policy::current(), &OpportunityFilter::default());
    let ask = Ask { policy, filter, by: RankBy::Mutual, list: List::Ranked, first: 5 };
    for catalog in [&first, &one, &other, &tomorrow] {
        ask.check(catalog, &[]);
    }
    assert!(!first.clone().install(Index::over(&mixed.catalog())), "of another world");
}

/// Of thousands of projects, with the layout seen to after many changes.
#[test]
fn thousands_of_projects_are_served_as_they_are_scanned() {
    let (policy_filter, small) = (OpportunityFilter::default(), catalog(500, 30).unwrap());
    let mut served = catalog(6_000, 30).unwrap();
    let source = catalog(7_000, 30).unwrap();
    let index = Index::over(&served);
    assert!(served.install(index));
    let asked: Vec<_> = Width::ALL.iter().flat_map(|width| mandates(&small, *width, 2, 4).unwrap()).collect();
    let all = |catalog: &Catalog| {
        for asked in &asked {
            let mut query = asked.query(&policy_filter, 20);
            for _ in 0..4 {
                let expected = scanned_opportunities(catalog, &query);
                assert_eq!(opportunities(catalog, &query), expected);
                query.after = expected.items.last().map(|row| row.key);
            }
        }
    };
    for round in 0..3_usize {
        all(&served);
        all(&served);
        let before = served.clone();
        for row in source.projects().rows().iter().skip(round).step_by(30) {
            served.remove_project(row.id);
        }
        served.settle(&before);
        assert!(served.is_indexed());
        served.index().unwrap().tend(&served);
    }
    all(&served);
}
