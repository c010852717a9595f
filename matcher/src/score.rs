//! From grades to scores: the weighted sum of a side and the fusion of the two.
#![expect(
    clippy::arithmetic_side_effects,
    reason = "kernel: values are at most a million, weights at most 65,535"
)]

use crate::{
    grade::{Grade, Micro, ONE},
    policy::{Fusion, Weights},
};

/// Micro-points: 0..=100,000,000, of which a million make one point of a hundred.
pub type MicroPoints = u32;

/// The full score in micro-points.
pub const FULL: MicroPoints = 100_000_000;

/// A score with the interval in which it lies and the share of weight that is known.
///
/// Invariant: `low <= point <= high <= FULL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Interval {
    /// With everything unknown at its worst.
    pub low: MicroPoints,
    /// The score by which lists are ordered.
    pub point: MicroPoints,
    /// With everything unknown at its best.
    pub high: MicroPoints,
    /// Known share of the weight, in millionths.
    pub coverage: Micro,
}

/// The weighted sum of a side's grades, added in the order of the policy's criteria. Criteria that do not apply
/// leave their weight to the others. Rounded half up to a micro-point.
pub fn side<const N: usize>(weights: &Weights<N>, grades: &[Grade; N]) -> Interval {
    let mut sums = [0_u64; 5];
    for (weight, grade) in weights.hundredths().iter().zip(grades) {
        if grade.applicable {
            let weight = u64::from(*weight);
            sums[0] += weight;
            sums[1] += weight * u64::from(grade.low);
            sums[2] += weight * u64::from(grade.point);
            sums[3] += weight * u64::from(grade.high);
            sums[4] += weight * u64::from(grade.known);
        }
    }
    let [total, low, point, high, known] = sums;
    if total == 0 {
        return Interval::default();
    }
    let points = |sum: u64| points_of(sum, total);
    Interval {
        low: points(low),
        point: points(point),
        high: points(high),
        coverage: divided(known, total) as Micro,
    }
}

/// A sum of weighted millionths as micro-points. A grade of ONE must give FULL: a millionth is 100 micro-points.
#[inline]
fn points_of(sum: u64, total: u64) -> MicroPoints {
    divided(sum * u64::from(FULL / ONE), total) as MicroPoints
}

/// A sum over its weight, rounded half up.
#[inline]
fn divided(sum: u64, total: u64) -> u64 {
    // All criteria apply: division by a constant is much cheaper.
    if total == 10_000 { (sum + 5_000) / 10_000 } else { (sum + total / 2) / total }
}

/// A criterion's grade with its weight: what it adds to a side's point and coverage.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Term {
    point: Micro,
    known: Micro,
    /// Hundredths of a point; nothing where the criterion does not apply.
    weight: u32,
}

impl Term {
    /// Weighs a grade.
    #[inline]
    pub(crate) const fn new(weight: u16, grade: Grade) -> Self {
        let weight = if grade.applicable { weight as u32 } else { 0 };
        Self { point: grade.point, known: grade.known, weight }
    }

    /// What it adds to a side's point, before the division by all weights.
    pub(crate) const fn weighted(self) -> u64 {
        self.weight as u64 * self.point as u64
    }
}

/// The weighted sums of a side that order a list: those of [`side`] without the ends of the interval. Sums of whole
/// numbers do not depend on the order in which terms are added.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sum {
    weight: u64,
    point: u64,
    known: u64,
}

impl Sum {
    /// Adds a criterion.
    #[inline]
    #[must_use]
    pub(crate) fn with(self, term: Term) -> Self {
        let weight = u64::from(term.weight);
        Self {
            weight: self.weight + weight,
            point: self.point + weight * u64::from(term.point),
            known: self.known + weight * u64::from(term.known),
        }
    }

    /// The weighted points, before the division by all weights.
    pub(crate) const fn weighted(self) -> u64 {
        self.point
    }

    /// Point and coverage, as [`side`] gives them.
    #[inline]
    pub(crate) fn point_and_coverage(self) -> (MicroPoints, Micro) {
        if self.weight == 0 {
            return (0, 0);
        }
        (points_of(self.point, self.weight), divided(self.known, self.weight) as Micro)
    }
}

/// The score of the pair. Its coverage is the smaller of the two.
pub fn mutual(fusion: Fusion, a: &Interval, b: &Interval) -> Interval {
    Interval {
        low: fuse(fusion, a.low, b.low),
        point: fuse(fusion, a.point, b.point),
        high: fuse(fusion, a.high, b.high),
        coverage: a.coverage.min(b.coverage),
    }
}

/// Two sides as one, rounded half up; symmetric.
pub fn fuse(fusion: Fusion, a: MicroPoints, b: MicroPoints) -> MicroPoints {
    let (x, y) = (u64::from(a), u64::from(b));
    match fusion {
        Fusion::Harmonic if x + y == 0 => 0,
        Fusion::Harmonic => ((2 * x * y + u64::midpoint(x, y)) / (x + y)) as MicroPoints,
        Fusion::Min => a.min(b),
        Fusion::Arithmetic => (x + y).div_ceil(2) as MicroPoints,
    }
}

/// Whether two sides as one are below a bound, without the division. Two sides of nothing are below no bound.
#[inline]
pub(crate) fn fuse_below(fusion: Fusion, a: MicroPoints, b: MicroPoints, bound: MicroPoints) -> bool {
    let (x, y, bound) = (u64::from(a), u64::from(b), u64::from(bound));
    match fusion {
        // The division rounds down: what is below the bound after it was below it before.
        Fusion::Harmonic => 2 * x * y + u64::midpoint(x, y) < bound * (x + y),
        Fusion::Min | Fusion::Arithmetic => x + y > 0 && u64::from(fuse(fusion, a, b)) < bound,
    }
}

/// Points of a hundred as a number, for display and transport; never compared.
pub fn points(score: MicroPoints) -> f64 {
    f64::from(score) / f64::from(ONE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::InvestorCriterion;
    use proptest::prelude::*;

    fn grade() -> impl Strategy<Value = Grade> {
        prop_oneof![
            (0..=ONE).prop_map(Grade::known),
            Just(Grade::MISSING),
            Just(Grade::NOT_APPLICABLE),
            (0..=ONE, 0..=ONE, 0..=ONE).prop_map(|(a, b, k)| Grade::between(a, b, k)),
        ]
    }

    proptest! {
        #[test]
        fn a_side_is_an_interval_and_monotone(
            mut grades in proptest::array::uniform9(grade()), i in 0_usize..9, rise in 1..=ONE,
        ) {
            let weights = Weights::<9>::published::<InvestorCriterion>();
            let before = side(&weights, &grades);
            prop_assert!(before.low <= before.point && before.point <= before.high && before.high <= FULL);
            let g = &mut grades[i];
            if g.applicable {
                g.low = (g.low + rise).min(ONE);
                g.point = (g.point + rise).min(ONE);
                g.high = (g.high + rise).min(ONE);
                let after = side(&weights, &grades);
                prop_assert!(after.low >= before.low && after.point >= before.point && after.high >= before.high);
            }
        }

        #[test]
        fn fusion_is_symmetric_monotone_and_zero_when_a_side_is(
            a in 0..=FULL, b in 0..=FULL, rise in 0..=FULL,
        ) {
            for fusion in [Fusion::Harmonic, Fusion::Min, Fusion::Arithmetic] {
                prop_assert_eq!(fuse(fusion, a, b), fuse(fusion, b, a));
                prop_assert!(fuse(fusion, (a + rise).min(FULL), b) >= fuse(fusion, a, b));
                prop_assert!(fuse(fusion, a, b) <= FULL);
            }
            for fusion in [Fusion::Harmonic, Fusion::Min, Fusion::Arithmetic] {
                for bound in [rise, fuse(fusion, a, b), fuse(fusion, a, b).saturating_add(1)] {
                    let below = fuse(fusion, a, b) < bound;
                    prop_assert!(a + b == 0 || fuse_below(fusion, a, b, bound) == below);
                    prop_assert!(below || !fuse_below(fusion, a, b, bound));
                }
            }
            prop_assert_eq!(fuse(Fusion::Harmonic, a, 0), 0);
            prop_assert_eq!(fuse(Fusion::Harmonic, a, a), a);
        }
    }
}
