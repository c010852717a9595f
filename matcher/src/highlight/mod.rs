//! Highlights of a mandate's list: the head of the pure order, with a cap on owners and a few places for projects that
//! nobody sees (section 5.6). A list of its own; the pure order stays as it is.
//!
//! Invariant: what is highlighted stands in the pure list: no gate excludes it, and enough of it is known.
//! Invariant: nothing here is for sale: exposure, owner and score are all that counts.

mod exposure;
mod share;

use domain::{id::Id, organisation::Organisation};

pub(crate) use exposure::gini;
pub use exposure::{Exposure, exposure};

use crate::{
    Catalog, MicroPoints, Policy,
    rank::{List, OpportunityFilter, OpportunityQuery, RankBy, Ranked, top_opportunities},
    row::{MandateRow, OrganisationRow, ProjectRow},
};

/// Highlights of a mandate, and the head of a list in which a project counts as seen.
pub const HEAD: usize = 20;

/// A list is looked through to this place. Highlights of a mandate of whose first rows nearly all are of one owner can
/// be fewer than [`HEAD`].
pub const DEPTH: usize = 200;

/// A project that reaches this with a mandate, in micro-points, has a right to be seen: 60 points.
pub const FLOOR_SCORE: MicroPoints = 60_000_000;

/// In the heads of so many investors' lists such a project stands at least, or it misses its floor.
pub const FLOOR_PLACES: u32 = 3;

/// Places, from 0, that are kept for projects that miss their floor: the tenth and the twentieth.
const RESERVED: [usize; 2] = [9, 19];

/// Of so many highlights that follow each other ...
const WINDOW: usize = 10;

/// ... at most so many are of one owner.
const OF_ONE_OWNER: usize = 3;

/// Why a project is highlighted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// By its place in the pure order.
    Top,
    /// It is seen by too few; new to you.
    NewToYou,
}

/// A highlighted project.
#[derive(Debug, Clone, PartialEq)]
pub struct Highlight<'a> {
    /// The row as it stands in the pure list.
    pub ranked: Ranked<&'a ProjectRow>,
    /// Its place in the pure list, from 1.
    pub rank: u64,
    /// Why.
    pub reason: Reason,
}

/// Picks the highlights of a mandate, at most `first` and at most [`HEAD`]. Without an exposure no place is kept. A
/// newcomer of an exposure that is older than the catalog is taken only where it still holds: beyond the head of the
/// list, within [`DEPTH`], at [`FLOOR_SCORE`] or above. The filter says who reads and what of the list is shown.
pub fn highlights<'a>(
    catalog: &'a Catalog,
    mandate: (&'a MandateRow, &'a OrganisationRow),
    policy: &'a Policy,
    exposure: Option<&Exposure>,
    filter: &OpportunityFilter,
    first: usize,
) -> Vec<Highlight<'a>> {
    let page = top_opportunities(catalog, &question(mandate, policy, filter));
    let newcomers = exposure.map_or(&[][..], |exposure| exposure.newcomers(mandate.0.id));
    let candidate = |(place, row): (usize, &Ranked<&ProjectRow>)| {
        let may = place >= HEAD && row.evaluation.mutual.point >= FLOOR_SCORE;
        let turn = newcomers.iter().position(|id| *id == row.row.id).filter(|_| may);
        Candidate { owner: row.row.owner, reserved: turn }
    };
    let candidates: Vec<Candidate> = page.items.iter().enumerate().map(candidate).collect();
    arrange(&candidates, first)
        .into_iter()
        .filter_map(|(place, reason)| {
            let ranked = page.items.get(place)?.clone();
            let rank = u64::try_from(place).unwrap_or(u64::MAX).saturating_add(1);
            Some(Highlight { ranked, rank, reason })
        })
        .collect()
}

/// The pure list of a mandate to [`DEPTH`].
fn question<'a>(
    (mandate, investor): (&'a MandateRow, &'a OrganisationRow),
    policy: &'a Policy,
    filter: &'a OpportunityFilter,
) -> OpportunityQuery<'a> {
    OpportunityQuery {
        mandate,
        investor,
        policy,
        filter,
        by: RankBy::Mutual,
        list: List::Ranked,
        first: DEPTH,
        after: None,
    }
}

/// A row of the pure list.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    owner: Id<Organisation>,
    /// Its turn among those for whom a place is kept.
    reserved: Option<usize>,
}

/// Fills place after place: a kept one with the newcomer whose turn it is, any other with the best row that is left;
/// each time the first that does not break the cap on owners. Ends early where everything left would break it.
fn arrange(candidates: &[Candidate], first: usize) -> Vec<(usize, Reason)> {
    let mut chosen: Vec<(usize, Reason)> = Vec::new();
    let mut left: Vec<usize> = (0..candidates.len()).collect();
    let mut waiting: Vec<usize> =
        left.iter().copied().filter(|row| reserved(candidates, *row).is_some()).collect();
    waiting.sort_by_key(|row| reserved(candidates, *row));
    while chosen.len() < first.min(HEAD) {
        let owner = |row: usize| candidates.get(row).map(|candidate| candidate.owner);
        let fits = |row: &usize| {
            let before = chosen.iter().rev().take(WINDOW.saturating_sub(1));
            before.filter(|(other, _)| owner(*other) == owner(*row)).count() < OF_ONE_OWNER
        };
        let kept = RESERVED.contains(&chosen.len());
        let newcomer = if kept { waiting.iter().copied().find(fits) } else { None };
        let Some(row) = newcomer.or_else(|| left.iter().copied().find(fits)) else { break };
        left.retain(|other| *other != row);
        waiting.retain(|other| *other != row);
        chosen.push((row, if newcomer.is_some() { Reason::NewToYou } else { Reason::Top }));
    }
    chosen
}

fn reserved(candidates: &[Candidate], row: usize) -> Option<usize> {
    candidates.get(row).and_then(|candidate| candidate.reserved)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn owner(n: u128) -> Id<Organisation> {
        Id::from_uuid(uuid::Uuid::from_u128(n))
    }

    /// Rows of few owners, of which some beyond the head wait for a kept place.
    fn candidates() -> impl Strategy<Value = Vec<Candidate>> {
        proptest::collection::vec((0_u128..6, prop::bool::weighted(0.1)), 0..60).prop_map(|rows| {
            let mut turn = 0;
            let mut candidates: Vec<Candidate> =
                rows.iter().map(|(n, _)| Candidate { owner: owner(*n), reserved: None }).collect();
            // The last one has the first turn, so that turns and places differ.
            for (candidate, (_, waits)) in candidates.iter_mut().zip(&rows).skip(HEAD).rev() {
                if *waits && turn < 3 {
                    candidate.reserved = Some(turn);
                    turn += 1;
                }
            }
            candidates
        })
    }

    proptest! {
        #[test]
        fn caps_hold_and_the_pure_order_is_kept_otherwise(candidates in candidates(), first in 0_usize..30) {
            let list = arrange(&candidates, first);
            prop_assert!(list.len() <= first.min(HEAD));
            let owner = |place: usize| candidates[list[place].0].owner;
            for place in 0..list.len() {
                let window = place.saturating_sub(WINDOW - 1)..=place;
                prop_assert!(window.filter(|other| owner(*other) == owner(place)).count() <= OF_ONE_OWNER);
            }
            let new = list.iter().filter(|(_, reason)| *reason == Reason::NewToYou);
            prop_assert!(new.clone().count() <= 2);
            for (row, _) in new {
                prop_assert!(candidates[*row].reserved.is_some() && *row >= HEAD);
            }
            // Whatever stands by its place in the pure order passes over better rows only where they are taken or
            // would break the cap; and nothing stands twice.
            for (place, (row, reason)) in list.iter().enumerate() {
                let taken: Vec<usize> = list[..place].iter().map(|(row, _)| *row).collect();
                prop_assert!(!taken.contains(row));
                let recent = &list[place.saturating_sub(WINDOW - 1)..place];
                for better in (0..*row).filter(|better| *reason == Reason::Top && !taken.contains(better)) {
                    let same = recent.iter().filter(|(r, _)| candidates[*r].owner == candidates[better].owner);
                    prop_assert_eq!(same.count(), OF_ONE_OWNER, "row {} was passed over", better);
                }
            }
            // A shorter list is the head of a longer one.
            let longer = arrange(&candidates, HEAD);
            prop_assert_eq!(&longer[..list.len()], &list[..]);
            prop_assert!(list.len() == first.min(HEAD) || list.len() == longer.len());
        }

        #[test]
        fn where_nobody_waits_it_is_the_capped_pure_order(rows in proptest::collection::vec(0_u128..30, 0..60)) {
            let candidates: Vec<Candidate> =
                rows.iter().map(|n| Candidate { owner: owner(*n), reserved: None }).collect();
            let list = arrange(&candidates, HEAD);
            prop_assert!(list.iter().all(|(_, reason)| *reason == Reason::Top));
            // With an owner to each row it is the pure order itself.
            let alone: Vec<Candidate> = (0_u128..)
                .zip(&rows)
                .map(|(n, _)| Candidate { owner: owner(n), reserved: None })
                .collect();
            let pure: Vec<usize> = (0..rows.len().min(HEAD)).collect();
            prop_assert_eq!(arrange(&alone, HEAD).into_iter().map(|(row, _)| row).collect::<Vec<_>>(), pure);
        }
    }

    #[test]
    fn the_tenth_and_the_twentieth_place_are_kept() {
        let candidates: Vec<Candidate> = (0..60)
            .map(|n| Candidate {
                owner: owner(n),
                reserved: [(50, 0), (40, 1), (30, 2)]
                    .into_iter()
                    .find(|(row, _)| *row == n)
                    .map(|(_, turn)| turn),
            })
            .collect();
        let list = arrange(&candidates, HEAD);
        assert_eq!((list[9], list[19]), ((50, Reason::NewToYou), (40, Reason::NewToYou)));
        let rest: Vec<usize> =
            list.iter().filter(|(_, reason)| *reason == Reason::Top).map(|(row, _)| *row).collect();
        assert_eq!(rest, (0..18).collect::<Vec<_>>());
    }

    #[test]
    fn a_list_of_one_owner_ends_at_the_cap() {
        let candidates = [Candidate { owner: owner(1), reserved: None }; 30];
        assert_eq!(arrange(&candidates, HEAD).len(), OF_ONE_OWNER);
    }
}
