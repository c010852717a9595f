//! What issues share does not show in them: each holds what it would hold were it the only one, made step by step
//! without anything that was made for another. Over the demo's catalog, with readers who see different things of it, and
//! in a second period after some of it has changed.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use async_graphql::InputType;
use chrono::Utc;
use domain::{
    account::{EmailAddress, OrgRole, Person},
    city::City,
    digest::{
        Candidate, DigestIssueState, DigestSettings, DigestSettingsInput, DigestState, DigestSubjectKind,
        Told, select,
    },
    id::Id,
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
    saved_search::{SavedSearch, SavedSearchFacts, SearchSubject},
    vocabulary::ListingState,
};
use matcher::rank::{List, OpportunityFilter, RankBy};
use serde_json::json;
use uuid::Uuid;

use super::{
    draft,
    list::{Row, What},
    reader, round,
    subject::{Found, told, told_of_city},
};
use crate::{
    app::{self, App, CityRequest, MandateChoice, OpportunityRequest},
    auth::Clock,
    command::CommandError,
    graphql::input::{CityFilterInput, OpportunityFilterInput},
    partnership::facts::taken,
    store::{
        Change, Muted, Store, SubscriptionRow,
        account::{PersonRow, PersonState},
        tests::Place,
    },
    visible::Viewer,
};

/// What an issue holds: of each item the thing, the kind, the event and what is told.
type Items = Vec<(Uuid, String, String, serde_json::Value)>;

const DEPTH: usize = 300;

fn parsed<F: InputType>(filter: serde_json::Value) -> Option<F> {
    F::parse(Some(async_graphql::Value::from_json(filter).unwrap())).ok()
}

/// The list of a subscription with the score that it is cut at, without the engine; none where there is none.
async fn rows(app: &App, row: &SubscriptionRow, viewer: &Viewer) -> Option<Vec<Row>> {
    let (mut mandate, mut city, mut filter) = (None, None, json!({}));
    match row.subject {
        DigestSubjectKind::Mandate => mandate = Some(Id::<Mandate>::from_uuid(row.subject_id)),
        DigestSubjectKind::City => city = Some(Id::<City>::from_uuid(row.subject_id)),
        DigestSubjectKind::SavedSearch => {
            let id = Id::<SavedSearch>::from_uuid(row.subject_id);
            let search = app.store.find(&[id]).await.unwrap().remove(&id)?;
            filter = search.value.filter.clone();
            match search.value.subject {
                SearchSubject::Projects => {}
                SearchSubject::Mandate(id) => mandate = Some(id),
                SearchSubject::City(id) => city = Some(id),
            }
        }
    }
    let least = u32::from(row.settings.min_score) * 1_000_000;
    if let Some(city) = city {
        let mut filter = parsed::<CityFilterInput>(filter)?.parse().ok()?;
        filter.min_score = Some(filter.min_score.map_or(least, |given| given.max(least)));
        let busy = taken(app, &viewer.actor, city, None).await.unwrap();
        let request = CityRequest { filter, busy, ..CityRequest::published(city, DEPTH) };
        let page = app::partner_cities(app, &request).ok()?.page;
        return Some(page.items.into_iter().map(|found| Row::new(What::City(Box::new(found)))).collect());
    }
    let snapshot = app.ranking.snapshot();
    let world = &snapshot.catalog.world;
    let (mut filter, text): (OpportunityFilter, _) =
        parsed::<OpportunityFilterInput>(filter)?.parse(world, app::reader(&viewer.actor)).ok()?;
    filter.only = text.map(|text| app.search_projects(&text).unwrap());
    let Some(id) = mandate else {
        let all = snapshot.catalog.projects().rows().iter().filter(|row| filter.admits(row));
        let mut ids: Vec<_> = all.map(|row| row.id).collect();
        ids.sort_unstable_by_key(|id| std::cmp::Reverse(id.uuid()));
        ids.truncate(DEPTH);
        return Some(ids.into_iter().map(|id| Row::new(What::Project(id, None))).collect());
    };
    viewer.see(Arc::new(app.store.find(&[id]).await.unwrap().remove(&id)?))?;
    filter.only_told = true;
    filter.min_score = Some(filter.min_score.map_or(least, |given| given.max(least)));
    let request = OpportunityRequest {
        parted: false,
        mandate: MandateChoice::Saved(id),
        filter,
        by: RankBy::Mutual,
        list: List::Ranked,
        weights: None,
        first: DEPTH,
        after: None,
    };
    let page = app::opportunities(app, &request).ok()?.page;
    Some(
        page.items
            .into_iter()
            .map(|found| Row::new(What::Project(found.project, Some(Box::new(found)))))
            .collect(),
    )
}

/// What an issue would hold, made for it alone.
async fn alone(app: &App, row: &SubscriptionRow, due: i64, muted: &HashSet<Muted>) -> Option<Items> {
    let actor = reader::of(&app.store, row).await.unwrap();
    let viewer = Viewer::without_matches(actor);
    let rows = rows(app, row, &viewer).await?;
    let known = u32::from(row.settings.min_coverage) * 10_000;
    let mut candidates = Vec::new();
    for of in rows.iter().filter(|row| row.score().is_none_or(|score| score.coverage >= known)) {
        match &of.what {
            What::City(found) => {
                let stored = app.store.find(&[found.partner]).await.unwrap().remove(&found.partner).unwrap();
                let Some(seen) = viewer.see(Arc::new(stored)) else { continue };
                let score = found.evaluation.mutual;
                let now = told_of_city(&seen.value, score);
                let (subject, with) = (of.subject(), Found::City(seen, score, of));
                candidates.push(Candidate { subject, owner: None, now, before: None, with });
            }
            What::Project(id, _) => {
                let stored = app.store.find::<Project>(&[*id]).await.unwrap().remove(id).unwrap();
                let Some(seen) = viewer.see(Arc::new(stored)) else { continue };
                if seen.value.state != ListingState::Published {
                    continue;
                }
                let now = told(&seen, of.score().map(|score| score.point));
                let owner = seen.owner.map(Id::uuid);
                let with = Found::Project(seen, of.score().map(|score| (score, of)));
                candidates.push(Candidate { subject: id.uuid(), owner, now, before: None, with });
            }
        }
    }
    candidates.retain(|one| {
        !muted.contains(&Muted::Subject(one.subject))
            && !one.with.field().is_some_and(|field| muted.contains(&Muted::Field(field.to_owned())))
    });
    // What was told, from the issues themselves.
    let issues: Vec<_> =
        app.store.issues_of(row.id, 100).await.unwrap().into_iter().rev().map(|issue| issue.id).collect();
    let items = app.store.items_of(&issues).await.unwrap();
    let (mut last, mut events) = (HashMap::new(), HashSet::new());
    for item in issues.iter().filter_map(|issue| items.get(issue)).flatten() {
        last.insert(item.subject, serde_json::from_value::<Told>(item.body["told"].clone()).unwrap());
        events.insert((item.subject, item.fingerprint.clone()));
    }
    for one in &mut candidates {
        one.before = last.get(&one.subject).cloned();
    }
    let day = row.settings.local_day(super::time(due));
    let chosen = select(candidates, &events, usize::from(row.settings.max_items), day);
    let item = chosen.into_iter().map(|chosen| {
        let told = chosen.candidate.now.clone().after_telling(chosen.candidate.before.as_ref(), day);
        let body = serde_json::to_value(chosen.candidate.with.body(told)).unwrap();
        (chosen.candidate.subject, chosen.kind.to_string(), chosen.fingerprint, body)
    });
    Some(item.collect())
}

fn settings(turn: usize) -> DigestSettings {
    let pick = |of: &[i64], by: usize| of.iter().cycle().nth(turn.div_euclid(by)).copied();
    DigestSettings::try_from(DigestSettingsInput {
        max_items: pick(&[10, 1, 30], 1),
        min_score: pick(&[0, 40, 70, 100], 3),
        min_coverage: pick(&[0, 60, 95], 2),
        ..DigestSettingsInput::default()
    })
    .unwrap()
}

/// Who reads: nobody known, somebody, a member of who owns listings, one of a city's office, and somebody whose address
/// is another now.
async fn people(
    store: &Store,
    owner: Id<Organisation>,
    office: Id<Organisation>,
) -> Vec<(Option<Id<Person>>, String)> {
    let tx = store.begin().await.unwrap();
    let mut readers = vec![(None, "anybody@mail.example".to_owned())];
    for (name, own) in [("somebody", true), ("member", true), ("office", true), ("moved", false)] {
        let id = Id::<Person>::from_uuid(Uuid::now_v7());
        let address = format!("{name}@mail.example");
        let email: EmailAddress =
            if own { address.parse() } else { "elsewhere@mail.example".parse() }.unwrap();
        let row = PersonRow {
            id,
            version: 1,
            email: Some(email),
            name: None,
            password_hash: None,
            language: "en".to_owned(),
            state: PersonState::Active,
            sessions_valid_after: 0,
            confirmed_at: Some(1),
            created_at: 1,
        };
        tx.insert_person(&row).await.unwrap();
        if name != "somebody" {
            let of = if name == "office" { office } else { owner };
            tx.insert_membership(id, of, OrgRole::Viewer).await.unwrap();
        }
        readers.push((Some(id), address));
    }
    tx.commit().await.unwrap();
    readers
}

/// Mandates of several kinds, a city, searches with and without a text, one that reads no more, and one that is gone.
async fn subjects(store: &Store, person: Id<Person>) -> Vec<(DigestSubjectKind, Uuid)> {
    let mut subjects = Vec::new();
    let mut first = None;
    for key in ["demo-mandate-backbone", "demo-mandate-rural", "mandate-bank-china-eximbank"] {
        let id = store.find_by_key::<Mandate>(key).await.unwrap().unwrap().id;
        first = first.or(Some(id));
        subjects.push((DigestSubjectKind::Mandate, id.uuid()));
    }
    let city = store.find_by_key::<City>("geonames:3194360").await.unwrap().unwrap().id;
    subjects.push((DigestSubjectKind::City, city.uuid()));
    let tx = store.begin().await.unwrap();
    let searches = [
        (SearchSubject::Projects, json!({})),
        (SearchSubject::Projects, json!({"countries": ["NG", "KE", "RS"]})),
        (SearchSubject::Mandate(first.unwrap()), json!({"text": "fibre", "minScore": 30.0})),
        (SearchSubject::Mandate(first.unwrap()), json!({"countries": ["NG"]})),
        (SearchSubject::City(city), json!({"minScore": 20.0})),
        (SearchSubject::Projects, json!({"whatWasOnce": true})),
    ];
    let change = |(turn, (subject, filter)): (usize, (SearchSubject, serde_json::Value))| {
        let name = domain::value::SingleLine::new(&format!("Search {turn}")).unwrap();
        let facts = SavedSearchFacts { name, person, subject, filter };
        let value = SavedSearch::try_from(facts).unwrap();
        Change { source_key: format!("person:{}:{turn}", person.uuid()), owner: None, value }
    };
    let changes: Vec<Change<SavedSearch>> = searches.into_iter().enumerate().map(change).collect();
    let keys: Vec<String> = changes.iter().map(|change| change.source_key.clone()).collect();
    tx.put(changes).await.unwrap();
    tx.commit().await.unwrap();
    for key in keys {
        let id = store.find_by_key::<SavedSearch>(&key).await.unwrap().unwrap().id;
        subjects.push((DigestSubjectKind::SavedSearch, id.uuid()));
    }
    subjects.push((DigestSubjectKind::Mandate, Uuid::now_v7()));
    subjects
}

/// Compares all subscriptions at once with each alone. Answers how many hold something.
async fn compared(app: &App, all: &[SubscriptionRow], due: i64, muted: &HashMap<Uuid, Muted>) -> usize {
    let wanted: Vec<draft::Wanted> = all.iter().map(|row| (Arc::new(row.clone()), due)).collect();
    let drafts = draft::all(app, &Arc::default(), &wanted).await.unwrap();
    assert_eq!(drafts.len(), all.len());
    let mut full = Vec::new();
    for (row, draft) in all.iter().zip(drafts) {
        let kept_out = muted.get(&row.id).cloned().into_iter().collect();
        let expected = alone(app, row, due, &kept_out).await;
        let found: Option<Items> = draft.map(|draft| {
            let items = draft.items.into_iter();
            items
                .map(|(item, _)| (item.subject, item.kind.to_string(), item.fingerprint, item.body))
                .collect()
        });
        let of = (row.subject, row.subject_id, &row.settings, &row.address);
        assert_eq!(found, expected, "{of:?}");
        full.extend(found.filter(|items| !items.is_empty()));
    }
    full.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shared_does_not_show() -> Result<(), CommandError> {
    const DAY: i64 = 86_400_000_000;
    let place = Place::sqlite();
    let store = place.migrated().await;
    crate::cli::demo_data(&store).await.unwrap();
    // One listing is blind, one keeps back whose it is, one its title, one its fields; one is taken back.
    for (hidden, at) in [
        (r#"'$.disclosure', json('{"blind":true,"fields":{}}')"#, 1),
        (r#"'$.disclosure', json('{"blind":false,"fields":{"TITLE":"INTRODUCED"}}')"#, 2),
        (r#"'$.disclosure', json('{"blind":false,"fields":{"GAP":"REGISTERED"}}')"#, 3),
        ("'$.state', 'PAUSED'", 4),
    ] {
        let sql = format!("UPDATE project SET body = json_set(body, {hidden}) WHERE rowid % 9 = {at}");
        place.tamper(&sql).await;
    }
    let owner = store.find_by_key::<Organisation>("demo-owner").await?.unwrap().id;
    let office = store.find_by_key::<Organisation>("demo-city-office-novi-sad").await?.unwrap().id;
    let fund = store.find_by_key::<Organisation>("demo-backbone-bank").await?.unwrap().id;
    let readers = people(&store, owner, office).await;
    let subjects = subjects(&store, readers[1].0.unwrap()).await;
    let other = store.find_by_key::<Project>(
        "aiddata-ng-phase-2-of-nigeria-national-information-and-communication-technology-infrastr",
    );
    let other = other.await?.unwrap().owner.unwrap();
    let tx = store.begin().await?;
    tx.block(fund, other, readers[1].0.unwrap()).await?;
    let now = Utc::now().timestamp_micros();
    let (mut all, mut muted) = (Vec::new(), HashMap::new());
    for (turn, (subject, reader)) in
        subjects.iter().flat_map(|subject| readers.iter().map(move |reader| (subject, reader))).enumerate()
    {
        for more in 0..3 {
            let settings = settings(turn * 3 + more);
            let row = SubscriptionRow {
                id: Uuid::now_v7(),
                version: 1,
                state: DigestState::Active,
                person: reader.0,
                // One subscription of an address to a subject: the tag makes it another address of nobody's.
                address: if more == 0 { reader.1.clone() } else { format!("{more}+{}", reader.1) },
                subject: subject.0,
                subject_id: subject.1,
                settings,
                due_at: Some(now),
                paused_until: None,
                confirmed_at: Some(1),
                created_at: 1,
            };
            tx.insert_subscription(&row).await?;
            all.push(row);
        }
    }
    tx.commit().await?;
    let reference = Arc::new(crate::reference::Reference::embedded().unwrap());
    let mut app = App::load(store, reference, Utc::now().date_naive()).await.unwrap();
    app.auth.clock = Clock::at(Utc::now());
    // The engine for one half of what is ranked, a scan for the other.
    assert!(app.ranking.make_index());
    let full = compared(&app, &all, now, &muted).await;
    assert!(full > all.len() / 4, "{full} of {}", all.len());

    // The first round composes them all, in chunks.
    let done = round(&app, &mut |_, _| ()).await?;
    assert_eq!((done.planned, done.composed), (all.len() as u64, full as u64));
    assert_eq!(done.empty + done.cancelled + done.composed, done.planned);
    let composed = app.store.issues_of(all[0].id, 10).await?;
    assert!(matches!(composed[0].state, DigestIssueState::Composed | DigestIssueState::SkippedEmpty));

    // Terms and places of some change, and some readers do not want to hear of a thing or a field.
    let changed = "UPDATE project SET body = json_set(body, '$.gap.minor', 2 * json_extract(body, '$.gap.minor')) WHERE rowid % 3 = 0 \
                   AND json_extract(body, '$.gap') IS NOT NULL";
    place.tamper(changed).await;
    place
        .tamper("UPDATE project SET body = json_set(body, '$.state', 'PUBLISHED') WHERE rowid % 9 = 4")
        .await;
    app.ranking.reload(&app.store, app.ranking.snapshot().catalog.today).await?;
    let tx = app.store.begin().await?;
    let told = app.store.issues_of(all[0].id, 1).await?;
    let told = app.store.items_of(&[told[0].id]).await?;
    let thing = told.values().flatten().next().map(|item| item.subject);
    for (turn, row) in all.iter().enumerate() {
        let what = match (turn % 4, thing) {
            (0, _) => Muted::Field("CONN_BACKBONE".to_owned()),
            (1, Some(thing)) => Muted::Subject(thing),
            _ => continue,
        };
        // One of them is over before the issue is due.
        let until = (turn % 8 == 0).then_some(now + DAY);
        tx.mute(row.id, &what, until).await?;
        if until.is_none() {
            muted.insert(row.id, what);
        }
    }
    tx.commit().await?;
    let second = compared(&app, &all, now + 7 * DAY, &muted).await;
    assert!(second > all.len() / 8, "{second}");
    kinds_differ(&app, &all, now + 7 * DAY).await;
    Ok(())
}

/// The cases are what they are meant to be: in the second period there is news of several kinds, and readers differ.
async fn kinds_differ(app: &App, all: &[SubscriptionRow], due: i64) {
    let wanted: Vec<draft::Wanted> = all.iter().map(|row| (Arc::new(row.clone()), due)).collect();
    let drafts = draft::all(app, &Arc::default(), &wanted).await.unwrap();
    let told: Vec<_> = drafts.iter().flatten().flat_map(|draft| &draft.items).collect();
    let kinds: BTreeSet<String> = told.iter().map(|(item, _)| item.kind.to_string()).collect();
    assert!(kinds.contains("NEW") && kinds.contains("MATERIAL_CHANGE"), "{kinds:?}");
    assert!(
        told.iter().any(|(_, body)| body.is_listing && body.title.is_none()),
        "none keeps its title back"
    );
    assert!(told.iter().any(|(_, body)| body.is_listing && body.gap.is_none()), "none keeps its gap back");
}
