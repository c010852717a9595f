//! The computed schedule: the question that an event puts to [`matcher::schedule`], and what its answer changes.
//!
//! It is solved outside of the write, so that nobody waits for it; the write then holds only where the question is still
//! the same.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::{
    Vocabulary,
    exchange_event::{EventState, ExchangeEvent, SchedulingMode},
    id::Id,
    meeting::{
        Meeting, MeetingActor, MeetingAround, MeetingCommand, MeetingPlace, MeetingState, UnplacedReason,
    },
    organisation::Organisation,
    policy::Action,
};
use matcher::schedule::{Effort, Meeter, Place, Problem, ProblemError, Schedule, Wanted, Why, solve};
use serde::{Deserialize, Serialize};

use super::{
    fit::fit,
    hall::Hall,
    meeting::{Tell, apply},
};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    ranking::Snapshot,
    registry::record::On,
    store::Stored,
};

/// How long a cancelled meeting's place is looked for others within the write.
const REPLAN: Effort = Effort { steps: 20_000, exact: 20_000, bound: 40 };

/// What a schedule comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Computed {
    /// Of which event.
    pub event: Id<ExchangeEvent>,
    /// What was maximised, in micro-points.
    pub objective: i64,
    /// No schedule has more.
    pub bound: i64,
    /// Whether it is proved that none is better.
    pub proved: bool,
    /// Meetings that have a place.
    pub placed: u32,
    /// Meetings that have none, with the code of the reason.
    pub unscheduled: Vec<(Id<Meeting>, String)>,
    /// Jain's index of the shares, in millionths.
    pub jain: u32,
    /// The smallest share, in millionths.
    pub smallest: u32,
    /// Participants who could have a meeting and have none.
    pub without: u32,
    /// Published meetings that get another slot.
    pub moved: u32,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// A question with what its numbers stand for.
#[derive(Debug, Clone, PartialEq)]
struct Question {
    problem: Problem,
    meetings: Vec<Id<Meeting>>,
}

/// Computes the schedule of an event, and writes it unless it is a dry run.
///
/// # Errors
/// There is no such event for the actor, it is not the time for it, or something changed meanwhile.
pub async fn compute(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    on: On<ExchangeEvent>,
    dry_run: bool,
) -> Result<Computed, CommandError> {
    let asked = {
        let command = app.look(actor, meta.operation).await?;
        let event = command.find(on.path, on.id).await?;
        command.authorise(on.path, Action::Move, &event).await?;
        let hall = Hall::load(&command, event).await?;
        let asked = question(&hall, &app.ranking.snapshot(), command.now);
        command.tx.rollback().await?;
        asked
    };
    let problem = asked.problem.clone();
    let solved = app.compute(move |_| Ok(solve(&problem, Effort::default()))).await?;
    let (asked, solved) = (std::sync::Arc::new(asked), std::sync::Arc::new(solved));
    app.command(actor, meta, move |command| {
        let (asked, solved) = (asked.clone(), solved.clone());
        Box::pin(async move {
            let event = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Move, &event).await?;
            let state = event.value.state;
            let is_time = matches!(state, EventState::Scheduling | EventState::Published);
            if !(is_time || dry_run && state == EventState::Requesting) {
                let message = "a schedule is computed once requests are closed, and until the event begins";
                return Err(Refusal::new(UserErrorCode::InvalidTransition, on.path, message).into());
            }
            let schedule = match solved.as_ref() {
                Ok(schedule) => schedule,
                Err(error) => return Err(refused(*error)),
            };
            let mut hall = Hall::load(command, event).await?;
            let now = question(&hall, &command.app.ranking.snapshot(), command.now);
            if now != *asked {
                let message = "something changed while the schedule was computed: compute it again";
                return Err(Refusal::new(UserErrorCode::VersionConflict, on.path, message).into());
            }
            if !dry_run {
                write(command, &mut hall, &asked, schedule).await?;
                command.audit(&hall.event, serde_json::json!({"objective": schedule.objective}));
            }
            Ok(summary(on.id, &asked, schedule, dry_run))
        })
    })
    .await
}

/// Looks for places for what has none, after a cancellation: nobody is left out for it, and nobody moved more than twice.
pub(super) async fn replan(command: &CommandTx, hall: &mut Hall) -> Result<(), CommandError> {
    if !hall.meetings.iter().any(|meeting| meeting.value.state.waits()) {
        return Ok(());
    }
    let asked = question(hall, &command.app.ranking.snapshot(), command.now);
    // What cannot be scheduled anew stays as it is: a cancellation is not refused for it.
    let Ok(schedule) = solve(&asked.problem, REPLAN) else { return Ok(()) };
    write(command, hall, &asked, &schedule).await
}

fn refused(error: ProblemError) -> CommandError {
    let message = format!("the schedule cannot be computed: {error}; resolve it by hand first");
    Refusal::new(UserErrorCode::GateFailed, "", message).by_rule("SCHEDULE").into()
}

/// The question. Before the schedule is published the platform places all of it anew where it is to; what the sides or
/// the organiser have placed stays, and so does what was published.
fn question(hall: &Hall, snapshot: &Snapshot, now: DateTime<Utc>) -> Question {
    let plan = &hall.event.value.plan;
    let keeps = hall.event.value.state.is_published() || plan.scheduling != SchedulingMode::Optimised;
    let ahead = plan.slots.iter().enumerate().filter(|(_, slot)| slot.starts > now);
    let ahead: u128 = ahead.fold(0, |set, (at, _)| set | bit(at));
    let mut places: BTreeMap<Id<Organisation>, usize> = BTreeMap::new();
    let mut meeters = Vec::with_capacity(hall.entries.len());
    for (at, (organisation, entry)) in hall.entries.iter().enumerate() {
        places.insert(*organisation, at);
        let slots = entry.value.facts.available.iter().map(|slot| bit(usize::from(slot.saturating_sub(1))));
        let is_over = |it: &&Stored<Meeting>| it.value.state.is_past();
        let over = u16::try_from(hall.of(*organisation).filter(is_over).count()).unwrap_or(u16::MAX);
        meeters.push(Meeter {
            available: slots.fold(0, |set, slot| set | slot) & ahead,
            limit: entry.value.limit.saturating_sub(over),
        });
    }
    let (mut wanted, mut meetings) = (Vec::new(), Vec::new());
    for stored in hall.meetings.iter().filter(|it| it.value.state.is_agreed()) {
        let meeting = &stored.value;
        let sides = (places.get(&meeting.requester), places.get(&meeting.recipient));
        let entries = (hall.entries.get(&meeting.requester), hall.entries.get(&meeting.recipient));
        let ((Some(a), Some(b)), (Some(one), Some(other))) = (sides, entries) else { continue };
        // While a block stands the two are brought together by nobody.
        if !meeting.state.is_placed() && snapshot.catalog.parted(meeting.requester, meeting.recipient) {
            continue;
        }
        // A meeting that has begun and is not yet marked so is past.
        if meeting.state.is_placed() && meeting.place.is_some_and(|place| place.starts <= now) {
            continue;
        }
        let kept = meeting.place.filter(|_| keeps && meeting.state.is_placed());
        wanted.push(Wanted {
            a: *a,
            b: *b,
            score: fit(snapshot, &one.value, &other.value).score,
            mutual: meeting.mutual,
            needs_table: hall.stand(meeting).is_none(),
            kept: kept.map(|place| Place {
                slot: u8::try_from(place.slot.saturating_sub(1)).unwrap_or(u8::MAX),
                table: (!place.stand).then_some(place.table.saturating_sub(1)),
            }),
            fixed: plan.scheduling != SchedulingMode::Optimised
                || meeting.state == MeetingState::RescheduleProposed,
        });
        meetings.push(stored.id);
    }
    let problem = Problem {
        meeters,
        slots: u8::try_from(plan.slots.len()).unwrap_or(u8::MAX),
        tables: u16::try_from(plan.tables.len()).unwrap_or(u16::MAX),
        wanted,
    };
    Question { problem, meetings }
}

fn bit(at: usize) -> u128 {
    u32::try_from(at).ok().and_then(|at| 1_u128.checked_shl(at)).unwrap_or(0)
}

const fn reason(why: Why) -> UnplacedReason {
    match why {
        Why::NoCommonSlot => UnplacedReason::NoCommonSlot,
        Why::ParticipantFull => UnplacedReason::ParticipantFull,
        Why::BothBusy => UnplacedReason::BothBusy,
        Why::NoTable => UnplacedReason::NoTable,
    }
}

/// The place that an answer means.
fn place(hall: &Hall, meeting: &Meeting, at: Place) -> Option<MeetingPlace> {
    let slot = u16::from(at.slot).saturating_add(1);
    let times = hall.event.value.plan.slot(slot)?;
    let (table, stand) = match at.table {
        Some(table) => (table.saturating_add(1), false),
        None => (hall.stand(meeting)?, true),
    };
    Some(MeetingPlace { slot, table, stand, starts: times.starts, ends: times.ends })
}

/// Writes what the answer changes. Both sides of a published meeting are told of it.
async fn write(
    command: &CommandTx,
    hall: &mut Hall,
    asked: &Question,
    schedule: &Schedule,
) -> Result<(), CommandError> {
    let who = if hall.event.value.state.is_published() { Tell::Both } else { Tell::Nobody };
    for (id, found) in asked.meetings.iter().zip(&schedule.places) {
        let Some(stored) = hall.meetings.iter().find(|meeting| meeting.id == *id).cloned() else { continue };
        let wanted = match found {
            Ok(at) => {
                let new = place(hall, &stored.value, *at).ok_or(CommandError::Failed)?;
                if stored.value.state.is_placed() && stored.value.place == Some(new) {
                    continue;
                }
                MeetingCommand::Schedule(new)
            }
            Err(why) => {
                let why = reason(*why);
                if stored.value.state == MeetingState::Unplaced && stored.value.unplaced == Some(why) {
                    continue;
                }
                MeetingCommand::Unplace(why)
            }
        };
        // That both sides can meet in the slot is what the question was made of.
        let around = MeetingAround { available: true, ..MeetingAround::default() };
        let told = if matches!(wanted, MeetingCommand::Schedule(_)) { who } else { Tell::Nobody };
        apply(command, hall, stored, (wanted, around), &MeetingActor::system(), told).await?;
    }
    Ok(())
}

fn summary(event: Id<ExchangeEvent>, asked: &Question, schedule: &Schedule, dry_run: bool) -> Computed {
    let placed = schedule.places.iter().filter(|place| place.is_ok()).count();
    let unscheduled = asked.meetings.iter().zip(&schedule.places).filter_map(|(id, place)| {
        let why = place.as_ref().err()?;
        Some((*id, reason(*why).code().to_owned()))
    });
    Computed {
        event,
        objective: schedule.objective,
        bound: schedule.bound,
        proved: schedule.proved,
        placed: u32::try_from(placed).unwrap_or(u32::MAX),
        unscheduled: unscheduled.collect(),
        jain: schedule.fairness.jain,
        smallest: schedule.fairness.smallest,
        without: schedule.fairness.without,
        moved: schedule.moved,
        dry_run,
    }
}
