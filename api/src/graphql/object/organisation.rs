//! Organisations.
#![expect(clippy::unused_async, reason = "the macro wants every resolver asynchronous")]

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use chrono::NaiveDate;
use domain::{
    organisation::Organisation,
    policy::Relation,
    screening_hit::ScreeningHit,
    verification::VerificationCase,
    vocabulary::{HelpKind, InvestorType, OrganisationKind, VerificationLevel},
};

use futures::future::try_join_all;

use super::{
    super::{
        code::Code,
        error::{ErrorCode, client_error, refusal},
    },
    CityNode, DocumentNode, ImportJobNode, MandateNode, ProjectNode,
    common::{CountryObject, ProvenanceObject, connection, find, global},
    me::{ApiKeyObject, InvitationObject, MemberObject, stored},
    screening::{ScreeningHitNode, ScreeningObject},
    verification::VerificationCaseNode,
};
use crate::{
    app::{self, App},
    visible::{Viewer, Visible},
};

/// An organisation.
#[derive(Debug, Clone)]
pub struct OrganisationNode(pub Visible<Organisation>);

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
    /// The last day on which the proof holds; null where it is not known.
    async fn verified_until(&self) -> Option<NaiveDate> {
        self.0.value.verified_until
    }
    /// Cases of its verification, newest first, at most 50; for its own people and those who judge them, null for
    /// others.
    async fn verification_cases(&self, ctx: &Context<'_>) -> Result<Option<Vec<VerificationCaseNode>>> {
        let may = [Relation::MemberViewer, Relation::Reviewer, Relation::Compliance, Relation::Administrator];
        if !self.0.relations().any(&may) {
            return Ok(None);
        }
        let ids = stored(ctx.data::<App>()?.store.newest_of::<VerificationCase>(self.0.id, 50).await)?;
        let found = try_join_all(ids.into_iter().map(|id| find(ctx, id))).await?;
        Ok(Some(found.into_iter().flatten().map(VerificationCaseNode).collect()))
    }
    /// Its screening; for compliance officers and administrators from outside, null for others.
    async fn screening(&self) -> Option<ScreeningObject> {
        self.judges_screening().then(|| self.0.value.screening.into())
    }
    /// Cases of its screening, newest first, at most 50; for compliance officers and administrators from outside, null
    /// for others.
    async fn screening_hits(&self, ctx: &Context<'_>) -> Result<Option<Vec<ScreeningHitNode>>> {
        if !self.judges_screening() {
            return Ok(None);
        }
        let ids = stored(ctx.data::<App>()?.store.newest_of::<ScreeningHit>(self.0.id, 50).await)?;
        let found = try_join_all(ids.into_iter().map(|id| find(ctx, id))).await?;
        Ok(Some(found.into_iter().flatten().map(ScreeningHitNode).collect()))
    }
    /// Whether the screening holds it, so that it may do nothing but appeal; for its own people, null for others.
    async fn held(&self) -> Option<bool> {
        let is_member = self.0.relations().contains(Relation::MemberViewer);
        is_member.then(|| self.0.value.screening.is_frozen())
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
    /// Share of the last two years' requests that it answered in time, in percent; null where there were too few.
    async fn reply_rate_pct(&self) -> Option<f64> {
        self.0.value.replies.reply_rate.map(domain::value::Pct::as_f64)
    }
    /// Median of the days after which it answered, begun days counted; null where that is not known.
    async fn median_reply_days(&self) -> Option<u16> {
        self.0.value.replies.median_reply_days
    }
    /// Rises with every change; a change names the version that it was made on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Members; for the organisation's own people and those who judge it, null for others.
    async fn members(&self, ctx: &Context<'_>) -> Result<Option<Vec<MemberObject>>> {
        if !self.0.relations().any(&[Relation::MemberViewer, Relation::Compliance, Relation::Administrator]) {
            return Ok(None);
        }
        let members = stored(ctx.data::<App>()?.store.members(self.0.id).await)?;
        Ok(Some(members.into_iter().map(Into::into).collect()))
    }
    /// Open invitations; for the organisation's owners, null for others.
    async fn invitations(&self, ctx: &Context<'_>) -> Result<Option<Vec<InvitationObject>>> {
        if !self.0.relations().contains(Relation::MemberOwner) {
            return Ok(None);
        }
        let app = ctx.data::<App>()?;
        let now = app.auth.clock.now().timestamp_micros();
        let open = stored(app.store.invitations(self.0.id, now).await)?;
        Ok(Some(open.into_iter().map(Into::into).collect()))
    }
    /// Listings of the organisation in whatever state, in the order of their ids; for its own people, null for others.
    async fn listings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
        #[graphql(desc = "Begin after the project of this id.")] after: Option<ID>,
    ) -> Result<Option<Vec<ProjectNode>>> {
        if !self.0.relations().contains(Relation::MemberViewer) {
            return Ok(None);
        }
        let first = super::super::cursor::page_size(first)?;
        let after = match after {
            Some(id) => Some(
                crate::id::decode_as::<domain::project::Project>(id.as_str())
                    .map_err(|error| client_error(ErrorCode::Validation, Some("after"), error.to_string()))?
                    .uuid(),
            ),
            None => None,
        };
        let ids = stored(ctx.data::<App>()?.store.projects_of(self.0.id, after, first as u64).await)?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(find(ctx, id).await?.map(ProjectNode));
        }
        Ok(Some(found))
    }
    /// Its mandates that are in the catalogue, in the order of their ids, at most 100.
    async fn own_mandates(&self, ctx: &Context<'_>) -> Result<Vec<MandateNode>> {
        let id = self.0.id;
        let ids = ctx
            .data::<App>()?
            .compute(move |app| Ok(app::listing::mandates_of(app, id)))
            .await
            .map_err(refusal)?;
        let found = try_join_all(ids.into_iter().map(|id| find(ctx, id))).await?;
        Ok(found.into_iter().flatten().map(MandateNode).collect())
    }
    /// Cities whose office it is, in the order of their ids, at most 100.
    async fn own_cities(&self, ctx: &Context<'_>) -> Result<Vec<CityNode>> {
        let id = self.0.id;
        let ids = ctx
            .data::<App>()?
            .compute(move |app| Ok(app::listing::cities_of(app, id)))
            .await
            .map_err(refusal)?;
        let found = try_join_all(ids.into_iter().map(|id| find(ctx, id))).await?;
        Ok(found.into_iter().flatten().map(CityNode).collect())
    }
    /// Imports of the organisation's own records, newest first; for its own people, null for others.
    async fn import_jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows, 1 to 100.", default_with = "Some(20)")] first: Option<i32>,
    ) -> Result<Option<Vec<ImportJobNode>>> {
        if !self.0.relations().contains(Relation::MemberViewer) {
            return Ok(None);
        }
        let first = super::super::cursor::page_size(first)?;
        let ids = stored(ctx.data::<App>()?.store.newest_of(self.0.id, first as u64).await)?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(find(ctx, id).await?.map(ImportJobNode));
        }
        Ok(Some(found))
    }
    /// Documents of the organisation itself, as far as the caller may know of them.
    async fn documents(&self, ctx: &Context<'_>) -> Result<Vec<DocumentNode>> {
        let found = stored(ctx.data::<App>()?.store.documents(self.0.id, None).await)?;
        let viewer = ctx.data::<Viewer>()?;
        let seen = found.into_iter().filter_map(|one| viewer.see_document(Arc::new(one), None));
        Ok(seen.map(DocumentNode).collect())
    }
    /// Keys of integrators; for the organisation's owners, null for others.
    async fn api_keys(&self, ctx: &Context<'_>) -> Result<Option<Vec<ApiKeyObject>>> {
        if !self.0.relations().contains(Relation::MemberOwner) {
            return Ok(None);
        }
        let keys = stored(ctx.data::<App>()?.store.api_keys(self.0.id).await)?;
        Ok(Some(keys.into_iter().map(Into::into).collect()))
    }
    /// Origin.
    async fn provenance(&self) -> ProvenanceObject {
        (&self.0.value.provenance).into()
    }
}

impl OrganisationNode {
    /// Nobody of an organisation learns from its screening, not even an officer of the platform.
    fn judges_screening(&self) -> bool {
        let who = self.0.relations();
        who.any(&[Relation::Compliance, Relation::Administrator]) && !who.contains(Relation::MemberViewer)
    }
}

connection!(OrganisationConnection, OrganisationEdge, OrganisationNode, "organisations");
