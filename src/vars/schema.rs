//! JSON Schema (2020-12) of a declaration, for editors and generated clients.

use serde_json::{Map, Value as Json, json};

use super::{Declaration, Variable, VariableType};

impl Declaration {
    /// The schema of the `vars` object.
    pub fn schema(&self) -> Json {
        let properties: Map<String, Json> = self
            .variables()
            .iter()
            .map(|variable| (variable.name.clone(), variable.schema()))
            .collect();
        let required: Vec<&str> = self
            .variables()
            .iter()
            .filter(|variable| variable.required())
            .map(|variable| variable.name.as_str())
            .collect();
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}

impl Variable {
    fn schema(&self) -> Json {
        let mut schema = self.kind.schema();
        if let Some(description) = &self.description {
            schema.insert("description".into(), json!(description));
        }
        if let Some(default) = &self.default {
            schema.insert("default".into(), default.to_json());
        }
        if self.secret {
            schema.insert("writeOnly".into(), json!(true));
        }
        match self.optional {
            true => or_null(Json::Object(schema)),
            false => Json::Object(schema),
        }
    }
}

impl VariableType {
    fn schema(&self) -> Map<String, Json> {
        let schema = match self {
            VariableType::Text { max_length, pattern } => {
                let pattern = pattern.as_ref().map(|pattern| anchored(pattern.as_str()));
                json!({"type": "string", "maxLength": max_length, "pattern": pattern})
            }
            VariableType::Code { pattern } => {
                json!({"type": "string", "pattern": anchored(pattern.as_str())})
            }
            VariableType::Integer { min, max } => {
                json!({"type": "integer", "minimum": min, "maximum": max})
            }
            VariableType::Decimal { .. } => json!({
                "oneOf": [{"type": "number"}, {"type": "string", "pattern": "^-?[0-9]+(\\.[0-9]+)?$"}]
            }),
            VariableType::Boolean => json!({"type": "boolean"}),
            VariableType::Enum { values } => json!({"type": "string", "enum": values}),
            VariableType::Url { max_length, .. } => json!({
                "type": "string", "format": "uri", "pattern": "^https://", "maxLength": max_length
            }),
            VariableType::Email => json!({"type": "string", "format": "email"}),
            VariableType::Date => json!({"type": "string", "format": "date"}),
            VariableType::DateTime => json!({"type": "string", "format": "date-time"}),
            VariableType::Duration { min, max } => json!({
                "oneOf": [
                    {"type": "integer", "minimum": min.unwrap_or(0), "maximum": max},
                    {"type": "string"}
                ],
                "description": "seconds, `10m` or `PT10M`"
            }),
            VariableType::Money { currencies } => money(currencies),
            VariableType::List { items, max_items } => {
                json!({"type": "array", "items": items.schema(), "maxItems": max_items})
            }
            VariableType::Object { fields } => fields.schema(),
        };
        without_nulls(schema)
    }
}

/// For what may be given as `null`, which is as good as nothing.
pub(crate) fn or_null(mut schema: Json) -> Json {
    if let Some(values) = schema.get_mut("enum").and_then(Json::as_array_mut) {
        values.push(Json::Null);
    }
    if let Some(forms) = schema.get_mut("oneOf").and_then(Json::as_array_mut) {
        forms.push(json!({"type": "null"}));
        return schema;
    }
    match schema.get("type").cloned() {
        Some(kind) => {
            schema["type"] = json!([kind, "null"]);
            schema
        }
        None => json!({"oneOf": [schema, {"type": "null"}]}),
    }
}

fn anchored(pattern: &str) -> String {
    format!("^(?:{pattern})$")
}

fn money(currencies: &[String]) -> Json {
    let currency = match currencies.is_empty() {
        true => json!({"type": "string", "pattern": "^[A-Z]{3}$"}),
        false => json!({"type": "string", "enum": currencies}),
    };
    json!({
        "type": "object",
        "properties": {
            "amount": {"oneOf": [{"type": "string"}, {"type": "number"}]},
            "currency": currency,
        },
        "required": ["amount", "currency"],
        "additionalProperties": false,
    })
}

fn without_nulls(schema: Json) -> Map<String, Json> {
    match schema {
        Json::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| match value {
                Json::Array(items) if name == "oneOf" => {
                    let items = items.into_iter().map(|item| Json::Object(without_nulls(item)));
                    (name, items.collect())
                }
                value => (name, value),
            })
            .collect(),
        _ => Map::new(),
    }
}
