//! What would stand in issues: many at once, each for its own reader.
//!
//! What readers share is done once: a list is ranked, a document read, a reason said. What is a reader's own is asked
//! for each: who it is now, what it may see, what it was told, what it does not want to hear of.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::NaiveDate;
use domain::{
    digest::{Candidate, select, selection::Chosen},
    vocabulary::ListingState,
};
use futures::{StreamExt, stream};
use matcher::score::MicroPoints;
use uuid::Uuid;

use super::{
    cards::{Cards, Dealt},
    list::{self, DEPTH, Key, List, Row, Subjects, What, failed},
    reader,
    subject::{Body, Found},
    time,
};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    store::{Muted, Mutes, NewItem, SubscriptionRow, ToldBefore},
    visible::Viewer,
};

/// Rows that are looked at first; most issues are full of them.
const SHALLOW: usize = 40;

/// What would stand in an issue.
#[derive(Debug)]
pub struct Draft {
    /// The name of what the subscription is about.
    pub name: String,
    /// The local day of the issue.
    pub day: NaiveDate,
    /// Items in their order.
    pub items: Vec<(NewItem, Body)>,
}

/// An issue that is to be drafted: of which subscription, and when it is due, microseconds since 1970, UTC.
pub type Wanted = (Arc<SubscriptionRow>, i64);

/// What is read for some issues, each by its subscription.
struct Known {
    subjects: Subjects,
    actors: HashMap<Uuid, Actor>,
    mutes: HashMap<Uuid, Mutes>,
}

/// An issue under way.
struct Open {
    place: usize,
    row: Arc<SubscriptionRow>,
    due: i64,
    name: String,
    key: Key,
    viewer: Viewer,
}

/// What would stand in some issues, in their order; none where what one is about is gone, or is not to be seen by its
/// reader. All lists are of the catalog as the application has it: give one whose catalog stays as it is.
///
/// # Errors
/// The database does not answer, or too much is computed already.
pub async fn all(
    app: &App,
    cards: &Arc<Cards>,
    wanted: &[Wanted],
) -> Result<Vec<Option<Draft>>, CommandError> {
    let known = Arc::new(known(app, wanted).await?);
    let mut drafts: Vec<Option<Draft>> = wanted.iter().map(|_| None).collect();
    let mut open: Vec<Open> =
        wanted.iter().enumerate().filter_map(|(place, wanted)| known.open(place, wanted)).collect();
    for depth in [SHALLOW, DEPTH] {
        let lists = ranked(app, &known, &open, depth).await?;
        let mut groups: HashMap<Key, Vec<Open>> = HashMap::new();
        for one in std::mem::take(&mut open) {
            groups.entry(one.key).or_default().push(one);
        }
        let some: Vec<&List> = lists.values().map(AsRef::as_ref).collect();
        let dealt = Arc::new(cards.of(&app.store, &some).await?);
        let groups =
            groups.into_iter().filter_map(|(key, group)| Some((Arc::clone(lists.get(&key)?), group)));
        let drafting = groups.map(|(list, group)| {
            drafted(app.clone(), Arc::clone(&known), Arc::clone(&dealt), list, group, depth)
        });
        // Collected, so that nothing of this function is borrowed by what runs beside it.
        let drafting: Vec<_> = drafting.collect();
        let mut drafting = stream::iter(drafting).buffer_unordered(parallel());
        while let Some(done) = drafting.next().await {
            for (one, draft) in done? {
                match draft {
                    Some(draft) => {
                        if let Some(slot) = drafts.get_mut(one.place) {
                            *slot = Some(draft);
                        }
                    }
                    None => open.push(one),
                }
            }
        }
        if open.is_empty() {
            break;
        }
    }
    Ok(drafts)
}

/// As [`all`], of one issue.
///
/// # Errors
/// As [`all`].
pub async fn one(app: &App, row: &SubscriptionRow, due: i64) -> Result<Option<Draft>, CommandError> {
    let wanted = [(Arc::new(row.clone()), due)];
    Ok(all(app, &Arc::default(), &wanted).await?.pop().flatten())
}

/// Pieces of work at once.
pub(super) fn parallel() -> usize {
    std::thread::available_parallelism().map_or(2, Into::into)
}

async fn known(app: &App, wanted: &[Wanted]) -> Result<Known, CommandError> {
    let rows: Vec<&SubscriptionRow> = wanted.iter().map(|(row, _)| row.as_ref()).collect();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let store = &app.store;
    let (subjects, actors, mutes) = tokio::try_join!(
        Subjects::of(store, &rows),
        async { Ok(reader::of_all(store, &rows).await?) },
        async { Ok(store.mutes_of(&ids).await?) },
    )?;
    Ok(Known { subjects, actors, mutes })
}

impl Known {
    fn open(&self, place: usize, (row, due): &Wanted) -> Option<Open> {
        let actor = self.actors.get(&row.id).cloned().unwrap_or(Actor::Anonymous);
        let key = self.subjects.key(&actor, row);
        let viewer = Viewer::without_matches(actor);
        let name = self.subjects.name(&viewer, row)?;
        self.subjects.may_read(&viewer, key).then(|| Open {
            place,
            row: Arc::clone(row),
            due: *due,
            name,
            key,
            viewer,
        })
    }

    fn is_muted(&self, open: &Open, found: &Found<'_>, subject: Uuid) -> bool {
        let Some(mutes) = self.mutes.get(&open.row.id) else { return false };
        mutes.iter().filter(|(_, until)| until.is_none_or(|until| until > open.due)).any(|(what, _)| {
            match what {
                // A thing is left out by itself, or by its largest field.
                Muted::Subject(id) => *id == subject,
                Muted::Field(code) => found.field() == Some(code.as_str()),
            }
        })
    }
}

/// The lists of issues, each once.
async fn ranked(
    app: &App,
    known: &Arc<Known>,
    open: &[Open],
    depth: usize,
) -> Result<HashMap<Key, Arc<List>>, CommandError> {
    let mut least: HashMap<Key, (MicroPoints, Actor)> = HashMap::new();
    for one in open {
        let asked = list::least(&one.row);
        let of = least.entry(one.key).or_insert_with(|| (asked, one.viewer.actor.clone()));
        of.0 = asked.min(of.0);
    }
    let ranking = least.into_iter().map(|(key, (least, actor))| {
        let (app, known) = (app.clone(), Arc::clone(known));
        async move {
            let busy = known.subjects.busy(&app, &actor, key).await?;
            let ranked = app.compute(move |app| Ok(known.subjects.rank(app, key, least, (busy, depth))));
            Ok::<_, CommandError>((key, ranked.await.map_err(failed)??))
        }
    });
    let ranking: Vec<_> = ranking.collect();
    let mut ranking = stream::iter(ranking).buffer_unordered(parallel());
    let mut lists = HashMap::new();
    while let Some(done) = ranking.next().await {
        let (key, list) = done?;
        lists.extend(list.map(|list| (key, Arc::new(list))));
    }
    Ok(lists)
}

/// Drafts issues of one list. Where there may be more than was looked at, there is no draft yet.
async fn drafted(
    app: App,
    known: Arc<Known>,
    dealt: Arc<Dealt>,
    list: Arc<List>,
    group: Vec<Open>,
    depth: usize,
) -> Result<Vec<(Open, Option<Draft>)>, CommandError> {
    let subscriptions: Vec<Uuid> = group.iter().map(|one| one.row.id).collect();
    let subjects: Vec<Uuid> = list.rows.iter().map(Row::subject).collect();
    let before = app.store.told_before(&subscriptions, &subjects).await?;
    let work = move |_: &App| {
        let drafts = group.into_iter().map(|one| {
            let day = one.row.settings.local_day(time(one.due));
            let most = usize::from(one.row.settings.max_items);
            let chosen = chosen(&known, &dealt, &before, &list, &one, day);
            let is_over = chosen.len() >= most || list.is_whole || depth >= DEPTH;
            let draft = is_over.then(|| {
                let items = chosen.into_iter().map(|chosen| item(chosen, day)).collect::<Result<_, _>>()?;
                Ok::<_, CommandError>(Draft { name: one.name.clone(), day, items })
            });
            Ok((one, draft.transpose()?))
        });
        Ok(drafts.collect::<Result<Vec<_>, CommandError>>())
    };
    app.compute(work).await.map_err(failed)?
}

fn chosen<'l>(
    known: &Known,
    dealt: &Dealt,
    before: &ToldBefore,
    list: &'l List,
    open: &Open,
    day: NaiveDate,
) -> Vec<Chosen<Found<'l>>> {
    let row = &open.row;
    let candidates = list.rows.iter().filter_map(|of| {
        let candidate = candidate(dealt, open, of)?;
        let is_muted = known.is_muted(open, &candidate.with, candidate.subject);
        let before = before.last(row.id, candidate.subject).cloned();
        (!is_muted).then_some(Candidate { before, ..candidate })
    });
    let none = HashSet::new();
    let events = before.events(row.id).unwrap_or(&none);
    select(candidates, events, usize::from(row.settings.max_items), day)
}

/// A row as it may be told to a reader; none where it may not, or where the reader does not want to hear of it.
fn candidate<'l>(dealt: &Dealt, open: &Open, of: &'l Row) -> Option<Candidate<Found<'l>>> {
    let score = of.score();
    if score.is_some_and(|score| !list::admits(&open.row, score)) {
        return None;
    }
    let subject = of.subject();
    match &of.what {
        What::Project(id, _) => {
            let card = dealt.projects.get(id)?;
            let seen = card.seen_by(&open.viewer)?;
            (seen.value.state == ListingState::Published).then(|| Candidate {
                subject,
                owner: seen.owner.map(domain::id::Id::uuid),
                now: card.told(&seen, score),
                before: None,
                with: Found::Project(seen, score.map(|score| (score, of))),
            })
        }
        What::City(matched) => {
            let card = dealt.cities.get(&matched.partner)?;
            let seen = card.seen_by(&open.viewer)?;
            let score = matched.evaluation.mutual;
            let (now, with) = (card.told(score), Found::City(seen, score, of));
            Some(Candidate { subject, owner: None, now, before: None, with })
        }
    }
}

fn item(chosen: Chosen<Found<'_>>, day: NaiveDate) -> Result<(NewItem, Body), CommandError> {
    let Chosen { kind, fingerprint, candidate } = chosen;
    let told = candidate.now.clone().after_telling(candidate.before.as_ref(), day);
    let body = candidate.with.body(told);
    let stored = serde_json::to_value(&body).map_err(|_| CommandError::Failed)?;
    let item = NewItem { id: Uuid::now_v7(), subject: candidate.subject, kind, fingerprint, body: stored };
    Ok((item, body))
}
