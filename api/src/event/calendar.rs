//! The meetings of a participant as a calendar (RFC 5545): times in UTC, so that every client shows its own zone, one
//! entry for each meeting whose place was published, and CANCELLED where it was cancelled.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use domain::{
    exchange_event::ExchangeEvent,
    meeting::{Meeting, MeetingState},
};

use crate::store::Stored;

/// A calendar of meetings, each with the name of the other side. Lines end with CR LF and are at most 75 octets.
pub fn calendar(event: &ExchangeEvent, meetings: &[(Stored<Meeting>, String)], host: &str) -> String {
    let mut out = String::new();
    for text in ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Caravanserai//Events//EN", "METHOD:PUBLISH"] {
        line(&mut out, text);
    }
    for (stored, other) in meetings {
        let meeting = &stored.value;
        let Some(place) = meeting.place.filter(|_| meeting.published) else { continue };
        let status = match meeting.state {
            MeetingState::Cancelled => "CANCELLED",
            MeetingState::Confirmed | MeetingState::Held | MeetingState::NoShow => "CONFIRMED",
            _ => "TENTATIVE",
        };
        let named = usize::from(place.table).checked_sub(1).and_then(|at| event.plan.tables.get(at));
        let spot = match named {
            Some(name) if !place.stand => format!("table {}", name.as_str()),
            _ => format!("{} {}", if place.stand { "stand" } else { "table" }, place.table),
        };
        let location = format!("{}, {spot}", event.plan.venue.as_str());
        line(&mut out, "BEGIN:VEVENT");
        line(&mut out, &format!("UID:{}@{host}", stored.id.uuid()));
        line(&mut out, &format!("DTSTAMP:{}", stamp(time(stored.updated_at))));
        line(&mut out, &format!("DTSTART:{}", stamp(place.starts)));
        line(&mut out, &format!("DTEND:{}", stamp(place.ends)));
        line(&mut out, &format!("SEQUENCE:{}", meeting.sequence));
        line(&mut out, &format!("STATUS:{status}"));
        line(&mut out, &format!("SUMMARY:{}", text(&format!("{}: {other}", event.plan.title.value()))));
        line(&mut out, &format!("LOCATION:{}", text(&location)));
        line(&mut out, "END:VEVENT");
    }
    line(&mut out, "END:VCALENDAR");
    out
}

fn time(micros: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Text as RFC 5545, 3.3.11 has it.
fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len());
    for letter in plain.chars() {
        match letter {
            '\\' | ';' | ',' => {
                let _ = write!(out, "\\{letter}");
            }
            '\n' => out.push_str("\\n"),
            control if control.is_control() => {}
            other => out.push(other),
        }
    }
    out
}

/// A line, folded at 75 octets and never within a letter (RFC 5545, 3.1).
fn line(out: &mut String, text: &str) {
    let mut room = 75_usize;
    for letter in text.chars() {
        if letter.len_utf8() > room {
            out.push_str("\r\n ");
            room = 74;
        }
        out.push(letter);
        room = room.saturating_sub(letter.len_utf8());
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_folded_between_letters_and_come_back_whole() {
        let long = "SUMMARY:".to_owned() + &"цифровой шёлковый путь ".repeat(9);
        let mut out = String::new();
        line(&mut out, &long);
        assert!(out.split("\r\n").all(|line| line.len() <= 75), "{out}");
        assert_eq!(out.replace("\r\n ", "").trim_end_matches("\r\n"), long);
    }

    #[test]
    fn what_means_something_is_escaped() {
        assert_eq!(text("a;b,c\\d\ne\r"), "a\\;b\\,c\\\\d\\ne");
    }
}
