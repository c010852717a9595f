//! Meetings at an exchange event, from the request to what came of them (features 4.9.5).
//!
//! The machine is [`MEETING_RULES`]; the record is a [`Meeting`], whose [`Meeting::act`] asks the machine. Requests begin
//! by [`begin_meeting`]: in the mode `OPT_OUT` a request is accepted at once, unless its recipient is full.

mod code;
mod command;
mod record;
mod table;
#[cfg(test)]
mod tests;

pub use code::{
    MeetingDeclineReason, MeetingGuard, MeetingOutcome, MeetingParty, MeetingSide, MeetingState,
    MeetingTransition, UnplacedReason,
};
pub use command::{Conflict, MeetingAround, MeetingCommand, MeetingHappened, double_bookings};
pub use record::{Meeting, MeetingPlace, NoShow, OutcomeWord, Proposal};
pub use table::{
    AvailableMeetingTransition, CONTEST_HOURS, MEETING_RULES, MeetingActor, MeetingBegin,
    MeetingCircumstances, MeetingMachine, MeetingRefusal, MeetingRule, NO_SHOW_DAYS, begin_meeting,
};
