#![expect(clippy::arithmetic_side_effects, reason = "a test fails by panic, at the place that says why")]

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    Vocabulary,
    id::Id,
    machine::{
        Machine as _,
        trial::{each_guard_alone, every_guard_guards, every_triple, guards_of},
    },
    value::{Lang, Localized, SingleLine},
    vocabulary::OrganisationKind,
};

/// Every triple that is allowed, written down a second time, apart from the table. A lone `=` is to stay.
const ALLOWED: &str = "
DRAFT EDIT ORGANISER =
DRAFT ANNOUNCE ORGANISER ANNOUNCED
ANNOUNCED OPEN ORGANISER REGISTRATION
REGISTRATION OPEN_REQUESTS ORGANISER REQUESTING
REQUESTING FREEZE ORGANISER,SYSTEM SCHEDULING
SCHEDULING PUBLISH ORGANISER PUBLISHED
PUBLISHED START SYSTEM LIVE
LIVE END SYSTEM CLOSED
CLOSED REPORT ORGANISER REPORTED
DRAFT,ANNOUNCED,REGISTRATION,REQUESTING,SCHEDULING,PUBLISHED CANCEL ORGANISER CANCELLED
";

/// What holds for a guard that looks at the clock is what does not for its opposite, so each rule is given its own.
fn holds(guards: &[EventGuard]) -> EventCircumstances {
    let clock = |guard| guards.contains(&guard);
    EventCircumstances {
        slots: 1,
        tables: 1,
        freeze_ahead: !clock(EventGuard::FreezeReached),
        start_ahead: !clock(EventGuard::StartReached),
        end_reached: true,
        double_bookings: 0,
        summaries: 1,
        reasons: 1,
    }
}

#[test]
fn every_triple_is_as_written_down_and_all_others_are_refused() {
    let (tried, _) = every_triple::<EventMachine>(ALLOWED, |from, transition, who| {
        let at = holds(guards_of::<EventMachine>(from, transition, who));
        EventMachine::transition(from, transition, &[who], &at)
    });
    assert_eq!(tried, 10 * 10 * 2);
}

#[test]
fn each_guard_alone_stops_its_transitions_and_is_named() {
    let stopped = each_guard_alone::<EventMachine>(|rule, guard, from| {
        let mut at = holds(rule.guards);
        match guard {
            EventGuard::Slots => at.slots = 0,
            EventGuard::Tables => at.tables = 0,
            EventGuard::FreezeAhead => at.freeze_ahead = false,
            EventGuard::StartAhead => at.start_ahead = false,
            EventGuard::FreezeReached => at.freeze_ahead = true,
            EventGuard::StartReached => at.start_ahead = true,
            EventGuard::EndReached => at.end_reached = false,
            EventGuard::NoDoubleBooking => at.double_bookings = 1,
            EventGuard::Summary => at.summaries = 0,
            EventGuard::Reason => at.reasons = 0,
        }
        EventMachine::transition(from, rule.transition, rule.who, &at)
    });
    assert!(stopped > 0);
    every_guard_guards::<EventMachine>();
}

fn at(hour: i64) -> DateTime<Utc> {
    "2027-05-06T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hour)
}

fn slot(from: i64) -> EventSlot {
    EventSlot { starts: at(from), ends: at(from) + TimeDelta::minutes(30) }
}

fn plan() -> EventPlan {
    EventPlan {
        title: Localized::new(Lang::EN, "Digital Silk Road forum").unwrap(),
        about: None,
        kind: EventKind::InvestmentForum,
        venue: SingleLine::new("Hall 3").unwrap(),
        city: None,
        time_zone: SingleLine::new("Europe/Belgrade").unwrap(),
        scheduling: SchedulingMode::Optimised,
        acceptance: AcceptanceMode::OptIn,
        freeze_at: at(-24),
        slots: vec![slot(9), slot(10)],
        tables: vec![SingleLine::new("Table 1").unwrap()],
        stands: 2,
        quotas: vec![
            EventQuota { of: QuotaOf::Level(ExchangeLevel::Government), max: 2 },
            EventQuota { of: QuotaOf::Kind(OrganisationKind::Company), max: 1 },
        ],
        max_participants: 4,
        meetings_each: 2,
    }
}

#[test]
fn a_plan_whose_parts_do_not_fit_is_refused_by_field() {
    assert!(plan().checked().is_ok());
    let path = |change: &dyn Fn(&mut EventPlan)| {
        let mut plan = plan();
        change(&mut plan);
        plan.checked().unwrap_err().0.first().unwrap().path.clone()
    };
    assert_eq!(path(&|plan| plan.slots.reverse()), "slots");
    assert_eq!(path(&|plan| plan.slots = vec![slot(9), EventSlot { starts: at(9), ends: at(11) }]), "slots");
    assert_eq!(path(&|plan| plan.slots = vec![EventSlot { starts: at(9), ends: at(9) }]), "slots");
    assert_eq!(path(&|plan| plan.slots = (0..97).map(slot).collect()), "slots");
    assert_eq!(path(&|plan| plan.freeze_at = at(10)), "freeze_at");
    assert_eq!(path(&|plan| plan.tables.push(SingleLine::new("Table 1").unwrap())), "tables");
    assert_eq!(path(&|plan| plan.max_participants = 0), "max_participants");
    assert_eq!(path(&|plan| plan.max_participants = 401), "max_participants");
    assert_eq!(path(&|plan| plan.meetings_each = 0), "meetings_each");
    assert_eq!(path(&|plan| plan.quotas.extend(plan.quotas.clone())), "quotas");
}

#[test]
fn quotas_of_level_and_kind_and_all_places_are_kept() {
    use OrganisationKind as K;
    let plan = plan();
    let taken = |list: &[(K, u32)]| list.iter().copied().collect::<BTreeMap<K, u32>>();
    assert_eq!(plan.room_for(K::Government, &taken(&[(K::CityOffice, 1)])), Ok(()));
    assert_eq!(
        plan.room_for(K::Government, &taken(&[(K::CityOffice, 1), (K::PublicAgency, 1)])),
        Err(QuotaFull::Level { level: ExchangeLevel::Government, max: 2 })
    );
    assert_eq!(
        plan.room_for(K::Company, &taken(&[(K::Company, 1)])),
        Err(QuotaFull::Kind { kind: K::Company, max: 1 })
    );
    assert_eq!(
        plan.room_for(K::Investor, &taken(&[(K::Company, 1)])),
        Ok(()),
        "a quota of a kind is of that kind"
    );
    assert_eq!(plan.room_for(K::Academic, &taken(&[(K::Ngo, 4)])), Err(QuotaFull::Places(4)));
    for kind in K::ALL {
        assert!(ExchangeLevel::ALL.contains(&ExchangeLevel::of(*kind)));
    }
    for intent in EventIntent::ALL {
        assert_eq!(intent.counterpart().counterpart(), *intent);
    }
}

#[test]
fn an_event_goes_its_way_by_hand_and_by_the_clock() {
    let organiser = EventActor { person: None, parties: vec![EventParty::Organiser] };
    let system = EventActor::system();
    let mut event = ExchangeEvent::draft(Id::from_uuid(Uuid::from_u128(7)), plan(), at(-72));
    assert!(event.act(EventCommand::Open, &organiser, at(-72)).is_err());
    for command in [EventCommand::Announce, EventCommand::Open, EventCommand::OpenRequests] {
        event.act(command, &organiser, at(-48)).unwrap();
    }
    assert!(event.announced && event.requests_open(at(-48)) && !event.requests_open(at(-24)));
    assert_eq!((event.wakes(), event.due(at(-25))), (Some(at(-24)), None));
    let due = event.due(at(-24)).unwrap();
    event.act(due, &system, at(-24)).unwrap();
    assert_eq!(event.state, EventState::Scheduling);
    let before = event.clone();
    let twice = event.act(EventCommand::Publish { double_bookings: 1 }, &organiser, at(-20));
    assert_eq!(twice, Err(EventRefusal::Guards(vec![EventGuard::NoDoubleBooking])));
    assert_eq!(event, before, "what is refused changes nothing");
    event.act(EventCommand::Publish { double_bookings: 0 }, &organiser, at(-20)).unwrap();
    let due = event.due(at(9)).unwrap();
    event.act(due, &system, at(9)).unwrap();
    assert!(
        event.act(EventCommand::Cancel(None), &organiser, at(9)).is_err(),
        "what is live is not cancelled"
    );
    let due = event.due(at(11)).unwrap();
    event.act(due, &system, at(11)).unwrap();
    assert_eq!(event.state, EventState::Closed);
    assert_eq!(
        event.act(EventCommand::Report(None), &organiser, at(12)),
        Err(EventRefusal::Guards(vec![EventGuard::Summary]))
    );
    let json = serde_json::to_string(&event).unwrap();
    assert_eq!(serde_json::from_str::<ExchangeEvent>(&json).unwrap(), event);
}

#[test]
fn a_registration_names_slots_that_there_are() {
    let facts = RegistrationFacts {
        intents: vec![EventIntent::Raise, EventIntent::Invest, EventIntent::Raise],
        available: vec![2, 1, 2],
        languages: vec![Lang::EN],
        project: None,
        mandate: None,
        limit: None,
    };
    let checked = facts.clone().checked(&plan()).unwrap();
    assert_eq!(checked.available, [1, 2]);
    assert_eq!(checked.intents.len(), 2);
    let path = |facts: RegistrationFacts| facts.checked(&plan()).unwrap_err().0.first().unwrap().path.clone();
    assert_eq!(path(RegistrationFacts { available: vec![3], ..facts.clone() }), "available");
    assert_eq!(path(RegistrationFacts { available: vec![0], ..facts.clone() }), "available");
    assert_eq!(path(RegistrationFacts { available: vec![], ..facts.clone() }), "available");
    assert_eq!(path(RegistrationFacts { limit: Some(3), ..facts.clone() }), "limit");
    assert_eq!(path(RegistrationFacts { intents: vec![], ..facts }), "intents");
}

proptest! {
    /// However places are taken, no quota is ever passed.
    #[test]
    fn no_quota_is_passed(asked in prop::collection::vec(prop::sample::select(OrganisationKind::ALL), 0..30)) {
        let plan = EventPlan { max_participants: 6, ..plan() };
        let mut taken: BTreeMap<OrganisationKind, u32> = BTreeMap::new();
        for kind in asked {
            if plan.room_for(kind, &taken).is_ok() {
                *taken.entry(kind).or_default() += 1;
            }
        }
        prop_assert!(taken.values().sum::<u32>() <= 6);
        for quota in &plan.quotas {
            let of: u32 = taken.iter().filter(|(kind, _)| quota.of.counts(**kind)).map(|(_, n)| n).sum();
            prop_assert!(of <= u32::from(quota.max));
        }
    }
}
