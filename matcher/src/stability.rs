//! How often a pair stays in the viewer's first k when the weights are shaken.
//!
//! 1,000 draws, each weight of both sides multiplied by its own factor between 0.8 and 1.2, from a fixed seed, so
//! that the same list gives the same figure. Coverage and gates do not change with weights.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "kernel: weights are at most 12,000, draws are counted to 1,000"
)]

use std::{cmp::Reverse, collections::BinaryHeap};

use crate::{
    draw::Draw,
    grade::{Grade, Micro, ONE},
    policy::{Fusion, Weights},
    rank::Evaluation,
    score::{FULL, MicroPoints, fuse},
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

/// A side of a candidate as draws need it: the points of the criteria that bear on it, and which they are.
#[derive(Debug, Clone, Copy)]
struct Side<const N: usize> {
    points: [u64; N],
    bears: [u64; N],
}

impl<const N: usize> Side<N> {
    fn new(grades: &[Grade; N]) -> Self {
        let of = |grade: &Grade| if grade.applicable { (u64::from(grade.point), 1) } else { (0, 0) };
        Self { points: grades.map(|grade| of(&grade).0), bears: grades.map(|grade| of(&grade).1) }
    }

    /// The side's point under drawn weights, as [`crate::score::side`] computes it.
    #[inline]
    fn point(&self, weights: &[u64; N]) -> MicroPoints {
        let (mut sum, mut total) = (0, 0);
        for ((weight, point), bears) in weights.iter().zip(&self.points).zip(&self.bears) {
            sum += weight * point;
            total += weight * bears;
        }
        quotient(sum, total)
    }

    /// Smallest and largest point when each weight may move by a fifth: the largest is at weights 1.2 for the best
    /// criteria and 0.8 for the rest, the smallest the other way round.
    fn extremes(&self, weights: &Weights<N>) -> (MicroPoints, MicroPoints) {
        let mut order: [(u64, u64, u64); N] = [(0, 0, 0); N];
        let all = weights.hundredths().iter().zip(&self.points).zip(&self.bears);
        for (slot, ((weight, point), bears)) in order.iter_mut().zip(all) {
            let (low, high) = (u64::from(scale(*weight, 800)), u64::from(scale(*weight, 1_200)));
            *slot = (*point, low * bears, (high - low) * bears);
        }
        order.sort_unstable_by_key(|(point, ..)| std::cmp::Reverse(*point));
        let base =
            order.iter().fold((0, 0), |(sum, total), (point, low, _)| (sum + low * point, total + low));
        let raise =
            |(sum, total): (u64, u64), (point, _, more): &(u64, u64, u64)| (sum + more * point, total + more);
        let (mut at, mut high) = (base, quotient(base.0, base.1));
        for one in &order {
            at = raise(at, one);
            high = high.max(quotient(at.0, at.1));
        }
        let (mut at, mut low) = (base, quotient(base.0, base.1));
        for one in order.iter().rev() {
            at = raise(at, one);
            low = low.min(quotient(at.0, at.1));
        }
        // A hundredth of a point for the rounding of drawn weights.
        (low.saturating_sub(SLACK), high.saturating_add(SLACK))
    }
}

/// Micro-points that bounds are wider by.
const SLACK: MicroPoints = 10_000;

/// A sum of weighted millionths over its weight in micro-points, rounded half up; nothing where nothing bears on a pair.
#[inline]
fn quotient(sum: u64, total: u64) -> MicroPoints {
    if total == 0 { 0 } else { ((sum * u64::from(FULL / ONE) + total / 2) / total) as MicroPoints }
}

/// The least score with which a candidate can come into the first k under some draw, where the k-th of the list has a
/// score: whoever has less needs not be looked at. Nothing where the way in which the sides are made one gives no such
/// bound.
///
/// With all weights of a side between `low` and `high` times what they were, a side of s (0 to 1) lies between
/// 1 / (r / s - (r - 1)) and 1 / (1 / (r s) + 1 - 1 / r), r being high / low: the extremes are sides of which a part s
/// is whole and the rest nothing. Both are of the form 1 / (x / s + y), so of the harmonic mean of two sides the same
/// holds. The k first are never below the former at the k-th's score, and a candidate of m is never above the latter.
pub fn least_contender(weights: (&Weights<9>, &Weights<8>), fusion: Fusion, kth: MicroPoints) -> MicroPoints {
    if fusion != Fusion::Harmonic || kth == 0 {
        return 0;
    }
    let all = weights.0.hundredths().iter().chain(weights.1.hundredths());
    let factors = all.filter(|weight| **weight > 0).map(|weight| {
        // Drawn weights are rounded to hundredths of a point.
        (
            f64::from(scale(*weight, 800)) / f64::from(*weight),
            f64::from(scale(*weight, 1_200)) / f64::from(*weight),
        )
    });
    let (low, high) = factors.fold((0.8_f64, 1.2_f64), |(low, high), (a, b)| (low.min(a), high.max(b)));
    if low <= 0.0 {
        return 0;
    }
    let squared = (high / low) * (high / low);
    let least = 1.0 / (squared * f64::from(FULL) / f64::from(kth) - (squared - 1.0));
    let least = (least * f64::from(FULL)).clamp(0.0, f64::from(kth));
    (least as MicroPoints).saturating_sub(4 * SLACK)
}

/// For each of the first `watched` candidates the share of draws in which it is among the first `k` of all
/// candidates, in millionths. The candidates are all rows of the list, in its order, or those from
/// [`least_contender`] on.
pub fn stability(
    weights: (&Weights<9>, &Weights<8>),
    fusion: Fusion,
    candidates: &[Candidate],
    watched: usize,
    k: usize,
) -> Vec<Micro> {
    let contenders = contenders(weights, fusion, candidates, k);
    let mut random = Draw(0x0C0F_FEE5_EED0_2026);
    let mut hits = vec![0_u32; watched.min(candidates.len())];
    let k = k.min(contenders.len());
    let mut first: BinaryHeap<Reverse<(MicroPoints, Reverse<u128>, usize)>> =
        BinaryHeap::with_capacity(k + 1);
    for _ in 0..DRAWS {
        let investor = shaken(weights.0, &mut random);
        let project = shaken(weights.1, &mut random);
        first.clear();
        for contender in &contenders {
            let is_full = first.len() >= k;
            // Those that follow can be no better than this one, which cannot come in.
            if is_full && first.peek().is_none_or(|Reverse((least, ..))| contender.high < *least) {
                break;
            }
            let point = fuse(fusion, contender.investor.point(&investor), contender.project.point(&project));
            let key = Reverse((point, Reverse(contender.id), contender.place));
            if !is_full {
                first.push(key);
            } else if let Some(mut last) = first.peek_mut().filter(|last| key < **last) {
                *last = key;
            }
        }
        for Reverse((.., place)) in &first {
            if let Some(hit) = hits.get_mut(*place) {
                *hit += 1;
            }
        }
    }
    hits.into_iter().map(|hit| hit * (ONE / DRAWS)).collect()
}

/// A candidate that some draw could bring into the first k.
struct Contender {
    /// No draw gives it more.
    high: MicroPoints,
    investor: Side<9>,
    project: Side<8>,
    id: u128,
    place: usize,
}

/// Candidates that some draw could bring into the first k, those that can be best first.
fn contenders(
    weights: (&Weights<9>, &Weights<8>),
    fusion: Fusion,
    candidates: &[Candidate],
    k: usize,
) -> Vec<Contender> {
    let mut lows: Vec<MicroPoints> = Vec::with_capacity(candidates.len());
    let mut all: Vec<Contender> = Vec::with_capacity(candidates.len());
    for (place, candidate) in candidates.iter().enumerate() {
        let investor = Side::new(&candidate.evaluation.investor_grades);
        let project = Side::new(&candidate.evaluation.project_grades);
        let (low_a, high_a) = investor.extremes(weights.0);
        let (low_b, high_b) = project.extremes(weights.1);
        lows.push(fuse(fusion, low_a, low_b));
        all.push(Contender {
            high: fuse(fusion, high_a, high_b),
            investor,
            project,
            id: candidate.id,
            place,
        });
    }
    // The k that are never below the bar keep out whoever is never at it.
    if let Some(last) = k.checked_sub(1).filter(|last| *last < lows.len()) {
        let (_, bar, _) = lows.select_nth_unstable_by(last, |a, b| b.cmp(a));
        all.retain(|contender| contender.high >= *bar);
    }
    all.sort_unstable_by_key(|contender| Reverse(contender.high));
    all
}

fn shaken<const N: usize>(weights: &Weights<N>, random: &mut Draw) -> [u64; N] {
    weights.hundredths().map(|weight| u64::from(scale(weight, 800 + (random.next() % 401) as u32)))
}

fn scale(weight: u16, thousandths: u32) -> u16 {
    ((u32::from(weight) * thousandths + 500) / 1_000) as u16
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        policy::Policy,
        score::{mutual, side},
    };

    /// The same by the plain count: all candidates are scored under every draw.
    fn plain(policy: &Policy, candidates: &[Candidate], k: usize) -> Vec<Micro> {
        let mut random = Draw(0x0C0F_FEE5_EED0_2026);
        let mut hits = vec![0_u32; candidates.len()];
        for _ in 0..DRAWS {
            let investor = Weights::drawn(shaken(&policy.investor, &mut random).map(|weight| weight as u16));
            let project = Weights::drawn(shaken(&policy.project, &mut random).map(|weight| weight as u16));
            let mut scores: Vec<_> = candidates
                .iter()
                .enumerate()
                .map(|(place, candidate)| {
                    let a = side(&investor, &candidate.evaluation.investor_grades).point;
                    let b = side(&project, &candidate.evaluation.project_grades).point;
                    (Reverse(fuse(policy.fusion, a, b)), candidate.id, place)
                })
                .collect();
            scores.sort_unstable();
            scores.iter().take(k).for_each(|(.., place)| hits[*place] += 1);
        }
        hits.into_iter().map(|hit| hit * (ONE / DRAWS)).collect()
    }

    fn grade() -> impl Strategy<Value = Grade> {
        let point = prop_oneof![Just(0), Just(ONE), Just(400_000), 0..=ONE];
        (point, prop::bool::weighted(0.85)).prop_map(|(point, applicable)| Grade {
            low: point,
            point,
            high: point,
            known: ONE,
            applicable,
        })
    }

    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        let one = (prop::array::uniform9(grade()), prop::array::uniform8(grade()));
        prop::collection::vec(one, 1..120).prop_map(|all| {
            let policy = Policy::current();
            let mut all: Vec<Candidate> = all
                .into_iter()
                .zip(0..)
                .map(|((investor_grades, project_grades), id)| {
                    let investor = side(&policy.investor, &investor_grades);
                    let project = side(&policy.project, &project_grades);
                    let mutual = mutual(policy.fusion, &investor, &project);
                    Candidate {
                        evaluation: Evaluation { investor, project, mutual, investor_grades, project_grades },
                        id,
                    }
                })
                .collect();
            all.sort_by_key(|one| (Reverse(one.evaluation.mutual.point), one.id));
            all
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// What is left out, and what is not looked at under a draw, changes no figure.
        #[test]
        fn the_figures_are_those_of_the_plain_count(all in candidates(), k in 1_usize..25) {
            let policy = Policy::current();
            let weights = (&policy.investor, &policy.project);
            let wanted = plain(&policy, &all, k);
            prop_assert_eq!(&stability(weights, policy.fusion, &all, all.len(), k), &wanted);
            if let Some(kth) = all.get(k - 1) {
                let least = least_contender(weights, policy.fusion, kth.evaluation.mutual.point);
                let some: Vec<Candidate> =
                    all.iter().filter(|one| one.evaluation.mutual.point >= least).copied().collect();
                let found = stability(weights, policy.fusion, &some, some.len(), k);
                prop_assert_eq!(&found[..], &wanted[..some.len()]);
                prop_assert!(wanted[some.len()..].iter().all(|share| *share == 0));
            }
        }
    }
}
