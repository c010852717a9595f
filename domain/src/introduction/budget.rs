//! How many introductions an organisation may begin: a budget a month, earned by answers.

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};

/// What an organisation did since the month began, in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ContactBudget {
    /// Introductions that it expressed.
    pub expressed: u32,
    /// Answers that it gave before they were overdue, yes or no.
    pub replies: u32,
    /// Organisations that blocked it.
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
