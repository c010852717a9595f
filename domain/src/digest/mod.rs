//! Digests: who is told what is new, when, and what counts as new.
//!
//! A subscription is an address, a question (a mandate, a saved search, the partners of a city) and settings. The clock
//! and the settings alone say when an issue is due ([`calendar`]); what stands in it follows from what the reader was
//! told before ([`item`], [`selection`]). Both machines are tables ([`table`]).

pub mod calendar;
mod code;
pub mod item;
pub mod selection;
pub mod settings;
pub mod table;
#[cfg(test)]
mod tests;

pub use code::{
    DigestCadence, DigestIssueState, DigestIssueTransition, DigestItemKind, DigestLanguage, DigestNoReason,
    DigestState, DigestSubjectKind, DigestTransition, DigestWeekday,
};
pub use item::{Told, fingerprint, news};
pub use selection::{Candidate, select};
pub use settings::{DigestSettings, DigestSettingsInput};
pub use table::{DigestRefusal, ISSUE_RULES, SUBSCRIPTION_RULES, digest_transition, issue_transition};

/// A subscription, for its id.
#[derive(Debug)]
pub struct Subscription;

/// An issue of a subscription, for its id.
#[derive(Debug)]
pub struct Issue;

/// Days in which a subscription has to be confirmed.
pub const CONFIRM_DAYS: i64 = 7;
/// Soft bounces within [`SOFT_BOUNCE_DAYS`] that suppress an address as a hard one does.
pub const SOFT_BOUNCES: usize = 3;
/// Days in which soft bounces are counted.
pub const SOFT_BOUNCE_DAYS: i64 = 30;
