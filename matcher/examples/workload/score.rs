//! Workload W as a kind of score.
#![expect(clippy::inline_always, reason = "what is not inlined is not compiled for the instruction set")]

use std::cmp::Reverse;

use matcher::engine::{Kind, OUT, Simd};

use super::{
    mandate::{Mandate, Upper},
    row::{Block, Bounds, MIXED, Row},
};

/// Workload W.
#[derive(Debug)]
pub(crate) struct Workload;

/// A place in the order: the higher score, then the lower id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    /// The score's bits, turned so that they are ordered as scores are: at the edge of the gate on money, where the fit
    /// of the ticket is nothing, rounding can make a score a little less than nothing.
    bits: u64,
    id: Reverse<u32>,
}

/// The sign of a number in double precision.
const SIGN: u64 = 1 << 63;

impl Key {
    /// The place of a score, which is a number, and an id.
    pub(crate) fn new(score: f64, id: u32) -> Self {
        // Nothing has no sign.
        let bits = (score + 0.0).to_bits();
        Self { bits: if bits & SIGN == 0 { bits | SIGN } else { !bits }, id: Reverse(id) }
    }

    /// The score.
    pub(crate) fn score(self) -> f64 {
        f64::from_bits(if self.bits & SIGN == 0 { !self.bits } else { self.bits & !SIGN })
    }

    /// The project.
    pub(crate) fn id(self) -> u32 {
        self.id.0
    }
}

/// Sectors, stages, verification, instruments, then the ordered columns.
const DIMENSIONS: usize = 32 + 6 + 1 + 8 + 7;

impl Kind for Workload {
    type Row = Row;
    type Id = u32;
    type Block = Block;
    type Bounds = Bounds;
    type Query = Mandate;
    type Key = Key;

    const DIMENSIONS: usize = DIMENSIONS;

    fn id(row: &Row) -> u32 {
        row.id
    }

    fn holder(key: &Key) -> u32 {
        key.id.0
    }

    fn partition(row: &Row) -> u32 {
        u32::from(row.country)
    }

    fn place(row: &Row, dimension: usize) -> u32 {
        let [ask, ret, readiness, inclusion, fresh] = row.steps().map(u32::from);
        match dimension {
            0..32 => row.sectors >> dimension & 1,
            32..38 => u32::from(usize::from(row.stage) == dimension - 32),
            38 => u32::from(row.verified),
            39..47 => u32::from(row.instr) >> (dimension - 39) & 1,
            47 => ask,
            48 => ret,
            49 => readiness,
            50 => inclusion,
            51 => fresh,
            52 => readiness + inclusion + fresh,
            _ => row.sectors.count_ones(),
        }
    }

    fn set(block: &mut Block, lane: usize, row: Option<&Row>) {
        block.set(lane, row);
    }

    fn cover<'a>(bounds: &mut Bounds, lane: usize, rows: impl Iterator<Item = &'a Row>) {
        bounds.cover(lane, rows);
    }

    fn join(bounds: &mut Bounds, lane: usize, of: &Bounds) {
        bounds.join(lane, of);
    }

    #[inline(always)]
    fn bound<S: Simd>(simd: S, query: &Mandate, bounds: &Bounds) -> S::F {
        let upper = &query.upper;
        let mask = simd.words(&bounds.sectors);
        let mut sectors = simd.number(0.0);
        for (bit, weight) in &upper.sectors {
            sectors = simd.add_where(simd.meets(mask, simd.same(*bit)), sectors, simd.number(*weight));
        }
        let count = simd.bytes(&bounds.sector_count);
        let mut most = simd.number(0.0);
        for (fewer, weight) in upper.best_sectors.iter().enumerate() {
            most = simd.add_where(simd.meets(count, simd.same(1 << fewer)), most, simd.number(*weight));
        }
        let flags = simd.bytes(&bounds.flags);
        let mut stage = simd.number(0.0);
        for (bit, weight) in &upper.stage_bits {
            let meets = simd.meets(flags, simd.same(*bit));
            stage = simd.max(stage, simd.pick(meets, simd.number(*weight), simd.number(0.0)));
        }
        let countries = match bounds.one_country {
            MIXED => simd.numbers(&bounds.country.map(|country| upper.countries[usize::from(country)])),
            one => simd.number(upper.countries[usize::from(one)]),
        };
        let money = (simd.counts(&bounds.ask_least), simd.counts(&bounds.ask_most));
        let ret = simd.counts(&bounds.ret);
        // The three merits share their sum: what the dearest takes is not left for the next.
        let merits = [&bounds.readiness, &bounds.inclusion, &bounds.fresh];
        let [first, second, third] = upper.order;
        let left = simd.mul(simd.counts(&bounds.together), simd.number(4.0));
        let a = simd.min(simd.counts(merits[first]), left);
        let left = simd.sub(left, a);
        let b = simd.min(simd.counts(merits[second]), left);
        let c = simd.min(simd.counts(merits[third]), simd.sub(left, b));
        let mut score = simd.add(countries, simd.min(sectors, most));
        score = simd.add(score, stage);
        score = simd.add(score, ticket(simd, upper, money));
        score = simd.add(score, returns(simd, upper, ret));
        for (merit, of) in [(a, first), (b, second), (c, third)] {
            score = simd.add(score, simd.mul(merit, simd.number(upper.merits[of])));
        }
        let stages = simd.meets(flags, simd.same(upper.stages));
        let verified = simd.holds(flags, simd.same(upper.verified));
        let open = gates(simd, upper, simd.bytes(&bounds.instr), money, ret);
        let open = simd.and(simd.and(stages, verified), open);
        simd.pick(open, score, simd.number(OUT))
    }

    #[inline(always)]
    fn score<S: Simd>(simd: S, query: &Mandate, of: &Bounds, block: &Block) -> S::F {
        let upper = &query.upper;
        let mask = simd.words(&block.sectors);
        let mut score = simd.number(upper.countries[usize::from(of.one_country)]);
        for (bit, weight) in &upper.sectors {
            score = simd.add_where(simd.meets(mask, simd.same(*bit)), score, simd.number(*weight));
        }
        let class = simd.look_up(&upper.classes, simd.bytes(&block.class));
        score = simd.add(score, class);
        let (ask, ret) = (simd.counts(&block.ask), simd.counts(&block.ret));
        score = simd.add(score, ticket(simd, upper, (ask, ask)));
        score = simd.add(score, returns(simd, upper, ret));
        let merits = [&block.readiness, &block.inclusion, &block.fresh];
        for (merit, weight) in merits.into_iter().zip(upper.merits) {
            score = simd.add(score, simd.mul(simd.counts(merit), simd.number(weight)));
        }
        let open = gates(simd, upper, simd.bytes(&block.instr), (ask, ask), ret);
        simd.pick(open, score, simd.number(OUT))
    }

    #[inline(always)]
    fn exact(query: &Mandate, row: &Row) -> Option<Key> {
        query.admits(row).then(|| Key::new(query.score(row), row.id))
    }

    #[inline(always)]
    fn reach(key: &Key) -> f32 {
        let score = key.score();
        let near = score as f32;
        if f64::from(near) > score { near.next_down() } else { near }
    }
}

/// What the ticket adds where the money lies somewhere between two steps.
#[inline(always)]
fn ticket<S: Simd>(simd: S, upper: &Upper, (least, most): (S::F, S::F)) -> S::F {
    let below = simd.sub(simd.number(upper.edge.0), most);
    let above = simd.sub(least, simd.number(upper.edge.1));
    let off = simd.max(simd.max(below, above), simd.number(0.0));
    simd.sub(simd.number(upper.ticket), simd.mul(simd.number(upper.ticket_slope), off))
}

/// What a return up to a step adds.
#[inline(always)]
fn returns<S: Simd>(simd: S, upper: &Upper, ret: S::F) -> S::F {
    let beyond = simd.sub(ret, simd.number(upper.return_at));
    let fit = simd.mul(beyond, simd.number(upper.return_slope));
    simd.min(simd.max(fit, simd.number(0.0)), simd.number(upper.return_most))
}

/// The gates on instruments, money and return.
#[inline(always)]
fn gates<S: Simd>(simd: S, upper: &Upper, instr: S::U, (least, most): (S::F, S::F), ret: S::F) -> S::M {
    let instr = simd.meets(instr, simd.same(upper.instr));
    let rich = simd.at_least(most, simd.number(upper.gate.0));
    let poor = simd.at_least(simd.number(upper.gate.1), least);
    let ret = simd.at_least(ret, simd.number(upper.least_return));
    simd.and(simd.and(instr, ret), simd.and(rich, poor))
}
