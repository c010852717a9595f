//! Registering an organisation and keeping its profile.

use chrono::NaiveDate;
use domain::{
    account::OrgRole,
    city::City,
    id::Id,
    organisation::{Organisation, OrganisationFacts, ReplyRecord, Screening},
    policy::Action,
    provenance::Provenance,
    value::{CountryCode, Lang, SingleLine},
    verification::{LevelHeld, LevelTerms},
    vocabulary::{HelpKind, InvestorType, OrganisationKind, ScreeningStatus, VerificationLevel},
};

use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    screening::{
        Names,
        judge::{ahead, record, screen},
    },
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

impl Profile {
    /// What of it is screened.
    fn names(&self, identifiers: Vec<String>) -> Names {
        let names = std::iter::once(&self.name).chain(&self.beneficial_owners);
        Names { names: names.map(ToString::to_string).collect(), identifiers, country: Some(self.country) }
    }
}

/// Registers an organisation; the person becomes its first owner. It begins self-declared, and is screened at once by
/// the lists in force; where there is none, it is not screened.
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
    let ahead = ahead(app, profile.names(Vec::new())).await?;
    app.command(actor, meta, move |command| {
        let (profile, ahead) = (profile.clone(), ahead.clone());
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
            let mut facts = OrganisationFacts {
                name: profile.name,
                kind,
                country: Some(profile.country),
                city_geonames: profile.city_geonames,
                investor_type: profile.investor_type,
                verification: VerificationLevel::V0,
                verified_on: None,
                verified_until: None,
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
            let judged = screen(command, None, &mut facts, ahead.as_ref()).await?;
            let stored = command.tx.create(None, None, Organisation::try_from(facts)?).await?;
            command.tx.insert_membership(person, stored.id, OrgRole::Owner).await?;
            if let Some(judged) = judged {
                record(command, &stored, judged).await?;
            }
            command.audit(&stored, serde_json::json!({"kind": kind}));
            Ok(stored.id)
        })
    })
    .await
}

/// Changes what an organisation says of itself. A new name or seat takes the verification back to the proof of the
/// address, since the register's match was with the old ones; other owners take it below the proof of documents. Who
/// runs a city's office does not move. A new name, another owner or another country is screened at once.
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
    let numbers = app.store.register_numbers(&[id]).await?.remove(&id).unwrap_or_default();
    let ahead = ahead(app, profile.names(numbers)).await?;
    app.command(actor, meta, move |command| {
        let (profile, ahead) = (profile.clone(), ahead.clone());
        Box::pin(async move {
            let stored = command.load("organisationId", id, expected_version).await?;
            command.authorise("organisationId", Action::Edit, &stored).await?;
            known_city(command, profile.city_geonames).await?;
            let old = OrganisationFacts::from(stored.value.clone());
            let is_renamed = old.name != profile.name;
            let is_other = Names::of(&old, Vec::new()) != profile.names(Vec::new())
                || old.screening.status == NOT_SCREENED;
            let today = command.now.date_naive();
            let held = level_held(&old, today);
            // What a register or an officer showed was shown of this name at this seat, and of these owners.
            let is_moved = old.country.is_some_and(|country| country != profile.country)
                || old.city_geonames != profile.city_geonames;
            if is_moved && command.tx.count_owned::<City>(id, None).await? > 0 {
                let message =
                    "the organisation runs a city's office, which has its seat there: release the city first";
                return Err(Refusal::new(UserErrorCode::GateFailed, "profile.cityGeonames", message).into());
            }
            let has_others = old.beneficial_owners != profile.beneficial_owners;
            let held = match (is_renamed || is_moved, has_others) {
                (true, _) => held.lowered(VerificationLevel::V1, today, &TERMS),
                (false, true) => held.lowered(VerificationLevel::V2, today, &TERMS),
                (false, false) => held,
            };
            let mut facts = OrganisationFacts {
                name: profile.name,
                country: Some(profile.country),
                city_geonames: profile.city_geonames,
                investor_type: profile.investor_type,
                presence: profile.presence,
                languages: profile.languages,
                help_offered: profile.help_offered,
                beneficial_owners: profile.beneficial_owners,
                ..old
            };
            hold(&mut facts, held);
            let judged =
                if is_other { screen(command, Some(id), &mut facts, ahead.as_ref()).await? } else { None };
            // Where no list is in force a new name was never screened; a hit that waits goes on to wait.
            if is_other && judged.is_none() && facts.screening.status != ScreeningStatus::PotentialHit {
                facts.screening = Screening { status: NOT_SCREENED, screened_on: None };
            }
            let stored = command.tx.change(&stored, Organisation::try_from(facts)?).await?;
            if let Some(judged) = judged {
                record(command, &stored, judged).await?;
            }
            command.audit(&stored, serde_json::json!({"renamed": is_renamed}));
            Ok(stored.id)
        })
    })
    .await
}

/// For how long the proofs of a level last.
pub const TERMS: LevelTerms =
    LevelTerms { email_days: 730, register_days: 730, documents_days: 365, endorsement_days: 365 };

const NOT_SCREENED: ScreeningStatus = ScreeningStatus::NotScreened;

/// The level that an organisation has, as it was last written. One without a day is taken as proved today.
pub(super) fn level_held(facts: &OrganisationFacts, today: NaiveDate) -> LevelHeld {
    LevelHeld {
        level: facts.verification,
        since: facts.verified_on.unwrap_or(today),
        until: facts.verified_until,
    }
}

/// Writes a level into the facts.
pub(super) fn hold(facts: &mut OrganisationFacts, held: LevelHeld) {
    if facts.verification == held.level && facts.verified_until == held.until {
        return;
    }
    facts.verification = held.level;
    facts.verified_on = (held.level != VerificationLevel::V0).then_some(held.since);
    facts.verified_until = held.until;
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
