//! A run over all organisations: after every import, and as often as somebody asks for one.
//!
//! Names are held against the lists outside of any transaction; a write then takes a hundred organisations and looks
//! again only at those that were changed meanwhile. A run that is cut off leaves each organisation either as it was or
//! screened, and can be begun again.

use std::sync::Arc;

use domain::{
    id::Id,
    organisation::{Organisation, OrganisationFacts},
    screening_hit::ListedMatch,
    vocabulary::ScreeningStatus,
};
use futures::TryStreamExt;

use super::{
    judge::{judge, record, screen},
    names::{Loaded, Names},
};
use crate::{
    app::App,
    auth::Actor,
    command::CommandError,
    server::compute,
    store::{Kind, Stored},
};

/// Organisations of one write.
const BATCH: usize = 100;

/// Times that a write is tried where writes meet.
const TRIES: u32 = 5;

/// What a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ran {
    /// Organisations that were looked at.
    pub organisations: u64,
    /// That are clear.
    pub clear: u64,
    /// That are like an entry, and whose case is new or became more.
    pub hits: u64,
    /// Whose case waits as it was.
    pub waiting: u64,
    /// That are like nothing but what was dismissed.
    pub dismissed: u64,
    /// That are frozen; no run touches them.
    pub frozen: u64,
}

/// Why no run was made.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A run without a list would clear everybody.
    #[error("no list is in force: import one first")]
    NoList,
    /// A write failed; what was screened before it stays screened.
    #[error(transparent)]
    Command(#[from] CommandError),
}

impl From<crate::store::StoreError> for RunError {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Command(error.into())
    }
}

/// What was found of an organisation at a version.
type Found = (Id<Organisation>, i32, Vec<ListedMatch>);

/// Screens every organisation by the lists in force; `progress` is told how many of how many are done.
///
/// # Errors
/// No list is in force, or the database does not answer.
pub async fn run(app: &App, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Ran, RunError> {
    if app.sanctions.current(&app.store).await?.is_none() {
        return Err(RunError::NoList);
    }
    let total = app.store.count(Kind::Organisation).await?;
    let mut ran = Ran::default();
    progress(0, total);
    let mut rows = Box::pin(app.store.stream::<Organisation>().await?.try_chunks(BATCH));
    while let Some(batch) = rows.try_next().await.map_err(|error| error.1)? {
        let loaded = app.sanctions.current(&app.store).await?.ok_or(RunError::NoList)?;
        let found = find(app, &loaded, batch).await?;
        let mut tries = TRIES;
        let done = loop {
            tries = tries.saturating_sub(1);
            match settle(app, &loaded, &found).await {
                Err(CommandError::Store(error)) if error.is_retryable() && tries > 0 => {}
                other => break other?,
            }
        };
        ran.add(done);
        progress(ran.organisations, total.max(ran.organisations));
    }
    Ok(ran)
}

impl Ran {
    const fn add(&mut self, other: Self) {
        self.organisations = self.organisations.saturating_add(other.organisations);
        self.clear = self.clear.saturating_add(other.clear);
        self.hits = self.hits.saturating_add(other.hits);
        self.waiting = self.waiting.saturating_add(other.waiting);
        self.dismissed = self.dismissed.saturating_add(other.dismissed);
        self.frozen = self.frozen.saturating_add(other.frozen);
    }
}

/// Holds a batch against the lists, outside of any transaction.
async fn find(
    app: &App,
    loaded: &Arc<Loaded>,
    batch: Vec<Stored<Organisation>>,
) -> Result<Vec<Found>, CommandError> {
    let ids: Vec<Id<Organisation>> = batch.iter().map(|stored| stored.id).collect();
    let mut numbers = app.store.register_numbers(&ids).await?;
    let loaded = Arc::clone(loaded);
    let found = compute::run(move || {
        let one = |stored: Stored<Organisation>| {
            let names = Names::of(&stored.value, numbers.remove(&stored.id).unwrap_or_default());
            (stored.id, stored.version, loaded.matches(&names))
        };
        batch.into_iter().map(one).collect()
    });
    Ok(found.await?)
}

/// Writes what was found of a batch.
async fn settle(app: &App, loaded: &Loaded, found: &[Found]) -> Result<Ran, CommandError> {
    let command = app.begin(&Actor::System, "screening", None).await?;
    let mut locked = Vec::with_capacity(found.len());
    for (id, version, matches) in found {
        // One that went away meanwhile is passed over.
        locked.extend(command.tx.lock(*id).await?.map(|stored| (stored, version, matches)));
    }
    // After the organisations, as in every write: an import that waits for one of two never makes them wait for each
    // other. The same lists as were looked at, or everything is looked at again.
    let lists = command.tx.hold_lists().await?;
    let mut ran = Ran::default();
    for (stored, version, matches) in locked {
        let id = stored.id;
        ran.organisations = ran.organisations.saturating_add(1);
        let mut facts = OrganisationFacts::from(stored.value.clone());
        let before = facts.screening;
        let is_same = stored.version == *version && loaded.is_of(&lists);
        let judged = if is_same {
            judge(&command, Some(id), &mut facts, matches.clone()).await?
        } else {
            screen(&command, Some(id), &mut facts, None).await?
        };
        let Some(judged) = judged else {
            ran.frozen = ran.frozen.saturating_add(1);
            continue;
        };
        let count = match judged.to {
            ScreeningStatus::PotentialHit if judged.is_change() => &mut ran.hits,
            ScreeningStatus::PotentialHit => &mut ran.waiting,
            ScreeningStatus::FalsePositive => &mut ran.dismissed,
            _ => &mut ran.clear,
        };
        *count = count.saturating_add(1);
        // One that waits for the officers keeps the day on which it was found.
        if judged.to == ScreeningStatus::PotentialHit && judged.from == judged.to {
            facts.screening = before;
        }
        let stored = if facts.screening == before {
            stored
        } else {
            let value = Organisation::try_from(facts).map_err(CommandError::from)?;
            command.tx.change(&stored, value).await?
        };
        record(&command, &stored, judged).await?;
    }
    command.tx.commit().await?;
    Ok(ran)
}
