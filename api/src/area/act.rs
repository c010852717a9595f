//! The one place where a demonstration area changes, with what follows for the other area of a pair.

use chrono::NaiveDate;
use domain::{
    demonstration_area::{
        AreaActor, AreaCommand as C, AreaEffect as E, AreaEvent, AreaPlan, AvailableAreaTransition,
        DemonstrationArea, TaskStatus, settle_pair,
    },
    document::Document,
    id::Id,
    organisation::Organisation,
    policy::Action,
    value::Localized,
};
use futures::future::BoxFuture;

use super::{actor, step, tell};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    partnership::check_papers,
    registry::record::On,
    store::Stored,
};

/// What a client asks of a demonstration area.
#[derive(Debug, Clone)]
pub enum Act {
    /// Write the draft anew.
    Edit(AreaPlan),
    /// Name who evaluates.
    NameEvaluator(Id<Organisation>),
    /// Bring it before the authority.
    Propose,
    /// Approve it.
    Approve,
    /// Give it back.
    Return(Localized),
    /// Reject it.
    Reject(Localized),
    /// Link it with the area of another city.
    Link(Id<DemonstrationArea>),
    /// Unlink it.
    Unlink,
    /// Begin.
    Start,
    /// Say how far a task was met.
    ReportTask(u32, TaskStatus, Vec<Id<Document>>),
    /// Begin the evaluation.
    Evaluate,
    /// Publish the evaluation.
    Publish(Localized, Id<Document>),
    /// Go on until another date.
    Extend(NaiveDate),
    /// Carry it over to more than the area.
    Scale,
    /// Close it.
    Close(Localized),
    /// Suspend it.
    Suspend(Localized),
    /// Go on.
    Resume,
    /// Withdraw it.
    Withdraw,
}

/// Does what a client asks.
///
/// # Errors
/// There is no such area for the actor, it was changed meanwhile, or it is refused.
pub async fn act(
    app: &App,
    asker: &Actor,
    meta: &Meta,
    on: On<DemonstrationArea>,
    wanted: Act,
) -> Result<Id<DemonstrationArea>, CommandError> {
    app.command(asker, meta, move |command| {
        let wanted = wanted.clone();
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Move, &stored).await?;
            let actor = actor(command, &stored.value).await?;
            let wanted = completed(command, &stored, wanted).await?;
            apply(command, stored, wanted, &actor).await?;
            Ok(on.id)
        })
    })
    .await
}

async fn completed(
    command: &CommandTx,
    stored: &Stored<DemonstrationArea>,
    wanted: Act,
) -> Result<C, CommandError> {
    Ok(match wanted {
        Act::Edit(plan) => {
            command.find("act.edit.authorityId", plan.authority).await?;
            C::Edit(plan)
        }
        Act::NameEvaluator(id) => {
            command.find("act.nameEvaluator", id).await?;
            C::NameEvaluator(id)
        }
        Act::Propose => {
            let other = command.tx.has_other_area(stored.value.host.city, stored.id).await?;
            C::Propose { only_one: !other }
        }
        Act::Approve => C::Approve,
        Act::Return(why) => C::Return(Some(why)),
        Act::Reject(why) => C::Reject(Some(why)),
        Act::Link(other) => {
            let missing = || Refusal::not_found("act.linkMirror", "demonstration area");
            let mirror = command.tx.lock(other).await?.ok_or_else(missing)?;
            // Before its host has approved it, an area is nobody else's to find, unless it links here already.
            let is_seen = mirror.value.state.is_approved() || mirror.value.mirror == Some(stored.id);
            if !is_seen && other != stored.id {
                return Err(missing().into());
            }
            C::LinkMirror(mirror.value.as_mirror())
        }
        Act::Unlink => C::Unlink,
        Act::Start => C::Start,
        Act::ReportTask(number, status, evidence) => {
            check_papers(command, "act.reportTask.documentIds", &evidence).await?;
            C::ReportTask { number, status, evidence }
        }
        Act::Evaluate => C::Evaluate,
        Act::Publish(summary, document) => {
            check_papers(command, "act.publishEvaluation.documentId", &[document]).await?;
            C::PublishEvaluation { summary, document: Some(document) }
        }
        Act::Extend(date) => C::Extend(date),
        Act::Scale => C::Scale,
        Act::Close(why) => C::Close(Some(why)),
        Act::Suspend(why) => C::Suspend(Some(why)),
        Act::Resume => C::Resume,
        Act::Withdraw => C::Withdraw,
    })
}

/// Asks the machine, writes what came of it, and does what follows.
///
/// # Errors
/// It is refused, or the database does not answer.
pub(super) fn apply<'c>(
    command: &'c CommandTx,
    stored: Stored<DemonstrationArea>,
    wanted: C,
    actor: &'c AreaActor,
) -> BoxFuture<'c, Result<(), CommandError>> {
    Box::pin(async move {
        let mut next = stored.value.clone();
        let event = next.act(wanted, actor, command.now)?;
        let changed = write(command, &stored, next, &event).await?;
        for effect in &event.effects {
            match effect {
                E::TellHost => tell(command, changed.value.host.office, &event).await?,
                E::TellAuthority => tell(command, changed.value.plan.authority, &event).await?,
                E::TellMirror { area } => settle(command, changed.id, *area, &event).await?,
                E::UnlinkMirror { area } => {
                    let Some(mirror) = command.tx.lock(*area).await? else { continue };
                    let gone = C::MirrorUnlinked(changed.value.as_mirror());
                    match apply(command, mirror, gone, &AreaActor::system()).await {
                        // It has let go before, or is over.
                        Ok(()) | Err(CommandError::Refused(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                // The evaluation is in the record, which is in public.
                E::Publish => {}
            }
        }
        Ok(())
    })
}

async fn write(
    command: &CommandTx,
    stored: &Stored<DemonstrationArea>,
    next: DemonstrationArea,
    event: &AreaEvent,
) -> Result<Stored<DemonstrationArea>, CommandError> {
    let changed = match command.tx.change(stored, next).await {
        Err(error) if error.is_taken("live_key") => {
            let message = "the city has another demonstration area that is not over";
            return Err(Refusal::new(UserErrorCode::Duplicate, "", message).by_rule("ONLY_ONE").into());
        }
        done => done?,
    };
    step(command, &changed, event).await?;
    let detail = serde_json::json!({
        "from": event.from, "to": event.to, "transition": event.transition,
    });
    command.audit(&changed, detail);
    Ok(changed)
}

/// Tells the host of the other area, and makes a pair of both where all of it is there.
async fn settle(
    command: &CommandTx,
    one: Id<DemonstrationArea>,
    other: Id<DemonstrationArea>,
    event: &AreaEvent,
) -> Result<(), CommandError> {
    let Some(mirror) = command.tx.lock(other).await? else { return Ok(()) };
    let Some(own) = command.tx.lock(one).await? else { return Ok(()) };
    tell(command, mirror.value.host.office, event).await?;
    let (mut first, mut second) = (own.value.clone(), mirror.value.clone());
    let events = settle_pair(&mut first, &mut second, command.now);
    if events.is_empty() {
        return Ok(());
    }
    for (stored, next) in [(own, first), (mirror, second)] {
        let of_it: Vec<&AreaEvent> =
            events.iter().filter(|(id, _)| *id == stored.id).map(|(_, event)| event).collect();
        if of_it.is_empty() {
            continue;
        }
        let changed = command.tx.change(&stored, next).await?;
        for event in of_it {
            step(command, &changed, event).await?;
            tell(command, changed.value.host.office, event).await?;
            let detail = serde_json::json!({
                "from": event.from, "to": event.to, "transition": event.transition,
            });
            command.audit(&changed, detail);
        }
    }
    Ok(())
}

/// What the actor may do now, each with what still has to hold.
///
/// # Errors
/// The database does not answer.
pub async fn available(
    app: &App,
    asker: &Actor,
    stored: &Stored<DemonstrationArea>,
) -> Result<Vec<AvailableAreaTransition>, CommandError> {
    let command = app.look(asker, "availableTransitions").await?;
    let found = match actor(&command, &stored.value).await {
        Ok(actor) => stored.value.available(&actor, command.now),
        Err(_) => Vec::new(),
    };
    command.tx.rollback().await?;
    Ok(found)
}
