//! Both sides of a pair at most, for sixteen projects or sixteen sets of them.
//!
//! A side is a sum of terms in single precision, in the order in which they stand here, of which each is at least the
//! pair's own but for rounding; the whole is then raised by more than all rounding together.
#![expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]

use super::{
    block::{
        Block, Bounds, HAS_GAP, HAS_NO_GAP, HAS_NO_INCLUSION, HAS_NO_RETURN, HAS_NO_TENOR, HAS_UNMEASURED,
    },
    row::{ANYWHERE, MERIT, NO_GAP, NO_INCLUSION, NO_TENOR, UNMEASURED},
    upper::{Class, Money, SHUTS, UNKNOWN, Upper},
};
use crate::{
    engine::{LANES, OUT, Simd},
    policy::Fusion,
};

/// What the columns say of a project or of a set.
struct Parts<S: Simd> {
    nearness: S::F,
    deals: S::F,
    /// Share of priorities that is met.
    priorities: S::F,
    /// Stages, places and kinds with their gates, ties, readiness and trust.
    investor: S::F,
    project: S::F,
    /// Terms seen by both sides.
    terms: [S::F; 2],
    ticket: S::F,
    money: S::F,
    inclusion: S::F,
    no_inclusion: S::M,
}

/// What each project of a block scores at most.
#[inline(always)]
pub(super) fn score<S: Simd>(simd: S, upper: &Upper, of: &Bounds, block: &Block) -> S::F {
    let nothing = simd.number(0.0);
    let (mut nearness, mut deals, mut priorities) = (nothing, nothing, nothing);
    for (fields, shares) in block.fields.iter().zip(&block.shares) {
        let fields = simd.bytes(fields);
        let near = simd.look_up_long(&upper.nearness, fields);
        nearness = simd.add(nearness, simd.mul(near, simd.small_counts(shares)));
        if let Some(table) = &upper.deals {
            deals = simd.add(deals, simd.look_up_long(table, fields));
        }
        if let Some(table) = &upper.priorities {
            priorities = simd.add(priorities, simd.look_up_long(table, fields));
        }
    }
    let stage = simd.bytes(&block.stage);
    let mut investor = simd.look_up_long(&upper.stages[0], stage);
    let mut project = simd.look_up_long(&upper.stages[1], stage);
    let mut shut = upper.veil;
    if of.one_country == ANYWHERE {
        let [one, two] = &block.countries;
        let best = |table: &[f32; 256]| {
            let of = |countries: &[u8; LANES]| simd.numbers(&countries.map(|c| table[usize::from(c)]));
            simd.max(of(one), of(two))
        };
        investor = simd.add(investor, simd.add(best(&upper.places[0]), best(&upper.places_open)));
        project = simd.add(project, best(&upper.places[1]));
    } else {
        let country = usize::from(of.one_country);
        investor = simd.add(investor, simd.number(upper.places[0][country] + upper.places_open[country]));
        project = simd.add(project, simd.number(upper.places[1][country]));
        shut |= upper.law[country];
    }
    investor = simd.add(investor, simd.look_up(&upper.kinds, simd.bytes(&block.kind)));
    investor = simd.add(investor, simd.look_up_long(&upper.ties, simd.bytes(&block.city)));
    investor = simd.add(investor, simd.mul(simd.counts(&block.ready), simd.number(upper.ready)));
    investor = simd.add(investor, simd.mul(simd.counts(&block.trust), simd.number(upper.trust)));
    project = simd.add(project, simd.look_up_long(&upper.help, simd.bytes(&block.help)));

    let traits = simd.bytes(&block.traits);
    let [first, second] = &block.instruments;
    let [most, rest] = &block.portions;
    let offered = simd.add(
        simd.mul(simd.look_up(&upper.offered, simd.bytes(first)), simd.small_counts(most)),
        simd.mul(simd.look_up(&upper.offered, simd.bytes(second)), simd.small_counts(rest)),
    );
    let ret = simd.counts(&block.ret);
    let known = simd.at_least(ret, simd.number(1.0));
    let rate = match upper.target {
        Some(target) => simd.pick(known, rate(simd, target, ret), simd.number(UNKNOWN)),
        None => simd.number(UNKNOWN),
    };
    let months = simd.counts(&block.tenor);
    let unknown = simd.at_least(months, simd.number(f32::from(NO_TENOR)));
    let tenor = match upper.tenor {
        Some(slope) => simd.pick(unknown, simd.number(UNKNOWN), tenor(simd, slope, months)),
        None => simd.number(UNKNOWN),
    };
    let terms = |side: usize| {
        let weights = &upper.terms[side & 1];
        let sum = simd.mul(simd.look_up(&weights.offered, traits), offered);
        let sum = simd.add(sum, simd.mul(simd.look_up(&weights.rate, traits), rate));
        simd.add(sum, simd.mul(simd.look_up(&weights.tenor, traits), tenor))
    };
    let mine = terms(0);
    let terms = [mine, if upper.same_terms { mine } else { terms(1) }];

    let unknown = simd.meets(traits, simd.same(u32::from(NO_GAP)));
    let unmeasured = simd.meets(traits, simd.same(u32::from(UNMEASURED)));
    let one = simd.number(1.0);
    let (ticket, money, off) = match upper.money {
        Money::Unknown => (simd.number(UNKNOWN), simd.number(UNKNOWN), nothing),
        Money::Any => (one, one, nothing),
        Money::Euros { lowest, highest, beyond } => {
            let gap = simd.halves(&block.gap);
            let money = simd.min(one, simd.mul(gap, simd.number(highest)));
            let below = simd.mul(gap, simd.number(lowest));
            let above = simd.mul(simd.halves(&block.slice), simd.number(beyond));
            let off = simd.max(below, above);
            let ticket = ticket(simd, off, money);
            let or = |value: S::F, otherwise: f32| {
                let value = simd.pick(unmeasured, one, value);
                simd.pick(unknown, simd.number(otherwise), value)
            };
            let off = simd.pick(unmeasured, nothing, simd.pick(unknown, nothing, off));
            (or(ticket, UNKNOWN), or(money, UNKNOWN), off)
        }
    };
    let parts = Parts::<S> {
        nearness,
        deals: simd.min(deals, one),
        priorities: simd.min(priorities, one),
        investor,
        project,
        terms,
        ticket,
        money,
        inclusion: simd.mul(simd.counts(&block.inclusion), simd.number(1.0 / MERIT as f32)),
        no_inclusion: simd.meets(traits, simd.same(u32::from(NO_INCLUSION))),
    };
    let score = together(simd, upper, parts);
    let mut open = simd.at_least(nearness, simd.number(upper.least_nearness));
    open = simd.and(open, simd.at_least(offered, simd.number(upper.least_offered)));
    if upper.hard_ticket {
        open = simd.and(open, simd.at_least(simd.number(2.0), off));
    }
    let score = simd.pick(open, score, simd.number(OUT));
    if shut == 0 {
        return score;
    }
    simd.pick(simd.meets(traits, simd.same(u32::from(shut))), simd.number(OUT), score)
}

/// What the projects of each set score at most.
#[inline(always)]
pub(super) fn bound<S: Simd>(simd: S, upper: &Upper, bounds: &Bounds) -> S::F {
    let (nothing, one) = (simd.number(0.0), simd.number(1.0));
    let (low, high) = (simd.words(&bounds.fields_low), simd.words(&bounds.fields_high));
    let nearness = highest(simd, &upper.nearness_classes, low, high, nothing);
    let count = simd.bytes(&bounds.field_count);
    let mut deals = nothing;
    let mut most = nothing;
    if upper.deals.is_some() {
        for class in &upper.deal_classes {
            let value = simd.number(class.value);
            let (word, bits) = if class.low == 0 { (high, class.high) } else { (low, class.low) };
            deals = simd.add_where(simd.meets(word, simd.same(bits)), deals, value);
        }
        for (fewer, value) in upper.best_deals.iter().enumerate() {
            most = simd.add_where(simd.meets(count, simd.same(1 << fewer)), most, simd.number(*value));
        }
        // One that may be any is not among the best few.
        let any = simd.meets(high, simd.same(1 << 31));
        deals = simd.min(simd.min(deals, simd.pick(any, one, most)), one);
    }
    let mut priorities = nothing;
    if upper.priorities.is_some() {
        let best = highest(simd, &upper.priority_classes, low, high, nothing);
        let mut times = nothing;
        for fewer in 0..3 {
            times = simd.add_where(simd.meets(count, simd.same(1 << fewer)), times, best);
        }
        priorities = simd.min(times, one);
    }
    let stages = simd.words(&bounds.stages);
    let mut investor = simd.number(SHUTS);
    for class in &upper.stage_classes[0] {
        let meets = simd.meets(stages, simd.same(class.low));
        investor = simd.max(investor, simd.pick(meets, simd.number(class.value), simd.number(SHUTS)));
    }
    let mut project = nothing;
    for class in &upper.stage_classes[1] {
        let meets = simd.meets(stages, simd.same(class.low));
        project = simd.max(project, simd.pick(meets, simd.number(class.value), nothing));
    }
    if bounds.one_country == ANYWHERE {
        let of = |table: &[f32; 256]| simd.numbers(&bounds.country.map(|c| table[usize::from(c)]));
        investor = simd.add(investor, simd.add(of(&upper.places[0]), of(&upper.places_open)));
        project = simd.add(project, of(&upper.places[1]));
    } else {
        let country = usize::from(bounds.one_country);
        investor = simd.add(investor, simd.number(upper.places[0][country] + upper.places_open[country]));
        project = simd.add(project, simd.number(upper.places[1][country]));
    }
    let cities = simd.words(&bounds.cities);
    let (untold, twin, twins) = upper.ties_bound;
    let ties = simd.pick(simd.meets(cities, simd.same(twins)), simd.number(twin), nothing);
    let ties = simd.pick(simd.meets(cities, simd.same(1 << 31)), simd.number(untold), ties);
    investor = simd.add(investor, ties);
    // Readiness and trust share their sum: what the dearer takes is not left for the other.
    let left = simd.mul(simd.counts(&bounds.together), simd.number(2.0));
    let (ready, trust) = (simd.counts(&bounds.ready), simd.counts(&bounds.trust));
    let (ready, trust) = if upper.ready >= upper.trust {
        (ready, simd.min(trust, simd.sub(left, ready)))
    } else {
        (simd.min(ready, simd.sub(left, trust)), trust)
    };
    investor = simd.add(investor, simd.mul(ready, simd.number(upper.ready)));
    investor = simd.add(investor, simd.mul(trust, simd.number(upper.trust)));
    let help = (simd.words(&bounds.help_low), simd.words(&bounds.help_high));
    project = simd.add(project, highest(simd, &upper.help_classes, help.0, help.1, nothing));

    let has = simd.words(&bounds.has);
    let meets = |bits: u32| simd.meets(has, simd.same(bits));
    let instruments = simd.words(&bounds.instruments);
    let offers = simd.meets(instruments, simd.same(upper.offers));
    let offered = simd.pick(offers, simd.number(upper.best_offer), nothing);
    let offered = simd.pick(simd.meets(instruments, simd.same(upper.offered_bits)), one, offered);
    let rate = match upper.target {
        Some(target) => {
            let known = rate(simd, target, simd.counts(&bounds.ret));
            let missing = simd.pick(meets(HAS_NO_RETURN), simd.number(UNKNOWN), nothing);
            simd.max(known, missing)
        }
        None => simd.number(UNKNOWN),
    };
    let tenor = match upper.tenor {
        Some(slope) => {
            let known = tenor(simd, slope, simd.counts(&bounds.tenor));
            let missing = simd.pick(meets(HAS_NO_TENOR), simd.number(UNKNOWN), nothing);
            simd.max(known, missing)
        }
        None => simd.number(UNKNOWN),
    };
    let terms = |side: usize| {
        let weights = &upper.terms[side & 1];
        let mut best = nothing;
        for class in 0..4_usize {
            let sum = simd.mul(simd.number(weights.offered[class]), offered);
            let sum = simd.add(sum, simd.mul(simd.number(weights.rate[class]), rate));
            let sum = simd.add(sum, simd.mul(simd.number(weights.tenor[class]), tenor));
            best = simd.max(best, simd.pick(meets(1 << class), sum, nothing));
        }
        best
    };
    let mine = terms(0);
    let terms = [mine, if upper.same_terms { mine } else { terms(1) }];

    let (ticket, money, off) = match upper.money {
        Money::Unknown => (simd.number(UNKNOWN), simd.number(UNKNOWN), nothing),
        Money::Any => (one, one, nothing),
        Money::Euros { lowest, highest, beyond } => {
            let measured = meets(HAS_GAP);
            let money = simd.min(one, simd.mul(simd.halves(&bounds.gap_most), simd.number(highest)));
            let below = simd.mul(simd.halves(&bounds.gap_least), simd.number(lowest));
            let above = simd.mul(simd.halves(&bounds.slice), simd.number(beyond));
            let off = simd.max(below, above);
            let value = |measure: S::F| {
                let value = simd.pick(measured, measure, nothing);
                let value = simd.max(value, simd.pick(meets(HAS_NO_GAP), simd.number(UNKNOWN), nothing));
                simd.pick(meets(HAS_UNMEASURED), one, value)
            };
            let (ticket, money) = (value(ticket(simd, off, money)), value(money));
            (ticket, money, simd.pick(meets(HAS_NO_GAP | HAS_UNMEASURED), nothing, off))
        }
    };
    let parts = Parts::<S> {
        nearness,
        deals,
        priorities,
        investor,
        project,
        terms,
        ticket,
        money,
        inclusion: simd.mul(simd.counts(&bounds.inclusion), simd.number(1.0 / MERIT as f32)),
        no_inclusion: meets(HAS_NO_INCLUSION),
    };
    let score = together(simd, upper, parts);
    let mut open = simd.at_least(nearness, simd.number(upper.least_nearness));
    open = simd.and(open, simd.at_least(offered, simd.number(upper.least_offered)));
    open = simd.and(open, meets(upper.kind_bits));
    if upper.hard_ticket {
        open = simd.and(open, simd.at_least(simd.number(2.0), off));
    }
    simd.pick(open, score, simd.number(OUT))
}

/// The highest value of the classes that a set meets.
#[inline(always)]
fn highest<S: Simd>(simd: S, classes: &[Class], low: S::U, high: S::U, least: S::F) -> S::F {
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
fn rate<S: Simd>(simd: S, target: f32, ret: S::F) -> S::F {
    let short = simd.sub(simd.number(target), ret);
    let grade = simd.sub(simd.number(1.0), simd.mul(short, simd.number(1.0 / 500.0)));
    simd.max(simd.min(grade, simd.number(1.0)), simd.number(0.0))
}

/// The grade of a tenor: up to the longest 1, half as long again 0.
#[inline(always)]
fn tenor<S: Simd>(simd: S, slope: f32, months: S::F) -> S::F {
    let grade = simd.sub(simd.number(3.0), simd.mul(months, simd.number(slope)));
    simd.max(simd.min(grade, simd.number(1.0)), simd.number(0.0))
}

/// The grade of a ticket: where it holds the gap, 0.6 and the part that it closes; up to a factor of two outside, the
/// line above the curve, which is bent inward.
#[inline(always)]
fn ticket<S: Simd>(simd: S, off: S::F, money: S::F) -> S::F {
    let inside = simd.add(simd.number(0.6), simd.mul(simd.number(0.4), money));
    let outside = simd.mul(simd.number(0.6), simd.sub(simd.number(2.0), off));
    let outside = simd.max(outside, simd.number(0.0));
    simd.pick(simd.at_least(simd.number(1.0), off), inside, outside)
}

/// Both sides as one.
#[inline(always)]
fn together<S: Simd>(simd: S, upper: &Upper, parts: Parts<S>) -> S::F {
    let weighed = |sum: S::F, value: S::F, weight: f32| simd.add(sum, simd.mul(value, simd.number(weight)));
    let mut investor = weighed(parts.investor, parts.nearness, upper.near.0);
    investor = weighed(investor, parts.terms[0], upper.terms_weight[0]);
    investor = weighed(investor, parts.ticket, upper.ticket_weight);
    if upper.has_priorities() {
        let met = upper.priority.map_or(parts.priorities, |same| simd.number(same));
        let half = simd.mul(simd.add(met, parts.inclusion), simd.number(0.5));
        // Where inclusion does not apply, the priorities are all.
        let impact = simd.max(half, simd.pick(parts.no_inclusion, met, simd.number(0.0)));
        investor = weighed(investor, impact, upper.impact);
    } else {
        let without = simd.mul(investor, simd.number(upper.without_impact));
        investor = weighed(investor, parts.inclusion, upper.impact);
        investor = simd.max(investor, simd.pick(parts.no_inclusion, without, simd.number(SHUTS)));
    }
    let mut project = weighed(parts.project, parts.nearness, upper.near.1);
    project = weighed(project, parts.deals, upper.deals_weight);
    project = weighed(project, parts.terms[1], upper.terms_weight[1]);
    project = weighed(project, parts.money, upper.money_weight);
    project = simd.add(project, simd.number(upper.reputation));
    // More than what all roundings take away, of single precision and of millionths.
    let raised = |side: S::F| simd.add(simd.mul(side, simd.number(1.000_01)), simd.number(1e-5));
    let (investor, project) = (raised(investor), raised(project));
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
