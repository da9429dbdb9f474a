//! The engine's errors as diagnostics. The engine's own words are used only where they cannot
//! hold a variable's value.

use std::fmt;

use minijinja::{Error, ErrorKind};

use crate::diagnostic::{Code, Diagnostic, SourceText, Text};
use crate::text;

/// A diagnostic on its way through the engine.
#[derive(Debug)]
pub(super) struct Carried(pub Diagnostic);

impl Carried {
    /// Wraps a diagnostic as an engine error.
    pub fn error(diagnostic: Diagnostic) -> Error {
        Error::new(ErrorKind::InvalidOperation, "see source").with_source(Carried(diagnostic))
    }
}

impl fmt::Display for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.title().en)
    }
}

impl std::error::Error for Carried {}

/// The diagnostic of an engine error; `find` gives the source of a template by name.
pub(super) fn diagnose(error: &Error, find: impl Fn(&str) -> Option<SourceText>) -> Diagnostic {
    let innermost = innermost(error);
    let diagnostic = match carried(error) {
        Some(diagnostic) => diagnostic,
        None => describe(innermost),
    };
    if diagnostic.position().is_some() {
        return diagnostic;
    }
    let placed = [innermost, error].into_iter().find_map(|error| {
        let source = find(error.name()?)?;
        let range = match (error.range(), error.line()) {
            (Some(range), _) if source.text().get(range.clone()).is_some() => range,
            (_, Some(line)) => line_range(source.text(), line),
            _ => return None,
        };
        Some(source.span(range))
    });
    match placed {
        Some(span) => diagnostic.at(span),
        None => diagnostic,
    }
}

fn innermost(error: &Error) -> &Error {
    let mut current = error;
    while let Some(source) = std::error::Error::source(current).and_then(|e| e.downcast_ref()) {
        current = source;
    }
    current
}

fn carried(error: &Error) -> Option<Diagnostic> {
    let mut source = std::error::Error::source(error);
    while let Some(current) = source {
        if let Some(Carried(diagnostic)) = current.downcast_ref::<Carried>() {
            return Some(diagnostic.clone());
        }
        source = current.source();
    }
    None
}

/// The line without its indentation.
fn line_range(text: &str, line: usize) -> std::ops::Range<usize> {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let written = text[start..].lines().next().unwrap_or_default();
    let indent = written.len() - written.trim_start().len();
    start + indent..start + written.trim_end().len().max(indent)
}

fn describe(error: &Error) -> Diagnostic {
    let detail = error.detail().unwrap_or_default();
    let (code, title) = match error.kind() {
        ErrorKind::SyntaxError | ErrorKind::BadEscape => (Code::TemplateSyntax, syntax(detail)),
        // Here the name comes from a value, as in `map(name)`: what is written was found at load.
        ErrorKind::UnknownFilter => {
            (Code::TemplateUnknownFilter, text!("unknown filter", "未知过滤器"))
        }
        ErrorKind::UnknownTest => (Code::TemplateUnknownTest, text!("unknown test", "未知测试")),
        ErrorKind::UnknownFunction => {
            (Code::TemplateUnknownFunction, text!("unknown function", "未知函数"))
        }
        ErrorKind::TemplateNotFound => {
            (Code::TemplateNotFound, text!("the template does not exist", "模板不存在"))
        }
        ErrorKind::UndefinedError => {
            (Code::TemplateUndefined, text!("an undefined value is used", "使用了未定义的值"))
        }
        ErrorKind::OutOfFuel => (
            Code::TemplateTooMuchWork,
            text!("the template does too much work", "模板的计算量过大"),
        ),
        ErrorKind::WriteFailure => {
            (Code::TemplateTooMuchWork, text!("the template writes too much", "模板的输出过大"))
        }
        kind => (
            Code::TemplateFailed,
            text!("the template cannot be rendered: {kind}", "模板无法渲染：{kind}"),
        ),
    };
    let diagnostic = Diagnostic::error(code, title);
    match code {
        Code::TemplateTooMuchWork => diagnostic.hint(text!(
            "is there a loop or a macro that does not end?",
            "是否有不会结束的循环或宏？"
        )),
        _ => diagnostic,
    }
}

fn syntax(detail: &str) -> Text {
    text!("the template cannot be read: {detail}", "模板无法解析：{detail}")
}
