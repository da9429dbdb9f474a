//! The derived samples: what a kind looks like with the least, the longest and the most hostile
//! data that its declaration lets through.

use serde_json::{Map, Value as Json, json};

use super::{Declaration, Pattern, Variable, VariableType};

/// Markup, quotes, right-to-left, an emoji of several code points, a URL inside a name.
const HOSTILE: &str = "<b>\"O'Neil\"</b> & שלום 👩‍💻 https://evil.example/x {{ 7*7 }}";

impl Declaration {
    /// Optional variables missing, defaults taken.
    pub fn minimal(&self, typical: &Map<String, Json>) -> Map<String, Json> {
        let given = |variable: &&Variable| variable.required();
        self.each(given, |variable| typical.get(&variable.name).cloned())
    }

    /// Every variable at its longest.
    pub fn longest(&self, typical: &Map<String, Json>) -> Map<String, Json> {
        self.each(|_| true, |variable| Some(variable.longest(typical.get(&variable.name))))
    }

    /// Every text that a stranger could choose, as a stranger would choose it.
    pub fn hostile(&self, typical: &Map<String, Json>) -> Map<String, Json> {
        self.each(|_| true, |variable| variable.hostile(typical.get(&variable.name)))
    }

    fn each(
        &self,
        chosen: impl Fn(&&Variable) -> bool,
        value: impl Fn(&Variable) -> Option<Json>,
    ) -> Map<String, Json> {
        self.variables()
            .iter()
            .filter(chosen)
            .filter_map(|variable| Some((variable.name.clone(), value(variable)?)))
            .collect()
    }
}

/// How many items a derived list has whose items hold lists.
const NESTED_ITEMS: usize = 2;

impl Variable {
    fn holds_list(&self) -> bool {
        match &self.kind {
            VariableType::List { .. } => true,
            VariableType::Object { fields } => fields.variables().iter().any(Variable::holds_list),
            _ => false,
        }
    }

    fn longest(&self, typical: Option<&Json>) -> Json {
        let text = typical.and_then(Json::as_str);
        match &self.kind {
            VariableType::Text { max_length, pattern } => {
                let unit = text.filter(|text| !text.is_empty()).unwrap_or("很长的文字 long text ");
                json!(repeat(unit, *max_length, pattern.as_ref()))
            }
            VariableType::Code { pattern } => json!(grow(text.unwrap_or("0000"), pattern)),
            VariableType::Integer { max, .. } => json!(max.unwrap_or(i64::MAX)),
            VariableType::Decimal { max, .. } => {
                max.map_or(json!("123456789012.345678"), |max| json!(max.to_string()))
            }
            VariableType::Enum { values } => {
                json!(values.iter().max_by_key(|value| value.len()))
            }
            VariableType::Url { hosts, max_length } => {
                let host = hosts.first().map_or("www.example.com", String::as_str);
                json!(lengthen(text.unwrap_or(&format!("https://{host}/")), *max_length))
            }
            VariableType::Email => json!(format!("{}@mail.example.com", "a".repeat(64))),
            VariableType::Duration { max, .. } => json!(max.unwrap_or(364 * 86_400 + 86_399)),
            VariableType::List { items, max_items } => {
                let given = typical.and_then(Json::as_array).and_then(|list| list.first());
                let usual = given.cloned().unwrap_or_else(|| items.longest(None));
                let mut list = vec![items.longest(given)];
                // Lists within lists would multiply.
                let most = if items.holds_list() { NESTED_ITEMS } else { *max_items };
                list.resize(most.min(*max_items), usual);
                Json::Array(list)
            }
            VariableType::Object { fields } => {
                let empty = Map::new();
                Json::Object(fields.longest(typical.and_then(Json::as_object).unwrap_or(&empty)))
            }
            _ => self.usual(typical),
        }
    }

    fn hostile(&self, typical: Option<&Json>) -> Option<Json> {
        match &self.kind {
            VariableType::Text { max_length, pattern: None } => {
                Some(json!(HOSTILE.chars().take(*max_length).collect::<String>()))
            }
            VariableType::List { items, .. } => {
                let given = typical.and_then(Json::as_array).and_then(|list| list.first());
                Some(Json::Array(items.hostile(given).into_iter().collect()))
            }
            VariableType::Object { fields } => {
                let empty = Map::new();
                let typical = typical.and_then(Json::as_object).unwrap_or(&empty);
                Some(Json::Object(fields.hostile(typical)))
            }
            _ if self.required() => Some(self.usual(typical)),
            _ => typical.cloned(),
        }
    }

    /// The typical value, or a plain one of the type where the samples have none.
    fn usual(&self, typical: Option<&Json>) -> Json {
        if let Some(given) = typical.cloned().or(self.default.as_ref().map(super::Value::to_json)) {
            return given;
        }
        match &self.kind {
            VariableType::Boolean => json!(true),
            VariableType::Integer { min, .. } => json!(min.unwrap_or(1)),
            VariableType::Decimal { .. } => json!("1.5"),
            VariableType::Date => json!("2026-12-31"),
            VariableType::DateTime => json!("2026-12-31T23:59:59+08:00"),
            VariableType::Duration { .. } => json!(600),
            VariableType::Money { currencies } => {
                let currency = currencies.first().map_or("CNY", String::as_str);
                json!({"amount": "1234567.89", "currency": currency})
            }
            _ => self.longest(None),
        }
    }
}

/// Repeats a text up to a number of characters; what a pattern does not let through stays as it is.
fn repeat(unit: &str, length: usize, pattern: Option<&Pattern>) -> String {
    let long: String = unit.chars().cycle().take(length).collect();
    match pattern {
        Some(pattern) if !pattern.matches(&long) => grow(unit, pattern),
        _ => long.trim().to_owned(),
    }
}

/// Repeats the last character as long as the pattern takes it.
fn grow(start: &str, pattern: &Pattern) -> String {
    let last = start.chars().last().unwrap_or('0');
    let mut longest = start.to_owned();
    while longest.len() < 64 {
        let longer = format!("{longest}{last}");
        if !pattern.matches(&longer) {
            break;
        }
        longest = longer;
    }
    longest
}

fn lengthen(url: &str, length: usize) -> String {
    let joint = if url.contains('?') { "&pad=" } else { "?pad=" };
    let room = length.saturating_sub(url.len() + joint.len());
    format!("{url}{joint}{}", "0123456789abcdef".chars().cycle().take(room).collect::<String>())
}
