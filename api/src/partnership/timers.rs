//! What the clock does to partnerships: proposals that nobody answers expire, reviews fall due, silence is warned of
//! and leads to dormancy, fixed terms end.

use domain::{
    id::Id,
    partnership::{Actor, Partnership},
};

use super::{act::apply, timers_of};
use crate::{app::App, auth::Actor as Asker, command::CommandError};

/// Partnerships that one round looks at.
const ROUND: u64 = 500;

/// One round: what is due, each in a write of its own. Answers how many changes there were.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App) -> Result<u32, CommandError> {
    let command = app.look(&Asker::System, "partnershipTimers").await?;
    let due = command.tx.partnerships_due(command.tx.now_micros(), ROUND).await?;
    command.tx.rollback().await?;
    let mut moved = 0_u32;
    for id in due {
        // One can follow another, such as a review and its report; each is a write of its own.
        for _ in 0..8 {
            match Box::pin(one(app, id)).await {
                Ok(true) => moved = moved.saturating_add(1),
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(error = ?error, "a partnership cannot be moved");
                    break;
                }
            }
        }
    }
    Ok(moved)
}

async fn one(app: &App, id: Id<Partnership>) -> Result<bool, CommandError> {
    let command = app.begin(&Asker::System, "partnershipTimers", None).await?;
    let Some(stored) = command.tx.lock(id).await? else { return Ok(false) };
    let Some(asked) = stored.value.due(command.now, &timers_of()) else { return Ok(false) };
    apply(&command, stored, asked, &Actor::system()).await?;
    command.tx.commit().await?;
    Ok(true)
}
