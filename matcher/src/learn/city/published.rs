//! What the published policy says of two cities where only public records are at hand: languages, office hours by
//! longitude, and size. All else (needs, offers, commitment, ties) only offices can say, and stays unknown.
#![expect(clippy::indexing_slicing, reason = "kernel: numbers of the atlas's own names")]

use super::data::Atlas;
use crate::{
    grade::{Grade, ONE, micro},
    policy::Policy,
    score::{MicroPoints, side},
};

/// Micro-points of a pair of cities under a policy. What is known here is the same from both sides, so one side is
/// the fusion of both.
pub fn score(policy: &Policy, atlas: &Atlas, a: u32, b: u32) -> MicroPoints {
    let (x, y) = (&atlas.cities[a as usize], &atlas.cities[b as usize]);
    let (own, their) = (&atlas.countries[x.country as usize], &atlas.countries[y.country as usize]);
    let language = if own.languages.is_empty() || their.languages.is_empty() {
        Grade::MISSING
    } else {
        let shared = own.languages.iter().any(|language| their.languages.contains(language));
        Grade::known(if shared { ONE } else { ONE / 2 })
    };
    let turned = (x.longitude - y.longitude).abs();
    let hours = 8.0 - f64::from(turned.min(360.0 - turned)) / 15.0;
    let office = Grade::known(micro((hours / 4.0).clamp(0.0, 1.0)));
    let size = Grade::of(
        x.population
            .zip(y.population)
            .map(|(p, q)| micro(1.0 - libm::log(f64::from(p.max(q) / p.min(q))) / libm::log(20.0))),
    );
    let mut grades = [Grade::MISSING; 10];
    // Places of the criteria in the policy's order.
    grades[7] = Grade::mean(&[(50, language), (50, office)]);
    grades[9] = size;
    side(&policy.city, &grades).point
}
