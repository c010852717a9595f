//! Digests: the caller's own subscriptions, what their issues told, and what the next one would tell.

use async_graphql::{Context, ID, Object, Result};
use domain::{account::Person, id::Id};
use uuid::Uuid;

use super::super::{
    error::{ErrorCode, client_error},
    object::{DigestIssueObject, DigestPreview, DigestSubscriptionNode, common::missing, me::stored},
};
use crate::{app::App, auth::Actor, id::decode, store::Kind};

/// Digests.
#[derive(Debug, Default)]
pub struct DigestQuery;

fn id_of(id: &ID) -> Result<Uuid> {
    if let Ok((Kind::DigestSubscription, id)) = decode(id.as_str()) {
        return Ok(id);
    }
    let message = "This is no id of a subscription: copy it as it was given.";
    Err(client_error(ErrorCode::Validation, Some("subscriptionId"), message))
}

/// Who asks, where somebody is signed in.
fn person(ctx: &Context<'_>) -> Result<Id<Person>> {
    let code = ErrorCode::Unauthenticated;
    ctx.data::<Actor>()?.person_id().ok_or_else(|| client_error(code, None, code.public_text()))
}

async fn own(ctx: &Context<'_>, id: &ID) -> Result<DigestSubscriptionNode> {
    person(ctx)?;
    DigestSubscriptionNode::find(ctx, id_of(id)?).await?.ok_or_else(|| missing("subscription"))
}

/// Digests.
#[Object]
impl DigestQuery {
    /// The caller's own subscriptions, newest first.
    async fn digest_subscriptions(&self, ctx: &Context<'_>) -> Result<Vec<DigestSubscriptionNode>> {
        let (actor, person) = (ctx.data::<Actor>()?, person(ctx)?);
        let rows = stored(ctx.data::<App>()?.store.subscriptions_of(person).await)?;
        Ok(rows.into_iter().filter_map(|row| DigestSubscriptionNode::own(actor, row)).collect())
    }

    /// What the issues of one of the caller's subscriptions told, newest first.
    async fn digest_issues(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which subscription.")] subscription_id: ID,
        #[graphql(desc = "Issues, 1 to 50.", default_with = "Some(10)")] first: Option<i32>,
    ) -> Result<Vec<DigestIssueObject>> {
        own(ctx, &subscription_id).await?.issues_of(ctx, first).await
    }

    /// The next issue of one of the caller's subscriptions as it would be written now; null where the subscription
    /// has ended or what it is about is gone. Nothing is sent.
    async fn digest_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which subscription.")] subscription_id: ID,
    ) -> Result<Option<DigestPreview>> {
        own(ctx, &subscription_id).await?.next_issue(ctx).await
    }
}
