//! The search: bounds of all supers, the best few first, then those that can still reach the list.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::inline_always,
    reason = "kernel: lanes are below sixteen, counts are of blocks in memory; what is not inlined is not compiled for the instruction set"
)]

use std::{cmp::Reverse, collections::BinaryHeap};

use super::{
    dispatch::{Job, LANES, Lanes, Simd, prefetch},
    kind::Kind,
    tree::{Root, Super},
};

/// Supers that are searched first, for a threshold that shuts most others out.
const SEEDS: usize = 4;

/// What a search did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effort {
    /// Supers whose blocks were bounded.
    pub supers: u32,
    /// Blocks whose items were scored.
    pub blocks: u32,
    /// Items that were scored exactly.
    pub exact: u32,
}

/// The first k of a list.
pub(super) struct Top<Key> {
    k: usize,
    heap: BinaryHeap<Reverse<Key>>,
    /// No item below it can be among them.
    reach: f32,
}

impl<Key: Ord + Copy> Top<Key> {
    pub(super) fn new(k: usize) -> Self {
        let reach = if k == 0 { f32::INFINITY } else { f32::MIN };
        Self { k, heap: BinaryHeap::with_capacity(k.min(1 << 16)), reach }
    }

    #[inline(always)]
    pub(super) fn push<K: Kind<Key = Key>>(&mut self, key: Key) {
        if self.heap.len() < self.k {
            self.heap.push(Reverse(key));
        } else if let Some(mut worst) = self.heap.peek_mut()
            && key > worst.0
        {
            *worst = Reverse(key);
        }
        if self.heap.len() == self.k
            && let Some(worst) = self.heap.peek()
        {
            self.reach = K::reach(&worst.0);
        }
    }

    /// Best first.
    pub(super) fn finish(self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.heap.into_iter().map(|key| key.0).collect();
        keys.sort_unstable_by_key(|key| Reverse(*key));
        keys
    }
}

/// Room that searches use again, so that none has to ask for memory.
#[derive(Debug, Default)]
pub struct Scratch {
    bounds: Vec<Lanes>,
    groups: Vec<u32>,
    left: Vec<(f32, u32)>,
}

/// One search.
pub(super) struct Search<'a, K: Kind> {
    pub(super) root: &'a Root<K>,
    pub(super) query: &'a K::Query,
    pub(super) k: usize,
    pub(super) scratch: &'a mut Scratch,
}

impl<K: Kind> Job for Search<'_, K> {
    type Output = (Vec<K::Key>, Effort);

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let Self { root, query, k, scratch } = self;
        let mut top = Top::new(k);
        let mut effort = Effort::default();
        scratch.bounds.clear();
        scratch.groups.clear();
        scratch.left.clear();
        let mut seeds = [(f32::MIN, u32::MAX); SEEDS];
        for (number, region) in root.regions.iter().enumerate() {
            let reaches = simd.lanes(K::bound(simd, query, &region.bounds));
            for (lane, group) in region.children.iter().enumerate() {
                let Some(group) = group else { continue };
                if reaches[lane] < f32::MIN {
                    continue;
                }
                let bounds = K::bound(simd, query, &group.bounds);
                let number = (number << 4 | lane) as u32;
                let lanes = simd.lanes(bounds);
                let mut higher = simd.bits(simd.at_least(bounds, simd.number(seeds[SEEDS - 1].0)));
                while higher != 0 {
                    let lane = higher.trailing_zeros();
                    higher &= higher - 1;
                    sift(&mut seeds, (lanes[lane as usize & 15], number << 4 | lane));
                }
                scratch.bounds.push(lanes);
                scratch.groups.push(number);
            }
        }
        for (_, seed) in seeds {
            if let Some(packed) = root.at(seed as usize) {
                visit_best_first(simd, query, packed, &mut top, &mut effort);
            }
        }
        for (bounds, group) in scratch.bounds.iter().zip(&scratch.groups) {
            let mut wanted = simd.bits(simd.at_least(simd.numbers(bounds), simd.number(top.reach)));
            while wanted != 0 {
                let lane = wanted.trailing_zeros();
                wanted &= wanted - 1;
                let number = group << 4 | lane;
                if seeds.iter().all(|seed| seed.1 != number) {
                    scratch.left.push((bounds[lane as usize & 15], number));
                }
            }
        }
        scratch.left.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        for (place, (bound, number)) in scratch.left.iter().enumerate() {
            if *bound < top.reach {
                break;
            }
            if let Some(next) = scratch.left.get(place + 2).and_then(|next| root.at(next.1 as usize)) {
                prefetch(&next.bounds);
            }
            if let Some(packed) = root.at(*number as usize) {
                visit(simd, query, packed, &mut top, &mut effort);
            }
        }
        (top.finish(), effort)
    }
}

/// Keeps the highest few.
#[inline(always)]
fn sift(seeds: &mut [(f32, u32); SEEDS], candidate: (f32, u32)) {
    let mut candidate = candidate;
    for seed in seeds {
        if candidate.0 > seed.0 {
            std::mem::swap(seed, &mut candidate);
        }
    }
}

/// Searches a super block by block, in the order of their bounds.
#[inline(always)]
fn visit_best_first<S: Simd, K: Kind>(
    simd: S,
    query: &K::Query,
    packed: &Super<K>,
    top: &mut Top<K::Key>,
    effort: &mut Effort,
) {
    effort.supers += 1;
    let mut bounds = simd.lanes(K::bound(simd, query, &packed.bounds));
    for _ in 0..LANES {
        let (leaf, bound) = bounds
            .iter()
            .enumerate()
            .fold((0, f32::MIN), |best, (leaf, bound)| if *bound > best.1 { (leaf, *bound) } else { best });
        if bound <= f32::MIN || bound < top.reach {
            return;
        }
        bounds[leaf] = f32::NEG_INFINITY;
        scan(simd, query, packed, leaf, top, effort);
    }
}

/// Searches the blocks of a super that can still reach the list.
#[inline(always)]
fn visit<S: Simd, K: Kind>(
    simd: S,
    query: &K::Query,
    packed: &Super<K>,
    top: &mut Top<K::Key>,
    effort: &mut Effort,
) {
    effort.supers += 1;
    let bounds = K::bound(simd, query, &packed.bounds);
    let mut wanted = simd.bits(simd.at_least(bounds, simd.number(top.reach)));
    let bounds = simd.lanes(bounds);
    let mut ahead = wanted;
    while ahead != 0 {
        prefetch(&packed.blocks[ahead.trailing_zeros() as usize & 15]);
        ahead &= ahead - 1;
    }
    while wanted != 0 {
        let leaf = wanted.trailing_zeros() as usize & 15;
        wanted &= wanted - 1;
        if bounds[leaf] >= top.reach {
            scan(simd, query, packed, leaf, top, effort);
        }
    }
}

/// Scores the items of a block.
#[inline(always)]
fn scan<S: Simd, K: Kind>(
    simd: S,
    query: &K::Query,
    packed: &Super<K>,
    leaf: usize,
    top: &mut Top<K::Key>,
    effort: &mut Effort,
) {
    effort.blocks += 1;
    let scores = K::score(simd, query, &packed.blocks[leaf & 15]);
    let mut wanted = simd.bits(simd.at_least(scores, simd.number(top.reach)));
    if wanted == 0 {
        return;
    }
    let scores = simd.lanes(scores);
    while wanted != 0 {
        let lane = wanted.trailing_zeros() as usize & 15;
        wanted &= wanted - 1;
        if scores[lane] < top.reach {
            continue;
        }
        effort.exact += 1;
        if let Some(key) = packed.row(leaf, lane).and_then(|row| K::exact(query, row)) {
            top.push::<K>(key);
        }
    }
}

/// The plain scan with exact scores: what every search has to equal.
pub(super) fn plain<K: Kind>(root: &Root<K>, query: &K::Query, k: usize) -> Vec<K::Key> {
    let mut top = Top::new(k);
    for key in root.rows().filter_map(|row| K::exact(query, row)) {
        top.push::<K>(key);
    }
    top.finish()
}
