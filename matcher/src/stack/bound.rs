//! The upper bound: a dynamic programme over counterparties and units once instruments have prices.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "kernel: places are made from the table's own sizes, values stay below 1e15"
)]

use super::problem::{Problem, is_concessional};

/// Less than any value that a stack can have.
pub(super) const NONE: i64 = i64::MIN / 4;

/// A candidate in one instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    /// Place of the investor's group.
    pub(super) group: usize,
    pub(super) candidate: usize,
    /// Place of the instrument in the problem's caps.
    pub(super) instrument: usize,
    pub(super) score: i64,
    pub(super) low: u16,
    pub(super) high: u16,
}

/// The choices of a problem by investor, of which a stack takes at most one; highest score first.
#[derive(Debug, Clone)]
pub(super) struct Groups {
    pub(super) of: Vec<Vec<Choice>>,
    /// By the caps' order.
    pub(super) concessional: Vec<bool>,
    pub(super) caps: Vec<u16>,
}

impl Groups {
    /// Gathers the choices, without candidates that can never be missed.
    pub(super) fn new(problem: &Problem) -> Self {
        let rules = &problem.rules;
        let concessional: Vec<bool> =
            problem.caps.iter().map(|(instrument, _)| is_concessional(*instrument)).collect();
        let caps: Vec<u16> = problem.caps.iter().map(|(_, cap)| (*cap).min(rules.units)).collect();
        let mut groups: Vec<(domain::id::Id<domain::organisation::Organisation>, Vec<Choice>)> = Vec::new();
        for candidate in needed(problem) {
            let one = &problem.candidates[candidate];
            for (place, (instrument, _)) in problem.caps.iter().enumerate() {
                if !one.instruments.contains(instrument) {
                    continue;
                }
                let most = if concessional[place] { rules.concessional } else { rules.units };
                let high = one.high.min(rules.concentration).min(caps[place]).min(most);
                let low = problem.least(one);
                if low > high {
                    continue;
                }
                let known = groups.iter().position(|(investor, _)| *investor == one.investor);
                let group = known.unwrap_or(groups.len());
                if known.is_none() {
                    groups.push((one.investor, Vec::new()));
                }
                let score = i64::from(one.score);
                groups[group].1.push(Choice { group, candidate, instrument: place, score, low, high });
            }
        }
        Self { of: groups.into_iter().map(|(_, choices)| choices).collect(), concessional, caps }
    }
}

/// Candidates by score, then id, without those that are worse in every way than candidates of as many other investors
/// as a stack can have: in any stack that has such a one, one of those others is free to take its place.
fn needed(problem: &Problem) -> Vec<usize> {
    let mut order: Vec<usize> = (0..problem.candidates.len()).collect();
    order.sort_by_key(|place| {
        let one = &problem.candidates[*place];
        (std::cmp::Reverse(one.score), one.mandate)
    });
    let mut kept: Vec<usize> = Vec::new();
    for place in order {
        let one = &problem.candidates[place];
        let mut better: Vec<_> = kept
            .iter()
            .map(|other| &problem.candidates[*other])
            .filter(|other| {
                problem.least(other) <= problem.least(one)
                    && other.high >= one.high
                    && one.instruments.iter().all(|instrument| other.instruments.contains(instrument))
            })
            .map(|other| other.investor)
            .collect();
        better.sort_unstable();
        better.dedup();
        if better.len() < usize::from(problem.rules.counterparties) {
            kept.push(place);
        }
    }
    kept
}

/// The prices of a unit: of each instrument, and of concessional money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Multipliers {
    pub(super) instruments: Vec<i64>,
    pub(super) concessional: i64,
}

/// For each group, with a lead or without, each number of counterparties and of units that are left: the most that the
/// groups from here on can add, at the prices given.
#[derive(Debug)]
pub(super) struct Table {
    values: Vec<i64>,
    units: usize,
    counterparties: usize,
    lead: u16,
    /// What the prices give back for the caps.
    pub(super) constant: i64,
    multipliers: Multipliers,
    concessional: Vec<bool>,
}

impl Table {
    /// A table of the right size for a problem, to be filled.
    pub(super) fn new(problem: &Problem, groups: &Groups) -> Self {
        let (units, counterparties) =
            (usize::from(problem.most()), usize::from(problem.rules.counterparties));
        let size = (groups.of.len() + 1) * 2 * (counterparties + 1) * (units + 1);
        Self {
            values: vec![0; size],
            units,
            counterparties,
            lead: problem.rules.lead,
            constant: 0,
            multipliers: Multipliers { instruments: vec![0; groups.caps.len()], concessional: 0 },
            concessional: groups.concessional.clone(),
        }
    }

    const fn layer(&self) -> usize {
        2 * (self.counterparties + 1) * (self.units + 1)
    }

    const fn row(&self, has_lead: bool, counterparties: usize) -> usize {
        ((has_lead as usize) * (self.counterparties + 1) + counterparties) * (self.units + 1)
    }

    /// The most that groups from `group` on can add; below zero where no lead can be had any more.
    #[inline]
    pub(super) fn get(&self, group: usize, has_lead: bool, counterparties: usize, units: usize) -> i64 {
        self.values[group * self.layer() + self.row(has_lead, counterparties) + units]
    }

    /// The most units of a stack.
    pub(super) const fn units(&self) -> usize {
        self.units
    }

    /// A unit's worth at the prices.
    #[inline]
    pub(super) fn worth(&self, choice: &Choice) -> i64 {
        let concessional =
            if self.concessional[choice.instrument] { self.multipliers.concessional } else { 0 };
        choice.score - self.multipliers.instruments[choice.instrument] - concessional
    }

    /// Fills the table at prices, last group first, and answers the upper bound.
    pub(super) fn fill(&mut self, problem: &Problem, groups: &Groups, multipliers: &Multipliers) -> i64 {
        self.multipliers = multipliers.clone();
        let priced: i64 = groups
            .caps
            .iter()
            .zip(&multipliers.instruments)
            .map(|(cap, price)| i64::from(*cap) * price)
            .sum();
        self.constant = priced
            + i64::from(problem.rules.concessional.min(problem.rules.units)) * multipliers.concessional;
        let layer = self.layer();
        let last = groups.of.len() * layer;
        let with_lead = self.row(true, 0);
        self.values[last..last + with_lead].fill(NONE);
        self.values[last + with_lead..last + layer].fill(0);
        for group in (0..groups.of.len()).rev() {
            let worths: Vec<i64> = groups.of[group].iter().map(|choice| self.worth(choice)).collect();
            let (below, above) = self.values.split_at_mut((group + 1) * layer);
            let (to, from) = (&mut below[group * layer..], &above[..layer]);
            to.copy_from_slice(from);
            for (choice, worth) in groups.of[group].iter().zip(worths) {
                self::add((to, from), (self.counterparties, self.units), (choice, worth, self.lead));
            }
        }
        let most = self.get(0, self.lead == 0, self.counterparties, self.units);
        // The empty stack is always allowed.
        most.max(0 - self.constant) + self.constant
    }
}

/// Adds what one choice can bring on top of the groups after it.
fn add(
    (to, from): (&mut [i64], &[i64]),
    (counterparties, units): (usize, usize),
    (choice, worth, lead): (&Choice, i64, u16),
) {
    let half = (counterparties + 1) * (units + 1);
    let (low, high) = (usize::from(choice.low), usize::from(choice.high));
    let lead = usize::from(lead);
    for k in 1..=counterparties {
        let (row, next) = (k * (units + 1), (k - 1) * (units + 1));
        let mut window = |target: usize, source: usize, low: usize, high: usize| {
            if low <= high {
                slide(&mut to[target..=target + units], &from[source..=source + units], low, high, worth);
            }
        };
        window(half + row, half + next, low, high);
        if lead > 0 {
            window(row, half + next, low.max(lead), high);
            window(row, next, low, high.min(lead - 1));
        }
    }
}

/// `to[t] = max(to[t], worth * a + from[t - a])` over amounts `a` from low to high: the maximum over a window that
/// moves on, kept as a queue of falling values.
pub(super) fn slide(to: &mut [i64], from: &[i64], low: usize, high: usize, worth: i64) {
    let mut queue = [(0_usize, 0_i64); 1_001];
    let (mut head, mut tail) = (0_usize, 0_usize);
    for (new, (to, base)) in to.iter_mut().skip(low).zip(from).enumerate() {
        let units = new + low;
        // A lead that cannot be had is no base to build on.
        if *base > NONE / 2 {
            let key = base - worth * new as i64;
            while tail > head && queue[tail - 1].1 <= key {
                tail -= 1;
            }
            queue[tail] = (new, key);
            tail += 1;
        }
        while head < tail && queue[head].0 + high < units {
            head += 1;
        }
        if head < tail {
            *to = (*to).max(queue[head].1 + worth * units as i64);
        }
    }
}
