//! What the mail about partnerships says.

use domain::partnership::{PartnershipEvent, SharedKind};

use crate::command::{News, Put};

/// The other side did something.
pub(super) fn moved(event: &PartnershipEvent, url: &str) -> News {
    News::of("partnership").done("deed", event.transition).stands("partnership", event.to).see(url)
}

/// The other side has given its word.
pub(super) fn awaited(event: &PartnershipEvent, url: &str) -> News {
    News::of("awaited")
        .say_with("awaited-text", vec![("deed", Put::label("deed", event.transition))])
        .see(url)
}

/// A partnership is about to go dormant.
pub(super) fn warned(number: u32, url: &str) -> News {
    News::of("dormant").say_with("dormant-text", vec![("number", Put::text(number))]).see(url)
}

/// The other side put something into the workspace.
pub(super) fn shared(kind: SharedKind, url: &str) -> News {
    let what = match kind {
        SharedKind::Document => "shared-document",
        SharedKind::Contact => "shared-contact",
        SharedKind::DataSet => "shared-data",
    };
    News::of("shared").say("shared-text").say(what).see(url)
}
