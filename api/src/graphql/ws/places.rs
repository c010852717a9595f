//! Who has a socket: bounds by caller and in all, and the end of all of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::watch;

use super::super::error::ErrorCode;
use crate::server::budget::Principal;

/// Bounds of sockets.
#[derive(Debug, Clone, Copy)]
pub struct SocketLimits {
    /// Sockets of the process.
    pub sockets: usize,
    /// Sockets of one caller.
    pub per_caller: usize,
    /// Sockets from one address whose init has not come.
    pub waiting_per_address: usize,
    /// Operations that run on one socket.
    pub operations: usize,
    /// Bytes of a message and of a frame.
    pub message_bytes: usize,
    /// Messages of one socket that wait to be sent.
    pub queue: usize,
    /// For the init to come.
    pub init: Duration,
    /// After so long without a word the other side is pinged.
    pub idle: Duration,
    /// After so long without a word since then it is dropped.
    pub silence: Duration,
    /// For the other side to take a message.
    pub write: Duration,
    /// How often the caller is looked up again.
    pub recheck: Duration,
    /// After the order to end: for queries and mutations that run to be done. Shorter than the server's drain.
    pub finish: Duration,
    /// For the other side to answer a close.
    pub close: Duration,
}

impl Default for SocketLimits {
    /// The bounds that are served.
    fn default() -> Self {
        Self {
            sockets: 2_048,
            per_caller: 5,
            waiting_per_address: 20,
            operations: 20,
            message_bytes: 64 * 1024,
            queue: 16,
            init: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            silence: Duration::from_secs(20),
            write: Duration::from_secs(10),
            recheck: Duration::from_mins(1),
            finish: Duration::from_millis(600),
            close: Duration::from_millis(300),
        }
    }
}

/// All places of the process. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Places(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    limits: SocketLimits,
    taken: Mutex<HashMap<Seat, usize>>,
    open: watch::Sender<usize>,
    is_draining: watch::Sender<bool>,
}

/// As whom a socket counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Seat {
    /// Before the init, by address.
    Waiting(Principal),
    /// After it, by caller.
    Admitted(Principal),
}

impl Places {
    /// Places within bounds.
    pub fn new(limits: SocketLimits) -> Self {
        Self(Arc::new(Inner { limits, ..Inner::default() }))
    }

    /// The bounds.
    pub fn limits(&self) -> &SocketLimits {
        &self.0.limits
    }

    /// Takes a place for a socket whose init is to come.
    ///
    /// # Errors
    /// Too many sockets, of the address or of the process, or the server ends.
    pub(super) fn enter(&self, address: Principal) -> Result<Place, ErrorCode> {
        let seat = Seat::Waiting(address);
        if *self.0.is_draining.borrow() || *self.0.open.borrow() >= self.0.limits.sockets {
            return Err(ErrorCode::Overloaded);
        }
        if !self.0.take(seat, self.0.limits.waiting_per_address) {
            return Err(ErrorCode::RateLimited);
        }
        self.0.open.send_modify(|open| *open = open.saturating_add(1));
        metrics::gauge!("ws_sockets").increment(1);
        Ok(Place { inner: Arc::clone(&self.0), seat })
    }

    /// From now on sockets end and none is opened.
    pub fn drain(&self) {
        self.0.is_draining.send_replace(true);
    }

    /// Resolves when no socket is open.
    pub async fn ended(&self) {
        // The sender is here, so that the wait cannot fail.
        let _ = self.0.open.subscribe().wait_for(|open| *open == 0).await;
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, HashMap<Seat, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, seat: Seat, most: usize) -> bool {
        let mut taken = self.lock();
        let count = taken.entry(seat).or_default();
        let is_free = *count < most;
        if is_free {
            *count = count.saturating_add(1);
        }
        is_free
    }

    fn leave(&self, seat: Seat) {
        let mut taken = self.lock();
        if let Some(count) = taken.get_mut(&seat) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                taken.remove(&seat);
            }
        }
    }
}

/// The place of one socket, given back when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    inner: Arc<Inner>,
    seat: Seat,
}

impl Place {
    /// Counts the socket as the caller's from now on; false where the caller has as many as one may have.
    pub(super) fn admit(&mut self, caller: Principal) -> bool {
        let seat = Seat::Admitted(caller);
        let is_free = self.inner.take(seat, self.inner.limits.per_caller);
        if is_free {
            self.inner.leave(std::mem::replace(&mut self.seat, seat));
        }
        is_free
    }

    /// Turns true when the server ends.
    pub(super) fn draining(&self) -> watch::Receiver<bool> {
        self.inner.is_draining.subscribe()
    }

    pub(super) fn limits(&self) -> SocketLimits {
        self.inner.limits
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.inner.leave(self.seat);
        self.inner.open.send_modify(|open| *open = open.saturating_sub(1));
        metrics::gauge!("ws_sockets").decrement(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> Principal {
        Principal::address(std::net::IpAddr::from([192, 0, 2, last]))
    }

    #[tokio::test]
    async fn places_are_bounded_and_given_back() {
        let limits =
            SocketLimits { sockets: 4, per_caller: 2, waiting_per_address: 3, ..SocketLimits::default() };
        let places = Places::new(limits);
        let mut held: Vec<Place> = (0..3).map(|_| places.enter(address(1)).unwrap()).collect();
        assert_eq!(places.enter(address(1)).unwrap_err(), ErrorCode::RateLimited);
        assert!(held[0].admit(address(1)) && held[1].admit(address(1)));
        assert!(!held[2].admit(address(1)), "the third of one caller");
        held.push(places.enter(address(1)).unwrap());
        assert_eq!(places.enter(address(2)).unwrap_err(), ErrorCode::Overloaded, "the fifth of all");
        held.truncate(1);
        held.push(places.enter(address(2)).unwrap());
        assert!(held[1].admit(address(1)), "one was given back");
        places.drain();
        assert!(*held[0].draining().borrow());
        assert_eq!(places.enter(address(3)).unwrap_err(), ErrorCode::Overloaded);
        assert!(tokio::time::timeout(Duration::from_millis(20), places.ended()).await.is_err());
        drop(held);
        places.ended().await;
        assert!(places.0.lock().is_empty());
    }
}
