//! How alive a partnership is: an index from 0 to 100 of what was done lately.
//!
//! Each activity counts 1 on its day and loses half of that every [`HALF_LIFE_DAYS`]; between two halvings it falls
//! along a straight line. With `s` the sum, the index is `100 * s / (s + 1)`, rounded down. Every kind counts the same,
//! exchange between people no less than trade. Whole numbers throughout: the same on every machine.
//!
//! What the constants mean: one activity makes 50 on its day and less than 20 after 360 days; two of one day fall below
//! 20 after 540 days, which is when silence makes a partnership dormant anyway. Below 20 a side can call it dormant.
//! The half-life and the bound of 20 are this product's policy; no source gives them.

use chrono::{DateTime, Utc};

/// Days in which an activity's weight halves.
pub const HALF_LIFE_DAYS: u32 = 180;

/// The weight of a fresh activity.
const ONE: u64 = 1 << 32;

/// What an activity of an age still weighs, of `1 << 32`.
fn weight(age_days: u32) -> u64 {
    let halvings = age_days.checked_div(HALF_LIFE_DAYS).unwrap_or(0);
    let rest = u64::from(age_days.checked_rem(HALF_LIFE_DAYS).unwrap_or(0));
    let whole = ONE.checked_shr(halvings).unwrap_or(0);
    // On the way to the next halving it loses half of what it has.
    let lost =
        whole.saturating_mul(rest).checked_div(u64::from(HALF_LIFE_DAYS).saturating_mul(2)).unwrap_or(0);
    whole.saturating_sub(lost)
}

/// The index of activities on the given days; those after `now` do not count.
pub fn health_index(activities: impl IntoIterator<Item = DateTime<Utc>>, now: DateTime<Utc>) -> u8 {
    let sum = activities
        .into_iter()
        .filter_map(|at| u32::try_from(now.signed_duration_since(at).num_days()).ok().filter(|_| at <= now))
        .fold(0_u64, |sum, age| sum.saturating_add(weight(age)));
    let index = sum.saturating_mul(100).checked_div(sum.saturating_add(ONE)).unwrap_or(0);
    u8::try_from(index).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;

    fn day(days: u64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH
            .checked_add_days(Days::new(20_000))
            .unwrap()
            .checked_sub_days(Days::new(days))
            .unwrap()
    }

    #[test]
    fn the_index_is_as_its_page_says() {
        let of = |ages: &[u64]| health_index(ages.iter().map(|age| day(*age)), day(0));
        assert_eq!(of(&[]), 0);
        assert_eq!(of(&[0]), 50);
        assert_eq!(of(&[0, 0]), 66);
        assert_eq!((of(&[180]), of(&[90])), (33, 42));
        assert_eq!((of(&[360]), of(&[361])), (20, 19));
        assert_eq!((of(&[540, 540]), of(&[541, 541])), (20, 19));
        assert_eq!(health_index([day(0)], day(1)), 0, "what is to come does not count");
        assert_eq!(of(&[u64::from(u32::MAX) / 200_000]), 0);
    }

    proptest! {
        #[test]
        fn it_falls_with_time_and_rises_with_deeds(
            ages in proptest::collection::vec(0_u64..3_000, 0..20), later in 0_u64..400, more in 0_u64..3_000,
        ) {
            let of = |ages: &[u64]| health_index(ages.iter().map(|age| day(*age)), day(0));
            let older: Vec<u64> = ages.iter().map(|age| age.saturating_add(later)).collect();
            prop_assert!(of(&older) <= of(&ages));
            let mut added = ages.clone();
            added.push(more);
            prop_assert!(of(&added) >= of(&ages) && of(&added) <= 100);
        }
    }
}
