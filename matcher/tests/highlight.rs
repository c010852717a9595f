//! Highlights over random catalogs: beside the pure order, never in it.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

mod mixed;
#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use std::collections::{BTreeMap, BTreeSet};

use domain::{id::Id, organisation::Organisation, project::Project};
use matcher::{
    Catalog, Policy,
    gate::all_open,
    highlight::{FLOOR_PLACES, FLOOR_SCORE, HEAD, Highlight, Reason, exposure, highlights},
    rank::{List, OpportunityFilter, OpportunityQuery, Page, RankBy, Ranked, opportunities},
    row::{MandateRow, ProjectRow},
};
use mixed::{random_mixed, welcoming};
use proptest::{prelude::*, strategy::ValueTree};

fn pure<'a>(catalog: &'a Catalog, mandate: &MandateRow, first: usize) -> Page<Ranked<&'a ProjectRow>> {
    let query = OpportunityQuery {
        mandate,
        investor: catalog.organisations().get(mandate.investor).unwrap(),
        policy: &Policy::current(),
        filter: &OpportunityFilter::default(),
        by: RankBy::Mutual,
        list: List::Ranked,
        first,
        after: None,
    };
    opportunities(catalog, &query)
}

/// By how many investors each project that reaches the floor's score is seen, mandate by mandate and pair by pair.
fn seen(catalog: &Catalog) -> BTreeMap<Id<Project>, BTreeSet<Id<Organisation>>> {
    let mut seen: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    let lists: Vec<_> =
        catalog.mandates().rows().iter().map(|mandate| (mandate, pure(catalog, mandate, 1_000))).collect();
    for (_, list) in &lists {
        for row in list.items.iter().filter(|row| row.evaluation.mutual.point >= FLOOR_SCORE) {
            seen.entry(row.row.id).or_default();
        }
    }
    for (mandate, list) in &lists {
        for row in list.items.iter().take(HEAD) {
            if let Some(investors) = seen.get_mut(&row.row.id) {
                investors.insert(mandate.investor);
            }
        }
    }
    seen
}

fn all<'a>(catalog: &'a Catalog, policy: &'a Policy) -> Vec<(&'a MandateRow, Vec<Highlight<'a>>)> {
    let exposure = exposure(catalog, policy, usize::MAX);
    let mandates = catalog.mandates().rows().iter();
    mandates
        .map(|mandate| {
            let investor = catalog.organisations().get(mandate.investor).unwrap();
            (
                mandate,
                highlights(
                    catalog,
                    (mandate, investor),
                    policy,
                    Some(&exposure),
                    &OpportunityFilter::default(),
                    HEAD,
                ),
            )
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn highlights_stand_in_the_pure_list_and_keep_the_caps(
        mixed in prop_oneof![random_mixed(1..8, 30..90).boxed(), welcoming(7, 70).boxed()],
    ) {
        let catalog = mixed.catalog();
        let policy = Policy::current();
        let figures = exposure(&catalog, &policy, usize::MAX);
        let seen = seen(&catalog);
        prop_assert_eq!(figures.eligible as usize, seen.len());
        let misses = |investors: &BTreeSet<_>| (investors.len() as u32) < FLOOR_PLACES;
        prop_assert_eq!(figures.floor_misses as usize, seen.values().filter(|who| misses(who)).count());
        let before: Vec<_> = catalog.mandates().rows().iter().map(|m| pure(&catalog, m, 50)).collect();
        for (mandate, list) in all(&catalog, &policy) {
            let page = pure(&catalog, mandate, 1_000);
            for (place, item) in list.iter().enumerate() {
                // It is the row of the pure list at that place: open gates, enough known, the same score.
                prop_assert_eq!(&page.items[item.rank as usize - 1], &item.ranked);
                prop_assert!(all_open(&item.ranked.gates));
                prop_assert!(item.ranked.evaluation.mutual.coverage >= policy.coverage_floor);
                let owner = item.ranked.row.owner;
                let window = &list[place.saturating_sub(9)..=place];
                prop_assert!(window.iter().filter(|other| other.ranked.row.owner == owner).count() <= 3);
            }
            let new: Vec<_> = list.iter().filter(|item| item.reason == Reason::NewToYou).collect();
            prop_assert!(new.len() <= 2);
            for item in new {
                prop_assert!(item.rank > HEAD as u64 && item.ranked.evaluation.mutual.point >= FLOOR_SCORE);
                prop_assert!(misses(&seen[&item.ranked.row.id]), "it misses its floor");
                prop_assert!(!seen[&item.ranked.row.id].contains(&mandate.investor), "it is new to the investor");
            }
            // Without an exposure no place is kept.
            let investor = catalog.organisations().get(mandate.investor).unwrap();
            let plain = highlights(&catalog, (mandate, investor), &policy, None, &OpportunityFilter::default(), HEAD);
            prop_assert!(plain.iter().all(|item| item.reason == Reason::Top));
            if figures.newcomers(mandate.id).is_empty() {
                prop_assert_eq!(&plain, &list);
            }
        }
        // Nothing of it touches the pure lists, and a second time it is the same.
        let after: Vec<_> = catalog.mandates().rows().iter().map(|m| pure(&catalog, m, 50)).collect();
        prop_assert_eq!(before, after);
        prop_assert_eq!(all(&catalog, &policy), all(&catalog, &policy));
        prop_assert_eq!(figures, exposure(&catalog, &policy, usize::MAX));
    }
}

/// The random catalogs have newcomers, so that the property speaks of them; and a bound on pairs leaves mandates out.
#[test]
fn newcomers_are_found_and_a_bound_is_kept() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = welcoming(8, 150);
    let policy = Policy::current();
    let mut new = 0;
    for _ in 0..20 {
        let catalog = strategy.new_tree(&mut runner).unwrap().current().catalog();
        let lists = all(&catalog, &policy);
        new += lists.iter().flat_map(|(_, list)| list).filter(|i| i.reason == Reason::NewToYou).count();
        let bounded = exposure(&catalog, &policy, catalog.projects().rows().len() * 3 + 1);
        assert_eq!((bounded.mandates, bounded.mandates_left_out), (3, 5));
        assert!(bounded.eligible <= exposure(&catalog, &policy, usize::MAX).eligible);
    }
    assert!(new > 10, "{new} newcomers");
}
