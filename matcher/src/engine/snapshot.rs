//! All items in one state, and the searches over it.

use std::sync::Arc;

use super::{
    dispatch::InstructionSet,
    kind::Kind,
    search::{Effort, Scratch, Search, plain},
    tree::{Group, Rows, State, Super},
};

/// All items in one state, for as long as it is held.
pub struct Snapshot<K: Kind> {
    pub(super) state: Arc<State<K>>,
    pub(super) set: InstructionSet,
}

impl<K: Kind> Snapshot<K> {
    /// The top k, best first, and what it took to find them.
    pub fn search(&self, query: &K::Query, k: usize, scratch: &mut Scratch) -> (Vec<K::Key>, Effort) {
        self.search_on(self.set, query, k, scratch)
    }

    /// The same for lists that few items reach: none where more than so many items had to be scored exactly, of which the
    /// bounds could not tell that they are not in the list.
    pub fn search_within(
        &self,
        most: u32,
        query: &K::Query,
        k: usize,
        scratch: &mut Scratch,
    ) -> (Option<Vec<K::Key>>, Effort) {
        let (keys, effort) = self.set.run(Search::<K> { state: &self.state, query, k, most, scratch });
        ((effort.exact <= most).then_some(keys), effort)
    }

    /// The same on an instruction set of the caller's choice.
    pub fn search_on(
        &self,
        set: InstructionSet,
        query: &K::Query,
        k: usize,
        scratch: &mut Scratch,
    ) -> (Vec<K::Key>, Effort) {
        set.run(Search::<K> { state: &self.state, query, k, most: u32::MAX, scratch })
    }

    /// The top k by the exact score of every item: what a search has to equal.
    pub fn plain(&self, query: &K::Query, k: usize) -> Vec<K::Key> {
        plain(&self.state, query, k)
    }

    /// Every item, in no order that means anything.
    pub fn rows(&self) -> impl Iterator<Item = &K::Row> {
        self.state.rows()
    }

    /// Number of items.
    pub fn len(&self) -> usize {
        self.state.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.state.len == 0
    }

    /// Bytes of the packed columns, their bounds and the rows.
    pub fn bytes(&self) -> usize {
        let node = size_of::<Group<K>>();
        let (mut supers, mut blocks) = (0_usize, 0_usize);
        for (_, packed) in self.state.tree.supers() {
            supers = supers.saturating_add(1);
            blocks = blocks.saturating_add(packed.rows.iter().flatten().count());
        }
        supers
            .saturating_mul(size_of::<Super<K>>().saturating_add(node / 16).saturating_add(node / 256))
            .saturating_add(blocks.saturating_mul(size_of::<Rows<K>>().saturating_add(16)))
    }
}
