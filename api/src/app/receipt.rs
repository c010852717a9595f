//! Receipts of scores: what a score was made of, under which policy, so that it can be worked out again later.

use chrono::{DateTime, Utc};
use domain::{city::City, id::Id};
use matcher::{
    Grade, Interval,
    policy::{CityCriterion, Criterion},
};
use serde_json::{Value, json};

use super::{App, AppError, city_pair_of};
use crate::id::encode_as;

/// The receipt of two cities, to be frozen in a proposal.
///
/// # Errors
/// There is no such city.
pub fn of_cities(app: &App, a: Id<City>, b: Id<City>, at: DateTime<Utc>) -> Result<Value, AppError> {
    let found = city_pair_of(app, a, b)?;
    let policy = &found.shared.policy;
    let side = |grades: &[Grade; 10]| -> Vec<Value> {
        let criteria = CityCriterion::ALL;
        criteria
            .iter()
            .zip(policy.city.hundredths())
            .zip(grades)
            .map(|((criterion, weight), grade)| {
                json!({
                    "key": criterion.key(), "weightHundredths": weight,
                    "low": grade.low, "point": grade.point, "high": grade.high, "known": grade.known,
                    "applicable": grade.applicable,
                })
            })
            .collect()
    };
    let score = |interval: &Interval| json!({"low": interval.low, "point": interval.point, "high": interval.high, "coverage": interval.coverage});
    let it = &found.evaluation;
    Ok(json!({
        "kind": "CITY_MATCH",
        "a": encode_as(a),
        "b": encode_as(b),
        "asOf": at,
        "policy": {"version": policy.version, "hash": policy.hash(), "fusion": policy.fusion},
        "forA": {"criteria": side(&it.my_grades), "score": score(&it.mine)},
        "forB": {"criteria": side(&it.their_grades), "score": score(&it.theirs)},
        "mutual": score(&it.mutual),
    }))
}
