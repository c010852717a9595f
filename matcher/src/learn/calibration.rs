//! What a score meant: how many times as often as average pairs of a ten-point band came about (ruling 7). Never a
//! probability.
#![expect(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "kernel: ten bands, counts of pairs"
)]

use serde::{Deserialize, Serialize};

use crate::draw::Draw;
use crate::score::MicroPoints;

/// Bands of ten points.
const BANDS: usize = 10;
/// Fewest outcomes of a band that is told by itself.
pub const LEAST_OUTCOMES: u64 = 20;
/// Draws of investors for the intervals.
const DRAWS: usize = 400;

type Counts = [[u64; 2]; BANDS];

/// Counts by investor and band.
#[derive(Debug, Default)]
pub struct Calibration {
    investors: Vec<Counts>,
}

/// A band, or several that were merged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// From so many points.
    pub from: u32,
    /// To below so many points; the last includes 100.
    pub to: u32,
    /// Pairs.
    pub pairs: u64,
    /// Pairs that came about.
    pub outcomes: u64,
    /// How many times as often as average.
    pub lift: f64,
    /// 95 % interval of the lift, investors drawn again with all their pairs.
    pub interval: [f64; 2],
}

/// All bands, highest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// The bands.
    pub bands: Vec<Band>,
    /// Investors.
    pub investors: usize,
    /// Pairs of all bands.
    pub pairs: u64,
    /// Pairs that came about.
    pub outcomes: u64,
}

impl Calibration {
    /// Counts one investor's pairs.
    pub fn add(&mut self, pairs: impl Iterator<Item = (MicroPoints, bool)>) {
        let mut counts = Counts::default();
        for (score, came) in pairs {
            let band = ((score / 10_000_000) as usize).min(BANDS - 1);
            counts[band][0] += 1;
            counts[band][1] += u64::from(came);
        }
        self.investors.push(counts);
    }

    /// The bands, from the highest down; a band with too few outcomes is merged with the next lower one, and the
    /// lowest with the one above it.
    pub fn table(&self) -> Table {
        let total = sum(self.investors.iter());
        let mut groups: Vec<(usize, usize)> = Vec::new();
        let mut open = BANDS;
        for band in (0..BANDS).rev() {
            let outcomes: u64 = total[band..open].iter().map(|counts| counts[1]).sum();
            if outcomes >= LEAST_OUTCOMES {
                groups.push((band, open));
                open = band;
            }
        }
        if open > 0 {
            match groups.last_mut() {
                Some(last) => last.0 = 0,
                None => groups.push((0, BANDS)),
            }
        }
        let mut draw = Draw(7);
        let mut lifts = vec![Vec::new(); groups.len()];
        if !self.investors.is_empty() {
            for _ in 0..DRAWS {
                let drawn = sum((0..self.investors.len())
                    .map(|_| &self.investors[(draw.next() % self.investors.len() as u64) as usize]));
                for (group, lifts) in groups.iter().zip(&mut lifts) {
                    lifts.push(lift(&drawn, *group));
                }
            }
        }
        let bands = groups
            .iter()
            .zip(lifts)
            .map(|(group, mut lifts)| {
                lifts.sort_by(f64::total_cmp);
                let at = |share: usize| lifts.get(lifts.len() * share / 1000).copied().unwrap_or(f64::NAN);
                let [pairs, outcomes] = within(&total, *group);
                Band {
                    from: group.0 as u32 * 10,
                    to: group.1 as u32 * 10,
                    pairs,
                    outcomes,
                    lift: lift(&total, *group),
                    interval: [at(25), at(975)],
                }
            })
            .collect();
        let [pairs, outcomes] = within(&total, (0, BANDS));
        Table { bands, investors: self.investors.len(), pairs, outcomes }
    }
}

fn sum<'a>(all: impl Iterator<Item = &'a Counts>) -> Counts {
    let mut total = Counts::default();
    for counts in all {
        for (to, from) in total.iter_mut().zip(counts) {
            to[0] += from[0];
            to[1] += from[1];
        }
    }
    total
}

fn within(counts: &Counts, (from, to): (usize, usize)) -> [u64; 2] {
    counts[from..to].iter().fold([0, 0], |[pairs, came], band| [pairs + band[0], came + band[1]])
}

fn lift(counts: &Counts, group: (usize, usize)) -> f64 {
    let ([pairs, came], [all, all_came]) = (within(counts, group), within(counts, (0, BANDS)));
    let share = |came: u64, pairs: u64| came as f64 / pairs.max(1) as f64;
    if all_came == 0 { 0.0 } else { share(came, pairs) / share(all_came, all) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_merged_until_twenty_outcomes_and_lifts_weigh_to_one() {
        let mut calibration = Calibration::default();
        for _ in 0..10 {
            // A hundred pairs each: 5 of 10 high ones came about, 1 of 10 in the middle, 1 of 80 low ones.
            calibration.add(
                (0..10)
                    .map(|i| (85_000_000, i < 5))
                    .chain((0..10).map(|i| (55_000_000, i < 1)))
                    .chain((0..80).map(|i| (25_000_000 + i * 1000, i < 1))),
            );
        }
        let table = calibration.table();
        assert_eq!((table.pairs, table.outcomes, table.investors), (1000, 70, 10));
        // Ten and ten outcomes below: one band of both, which goes down to nothing.
        assert_eq!(
            table.bands.iter().map(|band| (band.from, band.to)).collect::<Vec<_>>(),
            [(80, 100), (0, 80)]
        );
        let mean: f64 = table.bands.iter().map(|band| band.lift * band.pairs as f64).sum::<f64>() / 1000.0;
        assert!((mean - 1.0).abs() < 1e-12);
        let top = &table.bands[0];
        assert!((top.lift - 0.5 / 0.07).abs() < 1e-9);
        assert!((top.interval[0] - top.lift).abs() < 1e-9, "all investors are alike here");
    }

    #[test]
    fn the_ends_of_the_scale_are_in_bands() {
        let mut calibration = Calibration::default();
        calibration.add([(0, true), (100_000_000, true)].into_iter());
        let table = calibration.table();
        assert_eq!((table.bands.len(), table.bands[0].pairs), (1, 2));
    }
}
