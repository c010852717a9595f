//! The one place where a meeting changes, with what follows: mail, and a new schedule where one was cancelled.

use domain::{
    exchange_event::{EventState, SchedulingMode},
    id::Id,
    meeting::{
        AvailableMeetingTransition, Meeting, MeetingActor, MeetingAround, MeetingCommand as C,
        MeetingDeclineReason, MeetingOutcome, MeetingParty, MeetingPlace, MeetingSide, UnplacedReason,
    },
    organisation::Organisation,
    policy::Action,
    value::Localized,
};

use super::{gate, hall::Hall, letters, noted_meeting, schedule};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal},
    registry::record::On,
    store::Stored,
};

/// What a client asks of a meeting.
#[derive(Debug, Clone)]
pub enum Act {
    /// Accept; with one of the slots that were named, where participants find their times.
    Accept(Option<u16>),
    /// Decline.
    Decline(MeetingDeclineReason),
    /// Withdraw the request.
    Withdraw,
    /// Give it a slot, and a table or the first that is free; for the organiser.
    Schedule(u16, Option<u16>),
    /// Take it off the schedule; for the organiser.
    Unplace,
    /// Confirm the time.
    Confirm,
    /// Propose another slot.
    ProposeReschedule(u16),
    /// Agree to it.
    AgreeReschedule,
    /// Stay with the old one.
    KeepTime,
    /// Cancel.
    Cancel,
    /// The other side did not come.
    ReportNoShow,
    /// One did come.
    Contest(Localized),
    /// It stands; for the organiser.
    Uphold,
    /// It does not; for the organiser.
    Dismiss,
    /// What came of it: in a word, in own words, and whether officials took part.
    Report(MeetingOutcome, Option<Localized>, bool),
}

/// Who is told of a change.
#[derive(Debug, Clone, Copy)]
pub(super) enum Tell {
    /// Nobody: all are told at once, later.
    Nobody,
    /// Both sides.
    Both,
    /// Both but this one, who did it.
    But(Id<Organisation>),
}

/// Does what a client asks.
///
/// # Errors
/// There is no such meeting for the actor, it was changed meanwhile, or it is refused.
pub async fn act(
    app: &App,
    asker: &Actor,
    meta: &Meta,
    on: On<Meeting>,
    wanted: Act,
) -> Result<Id<Meeting>, CommandError> {
    app.command(asker, meta, move |command| {
        let wanted = wanted.clone();
        Box::pin(async move {
            let missing = || Refusal::not_found(on.path, "meeting");
            let event = command.tx.get(on.id).await?.ok_or_else(missing)?.value.event;
            let event = command.tx.lock(event).await?.ok_or(CommandError::Failed)?;
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Move, &stored).await?;
            let mut hall = Hall::load(command, event).await?;
            hall.put(stored.clone());
            do_it(command, &mut hall, stored, wanted).await?;
            Ok(on.id)
        })
    })
    .await
}

/// As what the actor asks: as a side, as the organiser, or both.
fn actor(viewer: &Actor, meeting: &Meeting) -> MeetingActor {
    let acting = viewer.acting();
    let side = acting.and_then(|acting| meeting.side_of(acting));
    let mut parties: Vec<MeetingParty> = side.map(MeetingSide::party).into_iter().collect();
    if acting == Some(meeting.organiser) {
        parties.push(MeetingParty::Organiser);
    }
    MeetingActor { person: viewer.person_id(), side, parties }
}

/// The actor as a side that is known.
pub(super) fn side_actor(command: &CommandTx, side: MeetingSide) -> MeetingActor {
    MeetingActor { person: command.actor.person_id(), side: Some(side), parties: vec![side.party()] }
}

async fn do_it(
    command: &CommandTx,
    hall: &mut Hall,
    stored: Stored<Meeting>,
    wanted: Act,
) -> Result<(), CommandError> {
    let actor = actor(&command.viewer().await?.actor, &stored.value);
    let place = place(hall, &stored, &wanted)?;
    let around = hall.around(&stored, place.as_ref(), command.now);
    let who = actor.side.map_or(Tell::Both, |side| Tell::But(stored.value.organisation(side)));
    let needs_place =
        || place.ok_or_else(|| gate("act", "SLOT_FREE", "a side or every table is taken in the slot"));
    let asked = match wanted {
        Act::Accept(_) => C::Accept,
        Act::Decline(reason) => C::Decline(Some(reason)),
        Act::Withdraw => C::Withdraw,
        Act::Schedule(..) => C::Schedule(needs_place()?),
        Act::Unplace => C::Unplace(UnplacedReason::TakenOff),
        Act::Confirm => C::Confirm,
        Act::ProposeReschedule(_) => C::ProposeReschedule(needs_place()?),
        Act::AgreeReschedule => C::AgreeReschedule,
        Act::KeepTime => C::KeepTime,
        Act::Cancel => C::Cancel,
        Act::ReportNoShow => C::ReportNoShow,
        Act::Contest(words) => C::Contest(words),
        Act::Uphold => C::Uphold,
        Act::Dismiss => C::Dismiss,
        Act::Report(outcome, words, officials) => C::Report { outcome, words, officials },
    };
    let is_cancel = matches!(asked, C::Cancel);
    let takes_slot = matches!(asked, C::Accept).then_some(place).flatten();
    // What the organiser places is told when the schedule is published; outcomes are no news.
    let who =
        if matches!(asked, C::Schedule(_) | C::Unplace(_) | C::Report { .. }) { Tell::Nobody } else { who };
    let changed = apply(command, hall, stored, (asked, around), &actor, who).await?;
    if let Some(place) = takes_slot {
        let around = hall.around(&changed, Some(&place), command.now);
        let system = MeetingActor::system();
        apply(command, hall, changed, (C::Schedule(place), around), &system, Tell::Nobody).await?;
    } else if is_cancel {
        let event = &hall.event.value;
        if event.state == EventState::Published && event.plan.scheduling == SchedulingMode::Optimised {
            schedule::replan(command, hall).await?;
        }
    }
    Ok(())
}

/// The place that is asked for, as far as it is free.
fn place(hall: &Hall, stored: &Stored<Meeting>, wanted: &Act) -> Result<Option<MeetingPlace>, CommandError> {
    let plan = &hall.event.value.plan;
    let is_slot = |path: &str, slot: u16| {
        plan.slot(slot).ok_or_else(|| Refusal::validation(path, "the event has no such slot")).map(|_| ())
    };
    match *wanted {
        Act::Accept(slot) if plan.scheduling == SchedulingMode::Participant => {
            let path = "act.accept.slot";
            let named = slot.filter(|slot| stored.value.wanted.contains(slot));
            let message = "take one of the slots that the request names";
            let slot = named.ok_or_else(|| Refusal::validation(path, message))?;
            if !hall.is_available(&stored.value, slot) {
                return Err(gate(path, "AVAILABLE", "a side cannot meet in this slot"));
            }
            let taken = || gate(path, "SLOT_FREE", "a side or every table is taken in the slot");
            hall.place(stored, slot, None).ok_or_else(taken).map(Some)
        }
        Act::Accept(Some(_)) => {
            let message = "the times of this event are not the sides' to choose: accept without a slot";
            Err(Refusal::validation("act.accept.slot", message).into())
        }
        Act::Schedule(slot, table) => {
            is_slot("act.schedule.slot", slot)?;
            Ok(hall.place(stored, slot, table))
        }
        Act::ProposeReschedule(slot) => {
            is_slot("act.proposeReschedule", slot)?;
            Ok(hall.place(stored, slot, None))
        }
        _ => Ok(None),
    }
}

/// Asks the machine, writes what came of it, and tells who is to be told.
///
/// # Errors
/// It is refused, or the database does not answer.
pub(super) async fn apply(
    command: &CommandTx,
    hall: &mut Hall,
    stored: Stored<Meeting>,
    (wanted, around): (C, MeetingAround),
    actor: &MeetingActor,
    who: Tell,
) -> Result<Stored<Meeting>, CommandError> {
    let mut next = stored.value.clone();
    let is_placed = matches!(wanted, C::Schedule(_));
    let happened = next.act(wanted, actor, &around, command.now)?;
    // After the machine: a first place is told with the sequence that it begins with.
    next.published |= is_placed && hall.event.value.state.is_published();
    let changed = command.tx.change(&stored, next).await?;
    noted_meeting(command, &changed, &happened).await?;
    hall.put(changed.clone());
    for side in [changed.value.requester, changed.value.recipient] {
        let is_told = match who {
            Tell::Nobody => false,
            Tell::Both => true,
            Tell::But(own) => side != own,
        };
        if is_told {
            let url = &command.app.auth.public_url;
            let letter = letters::moved(happened.transition, &changed.value, &hall.event.value, url);
            command.tell(side, letter).await?;
        }
    }
    Ok(changed)
}

/// What the actor may do now, each with what still has to hold.
///
/// # Errors
/// The database does not answer.
pub async fn available(
    app: &App,
    asker: &Actor,
    stored: &Stored<Meeting>,
) -> Result<Vec<AvailableMeetingTransition>, CommandError> {
    let command = app.look(asker, "availableTransitions").await?;
    let actor = actor(&command.viewer().await?.actor, &stored.value);
    let mut found = Vec::new();
    let event = if actor.parties.is_empty() { None } else { command.tx.get(stored.value.event).await? };
    if let Some(event) = event {
        let hall = Hall::load(&command, event).await?;
        // A slot comes with the request; whether one is free is said then.
        let around =
            MeetingAround { slot_free: true, available: true, ..hall.around(stored, None, command.now) };
        found = stored.value.available(&actor, &around, command.now);
    }
    command.tx.rollback().await?;
    Ok(found)
}
