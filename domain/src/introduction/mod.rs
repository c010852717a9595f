//! Introductions: how an investor and the owner of a project come from a match to a close.
//!
//! The machine is [`INTRODUCTION_RULES`]; the record is an [`Introduction`], whose [`Introduction::advance`] asks the
//! machine and writes what came of it. Clients name a transition; they never set a state. Nothing binds before a signed
//! document, and from every state before it each side can leave.

mod advance;
mod budget;
mod code;
mod due;
mod record;
mod room;
mod table;
#[cfg(test)]
mod tests;

pub use advance::{Advance, Asker, Move, Surroundings};
pub use budget::{ContactBudget, blocks_counted, month_begins};
pub use code::{
    Bindingness, InterestDeclineReason, IntroductionGuard, IntroductionParty, IntroductionState,
    IntroductionTransition, NdaState, RoomFolder, Side,
};
pub use due::Nudge;
pub use record::{ExpressionOfInterest, Introduction, Promise, Reason, ThreeAnswers, Word};
pub use room::{GrantRefusal, NdaRefusal, RoomGrant};
pub use table::{
    AvailableIntroductionTransition, BEGIN_GUARDS as INTRODUCTION_BEGIN_GUARDS, INTRODUCTION_RULES,
    IntroductionBeginRefusal, IntroductionCircumstances, IntroductionMachine, IntroductionRefusal,
    IntroductionRule, IntroductionTimers, begin_introduction,
};
