//! The case in which a proof is judged, as one table in the manner of the listing's.

use crate::vocabulary::vocabulary;

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

/// One line of the table.
#[derive(Debug, Clone, Copy)]
pub struct CaseRule {
    /// The states from which it leads.
    pub from: &'static [CaseState],
    /// Its name.
    pub transition: CaseTransition,
    /// Who may ask for it.
    pub who: &'static [CaseParty],
    /// What has to hold.
    pub guards: &'static [CaseGuard],
    /// Where it leads.
    pub to: CaseState,
}

/// Why a transition of a case is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseRefusal {
    /// The table has no such transition from this state.
    #[error("a case in the state {from} has no transition {transition}")]
    InvalidTransition {
        /// The state.
        from: CaseState,
        /// What was asked for.
        transition: CaseTransition,
    },
    /// Somebody else may.
    #[error("the transition {transition} is for others")]
    NotPermitted {
        /// What was asked for.
        transition: CaseTransition,
    },
    /// Something does not hold; all of it is named.
    #[error("something is missing for the transition: {0:?}")]
    Guards(Vec<CaseGuard>),
}

use self::{CaseGuard as G, CaseParty as P, CaseState as S, CaseTransition as T};

/// The table. A case begins as submitted.
pub const CASE_RULES: &[CaseRule] = &[
    rule(&[S::Submitted], T::TakeUp, &[P::Reviewer], &[], S::InReview),
    rule(&[S::InReview], T::LayDown, &[P::ClaimingReviewer, P::Administrator], &[], S::Submitted),
    rule(&[S::InReview], T::AskMore, &[P::ClaimingReviewer], &[G::Reason], S::MoreAsked),
    rule(&[S::MoreAsked], T::Supply, &[P::Owner], &[G::Evidence], S::InReview),
    rule(
        &[S::InReview],
        T::Grant,
        &[P::ClaimingReviewer],
        &[G::Evidence, G::StepBelow, G::NotFrozen],
        S::Granted,
    ),
    rule(&[S::Submitted], T::Grant, &[P::System], &[G::Automatic, G::StepBelow, G::NotFrozen], S::Granted),
    rule(&[S::InReview], T::Refuse, &[P::ClaimingReviewer], &[G::Reason], S::Refused),
    rule(
        &[S::Refused],
        T::GrantAppeal,
        &[P::Administrator],
        &[G::OtherReviewer, G::AppealInTime],
        S::InReview,
    ),
    rule(&[S::Submitted, S::InReview, S::MoreAsked], T::Withdraw, &[P::Owner], &[], S::Withdrawn),
];

const fn rule(from: &'static [S], transition: T, who: &'static [P], guards: &'static [G], to: S) -> CaseRule {
    CaseRule { from, transition, who, guards, to }
}

/// Where a transition leads somebody who stands to the case in the given relations.
///
/// # Errors
/// The table has no such transition from here, it is for others, or something does not hold.
pub fn case_transition(
    from: CaseState,
    transition: CaseTransition,
    who: &[CaseParty],
    at: &CaseCircumstances,
) -> Result<CaseState, CaseRefusal> {
    let mut refusal = CaseRefusal::InvalidTransition { from, transition };
    for rule in CASE_RULES.iter().filter(|rule| rule.transition == transition && rule.from.contains(&from)) {
        if !rule.who.iter().any(|party| who.contains(party)) {
            if matches!(refusal, CaseRefusal::InvalidTransition { .. }) {
                refusal = CaseRefusal::NotPermitted { transition };
            }
            continue;
        }
        let open = rule.missing(at);
        if open.is_empty() {
            return Ok(rule.to);
        }
        refusal = CaseRefusal::Guards(open);
    }
    Err(refusal)
}

/// The transitions that somebody may ask for, each with what still has to hold.
pub fn available_case_transitions(
    from: CaseState,
    who: &[CaseParty],
    at: &CaseCircumstances,
) -> Vec<(CaseTransition, Vec<CaseGuard>)> {
    CASE_RULES
        .iter()
        .filter(|rule| rule.from.contains(&from) && rule.who.iter().any(|party| who.contains(party)))
        .map(|rule| (rule.transition, rule.missing(at)))
        .collect()
}

impl CaseRule {
    fn missing(&self, at: &CaseCircumstances) -> Vec<CaseGuard> {
        self.guards.iter().copied().filter(|guard| !guard.holds(at)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Vocabulary;

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
        let mut reached = 0;
        for from in CaseState::ALL {
            for transition in CaseTransition::ALL {
                for who in CaseParty::ALL {
                    let line = format!("{from} {transition} {who} ");
                    let written = ALLOWED.lines().find_map(|one| one.strip_prefix(&line));
                    let answer = case_transition(*from, *transition, &[*who], &HOLDS);
                    assert_eq!(answer.as_ref().ok().map(|state| state.code()), written, "{line}{answer:?}");
                    assert!(!matches!(answer, Err(CaseRefusal::Guards(_))), "{line}");
                    reached += usize::from(answer.is_ok());
                    // With nothing that holds, what is offered as ready is what is granted.
                    let bare = CaseCircumstances { days_in_state: 31, ..CaseCircumstances::default() };
                    let offered = available_case_transitions(*from, &[*who], &bare);
                    let ready = offered.iter().any(|(one, open)| one == transition && open.is_empty());
                    assert_eq!(case_transition(*from, *transition, &[*who], &bare).is_ok(), ready, "{line}");
                }
            }
        }
        assert_eq!(reached, ALLOWED.lines().filter(|line| !line.is_empty()).count());
    }

    #[test]
    fn each_guard_alone_stops_its_transitions_and_is_named() {
        for rule in CASE_RULES {
            for guard in rule.guards {
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
                let answer = case_transition(rule.from[0], rule.transition, &rule.who[..1], &at);
                assert_eq!(answer, Err(CaseRefusal::Guards(vec![*guard])));
            }
        }
    }
}
