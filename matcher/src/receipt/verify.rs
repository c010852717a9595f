//! Verification: what can be computed again is, and what cannot is said.

use super::{
    facts::{Facts, reads, score},
    format::{Fact, Receipt, ReceiptError, ReceiptKind, ScoreValue, SideValue},
};
use crate::{
    Policy,
    grade::{Grade, ONE},
    policy::{CityCriterion, Criterion as _, InvestorCriterion, Weights},
    score::{Interval, mutual, side},
};

/// A criterion of a side, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    /// Whose view.
    pub side: String,
    /// The criterion.
    pub key: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Verdict {
    /// The policy of that version is known here, and with the receipt's weights it has the receipt's hash.
    pub policy: bool,
    /// Both sides and the score follow from the criteria's values and weights.
    pub sums: bool,
    /// Criteria that were computed again and are as stated.
    pub confirmed: Vec<Criterion>,
    /// Criteria that were computed again and are not.
    pub wrong: Vec<Criterion>,
    /// Criteria that could not be computed again, for facts that are hidden.
    pub hidden: Vec<Criterion>,
    /// A model had a say, which this verification does not ask.
    pub model_not_asked: bool,
}

impl Verdict {
    /// Whether nothing that could be computed again speaks against the receipt. A signature is the caller's to check.
    pub fn holds(&self) -> bool {
        self.policy && self.sums && self.wrong.is_empty()
    }
}

/// Computes a receipt again, under the policy of its day, whichever is in force now.
///
/// # Errors
/// Its visible facts do not hold together.
pub fn verify(receipt: &Receipt) -> Result<Verdict, ReceiptError> {
    verify_among(receipt, Policy::version)
}

/// The same among the policies that were ever published, by version.
///
/// # Errors
/// As for [`verify`].
pub fn verify_among(
    receipt: &Receipt,
    published: impl Fn(u32) -> Option<Policy>,
) -> Result<Verdict, ReceiptError> {
    let mut verdict = Verdict { model_not_asked: receipt.model.is_some(), ..Verdict::default() };
    let visible: Facts = receipt
        .facts
        .iter()
        .filter_map(|(name, fact)| match fact {
            Fact::Value(value) => Some((name.clone(), value.clone())),
            Fact::Hash(_) => None,
        })
        .collect();
    let published = published(receipt.policy.version);
    let Some((published, policy)) = published.and_then(|it| Some((it.clone(), own(it, receipt)?))) else {
        // Without the policy nothing is computed; all of it is said to be open.
        verdict.hidden = receipt.sides.iter().flat_map(named).collect();
        return Ok(verdict);
    };
    verdict.policy = policy.hash() == receipt.policy.hash;
    let again = score(receipt.kind, &visible, (&policy, &published), receipt.as_of)?;
    verdict.sums = true;
    for (place, (stated, found)) in receipt.sides.iter().zip(&again.criteria).enumerate() {
        // The criteria are those of the policy, in its order, with its weights.
        let same = |(stated, found): (&super::CriterionValue, &super::CriterionValue)| {
            (&stated.key, stated.weight) == (&found.key, found.weight)
        };
        verdict.sums &= stated.criteria.len() == found.len()
            && again.names.get(place).is_some_and(|name| *name == stated.side)
            && stated.criteria.iter().zip(found).all(same);
        for (claimed, found) in stated.criteria.iter().zip(found) {
            let criterion = Criterion { side: stated.side.clone(), key: claimed.key.clone() };
            if !reads(receipt.kind, place, &claimed.key).iter().all(|name| visible.contains_key(*name)) {
                verdict.hidden.push(criterion);
            } else if claimed == found {
                verdict.confirmed.push(criterion);
            } else {
                verdict.wrong.push(criterion);
            }
        }
    }
    verdict.sums &= sums_hold(receipt, &policy, &published);
    Ok(verdict)
}

fn named(side: &SideValue) -> Vec<Criterion> {
    let of = |key: &String| Criterion { side: side.side.clone(), key: key.clone() };
    side.criteria.iter().map(|criterion| of(&criterion.key)).collect()
}

/// A policy with the weights that the receipt states; none where they break its caps.
fn own(policy: Policy, receipt: &Receipt) -> Option<Policy> {
    let [first, _] = &receipt.sides;
    let weights: Vec<(String, f64)> =
        first.criteria.iter().map(|one| (one.key.clone(), f64::from(one.weight) / 100.0)).collect();
    Some(match receipt.kind {
        ReceiptKind::Investment => {
            let known = weights.len() == InvestorCriterion::ALL.len();
            policy.with_investor_weights(Weights::own::<InvestorCriterion>(&weights).ok().filter(|_| known)?)
        }
        ReceiptKind::Cities => {
            let known = weights.len() == CityCriterion::ALL.len();
            policy.with_city_weights(Weights::own::<CityCriterion>(&weights).ok().filter(|_| known)?)
        }
    })
}

/// Whether both sums and their fusion follow from the values of the criteria.
fn sums_hold(receipt: &Receipt, policy: &Policy, published: &Policy) -> bool {
    let [first, second] = &receipt.sides;
    let sums = match receipt.kind {
        ReceiptKind::Investment => sum(&policy.investor, first).zip(sum(&policy.project, second)),
        ReceiptKind::Cities => sum(&policy.city, first).zip(sum(&published.city, second)),
    };
    sums.is_some_and(|(one, other)| {
        ScoreValue::from(one) == first.score
            && ScoreValue::from(other) == second.score
            && ScoreValue::from(mutual(policy.fusion, &one, &other)) == receipt.mutual
    })
}

/// The weighted sum of a side's stated values; none where they are no values.
fn sum<const N: usize>(weights: &Weights<N>, stated: &SideValue) -> Option<Interval> {
    let mut grades = [Grade::MISSING; N];
    if stated.criteria.len() != N {
        return None;
    }
    for (slot, value) in grades.iter_mut().zip(&stated.criteria) {
        let grade = value.grade();
        let ordered = grade.low <= grade.point && grade.point <= grade.high && grade.high <= ONE;
        if !ordered || grade.known > ONE {
            return None;
        }
        *slot = grade;
    }
    Some(side(weights, &grades))
}
