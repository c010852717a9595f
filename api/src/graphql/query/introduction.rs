//! The pipeline of an organisation, its contact budget, and what came of introductions in public.

use async_graphql::{Context, Enum, Error, ID, Object, Result, SimpleObject};
use domain::{
    account::PlatformRole,
    id::Id,
    introduction::{ContactBudget, IntroductionState, Side},
    mandate::Mandate,
    organisation::Organisation,
    project::Project,
};

use super::{
    super::{
        code::Code,
        cursor,
        error::{ErrorCode, client_error},
        mutation::settled,
        object::{
            IntroductionConnection, IntroductionNode, OrganisationNode, PageInfo, find, introduction::seen,
            me::stored, number,
        },
    },
    id_of,
};
use crate::{
    app::App,
    auth::Actor,
    introduction::export::{self, Format},
    store::PipelineFilter,
    visible::Viewer,
};

/// In which form a pipeline is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Format")]
pub enum ExportFormat {
    /// Comma-separated values with a header, UTF-8.
    Csv,
    /// A list of objects.
    Json,
}

/// How many introductions an organisation can still begin this month.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ContactBudget")]
pub struct BudgetObject {
    /// What can still be expressed: ten, one more for each answer, one less for each block of the time before, less
    /// those made. A block never changes it within the month in which it is made.
    left: i64,
    /// Introductions that it expressed since the month began, in UTC.
    expressed: i64,
    /// Answers that it gave.
    replies: i64,
}

impl From<ContactBudget> for BudgetObject {
    fn from(budget: ContactBudget) -> Self {
        Self {
            left: i64::from(budget.left()),
            expressed: i64::from(budget.expressed),
            replies: i64::from(budget.replies),
        }
    }
}

/// The organisation for which the request acts.
pub(super) fn acting(ctx: &Context<'_>) -> Result<Id<Organisation>> {
    let actor = ctx.data::<Actor>()?;
    if actor.person().is_none() {
        let code = ErrorCode::Unauthenticated;
        return Err(client_error(code, None, code.public_text()));
    }
    actor.acting().filter(|acting| actor.role_in(*acting).is_some()).ok_or_else(|| {
        let message = "Say for which organisation you act, in the header Caravanserai-Organisation.";
        client_error(ErrorCode::Forbidden, None, message)
    })
}

fn filter(
    side: Option<Code<Side>>,
    states: Option<Vec<Code<IntroductionState>>>,
    project: Option<&ID>,
    mandate: Option<&ID>,
) -> Result<PipelineFilter> {
    Ok(PipelineFilter {
        side: side.map(|side| side.0),
        states: states.unwrap_or_default().into_iter().map(|state| state.0).collect(),
        project: project.map(|id| id_of::<Project>("projectId", id)).transpose()?,
        mandate: mandate.map(|id| id_of::<Mandate>("mandateId", id)).transpose()?,
    })
}

/// A key with the scope that it takes, or a person.
pub(super) fn may(ctx: &Context<'_>, scope: domain::account::Scope) -> Result<(), Error> {
    if ctx.data::<Actor>()?.in_scope(scope) {
        return Ok(());
    }
    Err(client_error(ErrorCode::Forbidden, None, "The key has no scope for this."))
}

/// What belongs to introductions.
#[derive(Debug, Default)]
pub struct IntroductionQuery;

/// What belongs to introductions.
#[Object]
impl IntroductionQuery {
    /// The introductions of the organisation for which the caller acts, newest first.
    #[expect(clippy::too_many_arguments, reason = "arguments of the schema")]
    async fn pipeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "As which side; null for both.")] side: Option<Code<Side>>,
        #[graphql(desc = "In which states; null for all.")] states: Option<Vec<Code<IntroductionState>>>,
        #[graphql(desc = "To which project.")] project_id: Option<ID>,
        #[graphql(desc = "Of which mandate.")] mandate_id: Option<ID>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<ID>,
    ) -> Result<IntroductionConnection> {
        let own = acting(ctx)?;
        may(ctx, domain::account::Scope::Read)?;
        let filter = filter(side, states, project_id.as_ref(), mandate_id.as_ref())?;
        let rows_asked = cursor::page_size(first)?;
        let after = after.map(|id| id_of::<domain::introduction::Introduction>("after", &id)).transpose()?;
        let app = ctx.data::<App>()?;
        let limit = u64::try_from(rows_asked).unwrap_or(100).saturating_add(1);
        let mut rows = stored(app.store.pipeline(own, &filter, after.map(Id::uuid), limit).await)?;
        let total = stored(app.store.pipeline_count(own, &filter).await)?;
        let has_next_page = rows.len() > rows_asked;
        rows.truncate(rows_asked);
        let viewer = ctx.data::<Viewer>()?;
        let edges: Vec<(String, IntroductionNode)> = rows
            .into_iter()
            .filter_map(|row| Some((crate::id::encode_as(row.id), seen(viewer, row)?)))
            .collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: after.is_some(),
            start_cursor: edges.first().map(|(cursor, _)| cursor.clone()),
            end_cursor: edges.last().map(|(cursor, _)| cursor.clone()),
        };
        Ok((edges, page_info, number(total)).into())
    }

    /// The same as a file, at most 10,000 rows, with the notes of the own side and of no other.
    async fn export_pipeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which form.")] format: ExportFormat,
        #[graphql(desc = "As which side; null for both.")] side: Option<Code<Side>>,
        #[graphql(desc = "In which states; null for all.")] states: Option<Vec<Code<IntroductionState>>>,
    ) -> Result<String> {
        let own = acting(ctx)?;
        may(ctx, domain::account::Scope::Export)?;
        let filter = filter(side, states, None, None)?;
        let (app, viewer) = (ctx.data::<App>()?, ctx.data::<Viewer>()?);
        let (text, _) = settled(export::pipeline(app, viewer, own, &filter, format.into()).await)?;
        Ok(text.unwrap_or_default())
    }

    /// How many introductions the organisation for which the caller acts can still begin this month.
    async fn contact_budget(&self, ctx: &Context<'_>) -> Result<BudgetObject> {
        let own = acting(ctx)?;
        may(ctx, domain::account::Scope::Read)?;
        let app = ctx.data::<App>()?;
        Ok(stored(app.store.contact_budget(own, app.auth.clock.now()).await)?.into())
    }

    /// The organisations that the one for which the caller acts has blocked, at most 500.
    async fn blocked_organisations(&self, ctx: &Context<'_>) -> Result<Vec<OrganisationNode>> {
        let own = acting(ctx)?;
        may(ctx, domain::account::Scope::Read)?;
        let mut found = Vec::new();
        for id in stored(ctx.data::<App>()?.store.blocked_by(own).await)? {
            found.extend(find(ctx, id).await?.map(OrganisationNode));
        }
        Ok(found)
    }

    /// The introductions that the screening holds, longest first; for compliance officers.
    async fn held_introductions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Vec<IntroductionNode>> {
        let first = cursor::page_size(first)?;
        let actor = ctx.data::<Actor>()?;
        if actor.person().is_none() {
            let code = ErrorCode::Unauthenticated;
            return Err(client_error(code, None, code.public_text()));
        }
        if !actor.has(PlatformRole::ComplianceOfficer) {
            return Err(client_error(ErrorCode::Forbidden, None, "This is for compliance officers."));
        }
        let limit = u64::try_from(first).unwrap_or(100);
        let mut found = Vec::new();
        for id in stored(ctx.data::<App>()?.store.held_introductions(limit).await)? {
            found.extend(find(ctx, id).await?.map(IntroductionNode));
        }
        Ok(found)
    }
}
