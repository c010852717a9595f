//! Projects of workload W: the exact facts, their columns in sixteen bits, and what holds of sets of them.

use std::{ops::Deref, sync::OnceLock};

use matcher::engine::LANES;

/// A project, as it is written in the files.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Facts {
    /// Its place in the files.
    pub id: u32,
    /// At most four sectors, as bits.
    pub sectors: u32,
    /// Money asked for, above 1 and below e^31.
    pub ask: f32,
    /// Its natural logarithm.
    pub log_ask: f32,
    /// Yearly return, -1 to 1.
    pub ret: f32,
    /// 0 to 1.
    pub readiness: f32,
    /// 0 to 1.
    pub inclusion: f32,
    /// Days since the last news.
    pub days: u16,
    /// Below 200.
    pub country: u8,
    /// Below 6.
    pub stage: u8,
    /// Instruments as bits.
    pub instr: u8,
    /// Whether somebody looked.
    pub verified: bool,
}

/// Why a project or a mandate cannot enter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refused {
    /// A number is not finite or outside its range.
    #[error("{of} {id}: {column} is not a finite number in its range")]
    Number {
        /// Project or mandate.
        of: &'static str,
        /// Which one.
        id: u32,
        /// Which column.
        column: &'static str,
    },
}

/// Steps of the logarithm of the money: 0 to 32.
pub(crate) const ASK_STEP: f64 = 32.0 / 65_536.0;
/// Steps of the return: -1 to 1.
pub(crate) const RET_STEP: f64 = 2.0 / 65_536.0;
/// Number of countries.
pub(crate) const COUNTRIES: usize = 200;
/// In a summary: more than one country.
pub(crate) const MIXED: u8 = 255;
/// Class of a lane without a project: a stage that there is not.
pub(crate) const EMPTY: u8 = 6;
/// Bit of the stages for verified projects.
pub(crate) const VERIFIED: u8 = 64;

/// `exp(-days / 180)`, a table of `libm`'s, the same on every machine.
pub(crate) fn fresh(days: u16) -> f64 {
    static TABLE: OnceLock<Vec<f64>> = OnceLock::new();
    TABLE.get_or_init(|| (0..=u16::MAX).map(|days| libm::exp(-f64::from(days) / 180.0)).collect())
        [usize::from(days)]
}

/// A project whose numbers are finite and in range, with the steps of its columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    facts: Facts,
    /// The steps in which the logarithm of the money and the return lie; readiness, inclusion and freshness in parts of
    /// 65,535, rounded up.
    steps: [u16; 5],
}

impl Deref for Row {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.facts
    }
}

impl Row {
    /// A row of facts that are all finite and in range.
    pub(crate) fn new(facts: Facts) -> Result<Self, Refused> {
        let refuse = |column| Err(Refused::Number { of: "project", id: facts.id, column });
        let unit = |x: f32| (0.0..=1.0).contains(&x);
        if !(facts.ask > 1.0 && facts.ask < 2.9e13) {
            return refuse("ask");
        }
        if !((f64::from(facts.log_ask) - libm::log(f64::from(facts.ask))).abs() < 1e-5
            && facts.log_ask >= 0.0)
        {
            return refuse("log_ask");
        }
        if !(-1.0..1.0).contains(&facts.ret) {
            return refuse("ret");
        }
        if facts.sectors.count_ones() > 4 {
            return refuse("sectors");
        }
        if !unit(facts.readiness) {
            return refuse("readiness");
        }
        if !unit(facts.inclusion) {
            return refuse("inclusion");
        }
        if usize::from(facts.country) >= COUNTRIES {
            return refuse("country");
        }
        if facts.stage >= 6 {
            return refuse("stage");
        }
        let part = |x: f64| libm::ceil(x * 65_535.0) as u16;
        let steps = [
            (f64::from(facts.log_ask) / ASK_STEP) as u16,
            ((f64::from(facts.ret) + 1.0) / RET_STEP) as u16,
            part(f64::from(facts.readiness)),
            part(f64::from(facts.inclusion)),
            part(fresh(facts.days)),
        ];
        Ok(Self { facts, steps })
    }

    /// Stage and verification as bits.
    pub(crate) fn flags(&self) -> u8 {
        1 << self.stage | if self.verified { VERIFIED } else { 0 }
    }

    /// Steps of the logarithm of the money, return, readiness, inclusion and freshness.
    pub(crate) const fn steps(&self) -> [u16; 5] {
        self.steps
    }
}

/// Sixteen projects of one country.
#[derive(Debug, Clone)]
#[repr(align(64))]
pub(crate) struct Block {
    pub(crate) sectors: [u32; LANES],
    pub(crate) ask: [u16; LANES],
    pub(crate) ret: [u16; LANES],
    pub(crate) readiness: [u16; LANES],
    pub(crate) inclusion: [u16; LANES],
    pub(crate) fresh: [u16; LANES],
    /// The stage, with eight added where it is verified; [`EMPTY`] where there is no project.
    pub(crate) class: [u8; LANES],
    pub(crate) instr: [u8; LANES],
}

impl Block {
    /// Puts a project into a lane, or empties it.
    pub(crate) fn set(&mut self, lane: usize, row: Option<&Row>) {
        let Some(row) = row else {
            self.class[lane] = EMPTY;
            return;
        };
        let [ask, ret, readiness, inclusion, fresh] = row.steps();
        self.sectors[lane] = row.sectors;
        self.ask[lane] = ask;
        self.ret[lane] = ret;
        self.readiness[lane] = readiness;
        self.inclusion[lane] = inclusion;
        self.fresh[lane] = fresh;
        self.class[lane] = row.stage | if row.verified { 8 } else { 0 };
        self.instr[lane] = row.instr;
    }
}

impl Default for Block {
    fn default() -> Self {
        Self {
            sectors: [0; LANES],
            ask: [0; LANES],
            ret: [0; LANES],
            readiness: [0; LANES],
            inclusion: [0; LANES],
            fresh: [0; LANES],
            class: [EMPTY; LANES],
            instr: [0; LANES],
        }
    }
}

/// What holds of sixteen sets of projects.
#[derive(Debug, Clone, Default)]
#[repr(align(64))]
pub(crate) struct Bounds {
    pub(crate) sectors: [u32; LANES],
    pub(crate) ask_least: [u16; LANES],
    pub(crate) ask_most: [u16; LANES],
    pub(crate) ret: [u16; LANES],
    pub(crate) readiness: [u16; LANES],
    pub(crate) inclusion: [u16; LANES],
    pub(crate) fresh: [u16; LANES],
    /// The most of all three together, in quarters of their steps.
    pub(crate) together: [u16; LANES],
    pub(crate) flags: [u8; LANES],
    pub(crate) instr: [u8; LANES],
    /// Most sectors of a project, as so many bits.
    pub(crate) sector_count: [u8; LANES],
    pub(crate) country: [u8; LANES],
    /// The country of all that is in, where it is one.
    pub(crate) one_country: u8,
}

impl Bounds {
    fn clear(&mut self, lane: usize) {
        self.sectors[lane] = 0;
        self.ask_least[lane] = u16::MAX;
        self.ask_most[lane] = 0;
        self.ret[lane] = 0;
        self.readiness[lane] = 0;
        self.inclusion[lane] = 0;
        self.fresh[lane] = 0;
        self.together[lane] = 0;
        self.flags[lane] = 0;
        self.instr[lane] = 0;
        self.sector_count[lane] = 0;
        self.country[lane] = MIXED;
    }

    fn settle(&mut self) {
        let mut own = self.country.iter().zip(&self.flags).filter(|(_, flags)| **flags != 0).map(|(c, _)| *c);
        let first = own.next().unwrap_or(MIXED);
        self.one_country = if own.all(|country| country == first) { first } else { MIXED };
    }

    fn meet_country(&mut self, lane: usize, country: u8) {
        let first = self.flags[lane] == 0;
        let own = &mut self.country[lane];
        *own = if first || *own == country { country } else { MIXED };
    }

    /// Makes a lane say what holds of the projects.
    pub(crate) fn cover<'a>(&mut self, lane: usize, rows: impl Iterator<Item = &'a Row>) {
        self.clear(lane);
        for row in rows {
            let [ask, ret, readiness, inclusion, fresh] = row.steps();
            let together =
                (u32::from(readiness) + u32::from(inclusion) + u32::from(fresh)).div_ceil(4) as u16;
            let raise = |slot: &mut u16, to: u16| *slot = (*slot).max(to);
            self.meet_country(lane, row.country);
            self.sectors[lane] |= row.sectors;
            self.flags[lane] |= row.flags();
            self.instr[lane] |= row.instr;
            self.sector_count[lane] |= 15 >> 4_u32.saturating_sub(row.sectors.count_ones());
            self.ask_least[lane] = self.ask_least[lane].min(ask);
            raise(&mut self.ask_most[lane], ask);
            raise(&mut self.ret[lane], ret);
            raise(&mut self.readiness[lane], readiness);
            raise(&mut self.inclusion[lane], inclusion);
            raise(&mut self.fresh[lane], fresh);
            raise(&mut self.together[lane], together);
        }
        self.settle();
    }

    /// Makes a lane say what holds of all sets of another one.
    pub(crate) fn join(&mut self, lane: usize, of: &Self) {
        self.clear(lane);
        for each in 0..LANES {
            if of.flags[each] == 0 {
                continue;
            }
            let raise = |slot: &mut u16, to: u16| *slot = (*slot).max(to);
            self.meet_country(lane, of.country[each]);
            self.sectors[lane] |= of.sectors[each];
            self.flags[lane] |= of.flags[each];
            self.instr[lane] |= of.instr[each];
            self.sector_count[lane] |= of.sector_count[each];
            self.ask_least[lane] = self.ask_least[lane].min(of.ask_least[each]);
            raise(&mut self.ask_most[lane], of.ask_most[each]);
            raise(&mut self.ret[lane], of.ret[each]);
            raise(&mut self.readiness[lane], of.readiness[each]);
            raise(&mut self.inclusion[lane], of.inclusion[each]);
            raise(&mut self.fresh[lane], of.fresh[each]);
            raise(&mut self.together[lane], of.together[each]);
        }
        self.settle();
    }
}
