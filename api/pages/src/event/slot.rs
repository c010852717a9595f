//! Slots of an event as a form writes them: a line each, on the clocks of the place.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};
use chrono_tz::Tz;

/// Slots that an event has at most.
pub(super) const MOST: i64 = 96;

/// A time on the clocks of a place; the earlier of two where clocks are put back, none where they leap over it.
pub(super) fn instant(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    zone.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
}

/// The time of a field for a day and a time, as browsers write it.
pub(super) fn local(text: &str) -> Option<NaiveDateTime> {
    ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
}

fn time(text: &str) -> Option<NaiveTime> {
    NaiveTime::parse_from_str(text.trim(), "%H:%M").ok()
}

/// The beginning and the end of a line such as `2027-03-31 09:00-09:30`.
fn line(text: &str) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let (day, hours) = text.trim().split_once(' ')?;
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let (from, to) = hours.split_once(['-', '–', '—'])?;
    let (from, to) = (time(from)?, time(to)?);
    // What ends at midnight or after it ends on the next day.
    let last = if to <= from { day.succ_opt()? } else { day };
    Some((day.and_time(from), last.and_time(to)))
}

/// When a slot begins and ends.
pub(super) type Span = (DateTime<Utc>, DateTime<Utc>);

/// The slots of all lines.
///
/// # Errors
/// The first line that does not read.
pub(super) fn slots(zone: Tz, text: &str) -> Result<Vec<Span>, String> {
    text.lines()
        .filter(|text| !text.trim().is_empty())
        .map(|text| {
            let (from, to) = line(text).ok_or_else(|| text.to_owned())?;
            instant(zone, from).zip(instant(zone, to)).ok_or_else(|| text.to_owned())
        })
        .collect()
}

/// A line of a slot.
pub(super) fn written(from: NaiveDateTime, to: NaiveDateTime) -> String {
    format!("{}-{}", from.format("%Y-%m-%d %H:%M"), to.format("%H:%M"))
}

/// Lines of slots of one length from a time on, with a pause after each.
pub(super) fn row(first: NaiveDateTime, minutes: i64, pause: i64, count: i64) -> Vec<String> {
    let (length, pause) = (minutes.clamp(5, 480), pause.clamp(0, 480));
    let step = TimeDelta::minutes(length.saturating_add(pause));
    let mut lines = Vec::new();
    let mut from = first;
    for _ in 0..count.clamp(0, MOST) {
        let Some(to) = from.checked_add_signed(TimeDelta::minutes(length)) else { break };
        lines.push(written(from, to));
        let Some(next) = from.checked_add_signed(step) else { break };
        from = next;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_times_of_the_place() {
        let zone: Tz = "Europe/Belgrade".parse().unwrap();
        let read = slots(zone, "2027-01-10 09:00-09:30\n\n2027-07-10 23:30–00:15 \n").unwrap();
        let said: Vec<String> = read.iter().map(|(from, to)| format!("{from:?} {to:?}")).collect();
        assert_eq!(
            said,
            ["2027-01-10T08:00:00Z 2027-01-10T08:30:00Z", "2027-07-10T21:30:00Z 2027-07-10T22:15:00Z"]
        );
        assert_eq!(slots(zone, "2027-01-10 9 to 10"), Err("2027-01-10 9 to 10".to_owned()));
        // Clocks leap over this hour.
        assert!(slots(zone, "2027-03-28 02:15-02:45").is_err());
    }

    #[test]
    fn a_row_has_pauses_and_an_end() {
        let first = local("2027-01-10T09:00").unwrap();
        assert_eq!(row(first, 30, 10, 2), ["2027-01-10 09:00-09:30", "2027-01-10 09:40-10:10"]);
        assert_eq!(row(first, 30, 0, 10_000).len(), 96);
        assert!(row(first, 30, 0, -1).is_empty());
    }
}
