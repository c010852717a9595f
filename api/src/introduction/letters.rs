//! What the mail about introductions says. Plain text in English; the languages come with the digests. No word of what
//! the sides wrote to each other stands in a mail: whoever reads it signs in for that.

use domain::{
    Vocabulary,
    introduction::{Introduction, IntroductionState, IntroductionTransition, Side},
};

fn sign_in(public_url: &str) -> String {
    format!("\n\nSign in to see it and to answer:\n{public_url}")
}

/// Somebody is interested.
pub(super) fn expressed(initiator: Side, name: &str, url: &str) -> (&'static str, String) {
    match initiator {
        Side::Investor => (
            "An investor is interested in your project",
            format!(
                "{name} is interested in one of your listings and has answered three questions about it. Nothing of \
                 this binds you. Without an answer it expires after 21 days.{}",
                sign_in(url)
            ),
        ),
        Side::Owner => (
            "A project invites you",
            format!(
                "The owner of a project that fits one of your mandates invites you to look at it. Nothing of this \
                 binds you. Without an answer it expires after 21 days.{}",
                sign_in(url)
            ),
        ),
    }
}

/// Contacts, to each side the other's.
pub(super) fn accepted(organisation: &str, person: &str, email: &str) -> (&'static str, String) {
    (
        "You are introduced",
        format!(
            "The introduction was accepted, and both sides see each other's contact now.\n\n{organisation}\n{person}\n\
             {email}\n\nNothing of this binds you; each side can end it at any time."
        ),
    )
}

/// The other side did something.
pub(super) fn moved(
    transition: IntroductionTransition,
    introduction: &Introduction,
    url: &str,
) -> (&'static str, String) {
    let reason = introduction
        .over
        .as_ref()
        .filter(|_| introduction.state.is_over())
        .and_then(|over| over.code)
        .map(|code| format!(" The reason given: {}.", code.label()))
        .unwrap_or_default();
    let bound = match introduction.state {
        IntroductionState::Committed | IntroductionState::Closed => "",
        _ => " Nothing of this binds you.",
    };
    (
        "News of an introduction",
        format!(
            "{}. It stands at: {}.{reason}{bound}{}",
            transition.label(),
            introduction.state.label(),
            sign_in(url)
        ),
    )
}

/// One side has said a first word of two.
pub(super) fn said(transition: IntroductionTransition, url: &str) -> (&'static str, String) {
    (
        "The other side waits for your word",
        format!(
            "The other side has said: {}. It holds when you say the same.{}",
            transition.label(),
            sign_in(url)
        ),
    )
}

/// Nobody has answered yet.
pub(super) fn unanswered(url: &str) -> (&'static str, String) {
    (
        "Somebody waits for your answer",
        format!(
            "An expression of interest waits for your yes or no. A no with a reason is an answer too, and takes \
             nothing from your standing. After 21 days without an answer it expires.{}",
            sign_in(url)
        ),
    )
}

/// Neither side was heard of.
pub(super) fn silent(url: &str) -> (&'static str, String) {
    (
        "An introduction has gone quiet",
        format!(
            "Neither side was heard of for 30 days. After 60 days of silence it lapses; either side can reopen it \
             within 90 days after that.{}",
            sign_in(url)
        ),
    )
}

/// The confidentiality agreement.
pub(super) fn settled(nda: domain::introduction::NdaState, url: &str) -> (&'static str, String) {
    ("The confidentiality agreement", format!("{}.{}", nda.label(), sign_in(url)))
}
