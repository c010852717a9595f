//! Mutations of saved searches.

use async_graphql::{Context, ID, InputObject, InputType, Object, Result};
use domain::{saved_search::SearchSubject, value::SingleLine};
use matcher::rank::Reader;

use super::{aggregate_id, meta, named, on, payload, seen, settled};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Refusal},
    graphql::{
        input::{CityFilterInput, OpportunityFilterInput},
        object::SavedSearchNode,
    },
    registry::saved_search::{self, Content},
};

payload! {
    /// Answer of a mutation of a saved search.
    SavedSearchPayload {
        /// The search as it is now.
        saved_search: SavedSearchNode,
    }
}

payload! {
    /// Answer of the removal of a saved search.
    RemoveSavedSearchPayload {
        /// Its global id, by which it is no more found.
        removed_id: ID,
    }
}

/// What a search asks: projects for a mandate, partners for a city, or, where neither is named, projects.
#[derive(Debug, Clone, InputObject)]
pub struct SavedSearchInput {
    /// Its name.
    name: String,
    /// Projects for this mandate.
    mandate_id: Option<ID>,
    /// Partners for this city.
    city_id: Option<ID>,
    /// What is shown of projects.
    filter: Option<OpportunityFilterInput>,
    /// What is shown of cities; with `cityId`.
    city_filter: Option<CityFilterInput>,
}

impl SavedSearchInput {
    /// What is to be kept; the filter is parsed once, so that nothing is kept that cannot be asked.
    fn parse(&self, app: &App) -> Result<Content, CommandError> {
        let name = SingleLine::new(&self.name).map_err(|error| Refusal::validation("search.name", error))?;
        let wrong = |path: &str, message: &str| CommandError::from(Refusal::validation(path, message));
        let subject = match (&self.mandate_id, &self.city_id) {
            (Some(_), Some(_)) => return Err(wrong("search.cityId", "name a mandate or a city, not both")),
            (Some(id), None) => SearchSubject::Mandate(aggregate_id("search.mandateId", id)?),
            (None, Some(id)) => SearchSubject::City(aggregate_id("search.cityId", id)?),
            (None, None) => SearchSubject::Projects,
        };
        let filter = match (subject, &self.filter, &self.city_filter) {
            (SearchSubject::City(_), Some(_), _) => {
                return Err(wrong("search.filter", "a search for cities takes cityFilter"));
            }
            (SearchSubject::City(_), None, filter) => {
                filter.clone().unwrap_or_default().parse().map_err(named)?;
                filter.as_ref().map(InputType::to_value)
            }
            (_, _, Some(_)) => {
                return Err(wrong("search.cityFilter", "a search for projects takes filter"));
            }
            (_, filter, None) => {
                let given = filter.clone().unwrap_or_default();
                if matches!(subject, SearchSubject::Projects) && given.min_score.is_some() {
                    let message = "without a mandate there is no score: leave minScore out";
                    return Err(wrong("search.filter.minScore", message));
                }
                let world = &app.ranking.snapshot().catalog.world;
                let (_, text) = given.parse(world, Reader::Registered).map_err(named)?;
                text.map(|text| app.search_projects(&text)).transpose()?;
                filter.as_ref().map(InputType::to_value)
            }
        };
        let filter = match filter {
            Some(value) => value.into_json().map_err(|_| CommandError::Failed)?,
            None => serde_json::json!({}),
        };
        Ok(Content { name, subject, filter })
    }
}

/// A search to be kept.
#[derive(Debug, InputObject)]
pub struct SaveSearchInput {
    /// What it asks.
    search: SavedSearchInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A changed search.
#[derive(Debug, InputObject)]
pub struct UpdateSavedSearchInput {
    /// Which one.
    saved_search_id: ID,
    /// The version that the change is made on.
    expected_version: i32,
    /// All that it asks.
    search: SavedSearchInput,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// A search to be forgotten.
#[derive(Debug, InputObject)]
pub struct RemoveSavedSearchInput {
    /// Which one.
    saved_search_id: ID,
    /// The version that the removal is made on.
    expected_version: i32,
    /// The same key gives the same answer and one effect.
    idempotency_key: String,
    /// The client's own mark.
    client_mutation_id: Option<String>,
}

/// Mutations of saved searches.
#[derive(Debug, Default)]
pub struct SavedSearchMutation;

/// Mutations of saved searches.
#[Object]
impl SavedSearchMutation {
    /// Keeps a search for the caller.
    async fn save_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: SaveSearchInput,
    ) -> Result<SavedSearchPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "saveSearch", &input.idempotency_key, &input)?;
            saved_search::create(app, actor, &meta, input.search.parse(app)?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let saved_search = seen(ctx, done, &mut user_errors).await?.map(SavedSearchNode);
        Ok(SavedSearchPayload { saved_search, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Changes a search that the caller keeps.
    async fn update_saved_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: UpdateSavedSearchInput,
    ) -> Result<SavedSearchPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "updateSavedSearch", &input.idempotency_key, &input)?;
            let on = on("savedSearchId", &input.saved_search_id, input.expected_version)?;
            saved_search::update(app, actor, &meta, on, input.search.parse(app)?).await
        };
        let (done, mut user_errors) = settled(outcome.await)?;
        let saved_search = seen(ctx, done, &mut user_errors).await?.map(SavedSearchNode);
        Ok(SavedSearchPayload { saved_search, user_errors, client_mutation_id: input.client_mutation_id })
    }

    /// Forgets a search that the caller keeps.
    async fn remove_saved_search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is asked for.")] input: RemoveSavedSearchInput,
    ) -> Result<RemoveSavedSearchPayload> {
        let (app, actor) = (ctx.data::<App>()?, ctx.data::<Actor>()?);
        let outcome = async {
            let meta = meta(ctx, "removeSavedSearch", &input.idempotency_key, &input)?;
            let on = on("savedSearchId", &input.saved_search_id, input.expected_version)?;
            saved_search::remove(app, actor, &meta, on).await
        };
        let (done, user_errors) = settled(outcome.await)?;
        let removed_id = done.map(|id| ID(crate::id::encode_as(id)));
        Ok(RemoveSavedSearchPayload { removed_id, user_errors, client_mutation_id: input.client_mutation_id })
    }
}
