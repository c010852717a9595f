//! The one place where an introduction's state changes.

use domain::{
    id::Id,
    introduction::{
        Advance, Asker, AvailableIntroductionTransition, Introduction, IntroductionGuard, IntroductionParty,
        IntroductionState, IntroductionTransition, Move, Surroundings,
    },
    policy::Action,
};

use super::{asker, effect, is_of_the_platform, letters, step, surroundings, timers_of};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal},
    registry::record::On,
    store::Stored,
};

/// A transition that a client asks for.
///
/// # Errors
/// There is no such introduction for the actor, it was changed meanwhile, or it is refused.
pub async fn advance(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<Introduction>,
    transition: IntroductionTransition,
    request: Move,
) -> Result<Id<Introduction>, CommandError> {
    app.command(actor, meta, move |command| {
        let request = request.clone();
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Move, &stored).await?;
            let asker = asker(command, &stored.value).await?;
            if is_of_the_platform(transition) {
                return Err(Refusal::not_permitted("this is for the platform to do").into());
            }
            effect::check_papers(command, &stored, &asker, &request).await?;
            if transition == IntroductionTransition::ConfirmClose {
                // Of two that close at once the second one sees what the first has left of the gap.
                command.tx.lock(stored.value.project).await?;
            }
            let around = surroundings(command, Some(stored.id), &stored.value).await?;
            apply(command, &stored, transition, &asker, &request, &around).await?;
            Ok(stored.id)
        })
    })
    .await
}

/// Asks the machine and writes what came of it. Answers it as stored, and whether its state changed.
///
/// # Errors
/// It is refused, or the database does not answer.
pub(super) async fn apply(
    command: &CommandTx,
    stored: &Stored<Introduction>,
    transition: IntroductionTransition,
    asker: &Asker,
    request: &Move,
    around: &Surroundings,
) -> Result<(Stored<Introduction>, bool), CommandError> {
    let from = stored.value.state;
    let url = &command.app.auth.public_url;
    match stored.value.advance(transition, asker, request, around, &timers_of(), command.now)? {
        Advance::Moved(next) => {
            let changed = match command.tx.change(stored, next).await {
                // Another introduction of the pair began at the same moment.
                Err(error) if error.is_taken("live_key") => {
                    return Err(Refusal::new(
                        crate::command::UserErrorCode::Duplicate,
                        "",
                        "an introduction of this investor to this project is under way",
                    )
                    .into());
                }
                done => done?,
            };
            step(command, &changed, Some(from), domain::Vocabulary::code(transition)).await?;
            effect::after(command, &changed, transition, asker).await?;
            let detail = serde_json::json!({
                "from": from, "to": changed.value.state, "transition": transition,
            });
            command.audit(&changed, detail);
            Ok((changed, true))
        }
        Advance::Said(next) => {
            let changed = command.tx.change(stored, next).await?;
            if let Some(side) = asker.side {
                let other = changed.value.organisation(side.other());
                command.tell(other, letters::said(transition, url)).await?;
            }
            command.audit(&changed, serde_json::json!({"said": transition, "state": from}));
            Ok((changed, false))
        }
    }
}

/// What the platform does by itself: a timer, the end of a listing, a hold. Answers whether it was done; what does not
/// hold yet is no error.
///
/// # Errors
/// The database does not answer.
pub(super) async fn by_platform(
    command: &CommandTx,
    stored: &Stored<Introduction>,
    transition: IntroductionTransition,
    party: IntroductionParty,
    around: &Surroundings,
) -> Result<bool, CommandError> {
    let asker = Asker { person: None, side: None, parties: vec![party] };
    match apply(command, stored, transition, &asker, &Move::default(), around).await {
        Ok((_, moved)) => Ok(moved),
        Err(CommandError::Refused(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What the actor may do now, each with what still has to hold.
///
/// # Errors
/// The database does not answer.
pub async fn available(
    app: &App,
    actor: &Actor,
    stored: &Stored<Introduction>,
) -> Result<Vec<AvailableIntroductionTransition>, CommandError> {
    let command = app.look(actor, "availableTransitions").await?;
    let Ok(asker) = asker(&command, &stored.value).await else { return Ok(Vec::new()) };
    let around = surroundings(&command, Some(stored.id), &stored.value).await?;
    command.tx.rollback().await?;
    let mut found = stored.value.available(&asker, &around, &timers_of(), command_now(app));
    // That the other side is screened, or has blocked somebody, is not told: what is held up by it is not offered.
    found.retain(|one| {
        let is_quiet = |guard: &IntroductionGuard| {
            matches!(guard, IntroductionGuard::ScreeningClear | IntroductionGuard::NotBlocked)
        };
        asker.side.is_none() || !one.requires.iter().any(is_quiet)
    });
    Ok(found)
}

fn command_now(app: &App) -> chrono::DateTime<chrono::Utc> {
    app.auth.clock.now()
}

/// Whether a state is one that a pair is held in, so that neither side sees more than that.
pub const fn is_held(state: IntroductionState) -> bool {
    matches!(state, IntroductionState::Held | IntroductionState::Refused)
}
