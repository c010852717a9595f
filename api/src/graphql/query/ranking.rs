//! The three rankings.

use async_graphql::{Context, ID, Object, Result};
use domain::{city::City, disclosure::ListingField, mandate::Mandate, project::Project};
use matcher::{catalog::Programme, rank::Reader};

use super::{
    super::{
        cursor::{self, Question},
        error::{ErrorCode, client_error},
        input::{
            CityFilterInput, DigitalModeInput, ListInput, MandateInput, OpportunityFilterInput, RankByInput,
            WeightInput, own,
        },
        object::{CityMatchConnection, Highlights, OpportunityConnection, find},
    },
    busy_partners, id_of, refused,
};
use crate::{
    app::{self, App, CityRequest, MandateChoice, OpportunityRequest},
    auth::Actor,
};

/// Rankings.
#[derive(Debug, Default)]
pub struct RankingQuery;

/// Whether the page's rows are asked for their stability.
fn wants_stability(ctx: &Context<'_>) -> bool {
    ctx.look_ahead().field("edges").field("node").field("stability").exists()
}

/// An argument that is given as null counts as not given.
fn order(rank_by: Option<RankByInput>, list: Option<ListInput>) -> (RankByInput, ListInput) {
    (rank_by.unwrap_or(RankByInput::Mutual), list.unwrap_or(ListInput::Ranked))
}

/// Rankings.
#[Object]
impl RankingQuery {
    /// Projects for a mandate, ranked from both sides. Give `mandateId` or `mandate`. The order is total: by score,
    /// then coverage, then freshness, then id.
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the published query")]
    async fn opportunities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A saved mandate.")] mandate_id: Option<ID>,
        #[graphql(
            desc = "A mandate that is not saved; ranked as if a verified and screened investor without a record asked."
        )]
        mandate: Option<MandateInput>,
        #[graphql(desc = "What of the list is shown; never changes a score.")] filter: Option<
            OpportunityFilterInput,
        >,
        #[graphql(desc = "Order.", default_with = "Some(RankByInput::Mutual)")] rank_by: Option<RankByInput>,
        #[graphql(desc = "Own weights of the investor's side.")] weights: Option<Vec<WeightInput>>,
        #[graphql(desc = "Which list.", default_with = "Some(ListInput::Ranked)")] list: Option<ListInput>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<OpportunityConnection> {
        let app = ctx.data::<App>()?;
        let (rank_by, list) = order(rank_by, list);
        let question = Question::new(&[
            "opportunities",
            mandate_id.as_ref().map_or("", |id| id.as_str()),
            &format!("{mandate:?}{filter:?}{rank_by:?}{weights:?}{list:?}"),
        ])
        .ranked();
        let mandate = match (&mandate_id, mandate) {
            (Some(id), None) => MandateChoice::Saved(id_of::<Mandate>("mandateId", id)?),
            (None, Some(input)) => MandateChoice::Unsaved(Box::new(input.parse()?)),
            _ => {
                let message = "Give either mandateId or mandate, and not both.";
                return Err(client_error(ErrorCode::Validation, Some("mandateId"), message));
            }
        };
        let actor = ctx.data::<Actor>()?;
        let reader = match &mandate {
            MandateChoice::Saved(id) => app.reader_of(actor, *id),
            MandateChoice::Unsaved(_) => app::reader(actor),
        };
        let world = &app.ranking.snapshot().catalog.world;
        let (mut filter, text) = filter.unwrap_or_default().parse(world, reader)?;
        filter.only_told = true;
        let mut request = OpportunityRequest {
            mandate,
            parted: reader == Reader::Inside,
            filter,
            by: rank_by.into(),
            list: list.into(),
            weights: own(weights)?,
            first: cursor::page_size(first)?,
            after: question.after(after.as_ref())?,
        };
        let wants_stability = wants_stability(ctx);
        let (page, stability) = app
            .compute(move |app| {
                request.filter.only = text.map(|text| app.search_projects(&text)).transpose()?;
                let page = app::opportunities(app, &request)?;
                let stability =
                    if wants_stability { app::stabilities(&request, &page.page)? } else { Vec::new() };
                Ok((page, stability))
            })
            .await
            .map_err(refused)?;
        OpportunityConnection::new(page, question, list.into(), &stability).present(ctx).await
    }

    /// Projects of a mandate's list that it should look at first: the pure order, with at most three of ten of one
    /// owner and up to two places of twenty for projects that too few investors see. The order of `opportunities`
    /// stays as it is.
    async fn highlights(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "A saved mandate.")] mandate_id: ID,
        #[graphql(desc = "Rows, 1 to 20.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Highlights> {
        let app = ctx.data::<App>()?;
        let question = Question::new(&["highlights", mandate_id.as_str()]).ranked();
        let mandate = id_of::<Mandate>("mandateId", &mandate_id)?;
        let first = usize::try_from(first.unwrap_or(20))
            .ok()
            .filter(|first| (1..=matcher::highlight::HEAD).contains(first))
            .ok_or_else(|| client_error(ErrorCode::Validation, Some("first"), "Ask for 1 to 20 rows."))?;
        let reader = app.reader_of(ctx.data::<Actor>()?, mandate);
        let found =
            app.compute(move |app| app::highlights(app, reader, mandate, first)).await.map_err(refused)?;
        Highlights::new(found, question).present(ctx).await
    }

    /// Mandates for a project, ranked from both sides; `MINE` is the project's side.
    async fn project_investors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project.")] project_id: ID,
        #[graphql(desc = "Order.", default_with = "Some(RankByInput::Mutual)")] rank_by: Option<RankByInput>,
        #[graphql(desc = "Which list.", default_with = "Some(ListInput::Ranked)")] list: Option<ListInput>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<OpportunityConnection> {
        let app = ctx.data::<App>()?;
        let (rank_by, list) = order(rank_by, list);
        let asked = format!("{rank_by:?}{list:?}");
        let question = Question::new(&["projectInvestors", project_id.as_str(), &asked]).ranked();
        let project = id_of::<Project>("projectId", &project_id)?;
        let seen = find(ctx, project).await?;
        let owner = seen.as_ref().and_then(|seen| seen.owner);
        let actor = ctx.data::<Actor>()?;
        let parted = owner.is_some_and(|owner| actor.role_in(owner).is_some());
        if seen.is_some_and(|seen| !ListingField::SCORED.iter().all(|field| seen.shows(*field))) {
            // Its fit with hundreds of known mandates would tell what it keeps back.
            let message = "The owner shows which investors fit after an introduction.";
            return Err(client_error(ErrorCode::Forbidden, Some("projectId"), message));
        }
        let first = cursor::page_size(first)?;
        let after = question.after(after.as_ref())?;
        let wants_stability = wants_stability(ctx);
        let (page, stability) = app
            .compute(move |app| {
                let page =
                    app::investors_for(app, (project, parted), rank_by.into(), list.into(), first, after)?;
                let stability = if wants_stability {
                    app::investor_stabilities(project, list.into(), &page.page)?
                } else {
                    Vec::new()
                };
                Ok((page, stability))
            })
            .await
            .map_err(refused)?;
        OpportunityConnection::new(page, question, list.into(), &stability).present(ctx).await
    }

    /// Partner cities for a city, ranked from both sides, with the tier that can be reached.
    #[expect(clippy::too_many_arguments, reason = "they are the arguments of the published query")]
    async fn partner_cities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who looks.")] city_id: ID,
        #[graphql(desc = "What of the list is shown; never changes a score.")] filter: Option<
            CityFilterInput,
        >,
        #[graphql(
            desc = "Order; `NEUTRAL` is by the last confirmation of the profile.",
            default_with = "Some(RankByInput::Mutual)"
        )]
        rank_by: Option<RankByInput>,
        #[graphql(desc = "Own weights of the asking city's side.")] weights: Option<Vec<WeightInput>>,
        #[graphql(desc = "Which list.", default_with = "Some(ListInput::Ranked)")] list: Option<ListInput>,
        #[graphql(desc = "Match on digital level.", default_with = "Some(DigitalModeInput::Peer)")]
        digital: Option<DigitalModeInput>,
        #[graphql(desc = "Fewest inhabitants of both, where a programme asks for it.")]
        programme_min_population: Option<u32>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<CityMatchConnection> {
        let app = ctx.data::<App>()?;
        let (rank_by, list) = order(rank_by, list);
        let digital = digital.unwrap_or(DigitalModeInput::Peer);
        let asked =
            format!("{filter:?}{rank_by:?}{weights:?}{list:?}{digital:?}{programme_min_population:?}");
        let question = Question::new(&["partnerCities", city_id.as_str(), &asked]).ranked();
        let city = id_of::<City>("cityId", &city_id)?;
        let request = CityRequest {
            city,
            filter: filter.unwrap_or_default().parse()?,
            by: rank_by.into(),
            list: list.into(),
            weights: own(weights)?,
            mode: digital.into(),
            programme: programme_min_population.map(|min_population| Programme { min_population }),
            busy: busy_partners(ctx, city, None).await?,
            first: cursor::page_size(first)?,
            after: question.after(after.as_ref())?,
        };
        let page = app.compute(move |app| app::partner_cities(app, &request)).await.map_err(refused)?;
        Ok(CityMatchConnection::new(page, question, list.into()))
    }
}
