//! The printers for code forges: SARIF 2.1.0 and GitHub's workflow commands.

use serde_json::{Value, json};

use super::{Code, Diagnostic, Diagnostics, Language, Severity};

impl Diagnostics {
    /// A SARIF 2.1.0 log (OASIS), for code scanning.
    pub fn to_sarif(&self, language: Language) -> Value {
        let rules: Vec<Value> = Code::ALL
            .iter()
            .filter(|code| self.iter().any(|fault| fault.code == **code))
            .map(|code| {
                let meaning = code.describe();
                json!({"id": code.as_str(), "shortDescription": {"text": meaning.get(language)}})
            })
            .collect();
        let results: Vec<Value> = self.iter().map(|fault| fault.to_sarif(language)).collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "hongyan",
                    "version": env!("CARGO_PKG_VERSION"),
                    "rules": rules,
                }},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }],
        })
    }

    /// One workflow command a line: GitHub shows them at the lines of the change.
    pub fn to_github(&self, language: Language) -> String {
        self.iter().map(|fault| fault.to_github(language)).collect()
    }
}

impl Diagnostic {
    fn message(&self, language: Language) -> String {
        let title = self.title.get(language);
        match &self.hint {
            Some(hint) => format!("{title} ({})", hint.get(language)),
            None => title.to_owned(),
        }
    }

    fn to_sarif(&self, language: Language) -> Value {
        let level = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        };
        let locations: Vec<Value> = self
            .file()
            .map(|file| {
                let mut place = json!({"artifactLocation": {"uri": file}});
                if let (Some(line), fields) = (self.line(), place.as_object_mut()) {
                    let column = self.position().map_or(1, |(_, column)| column);
                    let (end_line, end) = self.end_position().unwrap_or((line, column));
                    let region = json!({
                        "startLine": line, "startColumn": column,
                        "endLine": end_line, "endColumn": end,
                    });
                    fields.map(|fields| fields.insert("region".into(), region));
                }
                json!({"physicalLocation": place})
            })
            .into_iter()
            .collect();
        json!({
            "ruleId": self.code.as_str(),
            "level": level,
            "message": {"text": self.message(language)},
            "locations": locations,
        })
    }

    fn to_github(&self, language: Language) -> String {
        let command = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut properties = format!("title={}", self.code.as_str());
        if let Some(file) = self.file() {
            // Properties end at `:` and `,` too.
            properties = format!(
                "file={},{properties}",
                escaped(file).replace(':', "%3A").replace(',', "%2C")
            );
        }
        if let Some(line) = self.line() {
            properties = format!("{properties},line={line}");
        }
        if let Some((_, column)) = self.position() {
            properties = format!("{properties},col={column}");
        }
        format!("::{command} {properties}::{}\n", escaped(&self.message(language)))
    }
}

/// Workflow commands end at a line break.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}
