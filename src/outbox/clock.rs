//! The time of the outbox: the wall clock as it was at the start, moved on by a clock that nobody
//! sets. When the machine's time jumps, no lease runs out early and no code is taken for expired.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Millis;

/// How far the two clocks may drift apart before the wall clock has jumped, and is not followed.
const JUMP: i64 = 5_000;

/// Tells the time; clones agree.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    wall: Millis,
    steady: Duration,
}

impl Clock {
    /// Begins at the wall clock's time.
    pub fn start() -> Clock {
        Clock { wall: wall(), steady: steady() }
    }

    /// Now.
    pub fn now(&self) -> Millis {
        let passed = steady().saturating_sub(self.steady).as_millis();
        self.wall + i64::try_from(passed).unwrap_or(i64::MAX)
    }

    /// By how many milliseconds the wall clock is off, if it has jumped.
    pub fn jumped(&self) -> Option<i64> {
        Some(wall() - self.now()).filter(|off| off.abs() > JUMP)
    }
}

fn wall() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Goes on while the machine sleeps.
#[cfg(target_os = "linux")]
fn steady() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}

#[cfg(not(target_os = "linux"))]
fn steady() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    Duration::new(time.tv_sec.try_into().unwrap_or(0), time.tv_nsec.try_into().unwrap_or(0))
}
