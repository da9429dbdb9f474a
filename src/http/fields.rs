//! The fields of a JSON object, read one by one; faults are gathered with their places.

use serde_json::{Map, Value as Json};

use super::reading::bad_field;
use crate::diagnostic::{Code, Diagnostic, Diagnostics, Text};
use crate::text;

/// An object that is being read.
pub struct Fields<'a> {
    object: &'a Map<String, Json>,
    /// Where it stands: `` or `/messages/3`
    place: String,
    known: Vec<&'static str>,
}

impl<'a> Fields<'a> {
    /// Begins.
    pub fn of(object: &'a Map<String, Json>, place: impl Into<String>) -> Fields<'a> {
        Fields { object, place: place.into(), known: Vec::new() }
    }

    /// Where a field stands.
    pub fn pointer(&self, name: &str) -> String {
        format!("{}/{name}", self.place)
    }

    /// A field; `null` is as good as none.
    pub fn get(&mut self, name: &'static str) -> Option<&'a Json> {
        self.known.push(name);
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A text.
    pub fn text(&mut self, name: &'static str, faults: &mut Diagnostics) -> Option<&'a str> {
        let value = self.get(name)?;
        if value.as_str().is_none() {
            faults.push(bad_field(
                &self.pointer(name),
                text!("`{name}` is not a string", "`{name}` 不是字符串"),
            ));
        }
        value.as_str()
    }

    /// A text that must be there.
    pub fn required(&mut self, name: &'static str, faults: &mut Diagnostics) -> Option<&'a str> {
        if self.object.get(name).is_none_or(Json::is_null) {
            faults.push(missing(&self.pointer(name), name));
        }
        self.text(name, faults)
    }

    /// A list; empty where there is none.
    pub fn list(&mut self, name: &'static str, faults: &mut Diagnostics) -> &'a [Json] {
        match self.get(name) {
            None => &[],
            Some(Json::Array(items)) => items,
            Some(_) => {
                let title = text!("`{name}` is not a list", "`{name}` 不是列表");
                faults.push(bad_field(&self.pointer(name), title));
                &[]
            }
        }
    }

    /// An object.
    pub fn object(
        &mut self,
        name: &'static str,
        faults: &mut Diagnostics,
    ) -> Option<&'a Map<String, Json>> {
        let value = self.get(name)?;
        if value.as_object().is_none() {
            let title = text!("`{name}` is not an object", "`{name}` 不是对象");
            faults.push(bad_field(&self.pointer(name), title));
        }
        value.as_object()
    }

    /// Refuses what was not asked for.
    pub fn finish(self, faults: &mut Diagnostics) {
        for name in self.object.keys().filter(|name| !self.known.contains(&name.as_str())) {
            faults.push(unknown(&self.place, name, &self.known));
        }
    }
}

/// A field that is not there.
pub fn missing(pointer: &str, name: &str) -> Diagnostic {
    let title = text!("`{name}` is missing", "缺少 `{name}`");
    Diagnostic::error(Code::FieldMissing, title).pointer(pointer)
}

fn unknown(place: &str, name: &str, known: &[&'static str]) -> Diagnostic {
    let name: String = name.chars().take(64).collect();
    let list = known.join("`, `");
    let hint: Text = text!("fields: `{list}`", "字段：`{list}`");
    Diagnostic::error(Code::FieldUnknown, text!("there is no field `{name}`", "没有字段 `{name}`"))
        .pointer(format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")))
        .hint(hint)
        .did_you_mean(&name, known.iter().copied())
}
