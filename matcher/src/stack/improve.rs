//! Good stacks without proof: amounts for given choices, and choices that are changed as long as it helps.
#![expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "kernel: a stack has at most 8 choices and 16 instruments, values stay below 1e15"
)]

use super::{
    bound::{Choice, Groups},
    problem::Problem,
};

/// A choice with units.
pub(super) type Pick = (Choice, u16);

/// How many choices of each instrument a step of [`improved`] tries.
const TRIED: usize = 40;

/// A good stack that begins with some choices: as long as it helps, the one is added or put in another's place that
/// helps most. First, the lowest scores are left out until the rest is allowed.
pub(super) fn improved(problem: &Problem, groups: &Groups, mut choices: Vec<Choice>) -> (i64, Vec<Pick>) {
    choices.sort_by_key(|choice| std::cmp::Reverse(choice.score));
    while !choices.is_empty() && amounts(problem, groups, &choices).is_none() {
        choices.pop();
    }
    let mut pool: Vec<Choice> = Vec::new();
    for kind in 0..groups.caps.len() {
        let mut of_kind: Vec<Choice> =
            groups.of.iter().flatten().filter(|choice| choice.instrument == kind).copied().collect();
        of_kind.sort_by_key(|choice| std::cmp::Reverse(choice.score * i64::from(choice.high)));
        pool.extend(of_kind.into_iter().take(TRIED));
    }
    let mut value = amounts(problem, groups, &choices).unwrap_or(0);
    loop {
        let mut step: Option<(i64, usize, Choice)> = None;
        for choice in &pool {
            for place in 0..=choices.len() {
                let room = place < choices.len() || choices.len() < usize::from(problem.rules.counterparties);
                let twice =
                    choices.iter().enumerate().any(|(n, one)| n != place && one.group == choice.group);
                if !room || twice {
                    continue;
                }
                let kept = choices.get(place).copied();
                put(&mut choices, place, *choice);
                let found = amounts(problem, groups, &choices).unwrap_or(0);
                match kept {
                    Some(kept) => choices[place] = kept,
                    None => choices.truncate(place),
                }
                if found > step.map_or(value, |(best, ..)| best) {
                    step = Some((found, place, *choice));
                }
            }
        }
        let Some((found, place, choice)) = step else { break };
        put(&mut choices, place, choice);
        value = found;
    }
    (value, given(problem, groups, &choices))
}

fn put(choices: &mut Vec<Choice>, place: usize, choice: Choice) {
    match choices.get_mut(place) {
        Some(slot) => *slot = choice,
        None => choices.push(choice),
    }
}

/// The value of some choices with the best amounts that are allowed; none where no amounts are.
fn amounts(problem: &Problem, groups: &Groups, choices: &[Choice]) -> Option<i64> {
    leads(problem, choices)
        .filter_map(|lead| share_out(problem, groups, choices, lead).map(|found| found.0))
        .max()
}

/// The choices with the amounts of [`amounts`].
fn given(problem: &Problem, groups: &Groups, choices: &[Choice]) -> Vec<Pick> {
    let found = leads(problem, choices).filter_map(|lead| share_out(problem, groups, choices, lead));
    let units = found.max_by_key(|found| found.0).map_or([0; 8], |found| found.1);
    choices.iter().copied().zip(units).collect()
}

/// Which of some choices could lead; where no lead is asked for, the first stands for all.
fn leads<'a>(problem: &'a Problem, choices: &'a [Choice]) -> impl Iterator<Item = usize> + 'a {
    let tried = if problem.rules.lead == 0 { choices.len().min(1) } else { choices.len() };
    (0..tried).filter(|place| choices[*place].high >= problem.rules.lead)
}

/// The best amounts of some choices, of which one leads. Limits nest: instruments within concessional money or not,
/// both within the gap; so that to give the highest score first is best.
fn share_out(problem: &Problem, groups: &Groups, choices: &[Choice], lead: usize) -> Option<(i64, [u16; 8])> {
    let mut left = i64::from(problem.rules.units);
    let mut concessional = i64::from(problem.rules.concessional);
    let mut caps = [0_i64; 16];
    for (slot, cap) in caps.iter_mut().zip(&groups.caps) {
        *slot = i64::from(*cap);
    }
    let mut units = [0_u16; 8];
    let mut order = [0_usize; 8];
    for (place, choice) in choices.iter().enumerate() {
        let low = if place == lead { choice.low.max(problem.rules.lead) } else { choice.low };
        (units[place], order[place]) = (low, place);
        left -= i64::from(low);
        caps[choice.instrument] -= i64::from(low);
        if groups.concessional[choice.instrument] {
            concessional -= i64::from(low);
        }
    }
    if left < 0 || concessional < 0 || caps.iter().any(|cap| *cap < 0) {
        return None;
    }
    let order = &mut order[..choices.len()];
    order.sort_unstable_by_key(|place| (std::cmp::Reverse(choices[*place].score), *place));
    let mut value = 0;
    for place in order {
        let choice = &choices[*place];
        let free = groups.concessional[choice.instrument];
        let room = if free { concessional } else { i64::MAX };
        let more = i64::from(choice.high - units[*place]).min(left).min(caps[choice.instrument]).min(room);
        units[*place] += more as u16;
        left -= more;
        caps[choice.instrument] -= more;
        concessional -= if free { more } else { 0 };
        value += choice.score * i64::from(units[*place]);
    }
    Some((value, units))
}
