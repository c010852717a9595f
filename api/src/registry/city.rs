//! A city's office: taking the record over, and keeping its profile.
//!
//! What is proved of the office is not kept here: rankings read it from the organisation that runs it.

use chrono::NaiveDate;
use domain::{
    account::OrgRole,
    city::{Aim, City, CityFacts, Commitment, Office},
    id::Id,
    organisation::{Organisation, ReplyRecord},
    policy::Action,
    value::{Lang, SingleLine},
    vocabulary::{AdministrativeLevel, AreaFocus, CooperationField, OrganisationKind, VerificationLevel},
};

use super::record::{self, On};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Meta, Refusal, UserErrorCode},
};

/// The level at which an office takes its city's record over (rulings 13).
const CLAIM_LEVEL: VerificationLevel = VerificationLevel::V2;

/// What an office says of its city. A part that is not given stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Profile {
    /// What it looks for.
    pub needs: Option<Vec<Aim>>,
    /// What it can give.
    pub offers: Option<Vec<Aim>>,
    /// Working languages.
    pub languages: Option<Vec<Lang>>,
    /// Whether it looks for partners now.
    pub accepting: Option<bool>,
    /// New partnerships that it can still begin this year.
    pub capacity_left: Option<u16>,
    /// Whether it will have a partner in its own country.
    pub same_country: Option<bool>,
    /// What shows that it means it.
    pub commitment: Option<Commitment>,
    /// Level of administration.
    pub level: Option<AdministrativeLevel>,
    /// Focuses of its demonstration area.
    pub area_focus: Option<Vec<AreaFocus>>,
    /// Whether a site for a demonstration area is set aside.
    pub area_site: Option<bool>,
    /// Whom traders turn to.
    pub trade_desk: Option<SingleLine>,
}

/// Takes a city's record over for the organisation for which the actor acts: its office, proved, with its seat there.
///
/// # Errors
/// There is no such city, it has an office already, or the organisation is not its office or not proved far enough.
pub async fn claim(app: &App, actor: &Actor, meta: &Meta, on: On<City>) -> Result<Id<City>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise("cityId", Action::TakeOver, &stored).await?;
            let (acting, role) = command.acting().await?;
            if role != OrgRole::Owner {
                let message = "this is for an owner of the organisation to do";
                return Err(Refusal::not_permitted(message).into());
            }
            if stored.owner.is_some() {
                let message = "the city has its office already: ask its people for an invitation";
                return Err(Refusal::new(UserErrorCode::Duplicate, "cityId", message).into());
            }
            let organisation = command.tx.lock::<Organisation>(acting).await?.ok_or(CommandError::Failed)?;
            is_office_of(&organisation.value, &stored.value)?;
            if command.tx.count_owned::<City>(acting, None).await? > 0 {
                let message = "an office runs one city, and this one runs another";
                return Err(Refusal::new(UserErrorCode::GateFailed, "", message).into());
            }
            let value = City::try_from(opened(&stored.value))?;
            let stored = command.tx.change_owner(&stored, Some(acting), value).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Gives a city's record back: its office is gone, and another can take the record over.
///
/// # Errors
/// There is no such city, the actor is no owner of its office, or it was changed meanwhile.
pub async fn release(app: &App, actor: &Actor, meta: &Meta, on: On<City>) -> Result<Id<City>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise("cityId", Action::Edit, &stored).await?;
            let (acting, role) = command.acting().await?;
            if role != OrgRole::Owner || stored.owner != Some(acting) {
                return Err(Refusal::not_permitted("this is for an owner of its office to do").into());
            }
            let facts = CityFacts { office: None, trade_desk: None, ..CityFacts::from(stored.value.clone()) };
            let stored = command.tx.change_owner(&stored, None, City::try_from(facts)?).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Whether an organisation is the proved office of a city.
fn is_office_of(organisation: &Organisation, city: &City) -> Result<(), CommandError> {
    let gate = |message: String| CommandError::from(Refusal::new(UserErrorCode::GateFailed, "", message));
    if organisation.screening.is_frozen() {
        let message = "the organisation is held by the screening: appeal first";
        return Err(Refusal::new(UserErrorCode::ScreeningHold, "", message).into());
    }
    if !matches!(organisation.kind, OrganisationKind::CityOffice | OrganisationKind::LocalGovernment) {
        let message = "a city is taken over by an organisation of the kind CITY_OFFICE or LOCAL_GOVERNMENT";
        return Err(gate(message.into()));
    }
    if organisation.city_geonames != Some(city.geonames_id) {
        let message =
            format!("the organisation's seat has to be this city: set cityGeonames to {}", city.geonames_id);
        return Err(gate(message));
    }
    if organisation.verification < CLAIM_LEVEL {
        let message = format!(
            "the organisation is verified to {}, and {CLAIM_LEVEL} is needed",
            organisation.verification
        );
        return Err(gate(message));
    }
    Ok(())
}

/// The facts of a city whose office has just been opened. Needs and offers of a sample stay, said to be samples, until
/// the office writes its own.
fn opened(city: &City) -> CityFacts {
    let mut facts = CityFacts::from(city.clone());
    let not_read = domain::organisation::Screening {
        status: domain::vocabulary::ScreeningStatus::NotScreened,
        screened_on: None,
    };
    facts.office = Some(Office {
        verification: VerificationLevel::V0,
        screening: not_read,
        accepting: false,
        capacity_left: None,
        replies: ReplyRecord::default(),
        confirmed_on: None,
        same_country: false,
    });
    facts.provenance.sample_facts.retain(|fact| fact != "verification" && fact != "screening");
    facts
}

/// Changes what an office says of its city, and confirms it as of today.
///
/// # Errors
/// There is no such city, the actor does not run its office, it was changed meanwhile, or a part is wrong.
pub async fn update(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<City>,
    profile: Profile,
) -> Result<Id<City>, CommandError> {
    record::change(app, actor, meta, on, move |command, stored| {
        let facts = CityFacts::from(stored.value.clone());
        Ok(City::try_from(profile.clone().over(facts, command.now.date_naive()))?)
    })
    .await
}

/// Of which list a field is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AimKind {
    /// What the city looks for.
    Need,
    /// What it can give.
    Offer,
}

/// Says that a city needs or offers a field, or takes it back where no priority is given.
///
/// # Errors
/// There is no such city, the actor does not run its office, it was changed meanwhile, or the list is full.
pub async fn declare(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<City>,
    kind: AimKind,
    (field, priority): (CooperationField, Option<u8>),
) -> Result<Id<City>, CommandError> {
    record::change(app, actor, meta, on, move |command, stored| {
        let facts = CityFacts::from(stored.value.clone());
        let mut aims = match kind {
            AimKind::Need => facts.needs.clone(),
            AimKind::Offer => facts.offers.clone(),
        };
        aims.retain(|aim| aim.field != field);
        aims.extend(priority.map(|priority| Aim { field, priority }));
        let profile = match kind {
            AimKind::Need => Profile { needs: Some(aims), ..Profile::default() },
            AimKind::Offer => Profile { offers: Some(aims), ..Profile::default() },
        };
        Ok(City::try_from(profile.over(facts, command.now.date_naive()))?)
    })
    .await
}

impl Profile {
    /// The facts with what is given in the place of what was. What the office writes is no sample any more.
    fn over(self, mut facts: CityFacts, today: NaiveDate) -> CityFacts {
        let mut stated = |fact: &str| facts.provenance.sample_facts.retain(|sample| sample != fact);
        if self.needs.is_some() {
            stated("needs");
        }
        if self.offers.is_some() {
            stated("offers");
        }
        if self.commitment.is_some() {
            stated("commitment");
        }
        facts.needs = self.needs.unwrap_or(facts.needs);
        facts.offers = self.offers.unwrap_or(facts.offers);
        facts.languages = self.languages.unwrap_or(facts.languages);
        facts.commitment = self.commitment.unwrap_or(facts.commitment);
        facts.level = self.level.or(facts.level);
        facts.area_focus = self.area_focus.unwrap_or(facts.area_focus);
        facts.area_site = self.area_site.or(facts.area_site);
        facts.trade_desk = self.trade_desk.or(facts.trade_desk);
        if let Some(office) = &mut facts.office {
            office.accepting = self.accepting.unwrap_or(office.accepting);
            office.capacity_left = self.capacity_left.or(office.capacity_left);
            office.same_country = self.same_country.unwrap_or(office.same_country);
            office.confirmed_on = Some(today);
        }
        facts
    }
}
