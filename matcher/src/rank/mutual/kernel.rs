//! Both sides of a pair at most, for sixteen projects or sixteen sets of them.
//!
//! A side is a sum of terms in single precision, in the order in which they stand here, of which each is at least the
//! pair's own but for rounding; the whole is then raised by more than all rounding together.
#![expect(
    clippy::inline_always,
    clippy::indexing_slicing,
    reason = "kernel: a table of countries has a place for every byte; what is not inlined is not compiled for the instruction set"
)]

use super::{
    block::{Block, Bounds, HAS_NO_GAP, HAS_NO_INCLUSION, HAS_NO_RETURN, HAS_NO_TENOR, HAS_UNMEASURED},
    row::{ANYWHERE, LEAST_PART, LEAST_SLICE, MERIT, NO_GAP, NO_INCLUSION, NO_TENOR, UNMEASURED},
    terms::{Parts, best_of, best_terms, each_of, highest, measured, rate, tenor, terms, ticket, together},
    upper::{Money, SHUTS, UNKNOWN, Upper},
};
use crate::engine::{OUT, Simd};

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
        investor = simd.add(investor, best_of(simd, &upper.places[0], one, two));
        investor = simd.add(investor, best_of(simd, &upper.places_open, one, two));
        project = simd.add(project, best_of(simd, &upper.places[1], one, two));
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
    let mut offered = nothing;
    for (instruments, portions) in block.instruments.iter().zip(&block.portions) {
        let offer = simd.look_up(&upper.offered, simd.bytes(instruments));
        offered = simd.add(offered, simd.mul(offer, simd.small_counts(portions)));
    }
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
    let parts_of_terms = [offered, rate, tenor];
    let mine = terms(simd, &upper.terms[0], traits, parts_of_terms);
    let terms = if upper.same_terms {
        [mine, mine]
    } else {
        [mine, terms(simd, &upper.terms[1], traits, parts_of_terms)]
    };

    let unknown = simd.meets(traits, simd.same(u32::from(NO_GAP)));
    let unmeasured = simd.meets(traits, simd.same(u32::from(UNMEASURED)));
    let one = simd.number(1.0);
    let (ticket, money, off) = match upper.money {
        Money::Unknown => (simd.number(UNKNOWN), simd.number(UNKNOWN), nothing),
        Money::Any => (one, one, nothing),
        Money::Euros { lowest, highest, beyond } => {
            let gap = simd.shorts(&block.gap, LEAST_PART);
            let money = simd.min(one, simd.mul(gap, simd.number(highest)));
            let below = simd.mul(gap, simd.number(lowest));
            let above = simd.mul(simd.shorts(&block.slice, LEAST_SLICE), simd.number(beyond));
            let off = simd.max(below, above);
            let ticket = ticket(simd, off, money);
            let off = simd.pick(unmeasured, nothing, simd.pick(unknown, nothing, off));
            let missing = simd.number(UNKNOWN);
            let ticket = simd.pick(unknown, missing, simd.pick(unmeasured, one, ticket));
            let money = simd.pick(unknown, missing, simd.pick(unmeasured, one, money));
            (ticket, money, off)
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
        for fewer in 0..4 {
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
        investor = simd.add(investor, each_of(simd, &upper.places[0], &bounds.country));
        investor = simd.add(investor, each_of(simd, &upper.places_open, &bounds.country));
        project = simd.add(project, each_of(simd, &upper.places[1], &bounds.country));
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
    let instruments = simd.words(&bounds.instruments);
    let offers = simd.meets(instruments, simd.same(upper.offers));
    let offered = simd.pick(offers, simd.number(upper.best_offer), nothing);
    let offered = simd.pick(simd.meets(instruments, simd.same(upper.offered_bits)), one, offered);
    let rate = match upper.target {
        Some(target) => {
            let known = rate(simd, target, simd.counts(&bounds.ret));
            let missing = simd.pick(simd.meets(has, simd.same(HAS_NO_RETURN)), simd.number(UNKNOWN), nothing);
            simd.max(known, missing)
        }
        None => simd.number(UNKNOWN),
    };
    let tenor = match upper.tenor {
        Some(slope) => {
            let known = tenor(simd, slope, simd.counts(&bounds.tenor));
            let missing = simd.pick(simd.meets(has, simd.same(HAS_NO_TENOR)), simd.number(UNKNOWN), nothing);
            simd.max(known, missing)
        }
        None => simd.number(UNKNOWN),
    };
    let parts_of_terms = [offered, rate, tenor];
    let mine = best_terms(simd, &upper.terms[0], has, parts_of_terms);
    let terms = if upper.same_terms {
        [mine, mine]
    } else {
        [mine, best_terms(simd, &upper.terms[1], has, parts_of_terms)]
    };

    let (ticket, money, off) = match upper.money {
        Money::Unknown => (simd.number(UNKNOWN), simd.number(UNKNOWN), nothing),
        Money::Any => (one, one, nothing),
        Money::Euros { lowest, highest, beyond } => {
            let money =
                simd.min(one, simd.mul(simd.shorts(&bounds.gap_most, LEAST_PART), simd.number(highest)));
            let below = simd.mul(simd.shorts(&bounds.gap_least, LEAST_PART), simd.number(lowest));
            let above = simd.mul(simd.shorts(&bounds.slice, LEAST_SLICE), simd.number(beyond));
            let off = simd.max(below, above);
            let ticket = ticket(simd, off, money);
            let (ticket, money) = (measured(simd, has, ticket), measured(simd, has, money));
            let any = simd.meets(has, simd.same(HAS_NO_GAP | HAS_UNMEASURED));
            (ticket, money, simd.pick(any, nothing, off))
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
        no_inclusion: simd.meets(has, simd.same(HAS_NO_INCLUSION)),
    };
    let score = together(simd, upper, parts);
    let mut open = simd.at_least(nearness, simd.number(upper.least_nearness));
    open = simd.and(open, simd.at_least(offered, simd.number(upper.least_offered)));
    open = simd.and(open, simd.meets(has, simd.same(upper.kind_bits)));
    if upper.hard_ticket {
        open = simd.and(open, simd.at_least(simd.number(2.0), off));
    }
    simd.pick(open, score, simd.number(OUT))
}
