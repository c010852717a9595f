//! What changed in a catalog, in order, so that what is made of a catalog can follow it.

use std::{
    collections::VecDeque,
    sync::atomic::{AtomicU64, Ordering},
};

use domain::{id::Id, organisation::Organisation, project::Project};

/// A change that can move a score or what a gate answers. What asks, a mandate and its investor, is compared as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// A project was put in, put again, or taken out.
    Project(Id<Project>),
    /// An organisation is not what it was; it may own projects.
    Organisation(Id<Organisation>),
    /// Something that bears on many pairs.
    Shared,
}

/// Changes that are kept. Who is further behind begins anew.
const KEPT: usize = 16_384;

/// The number of the next change, of whatever catalog: no two have the same.
static NEXT: AtomicU64 = AtomicU64::new(1);

/// The last changes of a catalog. A catalog and its copies share what came before the copy and nothing after it, so that
/// the number of the last change names a state: who has the same has the same changes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Journal {
    /// By number, which rises.
    changes: VecDeque<(u64, Change)>,
    /// The number of the last change that is not kept any more; 0 where all are.
    forgotten: u64,
}

impl Journal {
    /// Notes a change.
    pub(crate) fn note(&mut self, change: Change) {
        if self.changes.len() >= KEPT
            && let Some((number, _)) = self.changes.pop_front()
        {
            self.forgotten = number;
        }
        self.changes.push_back((NEXT.fetch_add(1, Ordering::Relaxed), change));
    }

    /// The state: the number of the last change, 0 before any.
    pub(crate) fn end(&self) -> u64 {
        self.changes.back().map_or(self.forgotten, |(number, _)| *number)
    }

    /// The changes after a state; none where it is no state of this catalog, or its next changes are not kept any more.
    pub(crate) fn since(&self, state: u64) -> Option<impl Iterator<Item = Change>> {
        let first = if state == self.forgotten {
            0
        } else {
            self.changes.binary_search_by_key(&state, |(number, _)| *number).ok()?.saturating_add(1)
        };
        Some(self.changes.iter().skip(first).map(|(_, change)| *change))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(journal: &Journal, state: u64) -> Option<usize> {
        journal.since(state).map(Iterator::count)
    }

    #[test]
    fn who_is_too_far_behind_is_told_so() {
        let mut journal = Journal::default();
        let mut states = vec![journal.end()];
        for _ in 0..KEPT + 2 {
            journal.note(Change::Shared);
            states.push(journal.end());
        }
        let seen: Vec<_> = states[..4].iter().map(|state| left(&journal, *state)).collect();
        assert_eq!(seen, [None, None, Some(KEPT), Some(KEPT - 1)]);
        assert_eq!(journal.since(journal.end()).map(Iterator::count), Some(0));
    }

    #[test]
    fn a_copy_that_went_its_own_way_is_another_line() {
        let mut one = Journal::default();
        one.note(Change::Shared);
        let (mut other, shared) = (one.clone(), one.end());
        one.note(Change::Shared);
        other.note(Change::Shared);
        assert_ne!(one.end(), other.end());
        assert_eq!((left(&one, shared), left(&other, shared)), (Some(1), Some(1)));
        assert_eq!((left(&one, other.end()), left(&other, one.end())), (None, None));
    }
}
