//! Mails that were done long ago are forgotten.

use std::time::Duration;

use tokio::task::JoinHandle;

use super::Outbox;

/// How many are forgotten in one step: others write between the steps.
const STEP: usize = 200;
/// The time between two steps.
const BREATH: Duration = Duration::from_millis(50);
/// The time between two rounds.
const ROUND: Duration = Duration::from_secs(3_600);

/// Forgets, for as long as it is there, what was done long ago.
#[derive(Debug)]
pub struct Forgetting(JoinHandle<()>);

impl Forgetting {
    /// Forgets what was done longer ago than `retention`, at once and then now and then. What
    /// cannot be forgotten now is forgotten in the next round. To be called in a runtime of tokio.
    pub fn begin(outbox: &Outbox, retention: Duration) -> Forgetting {
        Forgetting(tokio::spawn(forget(outbox.clone(), retention)))
    }
}

impl Drop for Forgetting {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn forget(outbox: Outbox, retention: Duration) {
    let age = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    loop {
        let before = outbox.clock().now().saturating_sub(age);
        while let Ok(1..) = outbox.store().prune(before, STEP).await {
            tokio::time::sleep(BREATH).await;
        }
        tokio::time::sleep(ROUND).await;
    }
}
