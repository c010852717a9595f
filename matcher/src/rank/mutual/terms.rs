//! The terms of both sides, for sixteen at once. Functions and no closures: a closure is compiled on its own, without the
//! instruction set.
#![expect(
    clippy::inline_always,
    clippy::indexing_slicing,
    reason = "kernel: tables have a place for every class and every byte; what is not inlined is not compiled for the instruction set"
)]

use super::{
    block::{HAS_GAP, HAS_NO_GAP, HAS_UNMEASURED},
    class::Class,
    upper::{SHUTS, TermWeights, UNKNOWN, Upper},
};
use crate::{
    engine::{LANES, OUT, Simd},
    policy::Fusion,
};

/// What the columns say of a project or of a set.
pub(super) struct Parts<S: Simd> {
    pub(super) nearness: S::F,
    pub(super) deals: S::F,
    /// Share of priorities that is met.
    pub(super) priorities: S::F,
    /// Stages, places and kinds with their gates, ties, readiness and trust.
    pub(super) investor: S::F,
    pub(super) project: S::F,
    /// Terms seen by both sides.
    pub(super) terms: [S::F; 2],
    pub(super) ticket: S::F,
    pub(super) money: S::F,
    pub(super) inclusion: S::F,
    pub(super) no_inclusion: S::M,
}

/// The highest value of the classes that a set meets.
#[inline(always)]
pub(super) fn highest<S: Simd>(simd: S, classes: &[Class], low: S::U, high: S::U, least: S::F) -> S::F {
    let mut best = least;
    for class in classes {
        let value = simd.number(class.value);
        if class.low != 0 {
            best = simd.max(best, simd.pick(simd.meets(low, simd.same(class.low)), value, least));
        }
        if class.high != 0 {
            best = simd.max(best, simd.pick(simd.meets(high, simd.same(class.high)), value, least));
        }
    }
    best
}

/// The grade of a return: from the target on 1, five points below it 0.
#[inline(always)]
pub(super) fn rate<S: Simd>(simd: S, target: f32, ret: S::F) -> S::F {
    let short = simd.sub(simd.number(target), ret);
    let grade = simd.sub(simd.number(1.0), simd.mul(short, simd.number(1.0 / 500.0)));
    simd.max(simd.min(grade, simd.number(1.0)), simd.number(0.0))
}

/// The grade of a tenor: up to the longest 1, half as long again 0.
#[inline(always)]
pub(super) fn tenor<S: Simd>(simd: S, slope: f32, months: S::F) -> S::F {
    let grade = simd.sub(simd.number(3.0), simd.mul(months, simd.number(slope)));
    simd.max(simd.min(grade, simd.number(1.0)), simd.number(0.0))
}

/// The grade of a ticket: where it holds the gap, 0.6 and the part that it closes; up to a factor of two outside, the
/// line above the curve, which is bent inward.
#[inline(always)]
pub(super) fn ticket<S: Simd>(simd: S, off: S::F, money: S::F) -> S::F {
    let inside = simd.add(simd.number(0.6), simd.mul(simd.number(0.4), money));
    let outside = simd.mul(simd.number(0.6), simd.sub(simd.number(2.0), off));
    let outside = simd.max(outside, simd.number(0.0));
    simd.pick(simd.at_least(simd.number(1.0), off), inside, outside)
}

/// Both sides as one.
#[inline(always)]
pub(super) fn together<S: Simd>(simd: S, upper: &Upper, parts: Parts<S>) -> S::F {
    let mut investor = weighed(simd, parts.investor, parts.nearness, upper.near.0);
    investor = weighed(simd, investor, parts.terms[0], upper.terms_weight[0]);
    investor = weighed(simd, investor, parts.ticket, upper.ticket_weight);
    if upper.has_priorities() {
        let met = match upper.priority {
            Some(same) => simd.number(same),
            None => parts.priorities,
        };
        let half = simd.mul(simd.add(met, parts.inclusion), simd.number(0.5));
        // Where inclusion does not apply, the priorities are all.
        let impact = simd.max(half, simd.pick(parts.no_inclusion, met, simd.number(0.0)));
        investor = weighed(simd, investor, impact, upper.impact);
    } else {
        let without = simd.mul(investor, simd.number(upper.without_impact));
        investor = weighed(simd, investor, parts.inclusion, upper.impact);
        investor = simd.max(investor, simd.pick(parts.no_inclusion, without, simd.number(SHUTS)));
    }
    let mut project = weighed(simd, parts.project, parts.nearness, upper.near.1);
    project = weighed(simd, project, parts.deals, upper.deals_weight);
    project = weighed(simd, project, parts.terms[1], upper.terms_weight[1]);
    project = weighed(simd, project, parts.money, upper.money_weight);
    project = simd.add(project, simd.number(upper.reputation));
    // More than what all roundings take away, of single precision and of millionths.
    let (investor, project) = (raised(simd, investor), raised(simd, project));
    let open = simd.at_least(investor, simd.number(0.0));
    let fused = match upper.fusion {
        Fusion::Harmonic => {
            let twice = simd.mul(simd.add(investor, investor), project);
            simd.div(twice, simd.add(investor, project))
        }
        Fusion::Min => simd.min(investor, project),
        Fusion::Arithmetic => simd.mul(simd.add(investor, project), simd.number(0.5)),
    };
    let fused = simd.add(simd.mul(fused, simd.number(1.000_01)), simd.number(1e-6));
    simd.pick(open, fused, simd.number(OUT))
}

/// A sum with a value by its weight.
#[inline(always)]
pub(super) fn weighed<S: Simd>(simd: S, sum: S::F, value: S::F, weight: f32) -> S::F {
    simd.add(sum, simd.mul(value, simd.number(weight)))
}

/// A side a little higher.
#[inline(always)]
pub(super) fn raised<S: Simd>(simd: S, side: S::F) -> S::F {
    simd.add(simd.mul(side, simd.number(1.000_01)), simd.number(1e-5))
}

/// What a table says of each country.
#[inline(always)]
pub(super) fn each_of<S: Simd>(simd: S, table: &[f32; 256], countries: &[u8; LANES]) -> S::F {
    let mut of = [0.0; LANES];
    for (of, country) in of.iter_mut().zip(countries) {
        *of = table[usize::from(*country)];
    }
    simd.numbers(&of)
}

/// The better of what a table says of two countries.
#[inline(always)]
pub(super) fn best_of<S: Simd>(simd: S, table: &[f32; 256], one: &[u8; LANES], two: &[u8; LANES]) -> S::F {
    simd.max(each_of(simd, table, one), each_of(simd, table, two))
}

/// The terms of each project by its class of instruments.
#[inline(always)]
pub(super) fn terms<S: Simd>(simd: S, weights: &TermWeights, class: S::U, of: [S::F; 3]) -> S::F {
    let [offered, rate, tenor] = of;
    let sum = simd.mul(simd.look_up(&weights.offered, class), offered);
    let sum = simd.add(sum, simd.mul(simd.look_up(&weights.rate, class), rate));
    simd.add(sum, simd.mul(simd.look_up(&weights.tenor, class), tenor))
}

/// The best terms of the classes of instruments that a set has.
#[inline(always)]
pub(super) fn best_terms<S: Simd>(simd: S, weights: &TermWeights, has: S::U, of: [S::F; 3]) -> S::F {
    let [offered, rate, tenor] = of;
    let mut best = simd.number(0.0);
    for class in 0..4_usize {
        let sum = simd.mul(simd.number(weights.offered[class]), offered);
        let sum = simd.add(sum, simd.mul(simd.number(weights.rate[class]), rate));
        let sum = simd.add(sum, simd.mul(simd.number(weights.tenor[class]), tenor));
        best = simd.max(best, simd.pick(simd.meets(has, simd.same(1 << class)), sum, simd.number(0.0)));
    }
    best
}

/// A measure of money with what counts for gaps that are not known or have no measure.
#[inline(always)]
pub(super) fn measured<S: Simd>(simd: S, has: S::U, value: S::F) -> S::F {
    let nothing = simd.number(0.0);
    let value = simd.pick(simd.meets(has, simd.same(HAS_GAP)), value, nothing);
    let unknown = simd.pick(simd.meets(has, simd.same(HAS_NO_GAP)), simd.number(UNKNOWN), nothing);
    let value = simd.max(value, unknown);
    simd.pick(simd.meets(has, simd.same(HAS_UNMEASURED)), simd.number(1.0), value)
}
