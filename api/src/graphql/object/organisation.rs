//! Organisations.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::NaiveDate;
use domain::{
    organisation::Organisation,
    vocabulary::{HelpKind, InvestorType, OrganisationKind, VerificationLevel},
};

use super::{
    super::code::Code,
    common::{CountryObject, ProvenanceObject, connection, global},
};
use crate::store::Stored;

/// An organisation.
#[derive(Debug, Clone)]
pub struct OrganisationNode(pub Arc<Stored<Organisation>>);

/// An organisation. Beneficial owners and screening are never public.
#[Object(name = "Organisation")]
impl OrganisationNode {
    /// Global id.
    pub async fn id(&self) -> ID {
        global(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        self.0.value.name.as_str()
    }
    /// What it is.
    async fn kind(&self) -> Code<OrganisationKind> {
        Code(self.0.value.kind)
    }
    /// Kind of investor; null for others.
    async fn investor_type(&self) -> Option<Code<InvestorType>> {
        self.0.value.investor_type.map(Code)
    }
    /// Seat.
    async fn country(&self, ctx: &Context<'_>) -> Result<Option<CountryObject>> {
        self.0.value.country.map(|code| CountryObject::of(ctx, code)).transpose()
    }
    /// How far its identity is proved.
    async fn verification(&self) -> Code<VerificationLevel> {
        Code(self.0.value.verification)
    }
    /// When it was proved.
    async fn verified_on(&self) -> Option<NaiveDate> {
        self.0.value.verified_on
    }
    /// Whether its people have taken the record over; nobody acts for an unclaimed one.
    async fn claimed(&self) -> bool {
        self.0.value.claimed
    }
    /// Help offered beside money.
    async fn help_offered(&self) -> Vec<Code<HelpKind>> {
        self.0.value.help_offered.iter().map(|kind| Code(*kind)).collect()
    }
    /// Deals on record.
    async fn deal_count(&self) -> i64 {
        i64::try_from(self.0.value.deals.len()).unwrap_or(i64::MAX)
    }
    /// Origin.
    async fn provenance(&self) -> ProvenanceObject {
        (&self.0.value.provenance).into()
    }
}

connection!(OrganisationConnection, OrganisationEdge, OrganisationNode, "organisations");
