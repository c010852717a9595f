//! The published policy: weights, anchors' version, the rule for the unknown, the fusion of the two sides.

use chrono::NaiveDate;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::grade::Micro;

/// Criteria of the investor's view of a project, in the order of the published policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvestorCriterion {
    /// Nearness of the project's fields to the mandate's.
    Field,
    /// Fit of the ticket to the gap.
    Ticket,
    /// Fit of the stage.
    Stage,
    /// Instruments, return and tenor.
    Terms,
    /// Place.
    Geo,
    /// Evidenced share of the stage's checklist.
    Ready,
    /// Verification and freshness.
    Trust,
    /// Priorities met and inclusion.
    Impact,
    /// Ties that exist.
    Ties,
}

/// Criteria of the project's view of an investor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProjectCriterion {
    /// Past deals in the project's fields.
    Field,
    /// Share of the gap that the largest ticket closes.
    Money,
    /// Instruments, cost and tenor.
    Terms,
    /// Past deals at this stage.
    Stage,
    /// Presence, past deals and institutions in the country.
    Local,
    /// How it answers.
    Reply,
    /// Verification and kept promises.
    Trust,
    /// Help wanted that it offers.
    Value,
}

/// Criteria of one city's view of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CityCriterion {
    /// Needs met by offers, both ways.
    Complement,
    /// The same problems put first.
    Challenge,
    /// What shows that the partner means it.
    Commit,
    /// Ties that exist.
    Ties,
    /// Digital level.
    Digital,
    /// Likeness of the economies and openness.
    Economy,
    /// Legal bases that exist.
    Legal,
    /// Language and office hours.
    Practical,
    /// Focus and site of a demonstration area.
    Area,
    /// Likeness of size.
    Size,
}

/// A list of criteria with published weights.
pub trait Criterion: Copy + Eq + std::fmt::Debug + 'static {
    /// In the order in which their terms are added.
    const ALL: &'static [Self];
    /// Published weights in hundredths of a point, in the same order; they sum to 10,000.
    const WEIGHTS: &'static [u16];
    /// The key in the API.
    fn key(self) -> &'static str;
    /// Whether a lower bound of 4 points holds for the weight.
    fn is_trust(self) -> bool;
}

macro_rules! criteria {
    ($name:ident { $($variant:ident $key:literal $weight:literal),+ $(,)? }) => {
        impl Criterion for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];
            const WEIGHTS: &'static [u16] = &[$($weight * 100,)+];
            fn key(self) -> &'static str { match self { $(Self::$variant => $key,)+ } }
            fn is_trust(self) -> bool { self.key() == "TRUST" }
        }
    };
}

criteria!(InvestorCriterion {
    Field "FIELD" 20, Ticket "TICKET" 15, Stage "STAGE" 12, Terms "TERMS" 12, Geo "GEO" 10, Ready "READY" 12,
    Trust "TRUST" 8, Impact "IMPACT" 7, Ties "TIES" 4,
});
criteria!(ProjectCriterion {
    Field "FIELD" 18, Money "MONEY" 18, Terms "TERMS" 14, Stage "STAGE" 10, Local "LOCAL" 10, Reply "REPLY" 12,
    Trust "TRUST" 10, Value "VALUE" 8,
});
criteria!(CityCriterion {
    Complement "COMPLEMENT" 22, Challenge "CHALLENGE" 18, Commit "COMMIT" 14, Ties "TIES" 12, Digital "DIGITAL" 8,
    Economy "ECONOMY" 8, Legal "LEGAL" 6, Practical "PRACTICAL" 6, Area "AREA" 4, Size "SIZE" 2,
});

/// Weights of one list of criteria in hundredths of a point, in the list's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights<const N: usize>([u16; N]);

/// Own weights that break the caps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WeightError {
    /// Not the list's criteria.
    #[error("there is no criterion {0}; the criteria are {1}")]
    Unknown(String, String),
    /// A criterion twice.
    #[error("{0} is named twice")]
    Twice(&'static str),
    /// Above the cap.
    #[error("{0} is above 40; no criterion weighs more than 40 of 100")]
    AboveCap(&'static str),
    /// Trust too low.
    #[error("TRUST is below 4; it weighs at least 4 of 100")]
    TrustFloor,
    /// Not finite or negative.
    #[error("{0} is not a weight; a weight is a number from 0 to 40")]
    NotANumber(&'static str),
    /// The sum is off.
    #[error("the weights sum to {}.{:02}; they sum to 100", .0 / 100, .0 % 100)]
    Sum(u32),
}

impl<const N: usize> Weights<N> {
    /// The published weights.
    pub fn published<C: Criterion>() -> Self {
        let mut weights = [0; N];
        for (slot, weight) in weights.iter_mut().zip(C::WEIGHTS) {
            *slot = *weight;
        }
        Self(weights)
    }

    /// Own weights in points by key; criteria that are not named keep their published weight only if the sum
    /// is 100 in the end.
    ///
    /// # Errors
    /// An unknown key, a cap that is broken, or a sum that is not 100.
    pub fn own<C: Criterion>(named: &[(String, f64)]) -> Result<Self, WeightError> {
        let mut weights = Self::published::<C>();
        let mut seen = Vec::new();
        for (key, points) in named {
            let place = C::ALL.iter().position(|c| c.key().eq_ignore_ascii_case(key.trim()));
            let (Some(place), Some(criterion)) = (place, place.and_then(|i| C::ALL.get(i))) else {
                let known = C::ALL.iter().map(|c| c.key()).collect::<Vec<_>>().join(", ");
                return Err(WeightError::Unknown(key.chars().take(40).collect(), known));
            };
            if seen.contains(&place) {
                return Err(WeightError::Twice(criterion.key()));
            }
            seen.push(place);
            if !points.is_finite() || *points < 0.0 {
                return Err(WeightError::NotANumber(criterion.key()));
            }
            if *points > 40.0 {
                return Err(WeightError::AboveCap(criterion.key()));
            }
            let hundredths = (points * 100.0 + 0.5) as u16;
            if criterion.is_trust() && hundredths < 400 {
                return Err(WeightError::TrustFloor);
            }
            if let Some(slot) = weights.0.get_mut(place) {
                *slot = hundredths;
            }
        }
        let sum: u32 = weights.0.iter().map(|weight| u32::from(*weight)).sum();
        if sum == 10_000 { Ok(weights) } else { Err(WeightError::Sum(sum)) }
    }

    /// The weights in hundredths of a point.
    pub const fn hundredths(&self) -> &[u16; N] {
        &self.0
    }

    /// Weights that a test drew; they need not sum to 100.
    #[cfg(test)]
    pub(crate) const fn drawn(weights: [u16; N]) -> Self {
        Self(weights)
    }
}

/// How the two sides become one score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Fusion {
    /// The harmonic mean: one unwilling side means no match.
    Harmonic,
    /// The smaller side.
    Min,
    /// The arithmetic mean.
    Arithmetic,
}

/// A policy under which scores are made. Old versions stay, so that old scores can be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Version, rising.
    pub version: u32,
    /// First day in force.
    pub published_on: NaiveDate,
    /// Who decided.
    pub author: &'static str,
    /// What changed.
    pub note: &'static str,
    /// Investor's view.
    pub investor: Weights<9>,
    /// Project's view.
    pub project: Weights<8>,
    /// City's view.
    pub city: Weights<10>,
    /// Fusion of the two sides.
    pub fusion: Fusion,
    /// Share that must be known for a place in the list.
    pub coverage_floor: Micro,
    /// Value of the unknown in the point score.
    pub unknown_point: Micro,
}

impl Policy {
    /// The policy in force.
    pub fn current() -> Self {
        Self {
            version: 1,
            published_on: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap_or(NaiveDate::MIN),
            author: "Caravanserai",
            note: "First published policy: default weights are the product's judgement, none is learnt.",
            investor: Weights::published::<InvestorCriterion>(),
            project: Weights::published::<ProjectCriterion>(),
            city: Weights::published::<CityCriterion>(),
            fusion: Fusion::Harmonic,
            coverage_floor: 400_000,
            unknown_point: crate::grade::UNKNOWN_POINT,
        }
    }

    /// The policy of a version.
    pub fn version(version: u32) -> Option<Self> {
        (version == 1).then(Self::current)
    }

    /// The same policy with an investor's own weights.
    #[must_use]
    pub fn with_investor_weights(mut self, weights: Weights<9>) -> Self {
        self.investor = weights;
        self
    }

    /// The same policy with a city's own weights.
    #[must_use]
    pub fn with_city_weights(mut self, weights: Weights<10>) -> Self {
        self.city = weights;
        self
    }

    /// SHA-256 of the canonical text of everything that bears on a score, in hexadecimal.
    pub fn hash(&self) -> String {
        let text = format!(
            "caravanserai-policy/{}|{:?}|{:?}|{:?}|{:?}|{}|{}",
            self.version,
            self.investor.0,
            self.project.0,
            self.city.0,
            self.fusion,
            self.coverage_floor,
            self.unknown_point
        );
        Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums<C: Criterion>() {
        assert_eq!(C::ALL.len(), C::WEIGHTS.len());
        assert_eq!(C::WEIGHTS.iter().map(|w| u32::from(*w)).sum::<u32>(), 10_000);
    }

    #[test]
    fn published_weights_sum_to_a_hundred() {
        sums::<InvestorCriterion>();
        sums::<ProjectCriterion>();
        sums::<CityCriterion>();
    }

    #[test]
    fn own_weights_keep_the_caps() {
        let own = |named: &[(&str, f64)]| {
            let named: Vec<_> = named.iter().map(|(k, w)| ((*k).to_owned(), *w)).collect();
            Weights::<9>::own::<InvestorCriterion>(&named)
        };
        assert_eq!(own(&[("field", 25.0), ("TICKET", 10.0)]).unwrap().hundredths()[0], 2500);
        assert_eq!(own(&[("FIELD", 41.0)]), Err(WeightError::AboveCap("FIELD")));
        assert_eq!(own(&[("TRUST", 3.0), ("FIELD", 25.0)]), Err(WeightError::TrustFloor));
        assert_eq!(own(&[("FIELD", 25.0)]), Err(WeightError::Sum(10_500)));
        assert!(matches!(own(&[("PRICE", 1.0)]), Err(WeightError::Unknown(..))));
        assert!(matches!(own(&[("FIELD", f64::NAN)]), Err(WeightError::NotANumber(_))));
        assert!(own(&[("FIELD", 20.0), ("field", 20.0)]).is_err());
    }
}
