//! Who takes part in an event: registration under the quotas of levels and kinds (row 15.1), and withdrawal.

use std::collections::BTreeMap;

use domain::{
    Vocabulary,
    exchange_event::{EventRegistration, EventState, ExchangeEvent, RegistrationFacts, RegistrationState},
    id::Id,
    meeting::{MeetingActor, MeetingAround, MeetingCommand},
    organisation::Organisation,
    policy::Action,
    vocabulary::OrganisationKind,
};

use super::{
    gate,
    hall::Hall,
    meeting::{Tell, apply},
};
use crate::{
    app::App,
    auth::Actor,
    command::{CommandError, CommandTx, Meta, Refusal, UserErrorCode},
    store::{Step, Stored},
};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The event.
    pub event: Id<ExchangeEvent>,
    /// What the participant says of itself.
    pub facts: RegistrationFacts,
    /// Whether it wants a stand.
    pub stand: bool,
}

/// Registers the organisation for which the actor acts, or writes its registration anew.
///
/// # Errors
/// The actor may not, the event takes no registrations, a quota is full, or something does not hold together.
pub async fn register(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    entry: Entry,
) -> Result<Id<ExchangeEvent>, CommandError> {
    app.command(actor, meta, move |command| {
        let entry = entry.clone();
        Box::pin(enter(command, entry))
    })
    .await
}

async fn enter(command: &CommandTx, asked: Entry) -> Result<Id<ExchangeEvent>, CommandError> {
    let event = command.find("eventId", asked.event).await?;
    let own = command.authorise_new::<EventRegistration>().await?;
    if !event.value.state.takes_registrations() || event.value.plan.freeze_at <= command.now {
        let message = "the event takes no registrations now";
        return Err(Refusal::new(UserErrorCode::InvalidTransition, "eventId", message).into());
    }
    let plan = &event.value.plan;
    let facts = asked.facts.checked(plan)?;
    let organisation = command.tx.get::<Organisation>(own).await?.ok_or(CommandError::Failed)?;
    if !organisation.value.screening.opens_introductions(command.now.date_naive()) {
        let message = "your organisation has no clear screening of the last seven days";
        return Err(Refusal::new(UserErrorCode::ScreeningHold, "", message).into());
    }
    if let Some(id) = facts.project {
        let project = command.find("projectId", id).await?;
        if project.owner != Some(own) {
            return Err(Refusal::not_permitted("bring a project of your own").at("projectId").into());
        }
    }
    if let Some(id) = facts.mandate {
        let mandate = command.find("mandateId", id).await?;
        if mandate.owner != Some(own) {
            return Err(Refusal::not_permitted("bring a mandate of your own").at("mandateId").into());
        }
    }
    let known = command.tx.registration_of(event.id, own).await?;
    let others: Vec<Stored<EventRegistration>> = command
        .tx
        .registrations(event.id)
        .await?
        .into_iter()
        .filter(|entry| entry.value.takes_part() && entry.value.organisation != own)
        .collect();
    let mut taken: BTreeMap<OrganisationKind, u32> = BTreeMap::new();
    for entry in &others {
        let count = taken.entry(entry.value.kind).or_default();
        *count = count.saturating_add(1);
    }
    let is_new = known.as_ref().is_none_or(|known| !known.value.takes_part());
    if is_new {
        plan.room_for(organisation.value.kind, &taken)?;
    } else {
        can_change(command, &event, own, &facts).await?;
    }
    let stand = match (asked.stand, known.as_ref().filter(|_| !is_new).and_then(|known| known.value.stand)) {
        (false, _) => None,
        (true, Some(held)) => Some(held),
        (true, None) => {
            let free = |number: &u16| !others.iter().any(|entry| entry.value.stand == Some(*number));
            let number = (1..=plan.stands).find(free);
            Some(number.ok_or_else(|| gate("stand", "STANDS", "all stands are taken"))?)
        }
    };
    let registration = EventRegistration {
        event: event.id,
        organiser: event.value.organiser,
        organisation: own,
        person: command.actor.person_id().ok_or(CommandError::Unauthenticated)?,
        kind: organisation.value.kind,
        country: organisation.value.country,
        limit: facts.limit.unwrap_or(plan.meetings_each),
        facts,
        stand,
        state: RegistrationState::Registered,
        since: if is_new {
            command.now
        } else {
            known.as_ref().map_or(command.now, |known| known.value.since)
        },
    };
    let from = known.as_ref().map(|known| known.value.state);
    let stored = match known {
        Some(known) => command.tx.change(&known, registration).await?,
        None => command.tx.create(Some(own), None, registration).await?,
    };
    noted(command, &stored, from, "REGISTER").await?;
    Ok(event.id)
}

/// What is agreed already stands: a slot in which a meeting has its place cannot be taken back, nor can there be fewer
/// meetings than were agreed.
async fn can_change(
    command: &CommandTx,
    event: &Stored<ExchangeEvent>,
    own: Id<Organisation>,
    facts: &RegistrationFacts,
) -> Result<(), CommandError> {
    let hall = Hall::load(command, event.clone()).await?;
    let agreed = || hall.of(own).filter(|meeting| meeting.value.state.is_agreed());
    let limit = facts.limit.unwrap_or(event.value.plan.meetings_each);
    if agreed().count() > usize::from(limit) {
        return Err(
            Refusal::validation("limit", "you have agreed to more meetings: cancel some first").into()
        );
    }
    let lost = agreed()
        .filter_map(|meeting| meeting.value.place)
        .any(|place| !facts.available.contains(&place.slot));
    if lost {
        let message = "a meeting has its place in a slot that you take back: cancel it first";
        return Err(Refusal::validation("available", message).into());
    }
    Ok(())
}

async fn noted(
    command: &CommandTx,
    stored: &Stored<EventRegistration>,
    from: Option<RegistrationState>,
    transition: &str,
) -> Result<(), CommandError> {
    let step = Step {
        from: from.map(|state| state.code().to_owned()),
        to: stored.value.state.code().to_owned(),
        transition: transition.to_owned(),
        person: command.actor.person_id().map(Id::uuid),
        organisation: command.actor.acting().map(Id::uuid),
        reasons: Vec::new(),
    };
    command.tx.add_step(stored.id, step).await?;
    command.audit(stored, serde_json::json!({"to": stored.value.state, "event": stored.value.event}));
    Ok(())
}

/// Withdraws the registration of the organisation for which the actor acts; its meetings are cancelled.
///
/// # Errors
/// The actor may not, it is not registered, or the event has begun.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    meta: &Meta,
    event: Id<ExchangeEvent>,
) -> Result<Id<ExchangeEvent>, CommandError> {
    app.command(actor, meta, move |command| {
        Box::pin(async move {
            let event = command.find("eventId", event).await?;
            let own = command.authorise_new::<EventRegistration>().await?;
            let known = command.tx.registration_of(event.id, own).await?;
            let missing = || Refusal::not_found("eventId", "registration");
            let known = known.filter(|known| known.value.takes_part()).ok_or_else(missing)?;
            command.authorise("eventId", Action::Read, &known).await?;
            if matches!(event.value.state, EventState::Live | EventState::Closed | EventState::Reported) {
                let message = "the event has begun: cancel what you cannot keep";
                return Err(Refusal::new(UserErrorCode::InvalidTransition, "eventId", message).into());
            }
            let mut hall = Hall::load(command, event.clone()).await?;
            let live: Vec<_> = hall.of(own).filter(|it| it.value.state.is_live()).cloned().collect();
            for meeting in live {
                let cancel = MeetingCommand::Cancel;
                let around = MeetingAround::default();
                apply(command, &mut hall, meeting, (cancel, around), &MeetingActor::system(), Tell::But(own))
                    .await?;
            }
            let from = known.value.state;
            let mut next = known.value.clone();
            (next.state, next.since, next.stand) = (RegistrationState::Withdrawn, command.now, None);
            let stored = command.tx.change(&known, next).await?;
            noted(command, &stored, Some(from), "WITHDRAW").await?;
            Ok(event.id)
        })
    })
    .await
}
