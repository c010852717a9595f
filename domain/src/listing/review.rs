//! Review: how long it may take, and for which reasons a listing is returned.

use chrono::{Days, NaiveDate};

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why a reviewer returns or rejects a listing; each is told to the owner.
    ReviewReturnReason, "CARAVANSERAI-REVIEW-RETURN-REASON", "1", {
        Duplicate = "DUPLICATE": "Another listing is of the same project",
        NotDigitalEconomy = "NOT_DIGITAL_ECONOMY": "Not of the digital economy",
        NoOwnerMandate = "NO_OWNER_MANDATE": "Nothing shows that the owner may offer it",
        UnverifiableClaim = "UNVERIFIABLE_CLAIM": "A claim that cannot be checked",
        MissingFinancials = "MISSING_FINANCIALS": "Figures are missing",
        ContainsPersonalData = "CONTAINS_PERSONAL_DATA": "Personal data in a public text",
        ContainsContactDetails = "CONTAINS_CONTACT_DETAILS": "Contact details in a public text",
        NotAProject = "NOT_A_PROJECT": "Not a project",
    }
}

/// Days that a review takes at most, from the claim on. They are calendar days: an owner who waits counts those.
pub const REVIEW_DAYS: u64 = 5;

/// The clock of a review, which the owner sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewClock {
    /// The last day on which the review is in time.
    pub due: NaiveDate,
    /// Days left; below 0 where it is late.
    pub days_left: i64,
}

impl ReviewClock {
    /// The clock of a review that was claimed on a day.
    pub fn of(claimed: NaiveDate, today: NaiveDate) -> Self {
        let due = claimed.checked_add_days(Days::new(REVIEW_DAYS)).unwrap_or(NaiveDate::MAX);
        Self { due, days_left: due.signed_duration_since(today).num_days() }
    }

    /// Whether the review is late.
    pub const fn is_late(self) -> bool {
        self.days_left < 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_review_is_in_time_for_five_days() {
        let day = |d| NaiveDate::from_ymd_opt(2026, 3, d).unwrap();
        let clock = ReviewClock::of(day(2), day(7));
        assert_eq!(clock, ReviewClock { due: day(7), days_left: 0 });
        assert!(!clock.is_late());
        assert!(ReviewClock::of(day(2), day(8)).is_late());
        assert!(!ReviewClock::of(NaiveDate::MAX, day(8)).is_late());
    }
}
