//! Who has blocked whom.

use std::collections::{HashMap, HashSet};

use domain::{id::Id, organisation::Organisation};

/// Which of two organisations has blocked the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Between {
    by_this: bool,
    by_other: bool,
}

/// Blocks that one organisation has a part in, by the other one.
#[derive(Debug, Clone, Default)]
pub(crate) struct BlocksOf(HashMap<Id<Organisation>, Between>);

impl BlocksOf {
    /// Whether the gates part an investor, whose blocks these are, from an owner's listing. An owner's block does. An
    /// investor's does where it can know whose the listing is: else who blocks one organisation after the other would see
    /// by what goes from its list whose a listing is that keeps its owner back.
    pub(crate) fn part_from(&self, owner: Id<Organisation>, hides_owner: bool) -> bool {
        self.0.get(&owner).is_some_and(|between| between.by_other || (between.by_this && !hides_owner))
    }
}

/// All blocks, found from either side.
#[derive(Debug, Clone, Default)]
pub struct Blocks(HashMap<Id<Organisation>, BlocksOf>);

impl Blocks {
    /// Whether nobody has blocked anybody.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of two organisations has blocked the other.
    pub(crate) fn part(&self, one: Id<Organisation>, other: Id<Organisation>) -> bool {
        self.of(one).is_some_and(|blocks| blocks.0.contains_key(&other))
    }

    /// The blocks that an organisation has a part in; none where there are none.
    pub(crate) fn of(&self, organisation: Id<Organisation>) -> Option<&BlocksOf> {
        self.0.get(&organisation)
    }

    /// Those whose being blocked by an organisation would change if it blocked these.
    pub(crate) fn changed_by(
        &self,
        blocker: Id<Organisation>,
        others: &HashSet<Id<Organisation>>,
    ) -> Vec<Id<Organisation>> {
        let now = self.of(blocker).into_iter().flat_map(|blocks| &blocks.0);
        let before: HashSet<_> =
            now.filter(|(_, between)| between.by_this).map(|(other, _)| *other).collect();
        before.symmetric_difference(others).copied().collect()
    }

    /// Turns the block of one organisation by another over.
    pub(crate) fn turn(&mut self, blocker: Id<Organisation>, other: Id<Organisation>) {
        let part = |blocks: &mut HashMap<_, BlocksOf>, of, with, turn: fn(&mut Between)| {
            let entry: &mut BlocksOf = blocks.entry(of).or_default();
            let between = entry.0.entry(with).or_default();
            turn(between);
            if *between == Between::default() {
                entry.0.remove(&with);
            }
            if entry.0.is_empty() {
                blocks.remove(&of);
            }
        };
        part(&mut self.0, blocker, other, |between| between.by_this = !between.by_this);
        part(&mut self.0, other, blocker, |between| between.by_other = !between.by_other);
    }
}
