//! What the gate costs: documents of every day, and documents made to be dear.
//!
//! `cargo bench -p api --bench gate`

#![expect(clippy::arithmetic_side_effects, reason = "counts of made-up documents")]

use std::hint::black_box;

use api::graphql::gate::Gate;
use async_graphql::Request;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn repeat(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect::<Vec<_>>().join(" ")
}

fn doubling(levels: usize) -> String {
    let fragments = repeat(levels, |i| format!("fragment F{i} on Q{{...F{} ...F{}}}", i + 1, i + 1));
    format!("{{a{{...F0}}}} {fragments} fragment F{levels} on Q{{id}}")
}

/// Name and document.
fn documents() -> Vec<(&'static str, String)> {
    let page = "query Page($first:Int=20,$after:String){opportunities(first:$first,after:$after){\
                edges{cursor node{score project{id name country sectors} ...Why}} pageInfo{hasNextPage endCursor}}}\
                fragment Why on Match{explanation{sentence evidence{source date}} gates{name passed}}";
    let near_the_limits = {
        let fragments = repeat(18, |i| {
            format!("fragment F{i} on Q{{{} ...F{}}}", repeat(20, |n| format!("f{n}")), i + 1)
        });
        format!("{{a{{...F0}}}} {fragments} fragment F18 on Q{{id}}")
    };
    let spreads = repeat(3_000, |_| "...A".to_owned());
    vec![
        ("a page", page.to_owned()),
        ("near the limits", near_the_limits),
        ("doubling 16", doubling(16)),
        ("doubling 22", doubling(22)),
        ("doubling 200", doubling(200)),
        (
            "3000 spreads of 1000 fields",
            format!("{{b{{{spreads}}}}} fragment A on Q{{{}}}", "id ".repeat(1_000)),
        ),
        ("10000 aliases", format!("{{{}}}", repeat(10_000, |i| format!("a{i}:__typename")))),
        ("1900 values", format!("{{a(x:[{}])}}", repeat(1_900, |i| i.to_string()))),
        ("60000 brackets", format!("{{a(x:{}", "[".repeat(60_000))),
        ("64 kB of text", format!("{{a(x:\"{}\")}}", "x".repeat(65_000))),
    ]
}

fn gate(criterion: &mut Criterion) {
    let gate = Gate::default();
    let mut group = criterion.benchmark_group("gate");
    for (name, document) in documents() {
        group.throughput(Throughput::Bytes(document.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || Request::new(document.clone()),
                |request| black_box(gate.check(request).is_ok()),
                criterion::BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, gate);
criterion_main!(benches);
