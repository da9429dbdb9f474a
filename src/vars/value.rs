//! Checked values, and how they are shown.

use std::collections::BTreeMap;

use crate::locale::{Date, Decimal, Duration, Formats, Instant, Money, TimeZone};
use crate::mail::Address;

/// A value that has passed its declaration's check.
#[derive(Clone, PartialEq)]
pub enum Value {
    /// cleaned text
    Text(String),
    /// whole number
    Integer(i64),
    /// decimal digits as given
    Decimal(Decimal),
    /// yes or no
    Boolean(bool),
    /// one of the declared names
    Enum(String),
    /// one-time code
    Code(String),
    /// https URL in its ASCII form
    Url(String),
    /// mail address
    Email(Address),
    /// day
    Date(Date),
    /// instant
    DateTime(Instant),
    /// span of time
    Duration(Duration),
    /// amount and currency
    Money(Money),
    /// several
    List(Vec<Value>),
    /// fields in declared order
    Object(Vec<(String, Value)>),
}

/// The type only: values may be secret.
impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Value::Text(_) => "Text",
            Value::Integer(_) => "Integer",
            Value::Decimal(_) => "Decimal",
            Value::Boolean(_) => "Boolean",
            Value::Enum(_) => "Enum",
            Value::Code(_) => "Code",
            Value::Url(_) => "Url",
            Value::Email(_) => "Email",
            Value::Date(_) => "Date",
            Value::DateTime(_) => "DateTime",
            Value::Duration(_) => "Duration",
            Value::Money(_) => "Money",
            Value::List(_) => "List",
            Value::Object(_) => "Object",
        })
    }
}

/// What is needed to show a value to a reader.
pub struct Show<'a> {
    /// numbers, dates, money of the locale
    pub formats: &'a Formats,
    /// the zone that instants are shown in
    pub time_zone: &'a TimeZone,
    /// the label of an enum's value or a boolean (`true`, `false`), if the locale file has one
    pub label: &'a dyn Fn(&str) -> Option<String>,
}

impl Value {
    /// The value in the locale's way.
    pub fn show(&self, with: &Show<'_>) -> String {
        let formats = with.formats;
        match self {
            Value::Text(text) | Value::Code(text) | Value::Url(text) => text.clone(),
            Value::Integer(number) => formats.integer(*number),
            Value::Decimal(digits) => formats.decimal(digits),
            Value::Boolean(yes) => {
                let name = if *yes { "true" } else { "false" };
                (with.label)(name).unwrap_or_else(|| name.to_owned())
            }
            Value::Enum(name) => (with.label)(name).unwrap_or_else(|| name.clone()),
            Value::Email(address) => address.to_string(),
            Value::Date(date) => formats.date(*date),
            Value::DateTime(instant) => formats.datetime(*instant, with.time_zone),
            Value::Duration(duration) => formats.duration(*duration),
            Value::Money(money) => formats.money(money),
            Value::List(items) => {
                let shown: Vec<String> = items.iter().map(|item| item.show(with)).collect();
                formats.list(&shown.iter().map(String::as_str).collect::<Vec<_>>())
            }
            Value::Object(fields) => {
                let shown: Vec<String> = fields.iter().map(|(_, item)| item.show(with)).collect();
                formats.list(&shown.iter().map(String::as_str).collect::<Vec<_>>())
            }
        }
    }

    /// The value as the JSON a caller would send.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::{Value as Json, json};
        match self {
            Value::Text(text) | Value::Enum(text) | Value::Code(text) | Value::Url(text) => {
                json!(text)
            }
            Value::Integer(number) => json!(number),
            Value::Decimal(digits) => json!(digits.to_string()),
            Value::Boolean(yes) => json!(yes),
            Value::Email(address) => json!(address.as_str()),
            Value::Date(date) => json!(date.to_string()),
            Value::DateTime(instant) => json!(instant.to_string()),
            Value::Duration(duration) => json!(duration.seconds()),
            Value::Money(money) => {
                json!({"amount": money.amount().to_string(), "currency": money.currency()})
            }
            Value::List(items) => items.iter().map(Value::to_json).collect(),
            Value::Object(fields) => {
                let pairs = fields.iter().map(|(name, value)| (name.clone(), value.to_json()));
                Json::Object(pairs.collect())
            }
        }
    }
}

/// The checked values of one mail, defaults included. Made by
/// [`Declaration::check`](super::Declaration::check).
#[derive(Clone, PartialEq)]
pub struct Vars {
    values: BTreeMap<String, Value>,
}

impl Vars {
    pub(super) fn new(values: BTreeMap<String, Value>) -> Self {
        Vars { values }
    }

    /// Values that were checked before they were kept.
    #[cfg(feature = "outbox")]
    pub(crate) fn restored(values: BTreeMap<String, Value>) -> Self {
        Vars { values }
    }

    /// One value; `None` for an optional variable that was not given.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// The values as JSON, sorted by name: the inbox shows it, and ids under a fixed clock are
    /// hashes of it.
    pub fn to_json(&self) -> serde_json::Value {
        let pairs = self.values.iter().map(|(name, value)| (name.clone(), value.to_json()));
        serde_json::Value::Object(pairs.collect())
    }
}

/// Names only: values may be secret.
impl std::fmt::Debug for Vars {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}
