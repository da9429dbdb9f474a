//! Checks a caller's JSON against a declaration. No value ever appears in a fault.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::problem::Problem;
use super::url::url;
use super::{Declaration, Value, Variable, VariableType, Vars};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::locale::{Date, Decimal, Duration, Instant, Money};
use crate::mail::{Address, clean};
use crate::text;

impl Declaration {
    /// Checks all values at once.
    ///
    /// # Errors
    /// Unknown, missing, mistyped and out-of-range values, each by its JSON pointer.
    pub fn check(&self, vars: &Map<String, Json>) -> Result<Vars, Diagnostics> {
        let mut faults = Diagnostics::new();
        let values = self.check_fields(vars, "", &mut faults);
        faults.ok(Vars::new(values.into_iter().collect::<BTreeMap<_, _>>()))
    }

    fn check_fields(
        &self,
        given: &Map<String, Json>,
        pointer: &str,
        faults: &mut Diagnostics,
    ) -> Vec<(String, Value)> {
        for name in given.keys().filter(|name| self.get(name).is_none()) {
            faults.push(self.unknown(name, pointer));
        }
        self.variables
            .iter()
            .filter_map(|variable| {
                let value = variable.check_field(given.get(&variable.name), pointer, faults)?;
                Some((variable.name.clone(), value))
            })
            .collect()
    }

    fn unknown(&self, name: &str, pointer: &str) -> Diagnostic {
        let name: String = name.chars().take(64).collect();
        let known = self.names().collect::<Vec<_>>().join("`, `");
        Diagnostic::error(
            Code::VarUnknown,
            text!("no variable `{name}` is declared", "没有声明变量 `{name}`"),
        )
        .pointer(format!("{pointer}/{}", escape(&name)))
        .hint(text!("declared: `{known}`", "已声明：`{known}`"))
        .did_you_mean(&name, self.names())
    }
}

/// RFC 6901 section 3.
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl Variable {
    /// Checks one value alone.
    ///
    /// # Errors
    /// Every fault of it, by JSON pointer from the value.
    pub fn check_value(&self, json: &Json) -> Result<Value, Diagnostics> {
        let mut faults = Diagnostics::new();
        let value = self.value(json, "", &mut faults);
        match value {
            Some(value) if !faults.has_errors() => Ok(value),
            _ => Err(faults),
        }
    }

    fn check_field(
        &self,
        given: Option<&Json>,
        pointer: &str,
        faults: &mut Diagnostics,
    ) -> Option<Value> {
        let name = &self.name;
        let pointer = format!("{pointer}/{name}");
        match given {
            None if !self.required() => self.default.clone(),
            Some(Json::Null) if self.optional => None,
            None => {
                faults.push(
                    Diagnostic::error(
                        Code::VarMissing,
                        text!("the variable `{name}` is missing", "缺少变量 `{name}`"),
                    )
                    .pointer(pointer)
                    .hint(self.wanted()),
                );
                None
            }
            Some(json) => self.value(json, &pointer, faults),
        }
    }

    fn value(&self, json: &Json, pointer: &str, faults: &mut Diagnostics) -> Option<Value> {
        let result = match (&self.kind, json) {
            (VariableType::List { items, max_items }, Json::Array(given)) => {
                if given.len() > *max_items {
                    let size = given.len();
                    faults.push(
                        Diagnostic::error(
                            Code::VarOutOfRange,
                            text!(
                                "{size} items, at most {max_items} are taken",
                                "共 {size} 项，最多 {max_items} 项"
                            ),
                        )
                        .pointer(pointer),
                    );
                    return None;
                }
                let checked = given
                    .iter()
                    .enumerate()
                    .map(|(index, item)| items.value(item, &format!("{pointer}/{index}"), faults));
                return checked
                    .collect::<Vec<_>>()
                    .into_iter()
                    .collect::<Option<_>>()
                    .map(Value::List);
            }
            (VariableType::Object { fields }, Json::Object(given)) => {
                return Some(Value::Object(fields.check_fields(given, pointer, faults)));
            }
            _ => self.scalar(json),
        };
        result.map_err(|problem| faults.push(self.fault(problem, pointer))).ok()
    }

    fn scalar(&self, json: &Json) -> Result<Value, Problem> {
        match (&self.kind, json) {
            (VariableType::Text { max_length, pattern }, Json::String(text)) => {
                let cleaned = match self.untrusted {
                    true => clean::untrusted(text),
                    false => clean::body(text),
                };
                within(cleaned.chars().count(), *max_length)?;
                matching(pattern.as_ref(), &cleaned)?;
                Ok(Value::Text(cleaned.into_owned()))
            }
            (VariableType::Code { pattern }, Json::String(text)) => {
                // A line break is kept, so that the pattern refuses it.
                let cleaned = clean::body(text);
                matching(Some(pattern), &cleaned)?;
                Ok(Value::Code(cleaned.into_owned()))
            }
            (VariableType::Code { .. }, Json::Number(_)) => Err(Problem::NumberForCode),
            (VariableType::Integer { min, max }, Json::Number(number)) => {
                let number = number.as_i64().ok_or(Problem::WrongType)?;
                between(number, *min, *max).map(Value::Integer)
            }
            (VariableType::Decimal { min, max }, Json::Number(_) | Json::String(_)) => {
                decimal(json, *min, *max)
            }
            (VariableType::Boolean, Json::Bool(yes)) => Ok(Value::Boolean(*yes)),
            (VariableType::Enum { values }, Json::String(name)) => match values.contains(name) {
                true => Ok(Value::Enum(name.clone())),
                false => Err(Problem::NotInEnum),
            },
            (VariableType::Url { hosts, max_length }, Json::String(text)) => {
                url(text, hosts, *max_length)
            }
            (VariableType::Email, Json::String(text)) => {
                Address::parse(text).map(Value::Email).map_err(Problem::Address)
            }
            (VariableType::Date, Json::String(text)) => {
                Date::parse(text).map(Value::Date).map_err(|_| Problem::Form)
            }
            (VariableType::DateTime, Json::String(text)) => {
                Instant::parse(text).map(Value::DateTime).map_err(|_| Problem::Form)
            }
            (VariableType::Duration { min, max }, Json::String(_) | Json::Number(_)) => {
                let written = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
                let duration = Duration::parse(&written).map_err(|_| Problem::Form)?;
                between(duration.seconds(), *min, *max)?;
                Ok(Value::Duration(duration))
            }
            (VariableType::Money { currencies }, Json::Object(fields)) => money(fields, currencies),
            _ => Err(Problem::WrongType),
        }
    }
}

fn within(size: usize, most: usize) -> Result<(), Problem> {
    if size > most { Err(Problem::TooLong { size, most }) } else { Ok(()) }
}

fn between<T: PartialOrd>(number: T, min: Option<T>, max: Option<T>) -> Result<T, Problem> {
    let low = min.is_some_and(|min| number < min);
    let high = max.is_some_and(|max| number > max);
    if low || high { Err(Problem::OutOfRange) } else { Ok(number) }
}

fn matching(pattern: Option<&super::Pattern>, text: &str) -> Result<(), Problem> {
    match pattern {
        Some(pattern) if !pattern.matches(text) => Err(Problem::Pattern),
        _ => Ok(()),
    }
}

fn decimal(json: &Json, min: Option<f64>, max: Option<f64>) -> Result<Value, Problem> {
    let digits = json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    let number = Decimal::parse(&digits).map_err(|_| Problem::Form)?;
    between(digits.parse::<f64>().map_err(|_| Problem::Form)?, min, max)?;
    Ok(Value::Decimal(number))
}

fn money(fields: &Map<String, Json>, currencies: &[String]) -> Result<Value, Problem> {
    let amount = match fields.get("amount") {
        Some(Json::String(digits)) => digits.clone(),
        Some(Json::Number(number)) => number.to_string(),
        _ => return Err(Problem::WrongType),
    };
    let currency = fields.get("currency").and_then(Json::as_str).ok_or(Problem::WrongType)?;
    if fields.len() > 2 {
        return Err(Problem::WrongType);
    }
    if !currencies.is_empty() && !currencies.iter().any(|known| known == currency) {
        return Err(Problem::NotInEnum);
    }
    Money::new(&amount, currency).map(Value::Money).map_err(|_| Problem::Form)
}
