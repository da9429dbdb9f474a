//! Dates and instants.

use std::fmt;

use jiff::fmt::rfc2822;
use jiff::{Timestamp, civil};

use super::{TimeZone, ValueError};

/// A day of the calendar, without a time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub(super) civil::Date);

impl Date {
    /// Reads `2026-11-21`.
    pub fn parse(text: &str) -> Result<Date, ValueError> {
        // The engine would also take `20261121`, a time behind the date, and signed years.
        let is_date = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        match is_date {
            true => text.parse().map(Date).map_err(|_| ValueError::NotADate),
            false => Err(ValueError::NotADate),
        }
    }
}

/// `2026-11-21`
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// A point in time. The offset that it was written with is forgotten: a mail shows it in its
/// reader's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(Timestamp);

impl Instant {
    /// 1970-01-01T00:00:00Z
    pub const EPOCH: Instant = Instant(Timestamp::UNIX_EPOCH);

    /// Reads RFC 3339, `2026-11-21T20:55:00+08:00`. Without an offset or `Z` nobody knows which
    /// point in time is meant, so that is a fault.
    pub fn parse(text: &str) -> Result<Instant, ValueError> {
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(ValueError::NotAnInstant);
        }
        text.parse().map(Instant).map_err(|_| match text.parse::<civil::DateTime>() {
            Ok(_) => ValueError::OffsetMissing,
            Err(_) => ValueError::NotAnInstant,
        })
    }

    /// Reads the Date of an HTTP answer, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 section 5.6.7).
    pub fn parse_http(text: &str) -> Option<Instant> {
        let parser = rfc2822::DateTimeParser::new();
        parser.parse_timestamp(text.trim()).ok().map(Instant)
    }

    /// Takes Unix time; `None` before the year −9999 and behind the year 9999.
    pub fn from_unix_seconds(seconds: i64) -> Option<Instant> {
        Timestamp::from_second(seconds).ok().map(Instant)
    }

    /// Unix time, cut to whole seconds.
    pub fn unix_seconds(self) -> i64 {
        self.0.as_second()
    }

    /// The day that it is then in a zone.
    pub fn date_in(self, zone: &TimeZone) -> Date {
        Date(self.civil_in(zone).date())
    }

    /// `2026-11-21 20:55:00`, as the clock of a zone shows it: for lists.
    pub fn clock_in(self, zone: &TimeZone) -> String {
        self.civil_in(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// When the next day begins in a zone.
    pub fn next_day_in(self, zone: &TimeZone) -> Option<Instant> {
        let tomorrow = self.date_in(zone).0.tomorrow().ok()?;
        let midnight = tomorrow.to_zoned(zone.engine().clone()).ok()?;
        Some(Instant(midnight.timestamp()))
    }

    /// Clock and calendar in a zone.
    pub(super) fn civil_in(self, zone: &TimeZone) -> civil::DateTime {
        zone.engine().to_datetime(self.0)
    }

    /// Seconds east of UTC in a zone at that time.
    pub(super) fn offset_in(self, zone: &TimeZone) -> i32 {
        zone.engine().to_offset(self.0).seconds()
    }
}

/// RFC 3339 in UTC: `2026-11-21T12:55:00Z`
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}
