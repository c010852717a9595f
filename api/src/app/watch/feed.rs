//! One ranking for all who watch the same thing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use super::{Standing, Watch};
use crate::app::{App, AppError};

/// Lists that are watched at once, of one kind, in one process.
const MAX_FEEDS: usize = 2_000;
/// Before a ranking that failed is tried again.
const RETRY_PAUSE: Duration = Duration::from_millis(500);

/// Where a feed stands.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// The first ranking is not done.
    Unranked,
    /// The newest list.
    Ranked(Arc<Standing>),
    /// What is watched is there no more.
    Gone(&'static str),
}

/// The feeds of a kind, by what they watch.
#[derive(Debug)]
pub struct Feeds<W>(Mutex<HashMap<W, Arc<watch::Sender<State>>>>);

impl<W> Default for Feeds<W> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<W: Watch> Feeds<W> {
    fn lock(&self) -> MutexGuard<'_, HashMap<W, Arc<watch::Sender<State>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins the feed of a watch, which begins with the first who joins and ends with the last who leaves.
    pub(super) fn join(&self, app: &App, watch: W) -> Result<watch::Receiver<State>, AppError> {
        let mut feeds = self.lock();
        if let Some(feed) = feeds.get(&watch) {
            return Ok(feed.subscribe());
        }
        if feeds.len() >= MAX_FEEDS {
            return Err(AppError::Overloaded);
        }
        let (sender, receiver) = watch::channel(State::Unranked);
        let feed = Arc::new(sender);
        feeds.insert(watch, Arc::clone(&feed));
        tokio::spawn(follow(Feed { app: app.clone(), watch, states: feed }));
        Ok(receiver)
    }

    /// Feeds that run.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }
}

/// A feed that runs. When it ends, however it ends, nobody can join it any more, and those who did are told.
struct Feed<W: Watch> {
    app: App,
    watch: W,
    states: Arc<watch::Sender<State>>,
}

impl<W: Watch> Feed<W> {
    /// Takes the feed off the list if nobody watches, and answers whether it did.
    fn end_if_left(&self) -> bool {
        let mut feeds = W::feeds(&self.app.watches).lock();
        let is_left = self.states.receiver_count() == 0;
        if is_left {
            feeds.remove(&self.watch);
        }
        is_left
    }
}

impl<W: Watch> Drop for Feed<W> {
    fn drop(&mut self) {
        let mut feeds = W::feeds(&self.app.watches).lock();
        if feeds.get(&self.watch).is_some_and(|feed| Arc::ptr_eq(feed, &self.states)) {
            feeds.remove(&self.watch);
        }
    }
}

/// Ranks whenever the catalog has moved. Moves that come quicker than rankings are ranked together.
async fn follow<W: Watch>(feed: Feed<W>) {
    let (app, watch) = (feed.app.clone(), feed.watch);
    let mut moved = app.ranking.sequence();
    loop {
        moved.mark_unchanged();
        let Ok(turn) = app.watches.turns.acquire().await else { return };
        let ranked = app.compute(move |app| watch.rank(app)).await;
        drop(turn);
        match ranked {
            Ok(standing) => {
                feed.states.send_replace(State::Ranked(Arc::new(standing)));
            }
            Err(AppError::NotFound { what }) => {
                feed.states.send_replace(State::Gone(what));
                return;
            }
            Err(error) => {
                tracing::warn!(error = ?error, "a watched list was not ranked; it is tried again");
                tokio::time::sleep(RETRY_PAUSE).await;
                if feed.end_if_left() {
                    return;
                }
                continue;
            }
        }
        loop {
            tokio::select! {
                changed = moved.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    break;
                }
                () = feed.states.closed() => {
                    if feed.end_if_left() {
                        return;
                    }
                }
            }
        }
    }
}
