//! A ranked page of 20 with explanations, over 100,000 projects that all pass the gates: the dearest case of the
//! plain scan. Random projects from a fixed seed; the same world as the tests'.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panic")]

#[expect(dead_code, clippy::arithmetic_side_effects, reason = "shared with the tests")]
#[path = "../tests/world/mod.rs"]
mod world;

use std::{hint::black_box, time::Instant};

use criterion::{Criterion, criterion_group, criterion_main};
use matcher::{
    Catalog, Policy,
    counterfactual::counterfactuals,
    explanation::{Audience, explain},
    rank::{List, OpportunityFilter, OpportunityQuery, Page, RankBy, Ranked, opportunities},
    row::ProjectRow,
};
use proptest::strategy::{Strategy, ValueTree};

fn rank(criterion: &mut Criterion) {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let strategy = world::random_parts();
    let parts: Vec<_> = (0..100_000).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let catalog = world::catalog(&parts);
    let policy = Policy::current();
    let filter = OpportunityFilter::default();
    let mandate = catalog.mandates().get(world::mandate_id(world::MANDATE)).unwrap();
    let investor = catalog.organisations().get(mandate.investor).unwrap();
    let query = OpportunityQuery {
        mandate,
        investor,
        policy: &policy,
        filter: &filter,
        by: RankBy::Mutual,
        list: List::Ranked,
        first: 20,
        after: None,
    };
    // A mean hides the worst page, so percentiles are printed; of the same question where nothing is excluded, and of
    // the usual case, in which the mandate says where it does not invest.
    let mut narrow = mandate.clone();
    narrow.excluded_countries = ["RS", "TH", "KE"].into_iter().filter_map(|code| code.parse().ok()).collect();
    percentiles(&catalog, &query);
    percentiles(&catalog, &OpportunityQuery { mandate: &narrow, ..query.clone() });

    let mut group = criterion.benchmark_group("100,000 projects, all pass");
    group.sample_size(50);
    group.bench_function("page of 20", |bench| bench.iter(|| black_box(opportunities(&catalog, &query))));
    group.bench_function("page of 20 with explanations and counterfactuals", |bench| {
        bench.iter(|| {
            let page = opportunities(&catalog, &query);
            explained(&catalog, &query, &page);
            for row in &page.items {
                let pair = catalog.pair(mandate, row.row).unwrap();
                black_box(counterfactuals(&policy, &pair, 3));
            }
        });
    });
    group.finish();
}

fn explained(catalog: &Catalog, query: &OpportunityQuery<'_>, page: &Page<Ranked<&ProjectRow>>) {
    for row in &page.items {
        let pair = catalog.pair(query.mandate, row.row).unwrap();
        black_box(explain(query.policy, &pair, &row.evaluation, &row.gates, Audience::Investor));
    }
}

/// Times 1,000 pages of 20 with explanations.
fn percentiles(catalog: &Catalog, query: &OpportunityQuery<'_>) {
    let mut times = Vec::new();
    let mut total = 0;
    for _ in 0..1_000 {
        let begun = Instant::now();
        let page = opportunities(catalog, query);
        explained(catalog, query, &page);
        total = page.total;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |place: usize| times.get(place).unwrap().as_micros();
    println!(
        "page of 20 with explanations, {total} of 100,000 listed: fastest {} us, p50 {} us, p99 {} us",
        at(0),
        at(500),
        at(990)
    );
}

criterion_group!(benches, rank);
criterion_main!(benches);
