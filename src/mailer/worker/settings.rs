//! How a worker works.

use std::time::Duration;

use crate::diagnostic::{Code, Diagnostic};
use crate::error::Error;
use crate::text;

/// What must be left of a lease when a delivery has ended: its end is recorded then.
pub(super) const FOR_THE_RECORD: Duration = Duration::from_millis(500);

/// How a worker works.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct WorkerSettings {
    /// How long a worker has a mail to itself: after a crash nobody else takes it before
    pub lease: Duration,
    /// How long one delivery may take; less than the lease
    pub deadline: Duration,
    /// How many deliveries at once, by all transports
    pub at_once: usize,
    /// How often it is looked for what others left behind
    pub sweep: Duration,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        WorkerSettings {
            lease: Duration::from_secs(180),
            deadline: Duration::from_secs(120),
            at_once: 64,
            sweep: Duration::from_secs(5),
        }
    }
}

impl WorkerSettings {
    /// With another lease and deadline.
    pub fn lease(self, lease: Duration, deadline: Duration) -> Self {
        WorkerSettings { lease, deadline, ..self }
    }

    /// With another number of deliveries at once.
    pub fn at_once(self, at_once: usize) -> Self {
        WorkerSettings { at_once, ..self }
    }

    /// With another time between two looks for what others left behind.
    pub fn sweep(self, sweep: Duration) -> Self {
        WorkerSettings { sweep, ..self }
    }

    /// How long a mail may wait for its turn once it is claimed.
    pub(super) fn patience(&self) -> Duration {
        self.lease.saturating_sub(self.deadline + FOR_THE_RECORD)
    }

    pub(super) fn check(&self) -> Result<(), Error> {
        if self.lease > self.deadline + FOR_THE_RECORD && self.at_once > 0 {
            return Ok(());
        }
        let title = text!(
            "a worker's lease must be longer than a delivery may take",
            "租约必须长于一次投递允许的时间"
        );
        let hint = text!(
            "else two workers would deliver one mail: 180 s and 120 s are usual",
            "否则两个进程可能投递同一封邮件：通常为 180 秒与 120 秒"
        );
        Err(Error::configuration(Diagnostic::error(Code::ConfigBadValue, title).hint(hint)))
    }
}
