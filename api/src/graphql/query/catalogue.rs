//! Lists and single things.

use std::sync::Arc;

use async_graphql::{Context, ID, Interface, Object, Result};
use domain::{
    capability::Capability, city::City, demonstration_area::DemonstrationArea, exchange_event::ExchangeEvent,
    id::Id, import_job::ImportJob, introduction::Introduction, mandate::Mandate, meeting::Meeting,
    organisation::Organisation, partnership::Partnership, project::Project, saved_search::SavedSearch,
};
use futures::future::try_join_all;
use matcher::rank::RankKey;

use super::{
    super::{
        cursor::{self, Question},
        error::{ErrorCode, client_error, refusal},
        input::{CapabilityFilterInput, CityFilterInput, OpportunityFilterInput, SearchKind},
        object::{
            CapabilityConnection, CapabilityNode, CityConnection, CityNode, DemonstrationAreaNode,
            ExchangeEventNode, ImportJobNode, IntroductionNode, MandateConnection, MandateNode, MeetingNode,
            OrganisationConnection, OrganisationNode, PageInfo, PartnershipNode, ProjectConnection,
            ProjectNode, SavedSearchNode, find, number,
        },
    },
    id_of, sentence,
};
use crate::{
    app::{self, App, Listing, PageRequest},
    auth::Actor,
    store::Kind,
    visible::{Guarded, Visible},
};

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
    /// Need or offer of an enterprise.
    Capability(CapabilityNode),
    /// Saved search.
    SavedSearch(SavedSearchNode),
    /// Import.
    ImportJob(ImportJobNode),
    /// Introduction.
    Introduction(IntroductionNode),
    /// Partnership of cities.
    Partnership(PartnershipNode),
    /// Demonstration area of a city.
    DemonstrationArea(DemonstrationAreaNode),
    /// Exchange event.
    ExchangeEvent(ExchangeEventNode),
    /// Meeting at an exchange event.
    Meeting(MeetingNode),
}

/// Lists and single things.
#[derive(Debug, Default)]
pub struct CatalogueQuery;

async fn by_kind(ctx: &Context<'_>, kind: Kind, uuid: uuid::Uuid) -> Result<Option<Node>> {
    Ok(match kind {
        Kind::Project => {
            find(ctx, Id::<Project>::from_uuid(uuid)).await?.map(|s| Node::Project(ProjectNode(s)))
        }
        Kind::City => find(ctx, Id::<City>::from_uuid(uuid)).await?.map(|s| Node::City(CityNode(s))),
        Kind::Mandate => {
            find(ctx, Id::<Mandate>::from_uuid(uuid)).await?.map(|s| Node::Mandate(MandateNode(s)))
        }
        Kind::Organisation => find(ctx, Id::<Organisation>::from_uuid(uuid))
            .await?
            .map(|s| Node::Organisation(OrganisationNode(s))),
        Kind::Capability => {
            find(ctx, Id::<Capability>::from_uuid(uuid)).await?.map(|s| Node::Capability(CapabilityNode(s)))
        }
        Kind::SavedSearch => find(ctx, Id::<SavedSearch>::from_uuid(uuid))
            .await?
            .map(|s| Node::SavedSearch(SavedSearchNode(s))),
        Kind::ImportJob => {
            find(ctx, Id::<ImportJob>::from_uuid(uuid)).await?.map(|s| Node::ImportJob(ImportJobNode(s)))
        }
        Kind::Introduction => find(ctx, Id::<Introduction>::from_uuid(uuid))
            .await?
            .map(|s| Node::Introduction(IntroductionNode(s))),
        Kind::Partnership => find(ctx, Id::<Partnership>::from_uuid(uuid))
            .await?
            .map(|s| Node::Partnership(PartnershipNode(s))),
        Kind::DemonstrationArea => find(ctx, Id::<DemonstrationArea>::from_uuid(uuid))
            .await?
            .map(|s| Node::DemonstrationArea(DemonstrationAreaNode(Arc::new((*s).clone())))),
        Kind::ExchangeEvent => find(ctx, Id::<ExchangeEvent>::from_uuid(uuid))
            .await?
            .map(|s| Node::ExchangeEvent(ExchangeEventNode(s))),
        Kind::Meeting => {
            find(ctx, Id::<Meeting>::from_uuid(uuid)).await?.map(|s| Node::Meeting(MeetingNode(s)))
        }
        // These have no global node: they are reached from what they belong to.
        Kind::Verification
        | Kind::ScreeningHit
        | Kind::Document
        | Kind::EventRegistration
        | Kind::Person
        | Kind::Membership
        | Kind::Invitation
        | Kind::Session
        | Kind::ApiKey
        | Kind::Upload
        | Kind::DigestSubscription => None,
    })
}

async fn by_global_id(ctx: &Context<'_>, argument: &'static str, id: &ID) -> Result<Option<Node>> {
    let (kind, uuid) = crate::id::decode(id.as_str())
        .map_err(|e| client_error(ErrorCode::Validation, Some(argument), sentence(&e.to_string())))?;
    by_kind(ctx, kind, uuid).await
}

/// The page of a list that is asked for.
fn wanted(question: Question, first: Option<i32>, after: Option<&String>) -> Result<PageRequest> {
    let after = question.after(after)?.map(|key| key.id.0);
    Ok(PageRequest { first: cursor::page_size(first)?, after })
}

/// Rows with their cursors, where the page lies, and the count of the whole list.
type Rows<N> = (Vec<(String, N)>, PageInfo, i64);

/// Loads the rows of a page; a row that went away since is left out.
async fn rows<T: Guarded, N>(
    ctx: &Context<'_>,
    question: Question,
    listing: Listing<T>,
    is_later: bool,
    node: impl Fn(Visible<T>) -> N,
) -> Result<Rows<N>> {
    let cursor_of = |id: &Id<T>| {
        let id = std::cmp::Reverse(id.uuid().as_u128());
        question.encode(&RankKey { primary: 0, coverage: 0, fresh: 0, id })
    };
    let page_info = PageInfo {
        has_next_page: listing.has_next,
        has_previous_page: is_later,
        start_cursor: listing.ids.first().map(cursor_of),
        end_cursor: listing.ids.last().map(cursor_of),
    };
    let found = try_join_all(listing.ids.iter().map(|id| find(ctx, *id))).await?;
    let with_cursors = listing.ids.iter().map(cursor_of).zip(found);
    let rows = with_cursors.filter_map(|(cursor, stored)| Some((cursor, node(stored?)))).collect();
    Ok((rows, page_info, number(listing.total)))
}

/// Lists and single things.
#[Object]
impl CatalogueQuery {
    /// Anything by its global id; null where there is no such thing that the caller may see.
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
        try_join_all(ids.iter().map(|id| by_global_id(ctx, "ids", id))).await
    }

    /// A project; null where there is none that the caller may see.
    async fn project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<ProjectNode>> {
        Ok(find(ctx, id_of("id", &id)?).await?.map(ProjectNode))
    }

    /// Projects in public, in the order of their ids.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What of the list is shown; without a mandate there is no score, so `minScore` is refused."
        )]
        filter: Option<OpportunityFilterInput>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<ProjectConnection> {
        let app = ctx.data::<App>()?;
        let question = Question::new(&["projects", &format!("{filter:?}")]);
        let page = wanted(question, first, after.as_ref())?;
        let reader = app::reader(ctx.data::<Actor>()?);
        let world = &app.ranking.snapshot().catalog.world;
        let (mut filter, text) = filter.unwrap_or_default().parse(world, reader)?;
        no_score(filter.min_score)?;
        let listing = app
            .compute(move |app| {
                filter.only = text.map(|text| app.search_projects(&text)).transpose()?;
                Ok(app::projects(app, &filter, page))
            })
            .await
            .map_err(refusal)?;
        Ok(rows(ctx, question, listing, after.is_some(), ProjectNode).await?.into())
    }

    /// A city; null where there is none.
    async fn city(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<CityNode>> {
        Ok(find(ctx, id_of("id", &id)?).await?.map(CityNode))
    }

    /// Cities, in the order of their ids.
    async fn cities(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "What of the list is shown; without a partner there is no score, so `minScore` is refused."
        )]
        filter: Option<CityFilterInput>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<CityConnection> {
        let question = Question::new(&["cities", &format!("{filter:?}")]);
        let page = wanted(question, first, after.as_ref())?;
        let filter = filter.unwrap_or_default().parse()?;
        no_score(filter.min_score)?;
        let app = ctx.data::<App>()?;
        let listing = app.compute(move |app| Ok(app::cities(app, &filter, page))).await.map_err(refusal)?;
        Ok(rows(ctx, question, listing, after.is_some(), CityNode).await?.into())
    }

    /// A mandate; null where there is none.
    async fn mandate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<MandateNode>> {
        Ok(find(ctx, id_of("id", &id)?).await?.map(MandateNode))
    }

    /// Mandates, in the order of their ids.
    async fn mandates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<MandateConnection> {
        let question = Question::new(&["mandates"]);
        let page = wanted(question, first, after.as_ref())?;
        let app = ctx.data::<App>()?;
        let listing = app.compute(move |app| Ok(app::mandates(app, page))).await.map_err(refusal)?;
        Ok(rows(ctx, question, listing, after.is_some(), MandateNode).await?.into())
    }

    /// A need or an offer of an enterprise; null where there is none.
    async fn capability(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<CapabilityNode>> {
        Ok(find(ctx, id_of("id", &id)?).await?.map(CapabilityNode))
    }

    /// Needs and offers of enterprises that hold today, in the order of their ids.
    async fn capabilities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What of the list is shown.")] filter: Option<CapabilityFilterInput>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<CapabilityConnection> {
        let question = Question::new(&["capabilities", &format!("{filter:?}")]);
        let page = wanted(question, first, after.as_ref())?;
        let filter = filter.unwrap_or_default().parse()?;
        let app = ctx.data::<App>()?;
        let listing =
            app.compute(move |app| Ok(app::capabilities(app, &filter, page))).await.map_err(refusal)?;
        Ok(rows(ctx, question, listing, after.is_some(), CapabilityNode).await?.into())
    }

    /// An organisation; null where there is none.
    async fn organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<Option<OrganisationNode>> {
        Ok(find(ctx, id_of("id", &id)?).await?.map(OrganisationNode))
    }

    /// Organisations, in the order of their ids.
    async fn organisations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<OrganisationConnection> {
        let question = Question::new(&["organisations"]);
        let page = wanted(question, first, after.as_ref())?;
        let app = ctx.data::<App>()?;
        let listing = app.compute(move |app| Ok(app::organisations(app, page))).await.map_err(refusal)?;
        Ok(rows(ctx, question, listing, after.is_some(), OrganisationNode).await?.into())
    }

    /// Names and summaries in which all words are found, best first, in any script.
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words; the last may be the beginning of one.")] text: String,
        #[graphql(desc = "What is searched; everything where none is named.")] kinds: Option<Vec<SearchKind>>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
    ) -> Result<Vec<Node>> {
        let first = cursor::page_size(first)?;
        let kinds: Vec<Kind> = kinds.unwrap_or_default().into_iter().map(Into::into).collect();
        if kinds.len() > 3 {
            return Err(client_error(ErrorCode::Validation, Some("kinds"), "Name each kind once."));
        }
        let app = ctx.data::<App>()?;
        let hits = app.compute(move |app| app.find(&text, &kinds, first)).await.map_err(refusal)?;
        let nodes = try_join_all(hits.into_iter().map(|hit| by_kind(ctx, hit.kind, hit.id))).await?;
        Ok(nodes.into_iter().flatten().collect())
    }
}

/// A list without a counterparty has no scores to filter by.
fn no_score(min_score: Option<u32>) -> Result<()> {
    if min_score.is_none() {
        return Ok(());
    }
    let message = "A list without a counterparty has no scores: leave minScore out.";
    Err(client_error(ErrorCode::Validation, Some("filter.minScore"), message))
}
