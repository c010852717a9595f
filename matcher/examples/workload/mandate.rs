//! Mandates of workload W: the exact score in double precision, and the tables of its upper bounds.

use matcher::engine::{LANES, Lanes, OUT};

use super::row::{ASK_STEP, COUNTRIES, MIXED, RET_STEP, Refused, Row, VERIFIED, fresh};

/// What a mandate wants, as it is written in the files.
#[derive(Debug, Clone)]
pub(crate) struct Terms {
    /// Weight of each sector.
    pub sectors: [f64; 32],
    /// The most that a project's sectors can sum to.
    pub sector_max: f64,
    /// Preference of each country; none where it is not allowed.
    pub countries: Vec<Option<f64>>,
    /// Weight of each stage.
    pub stage_weights: [f64; 6],
    /// Stages allowed, as bits.
    pub stages: u8,
    /// Instruments offered, as bits.
    pub instr: u8,
    /// Least and largest ticket.
    pub ticket: (f64, f64),
    /// Natural logarithms of both.
    pub ticket_ln: (f64, f64),
    /// Least return.
    pub min_return: Option<f64>,
    /// Return looked for.
    pub target_return: f64,
    /// Only verified projects.
    pub verified: bool,
    /// Weights of sectors, country, stage, ticket, return, readiness, inclusion and freshness.
    pub weights: [f64; 8],
}

/// A mandate made ready.
#[derive(Debug, Clone)]
pub(crate) struct Mandate {
    sectors: [f64; 32],
    countries: Vec<Option<f64>>,
    stage_weights: [f64; 6],
    stages: u8,
    instr: u8,
    verified: bool,
    ask: (f32, f32),
    ticket_ln: (f64, f64),
    least_return: f32,
    base_return: f64,
    return_slope: f64,
    weights: [f64; 8],
    pub(crate) upper: Upper,
}

/// The mandate in single precision and in the steps of the columns.
#[derive(Debug, Clone)]
pub(crate) struct Upper {
    pub(crate) sectors: Vec<(u32, f32)>,
    /// The four highest of them.
    pub(crate) best_sectors: [f32; 4],
    pub(crate) stage_bits: Vec<(u32, f32)>,
    pub(crate) stages: u32,
    /// What a stage adds, unverified and verified; [`OUT`] where a gate is shut.
    pub(crate) classes: Lanes,
    pub(crate) instr: u32,
    pub(crate) verified: u32,
    /// By country, with [`MIXED`] for any.
    pub(crate) countries: Vec<f32>,
    pub(crate) gate: (f32, f32),
    pub(crate) edge: (f32, f32),
    pub(crate) ticket: f32,
    pub(crate) ticket_slope: f32,
    pub(crate) least_return: f32,
    /// The step at which a return begins to count.
    pub(crate) return_at: f32,
    /// What each step beyond it adds.
    pub(crate) return_slope: f32,
    pub(crate) return_most: f32,
    pub(crate) merits: [f32; 3],
    /// Places of the merits, the dearest first.
    pub(crate) order: [usize; 3],
}

/// Above every error of single precision in an upper bound. Its terms sum to at most 1.001; of at most 45 additions each
/// errs by at most half of 2^-23 times a sum of at most one that counts, coefficients and products by 2^-24 of a term, in
/// all below 3e-6. Differences of steps err by less than the hundredth of a step by which `edge` and `return_at` are moved.
const SLACK: f64 = 4e-6;

const LN_4: f64 = std::f64::consts::LN_2 * 2.0;

impl Mandate {
    /// Prepares a mandate where all its numbers are finite and none of its weights negative.
    pub(crate) fn new(id: u32, terms: &Terms) -> Result<Self, Refused> {
        let refuse = |column| Err(Refused::Number { of: "mandate", id, column });
        let weight = |x: &f64| (0.0..=1e3).contains(x);
        let weighed = terms.weights.iter().all(weight) && terms.weights.iter().sum::<f64>() <= 1.001;
        if !weighed {
            return refuse("w");
        }
        let measured = terms.sectors.iter().all(weight) && (1e-9..1e6).contains(&terms.sector_max);
        if !measured {
            return refuse("sw");
        }
        let mut sorted = terms.sectors;
        sorted.sort_unstable_by(|a, b| b.total_cmp(a));
        // All numbers are finite by now.
        if sorted.iter().take(4).sum::<f64>() > terms.sector_max * 1.001 {
            return refuse("smax");
        }
        if terms.countries.len() != COUNTRIES
            || !terms.countries.iter().flatten().all(|x| (0.0..=1.0).contains(x))
        {
            return refuse("cpref");
        }
        if !terms.stage_weights.iter().all(|x| (0.0..=1.0).contains(x)) {
            return refuse("stw");
        }
        let (least, most) = terms.ticket;
        if !(least > 0.0 && least <= most && most < 1e13) {
            return refuse("ticket");
        }
        let (ln_least, ln_most) = terms.ticket_ln;
        if !((ln_least - libm::log(least)).abs() < 1e-5 && (ln_most - libm::log(most)).abs() < 1e-5) {
            return refuse("ticket");
        }
        let base = terms.min_return.unwrap_or(0.0);
        if !(base.abs() <= 1.0 && terms.target_return > base && terms.target_return <= 2.0) {
            return refuse("return");
        }
        let mut mandate = Self {
            sectors: terms.sectors.map(|x| terms.weights[0] * x / terms.sector_max),
            countries: terms.countries.iter().map(|x| x.map(|x| terms.weights[1] * x)).collect(),
            stage_weights: terms.stage_weights.map(|x| terms.weights[2] * x),
            stages: terms.stages & 63,
            instr: terms.instr,
            verified: terms.verified,
            ask: ((least / 4.0) as f32, (most * 4.0) as f32),
            ticket_ln: terms.ticket_ln,
            least_return: terms.min_return.map_or(f32::NEG_INFINITY, |x| x as f32),
            base_return: base,
            return_slope: 1.0 / (terms.target_return - base),
            weights: terms.weights,
            upper: Upper::EMPTY,
        };
        mandate.upper = Upper::new(&mandate);
        Ok(mandate)
    }

    /// Whether all gates let a project through.
    pub(crate) fn admits(&self, row: &Row) -> bool {
        self.countries[usize::from(row.country)].is_some()
            && self.stages >> row.stage & 1 == 1
            && self.instr & row.instr != 0
            && row.ask >= self.ask.0
            && row.ask <= self.ask.1
            && (!self.verified || row.verified)
            && row.ret >= self.least_return
    }

    /// The score of a project that the gates let through. Its terms are added from left to right in this order: the
    /// sectors from the lowest bit up, country, stage, ticket, return, readiness, inclusion, freshness.
    pub(crate) fn score(&self, row: &Row) -> f64 {
        let mut score = 0.0;
        let mut left = row.sectors;
        while left != 0 {
            score += self.sectors[left.trailing_zeros() as usize];
            left &= left - 1;
        }
        let w = &self.weights;
        let log_ask = f64::from(row.log_ask);
        let off = greater(greater(self.ticket_ln.0 - log_ask, log_ask - self.ticket_ln.1), 0.0);
        let fit = (f64::from(row.ret) - self.base_return) * self.return_slope;
        score += self.countries[usize::from(row.country)].unwrap_or(0.0);
        score += self.stage_weights[usize::from(row.stage)];
        score += w[3] * (1.0 - off / LN_4);
        score += w[4] * greater(0.0, if fit < 1.0 { fit } else { 1.0 });
        score += w[5] * f64::from(row.readiness);
        score += w[6] * f64::from(row.inclusion);
        score += w[7] * fresh(row.days);
        score
    }
}

fn greater(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

impl Upper {
    const EMPTY: Self = Self {
        sectors: Vec::new(),
        best_sectors: [0.0; 4],
        stage_bits: Vec::new(),
        stages: 0,
        classes: [OUT; LANES],
        instr: 0,
        verified: 0,
        countries: Vec::new(),
        gate: (0.0, 0.0),
        edge: (0.0, 0.0),
        ticket: 0.0,
        ticket_slope: 0.0,
        least_return: 0.0,
        return_at: 0.0,
        return_slope: 0.0,
        return_most: 0.0,
        merits: [0.0; 3],
        order: [0; 3],
    };

    fn new(mandate: &Mandate) -> Self {
        let w = &mandate.weights;
        let bits = |values: &[f64]| -> Vec<(u32, f32)> {
            values
                .iter()
                .enumerate()
                .filter(|(_, x)| **x > 0.0)
                .map(|(bit, x)| (1 << bit, *x as f32))
                .collect()
        };
        let mut sorted = mandate.sectors;
        sorted.sort_unstable_by(|a, b| b.total_cmp(a));
        let allowed: Vec<f64> = mandate
            .stage_weights
            .iter()
            .enumerate()
            .map(|(stage, x)| if mandate.stages >> stage & 1 == 1 { *x } else { 0.0 })
            .collect();
        let mut classes = [OUT; LANES];
        for (stage, weight) in allowed.iter().enumerate() {
            if mandate.stages >> stage & 1 == 1 {
                classes[stage] = if mandate.verified { OUT } else { *weight as f32 };
                classes[stage + 8] = *weight as f32;
            }
        }
        let mut countries = vec![OUT; 256];
        for (country, x) in mandate.countries.iter().enumerate() {
            if let Some(x) = x {
                countries[country] = (x + SLACK) as f32;
                countries[usize::from(MIXED)] = countries[usize::from(MIXED)].max(countries[country]);
            }
        }
        let code = |ln: f64| ln / ASK_STEP;
        let (least, most) = mandate.ticket_ln;
        let merits = [w[5], w[6], w[7]];
        let mut order = [0, 1, 2];
        order.sort_by(|a, b| merits[*b].total_cmp(&merits[*a]));
        let return_step = w[4] * mandate.return_slope * RET_STEP;
        Self {
            sectors: bits(&mandate.sectors),
            best_sectors: [sorted[0] as f32, sorted[1] as f32, sorted[2] as f32, sorted[3] as f32],
            stage_bits: bits(&allowed),
            stages: u32::from(mandate.stages),
            classes,
            instr: u32::from(mandate.instr),
            verified: if mandate.verified { u32::from(VERIFIED) } else { 0 },
            countries,
            gate: ((code(least - LN_4) - 2.0) as f32, (code(most + LN_4) + 2.0) as f32),
            edge: ((code(least) - 1.01) as f32, (code(most) + 0.01) as f32),
            ticket: w[3] as f32,
            ticket_slope: (w[3] * ASK_STEP / LN_4) as f32,
            least_return: ((f64::from(mandate.least_return) + 1.0) / RET_STEP - 1.5) as f32,
            return_at: ((mandate.base_return + 1.0) / RET_STEP - 1.01) as f32,
            return_slope: return_step as f32,
            return_most: w[4] as f32,
            merits: merits.map(|x| (x / 65_535.0) as f32),
            order,
        }
    }
}
