//! Hidden links: all links of some cities (cold), and a share of the rest (random), as the judgement hides them.

use std::collections::{BTreeMap, BTreeSet};

use super::data::Atlas;
use crate::draw::Draw;

/// One city of this many is cold.
const COLD_ONE_OF: u64 = 10;
/// One of this many of the other links is hidden.
const RANDOM_ONE_OF: u64 = 5;

/// Links parted into known and hidden ones.
#[derive(Debug, Clone, Default)]
pub struct Split {
    /// Links that stay known.
    pub known: Vec<(u32, u32)>,
    /// Hidden links with a cold end.
    pub cold: Vec<(u32, u32)>,
    /// Hidden links drawn from the rest.
    pub random: Vec<(u32, u32)>,
    /// Cities all of whose links are hidden by design, sorted.
    pub cold_cities: BTreeSet<u32>,
}

impl Split {
    /// Hides links. Only cities with a link can be cold.
    pub fn new(atlas: &Atlas, links: &[(u32, u32)], seed: u64) -> Self {
        let mut draw = Draw(seed ^ 0x5eed_c17e);
        let linked: BTreeSet<u32> = links.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let cold_cities: BTreeSet<u32> = (0..atlas.cities.len() as u32)
            .filter(|_| draw.next().is_multiple_of(COLD_ONE_OF))
            .filter(|city| linked.contains(city))
            .collect();
        let mut split = Self { cold_cities, ..Self::default() };
        for (a, b) in links {
            if split.cold_cities.contains(a) || split.cold_cities.contains(b) {
                split.cold.push((*a, *b));
            } else if draw.next().is_multiple_of(RANDOM_ONE_OF) {
                split.random.push((*a, *b));
            } else {
                split.known.push((*a, *b));
            }
        }
        split
    }

    /// Hidden partners by city: of the cold cities, or of the ends of the random links.
    pub fn outcomes(&self, cold: bool) -> BTreeMap<u32, BTreeSet<u32>> {
        let mut outcomes: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
        for (a, b) in if cold { &self.cold } else { &self.random } {
            for (from, to) in [(*a, *b), (*b, *a)] {
                if !cold || self.cold_cities.contains(&from) {
                    outcomes.entry(from).or_default().insert(to);
                }
            }
        }
        outcomes
    }
}
