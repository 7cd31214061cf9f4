//! How many files are answered at a time, and how much of the machine they take together: searches of
//! people who wait come first.

use std::{sync::Arc, thread};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

/// Files at a time; the next one is told to come back.
const FILES: usize = 8;

/// Places for files, and lanes to the pool.
pub struct Room {
    files: Arc<Semaphore>,
    lanes: Semaphore,
}

impl Room {
    /// All files together leave one thread of the pool to searches, where it has more than one.
    pub fn new() -> Self {
        let threads = thread::available_parallelism().map_or(2, usize::from);
        Self { files: Arc::new(Semaphore::new(FILES)), lanes: Semaphore::new((threads - 1).max(1)) }
    }

    /// A place for one file, held until it is dropped; none when all are taken.
    pub fn enter(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.files).try_acquire_owned().ok()
    }

    /// A turn to compute a few rows. Turns are given in the order asked, so that a short file passes between
    /// the rows of a long one.
    pub async fn lane(&self) -> SemaphorePermit<'_> {
        self.lanes.acquire().await.expect("the semaphore is never closed")
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::new()
    }
}
