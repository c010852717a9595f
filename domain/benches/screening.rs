//! What screening costs: one organisation against twenty thousand names, and all organisations after a list's update.
//!
//! `cargo bench -p domain --bench screening`

#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "made-up names from small tables"
)]

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use domain::{
    name_match::{Screener, Subject},
    sanctions::{Alias, ListEntry, ListedKind, SanctionsList},
};

const NAMES: usize = 20_000;
const ORGANISATIONS: usize = 10_000;

/// A generator of numbers that needs no crate: the same names in every run (Knuth's MMIX constants).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }
}

const COMMON: [&str; 16] = [
    "trading",
    "international",
    "bank",
    "shipping",
    "industries",
    "company",
    "group",
    "national",
    "general",
    "investment",
    "oil",
    "holding",
    "foundation",
    "technology",
    "services",
    "limited",
];
const SYLLABLES: [&str; 40] = [
    "al", "ba", "dar", "el", "fa", "gho", "ha", "im", "ja", "kar", "la", "mu", "na", "os", "par", "qa", "ra",
    "sha", "ta", "ur", "va", "wa", "ya", "zi", "mer", "nik", "dov", "sky", "rin", "lan", "kov", "ham", "mad",
    "hus", "sein", "chen", "xi", "ov", "eva", "ian",
];

fn name(numbers: &mut Numbers) -> String {
    let words = 2 + numbers.below(4);
    let words: Vec<String> = (0..words)
        .map(|_| {
            if numbers.below(4) == 0 {
                return COMMON[numbers.below(COMMON.len())].to_owned();
            }
            (0..2 + numbers.below(3)).map(|_| SYLLABLES[numbers.below(SYLLABLES.len())]).collect()
        })
        .collect();
    words.join(" ")
}

/// Entries with one alias each: twenty thousand names in ten thousand entries.
fn entries(numbers: &mut Numbers) -> Vec<ListEntry> {
    (0..NAMES / 2)
        .map(|uid| ListEntry {
            list: SanctionsList::OfacSdn,
            uid: uid.to_string(),
            reference: None,
            kind: ListedKind::Entity,
            name: name(numbers),
            aliases: vec![Alias { name: name(numbers), weak: uid % 8 == 0 }],
            countries: Vec::new(),
            identifiers: Vec::new(),
            programmes: Vec::new(),
            listed_on: None,
        })
        .collect()
}

fn screening(criterion: &mut Criterion) {
    let mut numbers = Numbers(20_261_125);
    let entries = entries(&mut numbers);
    let organisations: Vec<String> = (0..ORGANISATIONS).map(|_| name(&mut numbers)).collect();
    let mut group = criterion.benchmark_group("screening");
    group.sample_size(10);
    group.bench_function("build the index of 20,000 names", |bencher| {
        bencher.iter(|| black_box(Screener::new(entries.clone())).len());
    });
    let screener = Screener::new(entries);
    let mut next = 0;
    group.bench_function("one organisation against 20,000 names", |bencher| {
        bencher.iter(|| {
            next = (next + 1) % ORGANISATIONS;
            black_box(screener.screen(&Subject { name: &organisations[next], ..Subject::default() })).len()
        });
    });
    group.sampling_mode(SamplingMode::Flat).warm_up_time(std::time::Duration::from_millis(1));
    group.throughput(Throughput::Elements(ORGANISATIONS as u64));
    group.bench_function("10,000 organisations against 20,000 names", |bencher| {
        bencher.iter(|| {
            let hits = organisations
                .iter()
                .map(|name| screener.screen(&Subject { name, ..Subject::default() }).len());
            black_box(hits.sum::<usize>())
        });
    });
    group.finish();
}

criterion_group!(benches, screening);
criterion_main!(benches);
