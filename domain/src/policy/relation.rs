//! In what relations somebody stands to one record, and how they follow from what is known of both.

use std::{collections::BTreeSet, fmt};

use crate::{
    account::{OrgRole, PlatformRole},
    vocabulary::{Vocabulary, vocabulary},
};

vocabulary! {
    /// A relation in which somebody stands to a record. One person can stand in several.
    Relation, "CARAVANSERAI-RELATION", "1", {
        Public = "PUBLIC": "Anyone, also without an account",
        Registered = "REGISTERED": "A person with a confirmed account",
        Matched = "MATCHED": "Of the counterparty of a match",
        Introduced = "INTRODUCED": "Of the counterparty of an accepted introduction",
        MemberViewer = "MEMBER_VIEWER": "Viewer in the owning organisation",
        MemberEditor = "MEMBER_EDITOR": "Editor in the owning organisation",
        MemberOwner = "MEMBER_OWNER": "Owner in the owning organisation",
        Observer = "OBSERVER": "Observer of an international organisation",
        Reviewer = "REVIEWER": "Reviewer",
        ClaimingReviewer = "CLAIMING_REVIEWER": "The reviewer who claimed this record",
        Compliance = "COMPLIANCE": "Compliance officer",
        Administrator = "ADMINISTRATOR": "Administrator",
        Itself = "SELF": "The person whom the record is about or for",
        OwnerLink = "OWNER_LINK": "The owner by a signed link",
        System = "SYSTEM": "The platform itself: timers, jobs, the registration of accounts",
    }
}

impl Relation {
    /// The relations that hold wherever this one does.
    const fn implies(self) -> &'static [Self] {
        match self {
            Self::Public => &[],
            Self::Registered | Self::Itself | Self::OwnerLink | Self::System => &[Self::Public],
            Self::Matched
            | Self::MemberViewer
            | Self::Observer
            | Self::Reviewer
            | Self::Compliance
            | Self::Administrator => &[Self::Public, Self::Registered],
            Self::Introduced => &[Self::Public, Self::Registered, Self::Matched],
            Self::MemberEditor => &[Self::Public, Self::Registered, Self::MemberViewer],
            Self::MemberOwner => &[Self::Public, Self::Registered, Self::MemberViewer, Self::MemberEditor],
            Self::ClaimingReviewer => &[Self::Public, Self::Registered, Self::Reviewer],
        }
    }
}

/// Relations that hold together, with all that they imply. Only [`Standing`] makes one, so that no caller forgets
/// a rule on the way.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RelationSet(u16);

impl RelationSet {
    /// Somebody of whom nothing is known.
    pub const ANONYMOUS: Self = Self(1 << Relation::Public as u8);

    /// The platform itself.
    pub const SYSTEM: Self = Self(Self::ANONYMOUS.0 | 1 << Relation::System as u8);

    /// Adds a relation and what it implies.
    #[must_use]
    pub(super) fn with(self, relation: Relation) -> Self {
        let bit = |relation: Relation| 1_u16.checked_shl(u32::from(relation as u8)).unwrap_or(0);
        relation
            .implies()
            .iter()
            .fold(Self(self.0 | bit(relation)), |set, implied| Self(set.0 | bit(*implied)))
    }

    /// Whether a relation holds.
    pub fn contains(self, relation: Relation) -> bool {
        self.0.checked_shr(u32::from(relation as u8)).unwrap_or(0) & 1 == 1
    }

    /// Whether one of them holds.
    pub fn any(self, relations: &[Relation]) -> bool {
        relations.iter().any(|relation| self.contains(*relation))
    }

    /// The relations, in the list's order.
    pub fn iter(self) -> impl Iterator<Item = Relation> {
        Relation::ALL.iter().copied().filter(move |relation| self.contains(*relation))
    }
}

impl fmt::Debug for RelationSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// What is known of somebody and a record. The default is a stranger without an account.
///
/// Each is read afresh for the request: a role that was taken away a second ago is gone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// A person with a confirmed address, who is not suspended. Without it no role counts.
    pub confirmed: bool,
    /// Roles on the platform.
    pub platform: BTreeSet<PlatformRole>,
    /// Role in the organisation that owns the record.
    pub role: Option<OrgRole>,
    /// The record, or the organisation that owns it, was never taken over by its people. Such a record has no
    /// members and no counterparties: nobody acts for it.
    pub unclaimed: bool,
    /// The record is the person, or is about or for nobody else: the own session, search, membership, invitation.
    pub itself: bool,
    /// The person claimed the record for review.
    pub claimed_review: bool,
    /// An organisation of the person is matched with the record.
    pub matched: bool,
    /// An introduction of an organisation of the person to the record was accepted and is not over.
    pub introduced: bool,
    /// The request came by a signed link made for the owner of this record.
    pub owner_link: bool,
}

impl Standing {
    /// The relations that follow.
    pub fn relations(&self) -> RelationSet {
        let reviewer = self.platform.contains(&PlatformRole::Reviewer);
        let mut set = RelationSet::ANONYMOUS;
        let mut add = |holds: bool, relation: Relation| {
            if holds {
                set = set.with(relation);
            }
        };
        add(self.itself, Relation::Itself);
        add(self.owner_link && !self.unclaimed, Relation::OwnerLink);
        if !self.confirmed {
            return set;
        }
        add(true, Relation::Registered);
        for role in &self.platform {
            let relation = match role {
                PlatformRole::Reviewer => Relation::Reviewer,
                PlatformRole::ComplianceOfficer => Relation::Compliance,
                PlatformRole::Administrator => Relation::Administrator,
                PlatformRole::Observer => Relation::Observer,
            };
            add(true, relation);
        }
        // Who is no reviewer any more has claimed nothing.
        add(self.claimed_review && reviewer, Relation::ClaimingReviewer);
        if !self.unclaimed {
            add(self.matched, Relation::Matched);
            add(self.introduced, Relation::Introduced);
            match self.role {
                Some(OrgRole::Owner) => add(true, Relation::MemberOwner),
                Some(OrgRole::Editor) => add(true, Relation::MemberEditor),
                Some(OrgRole::Viewer) => add(true, Relation::MemberViewer),
                None => {}
            }
        }
        set
    }
}
