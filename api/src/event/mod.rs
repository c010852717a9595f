//! Exchange events as commands (article 7, row 7.5; journey F): an organiser plans, organisations register under quotas,
//! ask each other for meetings, get a schedule, meet, and say what came of it.
//!
//! Reading order: [`draft`] and [`mod@act`] (the event), [`register`] (who takes part), [`request`] and [`meeting`] (the
//! meetings), [`hall`] (who is where), [`fit`] (how well two fit), [`schedule`] (the computed one), [`timers`], [`report`]
//! and [`calendar`].
//!
//! Every command on an event or one of its meetings locks the event first, so that two never take the same place.

pub mod act;
pub mod calendar;
pub mod draft;
pub mod fit;
pub mod hall;
mod letters;
pub mod meeting;
pub mod register;
pub mod report;
pub mod request;
pub mod schedule;
pub mod timers;

use domain::{
    Vocabulary,
    exchange_event::{EventHappened, ExchangeEvent},
    id::Id,
    meeting::{Meeting, MeetingHappened},
};

use crate::{
    command::{CommandError, CommandTx, Refusal, UserErrorCode},
    store::{Step, Stored},
};

/// Writes a change of an event down: its history and the log of who did what.
async fn noted(
    command: &CommandTx,
    stored: &Stored<ExchangeEvent>,
    happened: &EventHappened,
) -> Result<(), CommandError> {
    let step = Step {
        from: Some(happened.from.code().to_owned()),
        to: happened.to.code().to_owned(),
        transition: happened.transition.code().to_owned(),
        person: happened.person.map(Id::uuid),
        organisation: command.actor.acting().map(Id::uuid),
        reasons: Vec::new(),
    };
    command.tx.add_step(stored.id, step).await?;
    let detail = serde_json::json!({
        "from": happened.from, "to": happened.to, "transition": happened.transition,
    });
    command.audit(stored, detail);
    Ok(())
}

/// Writes a change of a meeting down.
async fn noted_meeting(
    command: &CommandTx,
    stored: &Stored<Meeting>,
    happened: &MeetingHappened,
) -> Result<(), CommandError> {
    let reason = stored.value.declined.map(Vocabulary::code).or(stored.value.unplaced.map(Vocabulary::code));
    let step = Step {
        from: Some(happened.from.code().to_owned()),
        to: happened.to.code().to_owned(),
        transition: happened.transition.code().to_owned(),
        person: happened.person.map(Id::uuid),
        organisation: command.actor.acting().map(Id::uuid),
        reasons: reason.into_iter().map(str::to_owned).collect(),
    };
    command.tx.add_step(stored.id, step).await?;
    let detail = serde_json::json!({
        "from": happened.from, "to": happened.to, "transition": happened.transition,
    });
    command.audit(stored, detail);
    Ok(())
}

/// What has to hold for a command and does not, by its rule.
fn gate(path: &str, rule: &str, message: &str) -> CommandError {
    Refusal::new(UserErrorCode::GateFailed, path, message).by_rule(rule).into()
}
