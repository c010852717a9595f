//! Introductions: how an investor and the owner of a project come from a match to a close.
//!
//! The machine is [`INTRODUCTION_RULES`]; the record is an [`Introduction`], whose [`Introduction::advance`] asks the
//! machine and writes what came of it. Clients name a transition; they never set a state. Nothing binds before a signed
//! document, and from every state before it each side can leave.

mod budget;
mod code;
mod record;
mod table;
#[cfg(test)]
mod tests;

pub use budget::{ContactBudget, month_begins};
pub use code::{
    Bindingness, InterestDeclineReason, IntroductionGuard, IntroductionParty, IntroductionState,
    IntroductionTransition, NdaState, RoomFolder, Side,
};
pub use record::{
    Advance, Asker, GrantRefusal, Introduction, Move, NdaRefusal, Nudge, Promise, Reason, RoomGrant,
    Surroundings, ThreeAnswers, Word,
};
pub use table::{
    AvailableIntroductionTransition, BEGIN_GUARDS as INTRODUCTION_BEGIN_GUARDS, INTRODUCTION_RULES,
    IntroductionBeginRefusal, IntroductionCircumstances, IntroductionRefusal, IntroductionRule,
    IntroductionTimers, available_introduction_transitions, begin_introduction, introduction_transition,
};
