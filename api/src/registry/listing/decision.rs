//! What those who judge say beside a transition: who takes a review up, a second person's word, what is no duplicate.

use domain::{
    account::PlatformRole, id::Id, listing::ListingTransition, policy::Action, project::Project,
    vocabulary::ListingState,
};

use super::{Loaded, save_record, with_record};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
};

/// A listing with its record, for somebody who may decide about it.
async fn judged(command: &CommandTx, id: Id<Project>) -> Result<Loaded, CommandError> {
    let stored = command.find("projectId", id).await?;
    let loaded = with_record(command, stored).await?;
    command.authorise("projectId", Action::Decide, &loaded.stored).await?;
    Ok(loaded)
}

/// Takes up a review that an appeal opened again; never by who rejected it.
///
/// # Errors
/// There is no such listing in review without a reviewer, or the actor rejected it.
pub async fn take_up(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let mut loaded = judged(command, id).await?;
            let person = command.actor.person_id();
            let is_open = loaded.row.state == ListingState::InReview && loaded.row.reviewer.is_none();
            if !is_open || !command.actor.has(PlatformRole::Reviewer) {
                let message = "only a reviewer takes up a review, and only one that nobody has";
                return Err(Refusal::new(UserErrorCode::InvalidTransition, "projectId", message).into());
            }
            if loaded.row.record.rejected_by == person {
                let message = "another reviewer takes an appeal than the one who rejected the listing";
                return Err(Refusal::new(UserErrorCode::GateFailed, "projectId", message).into());
            }
            loaded.row.reviewer = person;
            loaded.row.record.claimed_on = Some(command.now.date_naive());
            save_record(command, &loaded).await?;
            command.audit(&loaded.stored, serde_json::json!({}));
            Ok(id)
        })
    })
    .await
}

/// A second person's word for a decision that needs two: a rejection, or the end of a suspension.
///
/// # Errors
/// The actor may not decide about the listing, or the decision needs no second word.
pub async fn second(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    transition: ListingTransition,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let needs_two = [
                (ListingTransition::Reject, ListingState::InReview, PlatformRole::Reviewer),
                (ListingTransition::Reinstate, ListingState::Suspended, PlatformRole::Administrator),
            ];
            let mut loaded = judged(command, id).await?;
            let role = needs_two
                .iter()
                .find(|(needing, state, _)| *needing == transition && *state == loaded.row.state)
                .map(|(_, _, role)| *role);
            let Some(role) = role else {
                let message = "this decision needs no second word in this state";
                return Err(Refusal::new(UserErrorCode::InvalidTransition, "transition", message).into());
            };
            if !command.actor.has(role) && !command.actor.has(PlatformRole::Administrator) {
                return Err(Refusal::not_permitted("this is for another of those who decide").into());
            }
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            loaded
                .row
                .record
                .second_words
                .retain(|word| word.transition != transition || word.person != person);
            loaded.row.record.second_words.push(crate::store::SecondWord {
                transition,
                person,
                at: command.tx.now_micros(),
            });
            save_record(command, &loaded).await?;
            command.audit(&loaded.stored, serde_json::json!({"transition": transition}));
            Ok(id)
        })
    })
    .await
}

/// Says that another listing is of another project.
///
/// # Errors
/// The actor is not the reviewer, or there is no such listing.
pub async fn dismiss_duplicate(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Project>,
    other: Id<Project>,
) -> Result<Id<Project>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let mut loaded = judged(command, id).await?;
            if command.tx.get::<Project>(other).await?.is_none() || other == id {
                return Err(Refusal::not_found("otherProjectId", "project").into());
            }
            loaded.row.record.not_duplicates.insert(other);
            save_record(command, &loaded).await?;
            command.audit(&loaded.stored, serde_json::json!({"other": other}));
            Ok(id)
        })
    })
    .await
}
