//! A new sample in a `message.yaml` that people write: nothing else of the file changes.
//!
//! The text is inserted where the last sample ends, then the whole file is read again. Whatever
//! the file looks like, either it says the same as before and one sample more, or it is refused.

use serde_json::{Map, Value as Json};

use super::Kind;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText};
use crate::text;
use crate::yaml::{self, Key, Node, Value};

/// The longest line that a sample is written on, in characters.
const LINE: usize = 100;

/// A sample to be written.
pub struct NewSample<'a> {
    /// Its name; with a locale behind a dot what is laid over for that one
    pub name: &'a str,
    /// Its variables
    pub vars: &'a Map<String, Json>,
}

/// A `message.yaml` with one sample more.
#[derive(Debug)]
pub struct Written {
    /// The whole file
    pub text: String,
    /// Where the sample stands, from 1
    pub line: usize,
}

impl NewSample<'_> {
    /// Writes the sample into the file's text.
    ///
    /// # Errors
    /// A name that is taken or cannot be one; a file into which it cannot be put.
    pub fn write_into(&self, source: &SourceText) -> Result<Written, Diagnostics> {
        let mut faults = Diagnostics::new();
        let Some(before) = yaml::parse(source, &mut faults) else { return Err(faults) };
        let Value::Mapping(entries) = &before.value else {
            return Err(self.unwritable(source).into());
        };
        let samples = entries.iter().find(|(key, _)| key.name == "samples");
        if samples.is_some_and(|(_, samples)| samples.to_json().get(self.name).is_some()) {
            return Err(self.exists(source).into());
        }
        let insertion = match samples {
            None => self.at_end(source.text()),
            Some((key, node)) => self.beside(source.text(), key, node),
        };
        let insertion = insertion.ok_or_else(|| self.unwritable(source))?;
        let written = insertion.into_text(source.text());
        self.verify(source, &before, &written)?;
        Ok(written)
    }

    /// The file says what it said, and the sample; nothing new is wrong with it.
    fn verify(&self, old: &SourceText, before: &Node, new: &Written) -> Result<(), Diagnostics> {
        let source = SourceText::new(old.name(), new.text.as_str());
        let after = yaml::parse(&source, &mut Diagnostics::new()).map(|node| node.to_json());
        let mut wanted = before.to_json();
        if wanted["samples"].is_null() {
            wanted["samples"] = Json::Object(Map::new());
        }
        wanted["samples"][self.name] = Json::Object(self.vars.clone());
        if after != Some(wanted) {
            return Err(self.unwritable(old).into());
        }
        let errors = |source: &SourceText| {
            let mut faults = Diagnostics::new();
            Kind::read("sample", source, &mut faults);
            faults
                .into_iter()
                .filter(|fault| fault.severity() == crate::diagnostic::Severity::Error)
        };
        let known = errors(old).count();
        match errors(&source).count() > known {
            true => Err(errors(&source).collect()),
            false => Ok(()),
        }
    }

    fn at_end(&self, text: &str) -> Option<Insertion> {
        let gap = if text.ends_with('\n') { "" } else { "\n" };
        let lines = self.block("  ");
        Some(Insertion { at: text.len(), text: format!("{gap}samples:\n{lines}") })
    }

    fn beside(&self, text: &str, key: &Key, samples: &Node) -> Option<Insertion> {
        match &samples.value {
            Value::Null => {
                let indent = format!("{}  ", indent_of(text, key.span.range().start));
                Some(lines_behind(text, key.span.range().end, &self.block(&indent)))
            }
            Value::Mapping(_) if is_flow(text, samples) => {
                let inner = text[..flow_end(text, samples)? - 1].trim_end();
                let comma = if inner.ends_with(['{', ',']) { "" } else { "," };
                Some(Insertion { at: inner.len(), text: format!("{comma} {}", self.flow()) })
            }
            Value::Mapping(known) => {
                let (first, _) = known.first()?;
                let indent = indent_of(text, first.span.range().start);
                let (last_key, last) = known.last()?;
                Some(lines_behind(text, end_of(text, last_key, last)?, &self.block(indent)))
            }
            _ => None,
        }
    }

    /// The sample as lines of a block.
    fn block(&self, indent: &str) -> String {
        let line = format!("{indent}{}\n", self.flow());
        if line.chars().count() <= LINE || self.vars.is_empty() {
            return line;
        }
        let name = plain_or_quoted(self.name);
        let vars = self
            .vars
            .iter()
            .map(|(name, value)| format!("{indent}  {}: {}\n", plain_or_quoted(name), flow(value)));
        format!("{indent}{name}:\n{}", vars.collect::<String>())
    }

    fn flow(&self) -> String {
        format!("{}: {}", plain_or_quoted(self.name), flow_mapping(self.vars))
    }

    fn exists(&self, source: &SourceText) -> Diagnostic {
        let name = self.name;
        let title = text!("there is a sample `{name}` already", "已有样例 `{name}`");
        Diagnostic::error(Code::SampleExists, title)
            .in_file(source.name())
            .hint(text!("choose another name", "请换一个名字"))
    }

    fn unwritable(&self, source: &SourceText) -> Diagnostic {
        let line = self.flow();
        let title = text!(
            "the sample cannot be put into this file without changing the rest of it",
            "无法在不改动其余内容的情况下把样例写入此文件"
        );
        // What is shown was just sent by the reader; it is no excerpt of anything else.
        Diagnostic::error(Code::SampleUnwritable, title).in_file(source.name()).hint(text!(
            "put it under `samples:` by hand: `{line}`",
            "请手动写到 `samples:` 之下：`{line}`"
        ))
    }
}

/// A text and where it goes.
struct Insertion {
    at: usize,
    text: String,
}

impl Insertion {
    fn into_text(self, old: &str) -> Written {
        let lines = if old.contains("\r\n") { self.text.replace('\n', "\r\n") } else { self.text };
        let (before, after) = old.split_at(self.at);
        let start = lines.find("samples:").map_or(0, |at| at + "samples:".len());
        let skipped = lines[start..].find(|c: char| !c.is_whitespace() && c != ',').unwrap_or(0);
        let line =
            1 + before.matches('\n').count() + lines[..start + skipped].matches('\n').count();
        Written { text: format!("{before}{lines}{after}"), line }
    }
}

/// Lines behind the one in which something ends.
fn lines_behind(text: &str, end: usize, lines: &str) -> Insertion {
    match text[end..].find('\n') {
        Some(newline) => Insertion { at: end + newline + 1, text: lines.to_owned() },
        None => Insertion { at: text.len(), text: format!("\n{lines}") },
    }
}

/// Where a value ends: of mappings and lists only the beginning is known.
fn end_of(text: &str, key: &Key, node: &Node) -> Option<usize> {
    let range = node.span.range();
    match &node.value {
        Value::Mapping(_) | Value::Sequence(_) if is_flow(text, node) => flow_end(text, node),
        Value::Mapping(entries) => entries.last().and_then(|(key, node)| end_of(text, key, node)),
        Value::Sequence(items) => items.last().and_then(|item| end_of(text, key, item)),
        Value::Null => Some(key.span.range().end),
        _ => Some(range.start + text[range].trim_end().len()),
    }
}

fn is_flow(text: &str, node: &Node) -> bool {
    text[node.span.range().start..].starts_with(['{', '['])
}

/// Behind the bracket that closes a flow mapping or list (YAML 1.2, section 7.4). Quotes begin a
/// scalar only where one can begin, `#` a comment only behind a blank.
fn flow_end(text: &str, node: &Node) -> Option<usize> {
    let (mut depth, mut quote, mut comment, mut before) = (0, None, false, ' ');
    let mut chars = text[node.span.range().start..].char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            _ if comment => comment = c != '\n',
            (Some('"'), '\\') => drop(chars.next()),
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if "{[,: \n".contains(before) => quote = Some(c),
            (None, '#') if before.is_whitespace() => comment = true,
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(node.span.range().start + at + c.len_utf8());
        }
        before = c;
    }
    None
}

/// The blanks before something that begins its line.
fn indent_of(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..at];
    &line[..line.len() - line.trim_start().len()]
}

fn flow(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Json::Object(fields) => flow_mapping(fields),
        other => other.to_string(),
    }
}

fn flow_mapping(fields: &Map<String, Json>) -> String {
    let pair =
        |(name, value): (&String, &Json)| format!("{}: {}", plain_or_quoted(name), flow(value));
    let pairs: Vec<String> = fields.iter().map(pair).collect();
    if pairs.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", pairs.join(", ")) }
}

/// JSON's escapes are YAML's too (1.2, section 5.7); what YAML does not print is escaped as well.
fn quoted(text: &str) -> String {
    let hidden = |c: char| {
        matches!(
            c,
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
    };
    Json::String(text.to_owned()).to_string().chars().fold(String::new(), |mut quoted, c| {
        match hidden(c) {
            true => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => quoted.push(c),
        }
        quoted
    })
}

/// Names as people write them, unless YAML would take them for something else.
fn plain_or_quoted(name: &str) -> String {
    const TAKEN: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
        && !TAKEN.contains(&name);
    if plain { name.to_owned() } else { quoted(name) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const HEAD: &str = "# 说明\ncategory: security   # why\nvariables:\n  code: { type: code, secret: true }\n  note: { type: text, optional: true }\n";

    fn write(samples: &str, name: &str, vars: Json) -> Result<Written, Diagnostics> {
        let source = SourceText::new("templates/a/message.yaml", format!("{HEAD}{samples}"));
        let Json::Object(vars) = vars else { panic!() };
        NewSample { name, vars: &vars }.write_into(&source)
    }

    /// What was there stays, byte for byte, around one piece of new text.
    fn added(samples: &str, name: &str, vars: Json) -> (String, usize) {
        let old = format!("{HEAD}{samples}");
        let written = write(samples, name, vars).unwrap_or_else(|faults| panic!("{faults}"));
        let new = written.text;
        let start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
        let start = new.floor_char_boundary(start);
        let length = new.len() - old.len();
        assert_eq!(format!("{}{}", &new[..start], &new[start + length..]), old);
        (new[start..start + length].to_owned(), written.line)
    }

    #[test]
    fn a_sample_goes_behind_the_last_one() {
        let vars = || json!({"code": "0012", "note": "王伟: \"x\" #1 \u{85}"});
        let flow = "new: { code: \"0012\", note: \"王伟: \\\"x\\\" #1 \\u0085\" }";
        for (samples, line) in [
            ("samples:\n  typical: { code: \"1234\" }   # a\n", 8),
            ("samples:\n  typical: { code: \"1234\" }", 8),
            (
                "samples:\n  # first\n  typical:\n    code: \"1234\"  # b\n  # last\n\ndescription: x\n",
                10,
            ),
            ("samples: { typical: { code: \"1234\" } }\n", 6),
            ("samples:\n  {\n    typical: { code: \"1234\" },\n  }\n", 8),
            (
                "samples:\n    typical:\n        code: \"1234\"\n        note: |\n          a\n          b\ndescription: x\n",
                12,
            ),
        ] {
            let (text, at) = added(samples, "new", vars());
            assert!(text.contains(flow), "{samples}\n{text}");
            assert_eq!(at, line, "{samples}\n{text}");
        }
    }

    #[test]
    fn long_samples_stand_on_several_lines() {
        let long = "x".repeat(90);
        let vars = json!({"code": "0012", "note": long});
        let (text, _) = added("samples:\n  typical: { code: \"1234\" }\n", "new", vars);
        assert_eq!(text, format!("  new:\n    code: \"0012\"\n    note: \"{long}\"\n"));
    }

    #[test]
    fn line_ends_and_missing_keys_are_as_the_file_has_them() {
        let source = SourceText::new("m", HEAD.replace('\n', "\r\n"));
        let Json::Object(vars) = json!({"code": "1234"}) else { panic!() };
        let written = NewSample { name: "typical", vars: &vars }.write_into(&source).unwrap();
        assert!(written.text.ends_with("samples:\r\n  typical: { code: \"1234\" }\r\n"));
        assert_eq!(written.line, 7);
        let (text, line) = added("samples:\n", "typical", json!({"code": "1234"}));
        assert_eq!((text.as_str(), line), ("  typical: { code: \"1234\" }\n", 7));
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        let code = |samples: &str, name: &str, vars: Json| {
            write(samples, name, vars).unwrap_err().iter().next().unwrap().code()
        };
        let typical = "samples:\n  typical: { code: \"1234\" }\n";
        assert_eq!(code(typical, "typical", json!({})), Code::SampleExists);
        assert_eq!(code(typical, "a b", json!({"code": "1234"})), Code::YamlBadValue);
        assert_eq!(code(typical, "new", json!({"code": "1"})), Code::VarPattern);
        assert_eq!(code("samples: [a]\n", "new", json!({"code": "1234"})), Code::SampleUnwritable);
        assert_eq!(code("...\n", "new", json!({"code": "1234"})), Code::SampleUnwritable);
    }
}
