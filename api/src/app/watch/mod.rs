//! Watching: what is new, changed and gone at the top of a ranking, told as the catalog moves.
//!
//! One feed ranks for all who watch the same thing, whenever the catalog has moved, and keeps the last list as short
//! lines. Each watcher holds the lines that it was told and tells the difference to the newest list. So a watcher
//! that lags misses nothing: it gets the net difference. A watcher holds no catalog, however slow its reader is; the
//! match of an event is scored afresh on the catalog of its moment, which is also where it is authorised.
//!
//! Reading order: `standing` (lists and their differences), `feed` (one ranking for many), `subject` (what can be
//! watched).
//!
//! Invariant: what was told, taken together, is the newest list once the catalog rests.

mod feed;
mod standing;
mod subject;
#[cfg(test)]
mod tests;

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use self::{
    feed::{Feeds, State},
    standing::{Difference, Standing, differences},
};
pub use self::{
    standing::{EventKind, Line},
    subject::{CityWatch, MandateWatch, Watch},
};
use super::{App, AppError};

/// All that is watched in this process.
#[derive(Debug)]
pub struct Watches {
    mandates: Feeds<MandateWatch>,
    cities: Feeds<CityWatch>,
    /// Rankings for watchers at once: half of the cores, so that those who ask are not kept waiting by those who
    /// watch.
    turns: Semaphore,
}

impl Default for Watches {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self {
            mandates: Feeds::default(),
            cities: Feeds::default(),
            turns: Semaphore::new((cores / 2).max(1)),
        }
    }
}

/// Something happened to a row of the list.
#[derive(Debug)]
pub struct Event<M> {
    /// What.
    pub kind: EventKind,
    /// Whose row it is: a project, or a partner city.
    pub subject: Uuid,
    /// The match as it is now; none where it is gone.
    pub matched: Option<M>,
    /// The row as it was last told; none where it is new.
    pub old: Option<Line>,
    /// The row now; none where it is gone.
    pub new: Option<Line>,
    /// When the catalog was current.
    pub as_of: DateTime<Utc>,
    /// Number of the last event of the log that is in it.
    pub sequence: i64,
}

/// One who watches.
#[derive(Debug)]
pub struct Watcher<W: Watch> {
    app: App,
    watch: W,
    feed: watch::Receiver<State>,
    /// Rows that were told, as they were told.
    known: HashMap<Uuid, Line>,
    standing: Option<Arc<Standing>>,
    pending: VecDeque<Difference>,
    /// Tells the list as it is before the first change.
    initial: bool,
}

impl App {
    /// Begins to watch. With `initial` the list as it is comes first, each row as a new one; without it the first
    /// event is the first change after this call.
    ///
    /// # Errors
    /// There is no such mandate or city, or as much is watched as the process bears.
    pub fn watch<W: Watch>(&self, watch: W, initial: bool) -> Result<Watcher<W>, AppError> {
        watch.check(&self.ranking.snapshot().catalog)?;
        let feed = W::feeds(&self.watches).join(self, watch)?;
        Ok(Watcher {
            app: self.clone(),
            watch,
            feed,
            known: HashMap::new(),
            standing: None,
            pending: VecDeque::new(),
            initial,
        })
    }
}

impl<W: Watch> Watcher<W> {
    /// Waits for the next event.
    ///
    /// # Errors
    /// What is watched is there no more, or the feed failed; nothing comes after that.
    pub async fn next(&mut self) -> Result<Event<W::Match>, AppError> {
        loop {
            // A newer list replaces what is still to be told of an older one.
            if self.standing.is_none() || self.feed.has_changed().unwrap_or(true) {
                self.look()?;
            }
            if let Some(difference) = self.pending.pop_front() {
                if let Some(event) = self.event(difference)? {
                    return Ok(event);
                }
                continue;
            }
            self.feed.changed().await.map_err(|_| AppError::Failed)?;
            self.look()?;
        }
    }

    /// Takes the newest list and finds what is to be told of it.
    fn look(&mut self) -> Result<(), AppError> {
        let state = self.feed.borrow_and_update().clone();
        let standing = match state {
            State::Unranked => return Ok(()),
            State::Gone(what) => return Err(AppError::NotFound { what }),
            State::Ranked(standing) => standing,
        };
        if self.standing.is_none() && !self.initial {
            self.known = standing.lines.iter().copied().collect();
        }
        self.pending = differences(&self.known, &standing.lines).into();
        self.standing = Some(standing);
        Ok(())
    }

    /// Makes the event of a difference, and asks again whether it may be told. None where the row has changed
    /// meanwhile in such a way that the next list says it.
    fn event(&mut self, difference: Difference) -> Result<Option<Event<W::Match>>, AppError> {
        self.watch.check(&self.app.ranking.snapshot().catalog)?;
        let subject = difference.subject;
        let Some(line) = difference.new else {
            let old = self.known.remove(&subject);
            let standing = self.standing.as_ref();
            return Ok(standing.map(|standing| Event {
                kind: EventKind::Gone,
                subject,
                matched: None,
                old,
                new: None,
                as_of: standing.as_of,
                sequence: standing.sequence,
            }));
        };
        let Some((matched, line, snapshot)) = self.watch.pair(&self.app, subject, line.rank)? else {
            return Ok(None);
        };
        let old = self.known.insert(subject, line);
        if old == Some(line) {
            return Ok(None);
        }
        Ok(Some(Event {
            kind: if old.is_some() { EventKind::Changed } else { EventKind::New },
            subject,
            matched: Some(matched),
            old,
            new: Some(line),
            as_of: snapshot.as_of,
            sequence: snapshot.catalog.sequence,
        }))
    }
}
