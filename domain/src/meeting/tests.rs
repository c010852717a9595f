#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panic, at the place that says why")]

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    exchange_event::AcceptanceMode,
    id::Id,
    machine::{
        Machine as _,
        trial::{each_guard_alone, every_guard_guards, every_triple, guards_of},
    },
    organisation::Organisation,
    value::{Lang, Localized},
};

/// Every triple that is allowed, written down a second time, apart from the table. A lone `=` is to stay.
const ALLOWED: &str = "
REQUESTED ACCEPT RECIPIENT ACCEPTED
REQUESTED DECLINE RECIPIENT DECLINED
REQUESTED WITHDRAW REQUESTER WITHDRAWN
REQUESTED EXPIRE SYSTEM EXPIRED
ACCEPTED,UNPLACED,SCHEDULED SCHEDULE ORGANISER SCHEDULED
ACCEPTED,UNPLACED,SCHEDULED,CONFIRMED SCHEDULE SYSTEM SCHEDULED
ACCEPTED,SCHEDULED,UNPLACED UNPLACE ORGANISER,SYSTEM UNPLACED
SCHEDULED CONFIRM REQUESTER,RECIPIENT CONFIRMED
CONFIRMED CONFIRM REQUESTER,RECIPIENT =
SCHEDULED,CONFIRMED PROPOSE_RESCHEDULE REQUESTER,RECIPIENT RESCHEDULE_PROPOSED
RESCHEDULE_PROPOSED AGREE_RESCHEDULE REQUESTER,RECIPIENT SCHEDULED
RESCHEDULE_PROPOSED KEEP_TIME REQUESTER,RECIPIENT SCHEDULED
ACCEPTED,UNPLACED,SCHEDULED,CONFIRMED,RESCHEDULE_PROPOSED CANCEL REQUESTER,RECIPIENT,SYSTEM CANCELLED
REQUESTED CANCEL SYSTEM CANCELLED
SCHEDULED,CONFIRMED,RESCHEDULE_PROPOSED HOLD SYSTEM HELD
HELD REPORT_NO_SHOW REQUESTER,RECIPIENT NO_SHOW
NO_SHOW CONTEST REQUESTER,RECIPIENT =
NO_SHOW UPHOLD ORGANISER =
NO_SHOW DISMISS ORGANISER HELD
HELD REPORT REQUESTER,RECIPIENT =
";

/// Some guards are each other's opposite, so each rule is given what its own guards ask for.
fn holds(guards: &[MeetingGuard]) -> MeetingCircumstances {
    let has = |guard| guards.contains(&guard);
    MeetingCircumstances {
        room: true,
        requests_open: !has(MeetingGuard::RequestsOver),
        slot_free: true,
        available: true,
        reason: true,
        published: !has(MeetingGuard::Draft),
        before_start: !has(MeetingGuard::Begun),
        said: false,
        other_proposed: true,
        report_open: true,
        of_who_asks: true,
        within_48_hours: true,
        contested: has(MeetingGuard::Contested),
        decided: false,
        apart: true,
    }
}

#[test]
fn every_triple_is_as_written_down_and_all_others_are_refused() {
    let (tried, _) = every_triple::<MeetingMachine>(ALLOWED, |from, transition, who| {
        let at = holds(guards_of::<MeetingMachine>(from, transition, who));
        MeetingMachine::transition(from, transition, &[who], &at)
    });
    assert_eq!(tried, 12 * 17 * 4);
}

#[test]
fn each_guard_alone_stops_its_transitions_and_is_named() {
    let stopped = each_guard_alone::<MeetingMachine>(|rule, guard, from| {
        let mut at = holds(rule.guards);
        match guard {
            MeetingGuard::Room => at.room = false,
            MeetingGuard::RequestsOpen => at.requests_open = false,
            MeetingGuard::RequestsOver => at.requests_open = true,
            MeetingGuard::SlotFree => at.slot_free = false,
            MeetingGuard::Available => at.available = false,
            MeetingGuard::Reason => at.reason = false,
            MeetingGuard::Draft => at.published = true,
            MeetingGuard::Published => at.published = false,
            MeetingGuard::BeforeStart => at.before_start = false,
            MeetingGuard::Begun => at.before_start = true,
            MeetingGuard::NotYetSaid => at.said = true,
            MeetingGuard::OtherProposed => at.other_proposed = false,
            MeetingGuard::ReportOpen => at.report_open = false,
            MeetingGuard::OfWhoAsks => at.of_who_asks = false,
            MeetingGuard::Within48Hours => at.within_48_hours = false,
            MeetingGuard::NotContested => at.contested = true,
            MeetingGuard::Contested => at.contested = false,
            MeetingGuard::Apart => at.apart = false,
        }
        MeetingMachine::transition(from, rule.transition, rule.who, &at)
    });
    assert!(stopped > 0);
    every_guard_guards::<MeetingMachine>();
}

fn id<T>(n: u128) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn at(hour: i64) -> DateTime<Utc> {
    "2027-05-06T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

fn said(text: &str) -> Localized {
    Localized::new(Lang::EN, text).unwrap()
}

fn place(slot: u16, table: u16) -> MeetingPlace {
    let starts = at(i64::from(slot) + 8);
    MeetingPlace { slot, table, stand: false, starts, ends: starts + TimeDelta::minutes(30) }
}

fn meeting(requester: u128, recipient: u128) -> Meeting {
    Meeting {
        event: id(1),
        organiser: id(2),
        requester: id(requester),
        requester_entry: id(requester + 100),
        recipient: id(recipient),
        recipient_entry: id(recipient + 100),
        sender: id(9),
        reason: said("We look for fibre"),
        mutual: false,
        wanted: vec![],
        state: MeetingState::Requested,
        since: at(0),
        place: None,
        published: false,
        sequence: 0,
        confirmed_by: vec![],
        proposed: None,
        unplaced: None,
        declined: None,
        no_show: None,
        outcomes: vec![],
    }
}

fn of(side: MeetingSide) -> MeetingActor {
    MeetingActor { person: Some(id(5)), side: Some(side), parties: vec![side.party()] }
}

const ALL: MeetingAround =
    MeetingAround { room: true, requests_open: true, slot_free: true, available: true };

use MeetingCommand as C;
use MeetingSide::{Recipient, Requester};

fn go(meeting: &mut Meeting, command: C, actor: &MeetingActor, hour: i64) -> MeetingState {
    meeting.act(command, actor, &ALL, at(hour)).unwrap().to
}

fn published() -> Meeting {
    let mut one = meeting(10, 20);
    go(&mut one, C::Accept, &of(Recipient), 1);
    go(&mut one, C::Schedule(place(1, 1)), &MeetingActor::system(), 2);
    one.published = true;
    one
}

#[test]
fn a_meeting_is_moved_confirmed_and_held_and_calendars_hear_of_each_change() {
    let mut one = published();
    assert_eq!((one.sequence, one.wakes()), (0, Some(at(9))), "what was not published yet is no change");
    go(&mut one, C::Confirm, &of(Requester), 3);
    assert_eq!(one.state, MeetingState::Confirmed);
    go(&mut one, C::Confirm, &of(Recipient), 3);
    assert_eq!(one.confirmed_by, [Requester, Recipient]);
    assert!(one.act(C::Confirm, &of(Recipient), &ALL, at(3)).is_err());
    go(&mut one, C::ProposeReschedule(place(2, 1)), &of(Requester), 4);
    let own = one.act(C::AgreeReschedule, &of(Requester), &ALL, at(4));
    assert_eq!(own, Err(MeetingRefusal::Guards(vec![MeetingGuard::OtherProposed])));
    go(&mut one, C::AgreeReschedule, &of(Recipient), 4);
    assert_eq!((one.state, one.place, one.sequence), (MeetingState::Scheduled, Some(place(2, 1)), 1));
    go(&mut one, C::ProposeReschedule(place(3, 1)), &of(Recipient), 5);
    go(&mut one, C::KeepTime, &of(Requester), 5);
    assert_eq!((one.place, one.sequence), (Some(place(2, 1)), 1), "staying is no change");
    assert!(one.act(C::Hold, &MeetingActor::system(), &ALL, at(9)).is_err(), "not before its slot");
    go(&mut one, C::Hold, &MeetingActor::system(), 10);
    assert!(one.act(C::Cancel, &of(Requester), &ALL, at(10)).is_err());
    let word = || C::Report { outcome: MeetingOutcome::FollowUp, words: None, officials: true };
    go(&mut one, word(), &of(Requester), 11);
    go(&mut one, word(), &of(Recipient), 11);
    assert!(one.act(word(), &of(Recipient), &ALL, at(11)).is_err(), "each side says it once");
    let json = serde_json::to_string(&one).unwrap();
    assert_eq!(serde_json::from_str::<Meeting>(&json).unwrap(), one);
}

#[test]
fn that_somebody_did_not_come_is_contested_within_48_hours_and_decided_by_the_organiser() {
    let organiser = MeetingActor { person: None, side: None, parties: vec![MeetingParty::Organiser] };
    let mut one = published();
    go(&mut one, C::Hold, &MeetingActor::system(), 9);
    let late = one.act(C::ReportNoShow, &of(Requester), &ALL, at(9 + 7 * 24 + 1));
    assert_eq!(late, Err(MeetingRefusal::Guards(vec![MeetingGuard::ReportOpen])));
    go(&mut one, C::ReportNoShow, &of(Requester), 10);
    assert!(one.no_show.as_ref().unwrap().counts());
    let wrong = one.act(C::Contest(said("No")), &of(Requester), &ALL, at(10));
    assert_eq!(wrong, Err(MeetingRefusal::Guards(vec![MeetingGuard::OfWhoAsks])));
    let late = one.act(C::Contest(said("No")), &of(Recipient), &ALL, at(10 + 49));
    assert_eq!(late, Err(MeetingRefusal::Guards(vec![MeetingGuard::Within48Hours])));
    assert!(one.act(C::Dismiss, &organiser, &ALL, at(11)).is_err(), "nobody contests it");
    go(&mut one, C::Contest(said("We waited at the wrong table")), &of(Recipient), 10 + 48);
    assert!(!one.no_show.as_ref().unwrap().counts(), "what is contested counts for nobody");
    let mut other = one.clone();
    assert_eq!(go(&mut one, C::Dismiss, &organiser, 60), MeetingState::Held);
    assert!(
        one.act(C::ReportNoShow, &of(Requester), &ALL, at(61)).is_err(),
        "what was decided is not told again"
    );
    go(&mut other, C::Uphold, &organiser, 60);
    assert!(other.no_show.as_ref().unwrap().counts());
    assert!(other.act(C::Dismiss, &organiser, &ALL, at(61)).is_err());
}

#[test]
fn an_organiser_does_not_judge_its_own_meeting_and_what_nobody_judges_counts_for_nobody() {
    let mut one = published();
    one.organiser = one.requester;
    let both = MeetingActor {
        person: None,
        side: Some(Requester),
        parties: vec![MeetingParty::Requester, MeetingParty::Organiser],
    };
    go(&mut one, C::Hold, &MeetingActor::system(), 9);
    go(&mut one, C::ReportNoShow, &both, 10);
    go(&mut one, C::Contest(said("We were there")), &of(Recipient), 11);
    for command in [C::Uphold, C::Dismiss] {
        let refused = one.act(command, &both, &ALL, at(12));
        assert_eq!(refused, Err(MeetingRefusal::Guards(vec![MeetingGuard::Apart])));
    }
    assert!(!one.no_show.as_ref().unwrap().counts());
}

#[test]
fn silence_is_a_yes_only_where_the_event_says_so_and_there_is_room() {
    let begin = |acceptance, room| begin_meeting(&MeetingBegin { acceptance, room, at: at(0) });
    assert_eq!(begin(AcceptanceMode::OptIn, true), MeetingState::Requested);
    assert_eq!(begin(AcceptanceMode::OptOut, true), MeetingState::Accepted);
    assert_eq!(begin(AcceptanceMode::OptOut, false), MeetingState::Requested);
}

#[test]
fn cancelling_what_was_published_raises_the_sequence_once() {
    let mut one = published();
    go(&mut one, C::Cancel, &of(Recipient), 3);
    assert_eq!((one.sequence, one.wakes()), (1, None));
    assert!(one.act(C::Cancel, &of(Recipient), &ALL, at(3)).is_err());
    assert_eq!(one.place, Some(place(1, 1)), "the calendar entry that is cancelled keeps its time");
}

proptest! {
    /// What is told as booked twice is what two placed meetings share, and nothing else.
    #[test]
    fn double_bookings_are_found(
        drawn in prop::collection::vec((1_u128..6, 6_u128..9, 1_u16..4, 1_u16..3), 0..8),
    ) {
        let meetings: Vec<Meeting> = drawn.iter().map(|(a, b, slot, table)| {
            Meeting { state: MeetingState::Scheduled, place: Some(place(*slot, *table)), ..meeting(*a, *b) }
        }).collect();
        let shared = |one: &Meeting, other: &Meeting| {
            let (p, q) = (one.place.unwrap(), other.place.unwrap());
            let people: [Id<Organisation>; 2] = [other.requester, other.recipient];
            p.slot == q.slot
                && (p.table == q.table || people.contains(&one.requester) || people.contains(&one.recipient))
        };
        let any = (0..meetings.len()).any(|i| (0..i).any(|j| shared(&meetings[i], &meetings[j])));
        let found = double_bookings(&meetings);
        prop_assert_eq!(!found.is_empty(), any);
        prop_assert!(found.iter().all(|(_, beyond)| *beyond > 0));
        let off: Vec<Meeting> =
            meetings.into_iter().map(|one| Meeting { state: MeetingState::Cancelled, ..one }).collect();
        prop_assert!(double_bookings(&off).is_empty());
    }
}
