//! Gates: what cannot be bought off by any criterion. A gate that lacks an operand answers unknown; it does not
//! exclude, but it is shown and counted. The safety gates never pass on unknown.

pub mod city;
pub mod investment;

/// Answer of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Passed.
    Pass,
    /// Failed, but the term is a wish or the rule is soft.
    SoftFail,
    /// Failed: not listed.
    Fail,
    /// An operand is not known.
    Unknown,
}

impl Outcome {
    /// The code in the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::SoftFail => "SOFT_FAIL",
            Self::Fail => "FAIL",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// A failure, hard or soft.
    pub const fn failed(hard: bool) -> Self {
        if hard { Self::Fail } else { Self::SoftFail }
    }
}

/// Answers of up to sixteen gates as bits, by the gates' order: below those that fail, above those that lack an
/// operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct GateBits(u32);

impl GateBits {
    /// The answer of one gate.
    #[inline]
    pub(crate) fn of(gate: investment::Gate, outcome: Outcome) -> Self {
        let place = gate as u32;
        match outcome {
            Outcome::Fail => Self(1_u32.wrapping_shl(place)),
            Outcome::Unknown => Self(0x1_0000_u32.wrapping_shl(place)),
            Outcome::Pass | Outcome::SoftFail => Self(0),
        }
    }

    /// Gates that exclude.
    #[inline]
    pub(crate) const fn failed(self) -> u16 {
        self.0 as u16
    }

    /// Gates that cannot tell.
    #[inline]
    pub(crate) const fn unknown(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// With the answers of other gates.
    #[inline]
    #[must_use]
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whether none of the outcomes excludes.
pub fn all_open(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| *outcome != Outcome::Fail)
}
