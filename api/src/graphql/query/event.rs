//! Exchange events in public, and those of the own organisation.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use domain::{account::Scope, exchange_event::ExchangeEvent, id::Id};

use super::{
    super::{
        cursor,
        object::{ExchangeEventConnection, ExchangeEventNode, PageInfo, find, me::stored, number},
    },
    id_of,
    introduction::{acting, may},
};
use crate::{app::App, visible::Viewer};

/// What belongs to exchange events.
#[derive(Debug, Default)]
pub struct EventQuery;

/// What belongs to exchange events.
#[Object]
impl EventQuery {
    /// Exchange events that were announced and begin after a time, the next one first; for everybody.
    async fn exchange_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Begin at or after it; null for now.")] from: Option<DateTime<Utc>>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<ID>,
    ) -> Result<ExchangeEventConnection> {
        let app = ctx.data::<App>()?;
        let size = cursor::page_size(first)?;
        let after = after.map(|id| id_of::<ExchangeEvent>("after", &id)).transpose()?;
        let last = match after {
            Some(id) => find(ctx, id).await?,
            None => None,
        };
        let begin = last.as_ref().and_then(|last| last.value.plan.starts());
        let from = begin.or(from).unwrap_or_else(|| app.auth.clock.now()).timestamp_micros();
        let limit = u64::try_from(size).unwrap_or(100).saturating_add(1);
        let last: Option<Id<ExchangeEvent>> = last.map(|last| last.id);
        let mut rows = stored(app.store.listed_events((from, last), limit).await)?;
        let has_next_page = rows.len() > size;
        rows.truncate(size);
        let viewer = ctx.data::<Viewer>()?;
        let edges: Vec<(String, ExchangeEventNode)> = rows
            .into_iter()
            .filter_map(|row| {
                Some((crate::id::encode_as(row.id), ExchangeEventNode(viewer.see(Arc::new(row))?)))
            })
            .collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: after.is_some(),
            start_cursor: edges.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: edges.last().map(|(cursor, _)| cursor.clone()),
        };
        let total = number(u64::try_from(edges.len()).unwrap_or(u64::MAX));
        Ok((edges, page_info, total).into())
    }

    /// The events that the organisation for which the caller acts organises, newest first, at most 100; drafts with them.
    async fn my_exchange_events(&self, ctx: &Context<'_>) -> Result<Vec<ExchangeEventNode>> {
        let own = acting(ctx)?;
        may(ctx, Scope::Read)?;
        let store = &ctx.data::<App>()?.store;
        let ids: Vec<Id<ExchangeEvent>> = stored(store.newest_of(own, 100).await)?;
        let mut found = stored(store.find(&ids).await)?;
        let viewer = ctx.data::<Viewer>()?;
        let rows = ids.iter().filter_map(|id| found.remove(id));
        Ok(rows.filter_map(|row| viewer.see(Arc::new(row))).map(ExchangeEventNode).collect())
    }
}
