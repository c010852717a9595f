//! The exact top k by gates and score over packed columns, without looking at most of them.
//!
//! Items lie in blocks of sixteen by column; sixteen blocks of one partition are a super; nodes of sixteen stand above
//! (`tree`). Of every set the bounds are kept that a [`Kind`] of score needs to say how high its members can score. A
//! search bounds all supers, looks into the best few, and then only into those that can still reach the list
//! (`search`); what reaches it is scored exactly, so that the answer is that of a plain scan, bit by bit, on every
//! instruction set (`dispatch`). Which items share a block is learned from questions (`layout`). Readers hold
//! snapshots while one writer changes copies of single paths, and clustering is repaired beside both (`live`). The lists of
//! many questions are kept current by looking at what a change could have moved alone (`lists`).
//!
//! Bounds and the scores of blocks are in single precision over columns of sixteen bits, rounded so that they are never
//! too low; they decide what is looked at and nothing else. The order is decided by [`Kind::exact`] alone.
//!
//! There is no plain scan of blocks to fall back to: where bounds shut nothing out, they cost one vector for every sixteen
//! that a scan would read anyway.
//!
//! The production score is one of its kinds, [`crate::rank::mutual`]; city pairs, of which there are few enough to look at
//! each once, have a kernel of their own, [`crate::rank::all_partners`].

mod dispatch;
mod kind;
mod layout;
mod lists;
mod live;
mod search;
mod snapshot;
mod tree;
mod writer;

pub use dispatch::{InstructionSet, Job, LANES, Lanes, Portable, Simd};
pub use kind::{Kind, OUT};
pub use lists::{Lists, Touched};
pub use live::Engine;
pub use search::{Effort, Scratch};
pub use snapshot::Snapshot;
