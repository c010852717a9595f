//! The subscription root: what is new, changed and gone at the top of a ranking.

mod side;

use async_graphql::{Context, Enum, ID, Object, Result, Subscription};
use chrono::{DateTime, Utc};
use domain::{city::City, id::Id, mandate::Mandate, project::Project};
use futures::{Stream, stream};
use matcher::score::FULL;

use super::{
    cursor::{self, Question},
    error::{ErrorCode, client_error},
    loader,
    object::{BigInt, CityMatchNode, MatchNode, score::ScoreInterval},
    query::{id_of, refused},
};
use crate::{
    app::{
        App, CityMatch, Match,
        watch::{CityWatch, Event, EventKind, MandateWatch, Watch, Watcher},
    },
    auth::Actor,
    id::encode_as,
};

/// What can be watched. Served over WebSocket by graphql-transport-ws.
#[derive(Debug, Default)]
pub struct SubscriptionRoot;

/// What happened to a match of the list that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "MatchEventKind", remote = "EventKind")]
pub enum MatchEventKind {
    /// It came into the list.
    New,
    /// Its scores, its gates or its place in the list are others.
    Changed,
    /// It left the list: overtaken, no longer fitting, or no longer in public.
    Gone,
}

/// Names one event type for the matches of a mandate and another for those of a city.
macro_rules! event {
    ($event:ident, $name:literal, $match:ty, $node:ident, $subject:ident, $kind:ty, $what:literal) => {
        #[doc = concat!("Something happened to ", $what, " of the list that is watched.")]
        #[derive(Debug)]
        pub struct $event {
            event: Event<()>,
            node: Option<$node>,
        }

        impl $event {
            fn new(event: Event<$match>, question: Question) -> Self {
                let Event { kind, subject, matched, old, new, as_of, sequence } = event;
                let node = matched.map(|matched| event!(@node $node, matched, question));
                Self { event: Event { kind, subject, matched: None, old, new, as_of, sequence }, node }
            }
        }

        #[doc = concat!("Something happened to ", $what, " of the list that is watched.")]
        #[Object(name = $name)]
        impl $event {
            /// What happened.
            async fn kind(&self) -> MatchEventKind {
                self.event.kind.into()
            }
            /// The counterparty.
            async fn $subject(&self) -> ID {
                ID(encode_as(Id::<$kind>::from_uuid(self.event.subject)))
            }
            /// The match as it is now; null where it is gone.
            #[graphql(name = "match")]
            async fn matched(&self, ctx: &Context<'_>) -> Result<Option<&$node>> {
                // The loaders live as long as the subscription, and what they have read is of an earlier event.
                loader::forget(ctx)?;
                Ok(self.node.as_ref())
            }
            /// The score that was last told; null where it is new.
            async fn old_score(&self) -> Option<ScoreInterval> {
                self.event.old.as_ref().map(|line| (&line.mutual).into())
            }
            /// The score now; null where it is gone.
            async fn new_score(&self) -> Option<ScoreInterval> {
                self.event.new.as_ref().map(|line| (&line.mutual).into())
            }
            /// The place that was last told; null where it is new.
            async fn old_rank(&self) -> Option<u64> {
                self.event.old.map(|line| line.rank)
            }
            /// The place now; null where it is gone.
            async fn new_rank(&self) -> Option<u64> {
                self.event.new.map(|line| line.rank)
            }
            /// When the catalog was current.
            async fn as_of(&self) -> DateTime<Utc> {
                self.event.as_of
            }
            /// Number of the last event of the log that is in it, to compare with `catalogSequence` of a page.
            async fn sequence(&self) -> BigInt {
                BigInt(self.event.sequence)
            }
        }
    };
    (@node MatchNode, $matched:expr, $question:expr) => { MatchNode::new($matched, $question, None) };
    (@node CityMatchNode, $matched:expr, $question:expr) => { CityMatchNode::new($matched, $question) };
}

event!(MatchEvent, "MatchEvent", Match, MatchNode, project_id, Project, "a match");
event!(CityMatchEvent, "CityMatchEvent", CityMatch, CityMatchNode, partner_id, City, "a partner");

/// A least score in micro-points.
fn least(points: Option<f64>) -> Result<Option<u32>> {
    points
        .map(|points| {
            let is_score = (0.0..=100.0).contains(&points);
            is_score.then_some(((points * 1e6) as u32).min(FULL)).ok_or_else(|| {
                client_error(ErrorCode::Validation, Some("minScore"), "A score lies between 0 and 100.")
            })
        })
        .transpose()
}

/// The events of a watcher, up to its first error.
fn events<W: Watch, E>(
    watcher: Watcher<W>,
    make: impl Fn(Event<W::Match>) -> E + Send,
) -> impl Stream<Item = Result<E>> {
    stream::unfold((Some(watcher), make), |(watcher, make)| async move {
        let mut watcher = watcher?;
        match watcher.next().await {
            Ok(event) => Some((Ok(make(event)), (Some(watcher), make))),
            Err(error) => Some((Err(refused(error)), (None, make))),
        }
    })
}

/// Subscriptions.
#[Subscription(name = "Subscription")]
impl SubscriptionRoot {
    /// What happens to the first rows of a mandate's list, as `opportunities` ranks them by both sides. Events that
    /// are quicker than their reader are told as the net difference. Ends with `NOT_FOUND` when the mandate is gone.
    #[expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]
    async fn matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mandate.")] mandate_id: ID,
        #[graphql(desc = "Watch rows of at least this score only, 0 to 100.")] min_score: Option<f64>,
        #[graphql(desc = "Rows that are watched, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")]
        first: Option<i32>,
        #[graphql(
            desc = "Begin with the list as it is, each row as a NEW one; else with the first change after now.",
            default_with = "Some(false)"
        )]
        initial: Option<bool>,
    ) -> Result<impl Stream<Item = Result<MatchEvent>>> {
        let mandate = id_of::<Mandate>("mandateId", &mandate_id)?;
        let watch = MandateWatch {
            mandate,
            min_score: least(min_score)?,
            first: cursor::page_size(first)?,
            reader: ctx.data::<App>()?.reader_of(ctx.data::<Actor>()?, mandate),
        };
        let question = Question::new(&["matches", mandate_id.as_str(), &format!("{min_score:?}")]).ranked();
        let watcher = ctx.data::<App>()?.watch(watch, initial.unwrap_or(false)).map_err(refused)?;
        Ok(events(watcher, move |event| MatchEvent::new(event, question)))
    }

    /// What happens to the introductions of the organisation for which the caller acts, from now on. Whoever leaves the
    /// organisation hears nothing more.
    #[expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]
    async fn introduction_events(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<side::IntroductionEvent>> + use<>> {
        side::introductions(ctx)
    }

    /// What happens to the partnerships of the office for which the caller acts, from now on.
    #[expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]
    async fn partnership_events(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<side::PartnershipEvent>> + use<>> {
        side::partnerships(ctx)
    }

    /// What happens to the demonstration areas of the organisation for which the caller acts, from now on.
    #[expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]
    async fn area_events(
        &self,
        ctx: &Context<'_>,
    ) -> Result<impl Stream<Item = Result<side::AreaEvent>> + use<>> {
        side::areas(ctx)
    }

    /// What happens to the first rows of a city's list, as `partnerCities` ranks them by both sides. Events that are
    /// quicker than their reader are told as the net difference. Ends with `NOT_FOUND` when the city is gone.
    #[expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]
    async fn partner_matches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The city that looks.")] city_id: ID,
        #[graphql(desc = "Rows that are watched, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")]
        first: Option<i32>,
        #[graphql(
            desc = "Begin with the list as it is, each row as a NEW one; else with the first change after now.",
            default_with = "Some(false)"
        )]
        initial: Option<bool>,
    ) -> Result<impl Stream<Item = Result<CityMatchEvent>>> {
        let watch = CityWatch { city: id_of::<City>("cityId", &city_id)?, first: cursor::page_size(first)? };
        let question = Question::new(&["partnerMatches", city_id.as_str()]).ranked();
        let watcher = ctx.data::<App>()?.watch(watch, initial.unwrap_or(false)).map_err(refused)?;
        Ok(events(watcher, move |event| CityMatchEvent::new(event, question)))
    }
}
