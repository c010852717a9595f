//! Issues that are due become letters: what is new is chosen, said, and promised in one transaction with the note of
//! what was told. An issue without news is passed over, and nobody is told.

use std::collections::HashSet;

use chrono::NaiveDate;
use domain::digest::{Candidate, DigestIssueState, DigestState, select, selection::Chosen};
use uuid::Uuid;

use super::{
    Round,
    letter::{self, Item},
    reader,
    subject::{self, Body, Found},
    time,
};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    failpoint,
    store::{IssueRow, Muted, NewItem, SubscriptionRow, address_hash},
};

/// Issues that are read at once.
const BATCH: u64 = 200;
/// Times that an issue is tried where writes meet.
const TRIES: u32 = 5;

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

/// Composes all issues that are planned. `progress` is told the number that is done, and of all.
///
/// # Errors
/// The database does not answer.
pub async fn round(
    app: &App,
    done: &mut Round,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<(), CommandError> {
    let all = done.planned;
    let (mut finished, mut failed) = (0_u64, HashSet::new());
    loop {
        let mut planned = app.store.planned_issues(BATCH).await?;
        planned.retain(|issue| !failed.contains(&issue.id));
        if planned.is_empty() {
            return Ok(());
        }
        for issue in planned {
            match Box::pin(tried(app, &issue)).await {
                Ok(DigestIssueState::Composed) => done.composed = done.composed.saturating_add(1),
                Ok(DigestIssueState::SkippedEmpty) => done.empty = done.empty.saturating_add(1),
                Ok(DigestIssueState::Cancelled) => done.cancelled = done.cancelled.saturating_add(1),
                // Somebody else was quicker.
                Ok(DigestIssueState::Planned | DigestIssueState::Sent | DigestIssueState::Failed) => {}
                // One issue that cannot be composed now keeps no other one waiting; the next round tries it again.
                Err(error) => {
                    tracing::warn!(issue = %issue.id, error = ?error, "an issue cannot be composed");
                    failed.insert(issue.id);
                }
            }
            finished = finished.saturating_add(1);
            progress(finished, all.max(finished));
        }
    }
}

/// Composes an issue, again where two writes met.
async fn tried(app: &App, issue: &IssueRow) -> Result<DigestIssueState, CommandError> {
    let mut tries = TRIES;
    loop {
        tries = tries.saturating_sub(1);
        match Box::pin(one(app, issue)).await {
            Err(CommandError::Store(error)) if error.is_retryable() && tries > 0 => {}
            done => return done,
        }
    }
}

/// Composes an issue. Answers where it stands then.
async fn one(app: &App, issue: &IssueRow) -> Result<DigestIssueState, CommandError> {
    let subscription = app.store.subscription(issue.subscription).await?;
    let active = subscription.filter(|row| row.state == DigestState::Active);
    let drafted = match &active {
        Some(row) if !app.store.is_suppressed(&address_hash(&row.address)).await? => {
            draft(app, row, issue.due_at).await?
        }
        _ => None,
    };
    let (Some(row), Some(draft)) = (active, drafted) else {
        return moved(app, issue, DigestIssueState::Cancelled).await;
    };
    if draft.items.is_empty() {
        return moved(app, issue, DigestIssueState::SkippedEmpty).await;
    }
    let (letter, form, told) = letter::write(app, &row, issue, &draft);
    let items: Vec<NewItem> = draft.items.into_iter().take(told).map(|(item, _)| item).collect();
    let mut from = DigestIssueState::Planned;
    if failpoint::is_planted("halved") {
        from = moved(app, issue, DigestIssueState::Composed).await?;
    }
    let command = app.begin(&Actor::System, "composeDigest", None).await?;
    // Locked: a change of the subscription and its letter do not pass each other.
    let locked = command.tx.lock_subscription(row.id).await?;
    if locked.is_none_or(|locked| locked.state != DigestState::Active)
        || !command.tx.move_issue(issue.id, from, DigestIssueState::Composed).await?
    {
        command.tx.rollback().await?;
        return Ok(DigestIssueState::Planned);
    }
    let outbox = command.tx.promise_of_list(letter, form).await?;
    command.tx.fill_issue(issue, outbox, &items).await?;
    failpoint::pass("digest_composed");
    command.tx.commit().await?;
    failpoint::pass("digest_promised");
    Ok(DigestIssueState::Composed)
}

async fn moved(app: &App, issue: &IssueRow, to: DigestIssueState) -> Result<DigestIssueState, CommandError> {
    let command = app.begin(&Actor::System, "composeDigest", None).await?;
    let moved = command.tx.move_issue(issue.id, DigestIssueState::Planned, to).await?;
    command.tx.commit().await?;
    Ok(if moved { to } else { DigestIssueState::Planned })
}

/// What would stand in an issue that is due at a time, microseconds since 1970, UTC; none where what it is about is
/// gone, or is not to be seen by its reader.
///
/// # Errors
/// The database does not answer, or too much is computed already.
pub async fn draft(app: &App, row: &SubscriptionRow, due: i64) -> Result<Option<Draft>, CommandError> {
    let actor = reader::of(&app.store, row).await?;
    let Some(name) = subject::name(app, &actor, row).await? else { return Ok(None) };
    let Some(mut candidates) = subject::list(app, &actor, row).await? else { return Ok(None) };
    let subjects: Vec<Uuid> = candidates.iter().map(|candidate| candidate.subject).collect();
    let (mut last, events) = app.store.told(row.id, &subjects).await?;
    let muted = app.store.mutes(row.id, due).await?;
    let is_muted = |candidate: &Candidate<Found>| {
        let fields = candidate.with.fields();
        // A thing is left out by itself, or by its largest field.
        muted.contains(&Muted::Subject(candidate.subject))
            || fields.first().is_some_and(|field| muted.contains(&Muted::Field(field.clone())))
    };
    candidates.retain(|candidate| !is_muted(candidate));
    for candidate in &mut candidates {
        candidate.before = last.remove(&candidate.subject);
    }
    let day = row.settings.local_day(time(due));
    let chosen = select(candidates, &events, usize::from(row.settings.max_items), day);
    let items = chosen.into_iter().map(|chosen| item(chosen, day)).collect::<Result<_, _>>()?;
    Ok(Some(Draft { name, day, items }))
}

fn item(chosen: Chosen<Found>, day: NaiveDate) -> Result<(NewItem, Body), CommandError> {
    let Chosen { kind, fingerprint, candidate } = chosen;
    let told = candidate.now.clone().after_telling(candidate.before.as_ref(), day);
    let body = candidate.with.body(told);
    let stored = serde_json::to_value(&body).map_err(|_| CommandError::Failed)?;
    let item = NewItem { id: Uuid::now_v7(), subject: candidate.subject, kind, fingerprint, body: stored };
    Ok((item, body))
}

/// The text of the next issue as it would be written now.
///
/// # Errors
/// As [`draft`].
pub async fn preview(app: &App, row: &SubscriptionRow) -> Result<Option<letter::Written>, CommandError> {
    let due = row.due_at.unwrap_or_else(|| app.auth.clock.now().timestamp_micros());
    let Some(draft) = draft(app, row, due).await? else { return Ok(None) };
    let items: Vec<Item<'_>> =
        draft.items.iter().map(|(item, body)| Item { kind: item.kind, body, links: None }).collect();
    Ok(Some(letter::said(row.settings.language, &draft.name, draft.day, &items, None)))
}
