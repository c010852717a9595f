//! The score of both sides as a kind of the engine: the list of [`super::opportunities`] by the score of both sides, without
//! a look at most projects.
//!
//! A [`Question`] is a query with tables by field, country, stage, instrument, help and city (`upper`): what projects share
//! is answered by part and not by list, so that the work before a search does not grow with the catalog. Blocks hold each
//! project's parts in bytes and its numbers in sixteen bits (`block`, `row`); the kernel adds up what the tables say of them
//! and takes both sides together, rounded so that nothing is too low (`kernel`, `terms`). What can reach the list is scored by the
//! functions that a scan calls (`rank::answer`), so that keys are those of the scan, bit by bit.
//!
//! What is made of facts of others than the project is in its row too: its owner's level and screening, its list numbers. When
//! an owner changes, its projects have to be put again; a [`Question`] and the rows that it is asked of have to come from one
//! catalog. An engine that learned from questions holds their catalog as long as it holds them.
//!
//! The pages of the product are made by the scan all the same: a page tells how many projects each gate removed and of how
//! many it could not tell, over the whole catalog, which the engine does not look at. It is for who needs lists alone, all
//! pairs at once, or lists that follow a change ([`crate::engine::Lists`]); nothing in the product is wired to it yet.
//!
//! Invariant: every term of `kernel` is at least the term of the pair, for an item and for each item of a set; the
//! weights are those of the pair; both sides only rise in their terms, and the mean of both in each side.

mod block;
mod class;
mod kernel;
mod question;
mod row;
mod terms;
mod upper;

use std::cmp::Reverse;

pub use block::{Block, Bounds};
pub use question::Question;
pub use row::Listed;

use super::RankKey;
use crate::{
    Catalog,
    engine::{Kind, Simd},
};

/// The score of both sides.
#[derive(Debug)]
pub struct Mutual;

impl Mutual {
    /// The projects of a catalog as the engine keeps them.
    pub fn rows(catalog: &Catalog) -> Vec<Listed> {
        (0..catalog.projects().rows().len()).filter_map(|place| Listed::of(catalog, place)).collect()
    }
}

impl Kind for Mutual {
    type Row = Listed;
    type Id = u128;
    type Block = Block;
    type Bounds = Bounds;
    type Query = Question;
    type Key = RankKey;

    const DIMENSIONS: usize = row::DIMENSIONS;

    fn id(row: &Listed) -> u128 {
        row.id()
    }

    fn holder(key: &RankKey) -> u128 {
        let Reverse(id) = key.id;
        id
    }

    fn partition(row: &Listed) -> u32 {
        row.partition()
    }

    fn place(row: &Listed, dimension: usize) -> u32 {
        row.place(dimension)
    }

    fn set(block: &mut Block, lane: usize, row: Option<&Listed>) {
        block.set(lane, row);
    }

    fn cover<'a>(bounds: &mut Bounds, lane: usize, rows: impl Iterator<Item = &'a Listed>) {
        bounds.cover(lane, rows);
    }

    fn join(bounds: &mut Bounds, lane: usize, of: &Bounds) {
        bounds.join(lane, of);
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]
    fn bound<S: Simd>(simd: S, query: &Question, bounds: &Bounds) -> S::F {
        kernel::bound(simd, query.upper(), bounds)
    }

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]
    fn score<S: Simd>(simd: S, query: &Question, of: &Bounds, block: &Block) -> S::F {
        kernel::score(simd, query.upper(), of, block)
    }

    fn exact(query: &Question, row: &Listed) -> Option<RankKey> {
        query.exact(row)
    }

    #[inline]
    fn reach(key: &RankKey) -> f32 {
        // Rounded to the nearest of two numbers; the one below is never too high.
        ((f64::from(key.primary) / f64::from(crate::score::FULL)) as f32).next_down()
    }
}
