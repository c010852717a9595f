//! What the mail about partnerships says. Plain text in English; the languages come with the digests.

use domain::{
    Vocabulary,
    partnership::{PartnershipEvent, SharedKind},
};

fn sign_in(public_url: &str) -> String {
    format!("\n\nSign in to see it:\n{public_url}")
}

/// The other side did something.
pub(super) fn moved(event: &PartnershipEvent, url: &str) -> (&'static str, String) {
    let body = format!(
        "{}. The partnership stands at: {}.{}",
        event.transition.label(),
        event.to.label(),
        sign_in(url)
    );
    ("News of a partnership", body)
}

/// The other side has given its word.
pub(super) fn awaited(event: &PartnershipEvent, url: &str) -> (&'static str, String) {
    let body = format!(
        "The other city has said: {}. It holds when your city says the same.{}",
        event.transition.label(),
        sign_in(url)
    );
    ("The other city waits for your word", body)
}

/// A partnership is about to go dormant.
pub(super) fn warned(number: u32, url: &str) -> (&'static str, String) {
    let body = format!(
        "Nothing has been done in this partnership for a long time. This is warning {number} of 2: after 18 months \
         of silence it goes dormant, from which both cities can wake it with a new plan.{}",
        sign_in(url)
    );
    ("A partnership is about to go dormant", body)
}

/// The other side put something into the workspace.
pub(super) fn shared(kind: SharedKind, url: &str) -> (&'static str, String) {
    let body = format!(
        "The other city has put something into the workspace of the partnership: {}.{}",
        kind.label(),
        sign_in(url)
    );
    ("New in the workspace of a partnership", body)
}
