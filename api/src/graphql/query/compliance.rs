//! What waits for those who judge: hits of the screening, and cases of verification.

use async_graphql::{Context, ID, Object, Result};
use domain::{account::PlatformRole, screening_hit::ScreeningHit, verification::VerificationCase};
use futures::future::try_join_all;

use super::{
    super::{
        cursor,
        error::{ErrorCode, client_error},
        object::{ScreeningHitNode, VerificationCaseNode, find, me::stored},
    },
    id_of,
};
use crate::{
    app::App,
    auth::Actor,
    store::{WAITING_CASES, WAITING_HITS},
    visible::{Guarded, Visible},
};

/// What waits for those who judge.
#[derive(Debug, Default)]
pub struct ComplianceQuery;

/// A page of a queue, as far as the caller may see it.
async fn queue<T: Guarded>(
    ctx: &Context<'_>,
    roles: &[PlatformRole],
    states: &[&str],
    (first, after): (Option<i32>, Option<ID>),
) -> Result<Vec<Visible<T>>> {
    let first = cursor::page_size(first)?;
    let after = after.map(|id| id_of::<T>("after", &id)).transpose()?;
    let actor = ctx.data::<Actor>()?;
    if actor.person().is_none() {
        let code = ErrorCode::Unauthenticated;
        return Err(client_error(code, None, code.public_text()));
    }
    if !roles.iter().any(|role| actor.has(*role)) {
        return Err(client_error(ErrorCode::Forbidden, None, "This is for those who judge it."));
    }
    let ids = stored(ctx.data::<App>()?.store.cases::<T>(states, after, first as u64).await)?;
    let found = try_join_all(ids.into_iter().map(|id| find(ctx, id))).await?;
    Ok(found.into_iter().flatten().collect())
}

/// What waits for those who judge.
#[Object]
impl ComplianceQuery {
    /// Hits of the screening that wait for officers, and freezes against which an appeal is open, oldest first; for
    /// compliance officers and administrators. Those of the caller's own organisations are left out.
    async fn screening_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "Begin after the case of this id.")] after: Option<ID>,
    ) -> Result<Vec<ScreeningHitNode>> {
        let roles = [PlatformRole::ComplianceOfficer, PlatformRole::Administrator];
        let found = queue::<ScreeningHit>(ctx, &roles, &WAITING_HITS, (first, after)).await?;
        Ok(found.into_iter().map(ScreeningHitNode).collect())
    }

    /// Cases of verification that wait for a reviewer or lie with one, oldest first; for reviewers and administrators.
    async fn verification_queue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "Begin after the case of this id.")] after: Option<ID>,
    ) -> Result<Vec<VerificationCaseNode>> {
        let roles = [PlatformRole::Reviewer, PlatformRole::Administrator];
        let found = queue::<VerificationCase>(ctx, &roles, &WAITING_CASES, (first, after)).await?;
        Ok(found.into_iter().map(VerificationCaseNode).collect())
    }
}
