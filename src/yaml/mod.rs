//! YAML with a place for every value.
//!
//! The engine (serde-saphyr, filled in for the archived serde_yaml) refuses duplicate keys, custom
//! tags and deep nesting. This module turns what it reads into [`Node`]s that know their file and
//! bytes, so that the layers above can report every fault of a file at once instead of the first.
//! It does not know any file's format.

mod fault;
mod fields;
mod raw;
mod veil;

use serde::de::DeserializeOwned;
use serde_yaml::Spanned;

pub use fault::unquoted_brace_fault;
pub use fields::{Fields, unknown_key};
pub use veil::veiled;

use crate::diagnostic::{Code, Diagnostic, Diagnostics, SourceText, Span};
use crate::text;
use fault::fault;
use raw::{Raw, place};

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
