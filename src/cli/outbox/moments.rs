//! How times are told: by the clock of the project's zone, and as lengths.

use crate::diagnostic::{Language, Text};
use crate::locale::{Instant, TimeZone};
use crate::outbox::Millis;

/// Tells times.
pub struct Moments<'a> {
    zone: &'a TimeZone,
    /// Now
    pub now: Millis,
    language: Language,
}

impl<'a> Moments<'a> {
    pub fn new(zone: &'a TimeZone, now: Millis, language: Language) -> Moments<'a> {
        Moments { zone, now, language }
    }

    /// The zone's name.
    pub fn zone(&self) -> &str {
        self.zone.name()
    }

    /// `2026-11-21 20:55:00`
    pub fn clock(&self, at: Millis) -> String {
        let at = Instant::from_unix_seconds(at.div_euclid(1_000));
        at.map(|at| at.clock_in(self.zone)).unwrap_or_default()
    }

    /// How long it is since, in the reader's language.
    pub fn since(&self, at: Millis) -> String {
        length(self.now - at).get(self.language).to_owned()
    }
}

/// `3 min`, in the two largest units that are not zero.
pub fn length(millis: Millis) -> Text {
    const UNITS: [(i64, &str, &str); 4] =
        [(86_400, " d", " 天"), (3_600, " h", " 小时"), (60, " min", " 分"), (1, " s", " 秒")];
    let mut rest = (millis.max(0)) / 1_000;
    let (mut en, mut zh) = (Vec::new(), Vec::new());
    for (seconds, unit, chinese) in UNITS {
        if rest >= seconds && en.len() < 2 {
            en.push(format!("{}{unit}", rest / seconds));
            zh.push(format!("{}{chinese}", rest / seconds));
            rest %= seconds;
        } else if !en.is_empty() {
            break;
        }
    }
    match en.is_empty() {
        true => Text { en: "0 s".into(), zh: "0 秒".into() },
        false => Text { en: en.join(" "), zh: zh.join(" ") },
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths() {
        for (millis, told) in [
            (-5, "0 s"),
            (999, "0 s"),
            (61_000, "1 min 1 s"),
            (3_600_000, "1 h"),
            (3_601_000, "1 h"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(length(millis).en, told, "{millis}");
        }
    }
}
