//! What can be wrong with a value, and the fault of it. The value is in neither.

use super::{Variable, VariableType};
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::mail;
use crate::text;

pub(super) enum Problem {
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

impl Variable {
    pub(super) fn fault(&self, problem: Problem, pointer: &str) -> Diagnostic {
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
    pub(super) fn wanted(&self) -> Text {
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
