//! How often a pair stays in the viewer's first k when the weights are shaken.
//!
//! 1,000 draws, each weight of both sides multiplied by its own factor between 0.8 and 1.2, from a fixed seed, so
//! that the same list gives the same figure. Coverage and gates do not change with weights.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "kernel: weights are at most 12,000, draws are counted to 1,000"
)]

use crate::{
    draw::Draw,
    grade::Micro,
    policy::{Fusion, Weights},
    rank::Evaluation,
    score::{MicroPoints, fuse, side},
};

/// Number of draws.
pub const DRAWS: u32 = 1_000;

/// Grades of one candidate.
#[derive(Debug, Clone, Copy)]
pub struct Candidate {
    /// Its score and grades.
    pub evaluation: Evaluation,
    /// Breaks ties: smaller first.
    pub id: u128,
}

/// For each of the first `watched` candidates the share of draws in which it is among the first `k` of all
/// candidates, in millionths. The candidates are all rows of the list, in its order.
pub fn stability(
    weights: (&Weights<9>, &Weights<8>),
    fusion: Fusion,
    candidates: &[Candidate],
    watched: usize,
    k: usize,
) -> Vec<Micro> {
    let contenders = contenders(weights, fusion, candidates, k.max(watched));
    let mut random = Draw(0x0C0F_FEE5_EED0_2026);
    let mut hits = vec![0_u32; watched.min(candidates.len())];
    let mut scores: Vec<(MicroPoints, std::cmp::Reverse<u128>, usize)> = Vec::with_capacity(contenders.len());
    for _ in 0..DRAWS {
        let investor = shaken(weights.0, &mut random);
        let project = shaken(weights.1, &mut random);
        scores.clear();
        for (place, candidate) in &contenders {
            let a = side(&investor, &candidate.evaluation.investor_grades).point;
            let b = side(&project, &candidate.evaluation.project_grades).point;
            scores.push((fuse(fusion, a, b), std::cmp::Reverse(candidate.id), *place));
        }
        let cut = k.min(scores.len());
        if cut < scores.len() {
            scores.select_nth_unstable_by(cut, |a, b| b.cmp(a));
        }
        for (_, _, place) in scores.iter().take(cut) {
            if let Some(hit) = hits.get_mut(*place) {
                *hit += 1;
            }
        }
    }
    hits.into_iter().map(|hit| hit * (crate::grade::ONE / DRAWS)).collect()
}

/// Candidates that some draw could bring into the first k. A side's score under shaken weights lies between its
/// extremes, which are found exactly: the largest is at weights 1.2 for the best grades and 0.8 for the rest.
fn contenders<'a>(
    weights: (&Weights<9>, &Weights<8>),
    fusion: Fusion,
    candidates: &'a [Candidate],
    k: usize,
) -> Vec<(usize, &'a Candidate)> {
    let bounds = |candidate: &Candidate| {
        let (low_a, high_a) = extremes(weights.0, &candidate.evaluation.investor_grades);
        let (low_b, high_b) = extremes(weights.1, &candidate.evaluation.project_grades);
        (fuse(fusion, low_a, low_b), fuse(fusion, high_a, high_b))
    };
    let all: Vec<(MicroPoints, MicroPoints)> = candidates.iter().map(bounds).collect();
    let mut lows: Vec<MicroPoints> = all.iter().map(|(low, _)| *low).collect();
    let bar = if lows.len() > k {
        let (_, bar, _) = lows.select_nth_unstable_by(k, |a, b| b.cmp(a));
        *bar
    } else {
        0
    };
    candidates
        .iter()
        .enumerate()
        .zip(&all)
        .filter(|((place, _), (_, high))| *high >= bar || *place < k)
        .map(|(candidate, _)| candidate)
        .collect()
}

/// Smallest and largest point score of a side when each weight may move by a fifth.
fn extremes<const N: usize>(
    weights: &Weights<N>,
    grades: &[crate::grade::Grade; N],
) -> (MicroPoints, MicroPoints) {
    let mut order: Vec<usize> = (0..N).collect();
    order.sort_by_key(|i| std::cmp::Reverse(grades.get(*i).map_or(0, |grade| grade.point)));
    let at = |raised: &dyn Fn(usize) -> bool| {
        let mut drawn = [0_u16; N];
        for (rank, i) in order.iter().enumerate() {
            if let (Some(slot), Some(weight)) = (drawn.get_mut(*i), weights.hundredths().get(*i)) {
                *slot = scale(*weight, if raised(rank) { 1_200 } else { 800 });
            }
        }
        side(&Weights::drawn(drawn), grades).point
    };
    let (mut low, mut high) = (MicroPoints::MAX, 0);
    for cut in 0..=N {
        high = high.max(at(&|rank| rank < cut));
        low = low.min(at(&|rank| rank >= cut));
    }
    // One micro-point for the rounding of drawn weights.
    (low.saturating_sub(10_000), high.saturating_add(10_000))
}

fn shaken<const N: usize>(weights: &Weights<N>, random: &mut Draw) -> Weights<N> {
    let mut drawn = *weights.hundredths();
    for weight in &mut drawn {
        *weight = scale(*weight, 800 + (random.next() % 401) as u32);
    }
    Weights::drawn(drawn)
}

fn scale(weight: u16, thousandths: u32) -> u16 {
    ((u32::from(weight) * thousandths + 500) / 1_000) as u16
}
