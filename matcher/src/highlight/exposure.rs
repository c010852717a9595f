//! Who is seen by whom: in the heads of how many investors' lists each project stands, and for whom places are kept.
//!
//! Made from a catalog alone, so that the same catalog gives the same exposure everywhere. The thirty days of the rule
//! (section 5.6) are taken as the day of the catalog: what was shown before is not kept, and a project that misses its
//! floor today is helped today.

use std::collections::{BTreeMap, HashMap};

use domain::{id::Id, mandate::Mandate, organisation::Organisation, project::Project};

use super::{
    FLOOR_PLACES, FLOOR_SCORE, HEAD, RESERVED, question,
    share::{Seeker, share},
};
use crate::{
    Catalog, Micro, MicroPoints, ONE, Policy,
    rank::{OpportunityFilter, survey},
};

/// Exposure over a whole catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Mandates whose lists were made.
    pub mandates: u64,
    /// Mandates that were left out, since all pairs would have been more than asked for.
    pub mandates_left_out: u64,
    /// Projects that reach [`FLOOR_SCORE`] with at least one mandate.
    pub eligible: u64,
    /// Eligible projects that stand in the heads of fewer than [`FLOOR_PLACES`] investors' pure lists.
    pub floor_misses: u64,
    /// Places that are kept for them, over all mandates.
    pub reserved: u64,
    /// Gini coefficient of the eligible projects' exposure in the pure lists, in millionths: 0 where all are seen
    /// equally often.
    pub gini: Micro,
    newcomers: BTreeMap<Id<Mandate>, Vec<Id<Project>>>,
}

impl Exposure {
    /// Projects for which a mandate keeps a place, the least seen first.
    pub fn newcomers(&self, mandate: Id<Mandate>) -> &[Id<Project>] {
        self.newcomers.get(&mandate).map_or(&[], Vec::as_slice)
    }
}

/// A project that an investor could be shown: by how much, and in the list of which mandate.
type Offer = (MicroPoints, usize);

/// Makes the exposure of a catalog under a policy. Costs a scan of all projects for each mandate, on one thread; where
/// there are more than `most_pairs` pairs, mandates with greater ids are left out, and the answer says how many.
pub fn exposure(catalog: &Catalog, policy: &Policy, most_pairs: usize) -> Exposure {
    let projects = catalog.projects().rows();
    let mut mandates: Vec<_> = catalog
        .mandates()
        .rows()
        .iter()
        .filter_map(|row| Some((row, catalog.organisations().get(row.investor)?)))
        .collect();
    mandates.sort_by_key(|(mandate, _)| mandate.id);
    let all = mandates.len();
    mandates.truncate(most_pairs.checked_div(projects.len()).unwrap_or(all));
    let filter = OpportunityFilter::default();
    let mut eligible = vec![false; projects.len()];
    let mut seen = vec![0_u32; projects.len()];
    let mut by_investor: BTreeMap<Id<Organisation>, Vec<usize>> = BTreeMap::new();
    for (number, (_, investor)) in mandates.iter().enumerate() {
        by_investor.entry(investor.id).or_default().push(number);
    }
    // Who could be shown to whom, beyond what he sees already; an investor sees a project once, through the mandate
    // that it fits best.
    let mut seekers: HashMap<usize, Vec<Offer>> = HashMap::new();
    for numbers in by_investor.values() {
        let mut heads: HashMap<usize, Option<Offer>> = HashMap::new();
        for number in numbers {
            let Some(mandate) = mandates.get(*number).copied() else { continue };
            let (rows, reaching) = survey(catalog, &question(mandate, policy, &filter), FLOOR_SCORE);
            for place in reaching {
                if let Some(slot) = eligible.get_mut(place) {
                    *slot = true;
                }
            }
            for (rank, (key, place)) in rows.into_iter().enumerate() {
                if rank < HEAD {
                    heads.insert(place, None);
                } else if key.primary >= FLOOR_SCORE {
                    let offer = heads.entry(place).or_insert(Some((0, *number)));
                    if offer.is_some_and(|(best, _)| key.primary > best) {
                        *offer = Some((key.primary, *number));
                    }
                }
            }
        }
        for (place, offer) in heads {
            match (offer, seen.get_mut(place)) {
                (Some(offer), _) => seekers.entry(place).or_default().push(offer),
                (None, Some(count)) => *count = count.saturating_add(1),
                (None, None) => {}
            }
        }
    }
    let counts: Vec<u32> =
        seen.iter().zip(&eligible).filter(|(_, eligible)| **eligible).map(|(seen, _)| *seen).collect();
    let mut of_owner: HashMap<Id<Organisation>, u32> = HashMap::new();
    for (row, seen) in projects.iter().zip(&seen) {
        let sum = of_owner.entry(row.owner).or_default();
        *sum = sum.saturating_add(*seen);
    }
    let mut seekers: Vec<(u32, Id<Organisation>, Id<Project>, Seeker)> = seekers
        .into_iter()
        .filter_map(|(place, mut offers)| {
            let (row, seen) = (projects.get(place)?, *seen.get(place)?);
            offers.sort_unstable_by_key(|(score, mandate)| (std::cmp::Reverse(*score), *mandate));
            let mandates = offers.into_iter().map(|(_, mandate)| mandate).collect();
            let owner = of_owner.get(&row.owner).copied().unwrap_or(0);
            (seen < FLOOR_PLACES).then_some((owner, row.owner, row.id, Seeker { seen, mandates }))
        })
        .collect();
    // Among projects that are seen equally little, those of owners who are seen least come first, and one of each owner
    // before a second of any: kept places would else go to owners whose cap is full and stand empty. Ids last, so
    // that ties and with them everything are the same on every machine.
    seekers.sort_by_key(|(_, owner, id, _)| (*owner, *id));
    let mut turns: HashMap<Id<Organisation>, u32> = HashMap::new();
    let mut seekers: Vec<(u32, u32, Id<Project>, Seeker)> = seekers
        .into_iter()
        .map(|(seen, owner, id, seeker)| {
            let turn = turns.entry(owner).or_default();
            *turn = turn.saturating_add(1);
            (*turn, seen, id, seeker)
        })
        .collect();
    seekers.sort_by_key(|(turn, seen, id, _)| (*turn, *seen, *id));
    let seekers = seekers.into_iter().map(|(_, _, id, seeker)| (id, seeker));
    let (ids, seekers): (Vec<Id<Project>>, Vec<Seeker>) = seekers.unzip();
    let given = share(&seekers, mandates.len(), RESERVED.len(), FLOOR_PLACES);
    let newcomers: BTreeMap<_, Vec<_>> = mandates
        .iter()
        .zip(given)
        .filter(|(_, list)| !list.is_empty())
        .map(|((mandate, _), list)| {
            (mandate.id, list.into_iter().filter_map(|seeker| ids.get(seeker).copied()).collect())
        })
        .collect();
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Exposure {
        mandates: number(mandates.len()),
        mandates_left_out: number(all.saturating_sub(mandates.len())),
        eligible: number(counts.len()),
        floor_misses: number(counts.iter().filter(|seen| **seen < FLOOR_PLACES).count()),
        reserved: number(newcomers.values().map(Vec::len).fold(0, usize::saturating_add)),
        gini: gini(counts),
        newcomers,
    }
}

/// The Gini coefficient of counts in millionths, rounded down; nothing where nothing is counted.
pub(crate) fn gini(mut counts: Vec<u32>) -> Micro {
    counts.sort_unstable();
    let (mut sum, mut ranked, mut rows) = (0_u128, 0_u128, 0_u128);
    for count in counts {
        rows = rows.saturating_add(1);
        sum = sum.saturating_add(u128::from(count));
        ranked = ranked.saturating_add(u128::from(count).saturating_mul(rows));
    }
    // (2 x the sum of rank times count - (n + 1) x the sum of counts) / (n x the sum of counts), ranks from the least.
    let above = ranked.saturating_mul(2).saturating_sub(sum.saturating_mul(rows.saturating_add(1)));
    let share = above.saturating_mul(u128::from(ONE)).checked_div(rows.saturating_mul(sum)).unwrap_or(0);
    Micro::try_from(share).unwrap_or(ONE)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn gini_is_the_mean_difference_over_twice_the_mean(counts in proptest::collection::vec(0_u32..30, 1..40)) {
            let sum: u32 = counts.iter().sum();
            prop_assume!(sum > 0);
            let differences: u32 = counts.iter().flat_map(|a| counts.iter().map(|b| a.abs_diff(*b))).sum();
            let expected = f64::from(differences) / (2.0 * counts.len() as f64 * f64::from(sum));
            prop_assert!((f64::from(gini(counts)) / 1e6 - expected).abs() < 2e-6);
        }
    }

    #[test]
    fn gini_of_equals_is_nothing_and_of_one_among_many_nearly_all() {
        assert_eq!(gini(vec![3; 8]), 0);
        assert_eq!(gini(Vec::new()), 0);
        assert_eq!(gini(vec![0; 8]), 0);
        assert_eq!(gini([vec![0; 9], vec![5]].concat()), 900_000);
    }
}
