//! Exchange events between those who build and those who finance (article 7, row 7.5): investment forums, exhibitions,
//! cultural and policy events, with registration, meetings and a schedule (features 4.9.5).
//!
//! The machine is [`EVENT_RULES`]; the record is an [`ExchangeEvent`], whose [`ExchangeEvent::act`] asks the machine.
//! Who takes part stands in an [`EventRegistration`], under the quotas of the plan; the meetings have a machine of their
//! own in [`crate::meeting`].

mod code;
mod plan;
mod record;
mod registration;
mod table;
#[cfg(test)]
mod tests;

pub use code::{
    AcceptanceMode, EventGuard, EventIntent, EventKind, EventParty, EventState, EventTransition,
    ExchangeLevel, RegistrationState, SchedulingMode,
};
pub use plan::{
    EventPlan, EventQuota, EventSlot, MAX_MEETINGS, MAX_PARTICIPANTS, MAX_SLOTS, QuotaFull, QuotaOf,
};
pub use record::{EventCommand, EventHappened, ExchangeEvent};
pub use registration::{EventRegistration, RegistrationFacts};
pub use table::{
    AvailableEventTransition, EVENT_RULES, EventActor, EventCircumstances, EventMachine, EventRefusal,
    EventRule,
};
