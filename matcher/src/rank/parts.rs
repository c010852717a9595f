//! Work on many rows, on several cores, and what a part of a ranking gives. The order is total, so that parts can be
//! put together in any way.

use super::{GateCount, List, Page, Tally, TopK};
use crate::Micro;

/// What a part of the candidates gave.
pub(super) struct Part<T, const N: usize> {
    /// The best of them.
    pub(super) top: TopK<T>,
    /// Answers of the gates.
    pub(super) tally: Tally<N>,
    other_list: u64,
}

impl<T, const N: usize> Part<T, N> {
    /// Of no candidate yet; keeps one row more than the page has, which tells whether more follow.
    pub(super) fn new(first: usize, after: Option<super::RankKey>) -> Self {
        Self { top: TopK::new(first.saturating_add(1), after), tally: Tally::new(), other_list: 0 }
    }

    /// Whether a candidate with this coverage belongs to the list; one that does not is counted.
    #[inline]
    pub(super) fn is_of(&mut self, list: List, coverage: Micro, floor: Micro) -> bool {
        let is = (coverage >= floor) == (list == List::Ranked);
        if !is {
            self.other_list = self.other_list.saturating_add(1);
        }
        is
    }

    /// With what another part gave.
    pub(super) fn absorb(mut self, other: Self) -> Self {
        self.top.absorb(other.top);
        self.tally.absorb(&other.tally);
        self.other_list = self.other_list.saturating_add(other.other_list);
        self
    }

    /// The page, each row made of what was kept; gates are counted under their keys.
    pub(super) fn page<R>(
        self,
        first: usize,
        gates: [&'static str; N],
        make: impl FnMut(T) -> Option<R>,
    ) -> Page<R> {
        let (kept, before, total) = self.top.finish();
        let has_next = kept.len() > first;
        let excluded: Vec<GateCount> = self.tally.counts(gates);
        Page {
            items: kept.into_iter().take(first).filter_map(make).collect(),
            first_rank: before.saturating_add(1),
            has_next,
            total,
            other_list: self.other_list,
            excluded_total: self.tally.excluded,
            excluded,
        }
    }
}

/// Below this many rows a second thread costs more than it saves.
const ROWS_PER_THREAD: usize = 20_000;

/// Works on rows in parts, each on a core of its own where there are many rows. The work is told the place of its
/// first row; its results come in the order of the parts.
pub(super) fn in_parts<'a, T: Sync, R: Send>(
    rows: &'a [T],
    work: impl Fn(usize, &'a [T]) -> R + Sync,
) -> Vec<R> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = (rows.len() / ROWS_PER_THREAD).clamp(1, cores);
    if threads == 1 {
        return vec![work(0, rows)];
    }
    let size = rows.len().div_ceil(threads);
    let work = &work;
    std::thread::scope(|scope| {
        let parts = rows.chunks(size).zip((0_usize..).step_by(size));
        let mut parts: Vec<_> = parts.map(|(part, first)| (first, part)).collect();
        // The last part is for this thread.
        let last = parts.pop();
        let running: Vec<_> =
            parts.into_iter().map(|(first, part)| scope.spawn(move || work(first, part))).collect();
        let last = last.map(|(first, part)| work(first, part));
        // A panic of a part is the panic of the whole, as it would be on one thread.
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
            .chain(last)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_order_and_know_their_places() {
        for count in [0, 1, ROWS_PER_THREAD * 2 + 1, ROWS_PER_THREAD * 3] {
            let rows: Vec<usize> = (0..count).collect();
            let parts = in_parts(&rows, |first, part| {
                assert!(part.first().is_none_or(|row| *row == first));
                part.to_vec()
            });
            assert_eq!(parts.concat(), rows);
        }
    }
}
