//! Issues that are due become letters: what is new is chosen, said, and promised in one transaction with the note of
//! what was told. An issue without news is passed over, and nobody is told.
//!
//! Issues are taken in chunks, those of one subject beside each other, so that what they share is done once. While a
//! chunk is written the next one is drafted. A chunk is one transaction: who is killed loses it whole, and it is
//! composed again; who comes too late for an issue writes nothing of it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use domain::digest::{DigestIssueState, DigestState};
use futures::future::BoxFuture;
use matcher::rank::LEAST_PROJECTS;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    AbortOnDrop, Round,
    cards::Cards,
    draft::{self, Draft, Wanted},
    letter::{self, Item},
    list::failed,
};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    failpoint,
    store::{DueIssue, Letter, ListForm, NewItem, SubscriptionRow, address_hash},
};

/// Issues that are looked over at once, to put those of one subject beside each other.
const SWEEP: u64 = 200_000;
/// Issues of one transaction. Other writes wait for it.
const CHUNK: usize = 128;
/// Lists for which it is worth making an engine.
const MANY: usize = 100;
/// Letters that are written as one piece of work.
const PIECE: usize = 16;
/// Times that a chunk is tried where writes meet.
const TRIES: u32 = 5;

/// What becomes of an issue.
enum Outcome {
    /// A letter, under its id, with what it tells.
    Letter(Box<(Uuid, Letter, ListForm, Vec<NewItem>)>),
    /// Nothing is new.
    Empty,
    /// Nobody wants it, or what it is about is gone.
    Cancelled,
}

/// Issues with what becomes of each, and the version of the subscription that it was made of.
type Chunk = Vec<(DueIssue, Option<i32>, Outcome)>;

/// How far a round is.
struct Pace<'p> {
    done: &'p mut Round,
    finished: u64,
    failed: HashSet<Uuid>,
    progress: &'p mut (dyn FnMut(u64, u64) + Send),
}

impl Pace<'_> {
    /// Adds what was written.
    fn note(&mut self, written: Round, issues: usize) {
        for (name, number, all) in [
            ("caravanserai_digest_issues_composed", written.composed, &mut self.done.composed),
            ("caravanserai_digest_issues_empty", written.empty, &mut self.done.empty),
            ("caravanserai_digest_issues_cancelled", written.cancelled, &mut self.done.cancelled),
        ] {
            metrics::counter!(name).increment(number);
            *all = all.saturating_add(number);
        }
        self.finished = self.finished.saturating_add(issues as u64);
        (self.progress)(self.finished, self.done.planned.max(self.finished));
    }
}

/// Composes all issues that are planned. `progress` is told the number that is done, and of all.
///
/// # Errors
/// The database does not answer.
pub async fn round(
    app: &App,
    done: &mut Round,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<(), CommandError> {
    let mut pace = Pace { done, finished: 0, failed: HashSet::new(), progress };
    loop {
        let mut due = app.store.due_issues(SWEEP).await?;
        due.retain(|issue| !pace.failed.contains(&issue.id));
        if due.is_empty() {
            return Ok(());
        }
        due.sort_by_key(|issue| (issue.subject, issue.subject_id, issue.subscription));
        let before = (*pace.done, pace.failed.len());
        Box::pin(sweep(app, due, &mut pace)).await?;
        if before == (*pace.done, pace.failed.len()) {
            // Somebody else is at them.
            return Ok(());
        }
    }
}

async fn sweep(app: &App, due: Vec<DueIssue>, pace: &mut Pace<'_>) -> Result<(), CommandError> {
    // All lists of a sweep are of one moment.
    let still = App { ranking: Arc::new(app.ranking.still()), ..app.clone() };
    let lists: HashSet<_> = due.iter().map(|issue| (issue.subject, issue.subject_id)).collect();
    let is_scanned = {
        let snapshot = still.ranking.snapshot();
        !snapshot.catalog.is_indexed() && snapshot.catalog.projects().rows().len() >= LEAST_PROJECTS
    };
    if is_scanned && lists.len() >= MANY {
        // A server has the engine; a process by itself makes it, where that is quicker than to look at all for each list.
        let ranking = Arc::clone(&still.ranking);
        app.compute(move |_| Ok(ranking.make_index())).await.map_err(failed)?;
    }
    let cards: Arc<Cards> = Arc::default();
    let (made, mut making) = mpsc::channel::<(Vec<DueIssue>, Result<Chunk, CommandError>)>(1);
    let drafting = {
        let (still, cards) = (still.clone(), Arc::clone(&cards));
        tokio::spawn(async move {
            for some in due.chunks(CHUNK) {
                let some = some.to_vec();
                let chunk = chunk(still.clone(), Arc::clone(&cards), some.clone()).await;
                if made.send((some, chunk)).await.is_err() {
                    return;
                }
            }
        })
    };
    // Where this is given up, so is what is drafted for it.
    let _guard = AbortOnDrop(drafting.abort_handle());
    while let Some((issues, chunk)) = making.recv().await {
        let written = match chunk {
            Ok(chunk) => write(app, &chunk).await,
            Err(error) => Err(error),
        };
        match written {
            Ok(written) => pace.note(written, issues.len()),
            Err(error) => {
                tracing::warn!(error = ?error, "some issues are composed one by one");
                Box::pin(one_by_one(&still, &cards, &issues, pace)).await;
            }
        }
    }
    drafting.await.map_err(|_| CommandError::Failed)
}

/// One issue that cannot be composed now keeps no other one waiting; the next round tries it again.
async fn one_by_one(app: &App, cards: &Arc<Cards>, issues: &[DueIssue], pace: &mut Pace<'_>) {
    for issue in issues {
        let alone = chunk(app.clone(), Arc::clone(cards), vec![*issue]);
        let composed = match alone.await {
            Ok(chunk) => write(app, &chunk).await,
            Err(error) => Err(error),
        };
        match composed {
            Ok(written) => pace.note(written, 1),
            Err(error) => {
                tracing::warn!(issue = %issue.id, error = ?error, "an issue cannot be composed");
                pace.failed.insert(issue.id);
                pace.note(Round::default(), 1);
            }
        }
    }
}

/// What becomes of some issues.
fn chunk(
    app: App,
    cards: Arc<Cards>,
    issues: Vec<DueIssue>,
) -> BoxFuture<'static, Result<Chunk, CommandError>> {
    Box::pin(async move { drafted(&app, &cards, &issues).await })
}

async fn drafted(app: &App, cards: &Arc<Cards>, issues: &[DueIssue]) -> Result<Chunk, CommandError> {
    let ids: Vec<Uuid> = issues.iter().map(|issue| issue.subscription).collect();
    let rows = app.store.subscriptions(&ids).await?;
    let hashes: Vec<String> = rows.iter().map(|row| address_hash(&row.address)).collect();
    let suppressed = app.store.suppressed(&hashes).await?;
    let rows: HashMap<Uuid, Arc<SubscriptionRow>> =
        rows.into_iter().map(|row| (row.id, Arc::new(row))).collect();
    let (mut chunk, mut known) = (Chunk::new(), Vec::new());
    for issue in issues {
        let row = rows.get(&issue.subscription);
        let is_open = |row: &&Arc<SubscriptionRow>| {
            row.state == DigestState::Active && !suppressed.contains(&address_hash(&row.address))
        };
        match row.filter(is_open) {
            Some(row) => known.push((*issue, Arc::clone(row))),
            None => chunk.push((*issue, row.map(|row| row.version), Outcome::Cancelled)),
        }
    }
    let wanted: Vec<Wanted> = known.iter().map(|(issue, row)| (Arc::clone(row), issue.due_at)).collect();
    let drafts = draft::all(app, cards, &wanted).await?;
    let mut drafted: Vec<_> =
        known.into_iter().zip(drafts).map(|((issue, row), draft)| (issue, row, draft)).collect();
    let mut writing = Vec::new();
    while !drafted.is_empty() {
        let piece = drafted.split_off(drafted.len().saturating_sub(PIECE));
        writing.push(app.compute(move |app| {
            let said = piece.into_iter().map(|(issue, row, draft)| {
                let outcome = outcome(app, &row, &issue, draft);
                (issue, Some(row.version), outcome)
            });
            Ok(said.collect::<Chunk>())
        }));
    }
    for said in futures::future::try_join_all(writing).await.map_err(failed)? {
        chunk.extend(said);
    }
    Ok(chunk)
}

fn outcome(app: &App, row: &SubscriptionRow, issue: &DueIssue, draft: Option<Draft>) -> Outcome {
    match draft {
        None => Outcome::Cancelled,
        Some(draft) if draft.items.is_empty() => Outcome::Empty,
        Some(draft) => {
            let (letter, form, told) = letter::write(app, row, issue.id, &draft);
            let items = draft.items.into_iter().take(told).map(|(item, _)| item).collect();
            Outcome::Letter(Box::new((Uuid::now_v7(), letter, form, items)))
        }
    }
}

/// Writes a chunk, again where two writes met.
async fn write(app: &App, chunk: &Chunk) -> Result<Round, CommandError> {
    let mut tries = TRIES;
    loop {
        tries = tries.saturating_sub(1);
        match written(app, chunk).await {
            Err(CommandError::Store(error)) if error.is_retryable() && tries > 0 => {}
            done => return done,
        }
    }
}

/// A bug for a test to find: issues that are composed in one transaction, with letters that would be promised in another.
async fn halved(app: &App, chunk: &Chunk) -> Result<(), CommandError> {
    let command = app.begin(&Actor::System, "composeDigests", None).await?;
    let letters = chunk.iter().filter(|(.., outcome)| matches!(outcome, Outcome::Letter(_)));
    let ids: Vec<Uuid> = letters.map(|(issue, ..)| issue.id).collect();
    command.tx.end_issues(&ids, DigestIssueState::Composed).await?;
    command.tx.commit().await?;
    failpoint::pass("digest_composed");
    Ok(())
}

async fn written(app: &App, chunk: &Chunk) -> Result<Round, CommandError> {
    if failpoint::is_planted("halved") {
        halved(app, chunk).await?;
    }
    let command = app.begin(&Actor::System, "composeDigests", None).await?;
    let tx = &command.tx;
    let mut done = Round::default();
    // Locked: a change of a subscription and its letter do not pass each other. One that was changed meanwhile is left
    // to be composed anew.
    let mut ids: Vec<Uuid> = chunk.iter().map(|(issue, ..)| issue.subscription).collect();
    ids.sort_unstable();
    ids.dedup();
    let locked = tx.lock_subscriptions(&ids).await?;
    let is_same = |issue: &DueIssue, version: Option<i32>| {
        locked.get(&issue.subscription).map(|row| row.version) == version
    };
    let (mut letters, mut items) = (Vec::new(), Vec::new());
    let (mut empty, mut cancelled) = (Vec::new(), Vec::new());
    for (issue, _, outcome) in chunk.iter().filter(|(issue, version, _)| is_same(issue, *version)) {
        match outcome {
            Outcome::Letter(said) => {
                let (outbox, letter, form, told) = said.as_ref();
                let is_active = locked.get(&issue.subscription).map(|row| row.state);
                if is_active == Some(DigestState::Active)
                    && (tx.compose_issue(issue.id, *outbox, told.len()).await?
                        || failpoint::is_planted("halved"))
                {
                    letters.push((*outbox, letter.clone(), form.clone()));
                    items.push((issue, told.as_slice()));
                }
            }
            Outcome::Empty => empty.push(issue.id),
            Outcome::Cancelled => cancelled.push(issue.id),
        }
    }
    done.composed = letters.len() as u64;
    if !letters.is_empty() {
        // They are sent in the order in which they are written, and their ids say which is older.
        letters.sort_unstable_by_key(|(id, ..)| *id);
        tx.promise_of_lists(letters).await?;
        tx.note_items(items.into_iter()).await?;
    }
    for (ids, to, count) in [
        (empty, DigestIssueState::SkippedEmpty, &mut done.empty),
        (cancelled, DigestIssueState::Cancelled, &mut done.cancelled),
    ] {
        if !ids.is_empty() {
            *count = tx.end_issues(&ids, to).await?;
        }
    }
    failpoint::pass("digest_composed");
    command.tx.commit().await?;
    failpoint::pass("digest_promised");
    Ok(done)
}

/// The text of the next issue as it would be written now; none where the subscription has ended, or where what it is
/// about is gone or is not to be seen by its reader.
///
/// # Errors
/// The database does not answer, or too much is computed already.
pub async fn preview(app: &App, row: &SubscriptionRow) -> Result<Option<letter::Written>, CommandError> {
    if row.state.is_over() {
        return Ok(None);
    }
    let due = row.due_at.unwrap_or_else(|| app.auth.clock.now().timestamp_micros());
    let Some(draft) = draft::one(app, row, due).await? else { return Ok(None) };
    let items: Vec<Item<'_>> =
        draft.items.iter().map(|(item, body)| Item { kind: item.kind, body, links: None }).collect();
    Ok(Some(letter::said(row.settings.language, &draft.name, draft.day, &items, None)))
}
