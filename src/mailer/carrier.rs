//! A transport with what is known of it: its breaker, its pace, its quota.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, RateLimiter};

use super::today;
use crate::catalog::Category;
use crate::config::{Pace, Quota};
use crate::locale::Date;
use crate::text;
use crate::transport::{
    Breaker, Cause, HandOver, Outgoing, Receipt, Retry, SendError, Stage, Transport,
};

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

    /// Delivers a mail when it is its turn, for which it waits no longer than `patience`. The
    /// mail's time begins when the turn comes.
    pub async fn deliver(
        &self,
        mail: Outgoing<'_>,
        handing_over: &mut dyn HandOver,
        patience: Duration,
    ) -> Result<Receipt, SendError> {
        let time = mail.deadline.saturating_duration_since(Instant::now());
        lock(&self.breaker).look(Instant::now())?;
        self.wait(patience).await?;
        let leave = lock(&self.breaker).check(Instant::now())?;
        let day = self.quota.as_ref().map(|meter| lock(meter).take(mail.rendered.category));
        let day = day.transpose()?;
        let mail = Outgoing { deadline: Instant::now() + time, ..mail };
        let result = self.transport.deliver(mail, handing_over).await;
        match &result {
            Ok(_) => lock(&self.breaker).succeeded(leave),
            Err(error) => {
                if !self.is_of_this_mail(error, &mail) {
                    lock(&self.breaker).failed(leave, error, Instant::now());
                }
                if let (Some(meter), Some(day), false) = (&self.quota, day, error.in_doubt()) {
                    lock(meter).give_back(day);
                }
            }
        }
        result
    }

    /// A sender of the mail's own that is refused says nothing of the transport's.
    fn is_of_this_mail(&self, error: &SendError, mail: &Outgoing<'_>) -> bool {
        let own = mail.message.envelope().from != *self.transport.profile().from.address();
        own && error.cause == Cause::Configuration && error.stage >= Stage::Mail
    }

    /// Lets it be tried again after it was stopped.
    pub fn resume(&self) {
        lock(&self.breaker).resume();
    }

    /// Waits for the pace.
    async fn wait(&self, patience: Duration) -> Result<(), SendError> {
        let Some(pace) = &self.pace else { return Ok(()) };
        let until = Instant::now() + patience;
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
    /// Counts one more mail of today, in the quota's zone.
    fn take(&mut self, category: Category) -> Result<Date, SendError> {
        let today = today(&self.quota.zone);
        if self.day.is_none_or(|day| day < today) {
            (self.day, self.sent) = (Some(today), 0);
        }
        let reserved = match category {
            Category::Security => 0,
            _ => self.quota.reserve_for_security,
        };
        if self.sent + reserved >= self.quota.per_day {
            return Err(quota_used(self.quota.per_day));
        }
        self.sent += 1;
        Ok(today)
    }

    /// A mail that was surely not sent.
    fn give_back(&mut self, day: Date) {
        if self.day == Some(day) {
            self.sent = self.sent.saturating_sub(1);
        }
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
