//! A second upper bound, for stacks of many small tickets, where prices leave much open: instrument by instrument
//! exact, with every limit kept, but for one rule. An investor may stand in several instruments at once.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "kernel: places are made from the layer's own sizes, values stay below 1e15"
)]

use super::{
    bound::{Choice, Groups, NONE, slide},
    problem::Problem,
};

/// The most that a part of the instruments can add, by whether a lead is among it, by counterparties and by units.
#[derive(Debug, Clone)]
struct Layer {
    values: Vec<i64>,
    counterparties: usize,
    units: usize,
}

impl Layer {
    /// Of no instruments at all.
    fn nothing(counterparties: usize, units: usize) -> Self {
        let half = (counterparties + 1) * (units + 1);
        let mut values = vec![0; 2 * half];
        values[half..].fill(NONE);
        Self { values, counterparties, units }
    }

    const fn row(&self, with_lead: bool, counterparties: usize) -> usize {
        ((with_lead as usize) * (self.counterparties + 1) + counterparties) * (self.units + 1)
    }

    /// Of one instrument.
    fn of(groups: &Groups, instrument: usize, lead: u16, counterparties: usize) -> Self {
        let mut layer = Self::nothing(counterparties, usize::from(groups.caps[instrument]));
        for group in &groups.of {
            let choices: Vec<&Choice> =
                group.iter().filter(|choice| choice.instrument == instrument).collect();
            if choices.is_empty() {
                continue;
            }
            let before = layer.values.clone();
            for choice in choices {
                layer.add(&before, choice, lead);
            }
        }
        layer
    }

    fn add(&mut self, before: &[i64], choice: &Choice, lead: u16) {
        let (low, high) = (usize::from(choice.low), usize::from(choice.high));
        for counterparties in 1..=self.counterparties {
            for (to, from, low) in
                [(false, false, low), (true, true, low), (true, false, low.max(usize::from(lead)))]
            {
                if low > high {
                    continue;
                }
                let (to, from) = (self.row(to, counterparties), self.row(from, counterparties - 1));
                let units = self.units;
                slide(
                    &mut self.values[to..=to + units],
                    &before[from..=from + units],
                    low,
                    high,
                    choice.score,
                );
            }
        }
    }

    /// Two parts as one, with at most so many units together.
    fn and(&self, other: &Self, units: usize) -> Self {
        let mut both = Self::nothing(self.counterparties, units.min(self.units + other.units));
        for mine in 0..=self.counterparties {
            for theirs in 0..=self.counterparties - mine {
                for (to, a, b) in [(false, false, false), (true, true, false), (true, false, true)] {
                    let (to, a, b) = (both.row(to, mine + theirs), self.row(a, mine), other.row(b, theirs));
                    for left in 0..=self.units.min(both.units) {
                        let value = self.values[a + left];
                        if value < NONE / 2 {
                            continue;
                        }
                        let room = other.units.min(both.units - left);
                        let targets = &mut both.values[to + left..=to + left + room];
                        for (target, more) in targets.iter_mut().zip(&other.values[b..=b + room]) {
                            *target = (*target).max(value + more);
                        }
                    }
                }
            }
        }
        both
    }

    /// The most that it can add, with a lead where one is asked for.
    fn most(&self, with_lead: bool) -> i64 {
        let half = self.values.len() / 2;
        let values = if with_lead { &self.values[half..] } else { &self.values[..half] };
        values.iter().copied().max().unwrap_or(0).max(0)
    }
}

/// The bound.
pub(super) fn split(problem: &Problem, groups: &Groups) -> i64 {
    let counterparties = usize::from(problem.rules.counterparties);
    let mut part = Layer::nothing(counterparties, 0);
    // Concessional money first, within its own limit, then the rest within the gap.
    for (free, most) in
        [(true, problem.rules.concessional.min(problem.rules.units)), (false, problem.rules.units)]
    {
        for instrument in (0..groups.caps.len()).filter(|place| groups.concessional[*place] == free) {
            let layer = Layer::of(groups, instrument, problem.rules.lead, counterparties);
            part = part.and(&layer, usize::from(most));
        }
    }
    part.most(problem.rules.lead > 0)
}
