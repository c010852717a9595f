//! Who is shown how often in the first twenty of all lists.

use std::collections::HashMap;

use super::judge::Found;
use crate::{ONE, highlight::gini};

/// Places of a list that count as shown.
const SHOWN: usize = 20;

/// Counts of showings.
#[derive(Debug, Clone)]
pub struct Exposure {
    items: usize,
    lists: usize,
    counts: HashMap<u32, u32>,
}

impl Exposure {
    /// Of so many items, none shown yet.
    pub fn of(items: usize) -> Self {
        Self { items, lists: 0, counts: HashMap::new() }
    }

    /// Counts a list, best first.
    pub fn shown(&mut self, list: &[Found]) {
        self.lists = self.lists.saturating_add(1);
        for found in list.iter().take(SHOWN) {
            let count = self.counts.entry(found.item).or_insert(0);
            *count = count.saturating_add(1);
        }
    }

    /// How many lists were counted.
    pub const fn lists(&self) -> usize {
        self.lists
    }

    /// Share of the items that no list showed.
    pub fn never(&self) -> f64 {
        1.0 - self.counts.len() as f64 / self.items.max(1) as f64
    }

    /// Gini coefficient of showings over all items, to the millionth: 0 all alike, near 1 a few take all.
    pub fn gini(&self) -> f64 {
        let mut counts: Vec<u32> = self.counts.values().copied().collect();
        counts.resize(self.items.max(counts.len()), 0);
        f64::from(gini(counts)) / f64::from(ONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn even_and_uneven_showings() {
        let found = |item| Found { item, score: 1 };
        let mut even = Exposure::of(4);
        even.shown(&[0, 1, 2, 3].map(found));
        assert!((even.gini()).abs() < 1e-12 && even.never().abs() < 1e-12);
        let mut one = Exposure::of(4);
        one.shown(&[found(2)]);
        assert!((one.gini() - 0.75).abs() < 1e-12 && (one.never() - 0.75).abs() < 1e-12);
        let mut long = Exposure::of(30);
        long.shown(&(0..30).map(found).collect::<Vec<_>>());
        assert!((long.never() - 1.0 / 3.0).abs() < 1e-12, "only twenty places count");
    }
}
