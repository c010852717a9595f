//! What is new of records with two sides, for the side for which the caller acts.

use std::sync::Arc;

use async_graphql::{Context, Error, Object, Result};
use chrono::{DateTime, Utc};
use domain::{
    demonstration_area::DemonstrationArea, id::Id, introduction::Introduction, organisation::Organisation,
    partnership::Partnership,
};
use futures::{Stream, stream};
use tokio::sync::broadcast::{Receiver, error::RecvError};

use super::super::{
    error::{ErrorCode, client_error},
    loader,
    object::{BigInt, DemonstrationAreaNode, IntroductionNode, PartnershipNode, me::time},
};
use crate::{
    app::{App, notice::Notice},
    auth::Actor,
    store::Aggregate,
    visible::{Guarded, Visible},
};

/// Names an event type for each kind of record.
macro_rules! event {
    ($event:ident, $name:literal, $node:ident, $field:ident, $what:literal) => {
        #[doc = concat!("Something happened to ", $what, " of the organisation for which the caller acts.")]
        #[derive(Debug)]
        pub(super) struct $event {
            node: $node,
            sequence: i64,
            at: i64,
        }

        #[doc = concat!("Something happened to ", $what, " of the organisation for which the caller acts.")]
        #[Object(name = $name)]
        impl $event {
            #[doc = concat!("It, as it is now.")]
            async fn $field(&self, ctx: &Context<'_>) -> Result<&$node> {
                // The loaders live as long as the subscription, and what they have read is of an earlier event.
                loader::forget(ctx)?;
                Ok(&self.node)
            }
            /// Number of the event in the log.
            async fn sequence(&self) -> BigInt {
                BigInt(self.sequence)
            }
            /// When it happened.
            async fn at(&self) -> DateTime<Utc> {
                time(self.at)
            }
        }
    };
}

event!(IntroductionEvent, "IntroductionEvent", IntroductionNode, introduction, "an introduction");
event!(PartnershipEvent, "PartnershipEvent", PartnershipNode, partnership, "a partnership");
event!(AreaEvent, "DemonstrationAreaEvent", DemonstrationAreaNode, area, "a demonstration area");

/// Who listens, and to what.
struct Listener {
    app: App,
    actor: Actor,
    own: Id<Organisation>,
    notices: Receiver<Arc<Notice>>,
}

impl Listener {
    /// The next record of a kind that the listener may see, with the notice of it.
    async fn next<T: Guarded>(&mut self) -> Result<Option<(Visible<T>, Arc<Notice>)>> {
        loop {
            let notice = match self.notices.recv().await {
                Ok(notice) => notice,
                // Who is too slow is told the next ones; what was missed stands in the list of all.
                Err(RecvError::Lagged(_)) => continue,
                Err(RecvError::Closed) => return Ok(None),
            };
            if notice.kind != <T as Aggregate>::KIND || !notice.sides.contains(&self.own) {
                continue;
            }
            if let Some(seen) = self.look::<T>(&notice).await? {
                return Ok(Some((seen, notice)));
            }
        }
    }

    /// The record, with the power that the listener has now: who left the organisation hears nothing more.
    async fn look<T: Guarded>(&self, notice: &Notice) -> Result<Option<Visible<T>>> {
        let failed = |error| {
            tracing::error!(error = ?error, "an event cannot be read");
            client_error(ErrorCode::Internal, None, ErrorCode::Internal.public_text())
        };
        let command = self.app.look(&self.actor, "events").await.map_err(failed)?;
        let viewer = command.viewer().await.map_err(failed)?;
        let is_mine = viewer.actor.role_in(self.own).is_some();
        let stored = command.tx.get::<T>(Id::from_uuid(notice.id)).await.map_err(failed)?;
        let seen = stored.filter(|_| is_mine).and_then(|stored| viewer.see(Arc::new(stored)));
        command.tx.rollback().await.map_err(failed)?;
        Ok(seen)
    }
}

fn listener(ctx: &Context<'_>) -> Result<Listener> {
    let (app, actor) = (ctx.data::<App>()?.clone(), ctx.data::<Actor>()?.clone());
    if actor.person().is_none() {
        let code = ErrorCode::Unauthenticated;
        return Err(client_error(code, None, code.public_text()));
    }
    let own = actor.acting().filter(|own| actor.role_in(*own).is_some()).ok_or_else(|| {
        let message = "Say for which organisation you act, in the header Caravanserai-Organisation.";
        client_error(ErrorCode::Forbidden, None, message)
    })?;
    let notices = app.notices.listen();
    Ok(Listener { app, actor, own, notices })
}

/// What happens to the introductions of the organisation for which the caller acts.
pub(super) fn introductions(
    ctx: &Context<'_>,
) -> Result<impl Stream<Item = Result<IntroductionEvent>> + use<>> {
    Ok(events::<Introduction, _>(listener(ctx)?, |seen, notice| IntroductionEvent {
        node: IntroductionNode(seen),
        sequence: notice.sequence,
        at: notice.at,
    }))
}

/// What happens to the partnerships of the office for which the caller acts.
pub(super) fn partnerships(
    ctx: &Context<'_>,
) -> Result<impl Stream<Item = Result<PartnershipEvent>> + use<>> {
    Ok(events::<Partnership, _>(listener(ctx)?, |seen, notice| PartnershipEvent {
        node: PartnershipNode(seen),
        sequence: notice.sequence,
        at: notice.at,
    }))
}

/// What happens to the demonstration areas of the organisation for which the caller acts.
pub(super) fn areas(ctx: &Context<'_>) -> Result<impl Stream<Item = Result<AreaEvent>> + use<>> {
    Ok(events::<DemonstrationArea, _>(listener(ctx)?, |seen, notice| AreaEvent {
        node: DemonstrationAreaNode(Arc::new((*seen).clone())),
        sequence: notice.sequence,
        at: notice.at,
    }))
}

fn events<T: Guarded, E>(
    listener: Listener,
    make: impl Fn(Visible<T>, &Notice) -> E + Send,
) -> impl Stream<Item = Result<E, Error>> {
    stream::unfold((Some(listener), make), |(listener, make)| async move {
        let mut listener = listener?;
        match listener.next::<T>().await {
            Ok(Some((seen, notice))) => Some((Ok(make(seen, &notice)), (Some(listener), make))),
            Ok(None) => None,
            Err(error) => Some((Err(error), (None, make))),
        }
    })
}
