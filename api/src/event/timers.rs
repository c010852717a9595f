//! What the clock does to events: requests close, events begin and end, and meetings are held when their time comes.

use domain::{
    exchange_event::{EventActor, ExchangeEvent},
    id::Id,
    meeting::{Meeting, MeetingActor, MeetingAround, MeetingCommand},
};

use super::{
    act::change,
    hall::Hall,
    meeting::{Tell, apply},
};
use crate::{app::App, auth::Actor, command::CommandError};

/// Events, and meetings, that one round looks at.
const ROUND: u64 = 500;

/// What a round did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Events that moved.
    pub events: u32,
    /// Meetings whose time came.
    pub meetings: u32,
}

/// One round: what is due, each in a write of its own.
///
/// # Errors
/// The database does not answer.
pub async fn round(app: &App) -> Result<Round, CommandError> {
    let command = app.look(&Actor::System, "eventTimers").await?;
    let events = command.tx.exchange_events_due(command.tx.now_micros(), ROUND).await?;
    let meetings = command.tx.meetings_due(command.tx.now_micros(), ROUND).await?;
    command.tx.rollback().await?;
    let mut done = Round::default();
    for id in meetings {
        match Box::pin(hold(app, id)).await {
            Ok(moved) => done.meetings = done.meetings.saturating_add(u32::from(moved)),
            Err(error) => tracing::warn!(error = ?error, "a meeting cannot be moved"),
        }
    }
    for id in events {
        match Box::pin(one(app, id)).await {
            Ok(moved) => done.events = done.events.saturating_add(u32::from(moved)),
            Err(error) => tracing::warn!(error = ?error, "an exchange event cannot be moved"),
        }
    }
    Ok(done)
}

async fn one(app: &App, id: Id<ExchangeEvent>) -> Result<bool, CommandError> {
    let command = app.begin(&Actor::System, "eventTimers", None).await?;
    let Some(stored) = command.tx.lock(id).await? else { return Ok(false) };
    let Some(asked) = stored.value.due(command.now) else { return Ok(false) };
    let hall = Hall::load(&command, stored).await?;
    change(&command, hall, asked, &EventActor::system()).await?;
    command.tx.commit().await?;
    Ok(true)
}

async fn hold(app: &App, id: Id<Meeting>) -> Result<bool, CommandError> {
    let command = app.begin(&Actor::System, "eventTimers", None).await?;
    let Some(event) = command.tx.get(id).await?.map(|it| it.value.event) else { return Ok(false) };
    let Some(event) = command.tx.lock(event).await? else { return Ok(false) };
    let Some(stored) = command.tx.lock(id).await? else { return Ok(false) };
    if stored.value.wakes().is_none_or(|at| at > command.now) {
        return Ok(false);
    }
    let mut hall = Hall::new(event, Vec::new(), Vec::new());
    let asked = (MeetingCommand::Hold, MeetingAround::default());
    apply(&command, &mut hall, stored, asked, &MeetingActor::system(), Tell::Nobody).await?;
    command.tx.commit().await?;
    Ok(true)
}
