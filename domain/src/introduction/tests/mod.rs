//! The record of an introduction on its way, and what its tests share.

mod beside;
mod table;

use chrono::{DateTime, Days, TimeZone, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    Vocabulary,
    account::Person,
    id::Id,
    value::{Currency, Lang, Localized, Money},
    vocabulary::{Instrument, TransactionRung},
};

fn timers() -> IntroductionTimers {
    IntroductionTimers::default()
}

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 2, 12, 0, 0).unwrap()
}

fn later(days: u64) -> DateTime<Utc> {
    noon().checked_add_days(Days::new(days)).unwrap()
}

fn text(words: &str) -> Localized {
    Localized::new(Lang::EN, words).unwrap()
}

fn person(number: u128) -> Id<Person> {
    Id::from_uuid(Uuid::from_u128(number))
}

pub(crate) fn expressed() -> Introduction {
    let id = |number| Uuid::from_u128(number);
    let interest = ExpressionOfInterest {
        project: Id::from_uuid(id(1)),
        owner: Id::from_uuid(id(2)),
        mandate: Id::from_uuid(id(3)),
        investor: Id::from_uuid(id(4)),
        initiator: Side::Investor,
        sender: person(10),
        answers: ThreeAnswers::new(text("money"), text("the tariff"), text("a bank")).unwrap(),
        field: None,
        investor_country: None,
        project_country: None,
    };
    Introduction::begun(interest, IntroductionState::Expressed, noon())
}

fn asker(introduction: &Introduction, side: Side, who: u128) -> Asker {
    Asker { person: Some(person(who)), side: Some(side), parties: introduction.parties(side) }
}

fn around() -> Surroundings {
    Surroundings {
        blocked: false,
        live_pair: false,
        screening_clear: true,
        subject_over: false,
        gap: Some(Money::parse("20000000", Currency::EUR).unwrap()),
    }
}

fn step(from: &Introduction, transition: IntroductionTransition, side: Side, with: &Move) -> Introduction {
    let who = asker(from, side, if side == Side::Investor { 10 } else { 20 });
    match from.advance(transition, &who, with, &around(), &timers(), later(1)) {
        Ok(Advance::Moved(next) | Advance::Said(next)) => next,
        Err(refusal) => panic!("{transition}: {refusal}"),
    }
}

#[test]
fn a_whole_way_to_the_close_needs_both_sides_where_money_moves() {
    use IntroductionTransition as T;
    let nothing = Move::default();
    let eur = |amount: &str| Some(Money::parse(amount, Currency::EUR).unwrap());
    let paper = Id::from_uuid(Uuid::from_u128(77));
    let accepted = step(&expressed(), T::Accept, Side::Owner, &nothing);
    assert_eq!(accepted.answered_at, Some(later(1)));
    let talking = step(&accepted, T::LogContact, Side::Investor, &nothing);
    let talking = talking.settle_nda(Side::Investor, false, later(2)).unwrap();
    assert_eq!(talking.nda, NdaState::Open);
    let talking = talking.settle_nda(Side::Owner, false, later(2)).unwrap();
    assert_eq!(talking.nda, NdaState::Signed);
    let room = step(&talking, T::OpenDataRoom, Side::Owner, &nothing);
    let terms =
        step(&room, T::ProposeTerms, Side::Investor, &Move { text: Some(text("5 %")), ..nothing.clone() });
    let pledged =
        step(&terms, T::Pledge, Side::Investor, &Move { amount: eur("5000000"), ..nothing.clone() });
    assert_eq!(pledged.rung(), Some((TransactionRung::Pledge, eur("5000000"))));
    let signed = Move { documents: vec![paper], amount: eur("4000000"), ..nothing.clone() };
    let said = step(&pledged, T::Commit, Side::Investor, &signed);
    assert_eq!(said.state, IntroductionState::Pledged);
    // The other side says another amount: that is no agreement, and stays a word of its own.
    let other = step(&said, T::Commit, Side::Owner, &Move { amount: eur("5000000"), ..signed });
    assert_eq!(other.state, IntroductionState::Pledged);
    // Now the investor agrees to what the owner said, without saying it again.
    let committed = step(&other, T::Commit, Side::Investor, &nothing);
    assert_eq!(committed.state, IntroductionState::Committed);
    assert_eq!(committed.commitment.as_ref().unwrap().amount, eur("5000000").unwrap());
    assert!(committed.words.is_empty());
    let evidence =
        Move { documents: vec![paper], instrument: Some(Instrument::SharesUnlisted), ..nothing.clone() };
    let said = step(&committed, T::ConfirmClose, Side::Owner, &evidence);
    // The same side cannot say both words.
    let again = step(&said, T::ConfirmClose, Side::Owner, &evidence);
    assert_eq!((again.state, again.words.len()), (IntroductionState::Committed, 1));
    let closed = step(&again, T::ConfirmClose, Side::Investor, &nothing);
    assert_eq!(closed.state, IntroductionState::Closed);
    assert_eq!(closed.rung(), Some((TransactionRung::EquityPurchase, eur("5000000"))));
    assert_eq!(
        serde_json::from_str::<Introduction>(&serde_json::to_string(&closed).unwrap()).unwrap(),
        closed
    );
}

#[test]
fn amounts_are_in_the_currency_of_the_gap_and_above_zero() {
    let terms = Introduction { state: IntroductionState::Terms, ..expressed() };
    let who = asker(&terms, Side::Investor, 10);
    for (amount, currency) in [("0", Currency::EUR), ("5", Currency::USD), ("20000000.01", Currency::EUR)] {
        let with = Move { amount: Some(Money::parse(amount, currency).unwrap()), ..Move::default() };
        assert_eq!(
            terms.advance(IntroductionTransition::Pledge, &who, &with, &around(), &timers(), noon()),
            Err(IntroductionRefusal::Guards(vec![IntroductionGuard::Amount]))
        );
    }
}

#[test]
fn a_hold_is_lifted_or_confirmed_by_two_officers() {
    let held = Introduction { state: IntroductionState::Held, ..expressed() };
    let officer = |who: u128| Asker {
        person: Some(person(who)),
        side: None,
        parties: vec![IntroductionParty::Compliance],
    };
    let go = |from: &Introduction, who: u128, transition, reason| {
        let with = Move { reason, ..Move::default() };
        from.advance(transition, &officer(who), &with, &around(), &timers(), later(1))
    };
    let Ok(Advance::Said(first)) = go(&held, 1, IntroductionTransition::Clear, None) else { panic!() };
    let Ok(Advance::Said(same)) = go(&first, 1, IntroductionTransition::Clear, None) else { panic!() };
    let Ok(Advance::Moved(cleared)) = go(&same, 2, IntroductionTransition::Clear, None) else { panic!() };
    assert_eq!((cleared.state, cleared.since), (IntroductionState::Expressed, later(1)));
    assert_eq!(
        go(&first, 2, IntroductionTransition::Refuse, None),
        Err(IntroductionRefusal::Guards(vec![IntroductionGuard::Reason, IntroductionGuard::SecondPerson]))
    );
    let why = Some(InterestDeclineReason::CounterpartyConcern);
    let Ok(Advance::Said(one)) = go(&first, 2, IntroductionTransition::Refuse, why) else { panic!() };
    let Ok(Advance::Moved(refused)) = go(&one, 1, IntroductionTransition::Refuse, why) else { panic!() };
    assert_eq!(refused.state, IntroductionState::Refused);
}

#[test]
fn a_hold_stays_on_the_record_after_it_was_lifted() {
    let asker = |party| Asker { person: None, side: None, parties: vec![party] };
    let held_up = Surroundings { screening_clear: false, ..around() };
    let (transition, screening) = (IntroductionTransition::Hold, asker(IntroductionParty::Screening));
    assert!(!expressed().was_held());
    let moved = expressed().advance(transition, &screening, &Move::default(), &held_up, &timers(), later(1));
    let Ok(Advance::Moved(held)) = moved else { panic!("{moved:?}") };
    assert_eq!((held.state, held.held_at), (IntroductionState::Held, Some(later(1))));
    let cleared = Introduction { state: IntroductionState::Expressed, ..held };
    assert!(cleared.was_held());
    assert!(step(&cleared, IntroductionTransition::Accept, Side::Owner, &Move::default()).was_held());
    // One that was written before the time of a hold was noted.
    let mut old = serde_json::to_value(expressed()).unwrap();
    old.as_object_mut().unwrap().remove("held_at");
    assert!(!serde_json::from_value::<Introduction>(old.clone()).unwrap().was_held());
    old["state"] = serde_json::to_value(IntroductionState::Held).unwrap();
    assert!(serde_json::from_value::<Introduction>(old).unwrap().was_held());
}

#[test]
fn reminders_come_on_their_days_and_once() {
    let mut introduction = expressed();
    let mut days = Vec::new();
    for day in 0..=21 {
        if let Some((kind, next)) = introduction.nudge(&timers(), later(day)) {
            assert_eq!(kind, Nudge::Answer);
            days.push(day);
            introduction = next;
        }
    }
    assert_eq!(days, [7, 14]);
    assert_eq!(introduction.next_due(&timers()), Some(later(21)));
    // After a long pause of the service one reminder makes up for both.
    let (_, next) = expressed().nudge(&timers(), later(20)).unwrap();
    assert_eq!((next.nudges, next.next_due(&timers())), (2, Some(later(21))));
    let talking = Introduction { state: IntroductionState::InDiscussion, ..expressed() };
    assert!(talking.nudge(&timers(), later(29)).is_none());
    let (kind, next) = talking.nudge(&timers(), later(30)).unwrap();
    assert_eq!((kind, next.next_due(&timers())), (Nudge::Silence, Some(later(60))));
    assert!(next.nudge(&timers(), later(60)).is_none());
}

proptest! {
    /// Whatever is asked in whatever order, the record stays one that the table leads to, and what is offered with
    /// nothing missing is granted.
    #[test]
    fn walks_stay_on_the_table(
        steps in prop::collection::vec((0_usize..16, any::<bool>(), 0_u64..40), 1..40)
    ) {
        let mut at = expressed();
        let mut now = noon();
        for (transition, investor, days) in steps {
            now = now.checked_add_days(Days::new(days)).unwrap();
            let transition = IntroductionTransition::ALL[transition];
            let side = if investor { Side::Investor } else { Side::Owner };
            let who = asker(&at, side, if investor { 10 } else { 20 });
            let with = Move {
                reason: Some(InterestDeclineReason::CapacityFull),
                text: Some(text("words")),
                amount: Some(Money::parse("7", Currency::EUR).unwrap()),
                instrument: None,
                documents: vec![Id::from_uuid(Uuid::from_u128(5))],
            };
            let offered = at.available(&who, &around(), &timers(), now);
            let offered = offered.iter().any(|one| one.transition == transition && one.requires.is_empty());
            match at.advance(transition, &who, &with, &around(), &timers(), now) {
                Ok(Advance::Moved(next)) => {
                    prop_assert!(INTRODUCTION_RULES.iter().any(|rule| rule.transition == transition
                        && rule.from.contains(&at.state) && rule.to == next.state));
                    at = next;
                }
                Ok(Advance::Said(next)) => {
                    prop_assert_eq!(at.state, next.state);
                    at = next;
                }
                Err(refusal) => prop_assert!(!offered || transition == IntroductionTransition::OpenDataRoom,
                    "{} was offered: {}", transition, refusal),
            }
            if at.state == IntroductionState::InDiscussion && at.nda == NdaState::Open {
                at = at.settle_nda(Side::Owner, true, now).unwrap();
            }
        }
    }
}
