//! Cities.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::NaiveDate;
use domain::{
    city::{Aim, City},
    vocabulary::{AdministrativeLevel, AreaFocus, CooperationField},
};

use super::{
    super::code::Code,
    OrganisationNode,
    common::{CountryObject, ProvenanceObject, connection, global, node},
};
use crate::{app::App, visible::Visible};

/// A city.
#[derive(Debug, Clone)]
pub struct CityNode(pub Visible<City>);

/// A need or an offer.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Aim")]
pub struct AimObject {
    /// The field.
    field: Code<CooperationField>,
    /// 3 is first, 1 is last.
    priority: i32,
}

impl From<&Aim> for AimObject {
    fn from(aim: &Aim) -> Self {
        Self { field: Code(aim.field), priority: i32::from(aim.priority) }
    }
}

/// A city that may look for partners.
#[Object(name = "City")]
impl CityNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// GeoNames id.
    async fn geonames_id(&self) -> u32 {
        self.0.value.geonames_id
    }
    /// Name.
    async fn name(&self) -> &str {
        self.0.value.name.as_str()
    }
    /// Country.
    async fn country(&self, ctx: &Context<'_>) -> Result<CountryObject> {
        CountryObject::of(ctx, self.0.value.country)
    }
    /// Degrees north.
    async fn latitude(&self) -> f64 {
        self.0.value.position.latitude()
    }
    /// Degrees east.
    async fn longitude(&self) -> f64 {
        self.0.value.position.longitude()
    }
    /// Inhabitants; null where unknown.
    async fn population(&self) -> Option<u32> {
        self.0.value.population
    }
    /// IANA time zone.
    async fn time_zone(&self) -> Option<&str> {
        self.0.value.time_zone.as_deref()
    }
    /// Level of administration.
    async fn level(&self) -> Option<Code<AdministrativeLevel>> {
        self.0.value.level.map(Code)
    }
    /// Whether its office looks for partners; null where it has no office.
    async fn accepting(&self) -> Option<bool> {
        self.0.value.office.as_ref().map(|office| office.accepting)
    }
    /// The organisation that runs the office; null where nobody has taken the city over.
    async fn office(&self, ctx: &Context<'_>) -> Result<Option<OrganisationNode>> {
        match self.0.owner {
            Some(owner) => node(ctx, owner).await.map(|stored| Some(OrganisationNode(stored))),
            None => Ok(None),
        }
    }
    /// New partnerships that the office can still begin this year; null where it does not say.
    async fn capacity_left(&self) -> Option<u16> {
        self.0.value.office.as_ref().and_then(|office| office.capacity_left)
    }
    /// Working languages of the office; empty where it does not say.
    async fn languages(&self) -> Vec<String> {
        self.0.value.languages.iter().map(ToString::to_string).collect()
    }
    /// When the office last confirmed the profile.
    async fn confirmed_on(&self) -> Option<NaiveDate> {
        self.0.value.office.as_ref().and_then(|office| office.confirmed_on)
    }
    /// Rises with every change; a change names the version that it was made on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// What it looks for.
    async fn needs(&self) -> Vec<AimObject> {
        self.0.value.needs.iter().map(Into::into).collect()
    }
    /// What it can give.
    async fn offers(&self) -> Vec<AimObject> {
        self.0.value.offers.iter().map(Into::into).collect()
    }
    /// Focuses of its demonstration area.
    async fn area_focus(&self) -> Vec<Code<AreaFocus>> {
        self.0.value.area_focus.iter().map(|focus| Code(*focus)).collect()
    }
    /// Whom traders turn to, as the office says it.
    async fn trade_desk(&self) -> Option<&str> {
        self.0.value.trade_desk.as_ref().map(domain::value::SingleLine::as_str)
    }
    /// Twinnings on record.
    async fn twin_count(&self, ctx: &Context<'_>) -> Result<i64> {
        let snapshot = ctx.data::<App>()?.ranking.snapshot();
        let twins = snapshot.catalog.links().of(self.0.value.geonames_id);
        Ok(i64::try_from(twins.len()).unwrap_or(i64::MAX))
    }
    /// Origin.
    async fn provenance(&self) -> ProvenanceObject {
        (&self.0.value.provenance).into()
    }
}

connection!(CityConnection, CityEdge, CityNode, "cities");
