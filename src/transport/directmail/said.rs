//! The body of an answer.

use serde_json::{Map, Value as Json};

use super::exchange::Answered;

/// What stands in the body of an answer.
#[derive(Default)]
pub(super) struct Said {
    pub code: Option<String>,
    pub message: String,
    pub request_id: String,
    pub env_id: Option<String>,
    /// All of it, where it is JSON
    pub fields: Map<String, Json>,
}

impl Said {
    /// JSON with keys in any case, or the XML of old gateways; anything else says nothing.
    pub fn read(body: &Answered) -> Said {
        let Answered::Whole(bytes) = body else { return Said::default() };
        match serde_json::from_slice(bytes) {
            Ok(Json::Object(fields)) => Said::from_json(fields),
            _ => Said::from_xml(&String::from_utf8_lossy(bytes)),
        }
    }

    fn from_json(fields: Map<String, Json>) -> Said {
        let text = |name: &str| {
            let named = fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            let text = named.and_then(|(_, value)| value.as_str());
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        Said {
            code: text("Code"),
            message: text("Message").unwrap_or_default(),
            request_id: text("RequestId").unwrap_or_default(),
            env_id: text("EnvId"),
            fields,
        }
    }

    fn from_xml(page: &str) -> Said {
        let Some((_, error)) = page.split_once("<Error>") else { return Said::default() };
        let element = |name: &str| {
            let (_, rest) = error.split_once(&format!("<{name}>"))?;
            let (text, _) = rest.split_once(&format!("</{name}>"))?;
            Some(text.trim().to_owned()).filter(|text| !text.is_empty())
        };
        Said {
            code: element("Code"),
            message: element("Message").unwrap_or_default(),
            request_id: element("RequestId").unwrap_or_default(),
            ..Said::default()
        }
    }

    /// Whether the code begins so.
    pub fn is(&self, code: &str) -> bool {
        self.code.as_deref().is_some_and(|own| own.starts_with(code))
    }

    /// Whether the time of the request was refused.
    pub fn is_about_time(&self) -> bool {
        self.is("InvalidTimeStamp") || self.is("IllegalTimestamp")
    }
}
