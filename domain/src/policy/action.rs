//! What can be asked of a record.

use crate::{
    account::Scope,
    listing::ListingTransition,
    vocabulary::{Vocabulary, vocabulary},
};

vocabulary! {
    /// Kind of a record that is guarded.
    AggregateKind, "CARAVANSERAI-AGGREGATE", "1", {
        Organisation = "ORGANISATION": "Organisation",
        Project = "PROJECT": "Project",
        Mandate = "MANDATE": "Mandate",
        City = "CITY": "City",
        SavedSearch = "SAVED_SEARCH": "Saved search",
        Capability = "CAPABILITY": "Need or offer of an enterprise",
        Verification = "VERIFICATION": "Case of verification",
        ScreeningHit = "SCREENING_HIT": "Hit of the screening",
        ImportJob = "IMPORT_JOB": "Import",
        Document = "DOCUMENT": "Document",
        Person = "PERSON": "Person",
        Session = "SESSION": "Session",
        Membership = "MEMBERSHIP": "Membership",
        Invitation = "INVITATION": "Invitation",
        ApiKey = "API_KEY": "API key",
        Introduction = "INTRODUCTION": "Introduction of an investor to a project",
        Partnership = "PARTNERSHIP": "Partnership of two cities",
        DemonstrationArea = "DEMONSTRATION_AREA": "Demonstration area of a city",
        ExchangeEvent = "EXCHANGE_EVENT": "Exchange event",
        EventRegistration = "EVENT_REGISTRATION": "Registration for an exchange event",
        Meeting = "MEETING": "Meeting at an exchange event",
    }
}

macro_rules! actions {
    ($($(#[doc = $doc:literal])+ $variant:ident = $code:literal,)+) => {
        /// What somebody asks to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[doc = $doc])+ $variant,)+
            /// A transition of a project's listing; who may is read from the table of the listing itself.
            Listing(ListingTransition),
        }

        impl Action {
            /// Every action but the transitions of a listing.
            pub const PLAIN: &'static [Self] = &[$(Self::$variant,)+];

            /// Its code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ Self::Listing(transition) => transition.code() }
            }
        }
    };
}

actions! {
    /// See that it exists and what is on its public side; each field then has a rung of its own.
    Read = "READ",
    /// See what is only for the record's own people and for those who judge it; of a document, its bytes.
    ReadPrivate = "READ_PRIVATE",
    /// Make one for an organisation, or for oneself.
    Create = "CREATE",
    /// Change facts or answers, justify flags.
    Edit = "EDIT",
    /// Remove, revoke, leave, take back.
    Delete = "DELETE",
    /// Say that the facts are still true, without a change of state.
    ConfirmCurrent = "CONFIRM_CURRENT",
    /// Ask somebody in: a person into an organisation, an investor to a project.
    Invite = "INVITE",
    /// Answer an invitation with yes.
    Accept = "ACCEPT",
    /// Take the own records out in a file.
    Export = "EXPORT",
    /// Ask to take over an unclaimed record.
    TakeOver = "TAKE_OVER",
    /// Claim a case for oneself, to judge it.
    TakeUp = "TAKE_UP",
    /// Set a level of verification.
    Verify = "VERIFY",
    /// Decide: a case, a hit, a suspected duplicate.
    Decide = "DECIDE",
    /// Ask that a decision be looked at again.
    Appeal = "APPEAL",
    /// Say in an international organisation's name that one stands behind it.
    Endorse = "ENDORSE",
    /// Shut an account or freeze an organisation.
    Suspend = "SUSPEND",
    /// Give or take a role on the platform.
    GrantRole = "GRANT_ROLE",
    /// Ask for a transition of a record with two sides; who may ask for which is read from its machine's own table.
    Move = "MOVE",
}

impl Action {
    /// Every action, the transitions of a listing last.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::PLAIN.iter().copied().chain(ListingTransition::ALL.iter().copied().map(Self::Listing))
    }

    /// Whether it changes anything.
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Read | Self::ReadPrivate | Self::Export)
    }

    /// The scope that an API key needs for it; none where no key will do, and a person has to be signed in.
    ///
    /// Judging, inviting, roles and keys are never a program's: a stolen key must not make more power than it has.
    pub const fn scope(self, kind: AggregateKind) -> Option<Scope> {
        use AggregateKind as K;
        match self {
            Self::Read | Self::ReadPrivate => match kind {
                K::Session | K::ApiKey | K::Invitation | K::ScreeningHit => None,
                _ => Some(Scope::Read),
            },
            Self::Export => match kind {
                K::Person => None,
                _ => Some(Scope::Export),
            },
            Self::Create | Self::Edit | Self::Delete | Self::ConfirmCurrent => match kind {
                K::Project | K::Document => Some(Scope::WriteProjects),
                K::Mandate => Some(Scope::WriteMandates),
                K::City => Some(Scope::WriteCities),
                K::Capability => Some(Scope::WriteCapabilities),
                K::SavedSearch => Some(Scope::WriteSearches),
                K::ImportJob => Some(Scope::Import),
                K::Organisation => match self {
                    Self::Edit => Some(Scope::WriteOrganisation),
                    _ => None,
                },
                _ => None,
            },
            Self::Listing(
                ListingTransition::Submit
                | ListingTransition::Recall
                | ListingTransition::Pause
                | ListingTransition::Resume
                | ListingTransition::Confirm
                | ListingTransition::ReleaseOffer
                | ListingTransition::Withdraw
                | ListingTransition::Revive,
            ) => Some(Scope::WriteProjects),
            _ => None,
        }
    }
}
