//! How a meeting begins: a participant asks another one. Who asks whoever has asked already says yes by it.

use domain::{
    Vocabulary,
    exchange_event::{EventRegistration, ExchangeEvent, MAX_MEETINGS, SchedulingMode},
    id::Id,
    meeting::{Meeting, MeetingBegin, MeetingCommand, MeetingSide, MeetingState, begin_meeting},
    organisation::Organisation,
    value::Localized,
};

use super::{
    gate,
    hall::Hall,
    letters,
    meeting::{Tell, apply, side_actor},
};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::{Step, Stored},
};

/// Requests that may be under way for each meeting that a participant can have: most are declined, and nobody is to be
/// buried in them.
const REQUESTS_EACH: usize = 3;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Wish {
    /// At which event.
    pub event: Id<ExchangeEvent>,
    /// Whom.
    pub recipient: Id<Organisation>,
    /// Why, for the other side.
    pub reason: Localized,
    /// Slots that suit; needed where participants find their times.
    pub slots: Vec<u16>,
}

/// Asks for a meeting.
///
/// # Errors
/// The actor may not, requests are closed, there is no such participant, there is such a meeting already, or the budget
/// of requests is used up.
pub async fn request(app: &App, actor: &Actor, meta: &Meta, wish: Wish) -> Result<Id<Meeting>, CommandError> {
    app.command(actor, meta, move |command| {
        let wish = wish.clone();
        Box::pin(begin(command, wish))
    })
    .await
}

async fn begin(command: &CommandTx, wish: Wish) -> Result<Id<Meeting>, CommandError> {
    let event = command.find("eventId", wish.event).await?;
    let own = command.authorise_new::<Meeting>().await?;
    if !event.value.requests_open(command.now) {
        let message = "the event takes no requests for meetings now";
        return Err(Refusal::new(UserErrorCode::InvalidTransition, "eventId", message).into());
    }
    let mut hall = Hall::load(command, event).await?;
    let Some(mine) = hall.entries.get(&own).cloned() else {
        return Err(gate("eventId", "REGISTERED", "register for the event first"));
    };
    let missing = || Refusal::not_found("organisationId", "participant");
    let theirs = hall.entries.get(&wish.recipient).cloned().ok_or_else(missing)?;
    if own == wish.recipient {
        return Err(Refusal::validation("organisationId", "ask somebody else").into());
    }
    slots(&hall, &wish)?;
    available(command, own, wish.recipient).await?;
    if let Some(known) = command.tx.live_meeting(wish.event, (own, wish.recipient)).await? {
        return answer(command, &mut hall, known, own).await;
    }
    budget(&hall, &mine)?;
    create(command, &hall, (&mine, &theirs), wish).await
}

/// The slots that are named are there, and in the mode in which participants find their times there is one that suits.
fn slots(hall: &Hall, wish: &Wish) -> Result<(), CommandError> {
    let plan = &hall.event.value.plan;
    if wish.slots.len() > plan.slots.len() || wish.slots.iter().any(|slot| plan.slot(*slot).is_none()) {
        return Err(Refusal::validation("slots", "the event has no such slot").into());
    }
    if plan.scheduling == SchedulingMode::Participant && wish.slots.is_empty() {
        let message = "name at least one slot: at this event the two sides find their time";
        return Err(Refusal::validation("slots", message).into());
    }
    Ok(())
}

/// That one has blocked the other, or is held by the screening, is not told apart.
async fn available(
    command: &CommandTx,
    own: Id<Organisation>,
    other: Id<Organisation>,
) -> Result<(), CommandError> {
    let today = command.now.date_naive();
    let organisation = command.tx.get::<Organisation>(other).await?.ok_or(CommandError::Failed)?;
    let blocked = command.tx.is_blocked(own, other).await?;
    if blocked || !organisation.value.screening.opens_introductions(today) {
        return Err(gate("organisationId", "AVAILABLE", "a meeting of these two is not available"));
    }
    let organisation = command.tx.get::<Organisation>(own).await?.ok_or(CommandError::Failed)?;
    if !organisation.value.screening.opens_introductions(today) {
        let message = "your organisation has no clear screening of the last seven days";
        return Err(Refusal::new(UserErrorCode::ScreeningHold, "", message).into());
    }
    Ok(())
}

/// A meeting of the two is under way: who was asked says yes by asking.
async fn answer(
    command: &CommandTx,
    hall: &mut Hall,
    known: Stored<Meeting>,
    own: Id<Organisation>,
) -> Result<Id<Meeting>, CommandError> {
    let is_asked = known.value.recipient == own && !known.value.mutual;
    if !is_asked {
        let message = "a meeting with this participant is under way: look into your meetings";
        return Err(Refusal::new(UserErrorCode::Duplicate, "organisationId", message).into());
    }
    let id = known.id;
    if known.value.state == MeetingState::Requested {
        if hall.event.value.plan.scheduling == SchedulingMode::Participant {
            let message = "this participant has asked you already: accept with one of the slots";
            return Err(Refusal::new(UserErrorCode::Duplicate, "organisationId", message).into());
        }
        let around = hall.around(&known, None, command.now);
        let actor = side_actor(command, MeetingSide::Recipient);
        apply(command, hall, known, (MeetingCommand::Accept, around), &actor, Tell::But(own)).await?;
    } else {
        let mut next = known.value.clone();
        next.mutual = true;
        let changed = command.tx.change(&known, next).await?;
        command.audit(&changed, serde_json::json!({"mutual": true}));
    }
    Ok(id)
}

/// How many requests of somebody are under way is bounded, as is the number of meetings of an event.
fn budget(hall: &Hall, mine: &Stored<EventRegistration>) -> Result<(), CommandError> {
    let own = mine.value.organisation;
    let asked =
        hall.meetings.iter().filter(|it| it.value.requester == own && it.value.state.is_live()).count();
    let most = usize::from(mine.value.limit).saturating_mul(REQUESTS_EACH);
    if asked >= most {
        let message = format!("{most} requests of yours are under way: withdraw one, or wait for answers");
        return Err(Refusal::new(UserErrorCode::RateLimited, "", message).into());
    }
    let live = hall.meetings.iter().filter(|it| it.value.state.is_live()).count();
    if u64::try_from(live).unwrap_or(u64::MAX) >= MAX_MEETINGS {
        let message = "the event holds no more meetings";
        return Err(Refusal::new(UserErrorCode::RateLimited, "eventId", message).into());
    }
    Ok(())
}

async fn create(
    command: &CommandTx,
    hall: &Hall,
    (mine, theirs): (&Stored<EventRegistration>, &Stored<EventRegistration>),
    wish: Wish,
) -> Result<Id<Meeting>, CommandError> {
    let event = &hall.event;
    let plan = &event.value.plan;
    // Where participants find their times, a yes takes one of them: silence cannot.
    let acceptance = match plan.scheduling {
        SchedulingMode::Participant => domain::exchange_event::AcceptanceMode::OptIn,
        SchedulingMode::Organiser | SchedulingMode::Optimised => plan.acceptance,
    };
    let room = hall.has_room(wish.recipient);
    let state = begin_meeting(&MeetingBegin { acceptance, room, at: command.now });
    let mut wanted = wish.slots;
    wanted.sort_unstable();
    wanted.dedup();
    let meeting = Meeting {
        event: event.id,
        organiser: event.value.organiser,
        requester: mine.value.organisation,
        requester_entry: mine.id,
        recipient: wish.recipient,
        recipient_entry: theirs.id,
        sender: command.actor.person_id().ok_or(CommandError::Unauthenticated)?,
        reason: wish.reason,
        mutual: false,
        wanted,
        state,
        since: command.now,
        place: None,
        published: false,
        sequence: 0,
        confirmed_by: Vec::new(),
        proposed: None,
        unplaced: None,
        declined: None,
        no_show: None,
        outcomes: Vec::new(),
    };
    let stored = command.tx.create(Some(event.value.organiser), None, meeting).await?;
    let step = Step {
        from: None,
        to: state.code().to_owned(),
        transition: "REQUEST".to_owned(),
        person: command.actor.person_id().map(Id::uuid),
        organisation: Some(mine.value.organisation.uuid()),
        reasons: Vec::new(),
    };
    command.tx.add_step(stored.id, step).await?;
    command.audit(&stored, serde_json::json!({"to": state, "event": event.id}));
    let own = command.tx.get::<Organisation>(mine.value.organisation).await?.ok_or(CommandError::Failed)?;
    let accepted = state == MeetingState::Accepted;
    let url = &command.app.auth.public_url;
    command
        .tell(wish.recipient, letters::asked(own.value.name.as_str(), &event.value, accepted, url))
        .await?;
    Ok(stored.id)
}
