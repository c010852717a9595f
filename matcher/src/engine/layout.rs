//! Which items share a block: a split tree for each partition, learned from a sample of questions.
//!
//! At every node each order of the kind is tried at its median (or, where one value fills half, beside it), and the
//! one is taken after which the questions have the least reason to look into both halves: the sum over questions and
//! halves of items times how far the bound of the half lies above the question's threshold. The layout bears on speed
//! alone, never on an answer.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: places and counts are of items in memory"
)]

use std::sync::Arc;

use super::{
    dispatch::{InstructionSet, Job, LANES, Simd},
    kind::Kind,
    tree::Super,
};

/// Items of a super.
pub(super) const SUPER: usize = LANES * LANES;

/// Items by which a node is judged; the rest is parted as they are.
const SAMPLE: usize = 192;

/// Questions with less than this are lent those that come nearest, so that a block no sampled question reads still
/// holds items that resemble each other.
const LEAST_QUESTIONS: usize = 32;

/// A bound this far below a threshold still counts for something: the next question's threshold differs.
const MARGIN: f32 = 0.15;

/// A question of the sample and the score from which its list is full.
pub(super) struct Asked<'a, K: Kind> {
    pub(super) query: &'a K::Query,
    pub(super) reach: f32,
}

/// Packs items into supers.
pub(super) fn arrange<K: Kind>(
    mut rows: Vec<K::Row>,
    asked: &[Asked<'_, K>],
    set: InstructionSet,
) -> Vec<Arc<Super<K>>> {
    rows.sort_by_cached_key(|row| (K::partition(row), K::id(row)));
    let mut supers = Vec::with_capacity(rows.len() / SUPER + 1);
    let mut planner = Planner::<K>::new();
    for part in rows.chunk_by_mut(|a, b| K::partition(a) == K::partition(b)) {
        let questions: Vec<(usize, f32)> = asked.iter().enumerate().map(|(n, _)| (n, 0.0)).collect();
        // Nothing is learned from no questions.
        if !questions.is_empty() {
            planner.part(part, asked, &questions, set);
        }
        supers.extend(part.chunks(SUPER).map(|rows| Arc::new(Super::pack(rows))));
    }
    supers
}

struct Planner<K: Kind> {
    /// Values of the sample, order by order.
    places: Vec<u32>,
    bounds: Vec<K::Bounds>,
    /// Orders with the value at which each is parted, and how many of the sample lie below.
    splits: Vec<(usize, u32, usize)>,
}

/// What each candidate costs.
struct Judge<'a, K: Kind> {
    asked: &'a [Asked<'a, K>],
    questions: &'a [(usize, f32)],
    bounds: &'a [K::Bounds],
    splits: &'a [(usize, u32, usize)],
    sampled: usize,
}

impl<K: Kind> Job for Judge<'_, K> {
    type Output = Vec<f32>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]
    fn run<S: Simd>(self, simd: S) -> Vec<f32> {
        let mut costs = vec![0.0; self.splits.len()];
        for (question, _) in self.questions {
            let Asked { query, reach } = &self.asked[*question];
            let mut cost = costs.iter_mut().zip(self.splits);
            for bounds in self.bounds {
                let lanes = simd.lanes(K::bound(simd, query, bounds));
                for pair in lanes.chunks_exact(2) {
                    let Some((cost, split)) = cost.next() else { break };
                    let below = split.2 as f32;
                    let above = (self.sampled - split.2) as f32;
                    *cost += below * weight(pair[0] - reach) + above * weight(pair[1] - reach);
                }
            }
        }
        costs
    }
}

fn weight(above: f32) -> f32 {
    if above < -MARGIN { 0.0 } else { above + MARGIN }
}

struct BoundOf<'a, K: Kind> {
    asked: &'a [Asked<'a, K>],
    questions: &'a [(usize, f32)],
    bounds: &'a K::Bounds,
}

impl<K: Kind> Job for BoundOf<'_, K> {
    type Output = Vec<(usize, f32)>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        // A loop and no closures, which would be compiled on their own.
        let mut all = Vec::with_capacity(self.questions.len());
        for (question, _) in self.questions {
            let Asked { query, reach } = &self.asked[*question];
            all.push((*question, simd.lanes(K::bound(simd, query, self.bounds))[0] - reach));
        }
        all
    }
}

impl<K: Kind> Planner<K> {
    fn new() -> Self {
        Self { places: Vec::new(), bounds: Vec::new(), splits: Vec::new() }
    }

    fn part(
        &mut self,
        rows: &mut [K::Row],
        asked: &[Asked<'_, K>],
        questions: &[(usize, f32)],
        set: InstructionSet,
    ) {
        if rows.len() <= LANES {
            return;
        }
        let unit = if rows.len() > SUPER { SUPER } else { LANES };
        let step = rows.len().div_ceil(SAMPLE);
        let sample: Vec<&K::Row> = rows.iter().step_by(step).collect();
        let questions = still_asked(&sample, asked, questions, set);
        let Some((dimension, at, _)) = self.choose(&sample, asked, &questions, set) else { return };
        let below = rows.iter().filter(|row| K::place(row, dimension) < at).count();
        // Cut where a block ends, so that blocks are full.
        let most = (rows.len() - 1) / unit * unit;
        let cut = ((below + unit / 2) / unit * unit).clamp(unit, most.max(unit));
        if cut >= rows.len() {
            return;
        }
        rows.select_nth_unstable_by_key(cut, |row| K::place(row, dimension));
        let (left, right) = rows.split_at_mut(cut);
        self.part(left, asked, &questions, set);
        self.part(right, asked, &questions, set);
    }

    /// The best order to part by, with the value from which an item lies in the upper half.
    fn choose(
        &mut self,
        sample: &[&K::Row],
        asked: &[Asked<'_, K>],
        questions: &[(usize, f32)],
        set: InstructionSet,
    ) -> Option<(usize, u32, usize)> {
        self.splits.clear();
        self.places.clear();
        let mut sorted = Vec::with_capacity(sample.len());
        for dimension in 0..K::DIMENSIONS {
            sorted.clear();
            sorted.extend(sample.iter().map(|row| K::place(row, dimension)));
            let first = self.places.len();
            self.places.extend_from_slice(&sorted);
            sorted.sort_unstable();
            let (least, median) = (sorted[0], sorted[sorted.len() / 2]);
            let below = if median > least {
                sorted.partition_point(|place| *place < median)
            } else {
                sorted.partition_point(|place| *place <= least)
            };
            if let Some(at) = sorted.get(below) {
                self.splits.push((dimension, *at, below));
            } else {
                self.places.truncate(first);
            }
        }
        let pairs = LANES / 2;
        self.bounds.clear();
        self.bounds.resize(self.splits.len().div_ceil(pairs), K::Bounds::default());
        for (number, (_, at, _)) in self.splits.iter().enumerate() {
            let places = &self.places[number * sample.len()..(number + 1) * sample.len()];
            let (bounds, lane) = (&mut self.bounds[number / pairs], number % pairs * 2);
            let half = |upper: bool| {
                sample
                    .iter()
                    .zip(places)
                    .filter(move |(_, place)| (**place >= *at) == upper)
                    .map(|(row, _)| *row)
            };
            K::cover(bounds, lane, half(false));
            K::cover(bounds, lane + 1, half(true));
        }
        let costs = set.run(Judge::<K> {
            asked,
            questions,
            bounds: &self.bounds,
            splits: &self.splits,
            sampled: sample.len(),
        });
        let best = costs.iter().enumerate().min_by(|a, b| a.1.total_cmp(b.1))?;
        self.splits.get(best.0).copied()
    }
}

/// The questions whose threshold the items still reach; where they are few, those that come nearest too.
fn still_asked<K: Kind>(
    sample: &[&K::Row],
    asked: &[Asked<'_, K>],
    questions: &[(usize, f32)],
    set: InstructionSet,
) -> Vec<(usize, f32)> {
    let mut bounds = K::Bounds::default();
    K::cover(&mut bounds, 0, sample.iter().copied());
    let mut questions = set.run(BoundOf::<K> { asked, questions, bounds: &bounds });
    questions.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let still = questions.iter().filter(|(_, above)| *above >= -MARGIN).count();
    questions.truncate(still.max(LEAST_QUESTIONS));
    questions
}
