//! Faults in what people write: YAML, templates, variables, addresses, environment.
//!
//! A [`Diagnostic`] says what is wrong, where, and what to do, in English and in Chinese. Layers
//! gather them in [`Diagnostics`] and report all of them at once. This module does not know who
//! finds a fault or who reads it; [`Diagnostics::to_terminal`] and [`Diagnostics::to_json`] are the
//! only places that format one.
//!
//! ```
//! use hongyan::diagnostic::{Code, Diagnostic, Language, SourceText};
//!
//! let file = SourceText::new("locales/zh-CN.yaml", "问候: 您好\n");
//! let fault = Diagnostic::error(Code::YamlUnknownKey, hongyan::text!("unknown key", "未知的键"))
//!     .at(file.span(0..6));
//! assert_eq!(fault.position(), Some((1, 1)));
//! assert!(fault.to_terminal(Language::En, false).contains("locales/zh-CN.yaml:1:1"));
//! ```

mod code;
mod forge;
mod list;
mod print;
mod text;

pub use code::Code;
pub use list::Diagnostics;
pub use text::{SourceText, Span};

/// The language that a person is spoken to in. Mails have a [`Locale`](crate::locale::Locale).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English
    #[default]
    En,
    /// Simplified Chinese
    Zh,
}

impl Language {
    /// The language of a `--lang` value or of what a terminal says about itself: `zh_CN.UTF-8` and
    /// `zh` are Chinese, all else is English.
    pub fn from_posix(name: &str) -> Language {
        Language::parse(name).unwrap_or_default()
    }

    /// `zh` or `en`, also with what a terminal or a browser puts behind it.
    pub fn parse(name: &str) -> Option<Language> {
        match name.split(['_', '-', '.', '@']).next()?.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::Zh),
            "en" => Some(Language::En),
            _ => None,
        }
    }
}

/// One sentence for people, in both languages. Made by [`text!`](crate::text).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// English, lower case, no full stop
    pub en: String,
    /// Simplified Chinese, no full stop
    pub zh: String,
}

impl Text {
    /// Why a file cannot be read or written, in the words of a person.
    pub fn of_io(error: &std::io::Error) -> Text {
        use std::io::ErrorKind;
        let (en, zh) = match error.kind() {
            ErrorKind::NotFound => ("there is no such file or folder", "文件或文件夹不存在"),
            ErrorKind::PermissionDenied => ("permission denied", "权限不足"),
            ErrorKind::IsADirectory => ("it is a folder", "这是文件夹"),
            ErrorKind::NotADirectory => {
                ("a part of the path is not a folder", "路径中有一部分不是文件夹")
            }
            ErrorKind::AlreadyExists => {
                ("it is there already, and is not a folder", "已存在，且不是文件夹")
            }
            ErrorKind::StorageFull => ("the disk is full", "磁盘已满"),
            ErrorKind::ReadOnlyFilesystem => ("the file system is read-only", "文件系统是只读的"),
            ErrorKind::InvalidFilename => ("no file can have this name", "文件名无效"),
            kind => return Text { en: kind.to_string(), zh: kind.to_string() },
        };
        Text { en: en.into(), zh: zh.into() }
    }

    /// The sentence in the given language.
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }
}

/// Formats one sentence in English and in Chinese: two format strings, shared arguments captured
/// by name.
#[macro_export]
macro_rules! text {
    ($en:literal, $zh:literal $(,)?) => {
        $crate::diagnostic::Text { en: format!($en), zh: format!($zh) }
    };
}

/// How bad a fault is. Errors decide exit codes, warnings do so only with `--strict`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Will break or be rejected
    Error,
    /// Looks wrong somewhere
    Warning,
    /// Good to know
    Info,
}

impl Severity {
    /// The untranslated name that scripts read.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// One fault: what, where, and what to do about it.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    code: Code,
    severity: Severity,
    title: Text,
    label: Option<Box<Text>>,
    hint: Option<Box<Text>>,
    place: Box<Place>,
    suggestion: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Place {
    span: Option<Span>,
    file: Option<String>,
    line: Option<usize>,
    pointer: Option<String>,
    kind: Option<String>,
    locale: Option<String>,
}

impl Diagnostic {
    /// A fault that must be mended.
    pub fn error(code: Code, title: Text) -> Self {
        Diagnostic {
            code,
            severity: Severity::Error,
            title,
            label: None,
            hint: None,
            place: Box::default(),
            suggestion: None,
        }
    }

    /// A fault that looks wrong somewhere.
    pub fn warning(code: Code, title: Text) -> Self {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, title) }
    }

    /// Something good to know.
    pub fn info(code: Code, title: Text) -> Self {
        Diagnostic { severity: Severity::Info, ..Diagnostic::error(code, title) }
    }

    /// Points at a place in a file; the excerpt is shown.
    pub fn at(mut self, span: Span) -> Self {
        self.place.file = Some(span.source.name().to_owned());
        self.place.span = Some(span);
        self
    }

    /// Names a file without showing any of it.
    pub fn in_file(mut self, name: impl Into<String>) -> Self {
        self.place.file = Some(name.into());
        self
    }

    /// Names a line (from 1) of a file without showing any of it: what stands there may be secret.
    pub fn at_line(mut self, name: impl Into<String>, line: usize) -> Self {
        self.place.line = Some(line);
        self.in_file(name)
    }

    /// Keeps the file and the line, and shows nothing of what stands there any more.
    pub fn without_excerpt(mut self) -> Self {
        if let Some(span) = self.place.span.take() {
            self.place.line = Some(span.line());
            self.label = None;
        }
        self
    }

    /// Names a place in JSON by its pointer (RFC 6901).
    pub fn pointer(mut self, pointer: impl Into<String>) -> Self {
        self.place.pointer = Some(pointer.into());
        self
    }

    /// The kind it was found in.
    pub fn kind(mut self, kind: impl Into<String>) -> Self {
        self.place.kind = Some(kind.into());
        self
    }

    /// The locale it was found in.
    pub fn locale(mut self, locale: impl ToString) -> Self {
        self.place.locale = Some(locale.to_string());
        self
    }

    /// Says in which part of a file it was found where no excerpt can: it stands before the title.
    pub fn within(mut self, part: &Text) -> Self {
        let (en, zh) = (&self.title.en, &self.title.zh);
        self.title = Text { en: format!("{}: {en}", part.en), zh: format!("{}：{zh}", part.zh) };
        self
    }

    /// Stands beside the carets.
    pub fn label(mut self, label: Text) -> Self {
        self.label = Some(Box::new(label));
        self
    }

    /// The remedy.
    pub fn hint(mut self, hint: Text) -> Self {
        self.hint = Some(Box::new(hint));
        self
    }

    /// Offers the known name nearest to `wrong`, if one is near.
    pub fn did_you_mean<'a>(
        mut self,
        wrong: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        if let Some(name) = nearest(wrong, known) {
            let hint = text!("did you mean `{name}`?", "是否想写 `{name}`？");
            self.hint = Some(Box::new(hint));
            self.suggestion = Some(name);
        }
        self
    }

    /// What it is called in [`Code`]'s table.
    pub fn code(&self) -> Code {
        self.code
    }

    /// How bad it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong, in one sentence.
    pub fn title(&self) -> &Text {
        &self.title
    }

    /// The remedy, if one is known.
    pub fn remedy(&self) -> Option<&Text> {
        self.hint.as_deref()
    }

    /// The file's name, if the fault lies in one.
    pub fn file(&self) -> Option<&str> {
        self.place.file.as_deref()
    }

    /// The kind it was found in, if only one.
    pub fn found_in_kind(&self) -> Option<&str> {
        self.place.kind.as_deref()
    }

    /// The locale it was found in, if only one.
    pub fn found_in_locale(&self) -> Option<&str> {
        self.place.locale.as_deref()
    }

    /// The place in JSON.
    pub fn json_pointer(&self) -> Option<&str> {
        self.place.pointer.as_deref()
    }

    /// Line and column of the start, from 1, the column in code points.
    pub fn position(&self) -> Option<(usize, usize)> {
        self.place.span.as_ref().map(|span| span.line_and_column(span.range.start))
    }

    /// The line it starts on, from 1, also where no column is known.
    pub fn line(&self) -> Option<usize> {
        self.position().map(|(line, _)| line).or(self.place.line)
    }

    /// Line and column behind the last character.
    pub fn end_position(&self) -> Option<(usize, usize)> {
        self.place.span.as_ref().map(|span| span.line_and_column(span.range.end))
    }

    /// Whether it says the same of the same place: kinds and locales often share a mistake.
    fn repeats(&self, other: &Diagnostic) -> bool {
        let range = |fault: &Diagnostic| fault.place.span.as_ref().map(Span::range);
        self.code == other.code
            && self.title == other.title
            && self.place.file == other.place.file
            && self.place.pointer == other.place.pointer
            && self.place.line == other.place.line
            && range(self) == range(other)
    }
}

/// Whether one name is another with at most two slips of the finger.
pub fn is_misspelt(wrong: &str, known: &str) -> bool {
    (1..=2).contains(&strsim::damerau_levenshtein(wrong, known))
}

/// The known name nearest to a wrong one, if near enough to be meant.
pub fn nearest<'a>(wrong: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, name)| *distance <= 1 + wrong.chars().count().min(name.len()) / 3)
        .min()
        .map(|(_, name)| name.to_owned())
}
