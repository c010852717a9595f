//! Registering an organisation and keeping its profile.

use domain::{
    account::OrgRole,
    city::City,
    id::Id,
    organisation::{Organisation, OrganisationFacts, ReplyRecord, Screening},
    policy::Action,
    provenance::Provenance,
    value::{CountryCode, Lang, SingleLine},
    vocabulary::{HelpKind, InvestorType, OrganisationKind, ScreeningStatus, VerificationLevel},
};

use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::city_key,
};

/// Organisations that one person may own.
const MAX_OWNED: usize = 20;

/// What an organisation says of itself.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Its name.
    pub name: SingleLine,
    /// Where its seat is.
    pub country: CountryCode,
    /// GeoNames id of the seat's city.
    pub city_geonames: Option<u32>,
    /// Kind of investor; none for others.
    pub investor_type: Option<InvestorType>,
    /// Countries with an office.
    pub presence: Vec<CountryCode>,
    /// Working languages.
    pub languages: Vec<Lang>,
    /// Help that it offers beside money.
    pub help_offered: Vec<HelpKind>,
    /// Beneficial owners by name; never shown, for the gate on related parties.
    pub beneficial_owners: Vec<SingleLine>,
}

/// Registers an organisation; the person becomes its first owner. It begins self-declared and not screened.
///
/// # Errors
/// A field is wrong, or the person owns too many.
pub async fn register(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    kind: OrganisationKind,
    profile: Profile,
) -> Result<Id<Organisation>, CommandError> {
    app.command(actor, meta, move |command| {
        let profile = profile.clone();
        Box::pin(async move {
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            let nowhere = Id::from_uuid(uuid::Uuid::nil());
            let who = command.viewer().await?.relations_to(nowhere);
            command.allowed::<Organisation>("", Action::Create, who, None)?;
            let memberships = command.tx.memberships_of(person).await?;
            let owned = memberships.iter().filter(|membership| membership.role == OrgRole::Owner);
            if owned.count() >= MAX_OWNED {
                let message = format!("a person owns at most {MAX_OWNED} organisations");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            known_city(command, profile.city_geonames).await?;
            let facts = OrganisationFacts {
                name: profile.name,
                kind,
                country: Some(profile.country),
                city_geonames: profile.city_geonames,
                investor_type: profile.investor_type,
                verification: VerificationLevel::V0,
                verified_on: None,
                screening: Screening { status: ScreeningStatus::NotScreened, screened_on: None },
                active: true,
                claimed: true,
                presence: profile.presence,
                languages: profile.languages,
                help_offered: profile.help_offered,
                replies: ReplyRecord::default(),
                beneficial_owners: profile.beneficial_owners,
                deals: Vec::new(),
                provenance: Provenance::default(),
            };
            let stored = command.tx.create(None, None, Organisation::try_from(facts)?).await?;
            command.tx.insert_membership(person, stored.id, OrgRole::Owner).await?;
            command.audit(&stored, serde_json::json!({"kind": kind}));
            Ok(stored.id)
        })
    })
    .await
}

/// Changes what an organisation says of itself. A new name takes the verification back to the proof of the address,
/// since the register's match was with the old one.
///
/// # Errors
/// There is no such organisation for the actor, it was changed meanwhile, or a field is wrong.
pub async fn update(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Organisation>,
    expected_version: i32,
    profile: Profile,
) -> Result<Id<Organisation>, CommandError> {
    app.command(actor, meta, move |command| {
        let profile = profile.clone();
        Box::pin(async move {
            let stored = command.load("organisationId", id, expected_version).await?;
            command.authorise("organisationId", Action::Edit, &stored).await?;
            known_city(command, profile.city_geonames).await?;
            let old = OrganisationFacts::from(stored.value.clone());
            let is_renamed = old.name != profile.name;
            let verification =
                if is_renamed { old.verification.min(VerificationLevel::V1) } else { old.verification };
            // A new name was never screened.
            let screening = if is_renamed {
                Screening { status: ScreeningStatus::NotScreened, screened_on: None }
            } else {
                old.screening
            };
            let facts = OrganisationFacts {
                name: profile.name,
                country: Some(profile.country),
                city_geonames: profile.city_geonames,
                investor_type: profile.investor_type,
                presence: profile.presence,
                languages: profile.languages,
                help_offered: profile.help_offered,
                beneficial_owners: profile.beneficial_owners,
                verification,
                screening,
                ..old
            };
            let stored = command.tx.change(&stored, Organisation::try_from(facts)?).await?;
            command.audit(&stored, serde_json::json!({"renamed": is_renamed}));
            Ok(stored.id)
        })
    })
    .await
}

/// A city that is named must be one that is known.
pub(super) async fn known_city(command: &CommandTx, geonames: Option<u32>) -> Result<(), CommandError> {
    let Some(geonames) = geonames else { return Ok(()) };
    if command.tx.ids_by_keys::<City>(&[&city_key(geonames)]).await?.is_empty() {
        let message = format!("no city is known by the GeoNames id {geonames}");
        return Err(Refusal::validation("cityGeonames", message).into());
    }
    Ok(())
}
