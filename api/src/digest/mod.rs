//! Digests: what is new for whoever subscribed, by mail, at its hour, in its language.
//!
//! The clock makes an issue of each period that is due ([`plan`]); a composer asks the scorer what the reader was not
//! told yet and promises the mail in the same transaction ([`compose`]); the worker of all mail sends it, and asks
//! [`unwanted`] once more just before. So a period has one issue, an issue one letter, and an event is told once.
//!
//! Reading order: [`subscription`] (who gets what), [`reader`] (as whom a letter is read), [`list`] (ranked once for all
//! who share it), [`cards`] (documents, read once), [`subject`] (what may be told of a row), [`plan`], [`draft`],
//! [`compose`], [`words`], [`letter`] and [`frame`] (how it is said), [`link`] and [`answer`] (what is done from the mail),
//! [`bounce`] (what comes back), [`feed`] (the same without mail).

pub mod answer;
pub mod bounce;
pub mod cards;
pub mod compose;
pub mod draft;
pub mod feed;
pub mod frame;
pub mod letter;
pub mod link;
pub mod list;
pub mod plan;
pub mod reader;
#[cfg(test)]
mod shared_tests;
pub mod subject;
pub mod subscription;
#[cfg(test)]
mod tests;
pub mod words;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use domain::{digest::DigestState, id::Id, project::Project, vocabulary::ListingState};

use crate::{
    app::App,
    auth::{Actor, Clock},
    command::CommandError,
    failpoint,
    store::{ItemRow, OutboxRow, Store, StoreError, address_hash},
    visible::{Viewer, Visible},
};

use self::subject::Body;

/// Between two rounds.
const EVERY: Duration = Duration::from_secs(20);
/// For how long a round holds the lease; it is renewed as long as the round goes on, and free so soon after a process
/// that was killed in one.
const LEASE: Duration = Duration::from_secs(30);

/// Plans and composes until the process ends; one node at a time does it.
pub async fn run(app: App) {
    let holder = uuid::Uuid::now_v7().to_string();
    loop {
        match Box::pin(leased_round(&app, &holder, &mut |_, _| ())).await {
            Ok(Some(done)) if done != Round::default() => tracing::info!(?done, "digests"),
            Ok(_) => {}
            Err(error) => tracing::warn!(error = ?error, "a round of digests failed"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Does a round under the lease, and gives the lease back; none where somebody else has it.
///
/// # Errors
/// The database does not answer.
pub async fn leased_round(
    app: &App,
    holder: &str,
    progress: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<Option<Round>, CommandError> {
    // A lease is of the time that all processes share, also where a round rehearses another one.
    let now = || Clock::System.now().timestamp_micros();
    let lease = failpoint::seconds("digest_lease").map_or(LEASE, Duration::from_secs);
    let length = i64::try_from(lease.as_micros()).unwrap_or(i64::MAX);
    if !app.store.take_lease("digests", holder, now(), length).await? {
        return Ok(None);
    }
    // Beside the round, which may hold the only connection that writes while the lease waits for it.
    let keep = async {
        loop {
            tokio::time::sleep(lease.div_f64(3.0)).await;
            // Where somebody else has it now both go on: each row is written under its own lock.
            if let Err(error) = app.store.take_lease("digests", holder, now(), length).await {
                tracing::warn!(error = ?error, "the lease of digests could not be renewed");
            }
        }
    };
    let done = tokio::select! {
        done = Box::pin(round(app, progress)) => done,
        () = keep => return Ok(None),
    };
    app.store.take_lease("digests", holder, now(), 0).await?;
    done.map(Some)
}

/// Ends a task that nobody waits for any more.
struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Round {
    /// Issues that became due.
    pub planned: u64,
    /// Subscriptions that expired, or whose pause ended.
    pub moved: u64,
    /// Issues whose mail was promised.
    pub composed: u64,
    /// Issues without news.
    pub empty: u64,
    /// Issues that are no longer wanted, or whose subject is gone.
    pub cancelled: u64,
}

/// Plans what is due and composes it. `progress` is told the number of issues that are done, and of all.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App, progress: &mut (dyn FnMut(u64, u64) + Send)) -> Result<Round, CommandError> {
    let begun = std::time::Instant::now();
    let mut done = plan::round(app).await?;
    compose::round(app, &mut done, progress).await?;
    if done != Round::default() {
        metrics::gauge!("caravanserai_digest_round_seconds").set(begun.elapsed().as_secs_f64());
        metrics::counter!("caravanserai_digest_rounds").increment(1);
    }
    Ok(done)
}

/// Why the letter of an issue is not to be sent any more; none where it is. What it tells is authorised again, for the
/// same reader: a listing that was taken back, or that shows less than the letter says, is not sent.
///
/// # Errors
/// The database does not answer.
pub async fn unwanted(store: &Store, row: &OutboxRow) -> Result<Option<&'static str>, StoreError> {
    let Some(issue) = store.issue_of_mail(row.id).await? else { return Ok(Some("there is no such issue")) };
    let Some(subscription) = store.subscription(issue.subscription).await? else {
        return Ok(Some("there is no such subscription"));
    };
    if subscription.state != DigestState::Active {
        return Ok(Some("the subscription is not active any more"));
    }
    if store.is_suppressed(&address_hash(&subscription.address)).await? {
        return Ok(Some("the address takes no more mail"));
    }
    let items = store.items_of(&[issue.id]).await?.remove(&issue.id).unwrap_or_default();
    let actor = reader::of(store, &subscription).await?;
    let all = items.len();
    if still_shown(store, actor, items).await?.len() < all {
        return Ok(Some("a listing shows less than the letter says"));
    }
    Ok(None)
}

/// Items of which a reader may still see all that they tell, in their order.
///
/// # Errors
/// The database does not answer.
pub async fn still_shown(
    store: &Store,
    actor: Actor,
    items: Vec<ItemRow>,
) -> Result<Vec<(ItemRow, Body)>, StoreError> {
    let mut read = Vec::new();
    for item in items {
        let body: Body = serde_json::from_value(item.body.clone()).map_err(StoreError::Document)?;
        read.push((item, body));
    }
    let listings: HashSet<Id<Project>> = read
        .iter()
        .filter(|(_, body)| body.is_listing)
        .map(|(item, _)| Id::from_uuid(item.subject))
        .collect();
    let ids: Vec<_> = listings.into_iter().collect();
    let viewer = Viewer::without_matches(actor);
    let seen = store.find(&ids).await?.into_iter();
    let seen: HashMap<_, _> =
        seen.filter_map(|(id, stored)| Some((id.uuid(), viewer.see(Arc::new(stored))?))).collect();
    read.retain(|(item, body)| {
        let shows_all = |seen: &Visible<Project>| {
            seen.value.state == ListingState::Published && body.shown.iter().all(|field| seen.shows(*field))
        };
        !body.is_listing || seen.get(&item.subject).is_some_and(shows_all)
    });
    Ok(read)
}

/// A time of the store; the beginning of the era where it is none.
fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}
