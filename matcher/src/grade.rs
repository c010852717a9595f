//! Values of criteria in millionths, with what is not known about them.
//!
//! All arithmetic after a value is made is on integers, so that the same inputs give the same bytes on every
//! machine. Values are made from integers or by basic f64 operations and `libm`, never by the platform's
//! transcendental functions and never with fused multiply-add.
#![expect(clippy::arithmetic_side_effects, reason = "kernel: operands are bounded as each function says")]

/// Millionths, 0..=1,000,000.
pub type Micro = u32;

/// One in millionths.
pub const ONE: Micro = 1_000_000;

/// What the unknown counts for in the point value: 0.4 (section 5.1, principle 4).
pub const UNKNOWN_POINT: Micro = 400_000;

/// A value between nothing and all, with the interval in which it lies.
///
/// Invariant: `low <= point <= high <= ONE` and `known <= ONE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grade {
    /// With everything unknown at its worst.
    pub low: Micro,
    /// With everything unknown at 0.4 of the way.
    pub point: Micro,
    /// With everything unknown at its best.
    pub high: Micro,
    /// Share of the criterion that is known.
    pub known: Micro,
    /// Whether the criterion bears on the pair at all.
    pub applicable: bool,
}

impl Grade {
    /// Nothing is known.
    pub const MISSING: Self = Self { low: 0, point: UNKNOWN_POINT, high: ONE, known: 0, applicable: true };

    /// The criterion does not bear on the pair; its weight goes to the others.
    pub const NOT_APPLICABLE: Self = Self { low: 0, point: 0, high: 0, known: 0, applicable: false };

    /// A known value; above one it is one.
    pub const fn known(value: Micro) -> Self {
        let value = if value > ONE { ONE } else { value };
        Self { low: value, point: value, high: value, known: ONE, applicable: true }
    }

    /// Known where there is a value, else missing.
    pub fn of(value: Option<Micro>) -> Self {
        value.map_or(Self::MISSING, Self::known)
    }

    /// Between two values, of which a share is known.
    pub fn between(low: Micro, high: Micro, known: Micro) -> Self {
        let (low, high) = (low.min(high).min(ONE), high.max(low).min(ONE));
        let point = low + times(high - low, UNKNOWN_POINT);
        Self { low, point, high, known: known.min(ONE), applicable: true }
    }

    /// Takes a fixed amount away from the whole interval, not below nothing.
    #[must_use]
    pub fn minus(self, amount: Micro) -> Self {
        Self {
            low: self.low.saturating_sub(amount),
            point: self.point.saturating_sub(amount),
            high: self.high.saturating_sub(amount),
            ..self
        }
    }

    /// Multiplies the interval by a factor up to one.
    #[must_use]
    pub fn scaled(self, factor: Micro) -> Self {
        Self {
            low: times(self.low, factor),
            point: times(self.point, factor),
            high: times(self.high, factor),
            ..self
        }
    }

    /// The weighted mean of parts in the order given; parts that do not apply leave their weight to the rest. The
    /// weights sum to at most 4,000, so that all fits 32 bits.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "a scan reads point and known share alone, the rest falls away inside it"
    )]
    pub fn mean<const N: usize>(parts: &[(u32, Self); N]) -> Self {
        let (mut total, mut low, mut point, mut high, mut known) = (0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
        for (weight, part) in parts {
            let weight = if part.applicable { *weight } else { 0 };
            total += weight;
            low += weight * part.low;
            point += weight * part.point;
            high += weight * part.high;
            known += weight * part.known;
        }
        if total == 0 {
            return Self::NOT_APPLICABLE;
        }
        // Parts of a hundred that all apply are the common case, and division by a constant is much cheaper.
        let share = |sum: u32| if total == 100 { (sum + 50) / 100 } else { (sum + total / 2) / total };
        Self {
            low: share(low),
            point: share(point),
            high: share(high),
            known: share(known),
            applicable: true,
        }
    }
}

/// The product of two values up to one, rounded to the nearest millionth.
pub fn times(a: Micro, b: Micro) -> Micro {
    ((u64::from(a) * u64::from(b) + u64::from(ONE / 2)) / u64::from(ONE)) as Micro
}

/// `part / whole` in millionths, at most one, rounded to nearest; nothing where the whole is nothing.
#[inline]
pub fn ratio(part: u64, whole: u64) -> Micro {
    if whole == 0 {
        return 0;
    }
    if part >= whole {
        return ONE;
    }
    // Division of 128 bits is a call of its own; amounts below 40,000 million units do without it.
    if whole < 1 << 42 {
        return ((part * u64::from(ONE) * 2 + whole) / (whole * 2)) as Micro;
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    ((part * u128::from(ONE) * 2 + whole) / (whole * 2)) as Micro
}

/// A real number as millionths, held between nothing and one; not-a-number counts as nothing.
pub fn micro(x: f64) -> Micro {
    if x >= 1.0 {
        ONE
    } else if x > 0.0 {
        (x * f64::from(ONE) + 0.5) as Micro
    } else {
        0
    }
}

/// A value on a broken line through fixed anchors `(x, value)`, flat beyond both ends. Anchors rise in x.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the anchors are constants of the caller, so that no division is left"
)]
pub fn anchored<const N: usize>(x: i64, anchors: &[(i64, Micro); N]) -> Micro {
    let Some(first) = anchors.first() else { return 0 };
    if x <= first.0 {
        return first.1;
    }
    for pair in anchors.windows(2) {
        if let [(x0, v0), (x1, v1)] = *pair
            && x <= x1
            && x1 > x0
        {
            // Anchors lie less than a million million apart, so that nothing here overflows.
            let (v0, v1) = (i64::from(v0), i64::from(v1));
            let (step, span) = (x - x0, x1 - x0);
            let doubled = (v0 * span + (v1 - v0) * step) * 2 + span;
            return (doubled / (span * 2)) as Micro;
        }
    }
    anchors.last().map_or(0, |last| last.1)
}

/// The harmonic mean; nothing where either side is nothing.
pub fn harmonic(a: Micro, b: Micro) -> Micro {
    let sum = u64::from(a) + u64::from(b);
    if sum == 0 { 0 } else { ((2 * u64::from(a) * u64::from(b) + sum / 2) / sum) as Micro }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn anchors_are_met_and_flat_outside() {
        let line = [(30, ONE), (90, 500_000), (180, 0)];
        assert_eq!(anchored(0, &line), ONE);
        assert_eq!(anchored(60, &line), 750_000);
        assert_eq!(anchored(90, &line), 500_000);
        assert_eq!(anchored(1000, &line), 0);
    }

    proptest! {
        #[test]
        fn a_mean_keeps_its_order_and_shrinks_when_a_part_becomes_known(
            weights in proptest::collection::vec(1_u32..100, 3),
            values in proptest::collection::vec(proptest::option::of(0..=ONE), 3),
            learnt in 0..=ONE,
        ) {
            let parts: [(u32, Grade); 3] = std::array::from_fn(|i| (weights[i], Grade::of(values[i])));
            let before = Grade::mean(&parts);
            prop_assert!(before.low <= before.point && before.point <= before.high && before.high <= ONE);
            if let Some(i) = values.iter().position(Option::is_none) {
                let mut after = parts;
                after[i].1 = Grade::known(learnt);
                let after = Grade::mean(&after);
                prop_assert!(after.low >= before.low && after.high <= before.high && after.known > before.known);
            }
        }

        #[test]
        fn ratios_and_products_stay_in_range(a in any::<u64>(), b in any::<u64>(), x in any::<f64>()) {
            prop_assert!(ratio(a, b) <= ONE);
            prop_assert!(micro(x) <= ONE);
        }
    }
}
