//! Partnerships of two cities: from a draft over the letter of intent, the trial and the approvals of both sides to an
//! agreement, its yearly review and its dignified end (features 4.9.3).
//!
//! The machine is [`PARTNERSHIP_RULES`]; the record is a [`Partnership`], whose [`Partnership::act`] asks the machine
//! and writes what came of it. Clients name a transition; they never set a state. Nothing binds before both highest
//! officials have signed, and from every state before that each side can leave.
//!
//! The clock comes in with every call. What follows outside the record (mail, the cool-down of a pair, the publication,
//! the upgrade) comes out as [`PartnershipEffect`]s.

mod act;
mod code;
mod command;
mod due;
mod guard;
mod health;
mod record;
mod shared;
mod table;
#[cfg(test)]
mod tests;

mod text;

pub use code::{
    ActivityType, AgreementForce, AgreementTier, CityRole, CitySide, PartnershipDeclineReason,
    PartnershipGuard, PartnershipParty, PartnershipState, PartnershipTransition,
};
pub use command::{
    Actor, Closing, GateVerdict, PairFacts, PartnershipCommand, PartnershipEffect, PartnershipEvent, Signing,
};
pub use due::months_between;
pub use guard::{PartnershipCircumstances, PartnershipTimers};
pub use health::{HALF_LIFE_DAYS, health_index};
pub use record::{
    Activity, ApprovalDecision, ApprovalStep, Assent, BudgetLine, CitySeat, Declaration, FirstYear,
    KpiReading, Partnership, PlannedActivity, Review, ReviewReport, Sides, Signature, SignatureKind, Trial,
    WorkItem, WorkStatus,
};
pub use shared::{
    DeedEdge, FirstDeed, SHARED_MAX, ShareRefusal, SharedEntry, SharedKind, SharedWith, Sharing,
};
pub use table::{
    AvailablePartnershipTransition, PARTNERSHIP_RULES, PartnershipMachine, PartnershipRefusal,
    PartnershipRule, PartnershipTarget, needs_both,
};
pub use text::{
    AgreementFacts, AgreementText, Clause, ClauseChange, ClauseFate, Parallel, PartChange, Piece, TextHash,
    TextHashError, TextVersion, compare,
};
