//! Lengths of time.

use super::ValueError;

/// Ten years, leap days aside.
const LONGEST: u64 = 3650 * DAY;
const DAY: u64 = 86_400;

/// A whole number of seconds, from one second to ten years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(u64);

impl Duration {
    /// Reads seconds (`600`), units (`10m`, `1h30m`, `24h`, `7d`; biggest first, each once) or
    /// ISO 8601 (`PT10M`, `P1DT12H`; no months or years, whose length is not fixed).
    pub fn parse(text: &str) -> Result<Duration, ValueError> {
        let seconds = match text.strip_prefix('P') {
            Some(rest) => iso_seconds(rest),
            None if text.ends_with(|c: char| c.is_ascii_digit()) => number(text),
            None => unit_seconds(text, &[('d', DAY), ('h', 3600), ('m', 60), ('s', 1)]),
        };
        Duration::from_seconds(seconds.ok_or(ValueError::NotADuration)?)
    }

    /// Reads what a person sets, as [`Duration::parse`] does but for bare numbers: whoever writes `30`
    /// may mean days, and what is kept for 30 seconds is gone.
    pub fn parse_with_unit(text: &str) -> Result<Duration, ValueError> {
        match text.ends_with(|c: char| c.is_ascii_digit()) {
            true => Err(ValueError::NotADuration),
            false => Duration::parse(text),
        }
    }

    /// One hour.
    pub const HOUR: Duration = Duration(3_600);
    /// Three days.
    pub const THREE_DAYS: Duration = Duration(3 * DAY);

    /// Takes a number of seconds.
    pub fn from_seconds(seconds: u64) -> Result<Duration, ValueError> {
        match seconds {
            1..=LONGEST => Ok(Duration(seconds)),
            _ => Err(ValueError::DurationOutOfRange),
        }
    }

    /// The number of seconds.
    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl From<Duration> for std::time::Duration {
    fn from(duration: Duration) -> Self {
        std::time::Duration::from_secs(duration.0)
    }
}

fn iso_seconds(text: &str) -> Option<u64> {
    const DATE: &[(char, u64)] = &[('W', 7 * DAY), ('D', DAY)];
    const TIME: &[(char, u64)] = &[('H', 3600), ('M', 60), ('S', 1)];
    match text.split_once('T') {
        None => unit_seconds(text, DATE),
        Some(("", time)) => unit_seconds(time, TIME),
        Some((date, time)) => unit_seconds(date, DATE)?.checked_add(unit_seconds(time, TIME)?),
    }
}

/// Adds up one or more numbers that are each followed by one of `units`, in the order given.
fn unit_seconds(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let (mut sum, mut units) = (0u64, units.iter());
    if text.is_empty() {
        return None;
    }
    while !text.is_empty() {
        let (digits, rest) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let unit = rest.chars().next()?;
        let (_, seconds) = units.find(|(name, _)| *name == unit)?;
        sum = sum.checked_add(number(digits)?.checked_mul(*seconds)?)?;
        text = &rest[unit.len_utf8()..];
    }
    Some(sum)
}

/// Too many digits for a `u64` are read as more than any limit.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(LONGEST + 1))
}
