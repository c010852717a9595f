//! Own weights of the investor's side: what somebody wishes, brought to what the policy allows and to a hundred.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::desk::Desk;

/// No criterion weighs more.
const CAP: i64 = 40;
/// Trust weighs no less.
const LEAST_TRUST: i64 = 4;
/// What all weights sum to.
const WHOLE: i64 = 100;

/// A criterion with its weight, of a hundred.
#[derive(Debug, Clone, Deserialize, PartialEq)]
pub struct Weight {
    /// Key of the criterion.
    pub key: String,
    /// Its weight.
    pub weight: f64,
}

impl Weight {
    /// Least weight that the policy allows.
    pub fn least(&self) -> i64 {
        least(&self.key)
    }

    /// Greatest weight that the policy allows.
    pub fn cap(&self) -> i64 {
        CAP
    }
}

fn least(key: &str) -> i64 {
    if key == "TRUST" { LEAST_TRUST } else { 0 }
}

/// Whole weights as near to the wished ones as the caps allow, that sum to a hundred. Seats are dealt out like those
/// of a parliament: each of the hundred goes to the criterion whose wish is met least so far.
pub fn balanced(wished: &[Weight]) -> Vec<Weight> {
    let mut dealt: Vec<(&str, f64, i64)> =
        wished.iter().map(|one| (one.key.as_str(), one.weight.clamp(0.0, 100.0), least(&one.key))).collect();
    let mut left = WHOLE.saturating_sub(dealt.iter().map(|(_, _, has)| has).sum());
    while left > 0 {
        #[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
        let need = |wish: f64, has: i64| wish / (has as f64).mul_add(2.0, 1.0);
        let neediest = dealt.iter_mut().filter(|(_, _, has)| *has < CAP).max_by(|a, b| {
            // Where nothing more is wished for, the lightest is raised.
            need(a.1, a.2).total_cmp(&need(b.1, b.2)).then(b.2.cmp(&a.2))
        });
        let Some((_, _, has)) = neediest else { break };
        *has = has.saturating_add(1);
        left = left.saturating_sub(1);
    }
    #[expect(clippy::cast_precision_loss, reason = "at most a hundred")]
    dealt.into_iter().map(|(key, _, has)| Weight { key: key.to_owned(), weight: has as f64 }).collect()
}

/// The weights of the page's address over those of the policy; none where it names none.
pub fn own(d: &Desk, policy: &[Weight]) -> Option<Vec<Weight>> {
    let wish =
        |key: &str| d.parameter(&format!("w-{key}"))?.parse::<f64>().ok().filter(|wish| wish.is_finite());
    let wished: Vec<Weight> = policy
        .iter()
        .map(|one| Weight { key: one.key.clone(), weight: wish(&one.key).unwrap_or(one.weight) })
        .collect();
    (wished != policy).then(|| balanced(&wished))
}

/// Weights as the API takes them.
pub fn input(weights: Option<&[Weight]>) -> Value {
    weights.map_or(Value::Null, |weights| {
        weights.iter().map(|one| json!({ "key": one.key, "weight": one.weight })).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(of: &[(&str, f64)]) -> Vec<Weight> {
        of.iter().map(|(key, weight)| Weight { key: (*key).to_owned(), weight: *weight }).collect()
    }

    #[test]
    fn what_the_policy_says_stays_as_it_is() {
        let policy = weights(&[("FIELD", 35.0), ("TICKET", 33.0), ("STAGE", 24.0), ("TRUST", 8.0)]);
        assert_eq!(balanced(&policy), policy);
    }

    #[test]
    fn wishes_are_brought_within_the_caps_and_to_a_hundred() {
        for wished in [
            weights(&[("FIELD", 100.0), ("TICKET", 0.0), ("STAGE", 0.0), ("TRUST", 0.0)]),
            weights(&[("FIELD", 0.0), ("TICKET", 0.0), ("STAGE", 0.0), ("TRUST", 0.0)]),
            weights(&[("FIELD", 40.0), ("TICKET", 40.0), ("STAGE", 40.0), ("TRUST", 40.0)]),
        ] {
            let found = balanced(&wished);
            assert!((found.iter().map(|one| one.weight).sum::<f64>() - 100.0).abs() < 1e-9);
            assert!(found.iter().all(|one| one.weight <= 40.0));
            assert!(found.iter().any(|one| one.key == "TRUST" && one.weight >= 4.0));
        }
        let found = balanced(&weights(&[("FIELD", 80.0), ("TICKET", 20.0), ("STAGE", 20.0), ("TRUST", 0.0)]));
        assert_eq!(found.first().map(|one| one.weight), Some(40.0));
    }
}
