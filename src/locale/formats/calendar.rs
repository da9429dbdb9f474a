//! Dates, times and zones.

use jiff::civil;

use super::Formats;
use crate::locale::data::fill;
use crate::locale::{Date, Instant, TimeZone};

impl Formats {
    /// A day: `2026 年 11 月 21 日`, `21 November 2026`.
    pub fn date(&self, date: Date) -> String {
        fill(self.0.patterns.pattern(|entry| &entry.date), |slot| self.date_slot(date.0, slot))
    }

    /// The time of day in a zone: `20:55`, `8:55 PM`.
    pub fn time(&self, at: Instant, zone: &TimeZone) -> String {
        let time = at.civil_in(zone).time();
        fill(self.0.patterns.pattern(|entry| &entry.time), |slot| self.time_slot(time, slot))
    }

    /// Day, time and zone: `2026 年 11 月 21 日 20:55（北京时间，UTC+8）`,
    /// `21 November 2026, 20:55 (UTC+8)`. Seconds are cut.
    pub fn datetime(&self, at: Instant, zone: &TimeZone) -> String {
        fill(self.0.patterns.pattern(|entry| &entry.datetime), |slot| match slot {
            "date" => Some(self.date(at.date_in(zone))),
            "time" => Some(self.time(at, zone)),
            "zone" => Some(self.zone(at, zone)),
            _ => None,
        })
    }

    /// The zone's name where the locale has one, and its offset at that time. Never an
    /// abbreviation: CST is China's, Cuba's and Chicago's.
    fn zone(&self, at: Instant, zone: &TimeZone) -> String {
        let patterns = &self.0.patterns;
        let name = patterns.find(|entry| entry.zones.get(zone.name()));
        let pattern = match name {
            Some(_) => patterns.pattern(|entry| &entry.named_zone),
            None => patterns.pattern(|entry| &entry.zone),
        };
        fill(pattern, |slot| match slot {
            "name" => name.cloned(),
            "offset" => Some(offset(at.offset_in(zone))),
            _ => None,
        })
    }

    fn date_slot(&self, date: civil::Date, slot: &str) -> Option<String> {
        Some(match slot {
            "year" => date.year().to_string(),
            "year_4" => format!("{:04}", date.year()),
            "month" => date.month().to_string(),
            "month_2" => format!("{:02}", date.month()),
            "month_name" => self.month_name(date.month())?.to_owned(),
            "day" => date.day().to_string(),
            "day_2" => format!("{:02}", date.day()),
            _ => return None,
        })
    }

    fn month_name(&self, month: i8) -> Option<&'static str> {
        let at = usize::try_from(month - 1).ok()?;
        self.0.patterns.find(|entry| entry.months.get(at)).map(String::as_str)
    }

    fn time_slot(&self, time: civil::Time, slot: &str) -> Option<String> {
        let is_afternoon = time.hour() >= 12;
        Some(match slot {
            "hour" => time.hour().to_string(),
            "hour_2" => format!("{:02}", time.hour()),
            "hour_12" => ((time.hour() + 11) % 12 + 1).to_string(),
            "minute_2" => format!("{:02}", time.minute()),
            "period" => self
                .0
                .patterns
                .find(|entry| entry.periods.get(usize::from(is_afternoon)))?
                .to_owned(),
            _ => return None,
        })
    }
}

/// `UTC`, `UTC+8`, `UTC+5:30`, `UTC−5` (with U+2212); seconds only for local mean times.
fn offset(seconds: i32) -> String {
    let (hours, rest) = (seconds.abs() / 3600, seconds.abs() % 3600);
    let sign = if seconds < 0 { "−" } else { "+" };
    match (hours, rest / 60, rest % 60) {
        (0, 0, 0) => "UTC".to_owned(),
        (hours, 0, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes, 0) => format!("UTC{sign}{hours}:{minutes:02}"),
        (hours, minutes, seconds) => format!("UTC{sign}{hours}:{minutes:02}:{seconds:02}"),
    }
}
