//! A transport with what is known of it: its breaker, its pace, its quota.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, RateLimiter};

use crate::catalog::Category;
use crate::config::{Pace, Quota};
use crate::locale::{Date, Instant as Moment};
use crate::text;
use crate::transport::{
    Breaker, Cause, HandOver, Outgoing, Receipt, Retry, SendError, Stage, Transport,
};

/// How long security mail waits for its turn while another transport could take it.
const PATIENCE: Duration = Duration::from_secs(20);

/// One transport of a mailer.
pub(super) struct Carrier {
    pub transport: Arc<dyn Transport>,
    /// Whether mails leave this machine by it
    pub is_real: bool,
    breaker: Mutex<Breaker>,
    pace: Option<DefaultDirectRateLimiter>,
    quota: Option<Mutex<Meter>>,
}

/// What is counted of a quota. It is kept in memory: a new process begins at nothing.
struct Meter {
    quota: Quota,
    day: Option<Date>,
    sent: u32,
}

impl Carrier {
    pub fn new(transport: Arc<dyn Transport>) -> Carrier {
        Carrier { transport, is_real: false, breaker: Mutex::default(), pace: None, quota: None }
    }

    /// With what `hongyan.yaml` says of it.
    pub fn limited(self, pace: Option<Pace>, quota: Option<Quota>) -> Carrier {
        let quota = quota.map(|quota| Mutex::new(Meter { quota, day: None, sent: 0 }));
        Carrier { pace: pace.and_then(limiter), quota, ..self }
    }

    /// Delivers a mail when it is its turn. `last` says that no other transport can take it.
    pub async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
        last: bool,
    ) -> Result<Receipt, SendError> {
        lock(&self.breaker).check(Instant::now())?;
        self.wait(&mail, last).await?;
        if let Some(meter) = &self.quota {
            lock(meter).count(mail.rendered.category, mail.seal.date())?;
        }
        let result = self.transport.deliver(mail, handing_over).await;
        match &result {
            Ok(_) => lock(&self.breaker).succeeded(),
            Err(error) => lock(&self.breaker).failed(error, Instant::now()),
        }
        result
    }

    /// Lets it be tried again after it was stopped.
    pub fn resume(&self) {
        lock(&self.breaker).resume();
    }

    /// Waits for the pace, but no longer than the mail can.
    async fn wait(&self, mail: &Outgoing<'_>, last: bool) -> Result<(), SendError> {
        let Some(pace) = &self.pace else { return Ok(()) };
        let hurried = mail.rendered.category == Category::Security && !last;
        let began = Instant::now();
        let until = if hurried { mail.deadline.min(began + PATIENCE) } else { mail.deadline };
        while let Err(not_until) = pace.check() {
            let wait = not_until.wait_time_from(DefaultClock::default().now());
            if Instant::now() + wait > until {
                return Err(not_in_time(wait));
            }
            tokio::time::sleep(wait).await;
        }
        Ok(())
    }
}

impl Meter {
    /// Counts one more mail of the day.
    fn count(&mut self, category: Category, now: i64) -> Result<(), SendError> {
        let day = Moment::from_unix_seconds(now).map(|now| now.date_in(&self.quota.zone));
        if day != self.day {
            (self.day, self.sent) = (day, 0);
        }
        let reserved = match category {
            Category::Security => 0,
            _ => self.quota.reserve_for_security,
        };
        if self.sent + reserved >= self.quota.per_day {
            return Err(quota_used(self.quota.per_day));
        }
        self.sent += 1;
        Ok(())
    }
}

/// Mails are spread over the time: `30/1m` is one every two seconds.
fn limiter(pace: Pace) -> Option<DefaultDirectRateLimiter> {
    let quota = governor::Quota::with_period(pace.between())?;
    Some(RateLimiter::direct(quota.allow_burst(NonZeroU32::MIN)))
}

fn not_in_time(wait: Duration) -> SendError {
    let seconds = wait.as_secs() + 1;
    let what = text!(
        "the transport's `pace` lets the next mail go in {seconds} s",
        "按该通道的 `pace`，下一封邮件还要等 {seconds} 秒"
    );
    SendError::new(Stage::Prepare, Cause::Transient, what).retry(Retry::After(wait))
}

fn quota_used(per_day: u32) -> SendError {
    let what = text!(
        "the transport's `quota` of {per_day} mails a day is used up",
        "该通道每天 {per_day} 封的 `quota` 已用完"
    );
    SendError::new(Stage::Prepare, Cause::Quota, what)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
