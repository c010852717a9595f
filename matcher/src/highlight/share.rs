//! Who gets the kept places: the sharing with the greatest Nash welfare of exposure.
//!
//! The welfare is the product over projects of one and the exposure; one is added so that a project that nobody sees
//! does not make every sharing worth nothing. Its logarithm is a sum of functions of one project's exposure each, and
//! concave. What exposures the kept places can give is an integral polymatroid (flows from projects to mandates with a
//! room for each mandate), and over such a set the greedy procedure is optimal (A. Federgruen, H. Groenevelt, *The
//! greedy procedure for resource allocation problems*, Operations Research 34, 1986): place after place to the project
//! whose logarithm gains most, which is the one that is seen least, as long as room can be made for it. Room is made by
//! moving places that were given before along a path; nobody loses one. A test compares with all sharings of small
//! cases.

use std::{
    cmp::Reverse,
    collections::{BinaryHeap, VecDeque},
};

/// A project that may get places.
#[derive(Debug, Clone)]
pub(super) struct Seeker {
    /// How often it is seen without the kept places.
    pub(super) seen: u32,
    /// Mandates that could keep a place for it, best first.
    pub(super) mandates: Vec<usize>,
}

/// Gives each mandate at most `room` of the seekers; a seeker stands at most once in a mandate, and gets no place once
/// it is seen `enough`. Among seekers who are seen equally little, earlier ones come first. Answers the seekers of each
/// mandate, in order.
pub(super) fn share(seekers: &[Seeker], mandates: usize, room: usize, enough: u32) -> Vec<Vec<usize>> {
    let mut given: Vec<Vec<usize>> = vec![Vec::new(); mandates];
    // Mandates from which no path leads to free room any more. A search that fails has seen all that it can reach, and
    // no later search gets out of there either.
    let mut shut = vec![false; mandates];
    let turn = |seen: u32, seeker: usize| Reverse((seen, seeker));
    let mut turns: BinaryHeap<_> = seekers
        .iter()
        .enumerate()
        .filter(|(_, seeker)| seeker.seen < enough)
        .map(|(number, seeker)| turn(seeker.seen, number))
        .collect();
    while let Some(Reverse((seen, seeker))) = turns.pop() {
        if make_room(seekers, &mut given, &mut shut, room, seeker) {
            let seen = seen.saturating_add(1);
            if seen < enough {
                turns.push(turn(seen, seeker));
            }
        }
    }
    for list in &mut given {
        list.sort_by_key(|seeker| (seekers.get(*seeker).map_or(0, |one| one.seen), *seeker));
    }
    given
}

/// Gives a seeker one place more, by the shortest path of moves.
fn make_room(
    seekers: &[Seeker],
    given: &mut [Vec<usize>],
    shut: &mut [bool],
    room: usize,
    seeker: usize,
) -> bool {
    // For each mandate that was reached: who would come to it, and from which mandate.
    let mut reached: Vec<Option<(usize, Option<usize>)>> = vec![None; given.len()];
    let mut queue = VecDeque::new();
    let mut coming = vec![(seeker, None)];
    loop {
        for (who, from) in coming.drain(..) {
            for mandate in seekers.get(who).map_or(&[][..], |one| &one.mandates) {
                let stands = given.get(*mandate).is_none_or(|list| list.contains(&who));
                if !stands
                    && shut.get(*mandate) == Some(&false)
                    && let Some(slot @ None) = reached.get_mut(*mandate)
                {
                    *slot = Some((who, from));
                    queue.push_back(*mandate);
                }
            }
        }
        let Some(mandate) = queue.pop_front() else { break };
        let list = given.get(mandate).map_or(&[][..], Vec::as_slice);
        if list.len() < room {
            let mut at = Some(mandate);
            while let Some((to, (who, from))) = at.and_then(|to| Some((to, reached.get(to).copied()??))) {
                if let Some(list) = from.and_then(|from| given.get_mut(from)) {
                    list.retain(|other| *other != who);
                }
                if let Some(list) = given.get_mut(to) {
                    list.push(who);
                }
                at = from;
            }
            return true;
        }
        // It is full; whoever stands there could go elsewhere.
        coming.extend(list.iter().map(|who| (*who, Some(mandate))));
    }
    for (shut, reached) in shut.iter_mut().zip(&reached) {
        *shut |= reached.is_some();
    }
    false
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "tests count in plain numbers")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ROOM: usize = 2;
    const ENOUGH: u32 = 3;

    /// The product of one and the exposure; small cases fit.
    fn welfare(seen: &[u32]) -> u128 {
        seen.iter().map(|seen| u128::from(seen + 1)).product()
    }

    /// The best of all sharings.
    fn best(seekers: &[Seeker], seen: &mut Vec<u32>, room: &mut Vec<usize>, from: (usize, usize)) -> u128 {
        let (seeker, edge) = from;
        let Some(one) = seekers.get(seeker) else { return welfare(seen) };
        let Some(mandate) = one.mandates.get(edge).copied() else {
            return best(seekers, seen, room, (seeker + 1, 0));
        };
        let without = best(seekers, seen, room, (seeker, edge + 1));
        if room[mandate] == 0 || seen[seeker] >= ENOUGH {
            return without;
        }
        room[mandate] -= 1;
        seen[seeker] += 1;
        let with = best(seekers, seen, room, (seeker, edge + 1));
        room[mandate] += 1;
        seen[seeker] -= 1;
        with.max(without)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn no_sharing_has_more_welfare(
            seekers in proptest::collection::vec(
                (0_u32..3, proptest::sample::subsequence(vec![0_usize, 1, 2], 0..=3)), 0..6,
            ),
        ) {
            let seekers: Vec<Seeker> =
                seekers.into_iter().map(|(seen, mandates)| Seeker { seen, mandates }).collect();
            let given = share(&seekers, 3, ROOM, ENOUGH);
            prop_assert_eq!(&given, &share(&seekers, 3, ROOM, ENOUGH));
            let mut seen: Vec<u32> = seekers.iter().map(|seeker| seeker.seen).collect();
            for (mandate, list) in given.iter().enumerate() {
                prop_assert!(list.len() <= ROOM);
                for seeker in list {
                    prop_assert!(seekers[*seeker].mandates.contains(&mandate));
                    prop_assert_eq!(list.iter().filter(|other| *other == seeker).count(), 1);
                    seen[*seeker] += 1;
                }
            }
            prop_assert!(seen.iter().all(|seen| *seen <= ENOUGH));
            let mut alone = seekers.iter().map(|seeker| seeker.seen).collect();
            prop_assert_eq!(welfare(&seen), best(&seekers, &mut alone, &mut vec![ROOM; 3], (0, 0)));
        }
    }

    #[test]
    fn room_is_made_by_moving_those_who_can_go_elsewhere() {
        // The first two take mandate 0; the third can stand nowhere else.
        let seeker = |mandates: &[usize]| Seeker { seen: 2, mandates: mandates.to_vec() };
        let given = share(&[seeker(&[0, 1]), seeker(&[0]), seeker(&[0])], 2, ROOM, ENOUGH);
        assert_eq!(given, [vec![1, 2], vec![0]]);
    }
}
