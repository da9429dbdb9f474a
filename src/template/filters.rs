//! The filters of templates: ours, and the list of all.

use minijinja::value::Value as JinjaValue;
use minijinja::{Error, State};

use super::fault::Carried;
use super::scope::{Scope, Shown};
use crate::diagnostic::{Code, Diagnostic};
use crate::locale::{Duration, Money};
use crate::text;
use crate::vars::Value;

/// The filters that templates have: the engine's, but for those that mails have no use for or
/// that would undo escaping (`safe`, `pprint`, `tojson`, `format`, `attr`), and our own.
pub(super) const FILTERS: [&str; 51] = [
    "escape",
    "e",
    "lower",
    "upper",
    "title",
    "capitalize",
    "replace",
    "length",
    "count",
    "dictsort",
    "items",
    "reverse",
    "trim",
    "join",
    "split",
    "lines",
    "default",
    "d",
    "round",
    "abs",
    "int",
    "float",
    "first",
    "last",
    "min",
    "max",
    "sort",
    "list",
    "string",
    "bool",
    "batch",
    "slice",
    "sum",
    "indent",
    "select",
    "reject",
    "selectattr",
    "rejectattr",
    "map",
    "groupby",
    "unique",
    "chain",
    "zip",
    "urlencode",
    "label",
    "mask_email",
    "mask_phone",
    "date",
    "time",
    "duration",
    "money",
];

/// `purpose|label('purpose')`: how an enum or a boolean is shown. Written in by the loader.
pub(super) fn label(
    state: &State<'_, '_>,
    value: JinjaValue,
    name: &str,
) -> Result<JinjaValue, Error> {
    let scope = Scope::of(state)?;
    Ok(match scope.vars.get(name) {
        Some(checked @ (Value::Enum(_) | Value::Boolean(_))) if !value.is_none() => {
            JinjaValue::from(scope.frame.show(name, checked))
        }
        _ => value,
    })
}

/// `requested_at|date`: the day of a date or an instant, in the locale's way.
pub(super) fn date(state: &State<'_, '_>, value: &JinjaValue) -> Result<String, Error> {
    let scope = Scope::of(state)?;
    match Shown::value_of(value) {
        Some(Value::Date(day)) => Ok(scope.frame.formats.date(day)),
        Some(Value::DateTime(at)) => {
            Ok(scope.frame.formats.date(at.date_in(&scope.frame.time_zone)))
        }
        _ => Err(wants("date", "date` or `datetime")),
    }
}

/// `requested_at|time`: the time of day of an instant.
pub(super) fn time(state: &State<'_, '_>, value: &JinjaValue) -> Result<String, Error> {
    let scope = Scope::of(state)?;
    match Shown::value_of(value) {
        Some(Value::DateTime(at)) => Ok(scope.frame.formats.time(at, &scope.frame.time_zone)),
        _ => Err(wants("time", "datetime")),
    }
}

/// `seconds|duration`: whole seconds as a length of time.
pub(super) fn duration(state: &State<'_, '_>, value: &JinjaValue) -> Result<String, Error> {
    let scope = Scope::of(state)?;
    let seconds = match Shown::value_of(value) {
        Some(Value::Duration(duration)) => Some(duration),
        _ => u64::try_from(value.clone()).ok().and_then(|s| Duration::from_seconds(s).ok()),
    };
    let seconds = seconds.ok_or_else(|| wants("duration", "duration` or `integer"))?;
    Ok(scope.frame.formats.duration(seconds))
}

/// `amount|money('CNY')`: a number as an amount of a currency (ISO 4217).
pub(super) fn money(
    state: &State<'_, '_>,
    value: &JinjaValue,
    currency: &str,
) -> Result<String, Error> {
    let scope = Scope::of(state)?;
    let amount = match Shown::value_of(value) {
        Some(Value::Decimal(digits)) => digits.to_string(),
        _ => value.to_string(),
    };
    let money =
        Money::new(&amount, currency).map_err(|_| wants("money", "decimal` or `integer"))?;
    Ok(scope.frame.formats.money(&money))
}

fn wants(filter: &str, kinds: &str) -> Error {
    Carried::error(Diagnostic::error(
        Code::TemplateFailed,
        text!("the filter `{filter}` takes a `{kinds}`", "过滤器 `{filter}` 只用于 `{kinds}`"),
    ))
}

/// `wang.wei@example.com` as `w***@example.com`.
pub(super) fn mask_email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => {
            let first: String = local.chars().take(1).collect();
            format!("{first}***@{domain}")
        }
        None => "***".into(),
    }
}

/// `+8613812345678` as `+86138****5678`: all but the last four of the last eight digits.
pub(super) fn mask_phone(number: &str) -> String {
    let total = number.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    let masked = number.chars().map(|c| {
        if !c.is_ascii_digit() {
            return c;
        }
        seen += 1;
        let behind = total - seen;
        if (4..8).contains(&behind) { '*' } else { c }
    });
    masked.collect()
}
