//! Prices, stacks that they lead to, and the search that closes what they leave open.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "kernel: places are made from the problem's own sizes, values stay below 1e15"
)]

use domain::vocabulary::Instrument;

use super::{
    bound::{Groups, Multipliers, NONE, Table},
    improve::{Pick, improved},
    problem::{Limit, Problem, Slice},
    split::split,
};

/// Rounds of prices.
const ROUNDS: u32 = 24;

/// How many continuations the search looks at before it hands out the bound.
const LOOKS: u64 = 1_000_000;

/// Prices of a unit, in micro-points: with them anybody can compute the bound again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prices {
    /// Of each instrument.
    pub instruments: Vec<(Instrument, u64)>,
    /// Of concessional money.
    pub concessional: u64,
}

/// How good a stack is proved to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// No allowed stack is worth more, in units times micro-points.
    pub upper: u64,
    /// The bound that the prices give by themselves; [`Problem::bound_at`] computes it again.
    pub priced: u64,
    /// The bound instrument by instrument; [`Problem::split_bound`] computes it again. None where the prices were enough.
    pub split: Option<u64>,
    /// The prices.
    pub prices: Prices,
    /// Whether the stack is optimal. Where both bounds are above its value, the search has looked at every stack that
    /// the priced one left open.
    pub optimal: bool,
    /// Continuations that the search looked at; 0 where the prices were enough.
    pub looks: u64,
}

impl Certificate {
    /// How far the stack can be from the best one, in millionths of the bound.
    pub fn slack_micro(&self, value: u64) -> u32 {
        let over = u128::from(self.upper.saturating_sub(value)) * 1_000_000;
        over.div_ceil(u128::from(self.upper.max(1))) as u32
    }
}

/// A stack with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stack {
    /// Its slices, largest score first.
    pub slices: Vec<Slice>,
    /// The sum of units times score.
    pub value: u64,
    /// How good it is proved to be.
    pub certificate: Certificate,
}

/// The best stack of a problem: the same on every machine, for no clock is asked.
pub fn solve(problem: &Problem) -> Stack {
    let groups = Groups::new(problem);
    let mut table = Table::new(problem, &groups);
    // Prices move by what the best stack so far leaves open: a good one to begin with makes them settle soon.
    let mut best = improved(problem, &groups, Vec::new());
    let mut prices = Multipliers { instruments: vec![0; groups.caps.len()], concessional: 0 };
    let mut upper: (i64, Multipliers) = (i64::MAX, prices.clone());
    let (mut reach, mut stale) = (1_i64, 0_u32);
    for round in 0..ROUNDS {
        let bound = table.fill(problem, &groups, &prices);
        if bound < upper.0 {
            upper = (bound, prices.clone());
            stale = 0;
        } else {
            stale += 1;
            if stale == 4 {
                (reach, stale) = (reach * 2, 0);
            }
        }
        let picks = read(problem, &groups, &table);
        let over = overruns(problem, &groups, &picks);
        if round % 4 == 0 {
            let found = improved(problem, &groups, picks.iter().map(|(choice, _)| *choice).collect());
            if found.0 > best.0 {
                best = found;
            }
        }
        if best.0 >= upper.0 || !step(&mut prices, &over, upper.0 - best.0, reach) {
            break;
        }
    }
    let bound = upper.0;
    let mut looks = 0;
    let mut optimal = best.0 >= bound;
    let other_asked = !optimal;
    let other = if other_asked { split(problem, &groups) } else { bound };
    optimal |= best.0 >= other;
    if !optimal {
        table.fill(problem, &groups, &upper.1);
        let mut search =
            Search { problem, groups: &groups, table: &table, best, looks: 0, picks: Vec::new() };
        optimal = search.run();
        (best, looks) = (search.best, search.looks);
    }
    let mut slices: Vec<Slice> = best
        .1
        .iter()
        .map(|(choice, units)| Slice {
            candidate: choice.candidate,
            instrument: problem.caps[choice.instrument].0,
            units: *units,
            limit: Limit::Gap,
        })
        .collect();
    slices.sort_by_key(|slice| {
        let one = &problem.candidates[slice.candidate];
        (std::cmp::Reverse(one.score), one.mandate)
    });
    for place in 0..slices.len() {
        slices[place].limit = problem.limit(&slices, place);
    }
    let value = problem.value(&slices);
    let upper_value = if optimal { value } else { bound.min(other) as u64 };
    Stack {
        slices,
        value,
        certificate: Certificate {
            upper: upper_value,
            priced: bound as u64,
            split: (other_asked).then_some(other as u64),
            prices: Prices {
                instruments: problem
                    .caps
                    .iter()
                    .zip(&upper.1.instruments)
                    .map(|((instrument, _), price)| (*instrument, *price as u64))
                    .collect(),
                concessional: upper.1.concessional as u64,
            },
            optimal,
            looks,
        },
    }
}

impl Problem {
    /// The upper bound instrument by instrument: no allowed stack is worth more.
    pub fn split_bound(&self) -> u64 {
        split(self, &Groups::new(self)).max(0) as u64
    }

    /// The upper bound that prices give: no allowed stack is worth more, whatever the prices are. Instruments without a
    /// price have price 0.
    pub fn bound_at(&self, prices: &Prices) -> u64 {
        let groups = Groups::new(self);
        let price = |instrument: Instrument| {
            let found = prices.instruments.iter().find(|(one, _)| *one == instrument);
            found.map_or(0, |(_, price)| i64::try_from(*price).unwrap_or(0).min(1_000_000_000))
        };
        let multipliers = Multipliers {
            instruments: self.caps.iter().map(|(instrument, _)| price(*instrument)).collect(),
            concessional: i64::try_from(prices.concessional).unwrap_or(0).min(1_000_000_000),
        };
        Table::new(self, &groups).fill(self, &groups, &multipliers).max(0) as u64
    }
}

/// The stack that the table's value is made of; it may break the limits that have prices.
fn read(problem: &Problem, groups: &Groups, table: &Table) -> Vec<Pick> {
    let mut picks = Vec::new();
    let mut has_lead = problem.rules.lead == 0;
    let (mut left, mut units) = (usize::from(problem.rules.counterparties), table.units());
    let mut room: Vec<i64> = groups.caps.iter().map(|cap| i64::from(*cap)).collect();
    if table.get(0, has_lead, left, units) <= 0 {
        return picks;
    }
    for (group, choices) in groups.of.iter().enumerate() {
        let here = table.get(group, has_lead, left, units);
        if here == table.get(group + 1, has_lead, left, units) {
            continue;
        }
        // Where several instruments are worth the same, the one with the most room: prices settle sooner by it.
        let mut choices = choices.clone();
        choices.sort_by_key(|choice| std::cmp::Reverse(room[choice.instrument]));
        let found = choices.iter().find_map(|choice| {
            let worth = table.worth(choice);
            let most = choice.high.min(units as u16);
            (choice.low..=most).rev().find_map(|amount| {
                let lead = has_lead || amount >= problem.rules.lead;
                let rest = table.get(group + 1, lead, left - 1, units - usize::from(amount));
                (rest > NONE / 2 && worth * i64::from(amount) + rest == here)
                    .then_some((*choice, amount, lead))
            })
        });
        if let Some((choice, amount, lead)) = found {
            picks.push((choice, amount));
            room[choice.instrument] -= i64::from(amount);
            (has_lead, left, units) = (lead, left - 1, units - usize::from(amount));
        }
    }
    picks
}

/// By how many units a stack overruns each limit that has a price; below zero where it leaves room.
fn overruns(problem: &Problem, groups: &Groups, picks: &[Pick]) -> (Vec<i64>, i64) {
    let mut over: Vec<i64> = groups.caps.iter().map(|cap| -i64::from(*cap)).collect();
    let mut concessional = -i64::from(problem.rules.concessional.min(problem.rules.units));
    for (choice, units) in picks {
        over[choice.instrument] += i64::from(*units);
        if groups.concessional[choice.instrument] {
            concessional += i64::from(*units);
        }
    }
    (over, concessional)
}

/// Moves the prices against the overruns, by a step that would close the gap (Polyak) over `reach`. False where no
/// price moves, so that the bound is as low as prices make it.
fn step(prices: &mut Multipliers, over: &(Vec<i64>, i64), gap: i64, reach: i64) -> bool {
    // A price of nothing whose limit has room stays where it is and takes no part.
    let moves = |price: i64, over: i64| if price == 0 && over < 0 { 0 } else { over };
    let mut norm: i64 =
        prices.instruments.iter().zip(&over.0).map(|(price, over)| moves(*price, *over).pow(2)).sum();
    norm += moves(prices.concessional, over.1).pow(2);
    if norm == 0 {
        return false;
    }
    let before = prices.clone();
    let after = |price: i64, over: i64| {
        let by = moves(price, over) * gap / (norm * reach);
        (price + by).clamp(0, 100_000_000)
    };
    for (price, over) in prices.instruments.iter_mut().zip(&over.0) {
        *price = after(*price, *over);
    }
    prices.concessional = after(prices.concessional, over.1);
    *prices != before
}

/// Looks at every stack whose bound is above the best one so far.
struct Search<'a> {
    problem: &'a Problem,
    groups: &'a Groups,
    table: &'a Table,
    best: (i64, Vec<Pick>),
    looks: u64,
    picks: Vec<Pick>,
}

/// Where a search stands.
#[derive(Clone)]
struct Node {
    group: usize,
    has_lead: bool,
    left: usize,
    units: usize,
    value: i64,
    /// The value at the prices.
    reduced: i64,
    used: [u16; 16],
    concessional: u16,
}

impl Search<'_> {
    /// Whether all was looked at.
    fn run(&mut self) -> bool {
        let rules = &self.problem.rules;
        let node = Node {
            group: 0,
            has_lead: rules.lead == 0,
            left: usize::from(rules.counterparties),
            units: self.table.units(),
            value: 0,
            reduced: self.table.constant,
            used: [0; 16],
            concessional: 0,
        };
        self.from(&node)
    }

    fn from(&mut self, node: &Node) -> bool {
        if node.has_lead && node.value > self.best.0 {
            self.best = (node.value, self.picks.clone());
        }
        if node.left == 0 || node.units == 0 {
            return true;
        }
        let (groups, table, rules) = (self.groups, self.table, &self.problem.rules);
        for group in node.group..groups.of.len() {
            // What the rest can add falls from group to group: below the best, nothing further is worth a look.
            if node.reduced + table.get(group, node.has_lead, node.left, node.units) <= self.best.0 {
                return true;
            }
            for choice in &groups.of[group] {
                let worth = table.worth(choice);
                let kind = choice.instrument;
                let concessional = groups.concessional[kind];
                let mut most = choice.high.min(node.units as u16).min(groups.caps[kind] - node.used[kind]);
                if concessional {
                    most = most.min(rules.concessional - node.concessional);
                }
                for amount in (choice.low..=most).rev() {
                    self.looks += 1;
                    if self.looks > LOOKS {
                        return false;
                    }
                    let reduced = node.reduced + worth * i64::from(amount);
                    let has_lead = node.has_lead || amount >= rules.lead;
                    let units = node.units - usize::from(amount);
                    if reduced + table.get(group + 1, has_lead, node.left - 1, units) <= self.best.0 {
                        continue;
                    }
                    let mut next = node.clone();
                    next.group = group + 1;
                    (next.has_lead, next.left, next.units) = (has_lead, node.left - 1, units);
                    (next.value, next.reduced) = (node.value + choice.score * i64::from(amount), reduced);
                    next.used[kind] += amount;
                    next.concessional += if concessional { amount } else { 0 };
                    self.picks.push((*choice, amount));
                    let done = self.from(&next);
                    self.picks.pop();
                    if !done {
                        return false;
                    }
                }
            }
        }
        true
    }
}
