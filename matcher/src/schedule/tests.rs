use proptest::prelude::*;

use super::*;

/// All schedules of a small question, one by one, written apart from the search: the largest objective.
fn brute(problem: &Problem, at: usize, slots: &mut Vec<Option<u8>>) -> Option<Value> {
    if at == problem.wanted.len() {
        return worth(problem, slots);
    }
    let mut best: Option<Value> = None;
    for slot in (0..problem.slots).map(Some).chain([None]) {
        slots.push(slot);
        best = best.max(brute(problem, at + 1, slots));
        slots.pop();
    }
    best
}

/// What a choice of slots is worth with the cost of moves; none where it is against a rule.
fn worth(problem: &Problem, slots: &[Option<u8>]) -> Option<Value> {
    let mut value = 0;
    let mut counts = vec![0_i64; problem.meeters.len()];
    let mut moves = vec![0; problem.meeters.len()];
    let mut seen = std::collections::BTreeSet::new();
    let mut tables = vec![0; usize::from(problem.slots)];
    for (wanted, slot) in problem.wanted.iter().zip(slots) {
        let Some(slot) = slot else {
            if wanted.kept.is_some() {
                return None;
            }
            continue;
        };
        value += Value::from(wanted.score) + if wanted.mutual { MUTUAL } else { 0 };
        for side in [wanted.a, wanted.b] {
            counts[side] += 1;
            value += FAIRNESS / counts[side];
            let meeter = &problem.meeters[side];
            let can = meeter.available >> slot & 1 == 1 && counts[side] <= i64::from(meeter.limit);
            if !can || !seen.insert((side, *slot)) {
                return None;
            }
        }
        if wanted.needs_table {
            tables[usize::from(*slot)] += 1;
            if tables[usize::from(*slot)] > problem.tables {
                return None;
            }
        }
        if wanted.kept.is_some_and(|kept| kept.slot != *slot) {
            if wanted.fixed {
                return None;
            }
            value -= MOVE;
            for side in [wanted.a, wanted.b] {
                moves[side] += 1;
                if moves[side] > MAX_MOVES {
                    return None;
                }
            }
        }
    }
    Some(value)
}

/// That no rule is broken, by the places that are handed out.
fn is_sound(problem: &Problem, schedule: &Schedule) {
    let slots: Vec<Option<u8>> =
        schedule.places.iter().map(|place| place.as_ref().ok().map(|place| place.slot)).collect();
    let value = worth(problem, &slots).expect("a rule is broken");
    assert_eq!(value, schedule.objective - MOVE * Value::from(schedule.moved));
    let mut tables = std::collections::BTreeSet::new();
    for (wanted, place) in problem.wanted.iter().zip(&schedule.places) {
        let Ok(place) = place else { continue };
        assert_eq!(place.table.is_some(), wanted.needs_table);
        if let Some(table) = place.table {
            assert!(table < problem.tables && tables.insert((place.slot, table)), "a table is taken twice");
        }
    }
    assert!(value <= schedule.bound, "{value} passes the bound {}", schedule.bound);
}

fn meeting() -> impl Strategy<Value = (usize, usize, u32, bool, bool)> {
    (0_usize..5, 1_usize..5, 0_u32..=100_000_000, any::<bool>(), any::<bool>())
}

prop_compose! {
    fn question()(
        slots in 1_u8..4,
        tables in 0_u16..3,
        meeters in prop::collection::vec((0_u128..8, 0_u16..4), 5),
        wanted in prop::collection::vec(meeting(), 0..7),
    ) -> Problem {
        Problem {
            slots,
            tables,
            meeters: meeters.into_iter().map(|(available, limit)| Meeter { available, limit }).collect(),
            wanted: wanted
                .into_iter()
                .map(|(a, gap, score, mutual, needs_table)| {
                    Wanted { a, b: (a + gap) % 5, score, mutual, needs_table, kept: None, fixed: false }
                })
                .collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_small_question_is_answered_as_by_trying_everything(problem in question()) {
        let schedule = solve(&problem, Effort::default()).unwrap();
        is_sound(&problem, &schedule);
        prop_assert!(schedule.proved);
        prop_assert_eq!(Some(schedule.objective), brute(&problem, 0, &mut Vec::new()));
        prop_assert_eq!(&schedule, &solve(&problem, Effort::default()).unwrap());
    }

    #[test]
    fn without_the_complete_search_it_is_sound_and_within_the_bound(problem in question()) {
        let schedule = solve(&problem, Effort { steps: 500, exact: 0, bound: 150 }).unwrap();
        is_sound(&problem, &schedule);
        let best = brute(&problem, 0, &mut Vec::new()).unwrap();
        prop_assert!(best <= schedule.bound);
        if schedule.proved {
            prop_assert_eq!(schedule.objective, best);
        }
    }

    #[test]
    fn another_day_keeps_what_was_published(problem in question(), gone in 0_usize..7, fixed in 0_usize..7) {
        let first = solve(&problem, Effort::default()).unwrap();
        let mut next = problem;
        for (wanted, place) in next.wanted.iter_mut().zip(&first.places) {
            wanted.kept = place.as_ref().ok().copied();
        }
        if let Some(wanted) = next.wanted.get_mut(fixed) {
            wanted.fixed = wanted.kept.is_some();
        }
        if gone < next.wanted.len() {
            next.wanted.remove(gone);
        }
        let second = solve(&next, Effort::default()).unwrap();
        is_sound(&next, &second);
        prop_assert_eq!(
            Some(second.objective - MOVE * Value::from(second.moved)),
            brute(&next, 0, &mut Vec::new())
        );
    }
}

fn free(slots: u8) -> Meeter {
    Meeter { available: (1 << slots) - 1, limit: 9 }
}

fn wish(a: usize, b: usize, score: u32) -> Wanted {
    Wanted { a, b, score, mutual: false, needs_table: true, kept: None, fixed: false }
}

#[test]
fn what_both_have_asked_for_goes_first() {
    let mut problem = Problem {
        slots: 1,
        tables: 1,
        meeters: vec![free(1); 3],
        wanted: vec![wish(0, 1, 100_000_000), Wanted { mutual: true, ..wish(0, 2, 1) }],
    };
    let schedule = solve(&problem, Effort::default()).unwrap();
    assert_eq!(schedule.places[0], Err(Why::ParticipantFull));
    assert_eq!(schedule.places[1], Ok(Place { slot: 0, table: Some(0) }));
    problem.wanted[1].mutual = false;
    assert!(solve(&problem, Effort::default()).unwrap().places[0].is_ok(), "else the score decides");
}

#[test]
fn why_there_is_no_place_is_said() {
    let apart = Problem {
        slots: 2,
        tables: 1,
        meeters: vec![Meeter { available: 1, limit: 9 }, Meeter { available: 2, limit: 9 }],
        wanted: vec![wish(0, 1, 5)],
    };
    assert_eq!(solve(&apart, Effort::default()).unwrap().places, [Err(Why::NoCommonSlot)]);
    let no_table = Problem {
        slots: 1,
        tables: 1,
        meeters: vec![free(1); 4],
        wanted: vec![wish(0, 1, 5), wish(2, 3, 4)],
    };
    assert_eq!(solve(&no_table, Effort::default()).unwrap().places[1], Err(Why::NoTable));
}

#[test]
fn what_is_no_question_is_refused_with_its_place() {
    let good = Problem { slots: 2, tables: 1, meeters: vec![free(2); 2], wanted: vec![wish(0, 1, 5)] };
    let with = |change: fn(&mut Problem)| {
        let mut problem = good.clone();
        change(&mut problem);
        solve(&problem, Effort::default()).unwrap_err()
    };
    assert_eq!(with(|it| it.slots = 129), ProblemError::Slots);
    assert_eq!(with(|it| it.wanted[0].b = 0), ProblemError::Sides(0));
    assert_eq!(with(|it| it.wanted[0].a = 7), ProblemError::Sides(0));
    assert_eq!(with(|it| it.wanted[0].kept = Some(Place { slot: 0, table: Some(1) })), ProblemError::Kept(0));
    assert_eq!(with(|it| it.wanted[0].kept = Some(Place { slot: 5, table: Some(0) })), ProblemError::Kept(0));
}

/// A forum of 120 with 20 slots and 30 tables, where each asks for some: it ends in time, near the bound.
#[test]
fn a_forum_of_120_comes_near_the_bound() {
    let mut draw = crate::draw::Draw(7);
    let mut drawn = |below: u64| draw.next() % below;
    let meeters = (0..120)
        .map(|_| Meeter { available: u128::from(drawn(1 << 20) | drawn(1 << 20)), limit: 8 })
        .collect();
    let wanted = (0..500)
        .map(|_| {
            let a = drawn(120) as usize;
            let b = (a + 1 + drawn(119) as usize) % 120;
            Wanted { mutual: drawn(3) > 0, ..wish(a, b, drawn(100_000_001) as u32) }
        })
        .collect();
    let problem = Problem { slots: 20, tables: 30, meeters, wanted };
    let schedule = solve(&problem, Effort { steps: 50_000, ..Effort::default() }).unwrap();
    is_sound(&problem, &schedule);
    let share = schedule.objective * 1_000 / schedule.bound;
    assert!(share >= 970, "{share} thousandths of the bound");
}
