//! The tables of `formats.yaml`.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use super::{Locale, PluralCategory};
use crate::yaml;

/// All of `formats.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tables {
    locales: HashMap<String, Entry>,
    /// By the number of digits behind the point, codes separated by blanks
    currencies: BTreeMap<u8, String>,
    /// What people write for a zone, and what they mean
    meant_zones: HashMap<String, String>,
}

/// What one language, script or region says; the rest is found in the next more general one.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Entry {
    pub date: Option<String>,
    pub time: Option<String>,
    pub datetime: Option<String>,
    pub zone: Option<String>,
    pub named_zone: Option<String>,
    pub months: Vec<String>,
    pub periods: Vec<String>,
    pub units: HashMap<Unit, HashMap<PluralCategory, String>>,
    pub between_units: Option<String>,
    pub money: HashMap<String, String>,
    pub zones: HashMap<String, String>,
    pub space_around_latin: Option<bool>,
}

/// The units that durations are told in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    Day,
    Hour,
    Minute,
    Second,
}

impl Tables {
    /// The tables as compiled in. They are constant; a test reads every entry.
    pub(super) fn shipped() -> &'static Tables {
        static SHIPPED: LazyLock<Tables> =
            LazyLock::new(|| yaml::compiled_in(include_str!("formats.yaml")));
        &SHIPPED
    }

    /// A currency's code and its digits behind the point.
    pub(super) fn currency(&self, code: &str) -> Option<(&str, u8)> {
        self.currencies.iter().find_map(|(digits, codes)| {
            codes.split_whitespace().find(|known| *known == code).map(|known| (known, *digits))
        })
    }

    /// The zone that a wrong name stands for.
    pub(super) fn meant_zone(&self, wrong: &str) -> Option<&str> {
        self.meant_zones.get(&wrong.to_ascii_lowercase()).map(String::as_str)
    }

    /// The entries that hold for a locale: its tag, its language and script, its language, `und`.
    pub(super) fn chain(&self, locale: &Locale) -> Chain<'_> {
        let language = locale.language();
        let script = locale.script().map(|script| format!("{language}-{script}"));
        let keys = [Some(locale.as_str()), script.as_deref(), Some(language), Some("und")];
        let mut entries: Vec<&Entry> = Vec::new();
        for entry in keys.into_iter().flatten().filter_map(|key| self.locales.get(key)) {
            if !entries.iter().any(|known| std::ptr::eq(*known, entry)) {
                entries.push(entry);
            }
        }
        Chain(entries)
    }
}

/// Entries from the most special to `und`.
#[derive(Debug)]
pub(super) struct Chain<'a>(Vec<&'a Entry>);

impl<'a> Chain<'a> {
    /// The first thing found, going from special to general.
    pub(super) fn find<T>(&self, get: impl Fn(&'a Entry) -> Option<T>) -> Option<T> {
        self.0.iter().find_map(|entry| get(entry))
    }

    /// A pattern, which `und` has in any case.
    pub(super) fn pattern(&self, get: impl Fn(&'a Entry) -> &'a Option<String>) -> &'a str {
        self.find(|entry| get(entry).as_deref()).unwrap_or_default()
    }
}

/// Fills the `{slots}` of a pattern; one that `value` does not know stays as it is.
pub(super) fn fill(pattern: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::new();
    let mut rest = pattern;
    while let Some((before, name, after)) = next_slot(rest) {
        filled.push_str(before);
        filled.push_str(&value(name).unwrap_or_else(|| format!("{{{name}}}")));
        rest = after;
    }
    filled + rest
}

fn next_slot(pattern: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = pattern.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pattern, filled with the slots that its place knows, has no brace left.
    #[test]
    fn every_pattern_uses_known_slots() {
        for (tag, entry) in &Tables::shipped().locales {
            let date = ["year", "year_4", "month", "month_2", "month_name", "day", "day_2"];
            let clock = ["hour", "hour_2", "hour_12", "minute_2", "period"];
            check(tag, entry.date.iter(), &date);
            check(tag, entry.time.iter(), &clock);
            check(tag, entry.datetime.iter(), &["date", "time", "zone"]);
            check(tag, entry.zone.iter(), &["offset"]);
            check(tag, entry.named_zone.iter(), &["name", "offset"]);
            check(tag, entry.money.values(), &["code", "amount"]);
            check(tag, entry.units.values().flat_map(HashMap::values), &["n"]);
        }
    }

    fn check<'a>(tag: &str, patterns: impl Iterator<Item = &'a String>, slots: &[&str]) {
        for pattern in patterns {
            let filled = fill(pattern, |name| slots.contains(&name).then(String::new));
            assert!(!filled.contains(['{', '}']), "{tag}: {pattern}");
        }
    }

    #[test]
    fn the_general_entry_has_everything_that_others_may_lack() {
        let tables = Tables::shipped();
        let general = &tables.locales["und"];
        for pattern in [&general.date, &general.time, &general.datetime, &general.zone] {
            assert!(pattern.is_some());
        }
        assert!(general.named_zone.is_some() && general.between_units.is_some());
        assert_eq!(general.units.len(), 4);
        assert!(general.money.contains_key("default"));
    }

    #[test]
    fn lists_are_complete_and_keys_canonical() {
        for (tag, entry) in &Tables::shipped().locales {
            assert!(matches!(entry.months.len(), 0 | 12), "{tag}: months");
            assert!(matches!(entry.periods.len(), 0 | 2), "{tag}: periods");
            assert!(entry.units.values().all(|forms| forms.contains_key(&PluralCategory::Other)));
            assert_eq!(Locale::parse(tag).unwrap().as_str(), tag);
            let chain = Tables::shipped().chain(&Locale::parse(tag).unwrap());
            let names = chain.pattern(|e| &e.date).contains("month_name");
            let months = chain.find(|e| (e.months.len() == 12).then_some(()));
            assert!(!names || months.is_some(), "{tag}: no month names");
        }
    }

    #[test]
    fn zones_and_currencies_in_the_tables_exist() {
        let tables = Tables::shipped();
        let named = tables.locales.values().flat_map(|entry| entry.zones.keys());
        for zone in named.chain(tables.meant_zones.values()) {
            assert!(super::super::TimeZone::parse(zone).is_ok(), "{zone}");
        }
        for wrong in tables.meant_zones.keys() {
            assert!(super::super::TimeZone::parse(wrong).is_err(), "{wrong}");
            assert_eq!(*wrong, wrong.to_ascii_lowercase());
        }
        let codes = tables.locales.values().flat_map(|entry| entry.money.keys());
        for code in codes.filter(|code| *code != "default") {
            assert!(tables.currency(code).is_some(), "{code}");
        }
    }
}
