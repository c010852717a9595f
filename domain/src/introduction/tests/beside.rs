//! What stands beside the table: the budget of contacts and the document room.

use chrono::{DateTime, TimeZone, Utc};

use super::{super::*, expressed, later, noon, person};
use crate::Vocabulary;

#[test]
fn the_budget_is_ten_a_month_more_for_answers_and_less_for_blocks() {
    let of = |expressed, replies, blocks| ContactBudget { expressed, replies, blocks }.left();
    assert_eq!([of(0, 0, 0), of(10, 0, 0), of(10, 2, 0), of(9, 0, 1), of(0, 0, 40)], [10, 0, 2, 0, 0]);
    assert_eq!(month_begins(noon()), Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap());
}

#[test]
fn a_block_lowers_no_budget_before_a_month_begins_a_week_or_more_after_it_and_lowers_one_month_alone() {
    let at = |month, day, hour| Utc.with_ymd_and_hms(2026, month, day, hour, 0, 0).unwrap();
    let counts = |block: DateTime<Utc>, now| {
        let (from, until) = blocks_counted(now);
        from <= block && block < until
    };
    for (block, month) in [
        (at(3, 1, 0), 4),
        (at(3, 24, 23), 4),
        // Too near to the end of the month: who looks on its last day and on the first would know.
        (at(3, 25, 0), 5),
        (at(3, 31, 23), 5),
        (at(4, 23, 23), 5),
    ] {
        let counted: Vec<u32> = (1..=12)
            .filter(|month| {
                let (first, last) = (at(*month, 1, 0), at(*month, 28, 23));
                assert_eq!(counts(block, first), counts(block, last), "all through the month");
                counts(block, first)
            })
            .collect();
        assert_eq!(counted, [month], "{block}");
    }
}

#[test]
fn folders_open_by_stage_and_never_before_due_diligence() {
    for folder in RoomFolder::ALL {
        for state in IntroductionState::ALL {
            let early = matches!(
                state,
                IntroductionState::Expressed | IntroductionState::Accepted | IntroductionState::InDiscussion
            );
            assert!(
                !(folder.is_open_in(*state)
                    && (early || (state.is_over() && *state != IntroductionState::Closed)))
            );
        }
    }
}

#[test]
fn a_folder_is_read_with_its_stage_an_agreement_and_a_grant_that_holds() {
    let room = Introduction { state: IntroductionState::DueDiligence, ..expressed() };
    assert_eq!(
        expressed().grant(RoomFolder::Legal, later(9), person(20), noon()),
        Err(GrantRefusal::NotIntroduced(IntroductionState::Expressed))
    );
    assert_eq!(room.grant(RoomFolder::Legal, later(181), person(20), noon()), Err(GrantRefusal::TooLong));
    let granted = room.grant(RoomFolder::Legal, later(9), person(20), noon()).unwrap();
    assert!(!granted.reads(RoomFolder::Legal, noon()));
    let settled = granted.settle_nda(Side::Owner, true, noon()).unwrap();
    assert!(settled.reads(RoomFolder::Legal, later(8)));
    assert!(!settled.reads(RoomFolder::Legal, later(9)));
    assert!(!settled.reads(RoomFolder::Financial, noon()));
    let shut = settled.grant(RoomFolder::Legal, noon(), person(20), noon()).unwrap();
    assert!(!shut.reads(RoomFolder::Legal, noon()) && shut.grants.len() == 1);
    let ended = Introduction { state: IntroductionState::Ended, ..settled };
    assert!(!ended.reads(RoomFolder::Legal, noon()));
}
