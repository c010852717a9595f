use super::*;
use crate::partnership::{
    PartnershipCommand as C, PartnershipEffect as E, PartnershipGuard as G, PartnershipState as S,
    PartnershipTransition as T,
};

#[test]
fn whole_months_are_those_that_are_full() {
    let at = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap().and_hms_opt(9, 0, 0).unwrap().and_utc();
    assert_eq!(months_between(at(2026, 1, 31), at(2026, 2, 28)), 1, "the month's last day counts");
    assert_eq!(months_between(at(2026, 1, 15), at(2027, 1, 14)), 11);
    assert_eq!(months_between(at(2026, 1, 15), at(2027, 1, 15)), 12);
    assert_eq!(months_between(at(2027, 1, 15), at(2026, 1, 15)), 0);
}

#[test]
fn a_proposal_expires_after_sixty_days_and_leaves_no_cool_down() {
    let mut life = Life::proposed(AgreementTier::Twin);
    assert_eq!(life.partnership.wakes(&TIMERS), Some(days(life.now, 60)));
    life.now = days(life.now, 59);
    assert_eq!(life.tick(), []);
    life.now = days(life.now, 1);
    assert_eq!(life.tick(), [T::Expire]);
    assert!(!life.has_effect(|effect| matches!(effect, E::CoolDown { .. })));
    assert_eq!(life.partnership.wakes(&TIMERS), None);
}

/// A life in which reviews are kept but nothing is done.
fn silent() -> (Life, DateTime<Utc>) {
    let mut life = Life::active(AgreementTier::Twin);
    let signed = life.now;
    life.now = months(signed, 12);
    assert_eq!(life.tick(), [T::ReviewDue]);
    life.ask(CitySide::A, C::FileReport(ReviewReport { text: said("Nothing"), kpis: vec![] })).unwrap();
    life.both(&C::Renew);
    (life, signed)
}

#[test]
fn silence_is_told_twice_before_it_makes_a_partnership_dormant() {
    let (mut life, signed) = silent();
    assert_eq!(life.partnership.wakes(&TIMERS), Some(months(signed, 16)));
    for (at, done) in [
        (months(signed, 16), vec![T::WarnDormant]),
        (days(months(signed, 16), 27), vec![]),
        (months(signed, 17), vec![T::WarnDormant]),
        (days(months(signed, 17), 27), vec![]),
        (months(signed, 18), vec![T::GoDormant]),
    ] {
        life.now = at;
        assert_eq!(life.tick(), done, "{at}");
    }
    assert!(life.has_effect(|effect| *effect == E::Warn { number: 2 }));
    assert_eq!(life.partnership.state, S::Dormant);
    let none = life.ask(CitySide::A, C::Revive(None));
    assert_eq!(none, Err(PartnershipRefusal::Guards(vec![G::NewPlan])));
    life.ask(CitySide::A, C::Revive(Some(said("A new start")))).unwrap();
    assert_eq!(life.ask(CitySide::B, C::Revive(None)), Ok(S::Active), "the other side's plan is agreed to");
    assert_eq!(life.partnership.revival_plan, Some(said("A new start")));
    assert_eq!(life.tick(), [], "the silence is counted anew");
}

#[test]
fn a_worker_that_slept_does_not_cut_the_notice_short() {
    let (mut life, signed) = silent();
    life.now = months(signed, 20);
    assert_eq!(life.tick(), [T::WarnDormant]);
    life.now = days(life.now, 28);
    assert_eq!(life.tick(), [T::WarnDormant]);
    assert_eq!(life.partnership.wakes(&TIMERS), Some(days(life.now, 28)));
    life.now = days(life.now, 28);
    assert_eq!(life.tick(), [T::GoDormant]);
}

#[test]
fn a_deed_after_a_warning_breaks_the_silence() {
    let (mut life, signed) = silent();
    life.now = months(signed, 16);
    life.tick();
    life.ask(CitySide::B, C::RecordActivity(activity(life.now))).unwrap();
    for later in [17, 18, 23] {
        life.now = months(signed, later);
        assert_eq!(life.tick(), []);
    }
}

#[test]
fn a_review_without_a_report_makes_it_dormant_after_a_hundred_and_twenty_days() {
    let mut life = Life::active(AgreementTier::Twin);
    life.now = months(life.now, 12);
    life.tick();
    assert_eq!(life.partnership.wakes(&TIMERS), Some(days(life.now, 120)));
    life.now = days(life.now, 119);
    assert_eq!(life.tick(), []);
    life.now = days(life.now, 1);
    assert_eq!(life.tick(), [T::ReportOverdue]);
    assert_eq!(life.partnership.state, S::Dormant);
}

#[test]
fn a_side_can_call_dormant_only_what_is_not_healthy() {
    let mut life = Life::active(AgreementTier::Twin);
    life.ask(CitySide::A, C::RequestReview).unwrap();
    let healthy = life.ask(CitySide::A, C::MarkDormant);
    assert_eq!(healthy, Err(PartnershipRefusal::Guards(vec![G::HealthLow])));
    life.now = days(life.now, 119);
    life.ask(CitySide::A, C::FileReport(ReviewReport { text: said("Little"), kpis: vec![] })).unwrap();
    life.now = days(life.now, 600);
    assert_eq!(life.tick(), [], "the report is there");
    assert_eq!(life.ask(CitySide::B, C::MarkDormant), Ok(S::Dormant));
}

#[test]
fn a_fixed_term_ends_by_itself_also_in_suspension() {
    let mut life = Life::draft(AgreementTier::FixedField);
    let text = AgreementFacts { fixed_term_months: Some(36), ..(*life.partnership.text).clone() };
    life.ask(CitySide::A, C::Edit(text.try_into().unwrap())).unwrap();
    life.ask(CitySide::A, C::Propose { pair: pair(), receipt: Some(json!({})), deed: None }).unwrap();
    life.ask(CitySide::B, C::Accept).unwrap();
    life.both(&C::SignLoi(signing(&life.partnership)));
    life.ask(CitySide::A, C::RequestApprovals { chains: Sides::default(), trial_demanded_by: vec![] })
        .unwrap();
    life.both(&C::SignAgreement(signing(&life.partnership)));
    let suspend = |review_on| C::Suspend { closing: because(), review_on };
    let today = Some(life.now.date_naive());
    let answer = life.ask(CitySide::B, suspend(today));
    assert_eq!(answer, Err(PartnershipRefusal::Guards(vec![G::ReviewDate])));
    let later = days(life.now, 30).date_naive();
    life.ask(CitySide::B, suspend(Some(later))).unwrap();
    assert_eq!(life.partnership.suspended_until_review, Some(later));
    let end = months(life.now, 36);
    assert_eq!(life.partnership.wakes(&TIMERS), Some(end));
    life.now = end;
    assert_eq!(life.tick(), [T::TermOver]);
    assert_eq!(life.partnership.state, S::Ended);
}
