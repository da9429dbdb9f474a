//! Waits for a transport's pace. Security mail goes first.

use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, RateLimiter};

use crate::catalog::Category;
use crate::config::Pace;
use crate::text;
use crate::transport::{Cause, Retry, SendError, Stage};

/// How often the others look whether security mail still waits.
const LOOK: Duration = Duration::from_millis(20);

/// Mails that leave one after the other, spread over the time.
pub(super) struct Pacer {
    limiter: DefaultDirectRateLimiter,
    between: Duration,
    waiting: AtomicUsize,
    hurried: AtomicUsize,
}

impl Pacer {
    /// `30/1m` is one every two seconds. None where there is nothing to wait for.
    pub fn new(pace: Pace) -> Option<Pacer> {
        let between = pace.between();
        let quota = governor::Quota::with_period(between)?.allow_burst(NonZeroU32::MIN);
        Some(Pacer {
            limiter: RateLimiter::direct(quota),
            between,
            waiting: AtomicUsize::new(0),
            hurried: AtomicUsize::new(0),
        })
    }

    /// Returns when it is a mail's turn, for which it waits no longer than `patience`.
    ///
    /// # Errors
    /// It would take longer.
    pub async fn turn(&self, category: Category, patience: Duration) -> Result<(), SendError> {
        let hurried = category == Category::Security;
        let _waiting = Waiting::among(&self.waiting);
        let _hurried = hurried.then(|| Waiting::among(&self.hurried));
        let until = Instant::now() + patience;
        loop {
            let behind = !hurried && self.hurried.load(Ordering::Acquire) > 0;
            let wait = match self.wait(behind) {
                None => return Ok(()),
                Some(wait) => wait,
            };
            if Instant::now() + wait > until {
                return Err(not_in_time(wait));
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// How many wait for their turn.
    #[cfg(feature = "outbox")]
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// How many of them are security mail.
    #[cfg(feature = "outbox")]
    pub fn hurried(&self) -> usize {
        self.hurried.load(Ordering::Acquire)
    }

    /// The time between two mails.
    #[cfg(feature = "outbox")]
    pub fn between(&self) -> Duration {
        self.between
    }

    /// How long to wait before asking again; none when the turn has come, which takes it.
    fn wait(&self, behind: bool) -> Option<Duration> {
        if behind {
            return Some(LOOK.min(self.between));
        }
        let not_until = self.limiter.check().err()?;
        Some(not_until.wait_time_from(DefaultClock::default().now()))
    }
}

/// Counts those who wait.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn among(all: &'a AtomicUsize) -> Self {
        all.fetch_add(1, Ordering::AcqRel);
        Waiting(all)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

fn not_in_time(wait: Duration) -> SendError {
    let seconds = wait.as_secs() + 1;
    let what = text!(
        "the transport's `pace` lets the next mail go in {seconds} s",
        "按该通道的 `pace`，下一封邮件还要等 {seconds} 秒"
    );
    SendError::new(Stage::Prepare, Cause::Transient, what).retry(Retry::After(wait))
}
