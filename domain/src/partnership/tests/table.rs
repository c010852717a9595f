use crate::{
    Vocabulary as _,
    machine::{
        Machine as _,
        trial::{each_guard_alone, every_guard_guards, every_triple},
    },
    partnership::{
        PARTNERSHIP_RULES, PartnershipCircumstances, PartnershipGuard as G, PartnershipMachine,
        PartnershipParty, PartnershipState, PartnershipTransition,
    },
    vocabulary::VerificationLevel,
};

use super::TIMERS;

/// Every triple that is allowed, written down a second time, apart from the table: states, transition, parties, and
/// where it leads once both sides agree. A lone `=` is to stay.
pub(super) const ALLOWED: &str = "
DRAFT EDIT OFFICER_A =
DRAFT PROPOSE HEAD_A PROPOSED
DRAFT WITHDRAW OFFICER_A WITHDRAWN
PROPOSED ACCEPT OFFICER_B NEGOTIATING
PROPOSED COUNTER OFFICER_B NEGOTIATING
PROPOSED DECLINE OFFICER_B DECLINED
PROPOSED WITHDRAW OFFICER_A WITHDRAWN
PROPOSED EXPIRE SYSTEM EXPIRED
NEGOTIATING COUNTER OFFICER_A,OFFICER_B =
NEGOTIATING DECLINE OFFICER_A,OFFICER_B DECLINED
NEGOTIATING SIGN_LOI SIGNATORY_A,SIGNATORY_B LOI_SIGNED
NEGOTIATING,LOI_SIGNED,TRIAL,APPROVALS,APPROVED WITHDRAW OFFICER_A,OFFICER_B WITHDRAWN
LOI_SIGNED START_TRIAL OFFICER_A,OFFICER_B TRIAL
LOI_SIGNED,TRIAL DECLARE_WILL HEAD_A,HEAD_B =
LOI_SIGNED,TRIAL PLAN_FIRST_YEAR OFFICER_A,OFFICER_B =
LOI_SIGNED,TRIAL REQUEST_APPROVALS OFFICER_A,OFFICER_B APPROVALS
TRIAL,ACTIVE,UNDER_REVIEW,DORMANT RECORD_ACTIVITY OFFICER_A,OFFICER_B =
TRIAL,ACTIVE,UNDER_REVIEW CHANGE_WORK_PLAN OFFICER_A,OFFICER_B =
APPROVALS GRANT_APPROVAL STEP_OWNER_A,STEP_OWNER_B =
APPROVALS REFUSE_APPROVAL STEP_OWNER_A,STEP_OWNER_B DECLINED
APPROVALS COMPLETE_APPROVALS SYSTEM APPROVED
APPROVED SIGN_AGREEMENT OFFICIAL_A,OFFICIAL_B ACTIVE
ACTIVE REQUEST_REVIEW OFFICER_A,OFFICER_B UNDER_REVIEW
ACTIVE REVIEW_DUE SYSTEM UNDER_REVIEW
ACTIVE WARN_DORMANT SYSTEM =
ACTIVE GO_DORMANT SYSTEM DORMANT
ACTIVE UPGRADE_TIER OFFICER_A,OFFICER_B =
UNDER_REVIEW FILE_REPORT OFFICER_A,OFFICER_B =
UNDER_REVIEW RENEW OFFICER_A,OFFICER_B ACTIVE
UNDER_REVIEW MARK_DORMANT OFFICER_A,OFFICER_B DORMANT
UNDER_REVIEW REPORT_OVERDUE SYSTEM DORMANT
DORMANT REVIVE OFFICER_A,OFFICER_B ACTIVE
ACTIVE,UNDER_REVIEW,DORMANT SUSPEND OFFICER_A,OFFICER_B SUSPENDED
SUSPENDED RESUME OFFICER_A,OFFICER_B ACTIVE
ACTIVE,UNDER_REVIEW,DORMANT,SUSPENDED END OFFICER_A,OFFICER_B ENDED
ACTIVE,UNDER_REVIEW,DORMANT,SUSPENDED TERM_OVER SYSTEM ENDED
ACTIVE,UNDER_REVIEW REPLACE SYSTEM ENDED
";

/// Everything holds that can hold at once.
fn all_holds(transition: PartnershipTransition) -> PartnershipCircumstances {
    PartnershipCircumstances {
        proposer_level: Some(VerificationLevel::V2),
        gates_open: true,
        tier_reachable: true,
        tier_begins: true,
        no_live_pair: true,
        cooled_down: true,
        receipt: true,
        clauses: 1,
        my_turn: true,
        new_text: true,
        reasons: 1,
        days_in_state: 120,
        same_text: true,
        other_side_agreed: true,
        other_person: true,
        trial_months: 24,
        planned_activities: 2,
        same_terms: true,
        activity_in_time: true,
        recorded_activities: 2,
        wills: 2,
        first_year: true,
        trial_demanded: false,
        step_in_order: true,
        documents: 1,
        all_granted: true,
        lower_tier: false,
        lower_fits: true,
        room_left: true,
        months_since_review: 12,
        // The timer on the report wants none, the renewal wants one.
        report_filed: transition != PartnershipTransition::ReportOverdue,
        health: 19,
        months_silent: 18,
        // The second warning wants one, dormancy wants two.
        warnings: if transition == PartnershipTransition::WarnDormant { 1 } else { 2 },
        days_since_warning: 28,
        new_plan: true,
        review_date: true,
        term_over: true,
        tier_higher: true,
        no_upgrade_open: true,
        successor: true,
    }
}

#[test]
fn every_triple_is_as_written_down_and_all_others_are_refused() {
    let (tried, _) = every_triple::<PartnershipMachine>(ALLOWED, |from, transition, who| {
        PartnershipMachine::transition(from, transition, &[who], (&all_holds(transition), &TIMERS))
    });
    assert_eq!(tried, 15 * 33 * 11);
}

#[test]
fn each_guard_alone_stops_its_transitions_and_is_named() {
    let stopped = each_guard_alone::<PartnershipMachine>(|rule, guard, from| {
        let mut at = all_holds(rule.transition);
        match guard {
            G::OfficeRegistered => at.proposer_level = Some(VerificationLevel::V1),
            G::GatesOpen => at.gates_open = false,
            G::TierReachable => at.tier_reachable = false,
            G::TierBegins => at.tier_begins = false,
            G::NoLivePair => at.no_live_pair = false,
            G::CooledDown => at.cooled_down = false,
            G::Receipt => at.receipt = false,
            G::Clauses => at.clauses = 0,
            G::YourTurn => at.my_turn = false,
            G::NewText => at.new_text = false,
            G::Reason => at.reasons = 0,
            G::Unanswered => at.days_in_state = 59,
            G::SameText => at.same_text = false,
            G::OtherPerson => at.other_person = false,
            G::TrialLength => at.trial_months = 25,
            G::ActivitiesPlanned => at.planned_activities = 1,
            G::SameTerms => at.same_terms = false,
            G::ActivityInTime => at.activity_in_time = false,
            G::ActivitiesRecorded => at.recorded_activities = 1,
            G::BothWill => at.wills = 1,
            G::FirstYear => at.first_year = false,
            G::NoTrialDemanded => at.trial_demanded = true,
            G::StepInOrder => at.step_in_order = false,
            G::Document => at.documents = 0,
            G::AllGranted => at.all_granted = false,
            G::LowerTier => at.lower_fits = false,
            G::RoomLeft => at.room_left = false,
            G::ReviewDue => at.months_since_review = 11,
            G::ReportFiled => at.report_filed = false,
            G::HealthLow => at.health = 20,
            G::ReportOverdue => at.days_in_state = 119,
            G::WarningDue => at.days_since_warning = 27,
            G::Silent => at.months_silent = 17,
            G::ToldTwice => at.warnings = 1,
            G::NewPlan => at.new_plan = false,
            G::ReviewDate => at.review_date = false,
            G::TermOver => at.term_over = false,
            G::TierHigher => at.tier_higher = false,
            G::NoUpgradeOpen => at.no_upgrade_open = false,
            G::Successor => at.successor = false,
        }
        PartnershipMachine::transition(from, rule.transition, rule.who, (&at, &TIMERS))
    });
    assert!(stopped > 0);
    every_guard_guards::<PartnershipMachine>();
}

#[test]
fn one_word_alone_never_does_what_takes_both() {
    for rule in PARTNERSHIP_RULES {
        let at = PartnershipCircumstances { other_side_agreed: false, ..all_holds(rule.transition) };
        for from in rule.from {
            let answer =
                PartnershipMachine::transition(*from, rule.transition, rule.who, (&at, &TIMERS)).unwrap();
            let moved = answer != *from;
            assert!(!(moved && super::needs_both(rule.transition)), "{from} {}", rule.transition);
        }
    }
}

#[test]
fn the_end_is_the_end() {
    for rule in PARTNERSHIP_RULES {
        assert!(rule.from.iter().all(|from| !from.is_final()), "{}", rule.transition);
    }
}

/// Row 0.2 of the features: voluntary and non-binding, so that from every state before the signature one can leave.
#[test]
fn row_0_2_every_state_before_the_signature_has_a_withdrawal() {
    let mut states = 0;
    for from in PartnershipState::ALL.iter().filter(|state| state.is_before_signature()) {
        states += 1;
        let transition = PartnershipTransition::Withdraw;
        let at = PartnershipCircumstances { reasons: 1, ..PartnershipCircumstances::default() };
        let of_a =
            PartnershipMachine::transition(*from, transition, &[PartnershipParty::OfficerA], (&at, &TIMERS));
        assert_eq!(of_a, Ok(PartnershipState::Withdrawn), "{from}");
        // Who was asked says no to a proposal; once it takes part, it can leave as well.
        let no =
            if *from == PartnershipState::Proposed { PartnershipTransition::Decline } else { transition };
        if *from != PartnershipState::Draft {
            let of_b =
                PartnershipMachine::transition(*from, no, &[PartnershipParty::OfficerB], (&at, &TIMERS));
            assert!(of_b.is_ok_and(PartnershipState::is_final), "{from}");
        }
    }
    println!("partnership: {states} states before the signature, each with a way out for either side");
    assert_eq!(states, 7);
}
