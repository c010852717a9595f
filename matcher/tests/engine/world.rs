//! Random projects and mandates of workload W, from a seed.

use crate::{
    mandate::{Mandate, Terms},
    row::{COUNTRIES, Facts, Row},
};

/// A generator of random numbers (`SplitMix64`, by Steele, Lea and Flood).
pub(crate) struct Random(u64);

pub(crate) fn rng(seed: u64) -> Random {
    Random(seed)
}

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Below a bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// From 0 to 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// How the columns of a catalog hang together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Data {
    /// Not at all.
    Independent,
    /// One hidden quality moves money, return, readiness, inclusion and freshness.
    Correlated,
    /// Two values a column.
    Ties,
}

pub(crate) fn facts(random: &mut Random, data: Data, id: u32) -> Facts {
    let quality = random.unit();
    let mut column = || match data {
        Data::Independent => random.unit(),
        Data::Correlated => 0.7 * quality + 0.3 * random.unit(),
        Data::Ties => random.below(2) as f64,
    };
    let (money, ret, readiness, inclusion, age) = (column(), column(), column(), column(), column());
    let few = data == Data::Ties;
    let ask = (10_000.0 * 100_000_f64.powf(money)) as f32;
    let country = random.unit();
    let mut sectors = 0;
    for _ in 0..=random.below(if few { 1 } else { 4 }) {
        let spread = random.unit();
        sectors |= 1 << ((if few { 2.0 } else { 32.0 }) * spread * spread) as u32;
    }
    Facts {
        id,
        sectors,
        ask,
        log_ask: libm::log(f64::from(ask)) as f32,
        ret: (0.6 * ret - 0.1) as f32,
        readiness: readiness as f32,
        inclusion: inclusion as f32,
        days: ((1.0 - age) * 900.0) as u16,
        // Most projects are in few countries.
        country: ((if few { 3.0 } else { COUNTRIES as f64 }) * country * country * country) as u8,
        stage: random.below(if few { 2 } else { 6 }) as u8,
        instr: if few { 255 } else { (random.below(255) & random.below(256)) as u8 },
        verified: few || random.below(10) < 7,
    }
}

pub(crate) fn catalog(random: &mut Random, data: Data, n: usize) -> Vec<Row> {
    (0..n as u32).map(|id| Row::new(facts(random, data, id)).unwrap()).collect()
}

/// Terms of a mandate: some of one weight alone, some of all; some that every project meets.
pub(crate) fn terms(random: &mut Random) -> Terms {
    let open = random.below(4) == 0;
    let mut sectors = [0.0; 32];
    for _ in 0..3 + random.below(6) {
        sectors[random.below(32) as usize] = random.unit();
    }
    sectors[random.below(4) as usize] = 1.0;
    let mut sorted = sectors;
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let mut weights = [0.0; 8].map(|_: f64| random.unit());
    if random.below(3) == 0 {
        // Skewed: nearly all on one criterion.
        weights = weights.map(|weight| weight * 1e-3);
        weights[random.below(8) as usize] = 1.0;
    }
    let sum: f64 = weights.iter().sum();
    let middle = 10_000.0 * 100_000_f64.powf(random.unit());
    let width = if open { 1e5 } else { 1.0 + 20.0 * random.unit() };
    let ticket = ((middle / width).max(1.0), (middle * width).min(1e12));
    let min_return = (!open && random.below(2) == 0).then(|| 0.3 * random.unit());
    Terms {
        sectors,
        sector_max: sorted.iter().take(4).sum(),
        countries: (0..COUNTRIES)
            .map(|_| (open || random.below(3) == 0).then(|| (random.below(4) as f64) / 4.0))
            .collect(),
        stage_weights: [0.0; 6].map(|_: f64| random.unit()),
        stages: if open { 63 } else { random.below(64) as u8 },
        instr: if open { 255 } else { random.below(256) as u8 },
        ticket,
        ticket_ln: (libm::log(ticket.0), libm::log(ticket.1)),
        min_return,
        target_return: min_return.unwrap_or(0.0) + 0.02 + 0.3 * random.unit(),
        verified: !open && random.below(2) == 0,
        weights: weights.map(|weight| weight / sum),
    }
}

/// A mandate; one in twelve lets nothing through, one in twelve everything.
pub(crate) fn mandate(random: &mut Random, n: u32) -> Mandate {
    let mut wanted = terms(random);
    match n % 12 {
        3 => wanted.stages = 0,
        5 => {
            wanted = Terms {
                countries: vec![Some(0.5); COUNTRIES],
                stages: 63,
                instr: 255,
                ticket: (1.0, 1e12),
                ticket_ln: (0.0, libm::log(1e12)),
                min_return: None,
                target_return: 0.2,
                verified: false,
                ..wanted
            }
        }
        _ => {}
    }
    Mandate::new(n, &wanted).unwrap()
}
