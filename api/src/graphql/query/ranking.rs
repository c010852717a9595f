//! The three rankings and single pairs.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::{city::City, mandate::Mandate, project::Project};
use matcher::{catalog::Programme, rank::RankKey};

use super::{
    super::{
        cursor,
        error::{ErrorCode, client_error, refusal},
        input::{
            CityFilterInput, DigitalModeInput, ListInput, MandateInput, OpportunityFilterInput, RankByInput,
            WeightInput, own,
        },
        object::{CityMatchConnection, CityMatchNode, MatchNode, OpportunityConnection},
    },
    id_of,
};
use crate::app::{
    self, App, CityRequest, MandateChoice, OpportunityRequest, PairRequest, investors_for, opportunities,
    partner_cities, stabilities,
};

/// Rankings.
#[derive(Debug, Default)]
pub struct RankingQuery;

fn after_key(question: u32, after: Option<&String>) -> Result<Option<RankKey>> {
    after.map(|after| cursor::decode(question, after)).transpose()
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
        #[graphql(desc = "Order.", default_with = "RankByInput::Mutual")] rank_by: RankByInput,
        #[graphql(desc = "Own weights of the investor's side.")] weights: Option<Vec<WeightInput>>,
        #[graphql(desc = "Which list.", default_with = "ListInput::Ranked")] list: ListInput,
        #[graphql(desc = "Rows, 1 to 100.", default = 20)] first: i32,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<OpportunityConnection> {
        let app = ctx.data::<App>()?.clone();
        let question = cursor::question(&[
            "opportunities",
            mandate_id.as_ref().map_or("", |id| id.as_str()),
            &format!("{mandate:?}{filter:?}{rank_by:?}{weights:?}{list:?}"),
            &matcher::Policy::current().hash(),
        ]);
        let mandate = match (&mandate_id, mandate) {
            (Some(id), None) => MandateChoice::Saved(id_of::<Mandate>("mandateId", id)?),
            (None, Some(input)) => MandateChoice::Unsaved(Box::new(input.parse()?)),
            _ => {
                let message = "Give either mandateId or mandate.";
                return Err(client_error(ErrorCode::Validation, Some("mandateId"), message));
            }
        };
        let filter = filter.unwrap_or_default();
        let hits = match &filter.text {
            Some(text) => Some(app.search_projects(text).map_err(refusal)?.into_iter().collect()),
            None => None,
        };
        let first = cursor::page_size(first)?;
        let request = OpportunityRequest {
            mandate,
            filter: filter.parse(&app.ranking.snapshot().catalog.world, hits)?,
            by: rank_by.into(),
            list: list.into(),
            weights: own(weights),
            first,
            after: after_key(question, after.as_ref())?,
        };
        let wants_stability = ctx.look_ahead().field("edges").field("node").field("stability").exists();
        let (page, stability) = app
            .compute(move |app| {
                let page = opportunities(app, &request)?;
                let stability = if wants_stability {
                    stabilities(app, &request, &page.page.items, first)?
                        .into_iter()
                        .map(|micro| micro.map(|micro| f64::from(micro) / 1e6))
                        .collect()
                } else {
                    Vec::new()
                };
                Ok((page, stability))
            })
            .await
            .map_err(refusal)?;
        Ok(OpportunityConnection::new(page, question, after.is_some(), &stability))
    }

    /// Mandates for a project, ranked from both sides; `MINE` is the project's side.
    async fn project_investors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project.")] project_id: ID,
        #[graphql(desc = "Order.", default_with = "RankByInput::Mutual")] rank_by: RankByInput,
        #[graphql(desc = "Which list.", default_with = "ListInput::Ranked")] list: ListInput,
        #[graphql(desc = "Rows, 1 to 100.", default = 20)] first: i32,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<OpportunityConnection> {
        let app = ctx.data::<App>()?.clone();
        let question =
            cursor::question(&["projectInvestors", project_id.as_str(), &format!("{rank_by:?}{list:?}")]);
        let project = id_of::<Project>("projectId", &project_id)?;
        let first = cursor::page_size(first)?;
        let key = after_key(question, after.as_ref())?;
        let page = app
            .compute(move |app| investors_for(app, project, rank_by.into(), list.into(), first, key))
            .await
            .map_err(refusal)?;
        Ok(OpportunityConnection::new(page, question, after.is_some(), &[]))
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
        #[graphql(desc = "Order.", default_with = "RankByInput::Mutual")] rank_by: RankByInput,
        #[graphql(desc = "Own weights of the asking city's side.")] weights: Option<Vec<WeightInput>>,
        #[graphql(desc = "Which list.", default_with = "ListInput::Ranked")] list: ListInput,
        #[graphql(desc = "Match on digital level.", default_with = "DigitalModeInput::Peer")]
        digital: DigitalModeInput,
        #[graphql(desc = "Fewest inhabitants of both, where a programme asks for it.")]
        programme_min_population: Option<u32>,
        #[graphql(desc = "Rows, 1 to 100.", default = 20)] first: i32,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<String>,
    ) -> Result<CityMatchConnection> {
        let app = ctx.data::<App>()?.clone();
        let question = cursor::question(&[
            "partnerCities",
            city_id.as_str(),
            &format!("{filter:?}{rank_by:?}{weights:?}{list:?}{digital:?}{programme_min_population:?}"),
        ]);
        let request = CityRequest {
            city: id_of::<City>("cityId", &city_id)?,
            filter: filter.unwrap_or_default().parse()?,
            by: rank_by.into(),
            list: list.into(),
            weights: own(weights),
            mode: digital.into(),
            programme: programme_min_population.map(|min_population| Programme { min_population }),
            first: cursor::page_size(first)?,
            after: after_key(question, after.as_ref())?,
        };
        let page = app.compute(move |app| partner_cities(app, &request)).await.map_err(refusal)?;
        Ok(CityMatchConnection::new(page, question, after.is_some()))
    }

    /// One mandate and one project, listed or not: every gate with its reason.
    async fn why_not(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mandate.")] mandate_id: ID,
        #[graphql(desc = "The project.")] project_id: ID,
    ) -> Result<MatchNode> {
        let app = ctx.data::<App>()?;
        let request = PairRequest {
            mandate: id_of("mandateId", &mandate_id)?,
            project: id_of("projectId", &project_id)?,
        };
        app::pair_of(app, &request).map(|matched| MatchNode::new(matched, None)).map_err(refusal)
    }

    /// Two cities, listed or not: every gate with its reason.
    async fn why_not_cities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who looks.")] city_id: ID,
        #[graphql(desc = "The other city.")] partner_id: ID,
    ) -> Result<CityMatchNode> {
        let app = ctx.data::<App>()?;
        let (viewer, partner) = (id_of("cityId", &city_id)?, id_of("partnerId", &partner_id)?);
        app::city_pair_of(app, viewer, partner).map(CityMatchNode::new).map_err(refusal)
    }

    /// Two to six projects side by side for a mandate, in the order given.
    async fn compare_projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mandate.")] mandate_id: ID,
        #[graphql(desc = "Two to six projects.")] project_ids: Vec<ID>,
    ) -> Result<Comparison> {
        if !(2..=6).contains(&project_ids.len()) {
            return Err(client_error(
                ErrorCode::Validation,
                Some("projectIds"),
                "Compare two to six projects.",
            ));
        }
        let app = ctx.data::<App>()?;
        let mandate = id_of("mandateId", &mandate_id)?;
        let mut matches = Vec::with_capacity(project_ids.len());
        for id in &project_ids {
            let request = PairRequest { mandate, project: id_of("projectIds", id)? };
            matches.push(Arc::new(app::pair_of(app, &request).map_err(refusal)?));
        }
        Ok(Comparison(matches))
    }
}

/// Projects side by side.
#[derive(Debug)]
pub struct Comparison(Vec<Arc<app::Match>>);

/// A criterion and how far its values lie apart.
#[derive(Debug, async_graphql::SimpleObject)]
pub struct Difference {
    /// The criterion's key.
    key: &'static str,
    /// Largest less smallest value, 0 to 1.
    spread: f64,
    /// By how many points of the investor's side the spread counts.
    points: f64,
}

/// Projects side by side, differences first.
#[Object]
impl Comparison {
    /// The matches, in the order given.
    async fn matches(&self) -> Vec<MatchNode> {
        self.0.iter().map(|matched| MatchNode::new(app::Match::clone(matched), None)).collect()
    }

    /// Criteria of the investor's side, those first that set the projects apart most.
    async fn differences(&self) -> Vec<Difference> {
        use matcher::policy::{Criterion, InvestorCriterion};
        let Some(first) = self.0.first() else { return Vec::new() };
        let weights = first.shared.policy.investor;
        let mut differences: Vec<Difference> = InvestorCriterion::ALL
            .iter()
            .zip(weights.hundredths())
            .enumerate()
            .map(|(place, (criterion, weight))| {
                let values = || {
                    self.0
                        .iter()
                        .filter_map(move |m| m.evaluation.investor_grades.get(place))
                        .map(|grade| grade.point)
                };
                let spread = values().max().unwrap_or(0).saturating_sub(values().min().unwrap_or(0));
                let spread = f64::from(spread) / 1e6;
                Difference { key: criterion.key(), spread, points: spread * f64::from(*weight) / 100.0 }
            })
            .collect();
        differences.sort_by(|a, b| b.points.total_cmp(&a.points));
        differences
    }
}
