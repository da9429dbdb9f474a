//! Steps at which a test kills the process, as a power cut would: `HONGYAN_CRASH_AT=step:n` ends it
//! without a word when `step` is reached for the n-th time. Without the feature `crash-points`
//! there is nothing here, and no released binary has it.

/// This step is reached.
#[cfg(not(feature = "crash-points"))]
#[inline(always)]
pub(crate) fn here(_step: &str) {}

/// This step is reached.
#[cfg(feature = "crash-points")]
pub(crate) fn here(step: &str) {
    use std::sync::atomic::{AtomicU64, Ordering};
    static REACHED: AtomicU64 = AtomicU64::new(0);
    let Ok(wanted) = std::env::var("HONGYAN_CRASH_AT") else { return };
    let (name, nth) = wanted.split_once(':').unwrap_or((&wanted, "1"));
    if name != step {
        return;
    }
    if REACHED.fetch_add(1, Ordering::SeqCst) + 1 == nth.parse().unwrap_or(1) {
        std::process::abort();
    }
}
