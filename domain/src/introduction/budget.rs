//! How many introductions an organisation may begin: a budget a month, earned by answers.

use chrono::{DateTime, Datelike, Months, NaiveDate, NaiveTime, TimeDelta, Utc};

/// What an organisation did since the month began, in UTC, and how often it was blocked in the time before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContactBudget {
    /// Introductions that it expressed.
    pub expressed: u32,
    /// Answers that it gave before they were overdue, yes or no.
    pub replies: u32,
    /// Organisations that blocked it in the time that counts for the month, see [`blocks_counted`].
    pub blocks: u32,
}

impl ContactBudget {
    /// New expressions a month, before answers and blocks (features 4.9.2).
    pub const MONTHLY: u32 = 10;

    /// Expressions that are left: ten, one more for each answer, one less for each block, less those made.
    pub const fn left(self) -> u32 {
        Self::MONTHLY.saturating_add(self.replies).saturating_sub(self.blocks).saturating_sub(self.expressed)
    }
}

/// When the month of a time began, in UTC.
pub fn month_begins(now: DateTime<Utc>) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(now.year(), now.month(), 1)
        .map_or(now, |day| day.and_time(NaiveTime::MIN).and_utc())
}

/// Days before a month in which a block does not count for it any more, but only for the next one.
const QUIET_DAYS: i64 = 7;

/// The time whose blocks lower the budget of the month of `now`: from its first value, included, to its second, excluded.
///
/// Features 4.9.2 asks for one less for each block received, and a block must not be told to whom it falls on. A budget
/// that fell at once would tell it, and by whom, to anyone who looks at it before and after. So a block lowers the budget
/// of a later month alone: it comes into force at the first beginning of a month that is seven days or more after it, 7
/// to 38 days later, together with all others of that time. Each block counts for exactly one month.
pub fn blocks_counted(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let begins = month_begins(now);
    let before = begins.checked_sub_months(Months::new(1)).unwrap_or(begins);
    let quiet = |begin: DateTime<Utc>| begin.checked_sub_signed(TimeDelta::days(QUIET_DAYS)).unwrap_or(begin);
    (quiet(before), quiet(begins))
}
