//! The table itself, triple by triple.

use super::{super::*, later, noon, timers};
use crate::{
    Vocabulary,
    machine::{
        Machine as _,
        trial::{each_guard_alone, every_triple},
    },
};

/// Every triple that is allowed, written down a second time from the features: state, transition, who, target.
const ALLOWED: &str = "
EXPRESSED HOLD SCREENING HELD
HELD CLEAR COMPLIANCE EXPRESSED
HELD REFUSE COMPLIANCE REFUSED
EXPRESSED ACCEPT RECIPIENT ACCEPTED
EXPRESSED DECLINE RECIPIENT DECLINED
EXPRESSED WITHDRAW INITIATOR WITHDRAWN
HELD WITHDRAW INITIATOR WITHDRAWN
EXPRESSED WITHDRAW SYSTEM WITHDRAWN
HELD WITHDRAW SYSTEM WITHDRAWN
EXPRESSED EXPIRE SYSTEM EXPIRED
ACCEPTED LOG_CONTACT INVESTOR IN_DISCUSSION
ACCEPTED LOG_CONTACT OWNER IN_DISCUSSION
IN_DISCUSSION OPEN_DATA_ROOM OWNER DUE_DILIGENCE
DUE_DILIGENCE PROPOSE_TERMS INVESTOR TERMS
TERMS PLEDGE INVESTOR PLEDGED
PLEDGED COMMIT INVESTOR COMMITTED
PLEDGED COMMIT OWNER COMMITTED
COMMITTED CONFIRM_CLOSE INVESTOR CLOSED
COMMITTED CONFIRM_CLOSE OWNER CLOSED
ACCEPTED END INVESTOR ENDED
IN_DISCUSSION END INVESTOR ENDED
DUE_DILIGENCE END INVESTOR ENDED
TERMS END INVESTOR ENDED
PLEDGED END INVESTOR ENDED
COMMITTED END INVESTOR ENDED
ACCEPTED END OWNER ENDED
IN_DISCUSSION END OWNER ENDED
DUE_DILIGENCE END OWNER ENDED
TERMS END OWNER ENDED
PLEDGED END OWNER ENDED
COMMITTED END OWNER ENDED
ACCEPTED END SYSTEM ENDED
IN_DISCUSSION END SYSTEM ENDED
DUE_DILIGENCE END SYSTEM ENDED
TERMS END SYSTEM ENDED
PLEDGED END SYSTEM ENDED
COMMITTED END SYSTEM ENDED
ACCEPTED LAPSE SYSTEM LAPSED
IN_DISCUSSION LAPSE SYSTEM LAPSED
DUE_DILIGENCE LAPSE SYSTEM LAPSED
TERMS LAPSE SYSTEM LAPSED
LAPSED REOPEN INVESTOR IN_DISCUSSION
LAPSED REOPEN OWNER IN_DISCUSSION
";

/// Everything holds that can hold at once.
fn all_holds(transition: IntroductionTransition) -> IntroductionCircumstances {
    IntroductionCircumstances {
        gates_pass: true,
        budget_left: 1,
        both_claimed: true,
        screening_clear: transition != IntroductionTransition::Hold,
        second_person: true,
        subject_over: true,
        three_answers: true,
        reason: true,
        nda_settled: true,
        terms_text: true,
        amount: true,
        signed_document: true,
        evidence: true,
        other_side_agrees: true,
        since: Some(noon()),
        last_contact: Some(noon()),
        ..IntroductionCircumstances::default()
    }
}

#[test]
fn every_triple_is_as_written_down_and_all_others_are_refused() {
    let (tried, _) = every_triple::<IntroductionMachine>(ALLOWED, |from, transition, who| {
        let at = all_holds(transition);
        IntroductionMachine::transition(from, transition, &[who], (&at, &timers(), later(60)))
    });
    assert_eq!(tried, 15 * 16 * 7);
}

#[test]
fn each_guard_alone_stops_its_transition_and_is_named() {
    each_guard_alone::<IntroductionMachine>(|rule, guard, from| {
        let mut at = all_holds(rule.transition);
        let mut now = later(60);
        match guard {
            IntroductionGuard::NotBlocked => at.blocked = true,
            IntroductionGuard::NoLivePair => at.live_pair = true,
            IntroductionGuard::ScreeningClear => at.screening_clear = false,
            IntroductionGuard::PotentialHit => at.screening_clear = true,
            IntroductionGuard::SecondPerson => at.second_person = false,
            IntroductionGuard::Reason => at.reason = false,
            IntroductionGuard::NdaSettled => at.nda_settled = false,
            IntroductionGuard::TermsText => at.terms_text = false,
            IntroductionGuard::Amount => at.amount = false,
            IntroductionGuard::SignedDocument => at.signed_document = false,
            IntroductionGuard::Evidence => at.evidence = false,
            IntroductionGuard::OtherSideAgrees => at.other_side_agrees = false,
            IntroductionGuard::SubjectOver => at.subject_over = false,
            IntroductionGuard::AnswerOverdue => now = later(20),
            IntroductionGuard::SilentLong => now = later(59),
            IntroductionGuard::ReopenInTime => now = later(90),
            IntroductionGuard::GatesPass
            | IntroductionGuard::ContactBudget
            | IntroductionGuard::ThreeAnswers
            | IntroductionGuard::OtherSideClaimed => unreachable!("only to begin"),
        }
        IntroductionMachine::transition(from, rule.transition, rule.who, (&at, &timers(), now))
    });
}

#[test]
fn only_a_side_begins_and_only_with_all_that_it_takes() {
    let at = all_holds(IntroductionTransition::Accept);
    for who in IntroductionParty::ALL {
        let may = matches!(who, IntroductionParty::Investor | IntroductionParty::Owner);
        assert_eq!(begin_introduction(&[*who], &at, &timers(), noon()).is_ok(), may, "{who}");
    }
    let begin = |at| begin_introduction(&[IntroductionParty::Investor], &at, &timers(), noon());
    let nothing = IntroductionCircumstances { blocked: true, live_pair: true, ..Default::default() };
    assert_eq!(begin(nothing), Err(IntroductionBeginRefusal::Guards(INTRODUCTION_BEGIN_GUARDS.to_vec())));
    let spent = IntroductionCircumstances { budget_left: 0, ..at };
    assert_eq!(begin(spent), Err(IntroductionBeginRefusal::Guards(vec![IntroductionGuard::ContactBudget])));
}

#[test]
fn before_a_signature_every_state_has_a_way_out_for_each_side_and_nothing_binds() {
    for state in IntroductionState::ALL.iter().filter(|state| !state.is_over()) {
        let out = |who: IntroductionParty| {
            INTRODUCTION_RULES
                .iter()
                .any(|rule| rule.from.contains(state) && rule.who.contains(&who) && rule.to.is_over())
        };
        if state.is_introduced() {
            assert!(out(IntroductionParty::Investor) && out(IntroductionParty::Owner), "{state}");
        } else {
            assert!(out(IntroductionParty::Initiator), "{state}");
        }
        let signed = *state == IntroductionState::Committed;
        assert_eq!(state.bindingness() == Bindingness::NonBinding, !signed, "{state}");
    }
}
