//! Sums over bins, and where to cut them.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: places lie within tables of 16 by 16, the rest is floating point"
)]

/// What a part between cuts must hold, and how cautious its step is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Least {
    /// Added to the curvature.
    pub(super) ridge: f64,
    /// Least curvature of a part.
    pub(super) bend: f64,
}

/// Slope and bend of the loss over the rows of a bin.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cell {
    pub(super) slope: f64,
    pub(super) bend: f64,
}

impl Cell {
    pub(super) fn add(&mut self, other: Self) {
        self.slope += other.slope;
        self.bend += other.bend;
    }

    fn less(self, other: Self) -> Self {
        Self { slope: self.slope - other.slope, bend: self.bend - other.bend }
    }

    fn gain(self, ridge: f64) -> f64 {
        self.slope * self.slope / (self.bend + ridge)
    }

    pub(super) fn step(self, ridge: f64) -> f64 {
        -self.slope / (self.bend + ridge)
    }
}

/// The best cut of a run of bins: the number of bins before it, and what it gains.
pub(super) fn best_cut(cells: &[Cell], least: Least) -> Option<(usize, f64)> {
    let mut all = Cell::default();
    for cell in cells {
        all.add(*cell);
    }
    let whole = all.gain(least.ridge);
    let mut left = Cell::default();
    let mut best: Option<(usize, f64)> = None;
    for (place, cell) in cells.iter().enumerate().take(cells.len().saturating_sub(1)) {
        left.add(*cell);
        let right = all.less(left);
        if left.bend < least.bend || right.bend < least.bend {
            continue;
        }
        let gain = left.gain(least.ridge) + right.gain(least.ridge) - whole;
        if gain > best.map_or(1e-9, |(_, gain)| gain) {
            best = Some((place + 1, gain));
        }
    }
    best
}

/// The parts of a cross: from and to of rows and of columns.
pub(super) type Parts = Vec<([usize; 2], [usize; 2])>;

/// A cross on a table of at most 16 by 16: a cut on one axis, and a cut on the other on each side of it. Returns
/// the gain over no cut and the four parts as (rows, columns).
pub(super) fn cross(cells: &[Cell], size: [usize; 2], least: Least) -> (f64, Parts) {
    let at = |first: bool, i: usize, j: usize| if first { cells[i * 16 + j] } else { cells[j * 16 + i] };
    let mut best = (0.0, Vec::new());
    for first in [true, false] {
        let (long, wide) = if first { (size[0], size[1]) } else { (size[1], size[0]) };
        // Columns' sums over the rows before the cut, and over those after it.
        let mut before = [Cell::default(); 16];
        let mut after = [Cell::default(); 16];
        for i in 0..long {
            for (j, sum) in after[..wide].iter_mut().enumerate() {
                sum.add(at(first, i, j));
            }
        }
        let mut whole = Cell::default();
        for cell in &after[..wide] {
            whole.add(*cell);
        }
        for cut in 1..long {
            for j in 0..wide {
                let cell = at(first, cut - 1, j);
                before[j].add(cell);
                after[j] = after[j].less(cell);
            }
            let halves = [&before[..wide], &after[..wide]].map(|half| {
                let mut sum = Cell::default();
                for cell in half {
                    sum.add(*cell);
                }
                let inner = best_cut(half, least);
                (sum, inner)
            });
            if halves.iter().any(|(sum, _)| sum.bend < least.bend) {
                continue;
            }
            let gain = halves
                .iter()
                .map(|(sum, inner)| sum.gain(least.ridge) + inner.map_or(0.0, |(_, gain)| gain))
                .sum::<f64>()
                - whole.gain(least.ridge);
            if gain > best.0 {
                let mut parts = Vec::new();
                for (half, (_, inner)) in halves.iter().enumerate() {
                    let rows = if half == 0 { [0, cut] } else { [cut, long] };
                    let columns = inner.map_or(vec![[0, wide]], |(cut, _)| vec![[0, cut], [cut, wide]]);
                    for columns in columns {
                        parts.push(if first { (rows, columns) } else { (columns, rows) });
                    }
                }
                best = (gain, parts);
            }
        }
    }
    best
}
