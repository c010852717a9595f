//! What the clock does to introductions: it reminds who has to answer, lets interest expire and silence lapse. One node
//! at a time does it, under a lease; what is due stands in a column, so that a round looks at nothing else.

use domain::{
    id::Id,
    introduction::{Introduction, IntroductionParty, Nudge, Side},
};

use super::{advance::by_platform, letters, surroundings, timers_of};
use crate::{app::App, auth::Actor, command::CommandError};

/// Introductions that one round looks at.
const ROUND: u64 = 500;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Reminders.
    pub reminded: u32,
    /// Introductions that expired or lapsed.
    pub moved: u32,
}

/// One round: what is due, each in a write of its own.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App) -> Result<Round, CommandError> {
    let command = app.look(&Actor::System, "introductionTimers").await?;
    let due = command.tx.introductions_due(command.tx.now_micros(), ROUND).await?;
    command.tx.rollback().await?;
    let mut done = Round::default();
    for id in due {
        match Box::pin(one(app, id)).await {
            Ok(Some(true)) => done.moved = done.moved.saturating_add(1),
            Ok(Some(false)) => done.reminded = done.reminded.saturating_add(1),
            Ok(None) => {}
            Err(error) => tracing::warn!(error = ?error, "an introduction cannot be moved"),
        }
    }
    Ok(done)
}

/// Does what is due to one introduction. Answers whether it moved; none where nothing was due any more.
async fn one(app: &App, id: Id<Introduction>) -> Result<Option<bool>, CommandError> {
    let command = app.begin(&Actor::System, "introductionTimers", None).await?;
    let Some(stored) = command.tx.lock(id).await? else { return Ok(None) };
    if let Some((nudge, next)) = stored.value.nudge(&timers_of(), command.now) {
        let changed = command.tx.change(&stored, next).await?;
        let url = &app.auth.public_url;
        match nudge {
            Nudge::Answer => {
                let to = changed.value.organisation(changed.value.recipient());
                command.tell(to, letters::unanswered(url)).await?;
            }
            Nudge::Silence => {
                for side in [Side::Investor, Side::Owner] {
                    command.tell(changed.value.organisation(side), letters::silent(url)).await?;
                }
            }
        }
        command.tx.commit().await?;
        return Ok(Some(false));
    }
    let Some(transition) = stored.value.timer() else { return Ok(None) };
    let around = surroundings(&command, Some(id), &stored.value).await?;
    let moved = by_platform(&command, &stored, transition, IntroductionParty::System, &around).await?;
    if !moved {
        return Ok(None);
    }
    command.tx.commit().await?;
    Ok(Some(true))
}
