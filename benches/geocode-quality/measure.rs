//! What an answer costs: CPU time of the asking thread, and time on the clock.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Cost of one query, in milliseconds.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    pub cpu: f64,
    pub wall: f64,
}

/// Costs of a class, put in order.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spread {
    pub p50: f64,
    pub mean: f64,
    pub p99: f64,
    pub max: f64,
}

/// Runs something and says what it cost this thread.
pub(crate) fn measured<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let (cpu, wall) = (thread_cpu(), Instant::now());
    let done = work();
    let cost = Cost { cpu: milliseconds(thread_cpu() - cpu), wall: milliseconds(wall.elapsed()) };
    (done, cost)
}

fn thread_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap(), u32::try_from(time.tv_nsec).unwrap())
}

pub(crate) fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

impl Spread {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let Some(last) = values.len().checked_sub(1) else { return Self::default() };
        let at = |percent: usize| values[last * percent / 100];
        Self { p50: at(50), mean: values.iter().sum::<f64>() / values.len() as f64, p99: at(99), max: values[last] }
    }
}
