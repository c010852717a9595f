//! Handing a file in: a signed address is asked for, then the bytes are sent to it, once.

use std::time::Duration;

use domain::{
    Vocabulary,
    account::Scope,
    document::{Document, UploadPurpose},
    id::Id,
    import_job::ImportJob,
    organisation::Organisation,
    policy::Action,
    value::{SingleLine, TextError},
};
use uuid::Uuid;

use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Meta, Refusal, UserErrorCode},
    store::{Received, UploadRow, hash},
    upload::{FileKind, sniff},
};

/// Most bytes of a file.
pub const MAX_BYTES: usize = 10 * 1024 * 1024;
/// Minutes for which an address takes a file.
const MINUTES: i64 = 15;
/// Files that an organisation may hand in within an hour.
const MAX_AN_HOUR: u64 = 60;
/// What the signature of an address is for.
const PURPOSE: &str = "upload";

/// A file that may be sent.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Ticket {
    /// Id of the file.
    pub id: Uuid,
    /// The signed id, which is the last part of its address.
    pub signed: String,
    /// Until when, microseconds since 1970, UTC.
    pub expires_at: i64,
}

/// Kinds of files that are taken for a purpose.
const fn kinds(purpose: UploadPurpose) -> &'static [FileKind] {
    use FileKind as F;
    match purpose {
        UploadPurpose::Import => &[F::Text, F::Xlsx],
        UploadPurpose::Document => &[F::Pdf, F::Png, F::Jpeg, F::Xlsx, F::Text],
    }
}

/// The name of a file that somebody sends: the last part of a path, as some programs give one, and without the control
/// characters that a name on a disk can have.
///
/// # Errors
/// Nothing is left that is a name.
pub fn file_name(given: &str) -> Result<SingleLine, TextError> {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last.chars().filter(|letter| !letter.is_control()).collect();
    match name.trim() {
        "." | ".." => Err(TextError::Empty),
        name => SingleLine::new(name),
    }
}

fn purpose_of(row: &UploadRow) -> UploadPurpose {
    // Nothing else but a document's file has another word there, once it became a document.
    UploadPurpose::from_code(&row.purpose).unwrap_or(UploadPurpose::Document)
}

/// Asks for an address to send a file to, for the organisation for which the actor acts.
///
/// # Errors
/// The actor may not import or write listings, or hands in too many files.
pub async fn request(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    purpose: UploadPurpose,
    file_name: SingleLine,
) -> Result<Ticket, CommandError> {
    app.command(actor, meta, move |command| {
        let file_name = file_name.clone();
        Box::pin(async move {
            let organisation = match purpose {
                UploadPurpose::Import => command.authorise_new::<ImportJob>().await?,
                UploadPurpose::Document => command.authorise_new::<Document>().await?,
            };
            let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
            // Locked, so that two at once do not pass the bound together.
            command.tx.lock::<Organisation>(organisation).await?.ok_or(CommandError::Failed)?;
            let hour = command.tx.now_micros().saturating_sub(3_600_000_000);
            if command.tx.count_uploads(organisation, hour).await? >= MAX_AN_HOUR {
                let message = format!("an organisation hands in at most {MAX_AN_HOUR} files an hour");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let id = Uuid::now_v7();
            let expires_at = command.tx.now_micros().saturating_add(MINUTES.saturating_mul(60_000_000));
            let row = UploadRow {
                id,
                organisation,
                person,
                purpose: purpose.code().to_owned(),
                file_name: file_name.to_string(),
                media_type: None,
                bytes: None,
                sha256: None,
                created_at: command.tx.now_micros(),
                expires_at,
                received_at: None,
            };
            command.tx.insert_upload(&row).await?;
            command.audit_as("upload", Some(id), serde_json::json!({}));
            Ok(Ticket { id, signed: signed(&command.app, id, expires_at), expires_at })
        })
    })
    .await
}

fn signed(app: &App, id: Uuid, expires_at: i64) -> String {
    let text = format!("{}.{expires_at}", id.simple());
    format!("{text}.{}", app.auth.keys.sign_link(PURPOSE, &text))
}

/// The id of a signed one that is in time.
fn opened(app: &App, signed: &str) -> Option<Uuid> {
    let (text, signature) = signed.rsplit_once('.').filter(|_| signed.len() <= 200)?;
    if !app.auth.keys.link_is_signed(PURPOSE, text, signature) {
        return None;
    }
    let (id, expires_at) = text.split_once('.')?;
    let expires_at: i64 = expires_at.parse().ok()?;
    (app.auth.clock.now().timestamp_micros() < expires_at).then(|| Uuid::parse_str(id).ok()).flatten()
}

/// Whether somebody may send a file to an address at all: asked before its bytes are read.
///
/// # Errors
/// Nobody known asks, or there is no such address for whoever asks.
pub async fn expected(app: &App, actor: &Actor, address: &str) -> Result<UploadRow, CommandError> {
    let person = actor.person_id().ok_or(CommandError::Unauthenticated)?;
    let missing = || CommandError::from(Refusal::not_found("", "upload"));
    let id = opened(app, address).ok_or_else(missing)?;
    let row = app.store.upload(id).await?.ok_or_else(missing)?;
    // The address alone does not do: who found one in a log has no session of its person.
    let is_theirs = row.person == person && actor.role_in(row.organisation).is_some();
    let scope = match purpose_of(&row) {
        UploadPurpose::Import => Scope::Import,
        UploadPurpose::Document => Scope::WriteProjects,
    };
    if is_theirs && actor.in_scope(scope) { Ok(row) } else { Err(missing()) }
}

/// Keeps the bytes that were sent to an address. The same bytes once more change nothing.
///
/// # Errors
/// There is no such address for whoever asks, the file is of no kind that is taken, or another one came before.
pub async fn receive(
    app: &App,
    actor: &Actor,
    address: &str,
    bytes: Vec<u8>,
) -> Result<UploadRow, CommandError> {
    let expected = expected(app, actor, address).await?;
    let purpose = purpose_of(&expected);
    let (kind, sha256, bytes) = app
        .compute(move |_| {
            let kind = sniff(&bytes, kinds(purpose));
            Ok((kind, hash(&bytes), bytes))
        })
        .await?;
    let kind = kind.map_err(|error| Refusal::validation("file", error))?;
    let command = app.begin(actor, "upload", None).await?;
    let missing = || CommandError::from(Refusal::not_found("", "upload"));
    let row = command.tx.lock_upload(expected.id).await?.ok_or_else(missing)?;
    // A file that became a document is still the one that came.
    if row.received_at.is_some() {
        if row.sha256.as_deref() == Some(sha256.as_str()) {
            return Ok(row);
        }
        let message = "another file came to this address before: ask for a new one";
        return Err(Refusal::new(UserErrorCode::Duplicate, "file", message).into());
    }
    // Whoever left the organisation meanwhile hands nothing in for it.
    let who = command.viewer().await?.relations_to(row.organisation);
    match purpose {
        UploadPurpose::Import => command.allowed::<ImportJob>("", Action::Create, who, None)?,
        UploadPurpose::Document => command.allowed::<Document>("", Action::Create, who, None)?,
    }
    let length = bytes.len();
    let body = match purpose {
        UploadPurpose::Import => Some(bytes),
        // On disk before the row says that it came: a file that no row knows is swept, a row without a file would lie.
        UploadPurpose::Document => {
            command.tx.keep_files().await?;
            app.files.put(bytes).await?;
            None
        }
    };
    let received = Received { media_type: kind.media_type(), sha256, length, body };
    command.tx.receive_upload(row.id, received).await?;
    command.audit_as("upload", Some(row.id), serde_json::json!({"received": true}));
    let id = row.id;
    command.tx.commit().await?;
    app.store.upload(id).await?.ok_or_else(missing)
}

/// A file that has come, of an organisation.
///
/// # Errors
/// There is none such.
pub(super) fn of(
    row: Option<UploadRow>,
    organisation: Id<Organisation>,
    path: &str,
) -> Result<UploadRow, CommandError> {
    let row = row.filter(|row| row.organisation == organisation);
    let row = row.ok_or_else(|| Refusal::not_found(path, "upload"))?;
    if row.received_at.is_none() {
        let message = "the file has not come: send its bytes to the address that was given for it";
        return Err(Refusal::new(UserErrorCode::GateFailed, path, message).into());
    }
    Ok(row)
}

/// Days for which a file that became no document is kept.
const KEPT_DAYS: i64 = 7;
/// Age before which no file is swept: it may be that of somebody who is writing it.
const YOUNG: Duration = Duration::from_hours(24);

/// Takes away files on disk that no document needs: those of documents that were taken away, and of writes that were cut
/// off.
///
/// # Errors
/// The database or the disk does not answer.
pub async fn sweep_files(app: &App) -> Result<usize, CommandError> {
    let since =
        app.auth.clock.now().timestamp_micros().saturating_sub(KEPT_DAYS.saturating_mul(86_400_000_000));
    let old = app.files.older_than(YOUNG).await?;
    let unneeded = app.store.unneeded(&old, since).await?;
    if unneeded.is_empty() {
        return Ok(0);
    }
    // Asked again where nothing can be kept meanwhile: the same bytes may just be coming once more.
    let tx = app.store.begin().await?;
    let unneeded = tx.unneeded_now(&unneeded, since).await?;
    for name in &unneeded {
        app.files.remove(name, YOUNG).await?;
    }
    tx.commit().await?;
    Ok(unneeded.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_last_part_of_a_path() {
        let name = |given: &str| file_name(given).map(|name| name.to_string());
        for (given, kept) in [
            ("paper.pdf", "paper.pdf"),
            ("../../etc/paper.pdf", "paper.pdf"),
            ("C:\\Users\\ana\\Ниш 2026.pdf", "Ниш 2026.pdf"),
            ("a/b\\c\u{0}\u{7}\n.csv", "c.csv"),
        ] {
            assert_eq!(name(given).as_deref(), Ok(kept), "{given:?}");
        }
        for none in ["", "/", "a/..", "a\\.", "x/ \u{1}"] {
            assert_eq!(name(none), Err(TextError::Empty), "{none:?}");
        }
    }
}
