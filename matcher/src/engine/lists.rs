//! The lists of many questions over one catalog, as for digests: all of them at once, and then kept current by looking
//! only at pairs that a change could have moved.
//!
//! A change of an item can move a list in two ways. Where the item is in the list, its place is taken anew. Where it is
//! not, it enters if it reaches the last place. An item that was not changed cannot enter a full list but by another one
//! leaving: only then is the list searched again.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: lanes are below sixteen, counts are of questions and items in memory"
)]

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use super::{
    dispatch::{InstructionSet, Job, LANES, Simd},
    kind::Kind,
    search::Scratch,
    snapshot::Snapshot,
};

/// The top k of each of many questions.
pub struct Lists<K: Kind> {
    queries: Vec<K::Query>,
    k: usize,
    tops: Vec<Vec<K::Key>>,
    /// In which lists an item is.
    holders: HashMap<K::Id, Vec<u32>>,
    set: InstructionSet,
}

/// What it took to bring lists up to date.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Touched {
    /// Pairs of a question and an item that were scored exactly.
    pub scored: u64,
    /// Lists that were searched again.
    pub searched: u64,
    /// Lists that are not what they were.
    pub moved: u64,
}

/// The questions whose lists the items of a block may enter.
struct Reaching<'a, K: Kind> {
    queries: &'a [K::Query],
    reaches: &'a [f32],
    bounds: &'a K::Bounds,
    block: &'a K::Block,
}

impl<K: Kind> Job for Reaching<'_, K> {
    type Output = Vec<(usize, u32)>;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]
    fn run<S: Simd>(self, simd: S) -> Self::Output {
        let mut out = Vec::new();
        for (number, (query, reach)) in self.queries.iter().zip(self.reaches).enumerate() {
            let scores = K::score(simd, query, self.bounds, self.block);
            let lanes = simd.bits(simd.at_least(scores, simd.number(*reach)));
            if lanes != 0 {
                out.push((number, lanes));
            }
        }
        out
    }
}

impl<K: Kind> Lists<K> {
    /// The top k of every question over a snapshot, on so many threads.
    pub fn new(snapshot: &Snapshot<K>, queries: Vec<K::Query>, k: usize, threads: usize) -> Self {
        let size = queries.len().div_ceil(threads.max(1)).max(1);
        let search = |part: &[K::Query]| {
            let mut scratch = Scratch::default();
            part.iter().map(|query| snapshot.search(query, k, &mut scratch).0).collect::<Vec<_>>()
        };
        let tops: Vec<Vec<K::Key>> = std::thread::scope(|scope| {
            let running: Vec<_> =
                queries.chunks(size).map(|part| scope.spawn(move || search(part))).collect();
            // A panic of a part is the panic of the whole, as it would be on one thread.
            running
                .into_iter()
                .flat_map(|thread| thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
                .collect()
        });
        let mut all = Self { queries, k, tops, holders: HashMap::new(), set: snapshot.set };
        for number in 0..all.tops.len() {
            all.hold(number);
        }
        all
    }

    /// The list of a question, best first.
    pub fn list(&self, number: usize) -> Option<&[K::Key]> {
        self.tops.get(number).map(Vec::as_slice)
    }

    /// Brings all lists up to a snapshot in which these items, and no others, are not what they were.
    pub fn apply(&mut self, snapshot: &Snapshot<K>, changed: &[(K::Id, Option<K::Row>)]) -> Touched {
        let mut touched = Touched::default();
        // The last place of each full list as it was: whatever was not changed and is not in the list is after it.
        let floors: Vec<Option<K::Key>> =
            self.tops.iter().map(|list| list.last().filter(|_| list.len() >= self.k).copied()).collect();
        let reaches: Vec<f32> =
            floors.iter().map(|floor| floor.as_ref().map_or(f32::MIN, K::reach)).collect();
        let mut before: HashMap<usize, Vec<K::Key>> = HashMap::new();
        for (id, _) in changed {
            for number in self.holders.remove(id).unwrap_or_default() {
                let list = &mut self.tops[number as usize];
                before.entry(number as usize).or_insert_with(|| list.clone());
                list.retain(|key| K::holder(key) != *id);
            }
        }
        let mut rows: Vec<&K::Row> = changed.iter().filter_map(|(_, row)| row.as_ref()).collect();
        rows.sort_by_key(|row| (K::partition(row), K::id(row)));
        for part in rows.chunk_by(|a, b| K::partition(a) == K::partition(b)) {
            for part in part.chunks(LANES) {
                let (mut bounds, mut block) = (K::Bounds::default(), K::Block::default());
                K::cover(&mut bounds, 0, part.iter().copied());
                for (lane, row) in part.iter().enumerate() {
                    K::set(&mut block, lane, Some(row));
                }
                let reaching = Reaching::<K> {
                    queries: &self.queries,
                    reaches: &reaches,
                    bounds: &bounds,
                    block: &block,
                };
                for (number, lanes) in self.set.run(reaching) {
                    for (_, row) in part.iter().enumerate().filter(|(lane, _)| lanes >> lane & 1 == 1) {
                        touched.scored += 1;
                        let key = K::exact(&self.queries[number], row);
                        if let Some(key) = key.filter(|key| floors[number].is_none_or(|floor| *key >= floor))
                        {
                            let list = &mut self.tops[number];
                            before.entry(number).or_insert_with(|| list.clone());
                            list.push(key);
                        }
                    }
                }
            }
        }
        let numbers: BTreeSet<usize> = before.keys().copied().collect();
        let mut scratch = Scratch::default();
        for number in numbers {
            let list = &mut self.tops[number];
            if floors[number].is_some() && list.len() < self.k {
                touched.searched += 1;
                *list = snapshot.search(&self.queries[number], self.k, &mut scratch).0;
            } else {
                list.sort_unstable_by_key(|key| Reverse(*key));
                list.truncate(self.k);
            }
            let old = before.remove(&number).unwrap_or_default();
            touched.moved += u64::from(old != self.tops[number]);
            for key in old {
                if let Some(held) = self.holders.get_mut(&K::holder(&key)) {
                    held.retain(|held| *held as usize != number);
                }
            }
            self.hold(number);
        }
        touched
    }

    /// Notes who is in a list.
    fn hold(&mut self, number: usize) {
        for key in &self.tops[number] {
            self.holders.entry(K::holder(key)).or_default().push(number as u32);
        }
    }
}
