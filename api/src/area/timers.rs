//! What the clock does to demonstration areas: the evaluation begins with the target date, and an area that operates for
//! a year without a pair is flagged.

use domain::{
    demonstration_area::{AreaActor, DemonstrationArea},
    id::Id,
};

use super::act::apply;
use crate::{app::App, auth::Actor, command::CommandError};

/// Areas that one round looks at.
const ROUND: u64 = 500;

/// One round: what is due, each in a write of its own. Answers how many changes there were.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App) -> Result<u32, CommandError> {
    let command = app.look(&Actor::System, "areaTimers").await?;
    let due = command.tx.areas_due(command.tx.now_micros(), ROUND).await?;
    command.tx.rollback().await?;
    let mut moved = 0_u32;
    for id in due {
        match Box::pin(one(app, id)).await {
            Ok(done) => moved = moved.saturating_add(u32::from(done)),
            Err(error) => tracing::warn!(error = ?error, "a demonstration area cannot be moved"),
        }
    }
    Ok(moved)
}

async fn one(app: &App, id: Id<DemonstrationArea>) -> Result<bool, CommandError> {
    let command = app.begin(&Actor::System, "areaTimers", None).await?;
    let Some(stored) = command.tx.lock(id).await? else { return Ok(false) };
    let Some(asked) = stored.value.due(command.now) else { return Ok(false) };
    apply(&command, stored, asked, &AreaActor::system()).await?;
    command.tx.commit().await?;
    Ok(true)
}
