//! Teaches the cities' model: links are hidden as the judgement hides them, and the rest must find them again.
//!
//! Cities without a known link and those with one are two cases with a model each: nothing of the graph around a cold
//! city is known, and curves learnt on the others would mislead it.
#![expect(clippy::indexing_slicing, reason = "kernel: two cases; floating point")]

use super::{
    data::Atlas,
    graph::{Graph, Nearness},
    signal::Signal,
    split::Split,
    view::View,
};
use crate::{
    draw::Draw,
    learn::{
        TrainError,
        bin::Rows,
        boost::{Options, learn},
        model::{Kind, Model},
    },
};

/// How often links are hidden anew.
const FOLDS: u64 = 4;
/// Cities that are no partners, drawn for each query from all, as a share.
const DRAWN: f64 = 120.0 / 19_000.0;
/// The share drawn from those beside a known link, which are harder to tell from partners.
const DRAWN_BESIDE: f64 = 0.2;

/// The links, a line each.
pub fn lines(atlas: &Atlas, links: &[(u32, u32)]) -> Vec<String> {
    links
        .iter()
        .map(|(a, b)| {
            let (a, b) = (atlas.ids.text(*a), atlas.ids.text(*b));
            format!("{}\t{}", a.min(b), a.max(b))
        })
        .collect()
}

/// The rows of the cold case and of the linked one.
pub fn rows(atlas: &Atlas, links: &[(u32, u32)], seed: u64) -> [Rows; 2] {
    let nearness = Nearness::new(atlas);
    let known = Graph::new(atlas, &nearness, links);
    let mut cases = [Rows::new(Signal::COUNT), Rows::new(Signal::COUNT)];
    let mut draw = Draw(seed);
    let mut inputs = vec![0.0_f32; Signal::COUNT];
    let count = atlas.cities.len() as u32;
    for fold in 0..FOLDS {
        let split = Split::new(atlas, links, seed.wrapping_mul(1000).wrapping_add(fold));
        let graph = Graph::new(atlas, &nearness, &split.known);
        // A city without any known link is in the list because it has a twin somewhere: one that the records do not
        // tell, or one within its country. Nothing says which, so every second one is left out as an example.
        let left_out: Vec<bool> =
            (0..count).map(|city| known.degree(city) == 0 && draw.next().is_multiple_of(2)).collect();
        let mut outcomes = split.outcomes(true);
        for (city, partners) in split.outcomes(false) {
            outcomes.entry(city).or_default().extend(partners);
        }
        for (city, partners) in &outcomes {
            let view = View::new(&graph, *city);
            let rows = &mut cases[usize::from(graph.degree(*city) > 0)];
            for other in (0..count).filter(|other| !left_out[*other as usize] && view.candidate(*other)) {
                let came = partners.contains(&other);
                let share = if came {
                    1.0
                } else if view.beside(other) {
                    DRAWN_BESIDE
                } else {
                    DRAWN
                };
                if came || draw.unit() < share {
                    view.signals(other, &mut inputs);
                    rows.push(&inputs, came, share.recip() as f32);
                }
            }
            rows.end_group();
        }
    }
    cases
}

/// Learns a model from links.
///
/// # Errors
/// No link, or too few to hide any of both kinds.
pub fn train(atlas: &Atlas, links: &[(u32, u32)], options: Options) -> Result<Model, TrainError> {
    if links.is_empty() {
        return Err(TrainError::NoHistory { what: "link", before: None });
    }
    let cases = rows(atlas, links, options.seed);
    if cases.iter().any(Rows::is_empty) {
        return Err(TrainError::NoOutcomes);
    }
    let learnt = cases.map(|rows| learn(&rows, options));
    Ok(Model::new(Kind::Cities, None, lines(atlas, links), &options, &learnt))
}
