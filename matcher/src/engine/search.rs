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
    tree::{Change, Group, State, Super, changed},
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
}

/// One search.
pub(super) struct Search<'a, K: Kind> {
    pub(super) state: &'a State<K>,
    pub(super) query: &'a K::Query,
    pub(super) k: usize,
    /// Items that are scored exactly before the search gives up.
    pub(super) most: u32,
    pub(super) scratch: &'a mut Scratch,
}

impl<K: Kind> Job for Search<'_, K> {
    type Output = (Vec<K::Key>, Effort);

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let Self { state, query, k, most, scratch } = self;
        let fresh = &state.fresh;
        let mut walk =
            Walk { simd, query, fresh, top: Top::new(k), waiting: Vec::new(), effort: Effort::default() };
        for row in fresh.iter().filter_map(|(_, row)| row.as_ref()) {
            if let Some(key) = K::exact(query, row) {
                walk.top.push::<K>(key);
            }
        }
        let bounds = &mut scratch.bounds;
        bounds.clear();
        let mut groups: Vec<&Group<K>> = Vec::with_capacity(state.tree.regions.len() * LANES);
        let mut seeds = [(f32::MIN, u32::MAX); SEEDS];
        for region in &state.tree.regions {
            let reaches = simd.lanes(K::bound(simd, query, &region.bounds));
            for (group, reach) in region.children.iter().zip(reaches) {
                let Some(group) = group.as_deref().filter(|_| reach >= f32::MIN) else { continue };
                let bound = K::bound(simd, query, &group.bounds);
                let lanes = simd.lanes(bound);
                let mut higher = simd.bits(simd.at_least(bound, simd.number(seeds[SEEDS - 1].0)));
                while higher != 0 {
                    let lane = higher.trailing_zeros();
                    higher &= higher - 1;
                    sift(&mut seeds, (lanes[lane as usize & 15], (groups.len() as u32) << 4 | lane));
                }
                bounds.push(lanes);
                groups.push(group);
            }
        }
        for (_, seed) in seeds {
            let group = groups.get((seed >> 4) as usize);
            if let Some(packed) = group.and_then(|group| group.children[seed as usize & 15].as_deref()) {
                walk.visit_best_first(packed);
            }
        }
        let mut left: Vec<(f32, &Super<K>)> = Vec::with_capacity(groups.len() * LANES);
        for (number, (bounds, group)) in bounds.iter().zip(&groups).enumerate() {
            let mut wanted = simd.bits(simd.at_least(simd.numbers(bounds), simd.number(walk.top.reach)));
            while wanted != 0 {
                let lane = wanted.trailing_zeros();
                wanted &= wanted - 1;
                let seed = (number as u32) << 4 | lane;
                if let Some(packed) = group.children[lane as usize & 15].as_deref()
                    && seeds.iter().all(|(_, other)| *other != seed)
                {
                    left.push((bounds[lane as usize & 15], packed));
                }
            }
        }
        left.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        // Blocks are asked for while the bounds of the next super are made, and read after that.
        let mut ahead: Option<(&Super<K>, u32, Lanes)> = None;
        for (place, (bound, packed)) in left.iter().enumerate() {
            if *bound < walk.top.reach || walk.effort.exact > most {
                break;
            }
            if let Some((_, next)) = left.get(place + AHEAD) {
                prefetch(&next.bounds);
                prefetch(&next.rows);
            }
            let next = walk.enter(packed);
            if let Some((packed, wanted, bounds)) = ahead.replace(next) {
                walk.scan_all(packed, wanted, &bounds);
            }
        }
        if let Some((packed, wanted, bounds)) = ahead {
            walk.scan_all(packed, wanted, &bounds);
        }
        walk.settle();
        (walk.top.finish(), walk.effort)
    }
}

/// Supers between one that is asked for and one that is read.
const AHEAD: usize = 3;

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

/// A search on its way.
struct Walk<'a, K: Kind, S: Simd> {
    simd: S,
    query: &'a K::Query,
    fresh: &'a [Change<K>],
    top: Top<K::Key>,
    /// Where rows lie that were asked for and are scored exactly after the next block: to read one sooner, be it only to
    /// see whether there is one, would wait for it.
    waiting: Vec<(f32, &'a Option<K::Row>)>,
    effort: Effort,
}

impl<'a, K: Kind, S: Simd> Walk<'a, K, S> {
    /// Searches a super block by block, in the order of their bounds.
    #[inline(always)]
    fn visit_best_first(&mut self, packed: &'a Super<K>) {
        self.effort.supers += 1;
        let mut bounds = self.simd.lanes(K::bound(self.simd, self.query, &packed.bounds));
        for _ in 0..LANES {
            let highest = |best: (usize, f32), (leaf, bound): (usize, &f32)| {
                if *bound > best.1 { (leaf, *bound) } else { best }
            };
            let (leaf, bound) = bounds.iter().enumerate().fold((0, f32::MIN), highest);
            if bound <= f32::MIN || bound < self.top.reach {
                return;
            }
            bounds[leaf] = f32::NEG_INFINITY;
            self.scan(packed, leaf);
            self.settle();
        }
    }

    /// Bounds the blocks of a super and asks for those that can still reach the list.
    #[inline(always)]
    fn enter(&mut self, packed: &'a Super<K>) -> (&'a Super<K>, u32, Lanes) {
        self.effort.supers += 1;
        let bounds = K::bound(self.simd, self.query, &packed.bounds);
        let wanted = self.simd.bits(self.simd.at_least(bounds, self.simd.number(self.top.reach)));
        let mut ahead = wanted;
        while ahead != 0 {
            prefetch(&packed.blocks[ahead.trailing_zeros() as usize & 15]);
            ahead &= ahead - 1;
        }
        (packed, wanted, self.simd.lanes(bounds))
    }

    /// Scores the blocks of a super that can still reach the list.
    #[inline(always)]
    fn scan_all(&mut self, packed: &'a Super<K>, wanted: u32, bounds: &Lanes) {
        let mut wanted = wanted;
        while wanted != 0 {
            let leaf = wanted.trailing_zeros() as usize & 15;
            wanted &= wanted - 1;
            if bounds[leaf] >= self.top.reach {
                self.scan(packed, leaf);
            }
        }
    }

    /// Scores the items of a block.
    #[inline(always)]
    fn scan(&mut self, packed: &'a Super<K>, leaf: usize) {
        let simd = self.simd;
        self.effort.blocks += 1;
        let scores = K::score(simd, self.query, &packed.bounds, &packed.blocks[leaf & 15]);
        self.settle();
        let mut wanted = simd.bits(simd.at_least(scores, simd.number(self.top.reach)));
        if wanted == 0 {
            return;
        }
        let scores = simd.lanes(scores);
        while wanted != 0 {
            let lane = wanted.trailing_zeros() as usize & 15;
            wanted &= wanted - 1;
            if let Some(row) = packed.slot(leaf, lane) {
                prefetch(row);
                self.waiting.push((scores[lane], row));
            }
        }
    }

    /// Scores exactly what waits for it.
    #[inline(always)]
    fn settle(&mut self) {
        for (score, row) in self.waiting.drain(..) {
            if score >= self.top.reach
                && let Some(row) = row
                && !changed::<K>(self.fresh, K::id(row))
            {
                self.effort.exact += 1;
                if let Some(key) = K::exact(self.query, row) {
                    self.top.push::<K>(key);
                }
            }
        }
    }
}

/// The plain scan with exact scores: what every search has to equal.
pub(super) fn plain<K: Kind>(state: &State<K>, query: &K::Query, k: usize) -> Vec<K::Key> {
    let mut top = Top::new(k);
    for key in state.rows().filter_map(|row| K::exact(query, row)) {
        top.push::<K>(key);
    }
    top.finish()
}
