//! When an issue is due.
//!
//! Each local day belongs to one period: itself, its ISO week, or its month. Each period has one day of issue, and that
//! day one instant: the hour of the zone. Where clocks skip that hour, the first instant after the gap; where it comes
//! twice, the first of the two. So a year has one issue a period whatever the clocks do.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

use super::{code::DigestCadence, settings::DigestSettings};

/// Days that are looked ahead: more than two months, for months that are all quiet.
const AHEAD: u64 = 130;
/// The furthest that an issue can be due, in days; what is stored beyond it was written under a wrong clock.
pub const FURTHEST_DAYS: i64 = 131;

impl DigestSettings {
    /// The name of the period of a local day, such as `2026-11-26`, `2026-W48` or `2026-11`.
    pub fn period(&self, day: NaiveDate) -> String {
        match self.cadence {
            DigestCadence::Daily => day.format("%Y-%m-%d").to_string(),
            DigestCadence::Weekly => day.format("%G-W%V").to_string(),
            DigestCadence::Monthly => day.format("%Y-%m").to_string(),
        }
    }

    /// The day of issue of the period of a local day, without regard to quiet dates; none where there is none.
    fn anchor(&self, day: NaiveDate) -> Option<NaiveDate> {
        let weekday = self.weekday();
        match self.cadence {
            DigestCadence::Daily => self.is_working(day.weekday()).then_some(day),
            DigestCadence::Weekly => day
                .week(chrono::Weekday::Mon)
                .checked_first_day()?
                .checked_add_days(Days::new(u64::from(weekday.num_days_from_monday()))),
            DigestCadence::Monthly => {
                NaiveDate::from_weekday_of_month_opt(day.year(), day.month(), weekday, 1)
            }
        }
    }

    /// Whether the issue of its period comes on a local day: on the day that is set, or, where that is quiet, on the
    /// first later one of the same period that is not.
    pub fn is_issue_day(&self, day: NaiveDate) -> bool {
        let Some(mut at) = self.anchor(day) else { return false };
        let period = self.period(day);
        while self.quiet_dates.contains(&at) {
            match at.succ_opt() {
                Some(next) if self.period(next) == period => at = next,
                _ => return false,
            }
        }
        at == day
    }

    /// The instant of the hour on a local day.
    fn instant(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let hour = NaiveTime::from_hms_opt(u32::from(self.hour), 0, 0)?;
        first_instant(self.zone, day.and_time(hour))
    }

    /// When the next issue is due, strictly after an instant; none where every day ahead is quiet.
    pub fn next_due(&self, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let from = after.with_timezone(&self.zone).date_naive().pred_opt()?;
        (0..AHEAD)
            .filter_map(|days| from.checked_add_days(Days::new(days)))
            .filter(|day| self.is_issue_day(*day))
            .filter_map(|day| self.instant(day))
            .find(|at| *at > after)
    }

    /// The period of an issue that was due at an instant.
    pub fn period_at(&self, due: DateTime<Utc>) -> String {
        self.period(self.local_day(due))
    }

    /// The local day of an instant.
    pub fn local_day(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }
}

/// The first instant at which local clocks show a time or, where they skip it, a later one.
fn first_instant(zone: chrono_tz::Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    // Gaps are of whole quarters of an hour, at most a day long (Samoa in 2011).
    let mut at = local;
    for _ in 0..=96 {
        if let Some(found) = zone.from_local_datetime(&at).earliest() {
            return Some(found.with_timezone(&Utc));
        }
        at = at.checked_add_signed(chrono::Duration::minutes(15))?;
    }
    None
}
