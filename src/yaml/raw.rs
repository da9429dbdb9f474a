//! What the engine reads, and the places of it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_yaml::{Location, Spanned};

use super::{Key, Node, Value};
use crate::diagnostic::{SourceText, Span};

pub(super) enum Raw {
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

pub(super) fn place(raw: Spanned<Raw>, source: &SourceText) -> Node {
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

pub(super) fn span(source: &SourceText, location: &Location) -> Span {
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
