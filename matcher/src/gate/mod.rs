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

/// Whether none of the outcomes excludes.
pub fn all_open(outcomes: &[Outcome]) -> bool {
    outcomes.iter().all(|outcome| *outcome != Outcome::Fail)
}
