//! Learns the curves of an additive model by cyclic gradient boosting over bins (explainable boosting: Lou, Caruana,
//! Gehrke and Hooker 2013), with a bounded number of tables for pairs of inputs, chosen by how much a cross of two
//! cuts would gain on what the curves leave (their FAST).
//!
//! The loss is the softmax cross-entropy of a query's list: the logarithm of the share that each pair that came
//! about has among all candidates. Candidates that were sampled stand for as many as their weight says.
//!
//! One thread, a fixed seed, sums in the order of rows, and `libm`: the same rows give the same bytes.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: bins are below the lengths of the lists made for them, the rest is floating point"
)]

use super::{
    bin::{Cuts, MOST_CUTS, Rows},
    cell::{Cell, Least, best_cut, cross},
};
use crate::draw::Draw;

/// Cuts of an input within a table of two.
const PAIR_CUTS: usize = 14;

/// Tables that an input stands in at most.
const PAIRS_AN_INPUT: usize = 4;

/// How to learn.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Passes over the curves.
    pub rounds: usize,
    /// Passes over the tables.
    pub pair_rounds: usize,
    /// How many tables.
    pub pairs: usize,
    /// Share of a step that is taken.
    pub rate: f64,
    /// Added to the curvature, so that bins with little in them move little.
    pub ridge: f64,
    /// Least curvature (about: outcomes) of a part between cuts.
    pub least: f64,
    /// Share of the queries that each step sees.
    pub share: f64,
    /// Weight of a query with n outcomes is n to the power of less this.
    pub even: f64,
    /// How many models are learnt on other samples and averaged.
    pub bags: usize,
    /// Seed.
    pub seed: u64,
    /// Inputs that are not learnt, a bit each by the input's number ([`super::switch::Switches::bits`]).
    pub without: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rounds: 150,
            pair_rounds: 80,
            pairs: 24,
            rate: 0.06,
            ridge: 2.0,
            least: 2.0,
            share: 0.5,
            even: 0.5,
            bags: 1,
            seed: 1,
            without: 0,
        }
    }
}

impl Options {
    /// Whether an input is learnt.
    pub(super) fn learns(&self, input: usize) -> bool {
        u32::try_from(input)
            .ok()
            .and_then(|bit| self.without.checked_shr(bit))
            .is_none_or(|bits| bits & 1 == 0)
    }

    const fn least(&self) -> Least {
        Least { ridge: self.ridge, bend: self.least }
    }
}

/// A curve: a value for each bin.
#[derive(Debug, Clone)]
pub struct Curve {
    /// Number of the input.
    pub input: usize,
    /// Its cuts.
    pub cuts: Cuts,
    /// A value for each bin, the unknown first.
    pub values: Vec<f64>,
}

/// A table of two inputs: a value for each pair of bins, rows by the first input.
#[derive(Debug, Clone)]
pub struct Table {
    /// Numbers of the inputs.
    pub inputs: [usize; 2],
    /// Their cuts.
    pub cuts: [Cuts; 2],
    /// Values, rows by the first input.
    pub values: Vec<f64>,
}

/// What was learnt.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// A curve for each input.
    pub curves: Vec<Curve>,
    /// Tables of pairs.
    pub tables: Vec<Table>,
}

/// The state of learning.
struct Learner<'r> {
    rows: &'r Rows,
    options: Options,
    bins: Vec<Vec<u8>>,
    score: Vec<f64>,
    grad: Vec<Cell>,
    /// Groups of the present step.
    seen: Vec<usize>,
    group_weight: Vec<f64>,
    /// Groups of this bag.
    bag: Vec<usize>,
    draw: Draw,
}

impl Learner<'_> {
    /// Draws the groups of a step and computes slopes and bends of their rows.
    fn slopes(&mut self) {
        self.seen.clear();
        for group in &self.bag {
            if self.draw.unit() < self.options.share {
                self.seen.push(*group);
            }
        }
        for group in &self.seen {
            let (from, to) = (self.rows.starts[*group], self.rows.starts[*group + 1]);
            let top = self.score[from..to].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let (mut sum, mut came) = (0.0_f64, 0.0_f64);
            for row in from..to {
                let part = f64::from(self.rows.weight[row]) * libm::exp(self.score[row] - top);
                self.grad[row].bend = part;
                sum += part;
                came += f64::from(u8::from(self.rows.came[row]));
            }
            let weight = self.group_weight[*group];
            for row in from..to {
                let share = self.grad[row].bend / sum;
                let own = f64::from(u8::from(self.rows.came[row]));
                self.grad[row] = Cell {
                    slope: weight * (came * share - own),
                    bend: weight * came * share * (1.0 - share),
                };
            }
        }
    }

    fn sums(&self, input: usize, bins: usize) -> Vec<Cell> {
        let mut cells = [Cell::default(); 256];
        let column = &self.bins[input];
        for group in &self.seen {
            let (from, to) = (self.rows.starts[*group], self.rows.starts[*group + 1]);
            for (bin, cell) in column[from..to].iter().zip(&self.grad[from..to]) {
                cells[usize::from(*bin)].add(*cell);
            }
        }
        cells[..bins].to_vec()
    }

    /// One step of a curve: up to four parts between cuts, and the unknown by itself.
    fn curve_step(&self, curve: &Curve) -> Vec<f64> {
        let cells = self.sums(curve.input, curve.values.len());
        let mut steps = vec![0.0; cells.len()];
        if cells[0].bend >= self.options.least {
            steps[0] = self.options.rate * cells[0].step(self.options.ridge);
        }
        let mut parts: Vec<(usize, usize)> = vec![(1, cells.len())];
        for _ in 0..3 {
            let best = parts
                .iter()
                .enumerate()
                .filter_map(|(place, (from, to))| {
                    best_cut(&cells[*from..*to], self.options.least())
                        .map(|(cut, gain)| (place, from + cut, gain))
                })
                .fold(None::<(usize, usize, f64)>, |best, next| match best {
                    Some(held) if held.2 >= next.2 => Some(held),
                    _ => Some(next),
                });
            let Some((place, cut, _)) = best else { break };
            let (from, to) = parts[place];
            parts[place] = (from, cut);
            parts.insert(place + 1, (cut, to));
        }
        for (from, to) in parts {
            let mut cell = Cell::default();
            for part in &cells[from..to] {
                cell.add(*part);
            }
            let step = self.options.rate * cell.step(self.options.ridge);
            steps[from..to].fill(step);
        }
        steps
    }

    fn add_curve(&mut self, input: usize, steps: &[f64]) {
        let mut full = [0.0; 256];
        full[..steps.len()].copy_from_slice(steps);
        for (score, bin) in self.score.iter_mut().zip(&self.bins[input]) {
            *score += full[usize::from(*bin)];
        }
    }

    fn pair_sums(&self, maps: [&[u8; 256]; 2], inputs: [usize; 2]) -> Vec<Cell> {
        let mut cells = vec![Cell::default(); 256];
        let (a, b) = (&self.bins[inputs[0]], &self.bins[inputs[1]]);
        for group in &self.seen {
            let (from, to) = (self.rows.starts[*group], self.rows.starts[*group + 1]);
            for ((x, y), cell) in a[from..to].iter().zip(&b[from..to]).zip(&self.grad[from..to]) {
                let place = maps[0][usize::from(*x)] * 16 + maps[1][usize::from(*y)];
                cells[usize::from(place)].add(*cell);
            }
        }
        cells
    }
}

/// Learns curves and tables. `nominal` inputs keep a cut between each two values that occur.
pub fn learn(rows: &Rows, options: Options) -> Learnt {
    let cuts: Vec<Cuts> = rows
        .columns
        .iter()
        .map(|column| {
            // Outcomes are rare: they count for as much as all the rest, so that cuts lie where they are.
            let came = rows.came.iter().filter(|came| **came).count().max(1);
            let heavy = (rows.len() / came) as f32;
            let values = column
                .iter()
                .zip(&rows.came)
                .enumerate()
                .filter(|(row, (_, came))| **came || row % 7 == 0)
                .map(|(_, (value, came))| (*value, if *came { heavy / 7.0 } else { 1.0 }))
                .collect();
            Cuts::by_quantiles(values, MOST_CUTS)
        })
        .collect();
    let bins: Vec<Vec<u8>> = rows
        .columns
        .iter()
        .zip(&cuts)
        .map(|(column, cuts)| column.iter().map(|value| cuts.bin(*value)).collect())
        .collect();
    let groups = rows.starts.len() - 1;
    let group_weight = (0..groups)
        .map(|group| {
            let came =
                rows.came[rows.starts[group]..rows.starts[group + 1]].iter().filter(|came| **came).count();
            libm::pow(came as f64, -options.even)
        })
        .collect();
    let mut learner = Learner {
        rows,
        options,
        bins,
        score: Vec::new(),
        grad: vec![Cell::default(); rows.len()],
        seen: Vec::new(),
        group_weight,
        bag: Vec::new(),
        draw: Draw(options.seed),
    };
    let mut learnt: Option<Learnt> = None;
    for bag in 0..options.bags.max(1) {
        learner.bag = (0..groups).filter(|_| options.bags <= 1 || learner.draw.unit() < 0.85).collect();
        learner.score = vec![0.0; rows.len()];
        let tables = learnt.as_ref().map(|learnt| learnt.tables.iter().map(|table| table.inputs).collect());
        let next = one_bag(&mut learner, &cuts, tables);
        learnt = Some(match learnt {
            None => next,
            Some(sum) => mean(sum, &next, bag),
        });
    }
    learnt.unwrap_or(Learnt { curves: Vec::new(), tables: Vec::new() })
}

/// The mean of `bag` earlier models and one more.
fn mean(mut sum: Learnt, next: &Learnt, bag: usize) -> Learnt {
    let mix = |old: &mut [f64], new: &[f64]| {
        for (a, b) in old.iter_mut().zip(new) {
            *a += (b - *a) / (bag + 1) as f64;
        }
    };
    for (a, b) in sum.curves.iter_mut().zip(&next.curves) {
        mix(&mut a.values, &b.values);
    }
    for (a, b) in sum.tables.iter_mut().zip(&next.tables) {
        mix(&mut a.values, &b.values);
    }
    sum
}

fn one_bag(learner: &mut Learner<'_>, cuts: &[Cuts], tables: Option<Vec<[usize; 2]>>) -> Learnt {
    let options = learner.options;
    let mut curves: Vec<Curve> = cuts
        .iter()
        .enumerate()
        .filter(|(input, _)| options.learns(*input))
        .map(|(input, cuts)| Curve { input, cuts: cuts.clone(), values: vec![0.0; cuts.bins()] })
        .collect();
    for _ in 0..options.rounds {
        for (place, curve) in curves.iter_mut().enumerate() {
            if place % 6 == 0 {
                learner.slopes();
            }
            let steps = learner.curve_step(curve);
            learner.add_curve(curve.input, &steps);
            for (value, step) in curve.values.iter_mut().zip(&steps) {
                *value += step;
            }
        }
    }
    let coarse: Vec<Cuts> = cuts.iter().map(|cuts| cuts.coarser(PAIR_CUTS)).collect();
    let maps: Vec<[u8; 256]> = cuts
        .iter()
        .zip(&coarse)
        .map(|(fine, coarse)| {
            let mut map = [0; 256];
            for (slot, bin) in map.iter_mut().zip(fine.map_to(coarse)) {
                *slot = bin;
            }
            map
        })
        .collect();
    let chosen = tables.unwrap_or_else(|| choose(learner, &coarse, &maps));
    let mut tables: Vec<Table> = chosen
        .into_iter()
        .map(|inputs| Table {
            inputs,
            cuts: inputs.map(|input| coarse[input].clone()),
            values: vec![0.0; coarse[inputs[0]].bins() * coarse[inputs[1]].bins()],
        })
        .collect();
    for _ in 0..options.pair_rounds {
        for (place, table) in tables.iter_mut().enumerate() {
            if place % 4 == 0 {
                learner.slopes();
            }
            let [a, b] = table.inputs;
            let size = [coarse[a].bins(), coarse[b].bins()];
            let cells = learner.pair_sums([&maps[a], &maps[b]], table.inputs);
            let (_, parts) = cross(&cells, size, options.least());
            let mut steps = [0.0; 256];
            for (rows, columns) in parts {
                let mut cell = Cell::default();
                for i in rows[0]..rows[1] {
                    for j in columns[0]..columns[1] {
                        cell.add(cells[i * 16 + j]);
                    }
                }
                let step = options.rate * cell.step(options.ridge);
                for i in rows[0]..rows[1] {
                    for j in columns[0]..columns[1] {
                        steps[i * 16 + j] = step;
                        table.values[i * size[1] + j] += step;
                    }
                }
            }
            let (x, y) = (&learner.bins[a], &learner.bins[b]);
            for ((score, x), y) in learner.score.iter_mut().zip(x).zip(y) {
                let place = maps[a][usize::from(*x)] * 16 + maps[b][usize::from(*y)];
                *score += steps[usize::from(place)];
            }
        }
    }
    Learnt { curves, tables }
}

/// The pairs whose cross gains most on what the curves leave.
fn choose(learner: &mut Learner<'_>, coarse: &[Cuts], maps: &[[u8; 256]]) -> Vec<[usize; 2]> {
    if learner.options.pairs == 0 {
        return Vec::new();
    }
    let share = learner.options.share;
    learner.options.share = 1.0;
    learner.slopes();
    learner.options.share = share;
    let mut gains = Vec::new();
    for a in 0..coarse.len() {
        for b in (a + 1..coarse.len()).filter(|b| learner.options.learns(a) && learner.options.learns(*b)) {
            let cells = learner.pair_sums([&maps[a], &maps[b]], [a, b]);
            let (gain, _) = cross(&cells, [coarse[a].bins(), coarse[b].bins()], learner.options.least());
            gains.push((gain, [a, b]));
        }
    }
    gains.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
    // Inputs that say nearly the same would take all places: each stands in a few tables only.
    let mut used = vec![0_usize; coarse.len()];
    let mut chosen = Vec::new();
    for (_, pair) in gains {
        if chosen.len() < learner.options.pairs && pair.iter().all(|input| used[*input] < PAIRS_AN_INPUT) {
            used[pair[0]] += 1;
            used[pair[1]] += 1;
            chosen.push(pair);
        }
    }
    chosen
}

impl Learnt {
    /// The sum of a pair's parts.
    pub fn score(&self, inputs: &[f32]) -> f64 {
        let mut sum = 0.0;
        for curve in &self.curves {
            sum += curve.values[usize::from(curve.cuts.bin(inputs[curve.input]))];
        }
        for table in &self.tables {
            let [i, j] = [0, 1].map(|k| usize::from(table.cuts[k].bin(inputs[table.inputs[k]])));
            sum += table.values[i * table.cuts[1].bins() + j];
        }
        sum
    }
}
