//! How much of a transport's daily quota is used.

use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(feature = "outbox")]
use std::time::Duration;

use super::today;
use crate::catalog::Category;
use crate::config::Quota;
use crate::locale::Date;
#[cfg(feature = "outbox")]
use crate::locale::{Instant as Moment, TimeZone};
#[cfg(feature = "outbox")]
use crate::outbox::{Outbox, StoreError};
use crate::text;
use crate::transport::{Cause, SendError, Stage};
#[cfg(feature = "outbox")]
use crate::transport::{NotRecorded, Retry};

/// A quota and what was counted of it.
pub(super) struct Meter {
    quota: Quota,
    kept: Kept,
}

/// Where it is counted.
enum Kept {
    /// A new process begins at nothing
    InMemory(Mutex<Count>),
    /// For all processes
    #[cfg(feature = "outbox")]
    InStore(Outbox),
}

#[derive(Default)]
struct Count {
    day: Option<Date>,
    sent: u32,
}

impl Meter {
    /// Counted in memory.
    pub fn new(quota: Quota) -> Meter {
        Meter { quota, kept: Kept::InMemory(Mutex::default()) }
    }

    /// Counted in the outbox.
    #[cfg(feature = "outbox")]
    pub fn keep_in(&mut self, outbox: &Outbox) {
        self.kept = Kept::InStore(outbox.clone());
    }

    /// Counts one more mail of today, in the quota's zone.
    ///
    /// # Errors
    /// The quota is used up.
    pub async fn take(&self, transport: &str, category: Category) -> Result<Date, SendError> {
        let (today, most) = (today(&self.quota.zone), self.most(category));
        let room = match &self.kept {
            Kept::InMemory(count) => lock(count).take(today, most),
            #[cfg(feature = "outbox")]
            Kept::InStore(outbox) => {
                let taken = outbox.store().take_quota(transport, &today.to_string(), most).await;
                taken.map_err(not_counted)?
            }
        };
        let _ = transport;
        if room { Ok(today) } else { Err(quota_used(self.quota.per_day)) }
    }

    /// A mail that was surely not sent.
    pub async fn give_back(&self, transport: &str, day: Date) {
        match &self.kept {
            Kept::InMemory(count) => lock(count).give_back(day),
            #[cfg(feature = "outbox")]
            Kept::InStore(outbox) => {
                // One too many counted errs on the safe side.
                let _ = outbox.store().give_back_quota(transport, &day.to_string()).await;
            }
        }
        let _ = transport;
    }

    /// How many may still leave today.
    #[cfg(feature = "outbox")]
    pub async fn left(&self, transport: &str, category: Category) -> Result<u32, StoreError> {
        let today = today(&self.quota.zone);
        let used = match &self.kept {
            Kept::InMemory(count) => lock(count).of(today),
            Kept::InStore(outbox) => {
                outbox.store().quota_used(transport, &today.to_string()).await?
            }
        };
        Ok(self.most(category).saturating_sub(used))
    }

    /// Why no more may leave today, if so.
    #[cfg(feature = "outbox")]
    pub async fn used_up(&self, transport: &str, category: Category) -> Option<SendError> {
        // What cannot be counted now is counted when the mail leaves.
        let left = self.left(transport, category).await.unwrap_or(1);
        (left == 0).then(|| quota_used(self.quota.per_day).retry(Retry::After(self.day_left())))
    }

    /// How long its day still lasts.
    #[cfg(feature = "outbox")]
    fn day_left(&self) -> Duration {
        let now = Moment::from_unix_seconds(super::now()).unwrap_or(Moment::EPOCH);
        let next = now.next_day_in(&self.quota.zone).map_or(0, Moment::unix_seconds);
        Duration::from_secs(u64::try_from(next - now.unix_seconds()).unwrap_or(0).max(1))
    }

    /// Where its day begins at midnight.
    #[cfg(feature = "outbox")]
    pub fn zone(&self) -> &TimeZone {
        &self.quota.zone
    }

    /// Some are kept for security mail.
    fn most(&self, category: Category) -> u32 {
        match category {
            Category::Security => self.quota.per_day,
            _ => self.quota.per_day.saturating_sub(self.quota.reserve_for_security),
        }
    }
}

impl Count {
    fn take(&mut self, today: Date, most: u32) -> bool {
        if self.day.is_none_or(|day| day < today) {
            (self.day, self.sent) = (Some(today), 0);
        }
        let room = self.sent < most;
        self.sent += u32::from(room);
        room
    }

    fn give_back(&mut self, day: Date) {
        if self.day == Some(day) {
            self.sent = self.sent.saturating_sub(1);
        }
    }

    #[cfg(feature = "outbox")]
    fn of(&self, today: Date) -> u32 {
        if self.day == Some(today) { self.sent } else { 0 }
    }
}

fn quota_used(per_day: u32) -> SendError {
    let what = text!(
        "the transport's `quota` of {per_day} mails a day is used up",
        "该通道每天 {per_day} 封的 `quota` 已用完"
    );
    SendError::new(Stage::Prepare, Cause::Quota, what)
}

/// A mail that is not counted does not leave.
#[cfg(feature = "outbox")]
fn not_counted(error: StoreError) -> SendError {
    tracing::warn!("the quota could not be counted: {error}");
    NotRecorded.into()
}

fn lock(count: &Mutex<Count>) -> MutexGuard<'_, Count> {
    count.lock().unwrap_or_else(PoisonError::into_inner)
}
