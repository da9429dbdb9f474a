//! The engine's errors as diagnostics, and the mistakes behind them.

use super::raw::span;
use crate::diagnostic::{Code, Diagnostic, SourceText, Span};
use crate::text;

pub(super) fn fault(source: &SourceText, error: &serde_yaml::Error) -> Diagnostic {
    let at = error.location().map(|location| span(source, &location));
    let Some(at) = at.filter(|_| !source.text().is_empty()) else {
        return Diagnostic::error(
            Code::YamlLimit,
            text!("the YAML is too deep or too large", "YAML 嵌套过深或内容过大"),
        )
        .in_file(source.name());
    };
    if let Some(unquoted) = unquoted_brace(source, &at) {
        return unquoted;
    }
    match error.to_string() {
        words if words.contains("duplicate") => duplicate(at),
        words if words.contains("limit") || words.contains("budget") => Diagnostic::error(
            Code::YamlLimit,
            text!("the YAML is too deep or has too many aliases", "YAML 嵌套过深或别名过多"),
        )
        .at(at),
        words => {
            let reason = words.split(" at line ").next().unwrap_or_default().to_owned();
            let title = match reason.contains("block mapping") {
                true => text!(
                    "this line does not fit in with the lines above it",
                    "这一行与上面几行对不上"
                ),
                false => text!("the YAML cannot be read: {reason}", "YAML 无法解析：{reason}"),
            };
            Diagnostic::error(Code::YamlSyntax, title).at(at).hint(text!(
                "look at the indentation and the quotes of this line and of the one before",
                "请检查这一行及上一行的缩进和引号"
            ))
        }
    }
}

fn duplicate(at: Span) -> Diagnostic {
    let source = at.source().clone();
    let name = source.text()[at.range()].trim_matches(['"', '\'']).to_owned();
    Diagnostic::error(
        Code::YamlDuplicateKey,
        text!("the key `{name}` stands here twice", "键 `{name}` 在此处出现两次"),
    )
    .at(at)
    .hint(text!("keep one of the two", "请只保留其中一个"))
}

/// A text that begins with `{`, `%{` or `{{` and is not in quotes is the mistake that translators
/// make most: YAML then reads a mapping, or cannot read the line at all.
fn unquoted_brace(source: &SourceText, at: &Span) -> Option<Diagnostic> {
    let text = source.text();
    let line_start = text[..at.range().start].rfind('\n').map_or(0, |newline| newline + 1);
    [line_start, text[..line_start.saturating_sub(1)].rfind('\n').map_or(0, |newline| newline + 1)]
        .into_iter()
        .find_map(|start| brace_fault(source, start))
}

fn brace_fault(source: &SourceText, line_start: usize) -> Option<Diagnostic> {
    let line = source.text()[line_start..].lines().next()?;
    let (_, value) = line.split_once(": ")?;
    let value = value.trim();
    let begins = value.starts_with(['{', '%']) && value.contains('{');
    let closes_late = value.find('}').is_some_and(|close| !value[close + 1..].trim().is_empty());
    if !begins || !(closes_late || value.starts_with('%') || value.starts_with("{{")) {
        return None;
    }
    let start = line_start + line.len() - line.trim_end().len() + line.find(value)?;
    Some(unquoted_brace_fault(source.span(start..start + value.len())))
}

/// The screen for a text that begins with a brace and is not in quotes.
pub fn unquoted_brace_fault(span: Span) -> Diagnostic {
    let written = &span.source().text()[span.range()];
    let written = written.replace("{{", "{").replace("}}", "}").replace("%{", "{");
    Diagnostic::error(
        Code::YamlUnquotedBrace,
        text!("a text that begins with `{{` must be in quotes", "以 `{{` 开头的文本必须加引号"),
    )
    .at(span)
    .label(text!("YAML reads this as a mapping", "YAML 会把它当成映射"))
    .hint(text!(
        "write \"{written}\" in double quotes; placeholders are `{{name}}`",
        "请用双引号写成 \"{written}\"；占位符写作 `{{name}}`"
    ))
}
