//! The codes that wait in the outbox for their turn, whichever process took them: as they were
//! counted last, and those that this process takes meanwhile.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::outbox::{Lane, Outbox};

/// How old a count may be.
const FRESH: Duration = Duration::from_millis(500);

/// How many, by the names of the transports that they may go by.
type Count = BTreeMap<Vec<String>, u64>;

/// The codes that wait. Shared by all of a mailer.
pub(super) struct Codes {
    outbox: Outbox,
    known: Mutex<Known>,
    /// One counts for all
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    read: Option<Instant>,
    counted: Count,
    /// Taken here since the count began
    taken: Count,
    /// About to be taken here
    coming: Count,
}

impl Codes {
    /// Those of an outbox.
    pub fn new(outbox: &Outbox) -> Codes {
        Codes { outbox: outbox.clone(), known: Mutex::default(), turn: Default::default() }
    }

    /// Counts them again where the count is old. A store that cannot be read leaves what was known.
    pub async fn refresh(&self) {
        if self.known().is_fresh() {
            return;
        }
        let _turn = self.turn.lock().await;
        if self.known().is_fresh() {
            return;
        }
        self.known().begin();
        let now = self.outbox.clock().now();
        let counted = self.outbox.store().due(Lane::Security, now).await;
        let mut known = self.known();
        known.read = Some(Instant::now());
        if let Ok(counted) = counted {
            known.counted = counted.into_iter().collect();
        }
    }

    /// How many wait for each route; a route may stand there more than once.
    pub fn waiting(&self) -> Vec<(Vec<String>, u64)> {
        self.known().waiting()
    }

    /// Lets one more code come if `may` says so of those that wait: it has its place at once, so
    /// that of many that ask together no more come than may.
    ///
    /// # Errors
    /// Why it may not.
    pub fn join<E>(
        self: &Arc<Self>,
        route: Vec<String>,
        may: impl FnOnce(&[(Vec<String>, u64)]) -> Result<(), E>,
    ) -> Result<Place, E> {
        let mut known = self.known();
        may(&known.waiting())?;
        *known.coming.entry(route.clone()).or_default() += 1;
        Ok(Place { codes: Arc::clone(self), route })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn is_fresh(&self) -> bool {
        self.read.is_some_and(|read| read.elapsed() < FRESH)
    }

    /// What is taken while it is counted may be in the count or not: it is added to be safe.
    fn begin(&mut self) {
        for (route, count) in std::mem::take(&mut self.taken) {
            *self.counted.entry(route).or_default() += count;
        }
    }

    fn waiting(&self) -> Vec<(Vec<String>, u64)> {
        let all = self.counted.iter().chain(&self.taken).chain(&self.coming);
        all.map(|(route, count)| (route.clone(), *count)).collect()
    }
}

/// The place of a code that is about to be taken; free again if it is not.
pub(super) struct Place {
    codes: Arc<Codes>,
    route: Vec<String>,
}

impl Place {
    /// The code was taken.
    pub fn keep(&self) {
        *self.codes.known().taken.entry(self.route.clone()).or_default() += 1;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut known = self.codes.known();
        if let Some(count) = known.coming.get_mut(&self.route) {
            *count = count.saturating_sub(1);
        }
    }
}
