//! What is kept of an exchange event, and how a command changes it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    code::{EventParty as P, EventState as S, EventTransition as T},
    plan::EventPlan,
    table::{AvailableEventTransition, EventActor, EventCircumstances, EventMachine, EventRefusal},
};
use crate::{account::Person, id::Id, machine::Machine as _, organisation::Organisation, value::Localized};

/// What is asked of an exchange event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventCommand {
    /// Write the draft anew.
    Edit(Box<EventPlan>),
    /// Announce it.
    Announce,
    /// Open the registration.
    Open,
    /// Open the requests for meetings.
    OpenRequests,
    /// Close the requests.
    Freeze,
    /// Publish the schedule.
    Publish {
        /// Bookings of a participant, a table or a stand beyond the first in a slot.
        double_bookings: u32,
    },
    /// Begin.
    Start,
    /// End.
    End,
    /// Publish the report.
    Report(Option<Localized>),
    /// Cancel it.
    Cancel(Option<Localized>),
}

impl EventCommand {
    /// Its name in the table.
    pub const fn transition(&self) -> T {
        match self {
            Self::Edit(_) => T::Edit,
            Self::Announce => T::Announce,
            Self::Open => T::Open,
            Self::OpenRequests => T::OpenRequests,
            Self::Freeze => T::Freeze,
            Self::Publish { .. } => T::Publish,
            Self::Start => T::Start,
            Self::End => T::End,
            Self::Report(_) => T::Report,
            Self::Cancel(_) => T::Cancel,
        }
    }
}

/// What happened, as it goes into the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventHappened {
    /// What was asked.
    pub transition: T,
    /// By whom; none for the platform.
    pub person: Option<Id<Person>>,
    /// Where it stood.
    pub from: S,
    /// Where it stands.
    pub to: S,
    /// When.
    pub at: DateTime<Utc>,
}

/// An exchange event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeEvent {
    /// Who organises it.
    pub organiser: Id<Organisation>,
    /// Where it stands.
    pub state: S,
    /// Since when.
    pub since: DateTime<Utc>,
    /// What is planned.
    pub plan: EventPlan,
    /// Whether it was ever announced; from then on it is in public.
    pub announced: bool,
    /// What came of it, in the organiser's words.
    pub summary: Option<Localized>,
    /// Why it was cancelled.
    pub reason: Option<Localized>,
}

impl ExchangeEvent {
    /// Begins a draft.
    pub const fn draft(organiser: Id<Organisation>, plan: EventPlan, now: DateTime<Utc>) -> Self {
        Self { organiser, state: S::Draft, since: now, plan, announced: false, summary: None, reason: None }
    }

    /// Does what is asked, or refuses and changes nothing.
    ///
    /// # Errors
    /// The state has no such transition, it is for others, or something does not hold; all of it is named.
    pub fn act(
        &mut self,
        command: EventCommand,
        actor: &EventActor,
        now: DateTime<Utc>,
    ) -> Result<EventHappened, EventRefusal> {
        let (transition, from) = (command.transition(), self.state);
        let to = EventMachine::transition(
            from,
            transition,
            &actor.parties,
            &self.circumstances(Some(&command), now),
        )?;
        match command {
            EventCommand::Edit(plan) => self.plan = *plan,
            EventCommand::Announce => self.announced = true,
            EventCommand::Report(summary) => self.summary = summary,
            EventCommand::Cancel(reason) => self.reason = reason,
            EventCommand::Open
            | EventCommand::OpenRequests
            | EventCommand::Freeze
            | EventCommand::Publish { .. }
            | EventCommand::Start
            | EventCommand::End => {}
        }
        if to != from {
            (self.state, self.since) = (to, now);
        }
        Ok(EventHappened { transition, person: actor.person, from, to, at: now })
    }

    /// What somebody may ask for now, each with what still has to hold; what the request itself brings is named too.
    pub fn available(
        &self,
        parties: &[P],
        double_bookings: u32,
        now: DateTime<Utc>,
    ) -> Vec<AvailableEventTransition> {
        let at = EventCircumstances { double_bookings, ..self.circumstances(None, now) };
        EventMachine::available(self.state, parties, &at)
    }

    fn circumstances(&self, command: Option<&EventCommand>, now: DateTime<Utc>) -> EventCircumstances {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let plan = &self.plan;
        let mut at = EventCircumstances {
            slots: count(plan.slots.len()),
            tables: count(plan.tables.len()).saturating_add(u32::from(plan.stands)),
            freeze_ahead: plan.freeze_at > now,
            start_ahead: plan.starts().is_some_and(|at| at > now),
            end_reached: plan.ends().is_none_or(|at| at <= now),
            ..EventCircumstances::default()
        };
        match command {
            Some(EventCommand::Publish { double_bookings }) => at.double_bookings = *double_bookings,
            Some(EventCommand::Report(summary)) => at.summaries = u32::from(summary.is_some()),
            Some(EventCommand::Cancel(reason)) => at.reasons = u32::from(reason.is_some()),
            _ => {}
        }
        at
    }

    /// When a timer is next due.
    pub fn wakes(&self) -> Option<DateTime<Utc>> {
        match self.state {
            S::Requesting => Some(self.plan.freeze_at),
            S::Published => self.plan.starts(),
            S::Live => self.plan.ends(),
            _ => None,
        }
    }

    /// What the clock asks for now.
    pub fn due(&self, now: DateTime<Utc>) -> Option<EventCommand> {
        self.wakes().filter(|at| *at <= now)?;
        match self.state {
            S::Requesting => Some(EventCommand::Freeze),
            S::Published => Some(EventCommand::Start),
            S::Live => Some(EventCommand::End),
            _ => None,
        }
    }

    /// Whether meetings can be requested and answered at a time.
    pub fn requests_open(&self, now: DateTime<Utc>) -> bool {
        self.state == S::Requesting && self.plan.freeze_at > now
    }
}
