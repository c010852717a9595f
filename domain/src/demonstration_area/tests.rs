use chrono::{DateTime, Months, NaiveDate, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    Vocabulary,
    account::Person,
    id::Id,
    machine::{
        Machine as _,
        trial::{each_guard_alone, every_guard_guards, every_triple, triples},
    },
    organisation::Organisation,
    partnership::CitySeat,
    value::{Lang, Localized, SingleLine},
    vocabulary::AreaFocus,
};

/// Every triple that is allowed, written down a second time, apart from the table. A lone `=` is to stay.
const ALLOWED: &str = "
DRAFT EDIT HOST_OFFICER =
DRAFT,PROPOSED,HOST_APPROVED,PAIR_PENDING,DESIGNATED_PAIR NAME_EVALUATOR HOST_OFFICER =
DRAFT PROPOSE HOST_OFFICER PROPOSED
PROPOSED APPROVE HOST_AUTHORITY HOST_APPROVED
PROPOSED RETURN HOST_AUTHORITY DRAFT
PROPOSED REJECT HOST_AUTHORITY REJECTED
PROPOSED,HOST_APPROVED,OPERATING LINK_MIRROR HOST_OFFICER =
PROPOSED,HOST_APPROVED,OPERATING UNLINK HOST_OFFICER =
PAIR_PENDING,DESIGNATED_PAIR UNLINK HOST_OFFICER HOST_APPROVED
PROPOSED,HOST_APPROVED,OPERATING,EVALUATING,EVALUATED,EXTENDED,SUSPENDED MIRROR_UNLINKED SYSTEM =
PAIR_PENDING,DESIGNATED_PAIR MIRROR_UNLINKED SYSTEM HOST_APPROVED
HOST_APPROVED PAIR SYSTEM PAIR_PENDING
PAIR_PENDING DESIGNATE SYSTEM DESIGNATED_PAIR
OPERATING DESIGNATE SYSTEM =
HOST_APPROVED,DESIGNATED_PAIR,EXTENDED START HOST_OFFICER OPERATING
OPERATING FLAG_UNPAIRED SYSTEM =
OPERATING,EVALUATING REPORT_TASK HOST_OFFICER =
OPERATING EVALUATE HOST_OFFICER,SYSTEM EVALUATING
EVALUATING PUBLISH_EVALUATION EVALUATOR EVALUATED
EVALUATED EXTEND HOST_AUTHORITY EXTENDED
EVALUATED SCALE HOST_AUTHORITY SCALED
EVALUATED CLOSE HOST_AUTHORITY CLOSED
OPERATING SUSPEND HOST_AUTHORITY SUSPENDED
SUSPENDED RESUME HOST_AUTHORITY OPERATING
DRAFT,PROPOSED,HOST_APPROVED,PAIR_PENDING,DESIGNATED_PAIR WITHDRAW HOST_OFFICER WITHDRAWN
";

const HOLDS: AreaCircumstances = AreaCircumstances {
    focuses: 1,
    tasks: 3,
    target_ahead: true,
    only_one: true,
    evaluator_named: true,
    evaluator_not_host: true,
    reasons: 1,
    other_city: true,
    mirror_free: true,
    unlinked: true,
    linked: true,
    links_back: true,
    mirror_gone: true,
    mirror_approved: true,
    unpaired: true,
    unpaired_months: 12,
    flagged: false,
    task_exists: true,
    evidence: 1,
    target_reached: true,
};

#[test]
fn every_triple_is_as_written_down_and_all_others_are_refused() {
    let (tried, _) = every_triple::<AreaMachine>(ALLOWED, |from, transition, who| {
        AreaMachine::transition(from, transition, &[who], &HOLDS)
    });
    assert_eq!(tried, 14 * 22 * 4);
}

#[test]
fn each_guard_alone_stops_its_transitions_and_is_named() {
    let stopped = each_guard_alone::<AreaMachine>(|rule, guard, from| {
        let mut at = HOLDS;
        match guard {
            AreaGuard::Focus => at.focuses = 0,
            AreaGuard::Tasks => at.tasks = 2,
            AreaGuard::TargetDate => at.target_ahead = false,
            AreaGuard::OnlyOne => at.only_one = false,
            AreaGuard::EvaluatorNamed => at.evaluator_named = false,
            AreaGuard::EvaluatorNotHost => at.evaluator_not_host = false,
            AreaGuard::Reason => at.reasons = 0,
            AreaGuard::OtherCity => at.other_city = false,
            AreaGuard::MirrorFree => at.mirror_free = false,
            AreaGuard::Unlinked => at.unlinked = false,
            AreaGuard::Linked => at.linked = false,
            AreaGuard::LinksBack => at.links_back = false,
            AreaGuard::MirrorGone => at.mirror_gone = false,
            AreaGuard::MirrorApproved => at.mirror_approved = false,
            AreaGuard::Unpaired => at.unpaired = false,
            AreaGuard::Unpaired12 => at.unpaired_months = 11,
            AreaGuard::TaskExists => at.task_exists = false,
            AreaGuard::Evidence => at.evidence = 0,
            AreaGuard::TargetReached => at.target_reached = false,
        }
        AreaMachine::transition(from, rule.transition, rule.who, &at)
    });
    assert!(stopped > 0);
    every_guard_guards::<AreaMachine>();
}

fn id<T>(n: u128) -> Id<T> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn day(year: i32, month: u32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, month, 1).unwrap().and_hms_opt(8, 0, 0).unwrap().and_utc()
}

fn said(text: &str) -> Localized {
    Localized::new(Lang::EN, text).unwrap()
}

fn plan() -> AreaPlan {
    let task = |number: u32| AreaTask {
        number,
        title: said("A task"),
        owner: Some(SingleLine::new("Port authority").unwrap()),
        due: Some(day(2028, 1).date_naive()),
        status: TaskStatus::Met,
        evidence: vec![],
    };
    AreaPlan {
        title: said("Digital port"),
        focus: vec![AreaFocus::SmartCity, AreaFocus::Ecommerce],
        tasks: vec![task(1), task(2), task(3)],
        target_date: day(2029, 1).date_naive(),
        authority: id(50),
    }
}

fn actor(party: AreaParty, organisation: u128) -> AreaActor {
    let person: Id<Person> = id(1);
    AreaActor { person: Some(person), organisation: Some(id(organisation)), parties: vec![party] }
}

fn officer() -> AreaActor {
    actor(AreaParty::HostOfficer, 10)
}

fn authority() -> AreaActor {
    actor(AreaParty::HostAuthority, 50)
}

const EVALUATOR: u128 = 70;

fn draft(number: u128) -> DemonstrationArea {
    let host = CitySeat { city: id(number.saturating_add(100)), office: id(10) };
    DemonstrationArea::draft(id(number), &officer(), host, plan(), day(2026, 1)).unwrap()
}

fn ask(
    area: &mut DemonstrationArea,
    command: AreaCommand,
    actor: &AreaActor,
    now: DateTime<Utc>,
) -> Result<AreaState, AreaRefusal> {
    area.act(command, actor, now).map(|event| event.to)
}

fn proposed(number: u128) -> DemonstrationArea {
    let mut area = draft(number);
    let propose = AreaCommand::Propose { only_one: true };
    assert_eq!(ask(&mut area, propose, &officer(), day(2026, 2)), Ok(AreaState::Proposed));
    area
}

fn approved(number: u128) -> DemonstrationArea {
    let mut area = proposed(number);
    ask(&mut area, AreaCommand::Approve, &authority(), day(2026, 3)).unwrap();
    area
}

fn link(one: &mut DemonstrationArea, other: &mut DemonstrationArea) {
    let now = day(2026, 4);
    ask(one, AreaCommand::LinkMirror(other.as_mirror()), &officer(), now).unwrap();
    ask(other, AreaCommand::LinkMirror(one.as_mirror()), &officer(), now).unwrap();
}

fn started(number: u128) -> DemonstrationArea {
    let mut area = approved(number);
    let name = AreaCommand::NameEvaluator(id(EVALUATOR));
    ask(&mut area, name, &officer(), day(2026, 4)).unwrap();
    assert_eq!(ask(&mut area, AreaCommand::Start, &officer(), day(2026, 5)), Ok(AreaState::Operating));
    area
}

/// Row 8.9: an area with numbered tasks, a target date and an evaluation, from draft to end (journey E).
#[test]
fn row_8_9_an_area_goes_the_whole_way() {
    let mut area = started(1);
    let now = day(2027, 1);
    assert!(area.plan.tasks.iter().all(|task| task.status == TaskStatus::Open), "none is met beforehand");
    let report =
        |number, evidence| AreaCommand::ReportTask { number, status: TaskStatus::PartiallyMet, evidence };
    let refused = ask(&mut area, report(9, vec![]), &officer(), now);
    assert_eq!(refused, Err(AreaRefusal::Guards(vec![AreaGuard::TaskExists, AreaGuard::Evidence])));
    ask(&mut area, report(2, vec![id(90)]), &officer(), now).unwrap();
    assert_eq!(area.plan.tasks[1].status, TaskStatus::PartiallyMet);
    assert_eq!(area.wakes(), Some(day(2027, 5)));
    let target = area.plan.target_date.and_hms_opt(0, 0, 0).unwrap().and_utc();
    assert_eq!(area.due(target), Some(AreaCommand::Evaluate));
    ask(&mut area, AreaCommand::Evaluate, &AreaActor::system(), target).unwrap();
    let publish =
        AreaCommand::PublishEvaluation { summary: said("Two of three met"), document: Some(id(91)) };
    let wrong = ask(&mut area, publish.clone(), &actor(AreaParty::Evaluator, 71), target);
    assert!(matches!(wrong, Err(AreaRefusal::NotPermitted { .. })), "another is not the evaluator");
    let event = area.act(publish, &actor(AreaParty::Evaluator, EVALUATOR), target).unwrap();
    assert!(event.effects.contains(&AreaEffect::Publish));
    let past = ask(&mut area, AreaCommand::Extend(target.date_naive()), &authority(), target);
    assert_eq!(past, Err(AreaRefusal::Guards(vec![AreaGuard::TargetDate])));
    let later = day(2031, 1).date_naive();
    assert_eq!(ask(&mut area, AreaCommand::Extend(later), &authority(), target), Ok(AreaState::Extended));
    assert_eq!(ask(&mut area, AreaCommand::Start, &officer(), target), Ok(AreaState::Operating));
    let json = serde_json::to_string(&area).unwrap();
    assert_eq!(serde_json::from_str::<DemonstrationArea>(&json).unwrap(), area);
}

/// Row 8.10: an area in each of the two cities; each host approves its own, and the pair needs both.
#[test]
fn row_8_10_a_designated_pair_needs_both_approvals() {
    let (mut one, mut other) = (approved(1), proposed(2));
    link(&mut one, &mut other);
    settle_pair(&mut one, &mut other, day(2026, 4));
    assert_eq!((one.state, other.state), (AreaState::PairPending, AreaState::Proposed));
    ask(&mut other, AreaCommand::Approve, &authority(), day(2026, 5)).unwrap();
    let events = settle_pair(&mut one, &mut other, day(2026, 5));
    assert_eq!((one.state, other.state), (AreaState::DesignatedPair, AreaState::DesignatedPair));
    assert_eq!(events.len(), 3);
    assert_eq!(settle_pair(&mut one, &mut other, day(2026, 5)), [], "once is enough");
    // Either host can take it back, and both stand where their own approval left them.
    let event = one.act(AreaCommand::Unlink, &officer(), day(2026, 6)).unwrap();
    assert_eq!(event.effects, [AreaEffect::UnlinkMirror { area: other.id }]);
    let gone = AreaCommand::MirrorUnlinked(one.as_mirror());
    ask(&mut other, gone, &AreaActor::system(), day(2026, 6)).unwrap();
    assert_eq!((one.state, other.state), (AreaState::HostApproved, AreaState::HostApproved));
    assert_eq!((one.mirror, other.mirror, one.paired_since), (None, None, None));
}

#[test]
fn a_link_of_one_host_alone_makes_no_pair() {
    let (mut one, mut other, mut third) = (approved(1), approved(2), approved(3));
    ask(&mut one, AreaCommand::LinkMirror(other.as_mirror()), &officer(), day(2026, 4)).unwrap();
    assert_eq!(settle_pair(&mut one, &mut other, day(2026, 4)), []);
    ask(&mut other, AreaCommand::LinkMirror(third.as_mirror()), &officer(), day(2026, 4)).unwrap();
    assert_eq!(settle_pair(&mut one, &mut other, day(2026, 4)), []);
    let taken = ask(&mut third, AreaCommand::LinkMirror(one.as_mirror()), &officer(), day(2026, 4));
    assert_eq!(taken, Err(AreaRefusal::Guards(vec![AreaGuard::MirrorFree])));
    let second = ask(&mut one, AreaCommand::LinkMirror(third.as_mirror()), &officer(), day(2026, 4));
    assert_eq!(second, Err(AreaRefusal::Guards(vec![AreaGuard::Unlinked])));
    let mut same_city = approved(4);
    same_city.host.city = one.host.city;
    let own = ask(&mut same_city, AreaCommand::LinkMirror(one.as_mirror()), &officer(), day(2026, 4));
    assert!(matches!(own, Err(AreaRefusal::Guards(open)) if open.contains(&AreaGuard::OtherCity)));
}

/// Row 8.11: the seven fields of article 8; an area without one is refused.
#[test]
fn row_8_11_an_area_without_focus_is_refused() {
    assert_eq!(AreaFocus::ALL.len(), 7);
    let refused = |change: &dyn Fn(&mut AreaPlan), only_one: bool| {
        let mut area = draft(1);
        let mut plan = plan();
        change(&mut plan);
        ask(&mut area, AreaCommand::Edit(plan), &officer(), day(2026, 1)).unwrap();
        match ask(&mut area, AreaCommand::Propose { only_one }, &officer(), day(2026, 2)) {
            Err(AreaRefusal::Guards(open)) => open,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&|plan| plan.focus.clear(), true), [AreaGuard::Focus]);
    assert_eq!(refused(&|plan| plan.focus.push(AreaFocus::SmartCity), true), [AreaGuard::Focus]);
    assert_eq!(refused(&|plan| plan.tasks.truncate(2), true), [AreaGuard::Tasks]);
    assert_eq!(refused(&|plan| plan.tasks[0].owner = None, true), [AreaGuard::Tasks]);
    assert_eq!(refused(&|plan| plan.tasks[0].due = None, true), [AreaGuard::Tasks]);
    assert_eq!(
        refused(&|plan| plan.tasks[0].due = Some(day(2030, 1).date_naive()), true),
        [AreaGuard::Tasks]
    );
    assert_eq!(refused(&|plan| plan.tasks[0].number = 2, true), [AreaGuard::Tasks]);
    assert_eq!(refused(&|_| {}, false), [AreaGuard::OnlyOne]);
}

#[test]
fn the_evaluator_is_named_before_the_start_and_is_not_the_host() {
    let mut area = approved(1);
    let now = day(2026, 4);
    let start = ask(&mut area, AreaCommand::Start, &officer(), now);
    assert_eq!(start, Err(AreaRefusal::Guards(vec![AreaGuard::EvaluatorNamed])));
    for own in [10, 50] {
        let name = AreaCommand::NameEvaluator(id::<Organisation>(own));
        assert_eq!(
            ask(&mut area, name, &officer(), now),
            Err(AreaRefusal::Guards(vec![AreaGuard::EvaluatorNotHost]))
        );
    }
    let mut begun = started(2);
    // Two hosts of a pair do not judge each other, in whichever order it is asked for.
    let (mut one, mut other) = (approved(3), approved(4));
    one.host.office = id(20);
    ask(&mut other, AreaCommand::NameEvaluator(id(20)), &officer(), day(2026, 4)).unwrap();
    assert_eq!(
        ask(&mut other, AreaCommand::LinkMirror(one.as_mirror()), &officer(), day(2026, 4)),
        Err(AreaRefusal::Guards(vec![AreaGuard::EvaluatorNotHost]))
    );
    ask(&mut other, AreaCommand::NameEvaluator(id(EVALUATOR)), &officer(), day(2026, 4)).unwrap();
    ask(&mut other, AreaCommand::LinkMirror(one.as_mirror()), &officer(), day(2026, 4)).unwrap();
    assert_eq!(
        ask(&mut other, AreaCommand::NameEvaluator(id(20)), &officer(), day(2026, 4)),
        Err(AreaRefusal::Guards(vec![AreaGuard::EvaluatorNotHost]))
    );
    let late = ask(&mut begun, AreaCommand::NameEvaluator(id(71)), &officer(), day(2026, 6));
    assert!(matches!(late, Err(AreaRefusal::InvalidTransition { .. })));
}

#[test]
fn twelve_months_without_a_pair_are_flagged_once_until_it_finds_one() {
    let mut area = started(1);
    let began = day(2026, 5);
    let after = |months: u32| began.checked_add_months(Months::new(months)).unwrap();
    assert_eq!(area.due(after(11)), None);
    assert_eq!(area.due(after(12)), Some(AreaCommand::FlagUnpaired));
    ask(&mut area, AreaCommand::FlagUnpaired, &AreaActor::system(), after(12)).unwrap();
    assert!(area.flagged_unpaired && area.due(after(13)).is_none());
    assert_eq!(area.state, AreaState::Operating);
    let mut other = approved(2);
    link(&mut area, &mut other);
    settle_pair(&mut area, &mut other, after(14));
    assert_eq!((area.state, other.state), (AreaState::Operating, AreaState::DesignatedPair));
    assert!(!area.flagged_unpaired && area.paired_since == Some(after(14)));
    // The clock runs anew where the other host leaves.
    let gone = |other: &DemonstrationArea| AreaCommand::MirrorUnlinked(other.as_mirror());
    let there = ask(&mut area, gone(&other), &AreaActor::system(), after(15));
    assert_eq!(there, Err(AreaRefusal::Guards(vec![AreaGuard::MirrorGone])));
    ask(&mut other, AreaCommand::Unlink, &officer(), after(15)).unwrap();
    ask(&mut area, gone(&other), &AreaActor::system(), after(15)).unwrap();
    assert_eq!((area.due(after(26)), area.due(after(27))), (None, Some(AreaCommand::FlagUnpaired)));
}

/// Row 0.2 for areas: before they begin, their host can leave.
#[test]
fn row_0_2_every_state_before_the_start_has_a_withdrawal() {
    let (mut one, mut other) = (approved(1), approved(2));
    link(&mut one, &mut other);
    settle_pair(&mut one, &mut other, day(2026, 4));
    let mut pending = one.clone();
    pending.state = AreaState::PairPending;
    for mut area in [draft(5), proposed(6), approved(7), pending, one] {
        let linked = area.mirror;
        let event = area.act(AreaCommand::Withdraw, &officer(), day(2026, 6)).unwrap();
        assert_eq!(event.to, AreaState::Withdrawn);
        assert_eq!(event.effects.is_empty(), linked.is_none(), "the other host is told");
    }
}

fn command(kind: AreaTransition, mirror: MirrorFacts, draw: u8) -> AreaCommand {
    use AreaTransition as T;
    let good = !draw.is_multiple_of(4);
    let reason = good.then(|| said("A reason"));
    match kind {
        T::Edit => AreaCommand::Edit(plan()),
        T::NameEvaluator => AreaCommand::NameEvaluator(id(if good { EVALUATOR } else { 10 })),
        T::Propose => AreaCommand::Propose { only_one: good },
        T::Approve => AreaCommand::Approve,
        T::Return => AreaCommand::Return(reason),
        T::Reject => AreaCommand::Reject(reason),
        T::LinkMirror => AreaCommand::LinkMirror(mirror),
        T::Unlink => AreaCommand::Unlink,
        T::MirrorUnlinked => AreaCommand::MirrorUnlinked(mirror),
        T::Pair => AreaCommand::Pair(mirror),
        T::Designate => AreaCommand::Designate(mirror),
        T::Start => AreaCommand::Start,
        T::FlagUnpaired => AreaCommand::FlagUnpaired,
        T::ReportTask => {
            AreaCommand::ReportTask { number: 1, status: TaskStatus::Met, evidence: vec![id(9)] }
        }
        T::Evaluate => AreaCommand::Evaluate,
        T::PublishEvaluation => {
            AreaCommand::PublishEvaluation { summary: said("Done"), document: good.then(|| id(9)) }
        }
        T::Extend => AreaCommand::Extend(day(2040, 1).date_naive()),
        T::Scale => AreaCommand::Scale,
        T::Close => AreaCommand::Close(reason),
        T::Suspend => AreaCommand::Suspend(reason),
        T::Resume => AreaCommand::Resume,
        T::Withdraw => AreaCommand::Withdraw,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// However two areas are walked, they move only as the second list says, what is refused changes nothing, and one
    /// that is designated before its start has a partner that is approved and links back.
    #[test]
    fn no_walk_leaves_the_table(
        deeds in proptest::collection::vec((any::<bool>(), 0..22_usize, 0..4_usize, any::<u8>()), 1..80),
    ) {
        let allowed = triples(ALLOWED);
        let (mut one, mut other) = (approved(1), proposed(2));
        link(&mut one, &mut other);
        let mut now = day(2026, 5);
        for (first, kind, who, draw) in deeds {
            now = now.checked_add_days(chrono::Days::new(20)).unwrap();
            let (area, mirror) = if first { (&mut one, &mut other) } else { (&mut other, &mut one) };
            let party = AreaParty::ALL[who];
            let actor = actor(party, if party == AreaParty::Evaluator { EVALUATOR } else { 10 });
            let before = area.clone();
            match area.act(command(AreaTransition::ALL[kind], mirror.as_mirror(), draw), &actor, now) {
                Err(_) => prop_assert_eq!(&*area, &before),
                Ok(event) => {
                    let written = allowed.get(&(event.from.code(), event.transition.code(), party.code()));
                    prop_assert_eq!(written, Some(&event.to.code()), "{:?}", event);
                    if event.effects.contains(&AreaEffect::UnlinkMirror { area: mirror.id }) && mirror.mirror == Some(area.id) {
                        let _ = mirror.act(AreaCommand::MirrorUnlinked(area.as_mirror()), &AreaActor::system(), now);
                    }
                    settle_pair(area, mirror, now);
                }
            }
            for (area, mirror) in [(&one, &other), (&other, &one)] {
                if area.state == AreaState::DesignatedPair {
                    prop_assert_eq!(area.mirror, Some(mirror.id));
                    prop_assert_eq!(mirror.mirror, Some(area.id));
                    prop_assert!(mirror.state.is_approved(), "{}", mirror.state);
                }
            }
        }
    }
}
