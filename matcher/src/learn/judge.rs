//! What ranks in a back-test, and the best of a list.

use super::{model::Model, switch::Switches};
use crate::score::MicroPoints;

/// What ranks.
#[derive(Debug)]
pub enum Ranker<'m> {
    /// The published policy alone.
    Published,
    /// A model, without what a policy switched off.
    Model(&'m Model, &'m Switches),
}

/// A candidate with its score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number of the candidate.
    pub item: u32,
    /// Its score.
    pub score: MicroPoints,
}

/// The best of a list, best first; equal scores keep the list's order, which callers make that of the ids.
pub fn best(mut found: Vec<Found>, top: usize) -> Vec<Found> {
    found.sort_by_key(|found| std::cmp::Reverse(found.score));
    found.truncate(top);
    found
}

/// `79.123456` of micro-points, exactly.
pub fn exact_points(score: MicroPoints) -> String {
    format!("{}.{:06}", score / 1_000_000, score % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_come_first_and_ties_keep_the_order_of_ids() {
        let list = [(7, 5), (3, 9), (5, 5), (1, 0)].map(|(item, score)| Found { item, score });
        let items: Vec<u32> = best(list.to_vec(), 3).iter().map(|found| found.item).collect();
        assert_eq!(items, [3, 7, 5]);
        assert_eq!(exact_points(100_000_000), "100.000000");
        assert_eq!(exact_points(1_000_042), "1.000042");
    }
}
