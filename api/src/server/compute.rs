//! Work that keeps a core busy, off the threads that answer requests.
//!
//! A deadline cannot stop such work, so there is never more of it than there are cores, and only so much may wait.

use std::sync::{Arc, LazyLock};

use tokio::sync::Semaphore;

/// Pieces of work that may wait or run, for each core.
const QUEUE_PER_CORE: usize = 16;

static POOL: LazyLock<Pool> =
    LazyLock::new(|| Pool::new(std::thread::available_parallelism().map_or(2, Into::into)));

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// Too much waits already.
    #[error("too much work waits already")]
    Overloaded,
    /// The work panicked.
    #[error("the work failed")]
    Failed,
}

/// A bounded pool of threads for work.
#[derive(Debug)]
pub struct Pool {
    queue: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

impl Pool {
    /// A pool that works on so many pieces at once.
    pub fn new(cores: usize) -> Self {
        let queue = Arc::new(Semaphore::new(cores.saturating_mul(QUEUE_PER_CORE)));
        Self { queue, cores: Arc::new(Semaphore::new(cores)) }
    }

    /// Does a piece of work when its turn comes.
    ///
    /// Who stops waiting before the turn came takes the work with him; after that it is done to its end.
    ///
    /// # Errors
    /// Too much waits already, or the work panicked.
    pub async fn run<R: Send + 'static>(
        &self,
        work: impl FnOnce() -> R + Send + 'static,
    ) -> Result<R, ComputeError> {
        let place = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| ComputeError::Overloaded)?;
        let turn = Arc::clone(&self.cores).acquire_owned().await.map_err(|_| ComputeError::Failed)?;
        // Both are held by the work and not by who waits for it, or a time-out would let in more than there is
        // room for.
        let held = (place, turn);
        let done = tokio::task::spawn_blocking(move || {
            let result = work();
            drop(held);
            result
        });
        done.await.map_err(|_| ComputeError::Failed)
    }
}

/// Does a piece of work on the pool of the process, which has a thread for each core.
///
/// # Errors
/// Too much waits already, or the work panicked.
pub async fn run<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> Result<R, ComputeError> {
    POOL.run(work).await
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn work_waits_up_to_a_bound_and_a_panic_frees_its_place() {
        let pool = Arc::new(Pool::new(1));
        assert_eq!(pool.run(|| 6 * 7).await, Ok(42));
        assert_eq!(pool.run(|| -> u8 { panic!("of this piece") }).await, Err(ComputeError::Failed));
        let (release, blocked) = mpsc::channel::<()>();
        let first = tokio::spawn({
            let pool = Arc::clone(&pool);
            async move { pool.run(move || blocked.recv().is_ok()).await }
        });
        let waiting: Vec<_> = (1..QUEUE_PER_CORE)
            .map(|_| {
                let pool = Arc::clone(&pool);
                tokio::spawn(async move { pool.run(|| true).await })
            })
            .collect();
        while pool.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.run(|| true).await, Err(ComputeError::Overloaded));
        release.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(true));
        for one in waiting {
            assert_eq!(one.await.unwrap(), Ok(true));
        }
    }
}
