//! Questions that a person keeps.

use domain::{
    city::City,
    id::Id,
    mandate::Mandate,
    policy::Action,
    saved_search::{SavedSearch, SavedSearchFacts, SearchSubject},
    value::SingleLine,
};

use super::record::{self, On};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::new_search_key,
};

/// Searches that a person may keep.
const MAX_SEARCHES: u64 = 100;

/// What is kept; the person is whoever asks.
#[derive(Debug, Clone)]
pub struct Content {
    /// Its name.
    pub name: SingleLine,
    /// What is asked.
    pub subject: SearchSubject,
    /// The filter, checked, as the API writes it.
    pub filter: serde_json::Value,
}

/// What is asked must be there.
async fn known(command: &CommandTx, subject: SearchSubject) -> Result<(), CommandError> {
    match subject {
        SearchSubject::Projects => Ok(()),
        SearchSubject::Mandate(id) => match command.tx.get::<Mandate>(id).await? {
            Some(_) => Ok(()),
            None => Err(Refusal::not_found("mandateId", "mandate").into()),
        },
        SearchSubject::City(id) => match command.tx.get::<City>(id).await? {
            Some(_) => Ok(()),
            None => Err(Refusal::not_found("cityId", "city").into()),
        },
    }
}

/// Keeps a search for the person who asks.
///
/// # Errors
/// What is asked is not there, or the person keeps too many.
pub async fn create(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    content: Content,
) -> Result<Id<SavedSearch>, CommandError> {
    app.command(actor, meta, move |command| {
        let content = content.clone();
        Box::pin(async move {
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            let who = command.viewer().await?.relations_to(Id::from_uuid(uuid::Uuid::nil()));
            command.allowed::<SavedSearch>("", Action::Create, who, None)?;
            // Locked, so that two at once do not pass the bound together.
            command.tx.lock_person(person).await?.ok_or(CommandError::Unauthenticated)?;
            if command.tx.count_searches(person).await? >= MAX_SEARCHES {
                let message = format!("a person keeps at most {MAX_SEARCHES} searches: remove one");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            known(command, content.subject).await?;
            let Content { name, subject, filter } = content;
            let search = SavedSearch::try_from(SavedSearchFacts { name, person, subject, filter })?;
            let stored = command.tx.create(None, Some(new_search_key(person)), search).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Changes a search. What it asks for now must be there.
///
/// # Errors
/// There is none such for the actor, it was changed meanwhile, or what is asked is not there.
pub async fn update(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<SavedSearch>,
    content: Content,
) -> Result<Id<SavedSearch>, CommandError> {
    app.command(actor, meta, move |command| {
        let content = content.clone();
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Edit, &stored).await?;
            known(command, content.subject).await?;
            let Content { name, subject, filter } = content;
            let facts = SavedSearchFacts { name, person: stored.value.person, subject, filter };
            let stored = command.tx.change(&stored, SavedSearch::try_from(facts)?).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Forgets a search.
///
/// # Errors
/// There is none such for the actor, or it was changed meanwhile.
pub async fn remove(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<SavedSearch>,
) -> Result<Id<SavedSearch>, CommandError> {
    // What a person asked for is nobody's to read afterwards.
    record::remove(app, actor, meta, on, |_| serde_json::json!({})).await
}
