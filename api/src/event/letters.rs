//! What the mail about events and meetings says. Plain text in English. No word of what the sides wrote to each other
//! stands in a mail: whoever reads it signs in for that.

use domain::{
    Vocabulary,
    exchange_event::{EventTransition, ExchangeEvent},
    meeting::{Meeting, MeetingTransition},
};

fn sign_in(url: &str) -> String {
    format!("\n\nSign in to see it and to answer:\n{url}")
}

/// A meeting is asked for.
pub(super) fn asked(name: &str, event: &ExchangeEvent, accepted: bool, url: &str) -> (&'static str, String) {
    let what = if accepted {
        "It counts as accepted, as the event has it; you can cancel it."
    } else {
        "Without an answer it expires when the requests close."
    };
    let title = event.plan.title.value();
    ("Somebody asks to meet you", format!("{name} asks to meet you at: {title}. {what}{}", sign_in(url)))
}

/// Something happened to a meeting.
pub(super) fn moved(
    transition: MeetingTransition,
    meeting: &Meeting,
    event: &ExchangeEvent,
    url: &str,
) -> (&'static str, String) {
    let mut body = format!(
        "{}. Your meeting at '{}' stands at: {}.",
        transition.label(),
        event.plan.title.value(),
        meeting.state.label()
    );
    if let Some(place) = meeting.place.filter(|_| meeting.published) {
        let at = place.starts.format("%Y-%m-%d %H:%M");
        let spot = if place.stand { "stand" } else { "table" };
        let number = place.table;
        body = format!("{body}\nTime: {at} UTC, {spot} {number}.");
    }
    body.push_str(&sign_in(url));
    ("News of a meeting", body)
}

/// The schedule is published.
pub(super) fn published(event: &ExchangeEvent, meetings: usize, url: &str) -> (&'static str, String) {
    let title = event.plan.title.value();
    let (subject, what) = match meetings {
        0 => {
            ("A schedule without a meeting of yours", "None of your meetings found a place there.".to_owned())
        }
        1 => ("Your meeting has its time", "You have one meeting there; your calendar holds it.".to_owned()),
        _ => {
            let what = format!("You have {meetings} meetings there; your calendar holds them.");
            ("Your meetings have their times", what)
        }
    };
    (subject, format!("The schedule of '{title}' is published. {what}{}", sign_in(url)))
}

/// Something happened to an event.
pub(super) fn event(transition: EventTransition, event: &ExchangeEvent, url: &str) -> (&'static str, String) {
    let body = format!(
        "{}. The event '{}' stands at: {}.{}",
        transition.label(),
        event.plan.title.value(),
        event.state.label(),
        sign_in(url)
    );
    ("News of an exchange event", body)
}
