//! Sixteen projects by column, and what holds of sixteen sets of projects.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: lanes are below sixteen, shifts below the width of the word"
)]

use super::row::{
    ANY, ANYWHERE, DEBT, Listed, NO_GAP, NO_INCLUSION, NO_TENOR, NONE, SEEKS_RETURN, SHUT, UNMEASURED,
};
use crate::engine::LANES;

/// A project's numbers, each rounded so that no score made of them is too low.
#[derive(Debug, Clone, Copy)]
pub(super) struct Columns {
    /// Up to four fields.
    pub(super) fields: [u8; 4],
    /// Their shares in portions.
    pub(super) shares: [u8; 4],
    /// Place of ladder and stage.
    pub(super) stage: u8,
    /// Up to three instruments.
    pub(super) instruments: [u8; 3],
    /// Their shares in portions.
    pub(super) portions: [u8; 3],
    /// Bits that say more.
    pub(super) traits: u8,
    /// The kind, or that no question lets it through.
    pub(super) kind: u8,
    /// Help wanted as bits.
    pub(super) help: u8,
    /// Remainder of its city.
    pub(super) city: u8,
    /// Its country twice, or its first two.
    pub(super) countries: [u8; 2],
    /// Return; nothing where it is not known.
    pub(super) ret: u16,
    /// Tenor in months.
    pub(super) tenor: u16,
    /// The reciprocal of the gap.
    pub(super) gap: u16,
    /// The slice.
    pub(super) slice: u16,
    /// Readiness.
    pub(super) ready: u16,
    /// Trust.
    pub(super) trust: u16,
    /// Inclusion.
    pub(super) inclusion: u16,
}

/// Sixteen projects of one partition.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub struct Block {
    pub(super) ret: [u16; LANES],
    pub(super) tenor: [u16; LANES],
    pub(super) gap: [u16; LANES],
    pub(super) slice: [u16; LANES],
    pub(super) ready: [u16; LANES],
    pub(super) trust: [u16; LANES],
    pub(super) inclusion: [u16; LANES],
    pub(super) fields: [[u8; LANES]; 4],
    pub(super) shares: [[u8; LANES]; 4],
    pub(super) instruments: [[u8; LANES]; 3],
    pub(super) portions: [[u8; LANES]; 3],
    pub(super) countries: [[u8; LANES]; 2],
    pub(super) stage: [u8; LANES],
    pub(super) traits: [u8; LANES],
    pub(super) kind: [u8; LANES],
    pub(super) help: [u8; LANES],
    pub(super) city: [u8; LANES],
}

impl Default for Block {
    fn default() -> Self {
        Self {
            ret: [0; LANES],
            tenor: [0; LANES],
            gap: [0; LANES],
            slice: [0; LANES],
            ready: [0; LANES],
            trust: [0; LANES],
            inclusion: [0; LANES],
            fields: [[NONE; LANES]; 4],
            shares: [[0; LANES]; 4],
            instruments: [[0; LANES]; 3],
            portions: [[0; LANES]; 3],
            countries: [[ANYWHERE; LANES]; 2],
            stage: [0; LANES],
            traits: [0; LANES],
            kind: [SHUT; LANES],
            help: [0; LANES],
            city: [NONE; LANES],
        }
    }
}

impl Block {
    /// Puts a project into a lane, or empties it.
    pub(super) fn set(&mut self, lane: usize, row: Option<&Listed>) {
        let Some(row) = row else {
            self.kind[lane] = SHUT;
            return;
        };
        let of = &row.columns;
        for slot in 0..4 {
            self.fields[slot][lane] = of.fields[slot];
            self.shares[slot][lane] = of.shares[slot];
        }
        for slot in 0..3 {
            self.instruments[slot][lane] = of.instruments[slot];
            self.portions[slot][lane] = of.portions[slot];
        }
        for slot in 0..2 {
            self.countries[slot][lane] = of.countries[slot];
        }
        self.ret[lane] = of.ret;
        self.tenor[lane] = of.tenor;
        self.gap[lane] = of.gap;
        self.slice[lane] = of.slice;
        self.ready[lane] = of.ready;
        self.trust[lane] = of.trust;
        self.inclusion[lane] = of.inclusion;
        self.stage[lane] = of.stage;
        self.traits[lane] = of.traits;
        self.kind[lane] = of.kind;
        self.help[lane] = of.help;
        self.city[lane] = of.city;
    }
}

/// In a set: projects whose instruments are of a class, of which there are four by [`SEEKS_RETURN`] and [`DEBT`], have
/// the bit of the class. These are the other bits.
pub(super) const HAS_NO_INCLUSION: u32 = 1 << 4;
/// A gap that is not known.
pub(super) const HAS_NO_GAP: u32 = 1 << 5;
/// A gap without a measure.
pub(super) const HAS_UNMEASURED: u32 = 1 << 6;
/// A gap with one.
pub(super) const HAS_GAP: u32 = 1 << 7;
/// A return that is not known.
pub(super) const HAS_NO_RETURN: u32 = 1 << 8;
/// A tenor that is not known.
pub(super) const HAS_NO_TENOR: u32 = 1 << 9;
/// Kinds stand above these bits.
pub(super) const KINDS: u32 = 16;

/// A ladder's place without a stage, and the places of a ladder.
const PLACES: u8 = 19;

/// The bit of a place of ladder and stage: each ladder's own stages and none, and one bit for the rest.
pub(super) const fn stage_bit(place: u8) -> u32 {
    match place {
        0..9 => 1 << place,
        18 => 1 << 9,
        28..38 => 1 << (place - 28 + 10),
        _ => 1 << 31,
    }
}

/// Number of places of ladder and stage.
pub(super) const STAGES: u8 = PLACES * 2;

/// Where the cities of a set stand: those that are named by half their remainder, and the last bit for none.
pub(super) const fn city_bits(city: u8) -> u32 {
    match city {
        NONE => 1 << 31,
        ANY => (1 << 31) - 1,
        step => 1 << (step / 2),
    }
}

/// What holds of sixteen sets of projects.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
pub struct Bounds {
    /// Fields 0 to 31.
    pub(super) fields_low: [u32; LANES],
    /// Fields 32 to 63.
    pub(super) fields_high: [u32; LANES],
    pub(super) stages: [u32; LANES],
    pub(super) instruments: [u32; LANES],
    /// What there is, and the kinds.
    pub(super) has: [u32; LANES],
    /// Sets of help 0 to 31.
    pub(super) help_low: [u32; LANES],
    /// Sets of help 32 to 63.
    pub(super) help_high: [u32; LANES],
    pub(super) cities: [u32; LANES],
    pub(super) gap_least: [u16; LANES],
    pub(super) gap_most: [u16; LANES],
    pub(super) slice: [u16; LANES],
    pub(super) ret: [u16; LANES],
    pub(super) tenor: [u16; LANES],
    pub(super) ready: [u16; LANES],
    pub(super) trust: [u16; LANES],
    pub(super) inclusion: [u16; LANES],
    /// Most of readiness and trust together, in halves.
    pub(super) together: [u16; LANES],
    /// Most fields of a project, as so many bits.
    pub(super) field_count: [u8; LANES],
    pub(super) country: [u8; LANES],
    /// The country of all that is in, where it is one.
    pub(super) one_country: u8,
}

fn raise(slot: &mut u16, to: u16) {
    *slot = (*slot).max(to);
}

fn lower(slot: &mut u16, to: u16) {
    *slot = (*slot).min(to);
}

impl Bounds {
    fn clear(&mut self, lane: usize) {
        self.fields_low[lane] = 0;
        self.fields_high[lane] = 0;
        self.stages[lane] = 0;
        self.instruments[lane] = 0;
        self.has[lane] = 0;
        self.help_low[lane] = 0;
        self.help_high[lane] = 0;
        self.cities[lane] = 0;
        self.gap_least[lane] = u16::MAX;
        self.gap_most[lane] = 0;
        self.slice[lane] = u16::MAX;
        self.ret[lane] = 0;
        self.tenor[lane] = NO_TENOR;
        self.ready[lane] = 0;
        self.trust[lane] = 0;
        self.inclusion[lane] = 0;
        self.together[lane] = 0;
        self.field_count[lane] = 0;
        self.country[lane] = ANYWHERE;
    }

    fn settle(&mut self) {
        let mut own = self.country.iter().zip(&self.stages).filter(|(_, s)| **s != 0).map(|(c, _)| *c);
        let first = own.next().unwrap_or(ANYWHERE);
        self.one_country = if own.all(|country| country == first) { first } else { ANYWHERE };
    }

    fn meet_country(&mut self, lane: usize, country: u8) {
        let first = self.stages[lane] == 0;
        let own = &mut self.country[lane];
        *own = if first || *own == country { country } else { ANYWHERE };
    }

    /// Makes a lane say what holds of the projects.
    pub(super) fn cover<'a>(&mut self, lane: usize, rows: impl Iterator<Item = &'a Listed>) {
        self.clear(lane);
        for of in rows.map(|row| &row.columns).filter(|of| of.kind != SHUT) {
            let one = of.countries[0] == of.countries[1];
            self.meet_country(lane, if one { of.countries[0] } else { ANYWHERE });
            let mut fields = 0_u64;
            let mut count = 0_u32;
            for field in of.fields.into_iter().filter(|field| *field != NONE) {
                fields |= 1 << (field & 63);
                count += 1;
            }
            self.fields_low[lane] |= fields as u32;
            self.fields_high[lane] |= (fields >> 32) as u32;
            self.field_count[lane] |= (15_u32 >> 4_u32.saturating_sub(count)) as u8;
            self.stages[lane] |= stage_bit(of.stage);
            for instrument in of.instruments {
                self.instruments[lane] |= 1 << (instrument & 15);
            }
            let help = 1_u64 << (of.help & 63);
            self.help_low[lane] |= help as u32;
            self.help_high[lane] |= (help >> 32) as u32;
            self.cities[lane] |= city_bits(of.city);
            let class = of.traits & (SEEKS_RETURN | DEBT);
            let flag = |is: bool, bit: u32| if is { bit } else { 0 };
            let measured = of.traits & (NO_GAP | UNMEASURED) == 0;
            self.has[lane] |= 1 << class
                | 1 << (KINDS + u32::from(of.kind))
                | flag(of.traits & NO_INCLUSION != 0, HAS_NO_INCLUSION)
                | flag(of.traits & NO_GAP != 0, HAS_NO_GAP)
                | flag(of.traits & UNMEASURED != 0, HAS_UNMEASURED)
                | flag(measured, HAS_GAP)
                | flag(of.ret == 0, HAS_NO_RETURN)
                | flag(of.tenor == NO_TENOR, HAS_NO_TENOR);
            if measured {
                lower(&mut self.gap_least[lane], of.gap);
                raise(&mut self.gap_most[lane], of.gap);
                lower(&mut self.slice[lane], of.slice);
            }
            raise(&mut self.ret[lane], of.ret);
            lower(&mut self.tenor[lane], of.tenor);
            raise(&mut self.ready[lane], of.ready);
            raise(&mut self.trust[lane], of.trust);
            raise(&mut self.inclusion[lane], of.inclusion);
            let together = (u32::from(of.ready) + u32::from(of.trust)).div_ceil(2);
            raise(&mut self.together[lane], together as u16);
        }
        self.settle();
    }

    /// Makes a lane say what holds of all sets of another one.
    pub(super) fn join(&mut self, lane: usize, of: &Self) {
        self.clear(lane);
        for each in (0..LANES).filter(|each| of.stages[*each] != 0) {
            self.meet_country(lane, of.country[each]);
            self.fields_low[lane] |= of.fields_low[each];
            self.fields_high[lane] |= of.fields_high[each];
            self.field_count[lane] |= of.field_count[each];
            self.stages[lane] |= of.stages[each];
            self.instruments[lane] |= of.instruments[each];
            self.has[lane] |= of.has[each];
            self.help_low[lane] |= of.help_low[each];
            self.help_high[lane] |= of.help_high[each];
            self.cities[lane] |= of.cities[each];
            lower(&mut self.gap_least[lane], of.gap_least[each]);
            raise(&mut self.gap_most[lane], of.gap_most[each]);
            lower(&mut self.slice[lane], of.slice[each]);
            raise(&mut self.ret[lane], of.ret[each]);
            lower(&mut self.tenor[lane], of.tenor[each]);
            raise(&mut self.ready[lane], of.ready[each]);
            raise(&mut self.trust[lane], of.trust[each]);
            raise(&mut self.inclusion[lane], of.inclusion[each]);
            raise(&mut self.together[lane], of.together[each]);
        }
        self.settle();
    }
}
