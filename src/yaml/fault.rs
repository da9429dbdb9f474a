//! The engine's errors as diagnostics, and the mistakes behind them.

use super::raw::span;
use crate::diagnostic::{Code, Diagnostic, SourceText, Span, Text};
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
    if let Some(tab) = tab_indent(source, &at) {
        return tab;
    }
    if let Some(unquoted) = unquoted_variable(source, &at) {
        return unquoted;
    }
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
        words => unreadable(words.split(" at line ").next().unwrap_or_default()).at(at),
    }
}

/// The usual mistakes in words of ours; the engine's for the rest.
fn unreadable(reason: &str) -> Diagnostic {
    let (title, hint) = if reason.contains("mapping values are not allowed") {
        (
            text!("a `: ` inside this value", "这个值里含有“: ”"),
            text!("put the whole value in double quotes", "请给整个值加双引号"),
        )
    } else if reason.contains("simple key") || reason.contains("':'") {
        (
            text!("a key without a half-width `:` and a blank", "键后面缺少半角冒号和空格"),
            text!("write `key: value`", "请写成 `键: 值`，冒号用半角，后面空一格"),
        )
    } else if reason.contains("quote") {
        (
            text!("a quote is not closed", "引号没有闭合"),
            text!("close it on this line or the one before", "请在这一行或上一行闭合引号"),
        )
    } else if reason.contains("block mapping") {
        (
            text!("this line does not fit in with the lines above it", "这一行与上面几行对不上"),
            look_at_indentation(),
        )
    } else {
        (
            text!("the YAML cannot be read: {reason}", "YAML 无法解析：{reason}"),
            look_at_indentation(),
        )
    };
    Diagnostic::error(Code::YamlSyntax, title).hint(hint)
}

fn look_at_indentation() -> Text {
    text!(
        "look at the indentation and the quotes of this line and of the one before",
        "请检查这一行及上一行的缩进和引号"
    )
}

/// YAML takes no tabs for indentation, and says so in many ways.
fn tab_indent(source: &SourceText, at: &Span) -> Option<Diagnostic> {
    let text = source.text();
    let start = at.range().start;
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let next = text[start..].find('\n').map_or(text.len(), |newline| start + newline + 1);
    let tab = [line_start, next].into_iter().find_map(|begin| {
        let line = text.get(begin..)?.lines().next()?;
        let indent = &line[..line.len() - line.trim_start().len()];
        indent.find('\t').map(|tab| begin + tab)
    })?;
    Some(
        Diagnostic::error(
            Code::YamlSyntax,
            text!("the line is indented with a tab", "这一行用制表符缩进"),
        )
        .at(source.span(tab..tab + 1))
        .hint(text!("use blanks", "请改用空格")),
    )
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

/// `{ password: ${SMTP_PASSWORD} }`: within braces, YAML takes the next one for its own.
fn unquoted_variable(source: &SourceText, at: &Span) -> Option<Diagnostic> {
    let text = source.text();
    let line_start = text[..at.range().start].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next()?;
    let starts = line.match_indices("${").map(|(start, _)| start);
    let start = starts.into_iter().find(|start| !line[..*start].ends_with(['"', '\'']))?;
    let end = start + line[start..].find('}')? + 1;
    let written = &line[start..end];
    Some(
        Diagnostic::error(
            Code::YamlSyntax,
            text!("`{written}` must be in quotes here", "此处的 `{written}` 必须加引号"),
        )
        .at(source.span(line_start + start..line_start + end))
        .label(text!("YAML ends the text at the `{{`", "YAML 会在 `{{` 处截断文本"))
        .hint(text!("write \"{written}\" in double quotes", "请用双引号写成 \"{written}\"")),
    )
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
