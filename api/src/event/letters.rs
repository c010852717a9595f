//! What the mail about events and meetings says. No word of what the sides wrote to each other stands in a mail: whoever
//! reads it signs in for that.

use domain::{
    exchange_event::{EventTransition, ExchangeEvent},
    meeting::{Meeting, MeetingTransition},
};

use crate::command::{News, Put};

fn title(event: &ExchangeEvent) -> (&'static str, Put) {
    ("title", Put::text(event.plan.title.value()))
}

/// A meeting is asked for.
pub(super) fn asked(name: &str, event: &ExchangeEvent, accepted: bool, url: &str) -> News {
    News::of("meet")
        .say_with("meet-text", vec![("name", Put::text(name)), title(event)])
        .say(if accepted { "meet-accepted" } else { "meet-open" })
        .answer(url)
}

/// Something happened to a meeting.
pub(super) fn moved(
    transition: MeetingTransition,
    meeting: &Meeting,
    event: &ExchangeEvent,
    url: &str,
) -> News {
    let news = News::of("meeting").say_with("meeting-text", vec![title(event)]);
    // It is told to the side that is said not to have come: in the words of who said it, it would be about the other one.
    let news = match transition {
        MeetingTransition::ReportNoShow => news.say("meeting-absent"),
        _ => news.done("meeting-deed", transition),
    };
    let mut news = news.stands("meeting", meeting.state);
    if let Some(place) = meeting.place.filter(|_| meeting.published) {
        let time = Put::text(place.starts.format("%Y-%m-%d %H:%M"));
        let key = if place.stand { "meeting-stand" } else { "meeting-table" };
        news = news.say_with(key, vec![("time", time), ("number", Put::text(place.table))]);
    }
    news.answer(url)
}

/// The schedule is published.
pub(super) fn published(event: &ExchangeEvent, meetings: usize, url: &str) -> News {
    let said = |subject| News::of(subject).say_with("schedule-text", vec![title(event)]);
    match meetings {
        0 => said("schedule-none").say("schedule-none-text"),
        1 => said("schedule-one").say("schedule-one-text"),
        _ => said("schedule-many").say_with("schedule-many-text", vec![("count", Put::text(meetings))]),
    }
    .answer(url)
}

/// Something happened to an event.
pub(super) fn event(transition: EventTransition, event: &ExchangeEvent, url: &str) -> News {
    News::of("event")
        .say_with("event-text", vec![title(event)])
        .done("event-deed", transition)
        .stands("event", event.state)
        .answer(url)
}
