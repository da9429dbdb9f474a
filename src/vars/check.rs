//! Checks a caller's JSON against a declaration. No value ever appears in a fault.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use super::{Declaration, URL_LENGTH, Value, Variable, VariableType, Vars};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text};
use crate::locale::{Date, Decimal, Duration, Instant, Money};
use crate::mail::{self, Address, clean};
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

    fn fault(&self, problem: Problem, pointer: &str) -> Diagnostic {
        let (name, wanted) = (&self.name, self.wanted());
        let (code, title, hint) = match problem {
            Problem::WrongType => (
                Code::VarWrongType,
                text!("`{name}` has the wrong type", "`{name}` 的类型不对"),
                wanted,
            ),
            Problem::NumberForCode => (
                Code::VarWrongType,
                text!("the code `{name}` was sent as a number", "验证码 `{name}` 被当成数字传入"),
                text!(
                    "send it as a string: a number loses its leading zeros",
                    "请以字符串传入：数字会丢掉开头的 0"
                ),
            ),
            Problem::TooLong { size, most } => (
                Code::VarOutOfRange,
                text!("`{name}` is {size} long, at most {most}", "`{name}` 长 {size}，最多 {most}"),
                wanted,
            ),
            Problem::OutOfRange => (
                Code::VarOutOfRange,
                text!("`{name}` is out of range", "`{name}` 超出范围"),
                wanted,
            ),
            Problem::NotInEnum => (
                Code::VarNotInEnum,
                text!("`{name}` is none of the declared values", "`{name}` 不是已声明的值之一"),
                wanted,
            ),
            Problem::Pattern => (
                Code::VarPattern,
                text!("`{name}` does not match its pattern", "`{name}` 不符合其格式"),
                wanted,
            ),
            Problem::Form => {
                (Code::VarBadForm, text!("`{name}` cannot be read", "`{name}` 无法解析"), wanted)
            }
            Problem::Url(reason) => (Code::VarBadUrl, reason, wanted),
            Problem::Address(error) => return error.diagnostic().pointer(pointer),
        };
        Diagnostic::error(code, title).pointer(pointer).hint(hint)
    }

    /// What the type takes, as a remedy.
    fn wanted(&self) -> Text {
        match &self.kind {
            VariableType::Text { max_length, pattern: None } => {
                text!(
                    "a string of at most {max_length} characters",
                    "最多 {max_length} 个字符的字符串"
                )
            }
            VariableType::Text { pattern: Some(pattern), .. } | VariableType::Code { pattern } => {
                let pattern = pattern.as_str();
                text!("a string that matches `{pattern}`", "符合 `{pattern}` 的字符串")
            }
            VariableType::Integer { min, max } => {
                let (en, zh) = range(*min, *max);
                text!("a whole number{en}", "整数{zh}")
            }
            VariableType::Decimal { min, max } => {
                let (en, zh) = range(*min, *max);
                text!("a number or a decimal string{en}", "数字或十进制字符串{zh}")
            }
            VariableType::Boolean => text!("`true` or `false`", "`true` 或 `false`"),
            VariableType::Enum { values } => {
                let values = values.join("`, `");
                text!("one of `{values}`", "以下之一：`{values}`")
            }
            VariableType::Url { hosts, max_length } if hosts.is_empty() => text!(
                "an https URL with a host name, at most {max_length} bytes",
                "带主机名的 https 网址，最多 {max_length} 字节"
            ),
            VariableType::Url { hosts, .. } => {
                let hosts = hosts.join("`, `");
                text!("an https URL to `{hosts}`", "指向 `{hosts}` 的 https 网址")
            }
            VariableType::Email => text!("a mail address", "邮件地址"),
            VariableType::Date => text!("a day such as `2026-11-21`", "日期，例如 `2026-11-21`"),
            VariableType::DateTime => text!(
                "an instant with its offset, such as `2026-11-21T20:55:00+08:00`",
                "带时区偏移的时间，例如 `2026-11-21T20:55:00+08:00`"
            ),
            VariableType::Duration { min, max } => {
                let (en, zh) = range(*min, *max);
                text!("seconds, `10m` or `PT10M`{en}", "秒数、`10m` 或 `PT10M`{zh}")
            }
            VariableType::Money { .. } => text!(
                "`{{\"amount\": \"12.50\", \"currency\": \"CNY\"}}`",
                "`{{\"amount\": \"12.50\", \"currency\": \"CNY\"}}`"
            ),
            VariableType::List { items, max_items } => {
                let kind = items.kind.name();
                text!(
                    "a list of at most {max_items} `{kind}`",
                    "最多 {max_items} 项 `{kind}` 的列表"
                )
            }
            VariableType::Object { fields } => {
                let names = fields.names().collect::<Vec<_>>().join("`, `");
                text!("an object with `{names}`", "含 `{names}` 的对象")
            }
        }
    }
}

enum Problem {
    WrongType,
    NumberForCode,
    TooLong { size: usize, most: usize },
    OutOfRange,
    NotInEnum,
    Pattern,
    Form,
    Url(Text),
    Address(mail::AddressError),
}

fn range<T: std::fmt::Display>(min: Option<T>, max: Option<T>) -> (String, String) {
    match (min, max) {
        (Some(min), Some(max)) => (format!(" from {min} to {max}"), format!("（{min} 到 {max}）")),
        (Some(min), None) => (format!(" from {min}"), format!("（不小于 {min}）")),
        (None, Some(max)) => (format!(" up to {max}"), format!("（不大于 {max}）")),
        (None, None) => (String::new(), String::new()),
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

fn url(text: &str, hosts: &[String], most: usize) -> Result<Value, Problem> {
    let refuse = |reason: Text| Err(Problem::Url(reason));
    let odd = |c: char| c.is_whitespace() || c.is_control() || c == '\\';
    if !text.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("https://")) {
        return refuse(text!("the URL does not begin with `https://`", "网址不以 `https://` 开头"));
    }
    if text.contains(odd) {
        return refuse(text!(
            "the URL holds a space, control or backslash",
            "网址含空格、控制符或反斜杠"
        ));
    }
    if text.len() > URL_LENGTH {
        return refuse(text!("the URL is longer than {most} bytes", "网址超过 {most} 字节"));
    }
    let Ok(url) = url::Url::parse(text) else {
        return refuse(text!("the URL cannot be read", "网址无法解析"));
    };
    let authority = text[8..].split(['/', '?', '#']).next().unwrap_or_default();
    if !url.username().is_empty() || url.password().is_some() || authority.contains('@') {
        return refuse(text!("the URL holds a user name", "网址中含有用户名"));
    }
    let Some(host) = url.host_str().filter(|host| mail::is_host_name(host)) else {
        return refuse(text!("the URL's host is not a plain host name", "网址的主机不是普通域名"));
    };
    if !hosts.is_empty() && !hosts.iter().any(|known| known.eq_ignore_ascii_case(host)) {
        return refuse(text!(
            "the URL leads to a host that is not allowed",
            "网址指向未允许的主机"
        ));
    }
    if url.as_str().len() > most {
        return refuse(text!("the URL is longer than {most} bytes", "网址超过 {most} 字节"));
    }
    Ok(Value::Url(url.into()))
}
