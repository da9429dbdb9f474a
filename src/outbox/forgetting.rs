//! Mails that were done long ago are forgotten.

use std::time::Duration;

use super::Outbox;

/// How many are forgotten in one step: others write between the steps.
const STEP: usize = 200;
/// The time between two steps.
const BREATH: Duration = Duration::from_millis(50);
/// The time between two rounds.
const ROUND: Duration = Duration::from_secs(3_600);

/// Forgets what was done longer ago than `retention`, now and then, for as long as it is let. What
/// cannot be forgotten now is forgotten in the next round.
pub async fn forget(outbox: Outbox, retention: Duration) {
    let age = i64::try_from(retention.as_millis()).unwrap_or(i64::MAX);
    loop {
        let before = outbox.clock().now().saturating_sub(age);
        while let Ok(1..) = outbox.store().prune(before, STEP).await {
            tokio::time::sleep(BREATH).await;
        }
        tokio::time::sleep(ROUND).await;
    }
}
