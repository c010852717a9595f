//! The one place where an event changes, with what follows for its meetings.

use domain::{
    exchange_event::{
        AvailableEventTransition, EventActor, EventCommand as C, EventParty, EventPlan, EventTransition,
        ExchangeEvent,
    },
    id::Id,
    meeting::{MeetingActor, MeetingAround, MeetingCommand, MeetingState, UnplacedReason, double_bookings},
    policy::Action,
    value::Localized,
};

use super::{
    draft::check,
    hall::Hall,
    letters,
    meeting::{Tell, apply},
    noted,
};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta},
    registry::record::On,
    store::Stored,
};

/// What a client asks of an event.
#[derive(Debug, Clone)]
pub enum Act {
    /// Write the draft anew.
    Edit(Box<EventPlan>),
    /// Announce it.
    Announce,
    /// Open the registration.
    OpenRegistration,
    /// Open the requests.
    OpenRequests,
    /// Close the requests.
    Freeze,
    /// Publish the schedule.
    PublishSchedule,
    /// Publish the report.
    Report(Localized),
    /// Cancel it.
    Cancel(Localized),
}

/// Does what a client asks.
///
/// # Errors
/// There is no such event for the actor, it was changed meanwhile, or it is refused.
pub async fn act(
    app: &App,
    asker: &Actor,
    meta: &Meta,
    on: On<ExchangeEvent>,
    wanted: Act,
) -> Result<Id<ExchangeEvent>, CommandError> {
    app.command(asker, meta, move |command| {
        let wanted = wanted.clone();
        Box::pin(async move {
            let stored = command.load(on.path, on.id, on.expected_version).await?;
            command.authorise(on.path, Action::Move, &stored).await?;
            let person = command.actor.person_id();
            let actor = EventActor { person, parties: vec![EventParty::Organiser] };
            let hall = Hall::load(command, stored).await?;
            let order = match wanted {
                Act::Edit(plan) => {
                    check(command, "act.edit", &plan).await?;
                    C::Edit(plan)
                }
                Act::Announce => C::Announce,
                Act::OpenRegistration => C::Open,
                Act::OpenRequests => C::OpenRequests,
                Act::Freeze => C::Freeze,
                Act::PublishSchedule => C::Publish { double_bookings: booked_twice(&hall) },
                Act::Report(summary) => C::Report(Some(summary)),
                Act::Cancel(reason) => C::Cancel(Some(reason)),
            };
            change(command, hall, order, &actor).await?;
            Ok(on.id)
        })
    })
    .await
}

/// Bookings beyond the first of a participant, a table or a stand.
fn booked_twice(hall: &Hall) -> u32 {
    let twice = double_bookings(hall.meetings.iter().map(|meeting| &meeting.value));
    twice.iter().fold(0, |sum, (_, n)| sum.saturating_add(*n))
}

/// Asks the machine, writes what came of it, and does what follows.
///
/// # Errors
/// It is refused, or the database does not answer.
pub(super) async fn change(
    command: &CommandTx,
    mut hall: Hall,
    wanted: C,
    actor: &EventActor,
) -> Result<(), CommandError> {
    let mut next = hall.event.value.clone();
    let happened = next.act(wanted, actor, command.now)?;
    let changed = command.tx.change(&hall.event, next).await?;
    noted(command, &changed, &happened).await?;
    hall.event = changed;
    match happened.transition {
        EventTransition::Freeze => expire(command, &mut hall).await,
        EventTransition::Publish => publish(command, &mut hall).await,
        EventTransition::Cancel => cancel(command, &mut hall).await,
        EventTransition::OpenRequests => tell_all(command, &hall, EventTransition::OpenRequests).await,
        EventTransition::Edit
        | EventTransition::Announce
        | EventTransition::Open
        | EventTransition::Start
        | EventTransition::End
        | EventTransition::Report => Ok(()),
    }
}

async fn tell_all(command: &CommandTx, hall: &Hall, transition: EventTransition) -> Result<(), CommandError> {
    for organisation in hall.entries.keys() {
        let letter = letters::event(transition, &hall.event.value, &command.app.auth.public_url);
        command.tell(*organisation, letter).await?;
    }
    Ok(())
}

/// Requests that nobody answered expire.
async fn expire(command: &CommandTx, hall: &mut Hall) -> Result<(), CommandError> {
    let open: Vec<_> =
        hall.meetings.iter().filter(|it| it.value.state == MeetingState::Requested).cloned().collect();
    for meeting in open {
        // Only who asked has something to be told: the other side never answered.
        let recipient = meeting.value.recipient;
        let asked = (MeetingCommand::Expire, MeetingAround::default());
        apply(command, hall, meeting, asked, &MeetingActor::system(), Tell::But(recipient)).await?;
    }
    Ok(())
}

/// Every place is published, and each participant told once. What got none says so.
async fn publish(command: &CommandTx, hall: &mut Hall) -> Result<(), CommandError> {
    let meetings: Vec<_> = hall.meetings.clone();
    for meeting in meetings {
        if meeting.value.state == MeetingState::Accepted {
            let unplaced = MeetingCommand::Unplace(UnplacedReason::TakenOff);
            let asked = (unplaced, MeetingAround::default());
            apply(command, hall, meeting, asked, &MeetingActor::system(), Tell::Nobody).await?;
        } else if meeting.value.state.is_placed() && !meeting.value.published {
            let mut next = meeting.value.clone();
            next.published = true;
            hall.put(command.tx.change(&meeting, next).await?);
        }
    }
    for organisation in hall.entries.keys() {
        let count = hall.of(*organisation).filter(|meeting| meeting.value.state.is_placed()).count();
        let letter = letters::published(&hall.event.value, count, &command.app.auth.public_url);
        command.tell(*organisation, letter).await?;
    }
    Ok(())
}

/// All meetings are cancelled, and each participant told once.
async fn cancel(command: &CommandTx, hall: &mut Hall) -> Result<(), CommandError> {
    let live: Vec<_> =
        hall.meetings.iter().filter(|meeting| meeting.value.state.is_live()).cloned().collect();
    for meeting in live {
        let asked = (MeetingCommand::Cancel, MeetingAround::default());
        apply(command, hall, meeting, asked, &MeetingActor::system(), Tell::Nobody).await?;
    }
    tell_all(command, hall, EventTransition::Cancel).await
}

/// What the actor may do now, each with what still has to hold.
///
/// # Errors
/// The database does not answer.
pub async fn available(
    app: &App,
    asker: &Actor,
    stored: &Stored<ExchangeEvent>,
) -> Result<Vec<AvailableEventTransition>, CommandError> {
    let command = app.look(asker, "availableTransitions").await?;
    let mut found = Vec::new();
    if command.authorise("", Action::Move, stored).await.is_ok()
        && command.viewer().await?.actor.acting() == Some(stored.value.organiser)
    {
        let hall = Hall::load(&command, stored.clone()).await?;
        found = stored.value.available(&[EventParty::Organiser], booked_twice(&hall), command.now);
    }
    command.tx.rollback().await?;
    Ok(found)
}
