//! How long things took, in buckets.

use std::time::Duration;

use super::state::Lane;

/// The upper ends of the buckets of [`Series::HandOver`], in milliseconds.
const HAND_OVER: [u64; 14] =
    [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 60_000, 300_000, 1_800_000, 3_600_000];
/// Those of [`Series::Commit`].
const COMMIT: [u64; 12] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 15_000, 60_000];

/// What is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Series {
    /// From when a mail might leave to when it was handed over
    HandOver(Lane),
    /// From the last byte of a mail to when its end was durable: after a crash in between, nobody
    /// knows whether it went out
    Commit,
}

impl Series {
    /// All of them, with the names that stores keep.
    pub const NAMES: [(&str, Series); 4] = [
        ("hand_over security", Series::HandOver(Lane::Security)),
        ("hand_over transactional", Series::HandOver(Lane::Transactional)),
        ("hand_over notification", Series::HandOver(Lane::Notification)),
        ("commit", Series::Commit),
    ];

    /// The name.
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(_, known)| *known == self).map_or("", |(name, _)| name)
    }

    /// The upper ends of its buckets, in milliseconds.
    pub fn ends(self) -> &'static [u64] {
        match self {
            Series::HandOver(_) => &HAND_OVER,
            Series::Commit => &COMMIT,
        }
    }
}

/// A distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// What was timed
    pub series: Series,
    /// How many in each bucket alone; the last is for what is beyond all ends
    pub counts: Vec<u64>,
    /// All of them together, in seconds
    pub seconds: Vec<f64>,
}

impl Times {
    /// Nothing yet.
    pub fn new(series: Series) -> Times {
        let buckets = series.ends().len() + 1;
        Times { series, counts: vec![0; buckets], seconds: vec![0.0; buckets] }
    }

    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        let ends = self.series.ends();
        let within = |end: &u64| time <= Duration::from_millis(*end);
        let bucket = ends.iter().position(within).unwrap_or(ends.len());
        self.counts[bucket] += 1;
        self.seconds[bucket] += time.as_secs_f64();
    }

    /// Adds another of the same series.
    pub fn merge(&mut self, other: &Times) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(own, more)| *own += more);
        self.seconds.iter_mut().zip(&other.seconds).for_each(|(own, more)| *own += more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_falls_into_the_first_bucket_that_holds_it() {
        let mut times = Times::new(Series::Commit);
        for millis in [0, 1, 3, 60_000, 60_001] {
            times.add(Duration::from_millis(millis));
        }
        assert_eq!(times.counts, [2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
        assert_eq!(times.seconds.iter().sum::<f64>(), 120.005);
        let once = times.clone();
        times.merge(&once);
        assert_eq!((times.counts[0], times.counts[12]), (4, 2));
    }
}
