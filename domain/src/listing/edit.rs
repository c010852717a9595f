//! Edits of a public listing: which of them a reviewer has to see before the public does.

use std::collections::BTreeSet;

use crate::{
    id::Id,
    organisation::Organisation,
    project::ProjectFacts,
    vocabulary::{ListingState, vocabulary},
};

vocabulary! {
    /// What makes an edit material.
    MaterialChange, "CARAVANSERAI-MATERIAL-CHANGE", "1", {
        Gap = "GAP": "The funding gap changes by a fifth or more",
        Owner = "OWNER": "The owner changes",
        Country = "COUNTRY": "The countries change",
        Field = "FIELD": "The fields change",
    }
}

/// From this change of the gap on, in percent of the reviewed one, an edit is material.
const MATERIAL_GAP_PCT: u128 = 20;

/// A listing with its owner, as it is compared.
#[derive(Debug, Clone, Copy)]
pub struct OwnedFacts<'a> {
    /// The facts.
    pub facts: &'a ProjectFacts,
    /// Who owns it.
    pub owner: Id<Organisation>,
}

/// In what an edit is material; none where it is not.
///
/// `old` is the version that was last reviewed and not the last one saved, so that many small steps are not a way
/// around the review. A material edit of a public listing becomes a shadow version: it begins in review, the public
/// version stays until the shadow is published, and a rejected shadow leaves it as it was. Another currency is another
/// gap whatever the rate; so is one that appears or goes. Of the fields their codes count, and a change of shares alone
/// does not.
pub fn material_change(old: OwnedFacts<'_>, new: OwnedFacts<'_>) -> Option<BTreeSet<MaterialChange>> {
    let gap = match (old.facts.gap, new.facts.gap) {
        (None, None) => false,
        (Some(old), Some(new)) if old.currency() == new.currency() => {
            let change = u128::from(old.minor().abs_diff(new.minor()));
            let least = u128::from(old.minor().unsigned_abs()).saturating_mul(MATERIAL_GAP_PCT);
            change != 0 && change.saturating_mul(100) >= least
        }
        _ => true,
    };
    let countries = |one: OwnedFacts<'_>| -> BTreeSet<_> {
        one.facts.locations.iter().map(|place| place.country).collect()
    };
    let fields = |one: OwnedFacts<'_>| -> BTreeSet<_> {
        one.facts.fields.parts().iter().map(|part| part.of).collect()
    };
    let changes: BTreeSet<MaterialChange> = [
        (gap, MaterialChange::Gap),
        (old.owner != new.owner, MaterialChange::Owner),
        (countries(old) != countries(new), MaterialChange::Country),
        (fields(old) != fields(new), MaterialChange::Field),
    ]
    .into_iter()
    .filter_map(|(changed, what)| changed.then_some(what))
    .collect();
    (!changes.is_empty()).then_some(changes)
}

/// What becomes of an edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// It is the listing's new version at once.
    AtOnce,
    /// It waits as a shadow version, which begins in review, and the public version stays.
    Shadow(BTreeSet<MaterialChange>),
}

/// Whether the public sees a listing in a state, or will see it again without a review: of such a one a material edit waits.
pub const fn is_shown(state: ListingState) -> bool {
    use ListingState as S;
    matches!(state, S::Published | S::Paused | S::Stale | S::UnderOffer | S::Suspended)
}

/// What becomes of an edit in a state.
pub fn edit(state: ListingState, old: OwnedFacts<'_>, new: OwnedFacts<'_>) -> Edit {
    match material_change(old, new) {
        Some(changes) if is_shown(state) => Edit::Shadow(changes),
        _ => Edit::AtOnce,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{
        fixture::bare,
        project::Location,
        value::{Currency, Money, Share, Shares},
        vocabulary::{CooperationField as F, ProjectKind, Vocabulary},
    };

    fn project(gap: Option<&str>) -> ProjectFacts {
        let mut facts = bare(ProjectKind::Infrastructure, None, F::ConnBroadband);
        facts.gap = gap.map(|gap| Money::parse(gap, Currency::EUR).unwrap());
        facts
    }

    fn owned(facts: &ProjectFacts, owner: u128) -> OwnedFacts<'_> {
        OwnedFacts { facts, owner: Id::from_uuid(Uuid::from_u128(owner)) }
    }

    fn codes(old: &ProjectFacts, new: &ProjectFacts) -> Vec<&'static str> {
        let changes = material_change(owned(old, 1), owned(new, 1)).unwrap_or_default();
        changes.into_iter().map(Vocabulary::code).collect()
    }

    #[test]
    fn a_fifth_of_the_gap_is_material_both_ways() {
        let old = project(Some("100"));
        for (gap, material) in
            [("100", false), ("119.99", false), ("120", true), ("80.01", false), ("80", true), ("0", true)]
        {
            assert_eq!(
                codes(&old, &project(Some(gap))),
                if material { vec!["GAP"] } else { vec![] },
                "{gap}"
            );
        }
        assert_eq!(codes(&old, &project(None)), ["GAP"]);
        assert_eq!(codes(&project(None), &old), ["GAP"]);
        assert_eq!(codes(&project(None), &project(None)), [""; 0]);
        let mut other = project(None);
        other.gap = Some(Money::parse("100", Currency::USD).unwrap());
        assert_eq!(codes(&old, &other), ["GAP"], "another currency");
        assert_eq!(codes(&project(Some("0")), &project(Some("0"))), [""; 0]);
    }

    #[test]
    fn owner_country_and_field_are_material_and_shares_are_not() {
        let old = project(Some("100"));
        let changes = material_change(owned(&old, 1), owned(&old, 2)).unwrap();
        assert_eq!(changes, [MaterialChange::Owner].into());
        let mut moved = old.clone();
        moved.locations.push(Location {
            country: "BA".parse().unwrap(),
            city_geonames: None,
            position: None,
        });
        assert_eq!(codes(&old, &moved), ["COUNTRY"]);
        let split = |hundredths: u16| {
            let mut facts = old.clone();
            let parts = vec![
                Share { of: F::ConnBroadband, hundredths },
                Share { of: F::InclRural, hundredths: 10_000 - hundredths },
            ];
            facts.fields = Shares::new(parts).unwrap();
            facts
        };
        assert_eq!(codes(&old, &split(7_000)), ["FIELD"]);
        assert_eq!(codes(&split(3_000), &split(7_000)), [""; 0]);
        let mut text = old.clone();
        text.tenor_months = Some(12);
        assert_eq!(codes(&old, &text), [""; 0]);
    }

    #[test]
    fn only_what_the_public_sees_gets_a_shadow() {
        let (old, new) = (project(Some("100")), project(Some("300")));
        for state in ListingState::ALL {
            let answer = edit(*state, owned(&old, 1), owned(&new, 1));
            let shown = matches!(
                state,
                ListingState::Published
                    | ListingState::Paused
                    | ListingState::Stale
                    | ListingState::UnderOffer
                    | ListingState::Suspended
            );
            assert_eq!(answer != Edit::AtOnce, shown, "{state}");
        }
        assert_eq!(edit(ListingState::Published, owned(&old, 1), owned(&old, 1)), Edit::AtOnce);
    }

    proptest! {
        #[test]
        fn no_change_of_the_gap_panics_and_none_is_none(a in 0..=Money::MAX_MINOR, b in 0..=Money::MAX_MINOR) {
            let (mut old, mut new) = (project(None), project(None));
            old.gap = Some(Money::from_minor(a, Currency::EUR).unwrap());
            new.gap = Some(Money::from_minor(b, Currency::EUR).unwrap());
            prop_assert_eq!(codes(&old, &old), [""; 0]);
            let (change, fifth) = (a.abs_diff(b) as f64, 0.2 * a as f64);
            let near = (change - fifth).abs() < 1.0;
            prop_assert!(near || (codes(&old, &new) == ["GAP"]) == (change > fifth));
        }
    }
}
