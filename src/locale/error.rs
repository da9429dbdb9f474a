//! What can be wrong with a tag or a value.

use super::{Locale, TimeZone};
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;

/// Why no locale was found.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocaleError {
    /// The tag is not BCP 47.
    #[error("malformed locale `{given}`")]
    Malformed {
        /// What was asked for, shortened and without control characters
        given: String,
    },
    /// Traditional Chinese was asked for, and there is nothing but Simplified Chinese to offer.
    #[error("no locale for `{requested}`")]
    Unavailable {
        /// What was asked for
        requested: Locale,
        /// What the project has, drafts included
        offered: Vec<Locale>,
    },
}

impl LocaleError {
    pub(super) fn malformed(given: &str) -> LocaleError {
        let given = given.chars().filter(|c| !c.is_control()).take(40).collect();
        LocaleError::Malformed { given }
    }

    /// The fault for people.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            LocaleError::Malformed { given } => Diagnostic::error(
                Code::LocaleMalformed,
                text!("malformed locale `{given}`", "语言标签 `{given}` 格式不正确"),
            )
            .hint(text!(
                "write a BCP 47 tag such as `zh-CN` or `en`",
                "请使用 BCP 47 标签，如 `zh-CN` 或 `en`"
            )),
            LocaleError::Unavailable { requested, offered } => unavailable(requested, offered),
        }
    }
}

fn unavailable(requested: &Locale, offered: &[Locale]) -> Diagnostic {
    let offered = offered.iter().map(Locale::as_str).collect::<Vec<_>>().join("`, `");
    Diagnostic::error(
        Code::LocaleUnavailable,
        text!(
            "no locale for `{requested}`: only `{offered}` to choose from",
            "没有适合 `{requested}` 的语言：仅有 `{offered}`"
        ),
    )
    .hint(text!(
        "ask for a locale by its tag, or add a Traditional Chinese one or one that is not Chinese",
        "请直接指定语言标签，或添加繁体中文或任一非中文的语言"
    ))
}

/// Why a text is not a value of its type. It never holds the text, which may be a secret; a time
/// zone's name is configuration and is shown.
#[non_exhaustive]
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Not a decimal number.
    #[error("not a decimal number")]
    NotADecimal,
    /// More digits than [`Decimal`](super::Decimal) keeps.
    #[error("a number of more than {limit} digits")]
    DecimalTooLong {
        /// How many digits there may be on either side of the point
        limit: u16,
    },
    /// Not a date.
    #[error("not a date")]
    NotADate,
    /// Not a date and time.
    #[error("not a date and time")]
    NotAnInstant,
    /// A date and time that does not say at which offset from UTC.
    #[error("a date and time without an offset")]
    OffsetMissing,
    /// Not a duration.
    #[error("not a duration")]
    NotADuration,
    /// A duration of nothing, or of more than ten years.
    #[error("a duration out of range")]
    DurationOutOfRange,
    /// Not a currency of ISO 4217.
    #[error("an unknown currency")]
    UnknownCurrency,
    /// Smaller than the currency's smallest unit.
    #[error("more than {digits} decimal digits for {currency}")]
    TooManyDigits {
        /// The currency
        currency: String,
        /// How many digits it has behind the point
        digits: u8,
    },
    /// Not a zone of the tz database.
    #[error("unknown time zone `{name}`")]
    UnknownTimeZone {
        /// What was asked for, shortened and without control characters
        name: String,
    },
}

impl ValueError {
    /// The fault for people.
    pub fn diagnostic(&self) -> Diagnostic {
        let fault = Diagnostic::error(self.code(), self.title());
        match self {
            ValueError::UnknownTimeZone { name } => match TimeZone::suggest(name) {
                Some(near) => fault.did_you_mean(&near, [near.as_str()]),
                None => fault.hint(text!(
                    "write a name of the tz database such as `Asia/Shanghai`",
                    "请使用时区数据库中的名称，如 `Asia/Shanghai`"
                )),
            },
            _ => fault.hint(self.hint()),
        }
    }

    fn code(&self) -> Code {
        match self {
            ValueError::UnknownTimeZone { .. } => Code::TimeZoneUnknown,
            _ => Code::ValueMalformed,
        }
    }

    fn title(&self) -> Text {
        match self {
            ValueError::NotADecimal => text!("not a decimal number", "不是十进制数"),
            ValueError::DecimalTooLong { limit } => text!(
                "more than {limit} digits before or behind the point",
                "小数点前或后超过 {limit} 位"
            ),
            ValueError::NotADate => text!("not a date", "不是日期"),
            ValueError::NotAnInstant => text!("not a date and time", "不是日期时间"),
            ValueError::OffsetMissing => {
                text!("a date and time without an offset from UTC", "日期时间缺少 UTC 偏移")
            }
            ValueError::NotADuration => text!("not a duration", "不是时长"),
            ValueError::DurationOutOfRange => {
                text!("the duration is out of range", "时长超出范围")
            }
            ValueError::UnknownCurrency => text!("unknown currency", "未知的货币"),
            ValueError::TooManyDigits { currency, digits } => text!(
                "an amount in {currency} has at most {digits} decimal digits",
                "{currency} 金额最多 {digits} 位小数"
            ),
            ValueError::UnknownTimeZone { name } => {
                text!("unknown time zone `{name}`", "未知的时区 `{name}`")
            }
        }
    }

    fn hint(&self) -> Text {
        match self {
            ValueError::NotADecimal | ValueError::DecimalTooLong { .. } => text!(
                "write it as `1234.56`, without separators",
                "请写成 `1234.56`，不带千位分隔符"
            ),
            ValueError::NotADate => text!("write it as `2026-11-21`", "请写成 `2026-11-21`"),
            ValueError::NotAnInstant | ValueError::OffsetMissing => text!(
                "write it as `2026-11-21T20:55:00+08:00`, or with `Z` for UTC",
                "请写成 `2026-11-21T20:55:00+08:00`，UTC 时间以 `Z` 结尾"
            ),
            ValueError::NotADuration => text!(
                "write seconds, `10m`, `1h30m`, `24h`, `7d` or `PT10M`",
                "请写秒数，或 `10m`、`1h30m`、`24h`、`7d`、`PT10M`"
            ),
            ValueError::DurationOutOfRange => text!(
                "it must be at least one second and at most ten years",
                "至少 1 秒，至多 10 年"
            ),
            ValueError::UnknownCurrency => text!(
                "write the ISO 4217 code in capitals, such as `CNY`",
                "请使用大写的 ISO 4217 代码，如 `CNY`"
            ),
            _ => text!("round the amount before sending it", "请先将金额舍入"),
        }
    }
}
