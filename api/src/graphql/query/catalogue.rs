//! Lists and single things.

use async_graphql::{Context, ID, Interface, Object, Result};
use domain::{city::City, mandate::Mandate, organisation::Organisation, project::Project};
use matcher::rank::RankKey;

use super::{
    super::{
        cursor,
        error::{ErrorCode, client_error, refusal},
        input::{CityFilterInput, OpportunityFilterInput},
        object::{
            CityConnection, CityNode, MandateNode, OrganisationNode, PageInfo, ProjectConnection,
            ProjectNode, city_connection, node,
        },
    },
    id_of,
};
use crate::{app::App, store::Kind};

/// Anything with a global id.
#[derive(Debug, Interface)]
#[graphql(name = "Node", field(name = "id", ty = "ID", desc = "Global id."))]
pub enum Node {
    /// Project.
    Project(ProjectNode),
    /// City.
    City(CityNode),
    /// Mandate.
    Mandate(MandateNode),
    /// Organisation.
    Organisation(OrganisationNode),
}

/// Lists and single things.
#[derive(Debug, Default)]
pub struct CatalogueQuery;

/// Something that is not there is null, whoever asks.
fn absent<T>(result: Result<T>) -> Result<Option<T>> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) => {
            let not_found = error
                .extensions
                .as_ref()
                .and_then(|e| e.get("code"))
                .is_some_and(|code| *code == async_graphql::Value::from(ErrorCode::NotFound.code()));
            if not_found { Ok(None) } else { Err(error) }
        }
    }
}

async fn public_project(ctx: &Context<'_>, id: domain::id::Id<Project>) -> Result<Option<ProjectNode>> {
    // Only what is in public is in the catalog; anything else does not exist.
    let snapshot = ctx.data::<App>()?.ranking.snapshot();
    if snapshot.catalog.projects().get(id).is_none() {
        return Ok(None);
    }
    absent(node(ctx, id).await.map(ProjectNode))
}

async fn by_global_id(ctx: &Context<'_>, argument: &'static str, id: &ID) -> Result<Option<Node>> {
    let decoded = crate::id::decode(id.as_str());
    let (kind, _) =
        decoded.map_err(|e| client_error(ErrorCode::Validation, Some(argument), e.to_string()))?;
    Ok(match kind {
        Kind::Project => public_project(ctx, id_of(argument, id)?).await?.map(Node::Project),
        Kind::City => absent(node::<City>(ctx, id_of(argument, id)?).await)?.map(|s| Node::City(CityNode(s))),
        Kind::Mandate => {
            absent(node::<Mandate>(ctx, id_of(argument, id)?).await)?.map(|s| Node::Mandate(MandateNode(s)))
        }
        Kind::Organisation => absent(node::<Organisation>(ctx, id_of(argument, id)?).await)?
            .map(|s| Node::Organisation(OrganisationNode(s))),
    })
}

/// A page in the order of ids, out of all ids that pass.
fn page<T: crate::store::Aggregate>(
    mut ids: Vec<domain::id::Id<T>>,
    question: u32,
    first: i32,
    after: Option<&String>,
) -> Result<(Vec<(String, domain::id::Id<T>)>, PageInfo, i64)> {
    let first = cursor::page_size(first)?;
    let after_id = after.map(|after| cursor::decode(question, after)).transpose()?.map(|key| key.id.0);
    let total = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    ids.sort_unstable();
    let rest: Vec<_> =
        ids.into_iter().filter(|id| after_id.is_none_or(|after| id.uuid().as_u128() > after)).collect();
    let cursor_of = |id: domain::id::Id<T>| {
        let id = std::cmp::Reverse(id.uuid().as_u128());
        cursor::encode(question, &RankKey { primary: 0, coverage: 0, fresh: 0, id })
    };
    let has_next_page = rest.len() > first;
    let rows: Vec<_> = rest.into_iter().take(first).map(|id| (cursor_of(id), id)).collect();
    let page_info = PageInfo {
        has_next_page,
        has_previous_page: after.is_some(),
        start_cursor: rows.first().map(|row| row.0.clone()),
        end_cursor: rows.last().map(|row| row.0.clone()),
    };
    Ok((rows, page_info, total))
}

/// Lists and single things.
#[Object]
impl CatalogueQuery {
    /// Anything by its global id; null where there is no such thing in public.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Global id.")] id: ID) -> Result<Option<Node>> {
        by_global_id(ctx, "id", &id).await
    }

    /// Several things by their global ids, in the order given; null for each that is not there.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most 100 global ids.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>> {
        if ids.len() > 100 {
            return Err(client_error(ErrorCode::Validation, Some("ids"), "Ask for at most 100 nodes."));
        }
        futures::future::try_join_all(ids.iter().map(|id| by_global_id(ctx, "ids", id))).await
    }

    /// A project; null where there is none in public.
    async fn project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<ProjectNode>> {
        public_project(ctx, id_of("id", &id)?).await
    }

    /// Projects in public, in the order of their ids.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What of the list is shown; `minScore` has no meaning here.")] filter: Option<
            OpportunityFilterInput,
        >,
        #[graphql(desc = "Rows, 1 to 100.", default = 20)] first: i32,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<ProjectConnection> {
        let app = ctx.data::<App>()?;
        let question = cursor::question(&["projects", &format!("{filter:?}")]);
        let filter = filter.unwrap_or_default();
        let hits = match &filter.text {
            Some(text) => Some(app.search_projects(text).map_err(refusal)?.into_iter().collect()),
            None => None,
        };
        let snapshot = app.ranking.snapshot();
        let filter = filter.parse(&snapshot.catalog.world, hits)?;
        let rows = snapshot.catalog.projects().rows();
        let ids = rows.iter().filter(|row| filter.admits(row)).map(|row| row.id).collect();
        let (rows, page_info, total_count) = page(ids, question, first, after.as_ref())?;
        let nodes = futures::future::try_join_all(rows.iter().map(|(_, id)| node(ctx, *id))).await?;
        let edges = rows
            .into_iter()
            .zip(nodes)
            .map(|((cursor, _), stored)| super::super::object::ProjectEdge {
                cursor,
                node: ProjectNode(stored),
            })
            .collect();
        Ok(ProjectConnection { edges, page_info, total_count })
    }

    /// A city; null where there is none.
    async fn city(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<CityNode>> {
        absent(node(ctx, id_of("id", &id)?).await.map(CityNode))
    }

    /// Cities, in the order of their ids.
    async fn cities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What of the list is shown; `minScore` has no meaning here.")] filter: Option<
            CityFilterInput,
        >,
        #[graphql(desc = "Rows, 1 to 100.", default = 20)] first: i32,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<CityConnection> {
        let app = ctx.data::<App>()?;
        let question = cursor::question(&["cities", &format!("{filter:?}")]);
        let filter = filter.unwrap_or_default().parse()?;
        let snapshot = app.ranking.snapshot();
        let rows = snapshot.catalog.cities().rows();
        let ids = rows.iter().filter(|row| filter.admits(row)).map(|row| row.id).collect();
        let (rows, page_info, total) = page(ids, question, first, after.as_ref())?;
        let nodes = futures::future::try_join_all(rows.iter().map(|(_, id)| node(ctx, *id))).await?;
        let rows =
            rows.into_iter().zip(nodes).map(|((cursor, _), stored)| (cursor, CityNode(stored))).collect();
        Ok(city_connection(rows, page_info, total))
    }

    /// A mandate; null where there is none.
    async fn mandate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<MandateNode>> {
        absent(node(ctx, id_of("id", &id)?).await.map(MandateNode))
    }

    /// Mandates, in the order of their ids.
    async fn mandates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default = 20)] first: i32,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<MandateConnection> {
        let snapshot = ctx.data::<App>()?.ranking.snapshot();
        let ids = snapshot.catalog.mandates().rows().iter().map(|row| row.id).collect();
        let (rows, page_info, total_count) =
            page(ids, cursor::question(&["mandates"]), first, after.as_ref())?;
        let nodes = futures::future::try_join_all(rows.iter().map(|(_, id)| node(ctx, *id))).await?;
        let edges = rows
            .into_iter()
            .zip(nodes)
            .map(|((cursor, _), stored)| MandateEdge { cursor, node: MandateNode(stored) })
            .collect();
        Ok(MandateConnection { edges, page_info, total_count })
    }

    /// An organisation; null where there is none.
    async fn organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<OrganisationNode>> {
        absent(node(ctx, id_of("id", &id)?).await.map(OrganisationNode))
    }

    /// Names and summaries in which all words are found, best first, in any script.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words; the last may be the beginning of one.")] text: String,
        #[graphql(desc = "Rows, 1 to 100.", default = 20)] first: i32,
    ) -> Result<Vec<Node>> {
        let first = cursor::page_size(first)?;
        let app = ctx.data::<App>()?;
        let mut found = Vec::new();
        for (kind, uuid) in app.search(&text, first).map_err(refusal)? {
            let id = ID(crate::id::encode(kind, uuid));
            found.extend(by_global_id(ctx, "text", &id).await?);
        }
        Ok(found)
    }
}

/// A page of mandates in the order of their ids.
#[derive(Debug, async_graphql::SimpleObject)]
pub struct MandateConnection {
    /// Rows with cursors.
    edges: Vec<MandateEdge>,
    /// Where the page lies.
    page_info: PageInfo,
    /// Rows of the whole list.
    total_count: i64,
}

/// A mandate with its cursor.
#[derive(Debug, async_graphql::SimpleObject)]
pub struct MandateEdge {
    /// Cursor.
    cursor: String,
    /// The mandate.
    node: MandateNode,
}
