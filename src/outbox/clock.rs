//! The time of the outbox: the wall clock as it was at the start, moved on by a clock that nobody
//! sets. When the machine's time jumps, no lease runs out early and no code is taken for expired.
//! Processes that share a store go by one clock ([`Store::clock`](super::Store::clock)).

use std::time::{SystemTime, UNIX_EPOCH};

use super::Millis;

/// How far the two clocks may drift apart before the wall clock has jumped, and is not followed.
pub(super) const JUMP: Millis = 5_000;

/// Tells the time; clones agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// How far it is ahead of the steady clock
    ahead: Millis,
}

impl Clock {
    /// Begins at the wall clock's time.
    pub fn start() -> Clock {
        Reading::take().wall_clock()
    }

    /// One that is so far ahead of the steady clock.
    pub(super) fn ahead(ahead: Millis) -> Clock {
        Clock { ahead }
    }

    /// Now.
    pub fn now(&self) -> Millis {
        steady() + self.ahead
    }

    /// By how many milliseconds the wall clock is off, if it has jumped.
    pub fn jumped(&self) -> Option<i64> {
        Some(wall() - self.now()).filter(|off| off.abs() > JUMP)
    }
}

/// What the clocks of this machine say.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// Which start of the machine this is, if that can be told: the steady clock counts from it
    pub boot: Option<String>,
    /// The clock that nobody sets
    pub steady: Millis,
    /// The clock on the wall
    pub wall: Millis,
}

impl Reading {
    /// Now.
    pub fn take() -> Reading {
        Reading { boot: boot(), steady: steady(), wall: wall() }
    }

    /// A clock that begins at the wall clock's time.
    pub fn wall_clock(&self) -> Clock {
        Clock::ahead(self.wall - self.steady)
    }
}

fn wall() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Goes on while the machine sleeps.
#[cfg(target_os = "linux")]
fn steady() -> Millis {
    millis(rustix::time::clock_gettime(rustix::time::ClockId::Boottime))
}

#[cfg(not(target_os = "linux"))]
fn steady() -> Millis {
    millis(rustix::time::clock_gettime(rustix::time::ClockId::Monotonic))
}

fn millis(time: rustix::time::Timespec) -> Millis {
    time.tv_sec as Millis * 1_000 + time.tv_nsec as Millis / 1_000_000
}

/// Linux numbers its starts.
fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned())
}
