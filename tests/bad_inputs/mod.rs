//! Reads `tests/data/bad-inputs.json`.

use serde_json::Value;

#[allow(dead_code)] // As below.
pub mod project;

pub struct Case(Value);

/// The entries of one group.
#[allow(dead_code)] // As below.
pub fn group(name: &str) -> Vec<Case> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/bad-inputs.json");
    let data: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    data[name].as_array().unwrap().iter().cloned().map(Case).collect()
}

#[allow(dead_code)] // Each test file uses some of these.
impl Case {
    pub fn get(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    /// Anything beside texts; null where there is nothing.
    pub fn field(&self, key: &str) -> &Value {
        &self.0[key]
    }

    pub fn json(&self) -> &Value {
        &self.0["json"]
    }

    /// The input as bytes: in base64, or as text; a server's reply stands as `raw`.
    pub fn bytes(&self) -> Vec<u8> {
        use base64::Engine as _;
        match self.0["b64"].as_str() {
            Some(text) => base64::engine::general_purpose::STANDARD.decode(text).unwrap(),
            None => self.input().unwrap_or_else(|| self.get("raw").to_owned()).into_bytes(),
        }
    }

    /// The input, written out; none if it is a JSON value.
    pub fn input(&self) -> Option<String> {
        if let Some(units) = self.0["expand"].as_array() {
            let unit = |pair: &Value| {
                pair[0].as_str().unwrap().repeat(pair[1].as_u64().unwrap().try_into().unwrap())
            };
            return Some(units.iter().map(unit).collect());
        }
        self.0["input"].as_str().map(str::to_owned)
    }

    pub fn must_not(&self) -> Vec<&str> {
        let list = self.0["must_not"].as_array().map(Vec::as_slice).unwrap_or_default();
        list.iter().map(|value| value.as_str().unwrap()).collect()
    }
}
