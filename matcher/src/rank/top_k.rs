//! The first k after a key, from candidates in any order.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::RankKey;

/// Keeps the best k of what it is shown, all of them after a given key, and counts what lies before.
pub struct TopK<T> {
    k: usize,
    after: Option<RankKey>,
    heap: BinaryHeap<Reverse<Entry<T>>>,
    before: u64,
    total: u64,
}

struct Entry<T> {
    key: RankKey,
    item: T,
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}
impl<T> Eq for Entry<T> {}
impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key.cmp(&other.key)
    }
}

impl<T> TopK<T> {
    /// Keeps k rows strictly after a key; all rows compete where there is none.
    pub fn new(k: usize, after: Option<RankKey>) -> Self {
        Self { k, after, heap: BinaryHeap::with_capacity(k.min(1024)), before: 0, total: 0 }
    }

    /// Shows a candidate; the item is made only where it stays.
    pub fn push(&mut self, key: RankKey, item: impl FnOnce() -> T) {
        self.total = self.total.saturating_add(1);
        if self.after.is_some_and(|after| key >= after) {
            self.before = self.before.saturating_add(1);
            return;
        }
        if self.heap.len() < self.k {
            self.heap.push(Reverse(Entry { key, item: item() }));
        } else if let Some(mut worst) = self.heap.peek_mut()
            && key > worst.0.key
        {
            *worst = Reverse(Entry { key, item: item() });
        }
    }

    /// The least primary figure with which a candidate can still be kept; none is too small while there is room.
    #[inline]
    pub fn reach(&self) -> u32 {
        if self.heap.len() < self.k {
            return 0;
        }
        self.heap.peek().map_or(0, |worst| worst.0.key.primary)
    }

    /// Counts a candidate below [`Self::reach`]. Whatever is kept lies after the key that the page begins after, so
    /// that this candidate does too.
    #[inline]
    pub fn pass_by(&mut self) {
        self.total = self.total.saturating_add(1);
    }

    /// Takes in what another one kept of other candidates of the same list.
    pub fn absorb(&mut self, other: Self) {
        self.before = self.before.saturating_add(other.before);
        self.total = self.total.saturating_add(other.total);
        for Reverse(entry) in other.heap {
            self.heap.push(Reverse(entry));
            if self.heap.len() > self.k {
                self.heap.pop();
            }
        }
    }

    /// The rows best first, how many lie before the first, and how many were shown in all.
    pub fn finish(self) -> (Vec<T>, u64, u64) {
        let mut entries: Vec<Entry<T>> = self.heap.into_iter().map(|reverse| reverse.0).collect();
        entries.sort_by_key(|entry| Reverse(entry.key));
        (entries.into_iter().map(|entry| entry.item).collect(), self.before, self.total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_equals_sort_and_truncate(
            rows in proptest::collection::vec((0_u32..5, 0_u32..3, 0_u128..1000), 0..80),
            k in 0_usize..12,
            after in proptest::option::of((0_u32..5, 0_u32..3, 0_u128..1000)),
        ) {
            let key = |(primary, coverage, id): (u32, u32, u128)| {
                RankKey { primary, coverage, fresh: 0, id: Reverse(id) }
            };
            let after = after.map(key);
            let mut top = TopK::new(k, after);
            let mut all: Vec<RankKey> = rows.iter().map(|row| key(*row)).collect();
            all.sort_unstable();
            all.dedup();
            for key in &all {
                top.push(*key, || *key);
            }
            all.reverse();
            let before = all.iter().filter(|key| after.is_some_and(|after| **key >= after)).count() as u64;
            let expected: Vec<RankKey> =
                all.iter().copied().filter(|key| after.is_none_or(|after| *key < after)).take(k).collect();
            let expected = (expected, before, all.len() as u64);
            // In two halves that are put together it is the same.
            let (mut left, mut right) = (TopK::new(k, after), TopK::new(k, after));
            for (place, key) in all.iter().enumerate() {
                if place % 2 == 0 { &mut left } else { &mut right }.push(*key, || *key);
            }
            left.absorb(right);
            prop_assert_eq!(left.finish(), expected.clone());
            prop_assert_eq!(top.finish(), expected);
        }
    }
}
