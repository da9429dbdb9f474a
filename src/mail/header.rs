use std::fmt;

use super::fault::faults;
use super::{MessageId, clean};

/// The most octets of a line (RFC 5322 §2.1.1).
const MAX_LINE: usize = 998;
/// The most octets of a value: enough for a long thread's References.
const MAX_VALUE: usize = 8192;

type Check = fn(&str) -> Result<(), HeaderError>;

/// Headers beside `X-*` that a caller may set, and what their value must be.
const ALLOWED: [(&str, Check); 5] = [
    ("List-Unsubscribe", unsubscribe_links),
    ("List-Unsubscribe-Post", one_click),
    ("In-Reply-To", message_ids),
    ("References", message_ids),
    ("Importance", importance),
];

/// A header that the caller of hongyan set: `X-*` or one of a short list.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct CustomHeader {
    name: String,
    value: String,
}

impl CustomHeader {
    /// Checks name and value; names are compared without case.
    pub fn new(name: &str, value: &str) -> Result<Self, HeaderError> {
        let (name, check) = allowed(name)?;
        if value.contains(|c: char| clean::is_line_break(c) || (c.is_control() && c != '\t')) {
            return Err(HeaderError::LineBreak);
        }
        let value = clean::one_line(value).into_owned();
        if value.is_empty() {
            return Err(HeaderError::Empty);
        }
        check(&value)?;
        let longest = value.split(' ').map(str::len).max().unwrap_or_default();
        if value.len() > MAX_VALUE || (value.is_ascii() && name.len() + 2 + longest > MAX_LINE) {
            return Err(HeaderError::TooLong);
        }
        Ok(CustomHeader { name: name.to_owned(), value })
    }

    /// The name: canonical spelling, but `X-*` as given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value, not yet folded or encoded.
    pub fn value(&self) -> &str {
        &self.value
    }
}

/// Without the value, which comes from the caller's variables.
impl fmt::Debug for CustomHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustomHeader({}: ***)", self.name)
    }
}

fn allowed(name: &str) -> Result<(&str, Check), HeaderError> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > 76 || !name.chars().all(is_token) {
        return Err(HeaderError::Name);
    }
    let listed = ALLOWED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    if let Some(&(known, check)) = listed {
        return Ok((known, check));
    }
    // X-Mailer and X-User* tell filters about the sending program; bulk mailers made them suspect.
    let lower = name.to_ascii_lowercase();
    let rest = lower.strip_prefix("x-").ok_or(HeaderError::NotAllowed)?;
    if rest.is_empty() || rest == "mailer" || rest.starts_with("user") {
        return Err(HeaderError::NotAllowed);
    }
    Ok((name, |_| Ok(())))
}

/// `<https:…>, <mailto:…>` (RFC 2369 §2, RFC 8058).
fn unsubscribe_links(value: &str) -> Result<(), HeaderError> {
    let mut rest = value;
    loop {
        let inner = rest.trim_start().strip_prefix('<').and_then(|rest| rest.split_once('>'));
        let (link, after) = inner.ok_or(HeaderError::Unsubscribe)?;
        if !is_unsubscribe_link(link) {
            return Err(HeaderError::Unsubscribe);
        }
        rest = match after.trim_start() {
            "" => return Ok(()),
            more => more.strip_prefix(',').ok_or(HeaderError::Unsubscribe)?,
        };
    }
}

fn is_unsubscribe_link(link: &str) -> bool {
    let target = link.strip_prefix("https://").or_else(|| link.strip_prefix("mailto:"));
    let is_plain = |b: u8| b.is_ascii_graphic() && !matches!(b, b'<' | b'"');
    target.is_some_and(|target| !target.is_empty()) && link.bytes().all(is_plain)
}

fn one_click(value: &str) -> Result<(), HeaderError> {
    if value == "List-Unsubscribe=One-Click" { Ok(()) } else { Err(HeaderError::OneClick) }
}

fn message_ids(value: &str) -> Result<(), HeaderError> {
    value.split(' ').try_for_each(|id| MessageId::parse(id).map(drop))
}

fn importance(value: &str) -> Result<(), HeaderError> {
    let known = ["high", "normal", "low"].iter().any(|word| word.eq_ignore_ascii_case(value));
    if known { Ok(()) } else { Err(HeaderError::Importance) }
}

faults! {
    /// Why a header is refused. Never holds its value.
    HeaderError {
        Name [HeaderInvalid] =
            "the header's name is not a plain word", "邮件头名称不合规"
            => "letters, digits and hyphens, at most 76", "只能用字母、数字和连字符，最多 76 个";
        NotAllowed [HeaderNotAllowed] =
            "this header may not be set by the caller", "不允许自行设置此邮件头"
            => "allowed are `X-*` (not `X-Mailer`, `X-User*`), `List-Unsubscribe`, `List-Unsubscribe-Post`, `In-Reply-To`, `References` and `Importance`; the rest have fields of their own",
               "允许 `X-*`（`X-Mailer`、`X-User*` 除外）、`List-Unsubscribe`、`List-Unsubscribe-Post`、`In-Reply-To`、`References` 和 `Importance`，其余请使用对应字段";
        LineBreak [HeaderInvalid] =
            "the header's value holds a line break or a control character", "邮件头的值含有换行符或控制字符"
            => "give the value on one line", "请将值写在一行内";
        Empty [HeaderInvalid] =
            "the header has no value", "邮件头没有值"
            => "leave the header out", "请去掉此邮件头";
        TooLong [HeaderInvalid] =
            "the header's value is too long", "邮件头的值过长"
            => "8192 octets in all and 998 without a space are the most", "总长不超过 8192 字节，连续无空格部分不超过 998 字节";
        Unsubscribe [HeaderInvalid] =
            "`List-Unsubscribe` is not a list of links", "`List-Unsubscribe` 的值不是链接列表"
            => "write `<https://example.com/u>, <mailto:u@example.com>`", "请写成 `<https://example.com/u>, <mailto:u@example.com>`";
        OneClick [HeaderInvalid] =
            "`List-Unsubscribe-Post` has another value than the only one there is", "`List-Unsubscribe-Post` 的值不对"
            => "write `List-Unsubscribe=One-Click`", "只能写 `List-Unsubscribe=One-Click`";
        MessageId [HeaderInvalid] =
            "this is not a message id", "邮件编号（Message-ID）格式有误"
            => "write `<id@example.com>`, several with a space between", "请写成 `<id@example.com>`，多个之间用空格分开";
        Importance [HeaderInvalid] =
            "`Importance` has an unknown value", "`Importance` 的值不认识"
            => "write `high`, `normal` or `low`", "只能写 `high`、`normal` 或 `low`";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_kept() {
        let ok = [
            ("X-Trace", "汉字"),
            ("list-unsubscribe", "<https://x.test/u?a=b,c>"),
            ("References", "<a@x.test> <b@x.test>"),
            ("importance", "High"),
        ];
        for (name, value) in ok {
            assert!(CustomHeader::new(name, value).is_ok(), "{name}");
        }
        let refused = [
            ("X-Mailer", "v", HeaderError::NotAllowed),
            ("x-userid", "v", HeaderError::NotAllowed),
            ("Bcc", "v", HeaderError::NotAllowed),
            ("X-A", "a\u{2028}b", HeaderError::LineBreak),
            ("X-A", " ", HeaderError::Empty),
            ("List-Unsubscribe", "<http://x.test>", HeaderError::Unsubscribe),
            ("References", "a@x.test", HeaderError::MessageId),
        ];
        for (name, value, fault) in refused {
            assert_eq!(CustomHeader::new(name, value).unwrap_err(), fault, "{name}");
        }
    }
}
