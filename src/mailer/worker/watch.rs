//! Whether anybody delivers what is accepted: a process that only accepts cannot know otherwise.

use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::mailer::Mailer;
use crate::outbox::{Millis, Outbox, Stats};

/// How long mails wait before it is told that nobody takes them.
const PATIENCE: Duration = Duration::from_secs(60);

impl Mailer {
    /// Looks a minute after a mail was accepted, and at most once in a minute, whether a worker has
    /// asked for mails.
    pub(in crate::mailer) fn look_for_worker(&self) {
        let Some(outbox) = self.outbox() else { return };
        let now = outbox.clock().now();
        let looked = &self.shared.looked;
        let last = looked.load(Ordering::Relaxed);
        let due = now - last >= millis();
        if due && looked.compare_exchange(last, now, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tokio::spawn(look(outbox.clone()));
        }
    }
}

async fn look(outbox: Outbox) {
    tokio::time::sleep(PATIENCE).await;
    let now = outbox.clock().now();
    // A store that cannot be read is told of by those who write.
    let Ok(stats) = outbox.store().stats(now).await else { return };
    let waiting = unattended(&stats, now);
    if waiting > 0 {
        tracing::warn!(
            waiting,
            "mails wait and no worker has asked for any in the last {} s: start `hongyan worker`, \
             or call `Mailer::run_worker`",
            PATIENCE.as_secs(),
        );
    }
}

/// How many mails wait that nobody asks for.
fn unattended(stats: &Stats, now: Millis) -> u64 {
    let asleep = stats.claimed_at.is_none_or(|claimed| now - claimed >= millis());
    let waiting = stats.lanes.iter().map(|(_, waiting, _)| waiting).sum();
    if asleep { waiting } else { 0 }
}

fn millis() -> Millis {
    Millis::try_from(PATIENCE.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::Lane;

    #[test]
    fn waiting_mails_are_told_of_when_nobody_has_asked_for_a_minute() {
        let lanes = vec![(Lane::Security, 2, Some(0)), (Lane::Notification, 3, Some(0))];
        let stats = |claimed_at| Stats { lanes: lanes.clone(), claimed_at, ..Stats::default() };
        assert_eq!(unattended(&stats(None), 100_000), 5);
        assert_eq!(unattended(&stats(Some(40_000)), 100_000), 5);
        assert_eq!(unattended(&stats(Some(41_000)), 100_000), 0);
    }
}
