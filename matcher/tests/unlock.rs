//! The unlock map over random catalogs: every line is what the scorer gives, and what is unknown is never a promise.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

mod mixed;
#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use matcher::{
    MicroPoints, Policy,
    catalog::Pair,
    counterfactual::{counterfactuals, open_changes, rescore},
    gate::{all_open, investment::answers},
    rank::{Evaluation, evaluate},
    unlock::{Fact, REACH, Unknown, Volume, unlock},
};
use mixed::{random_mixed, welcoming};
use proptest::{prelude::*, strategy::ValueTree};

fn reached(policy: &Policy, reach: MicroPoints, open: bool, evaluation: &Evaluation) -> bool {
    open && evaluation.mutual.coverage >= policy.coverage_floor && evaluation.mutual.point >= reach
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_deed_is_what_the_scorer_gives_pair_by_pair(
        mixed in prop_oneof![random_mixed(1..8, 5..20).boxed(), welcoming(7, 12).boxed()],
        above in 0..6_000_000_u32,
    ) {
        let catalog = mixed.catalog();
        let policy = Policy::current();
        for project in catalog.projects().rows() {
            let Some(owner) = catalog.organisations().get(project.owner) else { continue };
            // Just above the score with one of the mandates, so that something is crossed.
            let first = catalog.mandates().rows().iter().find_map(|mandate| catalog.pair(mandate, project));
            let reach = first.map_or(REACH, |pair| evaluate(&policy, &pair).mutual.point + above);
            let map = unlock(&catalog, &policy, (project, owner), reach);
            let pairs: Vec<Pair<'_>> =
                catalog.mandates().rows().iter().filter_map(|mandate| catalog.pair(mandate, project)).collect();
            let open = pairs.iter().filter(|pair| all_open(&answers(pair))).count() as u64;
            prop_assert_eq!(map.open, open);
            let now = |pair: &Pair<'_>| reached(&policy, reach, all_open(&answers(pair)), &evaluate(&policy, pair));
            prop_assert_eq!(map.reached.mandates, pairs.iter().filter(|pair| now(pair)).count() as u64);
            for deed in &map.deeds {
                let mut opens = Volume::default();
                let (mut lifts, mut most) = (0, 0);
                for pair in &pairs {
                    // No deed of the owner moves a gate of these pairs: identity and freshness are criteria.
                    let open = all_open(&answers(pair));
                    let after = rescore(&policy, pair, deed.change);
                    let lift = after.mutual.point.saturating_sub(evaluate(&policy, pair).mutual.point);
                    lifts += u64::from(open && lift > 0);
                    most = most.max(if open { lift } else { 0 });
                    if reached(&policy, reach, open, &after) && !now(pair) {
                        opens.mandates += 1;
                        let cents = pair.mandate.ticket.and_then(|(_, largest)| largest.euro_cents);
                        opens.euro_cents += u64::try_from(cents.unwrap_or(0)).unwrap();
                        opens.without_ticket += u64::from(cents.is_none());
                    }
                }
                prop_assert_eq!((deed.opens, deed.lifts, deed.most), (opens, lifts, most), "{:?}", deed.change);
            }
            // What lifts an open pair stands in the map, and deeds are in order.
            for pair in pairs.iter().filter(|pair| all_open(&answers(pair))) {
                for found in counterfactuals(&policy, pair, usize::MAX) {
                    prop_assert!(map.deeds.iter().any(|deed| deed.change == found.change));
                }
                prop_assert!(map.deeds.iter().all(|deed| open_changes(pair).contains(&deed.change)));
            }
            let order: Vec<_> = map.deeds.iter().map(|deed| (deed.opens.mandates, deed.lifts, deed.most)).collect();
            prop_assert!(order.is_sorted_by(|a, b| a >= b));
        }
    }

    #[test]
    fn what_is_unknown_stays_within_what_was_said(
        mixed in prop_oneof![random_mixed(1..8, 5..20).boxed(), welcoming(7, 12).boxed()],
    ) {
        let catalog = mixed.catalog();
        let policy = Policy::current();
        for project in catalog.projects().rows() {
            let Some(owner) = catalog.organisations().get(project.owner) else { continue };
            for unknown in unlock(&catalog, &policy, (project, owner), REACH).unknown {
                prop_assert!(unknown.fact.is_missing(project));
                prop_assert!(unknown.may_shut <= unknown.bears_on && unknown.may_open.mandates <= unknown.bears_on);
                let (now, worst, best) =
                    (unknown.now.unwrap().mutual, unknown.worst.unwrap().mutual, unknown.best.unwrap().mutual);
                prop_assert!(worst.point <= best.point);
                // The stage decides which checklist counts, and the instruments whether a return does.
                if ![Fact::Stage, Fact::Instruments].contains(&unknown.fact) {
                    prop_assert!(now.low <= worst.point && best.point <= now.high, "{unknown:?}");
                    prop_assert!(now.low <= worst.low && best.high <= now.high, "{unknown:?}");
                }
            }
        }
    }
}

/// Deeds open mandates, and facts can lower a score or shut a mandate out, so that the properties speak of something.
#[test]
fn deeds_open_and_facts_can_lower() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = random_mixed(7..8, 60..61);
    let policy = Policy::current();
    let (mut opens, mut lower, mut shut) = (0, 0, 0);
    for _ in 0..5 {
        let catalog = strategy.new_tree(&mut runner).unwrap().current().catalog();
        for project in catalog.projects().rows() {
            let Some(owner) = catalog.organisations().get(project.owner) else { continue };
            let pairs = catalog.mandates().rows().iter().filter_map(|mandate| catalog.pair(mandate, project));
            let open = pairs.filter(|pair| all_open(&answers(pair)));
            let Some(best) = open.map(|pair| evaluate(&policy, &pair).mutual.point).max() else { continue };
            let map = unlock(&catalog, &policy, (project, owner), best + 1);
            assert_eq!(map.reached, Volume::default());
            opens += map.deeds.iter().map(|deed| deed.opens.mandates).sum::<u64>();
            let falls =
                |unknown: &Unknown| unknown.worst.unwrap().mutual.point < unknown.now.unwrap().mutual.point;
            lower += map.unknown.iter().filter(|unknown| falls(unknown)).count();
            shut += map.unknown.iter().map(|unknown| unknown.may_shut).sum::<u64>();
        }
    }
    assert!(opens > 10 && lower > 10 && shut > 10, "{opens} {lower} {shut}");
}
