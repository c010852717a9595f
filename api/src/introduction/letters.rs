//! What the mail about introductions says. No word of what the sides wrote to each other stands in a mail: whoever reads
//! it signs in for that.

use domain::introduction::{Introduction, IntroductionState, IntroductionTransition, NdaState, Side};

use crate::command::{News, Put};

/// Somebody is interested.
pub(super) fn expressed(initiator: Side, name: &str, url: &str) -> News {
    match initiator {
        Side::Investor => News::of("interest").say_with("interest-text", vec![("name", Put::text(name))]),
        Side::Owner => News::of("invited").say("invited-text"),
    }
    .answer(url)
}

/// Contacts, to each side the other's.
pub(super) fn accepted(organisation: &str, person: &str, email: &str) -> News {
    News::of("introduced")
        .say("introduced-text")
        .lines(format!("{organisation}\n{person}\n{email}"))
        .say("introduced-else")
}

/// The other side did something.
pub(super) fn moved(transition: IntroductionTransition, introduction: &Introduction, url: &str) -> News {
    let mut news =
        News::of("introduction").done("move", transition).stands("introduction", introduction.state);
    let over = introduction.over.as_ref().filter(|_| introduction.state.is_over());
    if let Some(code) = over.and_then(|over| over.code) {
        news = news.say_with("news-reason", vec![("reason", Put::label("no", code))]);
    }
    if !matches!(introduction.state, IntroductionState::Committed | IntroductionState::Closed) {
        news = news.say("news-free");
    }
    news.answer(url)
}

/// One side has said a first word of two.
pub(super) fn said(transition: IntroductionTransition, url: &str) -> News {
    News::of("said").say_with("said-text", vec![("deed", Put::label("move", transition))]).answer(url)
}

/// Nobody has answered yet.
pub(super) fn unanswered(url: &str) -> News {
    News::of("unanswered").say("unanswered-text").answer(url)
}

/// Neither side was heard of.
pub(super) fn silent(url: &str) -> News {
    News::of("silent").say("silent-text").answer(url)
}

/// The confidentiality agreement.
pub(super) fn settled(nda: NdaState, url: &str) -> News {
    let said = match nda {
        NdaState::Open => "nda-waits",
        NdaState::Signed => "nda-signed",
        NdaState::Waived => "nda-waived",
    };
    News::of("nda").say(said).answer(url)
}
