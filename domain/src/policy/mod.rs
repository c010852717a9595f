//! Who may do what, for every kind of record: pure tables, read by one function.
//!
//! The order of thought: [`Standing`] (what is known of somebody and a record) gives a [`RelationSet`]; [`decide`]
//! looks it up in the [`rows`] of the kind. Every reader and every command asks it, so that a list, a search, an
//! export and a digest cannot show what a page would not.
//!
//! Rules that hold everywhere:
//! - What no row allows is refused. What somebody may not read does not exist for them ([`Decision::Hide`]), also when
//!   they ask to change it.
//! - Nobody judges a record of the own organisation, whatever the roles on the platform.
//! - A viewer writes nothing. An observer reads what everybody reads.
//! - Nobody acts for an unclaimed record.
//!
//! Whether a transition of a listing fits its state is the listing's own affair; here it is only whether somebody is
//! one of the parties who may ever ask for it. So a wrong state is said to be wrong, and not called a lack of rights.

mod action;
mod relation;
mod table;

pub use action::{Action, AggregateKind};
pub use relation::{Relation, RelationSet, Standing};
pub use table::{PUBLIC_STATES, Row, When, rows};

use crate::{
    listing::{LISTING_RULES, ListingParty},
    vocabulary::ListingState,
};

/// The answer to somebody who asks to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// Go on.
    Allow,
    /// Somebody who may know of the record, but may not do this: `NOT_PERMITTED`.
    Deny,
    /// Somebody who may not know of the record: `NOT_FOUND`, as if it were not there.
    Hide,
}

/// Whether somebody may do something to a record, given the state of the listing it is or belongs to.
///
/// To create is asked before there is a record; the relations are then those to the organisation it will belong to.
pub fn decide(
    kind: AggregateKind,
    action: Action,
    who: RelationSet,
    state: Option<ListingState>,
) -> Decision {
    let hidden = action != Action::Create && !allows(kind, Action::Read, who, state);
    match (hidden, allows(kind, action, who, state)) {
        (true, _) => Decision::Hide,
        (false, true) => Decision::Allow,
        (false, false) => Decision::Deny,
    }
}

/// Whether a row allows it.
fn allows(kind: AggregateKind, action: Action, who: RelationSet, state: Option<ListingState>) -> bool {
    if let Action::Listing(transition) = action {
        let parties = listing_parties(who);
        return kind == AggregateKind::Project
            && LISTING_RULES.iter().any(|rule| {
                rule.transition == transition && rule.who.iter().any(|one| parties.contains(one))
            });
    }
    rows(kind)
        .iter()
        .filter(|row| row.action == action && row.states.holds(state))
        .any(|row| who.any(row.allow) && !who.any(row.except))
}

/// The parties to a listing that somebody is, by the relations to it. Members are never also judges of it.
///
/// A moderator is a compliance officer or an administrator. The platform acts as the timers and as the screening.
pub fn listing_parties(who: RelationSet) -> Vec<ListingParty> {
    use {ListingParty as P, Relation as R};
    const PARTIES: &[(R, &[P])] = &[
        (R::MemberEditor, &[P::Owner]),
        (R::OwnerLink, &[P::OwnerLink]),
        (R::Reviewer, &[P::Reviewer]),
        (R::ClaimingReviewer, &[P::ClaimingReviewer]),
        (R::Compliance, &[P::Moderator, P::Screening]),
        (R::Administrator, &[P::Moderator, P::Administrator]),
        (R::System, &[P::System, P::Screening]),
    ];
    let own = who.contains(R::MemberViewer);
    let mut parties: Vec<P> = PARTIES
        .iter()
        .filter(|(relation, _)| who.contains(*relation))
        .flat_map(|(_, parties)| parties.iter().copied())
        .filter(|party| !own || matches!(party, P::Owner | P::OwnerLink | P::System))
        .collect();
    parties.sort_unstable();
    parties.dedup();
    parties
}

#[cfg(test)]
mod tests;
