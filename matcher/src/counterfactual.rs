//! What single change would lift a match, scored again by the scorer itself and never guessed.

use domain::{
    Vocabulary,
    vocabulary::{ReadinessItem, RedFlag, VerificationLevel},
};

use crate::{
    catalog::Pair,
    policy::Policy,
    rank::{Evaluation, evaluate},
    row::{OrganisationRow, ProjectRow, item_bit},
    score::MicroPoints,
};

/// One change that the owner of a project can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Show evidence for an item of the checklist.
    Evidence(ReadinessItem),
    /// Justify a contradiction.
    Justify(RedFlag),
    /// Prove the owner's identity up to a level.
    Verify(VerificationLevel),
    /// Confirm that the listing is still true.
    Confirm,
}

/// A change with what the scorer then gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counterfactual {
    /// The change.
    pub change: Change,
    /// Both sides after it.
    pub after: Evaluation,
    /// How much the score rises, in micro-points.
    pub lift: MicroPoints,
}

/// Applies a change to a project and its owner.
pub fn apply(change: Change, today: crate::row::Day, project: &mut ProjectRow, owner: &mut OrganisationRow) {
    match change {
        Change::Evidence(item) => {
            let bit = item_bit(item);
            project.evidenced |= bit;
            project.claimed &= !bit;
            project.absent &= !bit;
        }
        Change::Justify(flag) => project.flags &= !1_u64.checked_shl(flag as u32).unwrap_or(0),
        Change::Verify(level) => owner.verification = level,
        Change::Confirm => project.confirmed_on = Some(today),
    }
    project.refresh();
}

/// The changes that are open to the owner. Items of the checklist that nobody spoke of are among them: to show a
/// document is a deed, not a guess at what an unknown fact might be.
pub fn open_changes(pair: &Pair<'_>) -> Vec<Change> {
    let project = pair.project;
    let mut changes = Vec::new();
    for item in project.checklist().unwrap_or_default() {
        if project.evidenced & item_bit(*item) == 0 {
            changes.push(Change::Evidence(*item));
        }
    }
    for flag in RedFlag::ALL {
        if project.flags & 1_u64.checked_shl(*flag as u32).unwrap_or(0) != 0 {
            changes.push(Change::Justify(*flag));
        }
    }
    let next = VerificationLevel::ALL.iter().find(|level| **level > pair.owner.verification);
    changes.extend(next.map(|level| Change::Verify(*level)));
    if project.confirmed_on != Some(pair.catalog.day()) {
        changes.push(Change::Confirm);
    }
    changes
}

/// Scores a pair after a change.
pub fn rescore(policy: &Policy, pair: &Pair<'_>, change: Change) -> Evaluation {
    let (mut project, mut owner) = (pair.project.clone(), pair.owner.clone());
    apply(change, pair.catalog.day(), &mut project, &mut owner);
    evaluate(policy, &Pair { project: &project, owner: &owner, ..*pair })
}

/// The changes that lift a match most, largest first, at most `max`; changes that lift nothing are left out.
pub fn counterfactuals(policy: &Policy, pair: &Pair<'_>, max: usize) -> Vec<Counterfactual> {
    let now = evaluate(policy, pair).mutual.point;
    let mut found: Vec<Counterfactual> = open_changes(pair)
        .into_iter()
        .filter_map(|change| {
            let after = rescore(policy, pair, change);
            let lift = after.mutual.point.checked_sub(now).filter(|lift| *lift > 0)?;
            Some(Counterfactual { change, after, lift })
        })
        .collect();
    // A stable sort keeps the order of the checklist among equals.
    found.sort_by_key(|found| std::cmp::Reverse(found.lift));
    found.truncate(max);
    found
}
