//! Notes that a side keeps to itself, and blocks.

use domain::{
    id::Id, introduction::Introduction, organisation::Organisation, policy::Action, value::Localized,
};
use uuid::Uuid;

use super::asker;
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Meta, Refusal, UserErrorCode},
};

/// Notes of one side on one introduction.
const MAX_NOTES: u64 = 500;

/// Writes a note that only the own side sees; it leaves in no export to the other side. Answers its id.
///
/// # Errors
/// There is no such introduction for the actor, or there are too many notes.
pub async fn note(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    introduction: Id<Introduction>,
    text: Localized,
) -> Result<Id<Introduction>, CommandError> {
    app.command(actor, meta, move |command| {
        let text = text.clone();
        Box::pin(async move {
            let stored = command.find("introductionId", introduction).await?;
            command.authorise("introductionId", Action::Edit, &stored).await?;
            let side = asker(command, &stored.value).await?.side;
            let own = side.map(|side| stored.value.organisation(side));
            let own = own.ok_or_else(|| Refusal::not_permitted("this is for the two sides to do"))?;
            if command.tx.count_notes(stored.id, own).await? >= MAX_NOTES {
                let message = format!("at most {MAX_NOTES} notes: remove one");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            command.tx.add_note(stored.id, own, person, text.value()).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Takes a note of the own side away.
///
/// # Errors
/// There is no such introduction or note for the actor.
pub async fn remove_note(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    introduction: Id<Introduction>,
    note: Uuid,
) -> Result<Id<Introduction>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let stored = command.find("introductionId", introduction).await?;
            command.authorise("introductionId", Action::Edit, &stored).await?;
            let side = asker(command, &stored.value).await?.side;
            let own = side.map(|side| stored.value.organisation(side));
            let own = own.ok_or_else(|| Refusal::not_permitted("this is for the two sides to do"))?;
            if !command.tx.remove_note(note, own).await? {
                return Err(Refusal::not_found("noteId", "note").into());
            }
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Blocks an organisation, or takes the block back: while it stands neither is matched with the other, and neither can
/// express interest in the other.
///
/// # Errors
/// The actor may not, or there is no such organisation.
pub async fn block(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    organisation: Id<Organisation>,
    blocked: bool,
) -> Result<Id<Organisation>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let own = command.authorise_new::<Introduction>().await?;
            let stored = command.find("organisationId", organisation).await?;
            if own == stored.id {
                let message = "an organisation does not block itself";
                return Err(Refusal::validation("organisationId", message).into());
            }
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            if blocked {
                command.tx.block(own, stored.id, person).await?;
            } else {
                command.tx.unblock(own, stored.id).await?;
            }
            command.audit(&stored, serde_json::json!({"blocked": blocked}));
            Ok(stored.id)
        })
    })
    .await
}
