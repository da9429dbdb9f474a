//! JSON from outside: strict reading, and single values from a command line.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::{Declaration, VariableType};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::text;

/// Reads a JSON object. A key that stands twice, a byte-order mark and a lone surrogate are
/// refused: another reader of the same bytes might take them otherwise.
///
/// # Errors
/// The place, never the value.
pub fn parse_object(bytes: &[u8]) -> Result<Map<String, Json>, Diagnostics> {
    match serde_json::from_slice::<Strict>(bytes) {
        Ok(Strict(Json::Object(object))) => Ok(object),
        Ok(_) => Err(not_json(text!("an object is wanted", "此处应为对象")).into()),
        Err(error) => Err(not_json(describe(bytes, &error)).into()),
    }
}

/// Makes JSON of `name=value` pairs by the declaration: `count=3` is a number where an integer is
/// declared and a text where a text is. Lists and objects are written as JSON.
///
/// # Errors
/// An argument without `=`, and lists or objects that are not JSON.
pub fn typed_by_declaration(
    pairs: &[String],
    declaration: &Declaration,
) -> Result<Map<String, Json>, Diagnostics> {
    let mut faults = Diagnostics::new();
    let mut object = Map::new();
    for pair in pairs {
        match pair.split_once('=') {
            Some((name, written)) => match typed(name, written, declaration) {
                Ok(json) => drop(object.insert(name.to_owned(), json)),
                Err(fault) => faults.push(fault),
            },
            None => faults
                .push(not_json(text!("`--var` takes `name=value`", "`--var` 的写法是 `名称=值`"))),
        }
    }
    faults.ok(object)
}

fn typed(name: &str, written: &str, declaration: &Declaration) -> Result<Json, Diagnostic> {
    let text = || Json::String(written.to_owned());
    let Some(variable) = declaration.get(name) else { return Ok(text()) };
    Ok(match variable.kind {
        VariableType::Integer { .. } | VariableType::Decimal { .. } | VariableType::Boolean => {
            serde_json::from_str(written).unwrap_or_else(|_| text())
        }
        VariableType::List { .. } | VariableType::Object { .. } | VariableType::Money { .. } => {
            let Strict(json) = serde_json::from_str(written).map_err(|_| {
                not_json(text!(
                    "`{name}` is written as JSON on the command line",
                    "命令行上的 `{name}` 需写成 JSON"
                ))
                .pointer(format!("/{name}"))
            })?;
            json
        }
        _ => text(),
    })
}

fn not_json(title: crate::diagnostic::Text) -> Diagnostic {
    Diagnostic::error(Code::VarsNotJson, title)
}

fn describe(bytes: &[u8], error: &serde_json::Error) -> crate::diagnostic::Text {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return text!("the JSON begins with a byte-order mark", "JSON 以字节顺序标记（BOM）开头");
    }
    let (line, column) = (error.line(), error.column());
    if error.to_string().starts_with(DUPLICATE) {
        return text!(
            "a key stands twice before line {line}, column {column}",
            "第 {line} 行第 {column} 列之前有重复的键"
        );
    }
    text!("not JSON at line {line}, column {column}", "第 {line} 行第 {column} 列不是有效的 JSON")
}

const DUPLICATE: &str = "duplicate key";

struct Strict(Json);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Json, E> {
        Ok(Json::Bool(yes))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Json, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(Json::String(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            // serde_json hands arbitrary-precision numbers over as a map with this one key.
            if key == "$serde_json::private::Number" {
                let digits = value.as_str().unwrap_or_default();
                return serde_json::from_str(digits).map_err(A::Error::custom);
            }
            if object.insert(key, value).is_some() {
                return Err(A::Error::custom(DUPLICATE));
            }
        }
        Ok(Json::Object(object))
    }
}
