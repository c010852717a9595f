//! Watchers over a small database: what they are told adds up to the list.

use matcher::rank::Reader;
use std::{collections::BTreeMap, time::Duration};

use domain::{id::Id, mandate::Mandate, project::Project, vocabulary::ListingState};
use matcher::{gate::Outcome, score::Interval};
use proptest::prelude::*;

use super::*;
use crate::{
    graphql::world::{World, project},
    store::Store,
};

async fn mandate(world: &World) -> Id<Mandate> {
    world.app.store.find_by_key::<Mandate>("mandate-bank").await.unwrap().unwrap().id
}

async fn project_id(store: &Store, key: &str) -> Uuid {
    store.find_by_key::<Project>(key).await.unwrap().unwrap().id.uuid()
}

/// Events until none comes for a while.
async fn told<W: Watch>(watcher: &mut Watcher<W>) -> Vec<Event<W::Match>> {
    let mut events = Vec::new();
    while let Ok(event) = tokio::time::timeout(Duration::from_secs(1), watcher.next()).await {
        events.push(event.unwrap());
    }
    events
}

#[tokio::test]
async fn events_add_up_to_the_list_and_those_who_lag_get_the_difference() {
    let world = World::new().await;
    let watch =
        MandateWatch { mandate: mandate(&world).await, min_score: None, first: 5, reader: Reader::Inside };
    let mut quick = world.app.watch(watch, true).unwrap();
    let mut slow = world.app.watch(watch, true).unwrap();
    let mut silent = world.app.watch(watch, false).unwrap();
    assert_eq!(world.app.watches.mandates.len(), 1, "one ranking for all three");
    let first = told(&mut quick).await;
    assert_eq!(first.iter().map(|event| event.new.unwrap().rank).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert!(first.iter().all(|event| event.kind == EventKind::New && event.old.is_none()));
    assert_eq!(told(&mut slow).await.len(), 5);
    assert!(told(&mut silent).await.is_empty(), "nothing has happened yet");

    // The first of the list leaves it, comes back as it was, and another one leaves for good.
    let (best, second) = (first[0].subject, first[1].subject);
    let stored =
        world.app.store.find::<Project>(&[Id::from_uuid(best), Id::from_uuid(second)]).await.unwrap();
    let of = |id: Uuid| {
        let stored = &stored[&Id::from_uuid(id)];
        (stored.source_key.clone().unwrap(), stored.value.clone())
    };
    let draft = project("Withdrawn", "RS", |facts| facts.state = ListingState::Draft);
    let (key, was) = of(best);
    world.put_project(&key, draft.clone()).await;
    let gone = told(&mut quick).await;
    assert_eq!((gone[0].kind, gone[0].subject), (EventKind::Gone, best), "what is gone comes first");
    assert!(gone[0].matched.is_none() && gone[0].new.is_none() && gone[0].old.is_some());
    let changed: Vec<_> = gone.iter().filter(|event| event.kind == EventKind::Changed).collect();
    assert_eq!(changed.len(), 4, "four have moved up");
    assert!(changed.iter().all(|event| event.old.unwrap().rank == event.new.unwrap().rank + 1));
    assert_eq!(gone.last().map(|event| (event.kind, event.new.unwrap().rank)), Some((EventKind::New, 5)));
    world.put_project(&key, was).await;
    world.put_project(&of(second).0, draft).await;
    let late = told(&mut slow).await;
    assert!(late.iter().all(|event| event.subject != best), "what came back as it was is no difference");
    assert_eq!((late[0].kind, late[0].subject), (EventKind::Gone, second));
    let now = world.app.ranking.snapshot().catalog.sequence;
    assert!(late.iter().all(|event| event.sequence == now));
    assert!(
        late.iter()
            .skip(1)
            .all(|event| event.matched.as_ref().unwrap().rank == Some(event.new.unwrap().rank))
    );

    // All three know the same list.
    told(&mut quick).await;
    told(&mut silent).await;
    let known =
        |watcher: &Watcher<MandateWatch>| watcher.known.clone().into_iter().collect::<BTreeMap<_, _>>();
    let list: BTreeMap<_, _> = watch.rank(&world.app).unwrap().lines.into_iter().collect();
    for watcher in [&quick, &slow, &silent] {
        assert_eq!(known(watcher), list);
    }
    drop((quick, slow, silent));
    for _ in 0..100 {
        if world.app.watches.mandates.len() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("a feed without watchers ends");
}

#[tokio::test]
async fn a_least_score_bounds_the_list_and_what_is_not_there_is_not_watched() {
    let world = World::new().await;
    let mandate = mandate(&world).await;
    let all = MandateWatch { mandate, min_score: None, first: 100, reader: Reader::Inside }
        .rank(&world.app)
        .unwrap()
        .lines;
    let least = all[all.len() / 2].1.mutual.point;
    let watch = MandateWatch { mandate, min_score: Some(least), first: 100, reader: Reader::Inside };
    let mut watcher = world.app.watch(watch, true).unwrap();
    let events = told(&mut watcher).await;
    assert!(!events.is_empty() && events.len() < all.len());
    assert!(events.iter().all(|event| event.new.unwrap().mutual.point >= least));
    // A project that is public but below the score is not of this list, whoever asks for it.
    let below = all.last().unwrap().0;
    assert!(watch.pair(&world.app, below, 1).unwrap().is_none());
    let draft = project_id(&world.app.store, "draft").await;
    assert!(watch.pair(&world.app, draft, 1).unwrap().is_none(), "not in public");
    let nobody = MandateWatch {
        mandate: Id::from_uuid(Uuid::nil()),
        min_score: None,
        first: 5,
        reader: Reader::Inside,
    };
    assert!(matches!(world.app.watch(nobody, false), Err(AppError::NotFound { what: "mandate" })));
    let city = CityWatch { city: Id::from_uuid(Uuid::nil()), first: 5 };
    assert!(matches!(world.app.watch(city, false), Err(AppError::NotFound { what: "city" })));
}

#[tokio::test]
async fn a_mandate_that_is_taken_away_ends_its_watchers() {
    let world = World::new().await;
    let stored = world.app.store.find_by_key::<Mandate>("mandate-bank").await.unwrap().unwrap();
    let watch = MandateWatch { mandate: stored.id, min_score: None, first: 5, reader: Reader::Inside };
    let mut watcher = world.app.watch(watch, false).unwrap();
    assert!(told(&mut watcher).await.is_empty());
    let mut catalog = matcher::Catalog::clone(&world.app.ranking.snapshot().catalog);
    catalog.remove_mandate(stored.id);
    world.app.ranking.put(catalog);
    let ended = tokio::time::timeout(Duration::from_secs(5), watcher.next()).await.unwrap();
    assert!(matches!(ended, Err(AppError::NotFound { what: "mandate" })), "{ended:?}");
}

#[tokio::test]
async fn partners_are_watched_too() {
    let world = World::new().await;
    let city = world.app.store.find_by_key::<domain::city::City>("geonames:100").await.unwrap().unwrap().id;
    let watch = CityWatch { city, first: 3 };
    let mut watcher = world.app.watch(watch, true).unwrap();
    let events = told(&mut watcher).await;
    let list = watch.rank(&world.app).unwrap().lines;
    assert!(!events.is_empty());
    assert_eq!(events.iter().map(|event| (event.subject, event.new.unwrap())).collect::<Vec<_>>(), list);
    assert!(events.iter().all(|event| event.matched.as_ref().unwrap().viewer == city));
}

#[test]
fn a_line_tells_gates_apart() {
    let score = Interval::default();
    let line = |gates: &[Outcome]| Line::new(1, score, [score, score], gates);
    let (pass, unknown) = (Outcome::Pass, Outcome::Unknown);
    assert_ne!(line(&[pass, unknown]), line(&[unknown, pass]));
    assert_eq!(line(&[pass, unknown]), line(&[pass, unknown]));
    const { assert!(matcher::gate::investment::COUNT <= 16 && matcher::gate::city::COUNT <= 16) };
}

proptest! {
    /// Whatever is known and whatever the list is: the differences, applied, give the list, and say nothing twice.
    #[test]
    fn differences_lead_to_the_list(
        known in proptest::collection::hash_map(0_u128..20, 1_u64..30, 0..12),
        list in proptest::collection::hash_set(0_u128..20, 0..12),
    ) {
        let score = Interval::default();
        let line = |rank: u64| Line::new(rank, score, [score, score], &[]);
        let mut known: HashMap<Uuid, Line> =
            known.into_iter().map(|(id, rank)| (Uuid::from_u128(id), line(rank))).collect();
        let lines: Vec<(Uuid, Line)> =
            (1..).zip(list).map(|(rank, id)| (Uuid::from_u128(id), line(rank))).collect();
        for difference in differences(&known, &lines) {
            let before = match difference.new {
                Some(line) => known.insert(difference.subject, line),
                None => known.remove(&difference.subject),
            };
            prop_assert_ne!(before, difference.new);
        }
        prop_assert_eq!(known, lines.into_iter().collect::<HashMap<_, _>>());
    }
}
