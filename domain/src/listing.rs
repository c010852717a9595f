//! The machine of a project's listing: which transition leads from which state, who may ask for it, and what has to
//! hold. Clients name a transition; they never set a state. What the table does not hold is refused.
//!
//! The machine is apart from the project's own life (OC4IDS) and from its investment stage.

mod edit;
mod review;

pub use edit::{Edit, MaterialChange, OwnedFacts, edit, is_shown, material_change};
pub use review::{REVIEW_DAYS, ReviewClock, ReviewReturnReason};

use crate::{
    machine::{Available, Machine, Refusal, Rule, missing},
    vocabulary::{ListingState, VerificationLevel, vocabulary},
};

vocabulary! {
    /// A named change of a listing's state.
    ListingTransition, "CARAVANSERAI-LISTING-TRANSITION", "1", {
        Submit = "SUBMIT": "Submit for review",
        Recall = "RECALL": "Take back before a reviewer claims it",
        Claim = "CLAIM": "Claim for review",
        Return = "RETURN": "Return with reasons",
        Publish = "PUBLISH": "Publish",
        Reject = "REJECT": "Reject",
        GrantAppeal = "GRANT_APPEAL": "Grant an appeal",
        Pause = "PAUSE": "Pause",
        Resume = "RESUME": "Resume",
        GoStale = "GO_STALE": "Mark as not confirmed for long",
        Confirm = "CONFIRM": "Confirm that it is current",
        Archive = "ARCHIVE": "Archive",
        MarkUnderOffer = "MARK_UNDER_OFFER": "Mark as under offer",
        ReleaseOffer = "RELEASE_OFFER": "Release the offer",
        RecordClose = "RECORD_CLOSE": "Record the close",
        Suspend = "SUSPEND": "Suspend",
        Reinstate = "REINSTATE": "Reinstate",
        Withdraw = "WITHDRAW": "Withdraw",
        Revive = "REVIVE": "Revive",
    }
}

vocabulary! {
    /// In what relation to a listing somebody asks for a transition. One person can stand in several.
    ListingParty, "CARAVANSERAI-LISTING-PARTY", "1", {
        Owner = "OWNER": "Owner or editor in the owning organisation",
        OwnerLink = "OWNER_LINK": "The owner by a signed link",
        Reviewer = "REVIEWER": "Reviewer from outside the owning organisation",
        ClaimingReviewer = "CLAIMING_REVIEWER": "The reviewer who claimed it",
        Moderator = "MODERATOR": "Moderator",
        Screening = "SCREENING": "The screening of sanctions lists",
        Administrator = "ADMINISTRATOR": "Administrator",
        System = "SYSTEM": "A timer",
    }
}

vocabulary! {
    /// What has to hold for a transition.
    ListingGuard, "CARAVANSERAI-LISTING-GUARD", "1", {
        RequiredFields = "REQUIRED_FIELDS": "Every required field is filled in",
        FlagsJustified = "FLAGS_JUSTIFIED": "Each red flag is justified",
        OwnerVerifiedOnce = "OWNER_V1": "The owner is verified at level V1 or higher",
        OwnerRegistered = "OWNER_V2": "The owner is verified at level V2 or higher",
        ScreeningClear = "SCREENING_CLEAR": "The owner's screening is clear",
        NoDuplicate = "NO_DUPLICATE": "No other listing is of the same project",
        Reason = "REASON": "A reason is given",
        SecondPerson = "SECOND_PERSON": "A second person agrees",
        OtherReviewer = "OTHER_REVIEWER": "Another reviewer takes the appeal",
        AppealInTime = "APPEAL_IN_TIME": "The rejection is at most 30 days old",
        Fresh = "FRESH": "After a pause of more than 90 days the data are confirmed",
        Unconfirmed = "UNCONFIRMED_90_DAYS": "Nobody confirmed the data for 90 days",
        LongStale = "STALE_60_DAYS": "It was stale for 60 days",
        LiveIntroduction = "LIVE_INTRODUCTION": "An introduction has come to terms or further",
        ExclusivityEnds = "EXCLUSIVITY_ENDS": "The exclusivity ends in 1 to 180 days",
        OfferEnded = "OFFER_ENDED": "The exclusivity has ended",
        CounterpartyConfirmed = "COUNTERPARTY_CONFIRMED": "The counterparty confirms the close",
        Evidence = "EVIDENCE": "Evidence is attached",
        OwnerNotFrozen = "OWNER_NOT_FROZEN": "The owner is not frozen by the screening",
    }
}

/// Days of the machine's timers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingTimers {
    /// Without a confirmation, until a listing is stale; also the longest pause after which data count as current.
    pub confirm_days: u32,
    /// As stale, until it is archived.
    pub archive_days: u32,
    /// In which an appeal can be granted.
    pub appeal_days: u32,
    /// Longest exclusivity of an offer.
    pub exclusivity_days: u32,
}

impl Default for ListingTimers {
    fn default() -> Self {
        Self { confirm_days: 90, archive_days: 60, appeal_days: 30, exclusivity_days: 180 }
    }
}

/// What the guards look at. The default is a listing of which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ListingCircumstances {
    /// Required fields that are empty.
    pub missing_fields: u32,
    /// Red flags without a justification.
    pub unjustified_flags: u32,
    /// The owner's level.
    pub owner_level: Option<VerificationLevel>,
    /// The owner's screening is clear and recent enough.
    pub screening_clear: bool,
    /// Other listings of the same project, decided to be so.
    pub duplicates: u32,
    /// Reasons that came with the request.
    pub reasons: u32,
    /// Somebody else than who asks has agreed.
    pub second_person: bool,
    /// Who takes the appeal is not who rejected.
    pub other_reviewer: bool,
    /// Days for which it has been in its state.
    pub days_in_state: u32,
    /// Days since the owner last confirmed the data; none where that never happened.
    pub days_since_confirmed: Option<u32>,
    /// An introduction stands at terms or further.
    pub live_introduction: bool,
    /// Days to the end of the exclusivity; none where no end is given, zero or less where it is over.
    pub exclusivity_days_left: Option<i32>,
    /// The counterparty of the close has confirmed it.
    pub counterparty_confirmed: bool,
    /// Pieces of evidence that came with the request.
    pub evidence: u32,
    /// The close leaves a part of the gap open.
    pub gap_remains: bool,
    /// The owner is not frozen by the screening.
    pub owner_not_frozen: bool,
    /// In which state it was before it was suspended.
    pub before_suspension: Option<ListingState>,
}

impl ListingGuard {
    /// Whether it holds.
    pub fn holds(self, at: &ListingCircumstances, timers: &ListingTimers) -> bool {
        let confirmed_within = |days: u32| at.days_since_confirmed.is_some_and(|since| since <= days);
        match self {
            Self::RequiredFields => at.missing_fields == 0,
            Self::FlagsJustified => at.unjustified_flags == 0,
            Self::OwnerVerifiedOnce => at.owner_level >= Some(VerificationLevel::V1),
            Self::OwnerRegistered => at.owner_level >= Some(VerificationLevel::V2),
            Self::ScreeningClear => at.screening_clear,
            Self::NoDuplicate => at.duplicates == 0,
            Self::Reason => at.reasons > 0,
            Self::SecondPerson => at.second_person,
            Self::OtherReviewer => at.other_reviewer,
            Self::AppealInTime => at.days_in_state <= timers.appeal_days,
            Self::Fresh => at.days_in_state <= timers.confirm_days || confirmed_within(timers.confirm_days),
            // The day of publication counts as the first confirmation.
            Self::Unconfirmed => at.days_since_confirmed.unwrap_or(at.days_in_state) >= timers.confirm_days,
            Self::LongStale => at.days_in_state >= timers.archive_days,
            Self::LiveIntroduction => at.live_introduction,
            Self::ExclusivityEnds => at
                .exclusivity_days_left
                .and_then(|left| u32::try_from(left).ok())
                .is_some_and(|left| (1..=timers.exclusivity_days).contains(&left)),
            Self::OfferEnded => at.exclusivity_days_left.is_some_and(|left| left <= 0),
            Self::CounterpartyConfirmed => at.counterparty_confirmed,
            Self::Evidence => at.evidence > 0,
            Self::OwnerNotFrozen => at.owner_not_frozen,
        }
    }
}

/// Where a transition leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListingTarget {
    /// Always there.
    To(ListingState),
    /// Funded; published where a part of the gap is still open.
    FundedOrPublished,
    /// Where it was before it was suspended.
    BeforeSuspension,
}

/// The machine of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingMachine;

impl Machine for ListingMachine {
    const WHAT: &'static str = "a listing";
    type State = ListingState;
    type Transition = ListingTransition;
    type Party = ListingParty;
    type Guard = ListingGuard;
    type Target = ListingTarget;
    type At<'a> = (&'a ListingCircumstances, &'a ListingTimers);
    const RULES: &'static [ListingRule] = LISTING_RULES;

    fn holds(guard: ListingGuard, at: Self::At<'_>) -> bool {
        guard.holds(at.0, at.1)
    }

    fn lead(to: Self::Target, _: ListingState, at: Self::At<'_>) -> Option<ListingState> {
        to.state(at.0)
    }
}

/// One line of the table.
pub type ListingRule = Rule<ListingMachine>;
/// Why a transition is refused.
pub type ListingRefusal = Refusal<ListingMachine>;
/// A transition that somebody may ask for, with what still has to hold.
pub type AvailableTransition = Available<ListingMachine>;

use self::{ListingGuard as G, ListingParty as P, ListingState as S, ListingTransition as T};

/// The table. A listing begins as a draft.
pub const LISTING_RULES: &[ListingRule] = &[
    rule(
        &[S::Draft, S::ChangesRequested],
        T::Submit,
        &[P::Owner],
        &[G::RequiredFields, G::FlagsJustified, G::OwnerVerifiedOnce],
        S::Submitted,
    ),
    rule(&[S::Submitted], T::Recall, &[P::Owner], &[], S::Draft),
    rule(&[S::Submitted], T::Claim, &[P::Reviewer], &[], S::InReview),
    rule(&[S::InReview], T::Return, &[P::ClaimingReviewer], &[G::Reason], S::ChangesRequested),
    rule(
        &[S::InReview],
        T::Publish,
        &[P::ClaimingReviewer],
        &[G::ScreeningClear, G::NoDuplicate, G::OwnerRegistered],
        S::Published,
    ),
    rule(&[S::InReview], T::Reject, &[P::ClaimingReviewer], &[G::Reason, G::SecondPerson], S::Rejected),
    rule(
        &[S::Rejected],
        T::GrantAppeal,
        &[P::Administrator],
        &[G::OtherReviewer, G::AppealInTime],
        S::InReview,
    ),
    rule(&[S::Published], T::Pause, &[P::Owner], &[], S::Paused),
    rule(&[S::Paused], T::Resume, &[P::Owner], &[G::Fresh], S::Published),
    rule(&[S::Published], T::GoStale, &[P::System], &[G::Unconfirmed], S::Stale),
    rule(&[S::Stale], T::Confirm, &[P::Owner, P::OwnerLink], &[], S::Published),
    rule(&[S::Stale], T::Archive, &[P::System], &[G::LongStale], S::Archived),
    rule(
        &[S::Published],
        T::MarkUnderOffer,
        &[P::Owner],
        &[G::LiveIntroduction, G::ExclusivityEnds],
        S::UnderOffer,
    ),
    rule(&[S::UnderOffer], T::ReleaseOffer, &[P::Owner], &[], S::Published),
    rule(&[S::UnderOffer], T::ReleaseOffer, &[P::System], &[G::OfferEnded], S::Published),
    ListingRule {
        from: &[S::Published, S::UnderOffer],
        transition: T::RecordClose,
        who: &[P::Owner],
        guards: &[G::CounterpartyConfirmed, G::Evidence],
        to: ListingTarget::FundedOrPublished,
    },
    rule(
        &[S::Published, S::Paused, S::Stale, S::UnderOffer],
        T::Suspend,
        &[P::Moderator, P::Screening],
        &[G::Reason],
        S::Suspended,
    ),
    ListingRule {
        from: &[S::Suspended],
        transition: T::Reinstate,
        who: &[P::Administrator],
        guards: &[G::SecondPerson],
        to: ListingTarget::BeforeSuspension,
    },
    rule(
        &[
            S::Draft,
            S::Submitted,
            S::InReview,
            S::ChangesRequested,
            S::Published,
            S::Paused,
            S::Stale,
            S::UnderOffer,
            S::Suspended,
            S::Archived,
        ],
        T::Withdraw,
        &[P::Owner],
        &[],
        S::Withdrawn,
    ),
    rule(&[S::Archived], T::Revive, &[P::Owner], &[], S::Draft),
];

const fn rule(
    from: &'static [S],
    transition: T,
    who: &'static [P],
    guards: &'static [G],
    to: S,
) -> ListingRule {
    ListingRule::new(from, transition, who, guards, ListingTarget::To(to))
}

impl ListingTarget {
    /// The state; none where a suspended listing does not say what it was.
    fn state(self, at: &ListingCircumstances) -> Option<S> {
        match self {
            Self::To(state) => Some(state),
            Self::FundedOrPublished if at.gap_remains => Some(S::Published),
            Self::FundedOrPublished => Some(S::Funded),
            Self::BeforeSuspension => at.before_suspension,
        }
    }
}

/// What has to hold for a listing to begin. It has no row in the table, for there is no state from which it leads.
pub const BEGIN_GUARDS: &[ListingGuard] = &[G::OwnerNotFrozen];

/// The state in which a new listing of an organisation begins.
///
/// # Errors
/// Who asks is not of the organisation, or the organisation is frozen.
pub fn begin_listing(
    who: &[ListingParty],
    at: &ListingCircumstances,
    timers: &ListingTimers,
) -> Result<ListingState, BeginRefusal> {
    if !who.contains(&P::Owner) {
        return Err(BeginRefusal::NotPermitted);
    }
    let open = missing::<ListingMachine>(BEGIN_GUARDS, (at, timers));
    if open.is_empty() { Ok(S::Draft) } else { Err(BeginRefusal::Guards(open)) }
}

/// Why a listing does not begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BeginRefusal {
    /// Only owners and editors of an organisation begin a listing for it.
    #[error("an owner or editor of the organisation begins its listings")]
    NotPermitted,
    /// Something does not hold; all of it is named.
    #[error("something is missing to begin a listing: {0:?}")]
    Guards(Vec<ListingGuard>),
}

#[cfg(test)]
mod tests;
