//! What is new of records with two sides, for those of their people who listen: one reader of the log for all of them.

use std::sync::Arc;

use domain::{
    demonstration_area::DemonstrationArea, id::Id, introduction::Introduction, organisation::Organisation,
    partnership::Partnership,
};
use tokio::sync::broadcast;
use uuid::Uuid;

use super::App;
use crate::store::{Aggregate, Event, Kind, StoreError};

/// Notices that a slow listener may fall behind before it is told the next ones only.
const WAITING: usize = 1_024;
/// Events that are read at once.
const EVENTS: u64 = 500;

/// Something that happened to a record with sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// To what.
    pub kind: Kind,
    /// To which one.
    pub id: Uuid,
    /// The organisations whose it is.
    pub sides: Vec<Id<Organisation>>,
    /// Number of the event in the log.
    pub sequence: i64,
    /// When, microseconds since 1970, UTC.
    pub at: i64,
}

/// All who listen.
#[derive(Debug, Clone)]
pub struct Notices(broadcast::Sender<Arc<Notice>>);

impl Default for Notices {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl Notices {
    /// Begins to listen.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Notice>> {
        self.0.subscribe()
    }
}

impl App {
    /// Follows the log and tells who listens, until the process ends.
    pub async fn notify(self) {
        let mut changes = self.store.changes();
        let mut last = loop {
            match self.store.last_seq().await {
                Ok(last) => break last,
                Err(error) => tracing::warn!(error = ?error, "the log cannot be followed; it is tried again"),
            }
            changes.next().await;
        };
        loop {
            changes.next().await;
            // Nobody listens: what happens meanwhile is not read, and not told later.
            if self.notices.0.receiver_count() == 0 {
                if let Ok(now) = self.store.last_seq().await {
                    last = now;
                }
                continue;
            }
            match self.tell_after(last).await {
                Ok(now) => last = now,
                Err(error) => tracing::warn!(error = ?error, "the log cannot be read; it is tried again"),
            }
        }
    }

    async fn tell_after(&self, mut last: i64) -> Result<i64, StoreError> {
        loop {
            let events = self.store.events_after(last, EVENTS).await?;
            let Some(end) = events.last() else { return Ok(last) };
            let end = end.seq;
            self.tell::<Introduction>(&events, |it| vec![it.owner, it.investor]).await?;
            let offices = |it: &Partnership| vec![it.sides.a.office, it.sides.b.office];
            self.tell::<Partnership>(&events, offices).await?;
            let hosts = |it: &DemonstrationArea| {
                [Some(it.host.office), Some(it.plan.authority), it.evaluator].into_iter().flatten().collect()
            };
            self.tell::<DemonstrationArea>(&events, hosts).await?;
            last = end;
        }
    }

    async fn tell<T: Aggregate>(
        &self,
        events: &[Event],
        sides: impl Fn(&T) -> Vec<Id<Organisation>> + Send + Sync,
    ) -> Result<(), StoreError> {
        let of_kind = || events.iter().filter(|event| event.aggregate_kind == T::KIND.table());
        let ids: Vec<Id<T>> = of_kind().map(|event| Id::from_uuid(event.aggregate_id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let found = self.store.find(&ids).await?;
        for event in of_kind() {
            let Some(stored) = found.get(&Id::from_uuid(event.aggregate_id)) else { continue };
            let notice = Notice {
                kind: T::KIND,
                id: event.aggregate_id,
                sides: sides(&stored.value),
                sequence: event.seq,
                at: event.at,
            };
            // Nobody left to hear it is no fault.
            let _ = self.notices.0.send(Arc::new(notice));
        }
        Ok(())
    }
}
