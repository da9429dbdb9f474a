//! The literal reader of env files.
//!
//! `NAME=value`, one a line; `export` in front is allowed. A value is what stands there: no
//! expansion, no escapes, also within double quotes, because a password may hold `$` and `\`.
//! Blanks around it are trimmed, inner ones kept; a comment begins at a blank followed by `#`, so
//! `abc#def` is a value. Within quotes everything is literal up to the closing quote, which must
//! stand on the same line. A byte order mark and CRLF are taken.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::secret::Secret;
use crate::text;

/// The variables of one env file, each with its line.
#[derive(Clone, Debug)]
pub struct EnvFile {
    name: String,
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub value: Secret,
    pub line: usize,
}

impl EnvFile {
    /// Reads the text of a file called `name`. Lines with a fault are left out; faults name file,
    /// line and variable, never the value.
    pub fn parse(name: impl Into<String>, bytes: &[u8]) -> (EnvFile, Diagnostics) {
        let mut file = EnvFile { name: name.into(), entries: BTreeMap::new() };
        let mut faults = Diagnostics::new();
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut encoding_told = false;
        for (index, raw) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
            match std::str::from_utf8(raw) {
                Ok(line) => file.take_line(line, index + 1, &mut faults),
                // One wrong encoding spoils many lines: the first is enough.
                Err(_) if encoding_told => {}
                Err(_) => {
                    encoding_told = true;
                    faults.push(not_utf8().at_line(&file.name, index + 1));
                }
            }
        }
        (file, faults)
    }

    /// The file's name as it is shown to people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the name says that these are production's variables: `.env.production`.
    pub fn means_production(&self) -> bool {
        self.name.ends_with(".production")
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(name, entry)| (name.as_str(), entry))
    }

    /// The value of one variable, unless it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let value = self.entries.get(name)?.value.expose();
        (!value.is_empty()).then_some(value)
    }

    fn take_line(&mut self, line: &str, number: usize, faults: &mut Diagnostics) {
        match assignment(line) {
            Ok(None) => {}
            Ok(Some((name, value))) => {
                let entry = Entry { value: Secret::new(value), line: number };
                if let Some(earlier) = self.entries.insert(name.to_owned(), entry) {
                    let fault = duplicate(name, earlier.line);
                    faults.push(fault.at_line(&self.name, number));
                }
            }
            Err(broken) => faults.push(broken.fault().at_line(&self.name, number)),
        }
    }
}

/// What is wrong with a line, and the name of its variable where that can be told.
enum Broken<'a> {
    NoAssignment,
    BadName,
    Unclosed(&'a str),
    BehindQuote(&'a str),
}

impl Broken<'_> {
    fn fault(&self) -> Diagnostic {
        match self {
            Broken::NoAssignment => no_assignment(),
            Broken::BadName => bad_name(),
            Broken::Unclosed(name) => unclosed(name),
            Broken::BehindQuote(name) => behind_quote(name),
        }
    }
}

/// Name and value of a line, nothing for an empty line or a comment.
fn assignment(line: &str) -> Result<Option<(&str, &str)>, Broken<'_>> {
    let line = trim(line);
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let (name, rest) = without_export(line).split_once('=').ok_or(Broken::NoAssignment)?;
    let name = trim(name);
    if !is_name(name) {
        return Err(Broken::BadName);
    }
    Ok(Some((name, value(name, rest)?)))
}

fn without_export(line: &str) -> &str {
    match line.strip_prefix("export") {
        Some(rest) if rest.starts_with(BLANKS) => trim(rest),
        _ => line,
    }
}

/// `rest` is what stands behind the `=`.
fn value<'a>(name: &'a str, rest: &'a str) -> Result<&'a str, Broken<'a>> {
    let start = rest.trim_start_matches(BLANKS);
    match start.chars().next() {
        Some(quote @ ('"' | '\'')) => quoted(name, &start[1..], quote),
        _ => Ok(trim(without_comment(rest))),
    }
}

fn quoted<'a>(name: &'a str, rest: &'a str, quote: char) -> Result<&'a str, Broken<'a>> {
    let (value, behind) = rest.split_once(quote).ok_or(Broken::Unclosed(name))?;
    match trim(without_comment(behind)) {
        "" => Ok(value),
        _ => Err(Broken::BehindQuote(name)),
    }
}

fn without_comment(text: &str) -> &str {
    let comment = text.match_indices('#').find(|(at, _)| text[..*at].ends_with(BLANKS));
    comment.map_or(text, |(at, _)| &text[..at])
}

/// Other services' variables stand in the same file: dots and dashes are no fault of theirs.
fn is_name(name: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(inner)
}

const BLANKS: [char; 2] = [' ', '\t'];

fn trim(text: &str) -> &str {
    text.trim_matches(BLANKS)
}

fn not_utf8() -> Diagnostic {
    Diagnostic::error(Code::FileNotUtf8, text!("the line is not UTF-8", "该行不是 UTF-8 编码"))
        .hint(text!("save the file as UTF-8", "请将文件另存为 UTF-8 编码"))
}

fn duplicate(name: &str, earlier: usize) -> Diagnostic {
    let title = text!(
        "`{name}` stands twice, this one holds; the other is on line {earlier}",
        "`{name}` 出现了两次，以此行为准；另一处在第 {earlier} 行"
    );
    Diagnostic::warning(Code::EnvDuplicate, title)
        .hint(text!("remove one of the two", "请删除其中一处"))
}

fn no_assignment() -> Diagnostic {
    Diagnostic::error(Code::EnvSyntax, text!("the line has no `=`", "该行没有 `=`")).hint(text!(
        "write `NAME=value` with an ASCII `=`, a value on one line, comments with `#`",
        "请写成 `NAME=value`，用半角 `=`，值写在同一行，注释以 `#` 开头"
    ))
}

/// The name is not told: what stands before a stray `=` may be the middle of a secret.
fn bad_name() -> Diagnostic {
    let title = text!("what stands before `=` is not a name", "`=` 前面不是合法的变量名");
    Diagnostic::error(Code::EnvSyntax, title)
        .hint(text!("a name is letters, digits and `_`", "变量名由字母、数字和 `_` 组成"))
}

fn unclosed(name: &str) -> Diagnostic {
    let title = text!("the quote of `{name}` is not closed", "`{name}` 的引号没有闭合");
    Diagnostic::error(Code::EnvSyntax, title).hint(text!(
        "close it on the same line; a value of several lines goes into a file of its own",
        "请在同一行闭合引号；多行的值请放进单独的文件"
    ))
}

fn behind_quote(name: &str) -> Diagnostic {
    let title = text!(
        "something stands behind the closing quote of `{name}`",
        "`{name}` 的右引号后面还有内容"
    );
    Diagnostic::error(Code::EnvSyntax, title).hint(text!(
        "a comment needs a blank before its `#`; put a value that holds quotes into the other kind",
        "注释的 `#` 前要有空格；值中含引号时请用另一种引号包住"
    ))
}
