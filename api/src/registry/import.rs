//! Imports of an organisation's own records: asked for by a person, done by the platform row by row through the same
//! commands as everybody's, with the power that the person has at each lot of rows.
//!
//! Invariant: a lot of rows and the note that it is done are one transaction; an import that was interrupted goes on
//! after the last such note, and no row is done twice.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use domain::{
    Vocabulary,
    account::OrgRole,
    document::UploadPurpose,
    id::Id,
    import_job::{
        ImportJob, ImportJobFacts, ImportMode, ImportState, ImportTransition, ImportedKind, Progress,
        WrongCell,
    },
    mandate::Mandate,
    organisation::Organisation,
    policy::Action,
    project::Project,
    value::SingleLine,
};
use uuid::Uuid;

use super::{mandate, project, upload};
use crate::{
    app::App,
    auth::{Actor, PersonActor},
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    import::{OwnRow, OwnTable},
    store::{Step, StoreError, Stored, account::PersonState},
};

/// Rows of a file; more than an organisation may have records are of no use.
pub const MAX_ROWS: u64 = 2_000;
/// Rows of one transaction, where good rows are kept.
const LOT: usize = 50;
/// Imports of an organisation that may wait at once.
const MAX_WAITING: u64 = 5;
/// Between two looks for work, where nobody rang.
const EVERY: Duration = Duration::from_secs(2);
/// Microseconds for which a lot may hold the lease.
const LEASE: i64 = 60_000_000;
/// Times that a lot is tried where writes meet.
const TRIES: u32 = 5;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// The file.
    pub upload: Uuid,
    /// What it holds.
    pub kind: ImportedKind,
    /// What becomes of a file with wrong rows.
    pub mode: ImportMode,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// Asks for an import of a file that was handed in, for the organisation for which the actor acts.
///
/// # Errors
/// The actor may not, the file is not there or is no such table, or too many imports wait.
pub async fn start(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    wanted: Wanted,
) -> Result<Id<ImportJob>, CommandError> {
    // The header is read before anything waits, so that a wrong column is said at once.
    let table = table_of(app, actor, wanted).await?;
    let rows = table.len();
    if rows > MAX_ROWS {
        let message = format!("the file has {rows} rows, and at most {MAX_ROWS} are taken: split it");
        return Err(Refusal::validation("uploadId", message).into());
    }
    let id = app
        .command(actor, meta, move |command| {
            Box::pin(async move {
                let owner = command.authorise_new::<ImportJob>().await?;
                let person = command.actor.person_id().ok_or(CommandError::Unauthenticated)?;
                command.tx.lock::<Organisation>(owner).await?.ok_or(CommandError::Failed)?;
                let file = upload::of(command.tx.lock_upload(wanted.upload).await?, owner, "uploadId")?;
                if command.tx.open_imports(owner).await? >= MAX_WAITING {
                    let message = format!("at most {MAX_WAITING} imports wait at once: let them end");
                    return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
                }
                let facts = ImportJobFacts {
                    upload: file.id,
                    file_name: SingleLine::new(&file.file_name).map_err(|_| CommandError::Failed)?,
                    person,
                    kind: wanted.kind,
                    mode: wanted.mode,
                    dry_run: wanted.dry_run,
                    state: ImportState::Queued,
                    progress: Progress { rows, ..Progress::default() },
                    fault: None,
                };
                let stored = command.tx.create(Some(owner), None, ImportJob::try_from(facts)?).await?;
                note(command, &stored, None, "CREATE").await?;
                command.audit(&stored, serde_json::json!({}));
                Ok(stored.id)
            })
        })
        .await?;
    app.imports.notify_one();
    Ok(id)
}

async fn table_of(app: &App, actor: &Actor, wanted: Wanted) -> Result<OwnTable, CommandError> {
    let owner = actor.acting().ok_or_else(|| {
        CommandError::from(Refusal::not_permitted(
            "say for which organisation you act, in the header Caravanserai-Organisation",
        ))
    })?;
    // Asked again in the transaction; here so that nobody learns of a file who may not import.
    if !matches!(actor.role_in(owner), Some(OrgRole::Owner | OrgRole::Editor)) {
        return Err(Refusal::not_permitted("this is for others to do").into());
    }
    let file = upload::of(app.store.upload(wanted.upload).await?, owner, "uploadId")?;
    if file.purpose != UploadPurpose::Import.code() {
        let message = "this file was handed in as a document: hand it in for an IMPORT";
        return Err(Refusal::new(UserErrorCode::GateFailed, "uploadId", message).into());
    }
    read_table(app, file.id, file.file_name, wanted.kind)
        .await?
        .map_err(|error| Refusal::validation("uploadId", error).into())
}

/// The file as a table; the inner error is the file's.
async fn read_table(
    app: &App,
    upload: Uuid,
    name: String,
    kind: ImportedKind,
) -> Result<Result<OwnTable, String>, CommandError> {
    let Some(bytes) = app.store.upload_body(upload).await? else {
        return Ok(Err("the file is kept for a week and is gone: hand it in again".to_owned()));
    };
    Ok(app.compute(move |_| Ok(OwnTable::read(&name, &bytes, kind))).await?)
}

/// Stops an import that is not over; rows that are done stay.
///
/// # Errors
/// There is none such for the actor, it was changed meanwhile, or it is over.
pub async fn cancel(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    id: Id<ImportJob>,
) -> Result<Id<ImportJob>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            // No version is asked for: it rises with every lot of rows.
            let stored = command.find("importJobId", id).await?;
            command.authorise("importJobId", Action::Delete, &stored).await?;
            let stored = advance(command, &stored, ImportTransition::Cancel, |_| {}).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Moves an import along its machine. The one place where its state changes.
async fn advance(
    command: &CommandTx,
    stored: &Stored<ImportJob>,
    transition: ImportTransition,
    change: impl FnOnce(&mut ImportJobFacts),
) -> Result<Stored<ImportJob>, CommandError> {
    let from = stored.value.state;
    let Some(to) = from.after(transition) else {
        let message = format!("an import in the state {from} has no transition {transition}");
        return Err(Refusal::new(UserErrorCode::InvalidTransition, "importJobId", message).into());
    };
    let mut facts = ImportJobFacts::from(stored.value.clone());
    facts.state = to;
    change(&mut facts);
    let stored = command.tx.change(stored, ImportJob::try_from(facts)?).await?;
    note(command, &stored, Some(from), transition.code()).await?;
    Ok(stored)
}

async fn note(
    command: &CommandTx,
    stored: &Stored<ImportJob>,
    from: Option<ImportState>,
    transition: &str,
) -> Result<(), StoreError> {
    let step = Step {
        from: from.map(|state| state.code().to_owned()),
        to: stored.value.state.code().to_owned(),
        transition: transition.to_owned(),
        person: command.actor.person_id().map(Id::uuid),
        organisation: stored.owner.map(Id::uuid),
        reasons: Vec::new(),
    };
    command.tx.add_step(stored.id, step).await
}

/// Does imports until the process ends. One node at a time, under a lease.
pub async fn run(app: App) {
    let holder = Uuid::now_v7().to_string();
    loop {
        if let Err(error) = round(&app, &holder).await {
            tracing::warn!(error = ?error, "an import could not go on; it is tried again");
        }
        let _ = tokio::time::timeout(EVERY, app.imports.notified()).await;
    }
}

/// Does all that waits.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App, holder: &str) -> Result<(), CommandError> {
    while let Some(id) = app.store.first_open_import().await? {
        if !hold(app, holder).await? {
            return Ok(());
        }
        one(app, holder, id).await?;
    }
    Ok(())
}

async fn hold(app: &App, holder: &str) -> Result<bool, StoreError> {
    let now = app.auth.clock.now().timestamp_micros();
    app.store.take_lease("imports", holder, now, LEASE).await
}

/// The person who asked, with the power that it has now, for its organisation alone.
async fn actor_of(app: &App, job: &Stored<ImportJob>) -> Result<Option<Actor>, StoreError> {
    let (id, owner) = (job.value.person, job.owner);
    let (person, memberships) = tokio::try_join!(app.store.person(id), app.store.memberships(id))?;
    let is_active = person.is_some_and(|person| person.state == PersonState::Active);
    let membership = memberships.iter().find(|membership| Some(membership.organisation) == owner);
    Ok(membership.filter(|_| is_active).map(|membership| {
        Actor::Person(Arc::new(PersonActor {
            introduced: Vec::new(),
            person: id,
            session: None,
            confirmed: true,
            platform: BTreeSet::new(),
            memberships: vec![(membership.organisation, membership.role)],
            acting: Some(membership.organisation),
            scopes: None,
        }))
    }))
}

/// Does an import to its end, or until another node has the lease.
async fn one(app: &App, holder: &str, id: Id<ImportJob>) -> Result<(), CommandError> {
    let Some(job) = app.store.find(&[id]).await?.remove(&id) else { return Ok(()) };
    let (name, kind) = (job.value.file_name.to_string(), job.value.kind);
    let table = match read_table(app, job.value.upload, name, kind).await? {
        Ok(table) => Arc::new(table),
        Err(fault) => return give_up(app, id, fault).await,
    };
    loop {
        let Some(job) = app.store.find(&[id]).await?.remove(&id) else { return Ok(()) };
        if job.value.state.is_over() || !hold(app, holder).await? {
            return Ok(());
        }
        let Some(actor) = actor_of(app, &job).await? else {
            return give_up(app, id, "whoever asked for it is no member any more".to_owned()).await;
        };
        let mut tries = TRIES;
        loop {
            tries = tries.saturating_sub(1);
            match Box::pin(lot(app, &actor, id, &table)).await {
                Ok(()) => break,
                Err(CommandError::Store(error)) if error.is_retryable() && tries > 0 => {}
                Err(CommandError::Refused(refusals)) => {
                    let said: Vec<String> = refusals.into_iter().map(|refusal| refusal.message).collect();
                    return give_up(app, id, said.join("; ")).await;
                }
                Err(CommandError::Failed) => {
                    return give_up(app, id, "the server failed; its log says why".to_owned()).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

async fn give_up(app: &App, id: Id<ImportJob>, fault: String) -> Result<(), CommandError> {
    let command = app.begin(&Actor::System, "import", None).await?;
    if let Some(stored) = command.tx.lock(id).await?.filter(|stored| !stored.value.state.is_over()) {
        let stored =
            advance(&command, &stored, ImportTransition::Fail, |facts| facts.fault = Some(fault)).await?;
        command.audit(&stored, serde_json::json!({}));
        command.tx.commit().await?;
    }
    Ok(())
}

/// One lot of rows and the note of it.
async fn lot(app: &App, actor: &Actor, id: Id<ImportJob>, table: &OwnTable) -> Result<(), CommandError> {
    let command = app.begin(actor, "import", None).await?;
    let Some(stored) = command.tx.lock(id).await? else { return Ok(()) };
    if stored.value.state.is_over() {
        return Ok(());
    }
    let stored = match stored.value.state {
        ImportState::Queued => advance(&command, &stored, ImportTransition::Begin, |_| {}).await?,
        _ => stored,
    };
    let owner = stored.owner.ok_or(CommandError::Failed)?;
    let mut facts = ImportJobFacts::from(stored.value.clone());
    let is_whole = facts.dry_run || facts.mode == ImportMode::Whole;
    let begin = usize::try_from(facts.progress.done).unwrap_or(usize::MAX);
    let length = if is_whole { usize::MAX } else { LOT };
    for row in table.rows(begin, length, command.now.date_naive()) {
        apply(&command, owner, row, &mut facts.progress).await?;
        facts.progress.done = facts.progress.done.saturating_add(1);
    }
    let is_refused = facts.mode == ImportMode::Whole && facts.progress.wrong_count > 0;
    if facts.dry_run || is_refused {
        command.tx.rollback().await?;
        return report(app, id, facts.progress, is_refused && !facts.dry_run).await;
    }
    if facts.progress.done >= facts.progress.rows {
        let progress = facts.progress;
        let stored =
            advance(&command, &stored, ImportTransition::Finish, |facts| facts.progress = progress).await?;
        command.audit(&stored, serde_json::json!({}));
    } else {
        command.tx.change(&stored, ImportJob::try_from(facts)?).await?;
    }
    command.tx.commit().await?;
    Ok(())
}

/// The report of an import of which nothing was written: what a dry run found, or that all was refused.
async fn report(
    app: &App,
    id: Id<ImportJob>,
    mut progress: Progress,
    is_refused: bool,
) -> Result<(), CommandError> {
    if is_refused {
        (progress.created, progress.changed, progress.unchanged) = (0, 0, 0);
    }
    let command = app.begin(&Actor::System, "import", None).await?;
    let Some(stored) = command.tx.lock(id).await?.filter(|stored| !stored.value.state.is_over()) else {
        return Ok(());
    };
    let stored = match stored.value.state {
        ImportState::Queued => advance(&command, &stored, ImportTransition::Begin, |_| {}).await?,
        _ => stored,
    };
    let stored =
        advance(&command, &stored, ImportTransition::Finish, |facts| facts.progress = progress).await?;
    command.audit(&stored, serde_json::json!({}));
    command.tx.commit().await?;
    Ok(())
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A new record.
    Created,
    /// A changed one.
    Changed,
    /// The same as before.
    Unchanged,
}

/// The key under which a record of an organisation's own file is stored: the same key of another is another one.
fn own_key(owner: Id<Organisation>, key: &str) -> String {
    format!("own:{}:{key}", owner.uuid())
}

async fn apply(
    command: &CommandTx,
    owner: Id<Organisation>,
    row: (u64, Result<OwnRow, Vec<WrongCell>>),
    progress: &mut Progress,
) -> Result<(), CommandError> {
    let (number, row) = row;
    let outcome = match row {
        Err(cells) => {
            for cell in cells {
                progress.note(cell);
            }
            return Ok(());
        }
        Ok(OwnRow::Project(key, content)) => {
            let known = known::<Project>(command, &own_key(owner, &key)).await?;
            project::import(command, owner, own_key(owner, &key), known, *content).await
        }
        Ok(OwnRow::Mandate(key, content)) => {
            let known = known::<Mandate>(command, &own_key(owner, &key)).await?;
            mandate::import(command, owner, own_key(owner, &key), known, *content).await
        }
    };
    match outcome {
        Ok(Outcome::Created) => progress.created = progress.created.saturating_add(1),
        Ok(Outcome::Changed) => progress.changed = progress.changed.saturating_add(1),
        Ok(Outcome::Unchanged) => progress.unchanged = progress.unchanged.saturating_add(1),
        // A row is refused before it writes anything.
        Err(CommandError::Refused(refusals)) => {
            for refusal in refusals {
                let column = if refusal.path.is_empty() { "row".to_owned() } else { refusal.path.join(".") };
                progress.note(WrongCell { row: number, column, message: refusal.message });
            }
        }
        Err(error) => return Err(error),
    }
    Ok(())
}

async fn known<T: crate::store::Aggregate>(
    command: &CommandTx,
    key: &str,
) -> Result<Option<Stored<T>>, StoreError> {
    Ok(command.tx.find_by_keys::<T>(&[key]).await?.remove(key))
}
