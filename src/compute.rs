//! The one door from async to CPU work: a fixed pool as wide as the machine, a bounded
//! queue, one reply channel a job. A full queue is an answer (503), not a wait; a panic
//! in a job is that job's failure alone.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread,
};

use tokio::sync::oneshot;

/// Jobs that may wait for each thread: beyond, the answer would come too late to be of use.
const QUEUE_PER_THREAD: usize = 256;

type Job = Box<dyn FnOnce() + Send>;

/// The pool. Cheap to clone.
#[derive(Clone)]
pub struct Compute {
    queue: SyncSender<Job>,
}

/// Why a job gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ComputeError {
    /// The queue is full.
    #[error("the compute queue is full")]
    Busy,
    /// The job panicked; the panic hook has logged it.
    #[error("a computation panicked")]
    Panicked,
}

impl Compute {
    /// A pool as wide as the machine.
    pub fn new() -> Self {
        let threads = thread::available_parallelism().map_or(2, usize::from);
        Self::with(threads, threads * QUEUE_PER_THREAD)
    }

    fn with(threads: usize, waiting: usize) -> Self {
        let (queue, jobs) = sync_channel::<Job>(waiting);
        let jobs = Arc::new(Mutex::new(jobs));
        for number in 0..threads {
            let jobs = Arc::clone(&jobs);
            thread::Builder::new()
                .name(format!("compute-{number}"))
                .spawn(move || work(&jobs))
                .expect("the system gives a few threads when the service starts");
        }
        Self { queue }
    }

    /// Runs `work` on the pool and waits for its result without holding up the reactor.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, ComputeError> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move || {
            if !reply.is_closed() {
                let _ = reply.send(work());
            }
        });
        self.queue.try_send(job).map_err(|full| match full {
            TrySendError::Full(_) => ComputeError::Busy,
            TrySendError::Disconnected(_) => ComputeError::Panicked,
        })?;
        answer.await.map_err(|_| ComputeError::Panicked)
    }
}

impl Default for Compute {
    fn default() -> Self {
        Self::new()
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    loop {
        // The lock is held while waiting, never while working: a poisoned lock cannot be.
        let next = jobs.lock().expect("no job runs under this lock").recv();
        let Ok(job) = next else { return };
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_fails_its_own_job_and_no_other() {
        let pool = Compute::with(1, 4);
        assert_eq!(pool.run(|| -> u32 { panic!("on purpose") }).await, Err(ComputeError::Panicked));
        assert_eq!(pool.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_queue_answers_at_once() {
        let pool = Compute::with(1, 1);
        let (release, hold) = std::sync::mpsc::channel::<()>();
        let (started, running) = oneshot::channel();
        let first = tokio::spawn({
            let pool = pool.clone();
            async move {
                pool.run(move || {
                    let _ = started.send(());
                    let _ = hold.recv();
                })
                .await
            }
        });
        running.await.unwrap();
        while pool.queue.try_send(Box::new(|| ())).is_ok() {}
        assert_eq!(pool.run(|| ()).await, Err(ComputeError::Busy));
        release.send(()).unwrap();
        assert_eq!(first.await.unwrap(), Ok(()));
    }
}
