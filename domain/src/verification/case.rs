//! The case in which a proof is judged, as one table in the manner of the listing's.

use crate::{
    machine::{Available, Machine, Refusal, Rule},
    vocabulary::vocabulary,
};

vocabulary! {
    /// Where a case stands.
    CaseState, "CARAVANSERAI-CASE-STATE", "1", {
        Submitted = "SUBMITTED": "Submitted",
        InReview = "IN_REVIEW": "In review",
        MoreAsked = "MORE_ASKED": "More was asked for",
        Granted = "GRANTED": "Granted",
        Refused = "REFUSED": "Refused",
        Withdrawn = "WITHDRAWN": "Withdrawn",
    }
}
vocabulary! {
    /// A named change of a case's state.
    CaseTransition, "CARAVANSERAI-CASE-TRANSITION", "1", {
        TakeUp = "TAKE_UP": "Take up for review",
        LayDown = "LAY_DOWN": "Lay down for another reviewer",
        AskMore = "ASK_MORE": "Ask for more",
        Supply = "SUPPLY": "Supply what was asked for",
        Grant = "GRANT": "Grant the level",
        Refuse = "REFUSE": "Refuse with reasons",
        GrantAppeal = "GRANT_APPEAL": "Let another reviewer look again",
        Withdraw = "WITHDRAW": "Withdraw",
    }
}
vocabulary! {
    /// In what relation to a case somebody asks for a transition.
    CaseParty, "CARAVANSERAI-CASE-PARTY", "1", {
        Owner = "OWNER": "Owner in the organisation",
        Reviewer = "REVIEWER": "Reviewer from outside the organisation",
        ClaimingReviewer = "CLAIMING_REVIEWER": "The reviewer who took it up",
        Administrator = "ADMINISTRATOR": "Administrator from outside the organisation",
        System = "SYSTEM": "The platform, where it can find a proof by itself",
    }
}
vocabulary! {
    /// What has to hold for a transition of a case.
    CaseGuard, "CARAVANSERAI-CASE-GUARD", "1", {
        Evidence = "EVIDENCE": "Evidence is attached",
        Automatic = "AUTOMATIC": "The platform can find this proof by itself, and did",
        StepBelow = "STEP_BELOW": "The organisation holds the level below, or this one",
        NotFrozen = "NOT_FROZEN": "The organisation is not frozen by the screening",
        Reason = "REASON": "A reason is given",
        OtherReviewer = "OTHER_REVIEWER": "Another reviewer takes the appeal",
        AppealInTime = "APPEAL_IN_TIME": "The refusal is at most 30 days old",
    }
}

/// In which an appeal against a refusal can be granted; the same as for a listing.
const APPEAL_DAYS: u32 = 30;

/// What the guards look at. The default is a case of which nothing holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaseCircumstances {
    /// Pieces of evidence that are attached.
    pub evidence: u32,
    /// The proof is one that the platform can find by itself, and it was found.
    pub found_by_platform: bool,
    /// The organisation stands where the proof leads up from, or renews the level that it has.
    pub step_fits: bool,
    /// The organisation is not frozen.
    pub not_frozen: bool,
    /// Reasons that came with the request.
    pub reasons: u32,
    /// Who takes the appeal is not who refused.
    pub other_reviewer: bool,
    /// Days for which it has been in its state.
    pub days_in_state: u32,
}

impl CaseGuard {
    /// Whether it holds.
    pub const fn holds(self, at: &CaseCircumstances) -> bool {
        match self {
            Self::Evidence => at.evidence > 0,
            Self::Automatic => at.found_by_platform,
            Self::StepBelow => at.step_fits,
            Self::NotFrozen => at.not_frozen,
            Self::Reason => at.reasons > 0,
            Self::OtherReviewer => at.other_reviewer,
            Self::AppealInTime => at.days_in_state <= APPEAL_DAYS,
        }
    }
}

/// The machine of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseMachine;

impl Machine for CaseMachine {
    const WHAT: &'static str = "a case";
    type State = CaseState;
    type Transition = CaseTransition;
    type Party = CaseParty;
    type Guard = CaseGuard;
    type Target = CaseState;
    type At<'a> = &'a CaseCircumstances;
    const RULES: &'static [CaseRule] = CASE_RULES;

    fn holds(guard: CaseGuard, at: Self::At<'_>) -> bool {
        guard.holds(at)
    }

    fn lead(to: Self::Target, _: CaseState, _: Self::At<'_>) -> Option<CaseState> {
        Some(to)
    }
}

/// One line of the table.
pub type CaseRule = Rule<CaseMachine>;
/// Why a transition is refused.
pub type CaseRefusal = Refusal<CaseMachine>;
/// A transition that somebody may ask for, with what still has to hold.
pub type AvailableCaseTransition = Available<CaseMachine>;

use self::{CaseGuard as G, CaseParty as P, CaseState as S, CaseTransition as T};

/// The table. A case begins as submitted.
pub const CASE_RULES: &[CaseRule] = &[
    Rule::new(&[S::Submitted], T::TakeUp, &[P::Reviewer], &[], S::InReview),
    Rule::new(&[S::InReview], T::LayDown, &[P::ClaimingReviewer, P::Administrator], &[], S::Submitted),
    Rule::new(&[S::InReview], T::AskMore, &[P::ClaimingReviewer], &[G::Reason], S::MoreAsked),
    Rule::new(&[S::MoreAsked], T::Supply, &[P::Owner], &[G::Evidence], S::InReview),
    Rule::new(
        &[S::InReview],
        T::Grant,
        &[P::ClaimingReviewer],
        &[G::Evidence, G::StepBelow, G::NotFrozen],
        S::Granted,
    ),
    Rule::new(
        &[S::Submitted],
        T::Grant,
        &[P::System],
        &[G::Automatic, G::StepBelow, G::NotFrozen],
        S::Granted,
    ),
    Rule::new(&[S::InReview], T::Refuse, &[P::ClaimingReviewer], &[G::Reason], S::Refused),
    Rule::new(
        &[S::Refused],
        T::GrantAppeal,
        &[P::Administrator],
        &[G::OtherReviewer, G::AppealInTime],
        S::InReview,
    ),
    Rule::new(&[S::Submitted, S::InReview, S::MoreAsked], T::Withdraw, &[P::Owner], &[], S::Withdrawn),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        machine::trial::{each_guard_alone, every_guard_guards, every_triple},
        vocabulary::Vocabulary,
    };

    /// Every triple that is allowed, written down a second time: state, transition, who, target.
    const ALLOWED: &str = "
SUBMITTED TAKE_UP REVIEWER IN_REVIEW
IN_REVIEW LAY_DOWN CLAIMING_REVIEWER SUBMITTED
IN_REVIEW LAY_DOWN ADMINISTRATOR SUBMITTED
IN_REVIEW ASK_MORE CLAIMING_REVIEWER MORE_ASKED
MORE_ASKED SUPPLY OWNER IN_REVIEW
IN_REVIEW GRANT CLAIMING_REVIEWER GRANTED
SUBMITTED GRANT SYSTEM GRANTED
IN_REVIEW REFUSE CLAIMING_REVIEWER REFUSED
REFUSED GRANT_APPEAL ADMINISTRATOR IN_REVIEW
SUBMITTED WITHDRAW OWNER WITHDRAWN
IN_REVIEW WITHDRAW OWNER WITHDRAWN
MORE_ASKED WITHDRAW OWNER WITHDRAWN
";

    const HOLDS: CaseCircumstances = CaseCircumstances {
        evidence: 1,
        found_by_platform: true,
        step_fits: true,
        not_frozen: true,
        reasons: 1,
        other_reviewer: true,
        days_in_state: 30,
    };

    #[test]
    fn every_triple_is_as_written_down_and_all_others_are_refused() {
        every_triple::<CaseMachine>(ALLOWED, |from, transition, who| {
            CaseMachine::transition(from, transition, &[who], &HOLDS)
        });
        // With nothing that holds, what is offered as ready is what is granted.
        let bare = CaseCircumstances { days_in_state: 31, ..CaseCircumstances::default() };
        for from in CaseState::ALL {
            for who in CaseParty::ALL {
                let offered = CaseMachine::available(*from, &[*who], &bare);
                for transition in CaseTransition::ALL {
                    let ready =
                        offered.iter().any(|one| one.transition == *transition && one.requires.is_empty());
                    let granted = CaseMachine::transition(*from, *transition, &[*who], &bare).is_ok();
                    assert_eq!(granted, ready, "{from} {transition} {who}");
                }
            }
        }
    }

    #[test]
    fn each_guard_alone_stops_its_transitions_and_is_named() {
        each_guard_alone::<CaseMachine>(|rule, guard, from| {
            let mut at = HOLDS;
            match guard {
                CaseGuard::Evidence => at.evidence = 0,
                CaseGuard::Automatic => at.found_by_platform = false,
                CaseGuard::StepBelow => at.step_fits = false,
                CaseGuard::NotFrozen => at.not_frozen = false,
                CaseGuard::Reason => at.reasons = 0,
                CaseGuard::OtherReviewer => at.other_reviewer = false,
                CaseGuard::AppealInTime => at.days_in_state = 31,
            }
            CaseMachine::transition(from, rule.transition, &rule.who[..1], &at)
        });
        every_guard_guards::<CaseMachine>();
    }
}
