//! Cost budgets: each caller may spend so many units a minute, and all of a minute's at once.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::{Clock, DefaultClock},
    state::keyed::DefaultKeyedStateStore,
};
use uuid::Uuid;

/// Whose budget pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Principal {
    /// An account.
    Account(Uuid),
    /// A network address of nobody in particular.
    Address(IpAddr),
}

impl Principal {
    /// The address that pays for a peer: itself, or its network of 64 bits where one customer has a whole network.
    pub fn address(peer: IpAddr) -> Self {
        match peer.to_canonical() {
            IpAddr::V6(address) => Self::Address(IpAddr::V6((address.to_bits() & (u128::MAX << 64)).into())),
            IpAddr::V4(address) => Self::Address(IpAddr::V4(address)),
        }
    }
}

/// Charges between two looks for callers that can be forgotten.
const CHARGES_PER_SWEEP: u32 = 4_096;

/// Budgets of all callers.
#[derive(Debug)]
pub struct Budget {
    limiter: RateLimiter<Principal, DefaultKeyedStateStore<Principal>, DefaultClock>,
    clock: DefaultClock,
    units_per_minute: NonZeroU32,
    charges: AtomicU32,
}

impl Budget {
    /// Budgets of so many units a minute, at least one.
    pub fn per_minute(units: u32) -> Self {
        let units_per_minute = NonZeroU32::new(units).unwrap_or(NonZeroU32::MIN);
        let clock = DefaultClock::default();
        let limiter = RateLimiter::keyed(Quota::per_minute(units_per_minute));
        Self { limiter, clock, units_per_minute, charges: AtomicU32::new(0) }
    }

    /// Takes a cost off a caller's budget.
    ///
    /// A cost above the whole budget is charged as the whole budget, or it could never be paid.
    ///
    /// # Errors
    /// The budget does not hold it; the time after which it will.
    pub fn charge(&self, principal: &Principal, cost: u64) -> Result<(), Duration> {
        self.sweep();
        let most = u64::from(self.units_per_minute.get());
        let units =
            u32::try_from(cost.clamp(1, most)).ok().and_then(NonZeroU32::new).unwrap_or(NonZeroU32::MIN);
        match self.limiter.check_key_n(principal, units) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => {
                metrics::counter!("budget_refusals_total").increment(1);
                Err(not_until.wait_time_from(self.clock.now()))
            }
            // Not reachable after the clamp; a minute is when the whole budget is back.
            Err(_) => Err(Duration::from_mins(1)),
        }
    }

    /// Forgets callers whose budget is whole again, so that memory follows who is here, not who ever was.
    fn sweep(&self) {
        let charges = self.charges.fetch_add(1, Ordering::Relaxed);
        if charges % CHARGES_PER_SWEEP == CHARGES_PER_SWEEP.saturating_sub(1) {
            self.limiter.retain_recent();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_by_cost_and_by_caller() {
        let budget = Budget::per_minute(1_000);
        let one = Principal::address("192.0.2.1".parse().unwrap());
        let other = Principal::address("192.0.2.2".parse().unwrap());
        assert_eq!(budget.charge(&one, 600), Ok(()));
        let wait = budget.charge(&one, 600).unwrap_err();
        assert!(wait > Duration::from_secs(5) && wait <= Duration::from_secs(13), "{wait:?}");
        assert_eq!(budget.charge(&one, 300), Ok(()));
        assert_eq!(budget.charge(&other, 1_000), Ok(()));
        assert!(budget.charge(&other, 1).is_err());
    }

    #[test]
    fn a_cost_over_the_whole_budget_takes_all_of_it() {
        let budget = Budget::per_minute(1_000);
        let account = Principal::Account(Uuid::nil());
        assert_eq!(budget.charge(&account, u64::MAX), Ok(()));
        assert!(budget.charge(&account, 0).is_err());
    }

    #[test]
    fn a_network_of_64_bits_is_one_caller() {
        let principal = |text: &str| Principal::address(text.parse().unwrap());
        assert_eq!(principal("2001:db8:1:2::3"), principal("2001:db8:1:2:ffff::1"));
        assert_ne!(principal("2001:db8:1:2::3"), principal("2001:db8:1:3::3"));
        assert_eq!(principal("::ffff:192.0.2.1"), principal("192.0.2.1"));
    }
}
