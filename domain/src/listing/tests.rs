use proptest::prelude::*;

use super::*;
use crate::{
    machine::trial::{each_guard_alone, every_triple},
    vocabulary::Vocabulary,
};

/// Every triple that is allowed, written down a second time, apart from the table: state, transition, who, target.
const ALLOWED: &str = "
DRAFT SUBMIT OWNER SUBMITTED
CHANGES_REQUESTED SUBMIT OWNER SUBMITTED
SUBMITTED RECALL OWNER DRAFT
SUBMITTED CLAIM REVIEWER IN_REVIEW
IN_REVIEW RETURN CLAIMING_REVIEWER CHANGES_REQUESTED
IN_REVIEW PUBLISH CLAIMING_REVIEWER PUBLISHED
IN_REVIEW REJECT CLAIMING_REVIEWER REJECTED
REJECTED GRANT_APPEAL ADMINISTRATOR IN_REVIEW
PUBLISHED PAUSE OWNER PAUSED
PAUSED RESUME OWNER PUBLISHED
PUBLISHED GO_STALE SYSTEM STALE
STALE CONFIRM OWNER PUBLISHED
STALE CONFIRM OWNER_LINK PUBLISHED
STALE ARCHIVE SYSTEM ARCHIVED
PUBLISHED MARK_UNDER_OFFER OWNER UNDER_OFFER
UNDER_OFFER RELEASE_OFFER OWNER PUBLISHED
UNDER_OFFER RELEASE_OFFER SYSTEM PUBLISHED
PUBLISHED RECORD_CLOSE OWNER FUNDED
UNDER_OFFER RECORD_CLOSE OWNER FUNDED
PUBLISHED SUSPEND MODERATOR SUSPENDED
PAUSED SUSPEND MODERATOR SUSPENDED
STALE SUSPEND MODERATOR SUSPENDED
UNDER_OFFER SUSPEND MODERATOR SUSPENDED
PUBLISHED SUSPEND SCREENING SUSPENDED
PAUSED SUSPEND SCREENING SUSPENDED
STALE SUSPEND SCREENING SUSPENDED
UNDER_OFFER SUSPEND SCREENING SUSPENDED
SUSPENDED REINSTATE ADMINISTRATOR PAUSED
DRAFT WITHDRAW OWNER WITHDRAWN
SUBMITTED WITHDRAW OWNER WITHDRAWN
IN_REVIEW WITHDRAW OWNER WITHDRAWN
CHANGES_REQUESTED WITHDRAW OWNER WITHDRAWN
PUBLISHED WITHDRAW OWNER WITHDRAWN
PAUSED WITHDRAW OWNER WITHDRAWN
STALE WITHDRAW OWNER WITHDRAWN
UNDER_OFFER WITHDRAW OWNER WITHDRAWN
SUSPENDED WITHDRAW OWNER WITHDRAWN
ARCHIVED WITHDRAW OWNER WITHDRAWN
ARCHIVED REVIVE OWNER DRAFT
";

const TIMERS: ListingTimers =
    ListingTimers { confirm_days: 90, archive_days: 60, appeal_days: 30, exclusivity_days: 180 };

/// Everything holds that can hold at once in a state.
fn all_holds(from: ListingState, who: ListingParty) -> ListingCircumstances {
    ListingCircumstances {
        owner_level: Some(VerificationLevel::V2),
        screening_clear: true,
        reasons: 1,
        second_person: true,
        other_reviewer: true,
        // The timers of what is stale and published want days to have gone by; the appeal wants few.
        days_in_state: if from == ListingState::Rejected { 30 } else { 90 },
        days_since_confirmed: Some(90),
        live_introduction: true,
        exclusivity_days_left: Some(if who == ListingParty::System { 0 } else { 180 }),
        counterparty_confirmed: true,
        evidence: 1,
        owner_not_frozen: true,
        before_suspension: Some(ListingState::Paused),
        ..ListingCircumstances::default()
    }
}

#[test]
fn every_triple_is_as_written_down_and_all_others_are_refused() {
    let (tried, _) = every_triple::<ListingMachine>(ALLOWED, |from, transition, who| {
        ListingMachine::transition(from, transition, &[who], (&all_holds(from, who), &TIMERS))
    });
    assert_eq!(tried, 13 * 19 * 8);
}

#[test]
fn a_listing_begins_as_a_draft_of_an_organisation_that_is_not_frozen() {
    let free = ListingCircumstances { owner_not_frozen: true, ..ListingCircumstances::default() };
    for who in ListingParty::ALL {
        let answer = begin_listing(&[*who], &free, &TIMERS);
        assert_eq!(answer.is_ok(), *who == ListingParty::Owner, "{who}");
    }
    assert_eq!(begin_listing(&[ListingParty::Owner], &free, &TIMERS), Ok(ListingState::Draft));
    let frozen = begin_listing(&[ListingParty::Owner], &ListingCircumstances::default(), &TIMERS);
    assert_eq!(frozen, Err(BeginRefusal::Guards(vec![ListingGuard::OwnerNotFrozen])));
}

#[test]
fn the_end_is_the_end() {
    for from in [ListingState::Funded, ListingState::Withdrawn] {
        let at = all_holds(from, ListingParty::Owner);
        assert_eq!(ListingMachine::available(from, ListingParty::ALL, (&at, &TIMERS)), []);
    }
}

#[test]
fn each_guard_alone_stops_its_transitions_and_is_named() {
    each_guard_alone::<ListingMachine>(|rule, guard, from| {
        let who = *rule.who.first().unwrap();
        let mut at = all_holds(from, who);
        match guard {
            ListingGuard::RequiredFields => at.missing_fields = 1,
            ListingGuard::FlagsJustified => at.unjustified_flags = 1,
            ListingGuard::OwnerVerifiedOnce => at.owner_level = Some(VerificationLevel::V0),
            ListingGuard::OwnerRegistered => at.owner_level = Some(VerificationLevel::V1),
            ListingGuard::ScreeningClear => at.screening_clear = false,
            ListingGuard::NoDuplicate => at.duplicates = 1,
            ListingGuard::Reason => at.reasons = 0,
            ListingGuard::SecondPerson => at.second_person = false,
            ListingGuard::OtherReviewer => at.other_reviewer = false,
            ListingGuard::AppealInTime => at.days_in_state = 31,
            ListingGuard::Fresh => (at.days_in_state, at.days_since_confirmed) = (91, Some(91)),
            ListingGuard::Unconfirmed => at.days_since_confirmed = Some(89),
            ListingGuard::LongStale => at.days_in_state = 59,
            ListingGuard::LiveIntroduction => at.live_introduction = false,
            ListingGuard::ExclusivityEnds => at.exclusivity_days_left = Some(181),
            ListingGuard::OfferEnded => at.exclusivity_days_left = Some(1),
            ListingGuard::CounterpartyConfirmed => at.counterparty_confirmed = false,
            ListingGuard::Evidence => at.evidence = 0,
            ListingGuard::OwnerNotFrozen => at.owner_not_frozen = false,
        }
        ListingMachine::transition(from, rule.transition, &[who], (&at, &TIMERS))
    });
}

#[test]
fn an_offer_without_an_end_or_with_one_in_the_past_is_none() {
    for left in [None, Some(0), Some(-1), Some(i32::MIN)] {
        let at = ListingCircumstances {
            exclusivity_days_left: left,
            ..all_holds(ListingState::Published, ListingParty::Owner)
        };
        assert!(!ListingGuard::ExclusivityEnds.holds(&at, &TIMERS), "{left:?}");
    }
}

#[test]
fn a_close_of_a_part_leaves_the_listing_open() {
    let from = ListingState::UnderOffer;
    let at = ListingCircumstances { gap_remains: true, ..all_holds(from, ListingParty::Owner) };
    let close = ListingMachine::transition(
        from,
        ListingTransition::RecordClose,
        &[ListingParty::Owner],
        (&at, &TIMERS),
    );
    assert_eq!(close, Ok(ListingState::Published));
}

#[test]
fn a_suspended_listing_that_does_not_say_what_it_was_stays_suspended() {
    let from = ListingState::Suspended;
    let at = ListingCircumstances { before_suspension: None, ..all_holds(from, ListingParty::Administrator) };
    let who = [ListingParty::Administrator];
    let answer = ListingMachine::transition(from, ListingTransition::Reinstate, &who, (&at, &TIMERS));
    assert!(matches!(answer, Err(ListingRefusal::InvalidTransition { .. })), "{answer:?}");
}

proptest! {
    /// What is offered with nothing missing is what is then granted, for any mixture of relations.
    #[test]
    fn what_is_available_is_what_is_granted(
        from in proptest::sample::select(ListingState::ALL),
        who in proptest::sample::subsequence(ListingParty::ALL, 0..=8),
        missing in 0_u32..2, level in proptest::option::of(proptest::sample::select(VerificationLevel::ALL)),
        truths in proptest::array::uniform5(any::<bool>()),
        days in 0_u32..200, confirmed in proptest::option::of(0_u32..200),
        left in proptest::option::of(-200_i32..400), reasons in 0_u32..2,
    ) {
        let [screening_clear, second_person, other_reviewer, live_introduction, counterparty_confirmed] = truths;
        let at = ListingCircumstances {
            missing_fields: missing, owner_level: level, screening_clear, reasons, second_person, other_reviewer,
            days_in_state: days, days_since_confirmed: confirmed, live_introduction,
            exclusivity_days_left: left, counterparty_confirmed, evidence: reasons,
            before_suspension: Some(ListingState::Published), ..ListingCircumstances::default()
        };
        let offered = ListingMachine::available(from, &who, (&at, &TIMERS));
        for transition in ListingTransition::ALL {
            let open = offered.iter().any(|one| one.transition == *transition && one.requires.is_empty());
            let granted = ListingMachine::transition(from, *transition, &who, (&at, &TIMERS));
            prop_assert_eq!(open, granted.is_ok(), "{} {:?}", transition, granted);
        }
    }
}
