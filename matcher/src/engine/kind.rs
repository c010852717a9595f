//! What the engine has to know of a score in order to find its top k.

use std::{fmt::Debug, hash::Hash};

use super::dispatch::Simd;

/// What no candidate reaches: a lane that is empty or that no gate lets through.
pub const OUT: f32 = f32::NEG_INFINITY;

/// A kind of score: how its facts are packed, how high they can score, and what they score exactly.
///
/// The engine asks three questions of rising cost. [`Self::bound`] is about sixteen sets of items, [`Self::score`] about
/// sixteen items, [`Self::exact`] about one. The first two answer on a common scale in single precision.
///
/// Invariant: `bound` of a set, and `score` of an item, are at least [`Self::reach`] of the key of every item in it. Then a
/// set whose bound is below the reach of the k-th best key holds none of the top k, and the answer is that of a plain scan
/// with `exact`, whatever the layout and the instruction set.
pub trait Kind: Sized + Send + Sync + 'static {
    /// The facts of an item, complete and exact.
    type Row: Clone + Debug + Send + Sync;
    /// What an item is known by.
    type Id: Copy + Eq + Ord + Hash + Debug + Send + Sync;
    /// The facts of sixteen items of one partition by column, rounded so that nothing scores too low. The default is
    /// empty.
    type Block: Clone + Default + Send + Sync;
    /// What holds of sixteen sets of items. The default is sixteen empty sets.
    type Bounds: Clone + Default + Send + Sync;
    /// A question, prepared.
    type Query: Send + Sync;
    /// A place in the order: greater comes first. It holds the id, so that no two items are equal.
    type Key: Copy + Ord + Debug + Send + Sync;

    /// Number of the orders by which items can be parted.
    const DIMENSIONS: usize;

    /// Whose facts these are.
    fn id(row: &Self::Row) -> Self::Id;

    /// Whose place this is.
    fn holder(key: &Self::Key) -> Self::Id;

    /// The partition; no block holds items of two.
    fn partition(row: &Self::Row) -> u32;

    /// The place of an item in one of the orders.
    fn place(row: &Self::Row, dimension: usize) -> u32;

    /// Puts an item into a lane, or empties it.
    fn set(block: &mut Self::Block, lane: usize, row: Option<&Self::Row>);

    /// Makes a lane say what holds of the items.
    fn cover<'a>(bounds: &mut Self::Bounds, lane: usize, rows: impl Iterator<Item = &'a Self::Row>)
    where
        Self::Row: 'a;

    /// Makes a lane say what holds of all sixteen sets of another one.
    fn join(bounds: &mut Self::Bounds, lane: usize, of: &Self::Bounds);

    /// What the items of each set score at most; [`OUT`] where no gate lets any through.
    fn bound<S: Simd>(simd: S, query: &Self::Query, bounds: &Self::Bounds) -> S::F;

    /// What each item of a block scores at most, given what holds of the super that it lies in; [`OUT`] where a gate
    /// shuts it out.
    fn score<S: Simd>(simd: S, query: &Self::Query, of: &Self::Bounds, block: &Self::Block) -> S::F;

    /// The place of an item in the order; none where a gate shuts it out.
    fn exact(query: &Self::Query, row: &Self::Row) -> Option<Self::Key>;

    /// A number that [`Self::score`] is at least for every key that is not after this one.
    fn reach(key: &Self::Key) -> f32;
}
