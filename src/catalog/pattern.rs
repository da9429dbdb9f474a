//! A text with placeholders.

use std::fmt;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, Span};
use crate::text;

/// A text with placeholders.
#[derive(Clone, Debug)]
pub struct Pattern {
    pieces: Vec<Piece>,
    /// Whether it holds markup: its key ends in `_html`
    pub html: bool,
    /// Where it stands
    pub span: Span,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Placeholder(String),
}

/// A part of a [`Pattern`].
#[derive(Clone, Copy, Debug)]
pub enum Part<'p> {
    /// Written text
    Text(&'p str),
    /// The name of a placeholder
    Placeholder(&'p str),
}

impl Pattern {
    pub(super) fn read(
        path: &str,
        text: &str,
        span: &Span,
        faults: &mut Diagnostics,
    ) -> Option<Pattern> {
        let html = path.split('.').any(|part| part.ends_with("_html"));
        let text = text.trim_end_matches('\n');
        match pieces(text) {
            Ok(pieces) => Some(Pattern { pieces, html, span: span.clone() }),
            Err(wrong) => {
                faults.push(bad_placeholder(&wrong, span));
                None
            }
        }
    }

    /// The names of the placeholders, in order, each once.
    pub fn placeholders(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for piece in &self.pieces {
            if let Piece::Placeholder(name) = piece
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        }
        names
    }

    /// Texts and placeholders, in order.
    pub fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        self.pieces.iter().map(|piece| match piece {
            Piece::Text(text) => Part::Text(text),
            Piece::Placeholder(name) => Part::Placeholder(name),
        })
    }

    /// Where a placeholder stands.
    pub fn place_of(&self, name: &str) -> Span {
        within(&self.span, &format!("{{{name}}}"))
    }

    /// The text with every placeholder replaced.
    ///
    /// # Errors
    /// Whatever `value` says of a placeholder that it cannot fill.
    pub fn fill<E>(&self, value: impl Fn(&str) -> Result<String, E>) -> Result<String, E> {
        let mut filled = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Placeholder(name) => filled.push_str(&value(name)?),
            }
        }
        Ok(filled)
    }
}

/// As written.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Placeholder(name) => write!(f, "{{{name}}}"),
        })
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['{', '}']) {
        let before = &rest[..open];
        let inner = rest[open..].strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let (name, after) = match inner {
            Some((name, after)) if is_placeholder(name) && !before.ends_with(['%', '$', '#']) => {
                (name, after)
            }
            _ => return Err(excerpt(rest, open)),
        };
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Placeholder(name.to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn is_placeholder(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The brace with what stands around it: up to the end of the braces that follow.
fn excerpt(rest: &str, open: usize) -> String {
    let before = rest[..open].chars().next_back().filter(|c| "%$#".contains(*c));
    let start = open - before.map_or(0, char::len_utf8);
    let inner = &rest[open..];
    let end = inner.find('}').map_or(inner.len(), |close| {
        close + inner[close..].chars().take_while(|c| *c == '}').count()
    });
    rest[start..open + end].chars().take(40).collect()
}

fn bad_placeholder(wrong: &str, span: &Span) -> Diagnostic {
    let name = wrong.trim_start_matches(['%', '$', '#', '{']).trim_end_matches('}').trim();
    let name = if is_placeholder(name) { name } else { "user_name" };
    Diagnostic::error(
        Code::StringBadPlaceholder,
        text!("`{wrong}` is not a placeholder", "`{wrong}` 不是占位符"),
    )
    .at(within(span, wrong))
    .hint(text!(
        "a placeholder is one name in single braces: `{{{name}}}`",
        "占位符是单层花括号里的一个名称：`{{{name}}}`"
    ))
}

/// The place of a part of a text, where YAML leaves it as it is written.
fn within(span: &Span, part: &str) -> Span {
    let written = &span.source().text()[span.range()];
    match written.find(part).filter(|_| !part.is_empty()) {
        Some(at) => {
            let start = span.range().start + at;
            span.source().span(start..start + part.len())
        }
        None => span.clone(),
    }
}
