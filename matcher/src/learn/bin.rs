//! Cuts between the bins of an input, and rows of bins.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: places come from the lists' own lengths"
)]

/// Most cuts of an input: bin 0 is the unknown, bins 1 to 49 lie between cuts.
pub const MOST_CUTS: usize = 48;

/// Ascending cuts of one input. Bin 0 is the unknown (NaN), bin 1 all below the first cut.
#[derive(Debug, Clone, PartialEq)]
pub struct Cuts(pub Vec<f32>);

impl Cuts {
    /// Cuts so that each bin holds about the same weight of the values; equal values never part. Values come with
    /// their weights, NaN is left out.
    pub fn by_quantiles(mut values: Vec<(f32, f32)>, most: usize) -> Self {
        values.retain(|(value, _)| !value.is_nan());
        values.sort_by(|a, b| a.0.total_cmp(&b.0));
        let total: f64 = values.iter().map(|(_, weight)| f64::from(*weight)).sum();
        let step = total / (most + 1) as f64;
        let mut cuts: Vec<f32> = Vec::new();
        let (mut sum, mut next) = (0.0_f64, step);
        for pair in values.windows(2) {
            sum += f64::from(pair[0].1);
            if sum >= next && pair[0].0 < pair[1].0 && cuts.len() < most {
                cuts.push(between(pair[0].0, pair[1].0));
                while next <= sum {
                    next += step;
                }
            }
        }
        Self(cuts)
    }

    /// The bin of a value.
    pub fn bin(&self, value: f32) -> u8 {
        if value.is_nan() { 0 } else { self.0.partition_point(|cut| *cut <= value) as u8 + 1 }
    }

    /// How many bins there are, with the unknown.
    pub fn bins(&self) -> usize {
        self.0.len() + 2
    }

    /// Fewer cuts: about every n-th of these, so that at most `most` remain.
    #[must_use]
    pub fn coarser(&self, most: usize) -> Self {
        if self.0.len() <= most {
            return self.clone();
        }
        Self((0..most).map(|i| self.0[(2 * i + 1) * self.0.len() / (2 * most)]).collect())
    }

    /// For each bin of these cuts its bin under coarser ones taken from them.
    pub fn map_to(&self, coarse: &Self) -> Vec<u8> {
        std::iter::once(0)
            .chain(std::iter::once(1))
            .chain(self.0.iter().map(|cut| coarse.bin(*cut)))
            .collect()
    }
}

/// The shortest number above `low` and at most `high`: cuts that can be read.
fn between(low: f32, high: f32) -> f32 {
    for digits in 1..8 {
        let text = format!("{:.*e}", digits, f64::from(high));
        if let Ok(cut) = text.parse::<f32>()
            && cut > low
            && cut <= high
        {
            return cut;
        }
    }
    high
}

/// Rows to learn from, in groups of one query each.
#[derive(Debug, Default)]
pub struct Rows {
    /// One column of values an input.
    pub columns: Vec<Vec<f32>>,
    /// First row of each group; the last entry is the number of rows.
    pub starts: Vec<usize>,
    /// Whether the pair came about.
    pub came: Vec<bool>,
    /// How many rows of its kind a row stands for: 1, or more where unlinked pairs were sampled.
    pub weight: Vec<f32>,
}

impl Rows {
    /// No rows of some inputs.
    pub fn new(inputs: usize) -> Self {
        Self { columns: vec![Vec::new(); inputs], starts: vec![0], ..Self::default() }
    }

    /// Adds a row to the open group.
    pub fn push(&mut self, inputs: &[f32], came: bool, weight: f32) {
        for (column, value) in self.columns.iter_mut().zip(inputs) {
            column.push(*value);
        }
        self.came.push(came);
        self.weight.push(weight);
    }

    /// Ends the group; one without a pair that came about teaches nothing and is dropped.
    pub fn end_group(&mut self) {
        let start = self.starts[self.starts.len() - 1];
        if self.came[start..].iter().any(|came| *came) {
            self.starts.push(self.came.len());
        } else {
            for column in &mut self.columns {
                column.truncate(start);
            }
            self.came.truncate(start);
            self.weight.truncate(start);
        }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.came.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.came.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_part_values_and_never_equal_ones() {
        let cuts = Cuts::by_quantiles([3.0, 1.0, 1.0, 2.0, f32::NAN, 2.0].map(|x| (x, 1.0)).to_vec(), 8);
        assert_eq!(cuts.0, [2.0, 3.0]);
        assert_eq!([f32::NAN, 0.0, 1.9, 2.0, 3.5].map(|x| cuts.bin(x)), [0, 1, 1, 2, 3]);
        assert_eq!(cuts.bins(), 4);
        let many = Cuts::by_quantiles((0..1000).map(|i| (i as f32, 1.0)).collect(), 48);
        assert_eq!(many.0.len(), 48);
        let coarse = many.coarser(6);
        assert_eq!(coarse.0.len(), 6);
        let map = many.map_to(&coarse);
        for value in 0..1000 {
            assert_eq!(map[usize::from(many.bin(value as f32))], coarse.bin(value as f32));
        }
    }

    #[test]
    fn groups_without_an_outcome_are_dropped() {
        let mut rows = Rows::new(1);
        rows.push(&[1.0], false, 1.0);
        rows.end_group();
        rows.push(&[2.0], true, 1.0);
        rows.push(&[3.0], false, 1.0);
        rows.end_group();
        assert_eq!((rows.starts.clone(), rows.columns[0].clone()), (vec![0, 2], vec![2.0, 3.0]));
    }
}
