//! The printers: terminal excerpt and JSON. Nothing else formats a fault.

use annotate_snippets::{Annotation, AnnotationKind, Level, Message, Renderer, Snippet};
use serde_json::{Value, json};

use super::{Diagnostic, Diagnostics, Language, Severity, Span};

impl Diagnostics {
    /// All faults as a person reads them, an empty line between two.
    pub fn to_terminal(&self, language: Language, color: bool) -> String {
        let screens: Vec<_> = self.iter().map(|fault| fault.to_terminal(language, color)).collect();
        screens.join("\n")
    }

    /// `{ok, errors, warnings}` (DESIGN: shapes that scripts depend on).
    pub fn to_json(&self, language: Language) -> Value {
        let of = |wanted: &dyn Fn(Severity) -> bool| -> Vec<Value> {
            self.iter().filter(|f| wanted(f.severity)).map(|f| f.to_json(language)).collect()
        };
        json!({
            "ok": !self.has_errors(),
            "errors": of(&|severity| severity == Severity::Error),
            "warnings": of(&|severity| severity != Severity::Error),
        })
    }
}

impl Diagnostic {
    /// The fault as a person reads it, with an excerpt of the file where there is one.
    pub fn to_terminal(&self, language: Language, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let title = level(self.severity, language).primary_title(self.headline(language));
        let Some(span) = &self.place.span else {
            let nothing = std::iter::empty::<Message<'_>>();
            let title = renderer.render(&[title.elements(nothing)]);
            let (name, hint) = (help(language), self.hint.as_ref());
            let hint = hint.map(|hint| format!("  = {name}: {}\n", hint.get(language)));
            return format!("{title}\n{}", hint.unwrap_or_default());
        };
        let hint = self
            .hint
            .as_ref()
            .map(|hint| Level::HELP.with_name(help(language)).message(hint.get(language)));
        let group = title.element(self.excerpt(span, language)).elements(hint);
        format!("{}\n", renderer.render(&[group]))
    }

    /// The fault on one line, for logs: its place, and what to do about it.
    pub fn to_line(&self, language: Language) -> String {
        let mut line = match (self.file(), self.position()) {
            (Some(file), Some((line, column))) => format!("{file}:{line}:{column}: "),
            _ => String::new(),
        };
        line.push_str(&self.headline(language));
        if let Some(hint) = &self.hint {
            line.push_str(&format!("; {}: {}", help(language), hint.get(language)));
        }
        line
    }

    fn excerpt<'s>(&'s self, span: &'s Span, language: Language) -> Snippet<'s, Annotation<'s>> {
        let label = self.label.as_ref().map(|label| label.get(language));
        let (start, end) = (span.range.start, span.range.end);
        let end = if start == end { (end + 1).min(span.source.text().len()) } else { end };
        Snippet::source(span.source.text())
            .path(span.source.name())
            .annotation(AnnotationKind::Primary.span(start..end).label(label))
    }

    /// The title, with the place in front when no excerpt can show it.
    pub(crate) fn headline(&self, language: Language) -> String {
        let place = &self.place;
        let mut headline = String::new();
        if place.span.is_none() {
            if let Some(file) = &place.file {
                headline.push_str(file);
                headline.extend(place.line.map(|line| format!(":{line}")));
                headline.push_str(": ");
            }
            if let Some(pointer) = place.pointer.as_ref().filter(|pointer| !pointer.is_empty()) {
                headline.push_str(&format!("{pointer}: "));
            }
        }
        headline.push_str(self.title.get(language));
        headline
    }

    /// `{code, severity, title, file, line, column, end_line, end_column, pointer, kind, locale,
    /// hint, suggestion}`; lines and columns from 1, columns in code points.
    pub fn to_json(&self, language: Language) -> Value {
        let (start, end) = (self.position(), self.end_position());
        json!({
            "code": self.code.as_str(),
            "severity": self.severity.as_str(),
            "title": self.title.get(language),
            "file": self.place.file,
            "line": self.line(),
            "column": start.map(|(_, column)| column),
            "end_line": end.map(|(line, _)| line),
            "end_column": end.map(|(_, column)| column),
            "pointer": self.place.pointer,
            "kind": self.place.kind,
            "locale": self.place.locale,
            "hint": self.hint.as_ref().map(|hint| hint.get(language)),
            "suggestion": self.suggestion,
        })
    }
}

fn level(severity: Severity, language: Language) -> Level<'static> {
    match (severity, language) {
        (Severity::Error, Language::En) => Level::ERROR,
        (Severity::Error, Language::Zh) => Level::ERROR.with_name("错误"),
        (Severity::Warning, Language::En) => Level::WARNING,
        (Severity::Warning, Language::Zh) => Level::WARNING.with_name("警告"),
        (Severity::Info, Language::En) => Level::INFO,
        (Severity::Info, Language::Zh) => Level::INFO.with_name("说明"),
    }
}

fn help(language: Language) -> &'static str {
    match language {
        Language::En => "help",
        Language::Zh => "提示",
    }
}
