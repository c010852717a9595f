//! The document room of an introduction: the confidentiality agreement, folders that the owner opens until a time, and
//! who read what.

use chrono::{DateTime, Utc};
use domain::{
    document::Document,
    id::Id,
    introduction::{Introduction, RoomFolder, Side},
    policy::Action,
    project::Project,
};

use super::{asker, tell};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    registry::{
        document::{address, address_in_room},
        record::On,
    },
    store::{RoomRead, Stored},
};

async fn side(command: &CommandTx, stored: &Stored<Introduction>) -> Result<Side, CommandError> {
    let neither = || Refusal::not_permitted("this is for the two sides to do");
    asker(command, &stored.value).await?.side.ok_or_else(|| neither().into())
}

/// A side signs the confidentiality agreement, or the owner waives it.
///
/// # Errors
/// There is no such introduction for the actor, it was changed meanwhile, or there is nothing to settle.
pub async fn settle_nda(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<Introduction>,
    waive: bool,
) -> Result<Id<Introduction>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Edit, &stored).await?;
            let side = side(command, &stored).await?;
            let next = stored.value.settle_nda(side, waive, command.now)?;
            let changed = command.tx.change(&stored, next).await?;
            let message = super::letters::settled(changed.value.nda, &command.app.auth.public_url);
            tell(command, changed.value.organisation(side.other()), message).await?;
            command.audit(&changed, serde_json::json!({"nda": changed.value.nda, "waive": waive}));
            Ok(changed.id)
        })
    })
    .await
}

/// The owner opens a folder until a time, or shuts it.
///
/// # Errors
/// There is no such introduction for the actor, it was changed meanwhile, the actor is not the owner, or the time is
/// too far away.
pub async fn grant(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<Introduction>,
    folder: RoomFolder,
    until: Option<DateTime<Utc>>,
) -> Result<Id<Introduction>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Edit, &stored).await?;
            if side(command, &stored).await? != Side::Owner {
                return Err(Refusal::not_permitted("the owner of the papers opens and shuts folders").into());
            }
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            let next = stored.value.grant(folder, until.unwrap_or(command.now), person, command.now)?;
            let changed = command.tx.change(&stored, next).await?;
            command.audit(&changed, serde_json::json!({"folder": folder, "until": until}));
            Ok(changed.id)
        })
    })
    .await
}

/// Whether a side sees a paper of the project in the room: the owner all of them, the investor those whose folder it
/// reads now.
pub fn is_seen(introduction: &Introduction, side: Side, paper: &Document, now: DateTime<Utc>) -> bool {
    side == Side::Owner || introduction.reads(paper.room_folder(), now)
}

/// Opens a paper of the room: answers an address at which its bytes are for some minutes, and notes who asked for it.
///
/// # Errors
/// There is no such introduction or paper for the actor now.
pub async fn open_paper(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    introduction: Id<Introduction>,
    document: Id<Document>,
) -> Result<String, CommandError> {
    let opened = app
        .command(actor, meta, move |command| {
            Box::pin(async move {
                let stored = command.find("introductionId", introduction).await?;
                command.authorise("introductionId", Action::ReadPrivate, &stored).await?;
                let side = side(command, &stored).await?;
                let missing = || CommandError::from(Refusal::not_found("documentId", "document"));
                let paper = command.tx.get::<Document>(document).await?.ok_or_else(missing)?;
                let project: Id<Project> = stored.value.project;
                if paper.value.project != Some(project) || paper.owner != Some(stored.value.owner) {
                    return Err(missing());
                }
                if !is_seen(&stored.value, side, &paper.value, command.now) {
                    let message = "the folder is not open: it takes its stage, a settled confidentiality agreement \
                                   and a grant of the owner that holds";
                    return Err(Refusal::new(UserErrorCode::GateFailed, "documentId", message)
                        .by_rule("ROOM_GRANT")
                        .into());
                }
                let read = RoomRead {
                    document,
                    sha256: paper.value.sha256.clone(),
                    person: command.actor.person_id(),
                    organisation: stored.value.organisation(side),
                    at: command.tx.now_micros(),
                };
                command.tx.note_room_read(stored.id, &read).await?;
                command.audit(&stored, serde_json::json!({"document": document, "sha256": paper.value.sha256}));
                Ok((document, side == Side::Investor))
            })
        })
        .await?;
    let (document, is_guest) = opened;
    Ok(if is_guest { address_in_room(app, document, introduction) } else { address(app, document) })
}
