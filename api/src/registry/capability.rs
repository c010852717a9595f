//! Needs and offers of enterprises.

use domain::{
    capability::{Capability, CapabilityFacts},
    id::Id,
    organisation::Organisation,
    provenance::Provenance,
};

use super::record::{self, On};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, Meta, Refusal, UserErrorCode},
};

/// Needs and offers that an organisation may have at once.
const MAX_CAPABILITIES: u64 = 200;

/// What its people write; the platform adds when they wrote it.
#[derive(Debug, Clone)]
pub struct Content(pub CapabilityFacts);

/// Makes a need or an offer of the organisation for which the actor acts.
///
/// # Errors
/// The actor may not, the organisation is held by the screening or has too many, or a part is wrong.
pub async fn create(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    content: Content,
) -> Result<Id<Capability>, CommandError> {
    app.command(actor, meta, move |command| {
        let Content(facts) = content.clone();
        Box::pin(async move {
            let owner = command.authorise_new::<Capability>().await?;
            // Locked, so that two at once do not pass the bound together.
            let organisation = command.tx.lock::<Organisation>(owner).await?.ok_or(CommandError::Failed)?;
            if organisation.value.screening.is_frozen() {
                let message = "the organisation is held by the screening: appeal first";
                return Err(Refusal::new(UserErrorCode::ScreeningHold, "", message).into());
            }
            if command.tx.count_owned::<Capability>(owner, None).await? >= MAX_CAPABILITIES {
                let message =
                    format!("an organisation has at most {MAX_CAPABILITIES} needs and offers: remove one");
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let facts = CapabilityFacts { confirmed_on: command.now.date_naive(), ..facts };
            let stored = command.tx.create(Some(owner), None, Capability::try_from(facts)?).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// Changes a need or an offer, and says that it holds today.
///
/// # Errors
/// There is none such for the actor, it was changed meanwhile, or a part is wrong.
pub async fn update(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<Capability>,
    content: Content,
) -> Result<Id<Capability>, CommandError> {
    record::change(app, actor, meta, on, move |command, stored| {
        let provenance: Provenance = stored.value.provenance.clone();
        let facts =
            CapabilityFacts { confirmed_on: command.now.date_naive(), provenance, ..content.0.clone() };
        Ok(Capability::try_from(facts)?)
    })
    .await
}

/// Takes a need or an offer away.
///
/// # Errors
/// There is none such for the actor, or it was changed meanwhile.
pub async fn remove(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<Capability>,
) -> Result<Id<Capability>, CommandError> {
    record::remove(app, actor, meta, on, |capability| serde_json::json!({"capability": capability})).await
}
