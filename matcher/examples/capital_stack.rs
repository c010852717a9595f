//! Measures the capital stack: `capital_stack [PROBLEMS]`. First problems of 300 candidates of several manners, then one
//! project among 10,000 mandates of which about 300 pass every gate. Prints one line of JSON for each, with the time
//! that this thread had a processor, which other programs on the machine do not add to.
#![expect(clippy::arithmetic_side_effects, reason = "a measuring program that counts in plain numbers")]
#![expect(clippy::print_stdout, reason = "prints what it measured")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a trial fails by panic")]

#[expect(dead_code, reason = "shared with the tests")]
#[path = "../tests/world/mod.rs"]
mod world;

use std::time::Instant;

use domain::{
    id::Id,
    mandate::{Mandate, Ticket},
    organisation::Organisation,
    value::{Currency, Money},
    vocabulary::{Instrument, InvestorType, VerificationLevel},
};
use matcher::{
    Catalog, Policy,
    draw::Draw,
    stack::{Candidate, Problem, Rules, StackRules, propose, solve},
};

/// Nanoseconds for which this thread had a processor; wall time where the system does not tell.
fn processor_ns(start: Instant) -> u128 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let first = told.and_then(|text| text.split_whitespace().next()?.parse().ok());
    first.unwrap_or_else(|| start.elapsed().as_nanos())
}

/// How candidates of a problem are drawn.
#[derive(Debug, Clone, Copy)]
struct Manner {
    name: &'static str,
    /// Largest tickets are below this.
    high: u64,
    /// Scores lie this far apart at most, in micro-points.
    spread: u64,
    lead: u16,
    concessional: u16,
}

const MANNERS: [Manner; 5] = [
    Manner { name: "wide tickets", high: 80, spread: 40_000_000, lead: 0, concessional: 100 },
    Manner { name: "small tickets", high: 12, spread: 40_000_000, lead: 0, concessional: 100 },
    Manner {
        name: "a lead and little concessional",
        high: 40,
        spread: 40_000_000,
        lead: 30,
        concessional: 7,
    },
    Manner { name: "scores that hardly differ", high: 40, spread: 200_000, lead: 25, concessional: 10 },
    Manner { name: "scores that tie", high: 25, spread: 4, lead: 20, concessional: 10 },
];

const SOUGHT: [(Instrument, u16); 4] = [
    (Instrument::Loan, 55),
    (Instrument::Hybrid, 15),
    (Instrument::SharesUnlisted, 20),
    (Instrument::Grant, 10),
];

fn problem(manner: &Manner, seed: u64) -> Problem {
    let mut draw = Draw(seed);
    let candidates = (0..300_usize)
        .map(|n| {
            let low = 1 + draw.next() % 15.min(manner.high - 1);
            let high = low + draw.next() % (manner.high - low + 1);
            let offers = 1 + draw.next() % 15;
            let instruments =
                (0..4).filter(|bit| offers & (1 << bit) != 0).map(|bit| SOUGHT[bit].0).collect();
            Candidate {
                mandate: Id::from_uuid(world::uuid(3, n)),
                investor: Id::from_uuid(world::uuid(4, n % 280)),
                score: (95_000_000 - draw.next() % manner.spread) as u32,
                low: low as u16,
                high: high as u16,
                instruments,
            }
        })
        .collect();
    let rules = Rules { lead: manner.lead, concessional: manner.concessional, ..Rules::default() };
    Problem::new(rules, SOUGHT.to_vec(), candidates).unwrap()
}

fn measure(manner: &Manner, problems: u64) {
    let start = Instant::now();
    let mut times = Vec::new();
    let (mut optimal, mut by_prices, mut slacks, mut looks) = (0, 0, Vec::new(), 0);
    for seed in 0..problems {
        let problem = problem(manner, seed * 1_000_003 + 7);
        let before = processor_ns(start);
        let stack = solve(&problem);
        times.push(processor_ns(start) - before);
        assert!(problem.allows(&stack.slices));
        optimal += u32::from(stack.certificate.optimal);
        by_prices += u32::from(stack.certificate.looks == 0);
        slacks.push(stack.certificate.slack_micro(stack.value));
        looks = looks.max(stack.certificate.looks);
    }
    times.sort_unstable();
    slacks.sort_unstable();
    let line = serde_json::json!({"manner": manner.name, "problems": problems, "candidates": 300,
        "optimal": optimal, "optimal_by_prices_alone": by_prices, "slack_millionths_median": slacks[slacks.len() / 2], "slack_millionths_largest": slacks[slacks.len() - 1], "most_looks": looks,
        "processor_ms_median": times[times.len() / 2] as f64 / 1e6,
        "processor_ms_largest": times[times.len() - 1] as f64 / 1e6});
    println!("{line}");
}

/// A project among many mandates.
fn among(mandates: usize) {
    let parts = world::Parts::worked_example();
    let mut catalog = Catalog::new(world::facts(1.1), world::today());
    let organisation = |investor: Option<InvestorType>| {
        Organisation::try_from(world::organisation_facts(VerificationLevel::V3, investor)).unwrap()
    };
    catalog.put_organisation(world::owner_id(), &organisation(None));
    catalog.put_project(world::project_id(0), world::owner_id(), &world::project(&parts));
    let mut draw = Draw(1);
    let money = |minor: u64| Money::from_minor(minor as i64, Currency::EUR).unwrap();
    for n in 0..mandates {
        let investor = Id::from_uuid(world::uuid(4, n + 10));
        catalog.put_organisation(investor, &organisation(Some(InvestorType::CommercialBank)));
        let mut facts = world::mandate_facts();
        let least = 50_000_000 + draw.next() % 400_000_000;
        facts.ticket = Some(Ticket { min: money(least), max: money(least + draw.next() % 2_000_000_000) });
        // Four in a hundred take the project; the others exclude its field.
        if !draw.next().is_multiple_of(25) {
            facts.fields.clear();
            facts.excluded_fields.push(parts.field);
        }
        let id = Id::from_uuid(world::uuid(3, n));
        catalog.put_mandate(id, investor, &Mandate::try_from(facts).unwrap());
    }
    let project = &catalog.projects().rows()[0];
    let owner = catalog.organisations().get(project.owner).unwrap();
    let rules = StackRules { lead_pct: 20, concentration_pct: 40, ..StackRules::default() };
    let start = Instant::now();
    let before = processor_ns(start);
    let times = 50;
    for _ in 1..times {
        let again = propose(&catalog, &Policy::current(), (project, owner), &rules).unwrap();
        assert_eq!(again.gap, project.gap.unwrap());
    }
    let proposal = propose(&catalog, &Policy::current(), (project, owner), &rules).unwrap();
    // The system counts in steps of a few milliseconds: only the mean of many says something.
    let mean = (processor_ns(start) - before) as f64 / 1e6 / f64::from(times);
    let line = serde_json::json!({"mandates": mandates, "asked": proposal.asked, "slices": proposal.slices.len(),
        "filled_percent": proposal.filled_percent, "optimal": proposal.certificate.optimal,
        "processor_ms_mean": mean});
    println!("{line}");
    for slice in &proposal.slices {
        println!("{}", slice.because.english());
    }
}

fn main() {
    let problems = std::env::args().nth(1).and_then(|argument| argument.parse().ok()).unwrap_or(50);
    for manner in &MANNERS {
        measure(manner, problems);
    }
    among(10_000);
}
