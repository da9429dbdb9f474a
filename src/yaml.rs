//! YAML with a place for every value.
//!
//! The engine (serde-saphyr, filled in for the archived serde_yaml) refuses duplicate keys, custom
//! tags and deep nesting. This module turns what it reads into [`Node`]s that know their file and
//! bytes, so that the layers above can report every fault of a file at once instead of the first.
//! It does not know any file's format.

use std::fmt;

use serde::de::{
    Deserialize, DeserializeOwned, Deserializer, Error as _, MapAccess, SeqAccess, Visitor,
};
use serde_yaml::{Location, Spanned};

use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText, Span};
use crate::text;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is
    pub value: Value,
    /// Where it stands
    pub span: Span,
}

/// A YAML value. Numbers keep the text they were written with.
#[derive(Clone, Debug)]
pub enum Value {
    /// `null`, `~` or nothing
    Null,
    /// `true` or `false`
    Bool(bool),
    /// a number, as written
    Number(String),
    /// a text
    Text(String),
    /// a sequence
    Sequence(Vec<Node>),
    /// a mapping
    Mapping(Vec<(Key, Node)>),
}

/// A key of a mapping and where it stands.
#[derive(Clone, Debug)]
pub struct Key {
    /// the key
    pub name: String,
    /// where it stands
    pub span: Span,
}

/// Reads one document; every fault is told with its place.
pub fn parse(source: &SourceText, faults: &mut Diagnostics) -> Option<Node> {
    let options = serde_yaml::options! {
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        reject_unsupported_tags: true,
        merge_keys: serde_yaml::options::MergeKeyPolicy::Error,
        with_snippet: false,
        budget: serde_yaml::budget! { max_depth: 32, max_nodes: 200_000, max_aliases: 200 },
    };
    match serde_yaml::from_str_with_options::<Spanned<Raw>>(source.text(), options) {
        Ok(raw) => Some(place(raw, source)),
        Err(error) => {
            faults.push(fault(source, &error));
            None
        }
    }
}

/// Reads a table of this crate that is compiled in.
///
/// # Panics
/// When it is not valid: it is constant, and a test reads it.
pub(crate) fn compiled_in<T: DeserializeOwned>(text: &'static str) -> T {
    serde_yaml::from_str(text).expect("a compiled-in table is valid")
}

impl Node {
    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a text, number or boolean as written.
    pub fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            Value::Bool(yes) => Some(if *yes { "true" } else { "false" }),
            _ => None,
        }
    }

    /// What it is, for people.
    pub fn describe(&self) -> (&'static str, &'static str) {
        match self.value {
            Value::Null => ("nothing", "空值"),
            Value::Bool(_) => ("a boolean", "布尔值"),
            Value::Number(_) => ("a number", "数字"),
            Value::Text(_) => ("a text", "文本"),
            Value::Sequence(_) => ("a list", "列表"),
            Value::Mapping(_) => ("a mapping", "映射"),
        }
    }

    /// The value as JSON; numbers keep their digits.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(yes) => Json::Bool(*yes),
            Value::Number(digits) => {
                serde_json::from_str(digits).unwrap_or_else(|_| Json::String(digits.clone()))
            }
            Value::Text(text) => Json::String(text.clone()),
            Value::Sequence(items) => items.iter().map(Node::to_json).collect(),
            Value::Mapping(entries) => {
                let pairs = entries.iter().map(|(key, node)| (key.name.clone(), node.to_json()));
                Json::Object(pairs.collect())
            }
        }
    }

    /// A fault: something else was wanted here.
    pub fn wrong_type(&self, wanted: (&str, &str)) -> Diagnostic {
        let ((en, zh), (is_en, is_zh)) = (wanted, self.describe());
        Diagnostic::error(
            Code::YamlWrongType,
            text!("{en} is wanted here, not {is_en}", "此处应为{zh}，而不是{is_zh}"),
        )
        .at(self.span.clone())
    }

    /// A fault: the value is not allowed here.
    pub fn bad_value(&self, title: crate::diagnostic::Text) -> Diagnostic {
        Diagnostic::error(Code::YamlBadValue, title).at(self.span.clone())
    }
}

/// Reads a mapping key by key; at the end, keys that nobody asked for are faults.
pub struct Fields<'n> {
    entries: &'n [(Key, Node)],
    span: Span,
    known: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Begins on a mapping. Anything else is a fault and reads as an empty mapping.
    pub fn of(node: &'n Node, faults: &mut Diagnostics) -> Self {
        let entries = match &node.value {
            Value::Mapping(entries) => entries.as_slice(),
            _ => {
                faults.push(node.wrong_type(("a mapping", "映射")));
                &[]
            }
        };
        Fields { entries, span: node.span.clone(), known: Vec::new() }
    }

    /// The value of one key; `null` counts as absent.
    pub fn get(&mut self, name: &'static str) -> Option<&'n Node> {
        self.known.push(name);
        let node = self.entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)?;
        (!matches!(node.value, Value::Null)).then_some(node)
    }

    /// The value of a key that must be there.
    pub fn require(&mut self, name: &'static str, faults: &mut Diagnostics) -> Option<&'n Node> {
        let found = self.get(name);
        if found.is_none() {
            faults.push(
                Diagnostic::error(
                    Code::YamlMissingKey,
                    text!("the key `{name}` is missing", "缺少键 `{name}`"),
                )
                .at(self.span.clone()),
            );
        }
        found
    }

    /// The text of one key.
    pub fn text(&mut self, name: &'static str, faults: &mut Diagnostics) -> Option<&'n str> {
        let node = self.get(name)?;
        let text = node.text();
        if text.is_none() {
            faults.push(node.wrong_type(("a text", "文本")));
        }
        text
    }

    /// The boolean of one key.
    pub fn boolean(&mut self, name: &'static str, faults: &mut Diagnostics) -> Option<bool> {
        let node = self.get(name)?;
        match node.value {
            Value::Bool(yes) => Some(yes),
            _ => {
                faults.push(node.wrong_type(("`true` or `false`", " `true` 或 `false`")));
                None
            }
        }
    }

    /// The whole number of one key.
    pub fn integer(&mut self, name: &'static str, faults: &mut Diagnostics) -> Option<i64> {
        let node = self.get(name)?;
        let number = match &node.value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            faults.push(node.wrong_type(("a whole number", "整数")));
        }
        number
    }

    /// The list of texts of one key; numbers and booleans are read as they are written.
    pub fn texts(&mut self, name: &'static str, faults: &mut Diagnostics) -> Option<Vec<&'n str>> {
        let node = self.get(name)?;
        let Value::Sequence(items) = &node.value else {
            faults.push(node.wrong_type(("a list of texts", "文本列表")));
            return None;
        };
        let mut texts = Vec::new();
        for item in items {
            match item.scalar() {
                Some(text) => texts.push(text),
                None => faults.push(item.wrong_type(("a text", "文本"))),
            }
        }
        Some(texts)
    }

    /// The entries of a mapping whose keys are names of the writer's own.
    pub fn entries(&mut self, name: &'static str, faults: &mut Diagnostics) -> &'n [(Key, Node)] {
        match self.get(name) {
            Some(Node { value: Value::Mapping(entries), .. }) => entries,
            Some(node) => {
                faults.push(node.wrong_type(("a mapping", "映射")));
                &[]
            }
            None => &[],
        }
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self, faults: &mut Diagnostics) {
        for (key, _) in self.entries {
            if !self.known.contains(&key.name.as_str()) {
                faults.push(unknown_key(key, &self.known));
            }
        }
    }
}

/// The fault of a key that is not known here, with the nearest known one.
pub fn unknown_key(key: &Key, known: &[&str]) -> Diagnostic {
    let (name, list) = (&key.name, known.join("`, `"));
    Diagnostic::error(Code::YamlUnknownKey, text!("unknown key `{name}`", "未知的键 `{name}`"))
        .at(key.span.clone())
        .hint(text!("known here: `{list}`", "此处可用：`{list}`"))
        .did_you_mean(name, known.iter().copied())
}

enum Raw {
    Null,
    Bool(bool),
    Number,
    Text(String),
    Sequence(Vec<Spanned<Raw>>),
    Mapping(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_none<E>(self) -> Result<Raw, E> {
        Ok(Raw::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Raw, E> {
        Ok(Raw::Bool(yes))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_i128<E>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_u128<E>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::Number)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Raw, A::Error> {
        let mut sequence = Vec::new();
        while let Some(item) = items.next_element()? {
            sequence.push(item);
        }
        Ok(Raw::Sequence(sequence))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Raw, A::Error> {
        let mut mapping: Vec<(Spanned<String>, Spanned<Raw>)> = Vec::new();
        while let Some((key, value)) = entries.next_entry::<Spanned<String>, Spanned<Raw>>()? {
            if mapping.iter().any(|(known, _)| known.value == key.value) {
                return Err(A::Error::custom("duplicate mapping key"));
            }
            mapping.push((key, value));
        }
        Ok(Raw::Mapping(mapping))
    }
}

fn place(raw: Spanned<Raw>, source: &SourceText) -> Node {
    let span = span(source, &raw.referenced);
    let value = match raw.value {
        Raw::Null => Value::Null,
        Raw::Bool(yes) => Value::Bool(yes),
        Raw::Number => Value::Number(source.text()[span.range()].to_owned()),
        Raw::Text(text) => Value::Text(text),
        Raw::Sequence(items) => {
            Value::Sequence(items.into_iter().map(|item| place(item, source)).collect())
        }
        Raw::Mapping(entries) => Value::Mapping(
            entries
                .into_iter()
                .map(|(key, node)| {
                    let key = Key { span: self::span(source, &key.referenced), name: key.value };
                    (key, place(node, source))
                })
                .collect(),
        ),
    };
    Node { value, span }
}

fn span(source: &SourceText, location: &Location) -> Span {
    let chars = location.span();
    match (chars.byte_offset(), chars.byte_len()) {
        (Some(start), Some(length)) => {
            let (start, length) = (start as usize, length as usize);
            source.span(start..start + length)
        }
        _ => source.span(byte_range(source.text(), chars.offset() as usize, 1)),
    }
}

/// Parser errors count in characters.
fn byte_range(text: &str, chars: usize, length: usize) -> std::ops::Range<usize> {
    let at = |n: usize| text.char_indices().nth(n).map_or(text.len(), |(byte, _)| byte);
    at(chars)..at(chars + length)
}

fn fault(source: &SourceText, error: &serde_yaml::Error) -> Diagnostic {
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
