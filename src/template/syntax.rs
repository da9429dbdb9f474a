//! What is wrong with a template that the engine cannot read.
//!
//! The engine names the first word that it did not expect, which often stands far behind the
//! mistake. The usual mistakes are looked for first: braces that do not close, blocks that do not
//! end, and ends without a beginning.

use std::ops::Range;

use crate::diagnostic::{Code, Diagnostic, SourceText};
use crate::text;

/// Blocks that end in `end…`.
const BLOCKS: [&str; 9] =
    ["if", "for", "block", "macro", "call", "filter", "with", "set", "autoescape"];
const BRACES: [(&str, &str); 3] = [("{%", "%}"), ("{{", "}}"), ("{#", "#}")];

/// The mistake, if it is one of the usual.
pub(super) fn explain(source: &SourceText) -> Option<Diagnostic> {
    if let Some(fault) = full_width(source) {
        return Some(fault);
    }
    let mut open: Vec<(&str, Range<usize>)> = Vec::new();
    for tag in tags(source.text()) {
        let (at, inner) = match tag {
            Ok(tag) => tag,
            Err((at, close)) => return Some(unclosed(source, at, close)),
        };
        let word = inner.trim_start_matches(['-', '+']).split_whitespace().next().unwrap_or("");
        let word = word.trim_end_matches(['-', '+']);
        if let Some(fault) = two_words(source, &at, inner) {
            return Some(fault);
        }
        match word.strip_prefix("end") {
            Some(block) if BLOCKS.contains(&block) => match open.pop() {
                Some((begun, _)) if begun == block => {}
                begun => return Some(wrong_end(source, at, word, begun)),
            },
            _ if word == "set" && inner.contains('=') => {}
            _ if BLOCKS.contains(&word) => open.push((word, at)),
            _ => {}
        }
    }
    open.pop().map(|(block, at)| never_ended(source, at, block))
}

type Tag<'a> = Result<(Range<usize>, &'a str), (Range<usize>, &'static str)>;

/// The places and insides of `{% … %}`; or the braces that do not close.
fn tags(text: &str) -> impl Iterator<Item = Tag<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            let (start, (open, close)) = BRACES
                .iter()
                .filter_map(|braces| Some((from + text[from..].find(braces.0)?, *braces)))
                .min_by_key(|(start, _)| *start)?;
            let inner = &text[start + open.len()..];
            let end = match open {
                "{#" => inner.find(close),
                _ => end_of_tag(inner, close),
            };
            let Some(end) = end else {
                from = text.len();
                let line = inner.lines().next().unwrap_or_default().trim_end();
                return Some(Err((start..start + open.len() + line.len(), close)));
            };
            from = start + open.len() + end + close.len();
            if open == "{%" {
                return Some(Ok((start..from, &inner[..end])));
            }
        }
    })
}

/// Where a tag closes, texts in quotes left out; not if another begins before.
fn end_of_tag(inner: &str, close: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            _ if inner[at..].starts_with(close) => return Some(at),
            _ if inner[at..].starts_with("{%") || inner[at..].starts_with("{{ ") => return None,
            _ => {}
        }
    }
    None
}

/// What a Chinese keyboard types where code wants its half-width cousin.
const FULL_WIDTH: [(char, &str); 13] = [
    ('“', "\""),
    ('”', "\""),
    ('‘', "'"),
    ('’', "'"),
    ('（', "("),
    ('）', ")"),
    ('，', ","),
    ('：', ":"),
    ('｛', "{"),
    ('｝', "}"),
    ('｜', "|"),
    ('＝', "="),
    ('　', " "),
];

/// The first full-width character in code, outside texts in quotes.
fn full_width(source: &SourceText) -> Option<Diagnostic> {
    let text = source.text();
    let mut from = 0;
    while let Some(start) = ["{{", "{%"].iter().filter_map(|open| text[from..].find(open)).min() {
        let inner = from + start + 2;
        let mut quote = None;
        let mut end = text.len();
        for (at, c) in text[inner..].char_indices() {
            let at = inner + at;
            match quote {
                Some(open) if open == c => quote = None,
                Some(_) => {}
                None if c == '"' || c == '\'' => quote = Some(c),
                None if text[at..].starts_with("}}") || text[at..].starts_with("%}") => {
                    end = at;
                    break;
                }
                None => {
                    if let Some((_, half)) = FULL_WIDTH.iter().find(|(full, _)| *full == c) {
                        return Some(full_width_fault(source, at..at + c.len_utf8(), c, half));
                    }
                }
            }
        }
        from = end;
    }
    None
}

fn full_width_fault(source: &SourceText, at: Range<usize>, full: char, half: &str) -> Diagnostic {
    Diagnostic::error(
        Code::TemplateSyntax,
        text!("`{full}` is a full-width character", "`{full}` 是全角字符"),
    )
    .at(source.span(at))
    .hint(text!("write `{half}`", "请改为半角 `{half}`"))
}

/// `{% end if %}` and `{% else if %}`, as other languages have them.
fn two_words(source: &SourceText, at: &Range<usize>, inner: &str) -> Option<Diagnostic> {
    let mut words = inner.trim_start_matches(['-', '+']).split_whitespace();
    let right = match (words.next()?, words.next()?) {
        ("end", block) if BLOCKS.contains(&block) => format!("end{block}"),
        ("else", "if") => "elif …".to_owned(),
        _ => return None,
    };
    Some(
        Diagnostic::error(
            Code::TemplateSyntax,
            text!("this is written as one word", "这里应写成一个词"),
        )
        .at(source.span(at.clone()))
        .hint(text!("write `{{% {right} %}}`", "请写成 `{{% {right} %}}`")),
    )
}

fn unclosed(source: &SourceText, at: Range<usize>, close: &str) -> Diagnostic {
    let open = source.text()[at.clone()].chars().take(2).collect::<String>();
    Diagnostic::error(Code::TemplateSyntax, text!("`{open}` is not closed", "`{open}` 没有闭合"))
        .at(source.span(at))
        .hint(text!("close it with `{close}`", "请用 `{close}` 闭合"))
}

fn wrong_end(
    source: &SourceText,
    at: Range<usize>,
    end: &str,
    begun: Option<(&str, Range<usize>)>,
) -> Diagnostic {
    let fault = |title| Diagnostic::error(Code::TemplateSyntax, title);
    match begun {
        Some((block, begun)) => never_ended(source, begun, block),
        None => fault(text!("`{end}` ends nothing", "`{end}` 没有对应的开始"))
            .at(source.span(at))
            .hint(text!("remove it, or begin the block before it", "请删除它，或在前面补上开始")),
    }
}

fn never_ended(source: &SourceText, at: Range<usize>, block: &str) -> Diagnostic {
    Diagnostic::error(Code::TemplateSyntax, text!("`{block}` does not end", "`{block}` 没有结束"))
        .at(source.span(at))
        .hint(text!("end it with `{{% end{block} %}}`", "请用 `{{% end{block} %}}` 结束"))
}
