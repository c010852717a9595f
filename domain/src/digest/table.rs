//! The two machines as tables: what leads where. Source: features 4.9.6; for issues, rulings 8.
//!
//! An issue that is composed is sent by the outbox, whose own machine has the leases, the intent and the retries; what
//! the outbox comes to is the end of the issue.

use super::code::{
    DigestIssueState as I, DigestIssueTransition as J, DigestState as S, DigestTransition as T,
};

/// From, name, to. Every pair that is not here is refused.
pub const SUBSCRIPTION_RULES: &[(S, T, S)] = &[
    (S::Pending, T::Confirm, S::Active),
    (S::Pending, T::Expire, S::Expired),
    // Whoever was subscribed by others may say no before anything was sent.
    (S::Pending, T::Unsubscribe, S::Unsubscribed),
    (S::Active, T::Pause, S::Paused),
    (S::Paused, T::Pause, S::Paused),
    (S::Paused, T::Resume, S::Active),
    (S::Active, T::Unsubscribe, S::Unsubscribed),
    (S::Paused, T::Unsubscribe, S::Unsubscribed),
    (S::Bounced, T::Unsubscribe, S::Unsubscribed),
    (S::Active, T::Bounce, S::Bounced),
    (S::Paused, T::Bounce, S::Bounced),
    (S::Bounced, T::Reconfirm, S::Active),
    (S::Active, T::Complain, S::Complained),
    (S::Paused, T::Complain, S::Complained),
    (S::Bounced, T::Complain, S::Complained),
];

/// From, name, to. Every pair that is not here is refused.
pub const ISSUE_RULES: &[(I, J, I)] = &[
    (I::Planned, J::Compose, I::Composed),
    (I::Planned, J::Skip, I::SkippedEmpty),
    (I::Planned, J::Cancel, I::Cancelled),
    (I::Composed, J::Deliver, I::Sent),
    (I::Composed, J::Fail, I::Failed),
    (I::Composed, J::Cancel, I::Cancelled),
    (I::Failed, J::Retry, I::Composed),
];

/// A transition that the table does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a subscription in the state {from:?} has no transition {transition:?}")]
pub struct DigestRefusal {
    /// The state.
    pub from: S,
    /// What was asked for.
    pub transition: T,
}

/// Where a transition leads a subscription.
///
/// # Errors
/// The table has no such transition from here.
pub fn digest_transition(from: S, transition: T) -> Result<S, DigestRefusal> {
    let rule = SUBSCRIPTION_RULES.iter().find(|rule| rule.0 == from && rule.1 == transition);
    rule.map(|rule| rule.2).ok_or(DigestRefusal { from, transition })
}

/// Where a transition leads an issue; none where the table has no such transition from here.
pub fn issue_transition(from: I, transition: J) -> Option<I> {
    ISSUE_RULES.iter().find(|rule| rule.0 == from && rule.1 == transition).map(|rule| rule.2)
}

impl S {
    /// Whether it is over for good: a new opt-in makes a new subscription.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Expired | Self::Unsubscribed | Self::Complained)
    }
}
