//! How an exchange event begins: an organisation of a sufficient level of proof drafts it.

use domain::{
    Vocabulary,
    exchange_event::{EventPlan, ExchangeEvent},
    id::Id,
    organisation::Organisation,
    vocabulary::VerificationLevel,
};

use super::gate;
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::Step,
};

/// Events that an organisation keeps on record.
const MAX_EVENTS: u64 = 200;

/// Drafts an event.
///
/// # Errors
/// The actor may not, its organisation has no level V2, the plan does not hold together, or there are too many.
pub async fn draft(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    plan: EventPlan,
) -> Result<Id<ExchangeEvent>, CommandError> {
    app.command(actor, meta, move |command| {
        let plan = plan.clone();
        Box::pin(async move {
            let organiser = command.authorise_new::<ExchangeEvent>().await?;
            let organisation =
                command.tx.get::<Organisation>(organiser).await?.ok_or(CommandError::Failed)?;
            if organisation.value.verification < VerificationLevel::V2 {
                let message = "an event is organised from level V2 on: have your organisation verified first";
                return Err(gate("", "LEVEL_V2", message));
            }
            check(command, "plan", &plan).await?;
            if command.tx.count_owned::<ExchangeEvent>(organiser, None).await? >= MAX_EVENTS {
                let message = "an organisation keeps at most 200 events on record";
                return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
            }
            let event = ExchangeEvent::draft(organiser, plan, command.now);
            let stored = command.tx.create(Some(organiser), None, event).await?;
            let step = Step {
                from: None,
                to: stored.value.state.code().to_owned(),
                transition: "DRAFT".to_owned(),
                person: command.actor.person_id().map(Id::uuid),
                organisation: Some(organiser.uuid()),
                reasons: Vec::new(),
            };
            command.tx.add_step(stored.id, step).await?;
            command.audit(&stored, serde_json::json!({}));
            Ok(stored.id)
        })
    })
    .await
}

/// What the plan itself cannot know: its city is one that there is.
///
/// # Errors
/// There is no such city, or the database does not answer.
pub(super) async fn check(command: &CommandTx, path: &str, plan: &EventPlan) -> Result<(), CommandError> {
    if let Some(city) = plan.city {
        command.find(&format!("{path}.cityId"), city).await?;
    }
    Ok(())
}
