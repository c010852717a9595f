//! The machine of a partnership as one table (features 4.9.3): from which states, who, what has to hold, where to.

use super::{
    code::{PartnershipGuard as G, PartnershipParty as P, PartnershipState as S, PartnershipTransition as T},
    guard::{PartnershipCircumstances, PartnershipTimers},
};
use crate::machine::{Available, Machine, Refusal, Rule};

/// Where a transition leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnershipTarget {
    /// Always there.
    To(S),
    /// There once both sides have asked for it; until then it stays where it is.
    OnceBoth(S),
    /// It stays where it is.
    Stay,
    /// Back to the table with a lower tier, where one is named; declined where none is.
    LowerOrDeclined,
}

/// The machine of a partnership.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartnershipMachine;

impl Machine for PartnershipMachine {
    const WHAT: &'static str = "a partnership";
    type State = S;
    type Transition = T;
    type Party = P;
    type Guard = G;
    type Target = PartnershipTarget;
    type At<'a> = (&'a PartnershipCircumstances, &'a PartnershipTimers);
    const RULES: &'static [PartnershipRule] = PARTNERSHIP_RULES;

    fn holds(guard: G, at: Self::At<'_>) -> bool {
        guard.holds(at.0, at.1)
    }

    fn lead(to: Self::Target, from: S, at: Self::At<'_>) -> Option<S> {
        Some(to.state(from, at.0))
    }
}

/// One line of the table.
pub type PartnershipRule = Rule<PartnershipMachine>;
/// Why a transition is refused.
pub type PartnershipRefusal = Refusal<PartnershipMachine>;
/// A transition that somebody may ask for, with what still has to hold.
pub type AvailablePartnershipTransition = Available<PartnershipMachine>;

const OFFICERS: &[P] = &[P::OfficerA, P::OfficerB];
const SYSTEM: &[P] = &[P::System];
const SIGNED: &[S] = &[S::Active, S::UnderReview, S::Dormant, S::Suspended];

/// The table. A partnership begins as a draft of city A.
///
/// Beyond the table of the features it holds the withdrawals from a signed letter of intent up to the signing of the
/// agreement, since nothing binds before that; the deeds that leave the state as it is; and the end of an agreement
/// that one of a higher tier has replaced.
pub const PARTNERSHIP_RULES: &[PartnershipRule] = &[
    stay(&[S::Draft], T::Edit, &[P::OfficerA], &[G::TierBegins]),
    to(
        &[S::Draft],
        T::Propose,
        &[P::HeadA],
        &[
            G::OfficeRegistered,
            G::GatesOpen,
            G::TierReachable,
            G::TierBegins,
            G::NoLivePair,
            G::CooledDown,
            G::Receipt,
            G::Clauses,
        ],
        S::Proposed,
    ),
    to(&[S::Proposed], T::Accept, &[P::OfficerB], &[], S::Negotiating),
    to(
        &[S::Proposed],
        T::Counter,
        &[P::OfficerB],
        &[G::NewText, G::Clauses, G::TierReachable, G::TierBegins, G::RoomLeft],
        S::Negotiating,
    ),
    stay(
        &[S::Negotiating],
        T::Counter,
        OFFICERS,
        &[G::YourTurn, G::NewText, G::Clauses, G::TierReachable, G::TierBegins, G::RoomLeft],
    ),
    to(&[S::Proposed], T::Decline, &[P::OfficerB], &[G::Reason], S::Declined),
    to(&[S::Negotiating], T::Decline, OFFICERS, &[G::Reason], S::Declined),
    to(&[S::Draft], T::Withdraw, &[P::OfficerA], &[], S::Withdrawn),
    to(&[S::Proposed], T::Withdraw, &[P::OfficerA], &[G::Reason], S::Withdrawn),
    to(
        &[S::Negotiating, S::LoiSigned, S::Trial, S::Approvals, S::Approved],
        T::Withdraw,
        OFFICERS,
        &[G::Reason],
        S::Withdrawn,
    ),
    to(&[S::Proposed], T::Expire, SYSTEM, &[G::Unanswered], S::Expired),
    both(
        &[S::Negotiating],
        T::SignLoi,
        &[P::SignatoryA, P::SignatoryB],
        &[G::SameText, G::Document, G::OtherPerson],
        S::LoiSigned,
    ),
    both(
        &[S::LoiSigned],
        T::StartTrial,
        OFFICERS,
        &[G::TrialLength, G::ActivitiesPlanned, G::SameTerms, G::RoomLeft, G::OtherPerson],
        S::Trial,
    ),
    stay(&[S::LoiSigned, S::Trial], T::DeclareWill, &[P::HeadA, P::HeadB], &[G::Document]),
    stay(&[S::LoiSigned, S::Trial], T::PlanFirstYear, OFFICERS, &[G::RoomLeft]),
    stay(
        &[S::Trial, S::Active, S::UnderReview, S::Dormant],
        T::RecordActivity,
        OFFICERS,
        &[G::ActivityInTime, G::RoomLeft],
    ),
    to(
        &[S::Trial],
        T::RequestApprovals,
        OFFICERS,
        &[G::ActivitiesRecorded, G::BothWill, G::FirstYear],
        S::Approvals,
    ),
    to(&[S::LoiSigned], T::RequestApprovals, OFFICERS, &[G::NoTrialDemanded], S::Approvals),
    stay(&[S::Approvals], T::GrantApproval, &[P::StepOwnerA, P::StepOwnerB], &[G::StepInOrder, G::Document]),
    PartnershipRule {
        from: &[S::Approvals],
        transition: T::RefuseApproval,
        who: &[P::StepOwnerA, P::StepOwnerB],
        guards: &[G::StepInOrder, G::Reason, G::LowerTier],
        to: PartnershipTarget::LowerOrDeclined,
    },
    to(&[S::Approvals], T::CompleteApprovals, SYSTEM, &[G::AllGranted], S::Approved),
    both(
        &[S::Approved],
        T::SignAgreement,
        &[P::OfficialA, P::OfficialB],
        &[G::SameText, G::Document, G::OtherPerson],
        S::Active,
    ),
    stay(&[S::Trial, S::Active, S::UnderReview], T::ChangeWorkPlan, OFFICERS, &[G::RoomLeft]),
    to(&[S::Active], T::RequestReview, OFFICERS, &[], S::UnderReview),
    to(&[S::Active], T::ReviewDue, SYSTEM, &[G::ReviewDue], S::UnderReview),
    stay(&[S::UnderReview], T::FileReport, OFFICERS, &[G::RoomLeft]),
    both(&[S::UnderReview], T::Renew, OFFICERS, &[G::ReportFiled, G::OtherPerson], S::Active),
    to(&[S::UnderReview], T::MarkDormant, OFFICERS, &[G::HealthLow], S::Dormant),
    to(&[S::UnderReview], T::ReportOverdue, SYSTEM, &[G::ReportOverdue], S::Dormant),
    stay(&[S::Active], T::WarnDormant, SYSTEM, &[G::WarningDue]),
    to(&[S::Active], T::GoDormant, SYSTEM, &[G::Silent, G::ToldTwice], S::Dormant),
    both(&[S::Dormant], T::Revive, OFFICERS, &[G::NewPlan, G::OtherPerson], S::Active),
    to(
        &[S::Active, S::UnderReview, S::Dormant],
        T::Suspend,
        OFFICERS,
        &[G::Reason, G::ReviewDate],
        S::Suspended,
    ),
    both(&[S::Suspended], T::Resume, OFFICERS, &[G::OtherPerson], S::Active),
    to(SIGNED, T::End, OFFICERS, &[G::Reason], S::Ended),
    to(SIGNED, T::TermOver, SYSTEM, &[G::TermOver], S::Ended),
    both(
        &[S::Active],
        T::UpgradeTier,
        OFFICERS,
        &[G::TierHigher, G::TierReachable, G::NoUpgradeOpen, G::SameTerms, G::OtherPerson],
        S::Active,
    ),
    // What is silent or suspended is brought back before anything higher grows out of it.
    to(&[S::Active, S::UnderReview], T::Replace, SYSTEM, &[G::Successor], S::Ended),
];

const fn to(
    from: &'static [S],
    transition: T,
    who: &'static [P],
    guards: &'static [G],
    state: S,
) -> PartnershipRule {
    PartnershipRule::new(from, transition, who, guards, PartnershipTarget::To(state))
}

const fn both(
    from: &'static [S],
    transition: T,
    who: &'static [P],
    guards: &'static [G],
    state: S,
) -> PartnershipRule {
    PartnershipRule::new(from, transition, who, guards, PartnershipTarget::OnceBoth(state))
}

const fn stay(from: &'static [S], transition: T, who: &'static [P], guards: &'static [G]) -> PartnershipRule {
    PartnershipRule::new(from, transition, who, guards, PartnershipTarget::Stay)
}

impl PartnershipTarget {
    fn state(self, from: S, at: &PartnershipCircumstances) -> S {
        match self {
            Self::To(state) => state,
            Self::OnceBoth(state) if at.other_side_agreed => state,
            Self::OnceBoth(_) | Self::Stay => from,
            Self::LowerOrDeclined if at.lower_tier => S::Negotiating,
            Self::LowerOrDeclined => S::Declined,
        }
    }
}

/// Whether a transition is done only once both sides have asked for it.
pub fn needs_both(transition: T) -> bool {
    PARTNERSHIP_RULES
        .iter()
        .any(|rule| rule.transition == transition && matches!(rule.to, PartnershipTarget::OnceBoth(_)))
}
