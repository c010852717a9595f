//! Mutations of cities.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::{
    city::{Aim, City, Commitment},
    id::Id,
    value::SingleLine,
    vocabulary::{AdministrativeLevel, AreaFocus, CooperationField},
};

use super::{meta, on, organisation::each, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::{code::Code, object::CityNode},
    registry::city::{self, AimKind, Profile},
};

payload! {
    /// Answer of a mutation of a city.
    CityPayload {
        /// The city as it is now.
        city: CityNode,
    }
}

/// A need or an offer.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct AimInput {
    /// The field.
    field: Code<CooperationField>,
    /// 3 is first, 1 is last.
    priority: i32,
}

/// What shows that a city means it; a part that is not given is not known.
#[derive(Debug, Clone, Copy, InputObject)]
pub struct CommitmentInput {
    /// A budget line exists.
    budget_line: Option<bool>,
    /// A coordinator is named.
    coordinator: Option<bool>,
    /// A plan for the first year exists.
    first_year_plan: Option<bool>,
}

/// What an office says of its city. A part that is not given stays as it is.
#[derive(Debug, InputObject)]
pub struct CityProfileInput {
    /// All that it looks for, at most 20 fields.
    needs: Option<Vec<AimInput>>,
    /// All that it can give, at most 20 fields.
    offers: Option<Vec<AimInput>>,
    /// Working languages of the office, ISO 639.
    languages: Option<Vec<String>>,
    /// Whether it looks for partners now.
    accepting: Option<bool>,
    /// New partnerships that it can still begin this year.
    capacity_left: Option<u16>,
    /// Whether it will have a partner in its own country.
    same_country: Option<bool>,
    /// What shows that it means it.
    commitment: Option<CommitmentInput>,
    /// Level of administration.
    level: Option<Code<AdministrativeLevel>>,
    /// Focuses of its demonstration area.
    area_focus: Option<Vec<Code<AreaFocus>>>,
    /// Whether a site for a demonstration area is set aside.
    area_site: Option<bool>,
    /// Whom traders turn to: a role address, a telephone number of the desk or its page; nobody's own.
    trade_desk: Option<String>,
}

/// A priority as the domain takes it.
fn priority(path: &str, given: i32) -> Result<u8, CommandError> {
    u8::try_from(given)
        .ok()
        .filter(|priority| (1..=3).contains(priority))
        .ok_or_else(|| Refusal::validation(path, "a priority is 3, 2 or 1").into())
}

fn aims(path: &str, given: Option<&Vec<AimInput>>) -> Result<Option<Vec<Aim>>, CommandError> {
    let parse = |(place, aim): (usize, &AimInput)| {
        let priority = priority(&format!("{path}.{place}.priority"), aim.priority)?;
        Ok(Aim { field: aim.field.0, priority })
    };
    given.map(|aims| aims.iter().enumerate().map(parse).collect()).transpose()
}

impl CityProfileInput {
    fn parse(&self) -> Result<Profile, CommandError> {
        let mut area_focus: Option<Vec<AreaFocus>> =
            self.area_focus.as_ref().map(|focuses| focuses.iter().map(|focus| focus.0).collect());
        if let Some(focuses) = &mut area_focus {
            focuses.sort_unstable();
            focuses.dedup();
        }
        Ok(Profile {
            needs: aims("profile.needs", self.needs.as_ref())?,
            offers: aims("profile.offers", self.offers.as_ref())?,
            languages: match &self.languages {
                Some(_) => Some(each("profile.languages", self.languages.as_ref(), str::parse)?),
                None => None,
            },
            accepting: self.accepting,
            capacity_left: self.capacity_left,
            same_country: self.same_country,
            commitment: self.commitment.map(|commitment| Commitment {
                budget_line: commitment.budget_line,
                coordinator: commitment.coordinator,
                first_year_plan: commitment.first_year_plan,
            }),
            level: self.level.map(|code| code.0),
            area_focus,
            area_site: self.area_site,
            trade_desk: match &self.trade_desk {
                Some(desk) => Some(
                    SingleLine::new(desk).map_err(|error| Refusal::validation("profile.tradeDesk", error))?,
                ),
                None => None,
            },
        })
    }
}

/// A city that its office takes over or gives back.
#[derive(Debug, InputObject)]
pub struct ClaimCityInput {
    /// Which one.
    city_id: ID,
    /// The version that was seen.
    expected_version: i32,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A changed profile of a city.
#[derive(Debug, InputObject)]
pub struct UpdateCityProfileInput {
    /// Which city.
    city_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// What changes.
    profile: CityProfileInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A need or an offer of a city.
#[derive(Debug, InputObject)]
pub struct DeclareAimInput {
    /// Which city.
    city_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// The field.
    field: Code<CooperationField>,
    /// 3 is first, 1 is last; null takes the field back.
    priority: Option<i32>,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

async fn answered(
    ctx: &Context<'_>,
    outcome: Result<Id<City>, CommandError>,
    client_mutation_id: Option<String>,
) -> Result<CityPayload> {
    let (done, mut user_errors) = settled(outcome)?;
    let city = seen(ctx, done, &mut user_errors).await?.map(CityNode);
    Ok(CityPayload { city, user_errors, client_mutation_id })
}

async fn declare(
    ctx: &Context<'_>,
    operation: &'static str,
    kind: AimKind,
    input: DeclareAimInput,
) -> Result<CityPayload> {
    let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
    let outcome = async {
        let meta = meta(ctx, operation, &input.idempotency_key, &input)?;
        let on = on("cityId", &input.city_id, input.expected_version)?;
        let priority = input.priority.map(|given| priority("priority", given)).transpose()?;
        city::declare(app, actor, &meta, on, kind, (input.field.0, priority)).await
    };
    answered(ctx, outcome.await, input.client_mutation_id).await
}

/// Mutations of cities.
#[derive(Debug, Default)]
pub struct CityMutation;

/// Mutations of cities.
#[Object]
impl CityMutation {
    /// Takes a city's record over for the organisation for which the caller acts: the city's office, with its seat
    /// there, verified to V2 or above.
    async fn claim_city(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ClaimCityInput,
    ) -> Result<CityPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "claimCity", &input.idempotency_key, &input)?;
            city::claim(app, actor, &meta, on("cityId", &input.city_id, input.expected_version)?).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Gives a city's record back, so that another office can take it over.
    async fn release_city(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: ClaimCityInput,
    ) -> Result<CityPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "releaseCity", &input.idempotency_key, &input)?;
            city::release(app, actor, &meta, on("cityId", &input.city_id, input.expected_version)?).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Changes what an office says of its city; the profile counts as confirmed today.
    async fn update_city_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: UpdateCityProfileInput,
    ) -> Result<CityPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "updateCityProfile", &input.idempotency_key, &input)?;
            let on = on("cityId", &input.city_id, input.expected_version)?;
            city::update(app, actor, &meta, on, input.profile.parse()?).await
        };
        answered(ctx, outcome.await, input.client_mutation_id).await
    }

    /// Says that a city needs a field, with its priority, or takes the need back.
    async fn declare_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DeclareAimInput,
    ) -> Result<CityPayload> {
        declare(ctx, "declareNeed", AimKind::Need, input).await
    }

    /// Says that a city can give a field, with its priority, or takes the offer back.
    async fn declare_offer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: DeclareAimInput,
    ) -> Result<CityPayload> {
        declare(ctx, "declareOffer", AimKind::Offer, input).await
    }
}
