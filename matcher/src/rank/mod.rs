//! The way in: which projects for a mandate, which investors for a project, which partners for a city.
//!
//! The order is total: by the chosen score, then coverage, then freshness, then id. It does not depend on the
//! order of rows, and a page begins strictly after a key, so that pages have no gaps and no repeats for rows that
//! did not change.

mod answer;
mod city;
mod city_pairs;
mod filter;
mod investment;
mod judge;
pub mod mutual;
mod parts;
mod prepared;
mod scan;
mod serve;
mod top_k;

pub use city::{CityEvaluation, CityQuery, RankedCity, evaluate_city, partner_cities};
pub use city_pairs::{Partners, all_partners};
pub use filter::{CityFilter, OpportunityFilter, Reader};
pub use investment::{
    Evaluation, InvestorQuery, OpportunityQuery, Ranked, Rows, evaluate, investors, opportunities,
    scanned_opportunities, top_opportunities,
};
pub(crate) use scan::survey;
pub(crate) use serve::Serving;
pub use serve::{Index, LEAST_PROJECTS};
pub use top_k::TopK;

use crate::{
    gate::{GateBits, Outcome},
    row::Day,
    score::{Interval, MicroPoints},
};

/// What a list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum RankBy {
    /// The score of both sides.
    #[default]
    Mutual,
    /// The viewer's side alone.
    Mine,
    /// The date, newest first; no personal ranking.
    Neutral,
}

/// Which of the two lists is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub enum List {
    /// Pairs of which enough is known to order them.
    #[default]
    Ranked,
    /// Pairs below the policy's floor of coverage.
    NotEnoughKnown,
}

/// The place of a row in the total order; greater comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RankKey {
    /// Micro-points, or the day in a neutral order.
    pub primary: u32,
    /// Coverage in millionths.
    pub coverage: u32,
    /// Day of the last confirmation; 0 where unknown.
    pub fresh: u32,
    /// Smaller ids come first.
    pub id: std::cmp::Reverse<u128>,
}

impl RankKey {
    fn new(by: RankBy, mine: &Interval, mutual: &Interval, dates: Dates, id: u128) -> Self {
        let at = |date: Option<Day>| date.and_then(|date| u32::try_from(date).ok()).unwrap_or(0);
        let primary: MicroPoints = match by {
            RankBy::Mutual => mutual.point,
            RankBy::Mine => mine.point,
            RankBy::Neutral => at(dates.published),
        };
        Self { primary, coverage: mutual.coverage, fresh: at(dates.confirmed), id: std::cmp::Reverse(id) }
    }
}

#[derive(Clone, Copy)]
struct Dates {
    published: Option<Day>,
    confirmed: Option<Day>,
}

/// How many candidates a gate removed, and of how many it could not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateCount {
    /// The gate's key.
    pub gate: &'static str,
    /// Candidates that fail it; one that fails two gates is counted at both.
    pub failed: u64,
    /// Candidates that are listed although the gate lacks an operand.
    pub unknown: u64,
}

/// One page of a ranking, with what was left out and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, best first.
    pub items: Vec<T>,
    /// Place of the first row in the whole list, from 1.
    pub first_rank: u64,
    /// Whether more rows follow.
    pub has_next: bool,
    /// Rows of the whole list.
    pub total: u64,
    /// Rows of the other list: not enough known, or enough known.
    pub other_list: u64,
    /// Candidates that at least one gate removed.
    pub excluded_total: u64,
    /// By gate.
    pub excluded: Vec<GateCount>,
}

/// Counts outcomes gate by gate.
struct Tally<const N: usize> {
    failed: [u64; N],
    unknown: [u64; N],
    excluded: u64,
    /// Candidates by the set of gates that cannot tell of them, which is cheaper than to count gate by gate.
    unknown_sets: Vec<u32>,
}

impl<const N: usize> Tally<N> {
    const fn new() -> Self {
        Self { failed: [0; N], unknown: [0; N], excluded: 0, unknown_sets: Vec::new() }
    }

    /// Notes a candidate's outcomes; true where it stays.
    fn note(&mut self, outcomes: &[Outcome; N]) -> bool {
        let open = crate::gate::all_open(outcomes);
        if !open {
            self.excluded = self.excluded.saturating_add(1);
        }
        for ((failed, unknown), outcome) in self.failed.iter_mut().zip(&mut self.unknown).zip(outcomes) {
            match outcome {
                Outcome::Fail => *failed = failed.saturating_add(1),
                Outcome::Unknown if open => *unknown = unknown.saturating_add(1),
                _ => {}
            }
        }
        open
    }

    /// The same of answers as bits.
    #[inline]
    fn note_bits(&mut self, gates: GateBits) -> bool {
        if gates.failed() == 0 {
            let set = usize::from(gates.unknown());
            if self.unknown_sets.len() <= set {
                self.unknown_sets.resize(set.saturating_add(1), 0);
            }
            if let Some(count) = self.unknown_sets.get_mut(set) {
                *count = count.saturating_add(1);
            }
            return true;
        }
        self.excluded = self.excluded.saturating_add(1);
        count_bits(&mut self.failed, gates.failed(), 1);
        false
    }

    /// Adds the counts of other candidates.
    fn absorb(&mut self, other: &Self) {
        let add = |mine: &mut [u64; N], theirs: &[u64; N]| {
            for (mine, theirs) in mine.iter_mut().zip(theirs) {
                *mine = mine.saturating_add(*theirs);
            }
        };
        add(&mut self.failed, &other.failed);
        add(&mut self.unknown, &other.unknown);
        self.excluded = self.excluded.saturating_add(other.excluded);
        for (set, count) in (0_u16..).zip(&other.unknown_sets) {
            count_bits(&mut self.unknown, set, u64::from(*count));
        }
    }

    fn counts(&self, keys: [&'static str; N]) -> Vec<GateCount> {
        let mut unknown = self.unknown;
        for (set, count) in (0_u16..).zip(&self.unknown_sets) {
            count_bits(&mut unknown, set, u64::from(*count));
        }
        keys.into_iter()
            .zip(self.failed.iter().zip(&unknown))
            .map(|(gate, (failed, unknown))| GateCount { gate, failed: *failed, unknown: *unknown })
            .collect()
    }
}

/// Adds a count to each gate of a set.
fn count_bits<const N: usize>(counts: &mut [u64; N], set: u16, count: u64) {
    for (place, slot) in (0_u32..).zip(counts) {
        if set.wrapping_shr(place) & 1 == 1 {
            *slot = slot.saturating_add(count);
        }
    }
}
