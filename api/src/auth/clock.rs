//! What time it is: the system's, or one that a test sets.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, Utc};

/// A clock.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The system's.
    #[default]
    System,
    /// One that stands still until it is set, in microseconds since 1970, UTC.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at a time.
    pub fn at(time: DateTime<Utc>) -> Self {
        Self::Set(Arc::new(AtomicI64::new(time.timestamp_micros())))
    }

    /// The time, in universal time.
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::System => Utc::now(),
            Self::Set(micros) => {
                DateTime::from_timestamp_micros(micros.load(Ordering::Relaxed)).unwrap_or_default()
            }
        }
    }

    /// Moves a set clock; the system's clock goes its own way.
    pub fn advance(&self, by: chrono::Duration) {
        if let Self::Set(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
        }
    }
}
