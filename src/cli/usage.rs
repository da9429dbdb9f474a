//! Mistakes on the command line itself, as faults: for `--json`, and for those who read Chinese.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::diagnostic::{Code, Diagnostic, Text};
use crate::text;

/// What clap found wrong.
pub fn fault(error: &clap::Error) -> Diagnostic {
    let fault = Diagnostic::error(Code::Usage, title(error));
    match suggested(error) {
        Some(near) => fault.did_you_mean(near, [near]),
        None => fault.hint(remedy(error)),
    }
}

/// Whether it is a word that belongs to nothing. It is not repeated: `--var code 483920` leaves a
/// secret behind.
pub fn is_stray(error: &clap::Error) -> bool {
    let word = named(error, ContextKind::InvalidArg).unwrap_or_default();
    error.kind() == ErrorKind::UnknownArgument && !word.starts_with('-')
}

/// What clap takes to be meant; of several, its last is the nearest.
fn suggested(error: &clap::Error) -> Option<&str> {
    use ContextKind::{SuggestedArg, SuggestedSubcommand, SuggestedValue};
    [SuggestedArg, SuggestedSubcommand, SuggestedValue].into_iter().find_map(|kind| {
        match error.get(kind)? {
            ContextValue::String(name) => Some(name.as_str()),
            ContextValue::Strings(names) => names.last().map(String::as_str),
            _ => None,
        }
    })
}

fn title(error: &clap::Error) -> Text {
    let argument = named(error, ContextKind::InvalidArg).unwrap_or_default();
    let value = named(error, ContextKind::InvalidValue).filter(|value| !value.is_empty());
    let prior = named(error, ContextKind::PriorArg);
    match (error.kind(), value, prior) {
        (ErrorKind::MissingRequiredArgument, ..) => {
            text!("`{argument}` is missing", "缺少 `{argument}`")
        }
        (ErrorKind::UnknownArgument, ..) if is_stray(error) => {
            text!("there is a word too many", "多出了一个词")
        }
        (ErrorKind::UnknownArgument, ..) => {
            text!("there is no argument `{argument}` here", "此处没有参数 `{argument}`")
        }
        (ErrorKind::InvalidSubcommand, ..) => {
            let name = named(error, ContextKind::InvalidSubcommand).unwrap_or_default();
            text!("there is no command `{name}`", "没有命令 `{name}`")
        }
        (ErrorKind::InvalidValue | ErrorKind::ValueValidation, Some(value), _) => {
            text!("`{argument}` does not take `{value}`", "`{argument}` 不接受 `{value}`")
        }
        (ErrorKind::InvalidValue, None, _) => {
            text!("`{argument}` needs a value", "`{argument}` 需要一个值")
        }
        (ErrorKind::ArgumentConflict, _, Some(prior)) => text!(
            "`{argument}` cannot stand beside `{prior}`",
            "`{argument}` 不能与 `{prior}` 同时使用"
        ),
        (
            ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand,
            ..,
        ) => text!("a command is missing", "缺少命令"),
        _ => text!("the command line cannot be read", "命令行无法解析"),
    }
}

fn remedy(error: &clap::Error) -> Text {
    match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(values)) if !values.is_empty() => {
            let values = values.join("`, `");
            text!("one of `{values}`", "可选：`{values}`")
        }
        _ if is_stray(error) => text!(
            "values stand behind `=` or in quotes: `--var name=value`",
            "值写在 `=` 之后或引号里：`--var 名称=值`"
        ),
        _ => text!("`--help` lists what there is", "用 `--help` 查看用法"),
    }
}

/// What clap names, several names as one.
fn named(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(name) => Some(name.clone()),
        ContextValue::Strings(names) => Some(names.join("`, `")),
        _ => None,
    }
}
