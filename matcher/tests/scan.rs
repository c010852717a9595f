//! The scan over a catalog gives the page that gates and scores give pair by pair.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

mod mixed;
#[path = "mixed/query.rs"]
mod query;
#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use std::cmp::Reverse;

use matcher::{
    Catalog, Policy,
    gate::{
        Outcome, all_open,
        investment::{COUNT, Gate, answers},
    },
    rank::{
        GateCount, List, OpportunityFilter, OpportunityQuery, Page, RankBy, RankKey, Ranked, evaluate,
        opportunities,
    },
    row::ProjectRow,
};
use mixed::{random_mixed, welcoming};
use proptest::{prelude::*, sample::select, strategy::ValueTree};
use query::{random_filter, random_policy};
use world::mandate_id;

/// The page, pair by pair: every pair is scored, all are sorted, one stretch is cut out.
fn plain<'a>(catalog: &'a Catalog, query: &OpportunityQuery<'a>) -> Page<Ranked<&'a ProjectRow>> {
    let (mut failed, mut unknown) = ([0; COUNT], [0; COUNT]);
    let (mut excluded_total, mut other_list) = (0, 0);
    let mut rows = Vec::new();
    for row in catalog.projects().rows().iter().filter(|row| query.filter.admits(row)) {
        let Some(owner) = catalog.organisations().get(row.owner) else { continue };
        let (mandate, investor) = (query.mandate, query.investor);
        let pair = matcher::catalog::Pair { mandate, investor, project: row, owner, catalog };
        let gates = answers(&pair);
        let open = all_open(&gates);
        excluded_total += u64::from(!open);
        for (gate, outcome) in gates.iter().enumerate() {
            failed[gate] += u64::from(*outcome == Outcome::Fail);
            unknown[gate] += u64::from(open && *outcome == Outcome::Unknown);
        }
        let evaluation = evaluate(query.policy, &pair);
        if !open || !query.filter.admits_score(&evaluation.mutual) {
            continue;
        }
        if (evaluation.mutual.coverage >= query.policy.coverage_floor) != (query.list == List::Ranked) {
            other_list += 1;
            continue;
        }
        let day = |day: Option<i32>| day.map_or(0, |day| u32::try_from(day).unwrap());
        let key = RankKey {
            primary: match query.by {
                RankBy::Mutual => evaluation.mutual.point,
                RankBy::Mine => evaluation.investor.point,
                RankBy::Neutral => day(row.published_on),
            },
            coverage: evaluation.mutual.coverage,
            fresh: day(row.confirmed_on),
            id: Reverse(row.id.uuid().as_u128()),
        };
        rows.push(Ranked { row, key, evaluation, gates });
    }
    rows.sort_by_key(|row| Reverse(row.key));
    let total = rows.len() as u64;
    let after = rows.iter().filter(|row| query.after.is_some_and(|after| row.key >= after)).count();
    let mut items = rows.split_off(after);
    let has_next = items.len() > query.first;
    items.truncate(query.first);
    Page {
        items,
        first_rank: after as u64 + 1,
        has_next,
        total,
        other_list,
        excluded_total,
        excluded: Gate::ALL
            .iter()
            .enumerate()
            .map(|(n, gate)| GateCount { gate: gate.key(), failed: failed[n], unknown: unknown[n] })
            .collect(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Rows, order, keys, scores, grades, gates, counts of gates, the other list: all as pair by pair.
    #[test]
    fn a_page_is_the_same_as_pair_by_pair(
        mixed in prop_oneof![3 => random_mixed(1..4, 1..40).boxed(), 1 => welcoming(3, 30).boxed()], policy in random_policy(), filter in random_filter(),
        by in select(vec![RankBy::Mutual, RankBy::Mutual, RankBy::Mine, RankBy::Neutral]),
        list in select(vec![List::Ranked, List::Ranked, List::NotEnoughKnown]), first in 0_usize..12,
    ) {
        let catalog = mixed.catalog();
        for n in 0..3 {
            let Some(mandate) = catalog.mandates().get(mandate_id(n)) else { continue };
            let investor = catalog.organisations().get(mandate.investor).unwrap();
            let (policy, filter) = (&policy, &filter);
            let mut query = OpportunityQuery { mandate, investor, policy, filter, by, list, first, after: None };
            // Three pages, of which each begins after the last row of the one before.
            for _ in 0..3 {
                let page = opportunities(&catalog, &query);
                prop_assert_eq!(&page, &plain(&catalog, &query));
                query.after = page.items.last().map(|row| row.key);
            }
        }
    }
}

/// Above twenty thousand rows a core, each core scans a part of its own.
#[test]
fn many_rows_in_parts_give_the_same_page() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let parts: Vec<_> =
        (0..97).map(|_| world::random_parts().new_tree(&mut runner).unwrap().current()).collect();
    let many: Vec<_> = parts.iter().cycle().take(41_000).cloned().collect();
    let catalog = world::catalog(&many);
    let mandate = catalog.mandates().get(mandate_id(world::MANDATE)).unwrap();
    let mut query = OpportunityQuery {
        mandate,
        investor: catalog.organisations().get(mandate.investor).unwrap(),
        policy: &Policy::current(),
        filter: &OpportunityFilter::default(),
        by: RankBy::Mutual,
        list: List::Ranked,
        first: 20,
        after: None,
    };
    for _ in 0..2 {
        let page = opportunities(&catalog, &query);
        assert_eq!(page, plain(&catalog, &query));
        query.after = page.items.last().map(|row| row.key);
    }
}

/// The generator reaches what the property is about: pages, ties, every gate open, shut and unknown, both lists.
#[test]
fn the_random_catalogs_have_rows_ties_and_every_answer_of_a_gate() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = random_mixed(3, 40);
    let (mut seen, mut ties, mut rows, mut other) = ([[false; 4]; COUNT], 0, 0, 0);
    for _ in 0..100 {
        let catalog = strategy.new_tree(&mut runner).unwrap().current().catalog();
        for mandate in catalog.mandates().rows() {
            for project in catalog.projects().rows() {
                let Some(pair) = catalog.pair(mandate, project) else { continue };
                for (gate, outcome) in answers(&pair).into_iter().enumerate() {
                    seen[gate][outcome as usize] = true;
                }
            }
            let query = OpportunityQuery {
                mandate,
                investor: catalog.organisations().get(mandate.investor).unwrap(),
                policy: &Policy::current(),
                filter: &OpportunityFilter::default(),
                by: RankBy::Mutual,
                list: List::Ranked,
                first: 100,
                after: None,
            };
            let page = plain(&catalog, &query);
            rows += page.items.len();
            other += page.other_list;
            ties += page.items.windows(2).filter(|two| two[0].key.primary == two[1].key.primary).count();
        }
    }
    let never = |gate: usize, outcome: Outcome| !seen[gate][outcome as usize];
    for (n, gate) in Gate::ALL.iter().enumerate() {
        assert!(!never(n, Outcome::Pass) && !never(n, Outcome::Fail), "{gate:?}");
        let tells = matches!(gate, Gate::Live | Gate::Screening | Gate::Exclusions | Gate::Conflict);
        assert!(tells || !never(n, Outcome::Unknown), "{gate:?}");
    }
    assert!(rows > 500 && ties > 20 && other > 20, "{rows} rows, {ties} ties, {other} of the other list");
}
