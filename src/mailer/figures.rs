//! What this process has timed and not yet added to the outbox, from where it is shown for all.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Mailer;
use crate::outbox::{Outbox, Series, Times};

/// Distributions since they were written last.
#[derive(Default)]
pub(super) struct Figures(Mutex<BTreeMap<Series, Times>>);

impl Figures {
    /// Adds one time.
    pub fn add(&self, series: Series, time: Duration) {
        self.lock().entry(series).or_insert_with(|| Times::new(series)).add(time);
    }

    /// Writes them. Those that cannot be written now are written the next time.
    async fn write(&self, outbox: &Outbox) {
        let times: Vec<Times> = std::mem::take(&mut *self.lock()).into_values().collect();
        if times.is_empty() || outbox.store().observe(times.clone()).await.is_ok() {
            return;
        }
        let mut kept = self.lock();
        for times in times {
            kept.entry(times.series).or_insert_with(|| Times::new(times.series)).merge(&times);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Series, Times>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mailer {
    /// Adds what was timed here to the outbox.
    pub(crate) async fn write_times(&self) {
        if let Some(outbox) = self.outbox() {
            self.shared.figures.write(outbox).await;
        }
    }
}
