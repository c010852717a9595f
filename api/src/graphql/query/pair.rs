//! Single pairs: why they are listed or not, and some side by side.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::{disclosure::ListingField, id::Id, project::Project};
use matcher::{
    policy::{Criterion, InvestorCriterion},
    rank::Reader,
    row::Veil,
};

use super::{
    super::{
        cursor::Question,
        error::{ErrorCode, client_error, refusal},
        object::{CityMatchNode, MatchNode, find},
    },
    busy_partners, id_of, refused,
};
use crate::{
    app::{self, App, AppError, Match, PairRequest},
    auth::Actor,
    visible::Visible,
};

/// Single pairs.
#[derive(Debug, Default)]
pub struct PairQuery;

/// Single pairs.
#[Object]
impl PairQuery {
    /// One mandate and one project, listed or not: every gate with its reason.
    async fn why_not(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mandate.")] mandate_id: ID,
        #[graphql(desc = "The project.")] project_id: ID,
    ) -> Result<MatchNode> {
        let mandate = id_of("mandateId", &mandate_id)?;
        let project = id_of("projectId", &project_id)?;
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let snapshot = app.ranking.snapshot();
        let row = snapshot.catalog.projects().get(project);
        let reader = app.reader_of(actor, mandate);
        let is_owner = row.is_some_and(|row| actor.role_in(row.owner).is_some());
        let is_told = is_owner || row.is_none_or(|row| !reader.veil(row).hides(Veil::SCORED));
        if !is_told {
            let message = "The owner shows what the score is made of after an introduction.";
            return Err(client_error(ErrorCode::Forbidden, Some("projectId"), message));
        }
        let request = PairRequest { mandate, project, parted: is_owner || reader == Reader::Inside };
        let matched = app::pair_of(app, &request).map_err(refused)?;
        Ok(MatchNode::new(matched, Question::new(&["whyNot"]).ranked(), None))
    }

    /// Two cities, listed or not: every gate with its reason.
    async fn why_not_cities(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who looks.")] city_id: ID,
        #[graphql(desc = "The other city.")] partner_id: ID,
    ) -> Result<CityMatchNode> {
        let (viewer, partner) = (id_of("cityId", &city_id)?, id_of("partnerId", &partner_id)?);
        if viewer == partner {
            let message = "A city is not its own partner: name another one.";
            return Err(client_error(ErrorCode::Validation, Some("partnerId"), message));
        }
        let app = ctx.data::<App>()?;
        if app.ranking.snapshot().catalog.cities().get(partner).is_none() {
            return Err(client_error(ErrorCode::NotFound, Some("partnerId"), "There is no such city."));
        }
        let matched =
            app::city_pair_of(app, viewer, partner, busy_partners(ctx, viewer, Some(partner)).await?)
                .map_err(refused)?;
        Ok(CityMatchNode::new(matched, Question::new(&["whyNotCities"]).ranked()))
    }

    /// Two to six projects side by side for a mandate, in the order given.
    async fn compare_projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mandate.")] mandate_id: ID,
        #[graphql(desc = "Two to six projects, each once.")] project_ids: Vec<ID>,
    ) -> Result<Comparison> {
        let mandate = id_of("mandateId", &mandate_id)?;
        let ids: Vec<Id<Project>> =
            project_ids.iter().map(|id| id_of("projectIds", id)).collect::<Result<_>>()?;
        let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
        if !(2..=6).contains(&ids.len()) || distinct.len() != ids.len() {
            let message = "Compare two to six projects, each once.";
            return Err(client_error(ErrorCode::Validation, Some("projectIds"), message));
        }
        for id in &ids {
            let tells =
                |project: Visible<Project>| ListingField::SCORED.iter().all(|field| project.shows(*field));
            if find(ctx, *id).await?.is_some_and(|project| !tells(project)) {
                // The value of a criterion tells of the fact that it was made of.
                let message =
                    "The owner of one of these shows what the score is made of after an introduction.";
                return Err(client_error(ErrorCode::Forbidden, Some("projectIds"), message));
            }
        }
        let app = ctx.data::<App>()?;
        let parted = app.reader_of(ctx.data::<Actor>()?, mandate) == Reader::Inside;
        let matches = app::pairs_of(app, (mandate, parted), &ids).map_err(|error| match error {
            AppError::NotFound { what: "project" } => {
                client_error(ErrorCode::NotFound, Some("projectIds"), "One of these projects does not exist.")
            }
            AppError::NotFound { .. } => refused(error),
            other => refusal(other),
        })?;
        Ok(Comparison(matches))
    }
}

/// Projects side by side.
#[derive(Debug)]
pub struct Comparison(Vec<Match>);

/// A criterion and how far its values lie apart.
#[derive(Debug, SimpleObject)]
pub struct Difference {
    /// The criterion's key.
    key: &'static str,
    /// Largest less smallest value, 0 to 1.
    spread: f64,
    /// How many points of the investor's side the spread makes, at the criterion's weight.
    points: f64,
    /// The value for each project, 0 to 1, in the order given; null where nothing is known.
    values: Vec<Option<f64>>,
}

/// Projects side by side, differences first.
#[Object]
impl Comparison {
    /// Criteria of the investor's side, those first that set the projects apart most.
    async fn differences(&self) -> Vec<Difference> {
        let Some(first) = self.0.first() else { return Vec::new() };
        let weights = first.shared.policy.investor;
        let mut differences: Vec<Difference> = InvestorCriterion::ALL
            .iter()
            .zip(weights.hundredths())
            .enumerate()
            .map(|(place, (criterion, weight))| {
                let grades = || self.0.iter().filter_map(|m| m.evaluation.investor_grades.get(place));
                let points = || grades().map(|grade| grade.point);
                let spread = points().max().unwrap_or(0).saturating_sub(points().min().unwrap_or(0));
                let spread = f64::from(spread) / 1e6;
                let values = grades()
                    .map(|grade| (grade.applicable && grade.known > 0).then(|| f64::from(grade.point) / 1e6))
                    .collect();
                let points = spread * f64::from(*weight) / 100.0;
                Difference { key: criterion.key(), spread, points, values }
            })
            .collect();
        differences.sort_by(|a, b| b.points.total_cmp(&a.points));
        differences
    }

    /// The matches, in the order given.
    async fn matches(&self) -> Vec<MatchNode> {
        let question = Question::new(&["compareProjects"]).ranked();
        self.0.iter().map(|matched| MatchNode::new(matched.clone(), question, None)).collect()
    }
}
