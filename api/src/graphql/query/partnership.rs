//! Partnerships of the own office, the lawful route of two cities, and agreements in public.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::{
    account::Scope,
    city::City,
    demonstration_area::{AreaState, DemonstrationArea},
    id::Id,
    partnership::{AgreementTier, CitySide, Partnership, PartnershipState, Sides},
    policy_pack::{ApprovalPath, Lane, PathQuestion, Preliminary, WeekRange},
    vocabulary::CooperationField,
};

use super::{
    super::{
        code::Code,
        cursor,
        object::{
            DemonstrationAreaNode, PageInfo, PartnershipConnection, PartnershipNode,
            me::stored,
            number,
            partnership::{AgreementNode, StepObject, seen},
        },
    },
    busy_partners, id_of,
    introduction::{acting, may},
    refused,
};
use crate::{app::App, partnership::facts, store::Stored, visible::Viewer};

/// Typical weeks.
#[derive(Debug, SimpleObject)]
pub struct Weeks {
    /// Of a short case.
    from: i32,
    /// Of a long case.
    to: i32,
}

impl From<WeekRange> for Weeks {
    fn from(weeks: WeekRange) -> Self {
        Self { from: i32::from(weeks.from), to: i32::from(weeks.to) }
    }
}

/// The route of one side.
#[derive(Debug, SimpleObject)]
pub struct ApprovalLane {
    /// Of which city.
    side: Code<CitySide>,
    /// Edition of the rules that hold; null where no pack speaks of the city or its country.
    pack_version: Option<String>,
    /// Hash of the pack's file.
    pack_sha256: Option<String>,
    /// The steps in order. Where a chain is unknown or may have more, the side's own lawyers come first.
    steps: Vec<StepObject>,
    /// Typical weeks of all steps; null where one of them is unknown.
    weeks: Option<Weeks>,
    /// Fields in which the side does not cooperate.
    fields_left_out: Vec<Code<CooperationField>>,
    /// What has to be asked, since no dated rule or record answers it, by code.
    questions: Vec<&'static str>,
}

fn lane(side: CitySide, lane: &Lane) -> ApprovalLane {
    ApprovalLane {
        side: Code(side),
        pack_version: lane.pack.as_ref().map(|pack| pack.version.to_string()),
        pack_sha256: lane.pack.as_ref().map(|pack| pack.sha256.clone()),
        steps: lane.steps.iter().map(Into::into).collect(),
        weeks: lane.weeks.map(Into::into),
        fields_left_out: lane.excluded_fields.iter().map(|field| Code(*field)).collect(),
        questions: lane.questions.iter().map(|question: &PathQuestion| question.code()).collect(),
    }
}

/// The lawful route of two cities to a tier.
#[derive(Debug, SimpleObject)]
#[graphql(name = "ApprovalPath")]
pub struct PathObject {
    /// The tier that was asked for.
    asked: Code<AgreementTier>,
    /// The highest tier that gates and packs leave open, at most the one that was asked for; null where none is.
    reachable: Option<Code<AgreementTier>>,
    /// Sides whose rules demand a trial.
    trial_demanded_by: Vec<Code<CitySide>>,
    /// What comes before the authorities, in order.
    before: Vec<String>,
    /// Both sides; they go in parallel.
    lanes: Vec<ApprovalLane>,
    /// Typical weeks until both are through, without trial and negotiation; null where one is unknown.
    weeks: Option<Weeks>,
}

impl From<ApprovalPath> for PathObject {
    fn from(path: ApprovalPath) -> Self {
        let before = path.before.iter().map(|step| match step {
            Preliminary::LetterOfIntent => "LETTER_OF_INTENT".to_owned(),
            Preliminary::Trial { months_min, months_max } => {
                format!("TRIAL_{months_min}_TO_{months_max}_MONTHS")
            }
            Preliminary::FormalWill => "FORMAL_WILL".to_owned(),
            Preliminary::FirstYear => "FIRST_YEAR".to_owned(),
        });
        Self {
            asked: Code(path.asked),
            reachable: path.reachable.map(Code),
            trial_demanded_by: path.trial_demanded_by.iter().map(|side| Code(*side)).collect(),
            before: before.collect(),
            lanes: path.lanes.iter().map(|(side, one)| lane(side, one)).collect(),
            weeks: path.weeks.map(Into::into),
        }
    }
}

/// What belongs to partnerships.
#[derive(Debug, Default)]
pub struct PartnershipQuery;

/// What belongs to partnerships.
#[Object]
impl PartnershipQuery {
    /// The lawful route of two cities to a tier, on both sides, before anybody writes a proposal: steps, papers, typical
    /// weeks, the tier that can be reached, and what has to be asked because no dated source answers it.
    async fn approval_path(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The city that would propose.")] city_a: ID,
        #[graphql(desc = "The city that would be asked.")] city_b: ID,
        #[graphql(desc = "The tier.")] tier: Code<AgreementTier>,
    ) -> Result<PathObject> {
        let (a, b) = (id_of::<City>("cityA", &city_a)?, id_of::<City>("cityB", &city_b)?);
        let app = ctx.data::<App>()?;
        let found = stored(app.store.find(&[a, b]).await)?;
        let level = |id: Id<City>| found.get(&id).and_then(|city| city.value.level);
        let levels = Sides { a: level(a), b: level(b) };
        let busy = busy_partners(ctx, a, Some(b)).await?;
        Ok(facts::path(app, a, b, tier.0, levels, false, &busy).map_err(refused)?.into())
    }

    /// The partnerships of the office for which the caller acts, newest first.
    async fn partnerships(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which states; null for all.")] states: Option<Vec<Code<PartnershipState>>>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(cursor::DEFAULT_PAGE)")] first: Option<i32>,
        #[graphql(desc = "Cursor: begin after it.")] after: Option<ID>,
    ) -> Result<PartnershipConnection> {
        let own = acting(ctx)?;
        may(ctx, Scope::Read)?;
        let states: Vec<PartnershipState> =
            states.unwrap_or_default().into_iter().map(|state| state.0).collect();
        let size = cursor::page_size(first)?;
        let after = after.map(|id| id_of::<Partnership>("after", &id)).transpose()?;
        let limit = u64::try_from(size).unwrap_or(100).saturating_add(1);
        let store = &ctx.data::<App>()?.store;
        let mut rows = stored(store.partnerships_of(own, &states, after.map(Id::uuid), limit).await)?;
        let has_next_page = rows.len() > size;
        rows.truncate(size);
        let viewer = ctx.data::<Viewer>()?;
        let edges: Vec<(String, PartnershipNode)> = rows
            .into_iter()
            .filter_map(|row| Some((crate::id::encode_as(row.id), seen(viewer, row)?)))
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

    /// The agreements of a city that both sides have signed and that are in force, at most 200; for everybody.
    async fn agreements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The city.")] city_id: ID,
    ) -> Result<Vec<AgreementNode>> {
        let city = id_of::<City>("cityId", &city_id)?;
        let found = stored(ctx.data::<App>()?.store.agreements_of(city).await)?;
        Ok(found.into_iter().map(AgreementNode).collect())
    }

    /// The demonstration areas of a city: those that are approved, or were and are over, for everybody; all that was
    /// proposed for the host, its authority and the evaluator.
    async fn demonstration_areas(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The host city.")] city_id: ID,
    ) -> Result<Vec<DemonstrationAreaNode>> {
        let city = id_of::<City>("cityId", &city_id)?;
        let viewer = ctx.data::<Viewer>()?;
        let found = stored(ctx.data::<App>()?.store.areas_of(city).await)?;
        let shown = |area: &Stored<DemonstrationArea>| {
            let state = area.value.state;
            let is_public = state.is_approved() || matches!(state, AreaState::Scaled | AreaState::Closed);
            is_public || viewer.see(Arc::new(area.clone())).is_some()
        };
        Ok(found.into_iter().filter(shown).map(|area| DemonstrationAreaNode(Arc::new(area))).collect())
    }
}
