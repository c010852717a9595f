//! The capital stack against brute force, its proof, and the stack of a project in a catalog.
#![expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panic")]

mod mixed;
#[expect(dead_code, reason = "shared with the other tests")]
mod world;

use domain::{id::Id, vocabulary::Instrument};
use matcher::{
    Policy,
    gate::{all_open, investment::answers},
    rank::evaluate,
    stack::{
        Candidate, LeftOut, Limit, Problem, ProblemError, Rules, Slice, StackRefusal, StackRules, propose,
        solve,
    },
};
use mixed::{random_mixed, welcoming};
use proptest::prelude::*;

const INSTRUMENTS: [Instrument; 3] = [Instrument::Loan, Instrument::SharesUnlisted, Instrument::Grant];

fn candidate(
    n: usize,
    investor: usize,
    score: u32,
    low: u16,
    high: u16,
    instruments: &[Instrument],
) -> Candidate {
    Candidate {
        mandate: Id::from_uuid(world::uuid(3, n)),
        investor: Id::from_uuid(world::uuid(4, investor)),
        score,
        low,
        high,
        instruments: instruments.to_vec(),
    }
}

/// Tries every set of candidates with every instrument and every amount.
fn brute(problem: &Problem, from: usize, slices: &mut Vec<Slice>) -> u64 {
    let mut best = if problem.allows(slices) { problem.value(slices) } else { 0 };
    for n in from..problem.candidates().len() {
        let one = &problem.candidates()[n];
        for instrument in &one.instruments {
            for units in 1..=one.high.min(problem.rules().units) {
                slices.push(Slice { candidate: n, instrument: *instrument, units, limit: Limit::Gap });
                best = best.max(brute(problem, n + 1, slices));
                slices.pop();
            }
        }
    }
    best
}

fn random_problem() -> impl Strategy<Value = Problem> {
    let one = (0..3_usize, prop_oneof![0..5_u32, 0..100_000_000_u32], 1..6_u16, 0..7_u16, 1..8_u8);
    let rules = (4..9_u16, 1..4_u8, 0..5_u16, 2..9_u16, 0..9_u16, 1..3_u16);
    let caps = (0..9_u16, 0..9_u16, 0..9_u16);
    (proptest::collection::vec(one, 0..5), rules, caps).prop_map(|(ones, rules, caps)| {
        let candidates = ones
            .into_iter()
            .enumerate()
            .map(|(n, (investor, score, low, more, offers))| {
                let instruments: Vec<_> =
                    (0..3).filter(|bit| offers & (1 << bit) != 0).map(|bit| INSTRUMENTS[bit]).collect();
                candidate(n, investor, score, low, low + more, &instruments)
            })
            .collect();
        let (units, counterparties, lead, concentration, concessional, smallest) = rules;
        let lead = lead.min(concentration).min(units);
        let rules = Rules { units, counterparties, lead, concentration, concessional, smallest };
        let caps = INSTRUMENTS.into_iter().zip([caps.0, caps.1, caps.2]).collect();
        Problem::new(rules, caps, candidates).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_stack_is_as_good_as_the_best_of_all(problem in random_problem()) {
        let stack = solve(&problem);
        prop_assert!(problem.allows(&stack.slices), "{:?}", stack);
        prop_assert_eq!(problem.value(&stack.slices), stack.value);
        prop_assert_eq!(stack.value, brute(&problem, 0, &mut Vec::new()), "{:?}", stack);
        let certificate = &stack.certificate;
        prop_assert!(certificate.optimal && certificate.upper == stack.value);
        // The prices give the bound again, and no prices give one below the best stack.
        prop_assert_eq!(problem.bound_at(&certificate.prices), certificate.priced);
        prop_assert!(certificate.priced >= stack.value && problem.split_bound() >= stack.value);
        prop_assert!(certificate.split.is_none_or(|bound| bound == problem.split_bound()));
    }

    #[test]
    fn any_prices_give_a_bound(
        problem in random_problem(), prices in proptest::array::uniform3(0..200_000_000_u64), free in 0..100_000_000_u64,
    ) {
        let instruments = INSTRUMENTS.into_iter().zip(prices).collect();
        let bound = problem.bound_at(&matcher::stack::Prices { instruments, concessional: free });
        prop_assert!(bound >= solve(&problem).value);
    }

    /// Candidates come from a catalog in no order that means anything.
    #[test]
    fn the_order_of_candidates_means_nothing(problem in random_problem()) {
        let mut turned = problem.candidates().to_vec();
        turned.reverse();
        let turned = Problem::new(*problem.rules(), problem.caps().to_vec(), turned).unwrap();
        let named = |problem: &Problem| -> Vec<_> {
            let stack = solve(problem);
            let name = |slice: &Slice| (problem.candidates()[slice.candidate].mandate, slice.instrument, slice.units);
            stack.slices.iter().map(name).collect()
        };
        prop_assert_eq!(named(&problem), named(&turned));
    }
}

#[test]
fn rules_that_nobody_can_keep_are_refused() {
    let new = |rules: Rules| Problem::new(rules, vec![], vec![]).map(|_| ());
    assert_eq!(new(Rules { units: 0, ..Rules::default() }), Err(ProblemError::Units));
    assert_eq!(new(Rules { counterparties: 9, ..Rules::default() }), Err(ProblemError::Counterparties));
    assert_eq!(new(Rules { lead: 40, concentration: 30, ..Rules::default() }), Err(ProblemError::Lead));
    assert_eq!(new(Rules::default()), Ok(()));
    let nobody = Problem::new(Rules::default(), vec![(Instrument::Loan, 100)], vec![]).unwrap();
    assert_eq!(solve(&nobody).slices, []);
}

/// What keeps each slice from having more is said, case by case.
#[test]
fn each_slice_says_what_binds_it() {
    let loan = &[Instrument::Loan][..];
    let limits = |rules: Rules, caps: &[(Instrument, u16)], candidates: Vec<Candidate>| {
        let problem = Problem::new(rules, caps.to_vec(), candidates).unwrap();
        let stack = solve(&problem);
        stack.slices.iter().map(|slice| (slice.units, slice.limit)).collect::<Vec<_>>()
    };
    let whole = [(Instrument::Loan, 100), (Instrument::Grant, 100)];
    let two =
        |low: u16| vec![candidate(1, 1, 90_000_000, 1, 60, loan), candidate(2, 2, 80_000_000, low, 90, loan)];
    assert_eq!(limits(Rules::default(), &whole, two(1)), [(60, Limit::TicketMax), (40, Limit::Gap)]);
    assert_eq!(limits(Rules::default(), &whole, two(45)), [(55, Limit::Gap), (45, Limit::Smallest)]);
    let most = Rules { concentration: 50, ..Rules::default() };
    assert_eq!(limits(most, &whole, two(1)), [(50, Limit::Concentration), (50, Limit::Concentration)]);
    let capped = [(Instrument::Loan, 30)];
    assert_eq!(limits(Rules::default(), &capped, two(40)), [(30, Limit::Instrument)]);
    let free = vec![candidate(1, 1, 90_000_000, 1, 60, &[Instrument::Grant])];
    let some = Rules { concessional: 20, ..Rules::default() };
    assert_eq!(limits(some, &whole, free), [(20, Limit::Concessional)]);
    let lead = Rules { lead: 70, ..Rules::default() };
    assert_eq!(limits(lead, &whole, two(1)), [(30, Limit::Gap), (70, Limit::Smallest)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Nobody stands in a stack whom a gate excludes, and every mandate is asked or counted.
    #[test]
    fn a_projects_stack_keeps_every_gate(
        mixed in prop_oneof![random_mixed(1..8, 5..20).boxed(), welcoming(7, 12).boxed()],
        lead_pct in 0..40_u8, concentration_pct in 40..=100_u8,
    ) {
        let catalog = mixed.catalog();
        let policy = Policy::current();
        let rules = StackRules { lead_pct, concentration_pct, ..StackRules::default() };
        for project in catalog.projects().rows() {
            let Some(owner) = catalog.organisations().get(project.owner) else { continue };
            let Ok(proposal) = propose(&catalog, &policy, (project, owner), &rules) else {
                prop_assert!(project.gap.is_none());
                continue;
            };
            for slice in &proposal.slices {
                let mandate = catalog.mandates().get(slice.mandate).unwrap();
                let pair = catalog.pair(mandate, project).unwrap();
                prop_assert!(all_open(&answers(&pair)));
                let mutual = evaluate(&policy, &pair).mutual;
                prop_assert_eq!(mutual.point, slice.score);
                prop_assert!(mutual.coverage >= policy.coverage_floor);
                // The amount lies within the ticket, to the percent's own rounding of a minor unit.
                let (least, most) = mandate.ticket.unwrap();
                if least.currency == slice.amount.currency {
                    prop_assert!((least.minor..=most.minor).contains(&slice.amount.minor));
                }
                prop_assert!(slice.percent <= u16::from(concentration_pct));
                prop_assert!(!slice.because.english().contains(['{', '}']), "{}", slice.because.english());
            }
            prop_assert!(proposal.filled_percent <= 100 && proposal.slices.len() <= 8);
            prop_assert!(proposal.certificate.optimal);
            let LeftOut { gates, coverage, ticket_unknown, ticket_outside, instrument } = proposal.left_out;
            let all = gates + coverage + ticket_unknown + ticket_outside + instrument + proposal.asked;
            let known = catalog.mandates().rows().iter().filter(|one| catalog.organisations().get(one.investor).is_some());
            prop_assert_eq!(all as usize, known.count());
        }
    }
}

#[test]
fn a_project_without_a_gap_has_no_stack() {
    let parts = world::Parts { gap: None, slice_tenths: None, ..world::Parts::worked_example() };
    let catalog = world::catalog(&[parts]);
    let project = &catalog.projects().rows()[0];
    let owner = catalog.organisations().get(project.owner).unwrap();
    let answer = propose(&catalog, &Policy::current(), (project, owner), &StackRules::default());
    assert_eq!(answer, Err(StackRefusal::NoGap));
}
