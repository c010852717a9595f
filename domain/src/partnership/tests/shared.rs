//! The first deed and the workspace.

use super::*;
use PartnershipCommand as C;

fn deed() -> FirstDeed {
    let edge = |key: &str, weakest| DeedEdge {
        key: key.to_owned(),
        score: 40_000_000,
        weakest,
        because: "It serves both.".to_owned(),
    };
    FirstDeed {
        project: id(500),
        mandate: id(600),
        edges: vec![edge("CITIES", true), edge("PROJECT_MANDATE", false)],
        as_of: start(),
    }
}

#[test]
fn the_first_deed_is_named_in_the_draft_and_becomes_an_item_of_the_plan() {
    let mut life = Life::draft(AgreementTier::FriendlyExchange);
    life.ask(CitySide::A, C::SetFirstDeed(Some(deed()))).unwrap();
    let again = FirstDeed { edges: vec![], ..deed() };
    let propose = C::Propose { pair: pair(), receipt: Some(json!({})), deed: Some(again.clone()) };
    life.ask(CitySide::A, propose).unwrap();
    assert_eq!(life.partnership.first_deed, Some(again), "as it was when it was proposed");
    assert!(life.ask(CitySide::A, C::SetFirstDeed(None)).is_err(), "what is proposed is proposed");

    let mut life = Life::approved(AgreementTier::Twin);
    life.partnership.first_deed = Some(deed());
    assert_eq!(life.partnership.work, []);
    life.both(&C::SignAgreement(signing(&life.partnership)));
    let [item] = life.partnership.work.as_slice() else { panic!("{:?}", life.partnership.work) };
    assert_eq!((item.number, item.owner, item.status), (1, CitySide::A, WorkStatus::Planned));
    assert_eq!(item.projects, [id(500)]);
    assert_eq!(Life::active(AgreementTier::Twin).partnership.work, [], "none was named");
}

fn contact(with: SharedWith) -> Sharing {
    let pointer = Some(line("twinning@city.example"));
    Sharing { kind: SharedKind::Contact, title: line("The desk"), document: None, pointer, with }
}

#[test]
fn each_side_sees_what_is_meant_for_it() {
    let mut it = Life::active(AgreementTier::Twin).partnership;
    for (side, with) in [
        (CitySide::A, SharedWith::OwnSide),
        (CitySide::A, SharedWith::BothSides),
        (CitySide::B, SharedWith::OwnSide),
        (CitySide::B, SharedWith::Public),
    ] {
        it = it.share(side, Some(id(1)), contact(with), start()).unwrap();
    }
    let numbers = |it: &Partnership, side| it.shared_with(side).map(|entry| entry.number).collect::<Vec<_>>();
    assert_eq!(numbers(&it, Some(CitySide::A)), [1, 2, 4]);
    assert_eq!(numbers(&it, Some(CitySide::B)), [2, 3, 4]);
    assert_eq!(numbers(&it, None), [4]);
    // Before the agreement nothing is public, and what was is not after it.
    for state in [PartnershipState::Negotiating, PartnershipState::Ended] {
        let other = Partnership { state, ..it.clone() };
        assert_eq!(numbers(&other, None), [0; 0], "{state}");
        assert_eq!(numbers(&other, Some(CitySide::A)), [1, 2, 4], "{state}");
    }
    // Only the own side takes back, and a number is not given again.
    assert_eq!(it.take_back(CitySide::B, 1), Err(ShareRefusal::NoEntry(1)));
    assert_eq!(it.take_back(CitySide::A, 9), Err(ShareRefusal::NoEntry(9)));
    let it = it.take_back(CitySide::B, 4).unwrap();
    let it = it.share(CitySide::B, None, contact(SharedWith::Public), start()).unwrap();
    assert_eq!(numbers(&it, None), [5]);
}

#[test]
fn what_is_incomplete_or_too_much_or_too_early_is_not_shared() {
    let it = Life::active(AgreementTier::Twin).partnership;
    let share = |it: &Partnership, what| it.share(CitySide::A, None, what, start()).map(|_| ());
    let whole = contact(SharedWith::BothSides);
    assert_eq!(share(&it, whole.clone()), Ok(()));
    assert_eq!(share(&it, Sharing { pointer: None, ..whole.clone() }), Err(ShareRefusal::Pointer));
    assert_eq!(share(&it, Sharing { document: Some(paper()), ..whole.clone() }), Err(ShareRefusal::Document));
    let bare = Sharing { kind: SharedKind::Document, ..whole.clone() };
    assert_eq!(share(&it, bare.clone()), Err(ShareRefusal::Document));
    assert_eq!(share(&it, Sharing { document: Some(paper()), ..bare }), Ok(()));
    for state in <PartnershipState as crate::Vocabulary>::ALL {
        let early = Partnership { state: *state, ..it.clone() };
        let is_open =
            !state.is_final() && ![PartnershipState::Draft, PartnershipState::Proposed].contains(state);
        assert_eq!(share(&early, whole.clone()).is_ok(), is_open, "{state}");
    }
    let mut full = it;
    for _ in 0..SHARED_MAX {
        full = full.share(CitySide::A, None, whole.clone(), start()).unwrap();
    }
    assert_eq!(share(&full, whole), Err(ShareRefusal::Full));
}
