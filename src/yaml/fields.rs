//! Reading a mapping key by key.

use super::{Key, Node, Value};
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Span};
use crate::text;

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

    /// Where the mapping stands.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// The value of one key; `null` counts as absent.
    pub fn get(&mut self, name: &'static str) -> Option<&'n Node> {
        if !self.known.contains(&name) {
            self.known.push(name);
        }
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
