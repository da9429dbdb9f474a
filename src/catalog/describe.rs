//! What a project declares, as scripts read it: `kinds --json`, the service, schemas of kinds.

use serde_json::{Value as Json, json};

use super::{Catalog, Kind};

impl Catalog {
    /// `{default_locale, locales, kinds}`.
    pub fn to_json(&self) -> Json {
        let locales = self.settings.locales.iter();
        let locales =
            locales.map(|setting| json!({"tag": setting.locale.as_str(), "draft": setting.draft}));
        json!({
            "default_locale": self.settings.default_locale.as_str(),
            "locales": locales.collect::<Json>(),
            "kinds": self.kinds().map(|kind| self.describe(kind)).collect::<Json>(),
        })
    }

    /// `{name, description, category, locales, samples, variables}` of one kind.
    pub fn describe(&self, kind: &Kind) -> Json {
        let locales = self.locales().map(|locale| locale.as_str()).collect::<Vec<_>>();
        let samples = kind.sample_names().into_iter();
        let samples = samples.map(|(name, derived)| json!({"name": name, "derived": derived}));
        let variables = kind.variables.variables().iter().map(|variable| {
            json!({
                "name": variable.name,
                "type": variable.kind.name(),
                "required": variable.required(),
                "secret": variable.secret,
            })
        });
        json!({
            "name": kind.name,
            "description": kind.description,
            "category": kind.category.as_str(),
            "locales": locales,
            "samples": samples.collect::<Json>(),
            "variables": variables.collect::<Json>(),
        })
    }
}

impl Kind {
    /// The JSON Schema (2020-12) of the kind's variables.
    pub fn schema(&self) -> Json {
        let mut schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.name,
            "description": self.description,
        });
        if let (Some(fields), Json::Object(vars)) =
            (schema.as_object_mut(), self.variables.schema())
        {
            fields.extend(vars);
        }
        schema
    }
}
