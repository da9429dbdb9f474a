//! Values that somebody forgot to fill in.

use super::environment::{Origin, Variable};
use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;

/// A warning when the value still holds a comment or is a placeholder. It is an error once the
/// value is not ASCII: no provider gives out such a login, password or key.
pub(super) fn suspicion(variable: &Variable) -> Option<Diagnostic> {
    let value = variable.value.expose();
    let name = &variable.name;
    let (code, title, hint) = if variable.origin == Origin::Process && holds_comment(value) {
        (Code::EnvComment, comment_title(name), comment_hint())
    } else if is_placeholder(value) {
        (Code::EnvPlaceholder, placeholder_title(name), placeholder_hint(name))
    } else {
        return None;
    };
    let told = if value.is_ascii() { Diagnostic::warning } else { Diagnostic::error };
    Some(told(code, title).hint(hint).set_by(&variable.origin))
}

/// Whether a value still holds a comment or is a placeholder.
pub(super) fn is_unfilled(value: &str) -> bool {
    holds_comment(value) || is_placeholder(value)
}

/// The same for a name shown to people, which may say anything in any script.
pub(super) fn leftover_comment(variable: &Variable) -> Option<Diagnostic> {
    let holds = variable.origin == Origin::Process && holds_comment(variable.value.expose());
    let fault = || Diagnostic::warning(Code::EnvComment, comment_title(&variable.name));
    holds.then(|| fault().hint(comment_hint()))
}

/// `docker run --env-file` hands comments through; our own reader of env files removes them.
pub(super) fn holds_comment(value: &str) -> bool {
    value.contains(" #") || value.contains("\t#")
}

fn is_placeholder(value: &str) -> bool {
    let value = value.trim().to_ascii_lowercase();
    // An internationalised domain may hold any of these words.
    let local = value.split('@').next().unwrap_or_default();
    CHINESE.iter().any(|word| local.contains(word))
        || STARTS.iter().any(|start| value.starts_with(start))
        || WHOLE.contains(&value.as_str())
        || (value.starts_with('<') && value.ends_with('>'))
        || (local.len() >= 3 && local.bytes().all(|byte| byte == b'x'))
        || (value.len() >= 4 && value.bytes().all(|byte| byte == b'*'))
}

const CHINESE: &[&str] = &[
    "你的",
    "您的",
    "授权码",
    "密码",
    "密钥",
    "口令",
    "邮箱",
    "账号",
    "替换",
    "填写",
    "填入",
    "这里",
    "此处",
];
const STARTS: &[&str] =
    &["your-", "your_", "your ", "yourpass", "replace", "change-", "change_", "enter-"];
const WHOLE: &[&str] =
    &["changeme", "placeholder", "password", "secret", "todo", "fixme", "app-password"];

fn comment_title(name: &str) -> Text {
    text!("`{name}` still holds a comment", "`{name}` 的值里还带着注释")
}

fn comment_hint() -> Text {
    text!(
        "`docker run --env-file` hands comments through: put them on lines of their own",
        "`docker run --env-file` 会把行尾注释当作值：请把注释单独写一行"
    )
}

fn placeholder_title(name: &str) -> Text {
    text!("`{name}` is still a placeholder", "`{name}` 仍是占位文字")
}

fn placeholder_hint(name: &str) -> Text {
    text!("set `{name}` to the real value", "请把 `{name}` 改为真实的值")
}
