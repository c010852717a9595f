//! Mutations of organisations.

use async_graphql::{Context, ID, InputObject, Object, Result};
use domain::{
    value::SingleLine,
    vocabulary::{HelpKind, InvestorType, OrganisationKind},
};

use super::{aggregate_id, meta, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::{code::Code, object::OrganisationNode},
    registry::organisation::{self, Profile},
};

payload! {
    /// Answer of a mutation of an organisation.
    OrganisationPayload {
        /// The organisation as it is now.
        organisation: OrganisationNode,
    }
}

impl OrganisationPayload {
    /// The answer.
    pub(super) const fn new(
        organisation: Option<OrganisationNode>,
        user_errors: Vec<super::UserError>,
        client_mutation_id: Option<String>,
    ) -> Self {
        Self { organisation, user_errors, client_mutation_id }
    }
}

/// What an organisation says of itself.
#[derive(Debug, InputObject)]
pub struct OrganisationProfileInput {
    /// Its name.
    name: String,
    /// Country of its seat, ISO 3166-1 alpha-2.
    country: String,
    /// GeoNames id of the seat's city.
    city_geonames: Option<u32>,
    /// Kind of investor; for investors.
    investor_type: Option<Code<InvestorType>>,
    /// Countries with an office, by ISO code.
    presence_countries: Option<Vec<String>>,
    /// Working languages, ISO 639.
    languages: Option<Vec<String>>,
    /// Help offered beside money.
    help_offered: Option<Vec<Code<HelpKind>>>,
    /// Those to whom it belongs in the end, by name; never shown to anybody outside.
    #[graphql(name = "ultimateOwners")]
    beneficial_owners: Option<Vec<String>>,
}

/// Longest list of an input.
const MAX_ITEMS: usize = 250;

/// Parses the items of a list; the path of a wrong one carries its place.
pub(super) fn each<T, E: ToString>(
    path: &str,
    items: Option<&Vec<String>>,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Vec<T>, CommandError> {
    let items = items.map(Vec::as_slice).unwrap_or_default();
    if items.len() > MAX_ITEMS {
        return Err(Refusal::validation(path, format!("at most {MAX_ITEMS} items")).into());
    }
    let parsed = items.iter().enumerate().map(|(place, item)| {
        parse(item).map_err(|error| Refusal::validation(&format!("{path}.{place}"), error).into())
    });
    parsed.collect()
}

/// The name of an organisation stands in mail to strangers, so it is no link.
fn organisation_name(text: &str) -> Result<SingleLine, CommandError> {
    let wrong = |message: String| CommandError::from(Refusal::validation("profile.name", message));
    let name = SingleLine::new(text).map_err(|error| wrong(error.to_string()))?;
    if name.advertises() {
        return Err(wrong("write the name alone, without a link, an address or angle brackets".to_owned()));
    }
    Ok(name)
}

impl OrganisationProfileInput {
    fn parse(&self) -> Result<Profile, CommandError> {
        Ok(Profile {
            name: organisation_name(&self.name)?,
            country: self.country.parse().map_err(|error| Refusal::validation("profile.country", error))?,
            city_geonames: self.city_geonames,
            investor_type: self.investor_type.map(|code| code.0),
            presence: each("profile.presenceCountries", self.presence_countries.as_ref(), str::parse)?,
            languages: each("profile.languages", self.languages.as_ref(), str::parse)?,
            help_offered: self.help_offered.iter().flatten().map(|code| code.0).collect(),
            beneficial_owners: each(
                "profile.ultimateOwners",
                self.beneficial_owners.as_ref(),
                SingleLine::new,
            )?,
        })
    }
}

/// A new organisation.
#[derive(Debug, InputObject)]
pub struct RegisterOrganisationInput {
    /// What it is.
    kind: Code<OrganisationKind>,
    /// What it says of itself.
    profile: OrganisationProfileInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A changed profile.
#[derive(Debug, InputObject)]
pub struct UpdateOrganisationInput {
    /// Which organisation.
    organisation_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// All that it says of itself.
    profile: OrganisationProfileInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of organisations.
#[derive(Debug, Default)]
pub struct OrganisationMutation;

/// Mutations of organisations.
#[Object]
impl OrganisationMutation {
    /// Registers an organisation; the caller becomes its first owner. It begins self-declared, and is screened at once.
    async fn register_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RegisterOrganisationInput,
    ) -> Result<OrganisationPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "registerOrganisation", &input.idempotency_key, &input)?;
            organisation::register(app, actor, &meta, input.kind.0, input.profile.parse()?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let organisation = seen(ctx, done, &mut user_errors).await?.map(OrganisationNode);
        Ok(OrganisationPayload { organisation, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Changes what an organisation says of itself. A new name takes its verification back and is screened.
    async fn update_organisation(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: UpdateOrganisationInput,
    ) -> Result<OrganisationPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "updateOrganisation", &input.idempotency_key, &input)?;
            let id = aggregate_id("organisationId", &input.organisation_id)?;
            let profile = input.profile.parse()?;
            organisation::update(app, actor, &meta, id, input.expected_version, profile).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let organisation = seen(ctx, done, &mut user_errors).await?.map(OrganisationNode);
        Ok(OrganisationPayload { organisation, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
