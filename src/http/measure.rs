//! Counts of requests, by route and status.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper ends in seconds.
pub const BUCKETS: [f64; 10] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// Method, route template and status.
pub type Key = (&'static str, String, u16);

/// A distribution of times.
#[derive(Clone, Debug, Default)]
pub struct Times {
    /// By bucket, not added up
    pub counts: [u64; BUCKETS.len()],
    /// All, those behind the last bucket too
    pub count: u64,
    /// Seconds
    pub sum: f64,
}

impl Times {
    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        let seconds = time.as_secs_f64();
        if let Some(at) = BUCKETS.iter().position(|end| seconds <= *end) {
            self.counts[at] += 1;
        }
        self.count += 1;
        self.sum += seconds;
    }
}

/// All requests so far. Labels come from our own tables, never from a request.
#[derive(Debug, Default)]
pub struct Requests(Mutex<BTreeMap<Key, Times>>);

impl Requests {
    /// Counts one.
    pub fn count(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        self.lock().entry((method, route.to_owned(), status)).or_default().add(took);
    }

    /// All counts.
    pub fn all(&self) -> BTreeMap<Key, Times> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Times>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
