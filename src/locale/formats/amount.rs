//! Numbers, money and durations.

use super::Formats;
use crate::locale::data::{Unit, fill};
use crate::locale::{Decimal, Duration, Money};

/// U+2212: as wide as a plus, and no line breaks behind it.
const MINUS: &str = "−";

impl Formats {
    /// A whole number: `1,234,567`.
    pub fn integer(&self, number: i64) -> String {
        self.decimal(&number.into())
    }

    /// A decimal number with all its digits: `1,234.50`. Below zero it begins with U+2212 where
    /// CLDR has a hyphen.
    pub fn decimal(&self, number: &Decimal) -> String {
        let written = self.0.decimal.format(number.engine()).to_string();
        match written.strip_prefix('-') {
            Some(digits) => format!("{MINUS}{digits}"),
            None => written,
        }
    }

    /// An amount of money: `¥1,234.56`, `CNY 1,234.56`, `−US$5.00`. A sign is used only where the
    /// locale's readers can take it for one currency; the others show their code.
    pub fn money(&self, money: &Money) -> String {
        let code = money.currency();
        let pattern = self
            .0
            .patterns
            .find(|entry| entry.money.get(code).or_else(|| entry.money.get("default")));
        let amount = self.decimal(&money.amount().absolute());
        let written = fill(pattern.map_or("", String::as_str), |slot| match slot {
            "code" => Some(code.to_owned()),
            "amount" => Some(amount.clone()),
            _ => None,
        });
        if money.amount().is_negative() { format!("{MINUS}{written}") } else { written }
    }

    /// A duration, exact to the second: `10 minutes`, `1 小时 30 分钟`.
    ///
    /// Below two minutes that are not whole ones it is told in seconds (`90 秒`); up to 48 hours in
    /// hours (`24 小时`, `48 小时`), beyond that in days (`3 天`, `2 天 1 小时`).
    pub fn duration(&self, duration: Duration) -> String {
        let parts = parts(duration.seconds());
        let written: Vec<String> = parts.iter().map(|(n, unit)| self.unit(*n, *unit)).collect();
        written.join(self.0.patterns.pattern(|entry| &entry.between_units))
    }

    fn unit(&self, n: u64, unit: Unit) -> String {
        let number = Decimal::from(n);
        let category = self.plural(&number);
        let other = super::PluralCategory::Other;
        let pattern = self.0.patterns.find(|entry| {
            let forms = entry.units.get(&unit)?;
            forms.get(&category).or_else(|| forms.get(&other))
        });
        fill(pattern.map_or("", String::as_str), |slot| {
            (slot == "n").then(|| self.decimal(&number))
        })
    }
}

/// The units that are not zero, biggest first.
fn parts(seconds: u64) -> Vec<(u64, Unit)> {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let units: &[(u64, Unit)] = match seconds {
        s if s < 2 * MINUTE && s != MINUTE => &[(1, Unit::Second)],
        ..=172_800 => &[(HOUR, Unit::Hour), (MINUTE, Unit::Minute), (1, Unit::Second)],
        _ => &[(DAY, Unit::Day), (HOUR, Unit::Hour), (MINUTE, Unit::Minute), (1, Unit::Second)],
    };
    let mut rest = seconds;
    let split = units.iter().map(|(length, unit)| {
        let n = rest / length;
        rest %= length;
        (n, *unit)
    });
    split.filter(|(n, _)| *n > 0).collect()
}
