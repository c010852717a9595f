//! An investor's mandates: what it looks for, in versions.

use domain::{id::Id, mandate::Mandate, organisation::Organisation, policy::Action};

use super::{
    import::Outcome,
    record::{self, On},
};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    introduction,
    store::{Stored, Subject},
};

/// Mandates that an organisation may have at once.
const MAX_MANDATES: u64 = 50;

/// Makes a mandate of the organisation for which the actor acts.
///
/// # Errors
/// The actor may not, the organisation is no investor, is held by the screening or has too many, or a term is wrong.
pub async fn create(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    mandate: Mandate,
) -> Result<Id<Mandate>, CommandError> {
    app.command(actor, meta, move |command| {
        let mandate = mandate.clone();
        Box::pin(async move {
            let owner = command.authorise_new::<Mandate>().await?;
            let stored = begin(command, owner, None, mandate).await?;
            Ok(stored.id)
        })
    })
    .await
}

/// Makes a mandate. Nothing is written where it is refused.
async fn begin(
    command: &CommandTx,
    owner: Id<Organisation>,
    key: Option<String>,
    mandate: Mandate,
) -> Result<Stored<Mandate>, CommandError> {
    // Locked, so that two mandates at once do not pass the bound together.
    let organisation = command.tx.lock::<Organisation>(owner).await?.ok_or(CommandError::Failed)?;
    if !organisation.value.is_investor() {
        let message = "mandates are an investor's: register one, or name the kind of investor";
        return Err(Refusal::new(UserErrorCode::GateFailed, "", message).into());
    }
    if organisation.value.screening.is_frozen() {
        let message = "the organisation is held by the screening: appeal first";
        return Err(Refusal::new(UserErrorCode::ScreeningHold, "", message).into());
    }
    if command.tx.count_owned::<Mandate>(owner, None).await? >= MAX_MANDATES {
        let message = format!("an organisation has at most {MAX_MANDATES} mandates: remove one");
        return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
    }
    known_regions(command, &mandate)?;
    let stored = command.tx.create(Some(owner), key, mandate).await?;
    command.audit(&stored, serde_json::json!({}));
    Ok(stored)
}

/// Takes a row of the organisation's own file: a new mandate, or a change as if its people had made it by hand.
///
/// # Errors
/// The actor may not, the organisation is no investor or has too many, or a term is wrong.
pub(super) async fn import(
    command: &CommandTx,
    owner: Id<Organisation>,
    key: String,
    known: Option<Stored<Mandate>>,
    mandate: Mandate,
) -> Result<Outcome, CommandError> {
    let Some(stored) = known else {
        command.authorise_new::<Mandate>().await?;
        begin(command, owner, Some(key), mandate).await?;
        return Ok(Outcome::Created);
    };
    if stored.value == mandate {
        return Ok(Outcome::Unchanged);
    }
    command.authorise("key", Action::Edit, &stored).await?;
    known_regions(command, &mandate)?;
    let stored = command.tx.change(&stored, mandate).await?;
    command.audit(&stored, serde_json::json!({}));
    Ok(Outcome::Changed)
}

/// Changes a mandate; the version before it is kept. What its own people write is stated, and no more inferred.
///
/// # Errors
/// There is no such mandate for the actor, it was changed meanwhile, or a term is wrong.
pub async fn update(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<Mandate>,
    mandate: Mandate,
) -> Result<Id<Mandate>, CommandError> {
    record::change(app, actor, meta, on, move |command, _| {
        known_regions(command, &mandate)?;
        Ok(mandate.clone())
    })
    .await
}

/// Takes a mandate away, and closes its open introductions with notice.
///
/// # Errors
/// There is no such mandate for the actor, or it was changed meanwhile.
pub async fn remove(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<Mandate>,
) -> Result<Id<Mandate>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Delete, &stored).await?;
            command.tx.remove(&stored).await?;
            introduction::subject_over(command, Subject::Mandate(stored.id)).await?;
            command.audit(&stored, serde_json::json!({"mandate": stored.value}));
            Ok(stored.id)
        })
    })
    .await
}

/// Regions are names of a list that the program carries.
fn known_regions(command: &CommandTx, mandate: &Mandate) -> Result<(), CommandError> {
    let snapshot = command.app.ranking.snapshot();
    match snapshot.catalog.world.unknown_region(&mandate.places.regions) {
        Some((place, message)) => {
            Err(Refusal::validation(&format!("mandate.regions.{place}"), message).into())
        }
        None => Ok(()),
    }
}
