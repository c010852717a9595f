//! Documents of listings and of organisations.

use domain::{
    Vocabulary,
    document::{Document, UploadPurpose},
    id::Id,
    introduction::{Introduction, RoomFolder},
    organisation::Organisation,
    policy::{Action, RelationSet},
    project::Project,
    value::SingleLine,
    vocabulary::ListingState,
};
use uuid::Uuid;

use super::upload;
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::{Stored, document_key},
};

/// Documents of one listing, or of one organisation itself.
const MAX_DOCUMENTS: u64 = 100;
/// Minutes for which an address gives a document's bytes.
const MINUTES: i64 = 5;
/// What the signature of such an address is for.
const PURPOSE: &str = "document";

/// Where a document belongs.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    /// The listing; none for the organisation itself.
    pub project: Option<Id<Project>>,
    /// The folder of the document rooms of that listing.
    pub folder: Option<RoomFolder>,
}

/// A file that was handed in becomes a document of a listing, or of the organisation for which the actor acts.
///
/// # Errors
/// The actor may not, there is no such listing or file, or there are too many documents.
pub async fn attach(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    file: Uuid,
    title: SingleLine,
    place: Place,
) -> Result<Id<Document>, CommandError> {
    let Place { project, folder } = place;
    app.command(actor, meta, move |command| {
        let title = title.clone();
        Box::pin(async move {
            let (acting, _) = command.acting().await?;
            if let Some(id) = project {
                // Locked, so that two at once do not pass the bound together.
                let stored = command.find("projectId", id).await?;
                let who = command.viewer().await?.relations(&stored, false);
                command.not_held(stored.owner).await?;
                let state = Some(stored.value.state);
                command.allowed::<Document>("projectId", Action::Create, who, state)?;
                if stored.owner != Some(acting) {
                    return Err(Refusal::not_found("projectId", "project").into());
                }
            } else {
                command.authorise_new::<Document>().await?;
                command.tx.lock::<Organisation>(acting).await?.ok_or(CommandError::Failed)?;
            }
            let row = upload::of(command.tx.lock_upload(file).await?, acting, "uploadId")?;
            if row.purpose != UploadPurpose::Document.code() {
                let message = "this file was handed in for something else, or is a document already";
                return Err(Refusal::new(UserErrorCode::Duplicate, "uploadId", message).into());
            }
            if command.tx.count_documents(acting, project).await? >= MAX_DOCUMENTS {
                let message = format!("at most {MAX_DOCUMENTS} documents: remove one");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let key = document_key(acting, project, file);
            command.tx.attach_upload(file).await?;
            let document = Document {
                title,
                upload: row.id,
                file_name: SingleLine::new(&row.file_name).map_err(|_| CommandError::Failed)?,
                media_type: row.media_type.unwrap_or_default(),
                bytes: row.bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
                sha256: row.sha256.unwrap_or_default(),
                project,
                folder,
                person: command.actor.person_id().ok_or(CommandError::Unauthenticated)?,
            };
            let stored = command.tx.create(Some(acting), Some(key), document).await?;
            command.audit(&stored, serde_json::json!({"project": project}));
            Ok(stored.id)
        })
    })
    .await
}

/// Takes a document away, and its bytes with it.
///
/// # Errors
/// There is none such for the actor, or the listing's state keeps what was submitted.
pub async fn remove(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<Document>,
) -> Result<Id<Document>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let missing = || CommandError::from(Refusal::not_found("documentId", "document"));
            let stored = command.tx.lock(id).await?.ok_or_else(missing)?;
            let (who, state) = standing(command, &stored).await?;
            command.allowed::<Document>("documentId", Action::Read, who, state).map_err(|_| missing())?;
            command.allowed::<Document>("documentId", Action::Delete, who, state)?;
            command.tx.remove(&stored).await?;
            command.tx.forget_upload(stored.value.upload).await?;
            command.audit(&stored, serde_json::json!({"sha256": stored.value.sha256}));
            Ok(stored.id)
        })
    })
    .await
}

/// In what relations the actor stands to a document: those to its listing, in the listing's state.
async fn standing(
    command: &CommandTx,
    stored: &Stored<Document>,
) -> Result<(RelationSet, Option<ListingState>), CommandError> {
    let viewer = command.viewer().await?;
    let Some(project) = stored.value.project else { return Ok((viewer.relations(stored, false), None)) };
    let project =
        command.tx.get(project).await?.ok_or_else(|| Refusal::not_found("documentId", "document"))?;
    Ok((viewer.relations(&project, false), Some(project.value.state)))
}

/// The address at which a document's bytes are, for some minutes.
pub fn address(app: &App, id: Id<Document>) -> String {
    let minutes = MINUTES.saturating_mul(60_000_000);
    let expires_at = app.auth.clock.now().timestamp_micros().saturating_add(minutes);
    let text = format!("{}.{expires_at}", id.uuid().simple());
    format!("{text}.{}", app.auth.keys.sign_link(PURPOSE, &text))
}

/// The same of a paper in the document room of an introduction, for the side that the room is opened to: it is there as
/// long as the room is.
pub fn address_in_room(app: &App, id: Id<Document>, room: Id<Introduction>) -> String {
    let minutes = MINUTES.saturating_mul(60_000_000);
    let expires_at = app.auth.clock.now().timestamp_micros().saturating_add(minutes);
    let text = format!("{}.{expires_at}.{}", id.uuid().simple(), room.uuid().simple());
    format!("{text}.{}", app.auth.keys.sign_link(PURPOSE, &text))
}

/// A document and its bytes, by such an address.
///
/// # Errors
/// The address is none of ours or too old, the document is gone, or the database does not answer.
pub async fn fetch(app: &App, address: &str) -> Result<(Document, Vec<u8>), CommandError> {
    let missing = || CommandError::from(Refusal::not_found("", "document"));
    let (text, signature) = address.rsplit_once('.').filter(|_| address.len() <= 200).ok_or_else(missing)?;
    if !app.auth.keys.link_is_signed(PURPOSE, text, signature) {
        return Err(missing());
    }
    let mut parts = text.split('.');
    let (id, expires_at) = parts.next().zip(parts.next()).ok_or_else(missing)?;
    let room = parts.next();
    let expires_at: i64 = expires_at.parse().map_err(|_| missing())?;
    if app.auth.clock.now().timestamp_micros() >= expires_at {
        return Err(missing());
    }
    let id = Id::<Document>::from_uuid(Uuid::parse_str(id).map_err(|_| missing())?);
    let stored = app.store.find(&[id]).await?.remove(&id).ok_or_else(missing)?;
    if let Some(room) = room {
        let room = Id::<Introduction>::from_uuid(Uuid::parse_str(room).map_err(|_| missing())?);
        let room = app.store.find(&[room]).await?.remove(&room).ok_or_else(missing)?;
        if !room.value.reads(stored.value.room_folder(), app.auth.clock.now()) {
            return Err(missing());
        }
    }
    let bytes = match app.files.get(&stored.value.sha256).await? {
        Some(bytes) => bytes,
        // Of the time before documents lay on disk, or not on the disk of this node.
        None => app.store.upload_body(stored.value.upload).await?.ok_or_else(|| {
            tracing::error!(
                sha256 = stored.value.sha256,
                "the file of a document is not in --files: nodes share it"
            );
            CommandError::Failed
        })?,
    };
    Ok((stored.value, bytes))
}
